//! `bellwire webhook`: the subscriptions of an organization, over the API.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::{
    check_signature::Unbelieved,
    history,
    secret::Secret,
    target::{Target, Within, moment, print_json, print_json_lines, text, texts},
    test_event::TestEvent,
};
use crate::{
    api_client::{Answer, ApiClient, query, segment},
    failure::{Exit, Failure},
    say,
    table::Table,
    terminal::{accent, bad, good, strong, warm},
};

/// The most webhooks a list shows.
const MOST: usize = 100_000;

/// Manage webhooks.
#[derive(Debug, Args)]
pub(super) struct Webhook {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    within: Within,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a webhook
    Create {
        /// Where to send
        #[arg(value_name = "URL")]
        endpoint: String,
        #[command(flatten)]
        settings: Settings,
        /// Make it disabled
        #[arg(long)]
        disabled: bool,
    },
    /// List webhooks
    List {
        /// Part of a name or URL
        #[arg(long, short)]
        query: Option<String>,
        /// Enabled ones, or disabled ones
        #[arg(long, value_name = "true|false")]
        enabled: Option<bool>,
    },
    /// Show one, with how it fares
    Show {
        /// The webhook
        id: String,
    },
    /// Change one; what is not given stays
    Update {
        /// The webhook
        id: String,
        /// Where to send
        #[arg(long = "to", value_name = "URL")]
        to: Option<String>,
        #[command(flatten)]
        settings: Settings,
    },
    /// Switch one on; its failure counters start anew
    Enable {
        /// The webhook
        id: String,
    },
    /// Switch one off; what is pending for it is cancelled
    Disable {
        /// The webhook
        id: String,
    },
    /// Pause one: what matches it is held until it is resumed
    Pause {
        /// The webhook
        id: String,
    },
    /// Resume one: what was held is sent, oldest first
    Resume {
        /// The webhook
        id: String,
        /// Requests a second, at most, until all of it is sent; as fast as is allowed, otherwise
        #[arg(long, value_name = "RATE")]
        drain_per_second: Option<u32>,
    },
    /// Cancel everything that is pending for one, held or not
    CancelPending {
        /// The webhook
        id: String,
    },
    /// Delete one
    Delete {
        /// The webhook
        id: String,
        /// Not while deliveries are pending; otherwise they are cancelled
        #[arg(long)]
        keep_pending: bool,
    },
    /// Send it a test event, enabled or not
    Test(TestEvent),
    /// Show its signing secret
    Secret(Secret),
    /// Show its last attempts, newest first
    Attempts {
        /// The webhook
        id: String,
        /// How many
        #[arg(long, short = 'n', default_value_t = 10)]
        limit: usize,
    },
    /// Show what was changed of it, newest first, and by whom
    History {
        /// The webhook
        id: String,
        /// How many changes
        #[arg(long, short = 'n', default_value_t = 20)]
        limit: usize,
    },
    /// Say what does not fit about a request that its receiver did not believe
    CheckSignature {
        /// The webhook
        id: String,
        #[command(flatten)]
        request: Unbelieved,
    },
}

#[derive(Debug, Args)]
struct Settings {
    /// For people
    #[arg(long)]
    name: Option<String>,
    /// An event type or a pattern such as booking.*; may be repeated; none means all
    #[arg(long = "type", value_name = "PATTERN")]
    event_types: Vec<String>,
    /// A channel; may be repeated; none means all
    #[arg(long = "channel", value_name = "KEY")]
    channels: Vec<String>,
    /// Receive only what is addressed to it by id
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
    direct: Option<bool>,
    /// Its profile; the organization's default, otherwise
    #[arg(long)]
    profile: Option<String>,
    /// A header of its own, as "Name: value"; may be repeated
    #[arg(long = "header", value_name = "HEADER")]
    headers: Vec<String>,
    /// Its own time-outs, as JSON: {"connect_ms":…,"first_byte_ms":…,"total_ms":…}
    #[arg(long, value_name = "JSON")]
    timeouts: Option<String>,
    /// Its own retry rule, as JSON: {"kind":"fixed","interval_s":…,"max_attempts":…}
    #[arg(long, value_name = "JSON")]
    retry: Option<String>,
    /// Requests a second, counted over all nodes; with a burst as RATE/BURST; none takes the limit
    /// away
    #[arg(long, value_name = "RATE[/BURST]|none")]
    rate_limit: Option<String>,
}

impl Settings {
    fn body(&self) -> Result<Map<String, Value>> {
        let mut body = Map::new();
        let mut put = |field: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(field.to_owned(), value);
            }
        };
        let list = |items: &[String]| (!items.is_empty()).then(|| json!(items));
        put("name", self.name.as_ref().map(|name| json!(name)));
        put("event_types", list(&self.event_types));
        put("channels", list(&self.channels));
        put("direct", self.direct.map(|direct| json!(direct)));
        put(
            "profile",
            self.profile.as_ref().map(|profile| json!(profile)),
        );
        let headers: Result<Map<String, Value>, Failure> = self
            .headers
            .iter()
            .map(|header| parse_header(header))
            .collect();
        let headers = headers?;
        put("headers", (!headers.is_empty()).then(|| json!(headers)));
        let mut overrides = Map::new();
        for (name, text) in [("timeouts", &self.timeouts), ("retry", &self.retry)] {
            if let Some(text) = text {
                overrides.insert(name.to_owned(), parse_json(name, text)?);
            }
        }
        if let Some(limit) = &self.rate_limit {
            overrides.insert("rate_limit".to_owned(), parse_limit(limit)?);
        }
        put(
            "overrides",
            (!overrides.is_empty()).then(|| json!(overrides)),
        );
        Ok(body)
    }
}

fn parse_header(text: &str) -> Result<(String, Value), Failure> {
    match text.split_once(':') {
        Some((name, value)) => Ok((name.trim().to_lowercase(), json!(value.trim()))),
        None => Err(Failure::new(
            Exit::Usage,
            format!("--header {text}: write it as \"Name: value\""),
        )),
    }
}

fn parse_limit(text: &str) -> Result<Value, Failure> {
    if text == "none" {
        return Ok(Value::Null);
    }
    let (rate, burst) = match text.split_once('/') {
        Some((rate, burst)) => (rate.parse::<u32>(), Some(burst.parse::<u32>())),
        None => (text.parse(), None),
    };
    match (rate, burst.transpose()) {
        (Ok(rate), Ok(burst)) => Ok(json!({"per_second": rate, "burst": burst})),
        _ => Err(Failure::new(
            Exit::Usage,
            format!("--rate-limit {text}: write it as 50, as 50/100 with a burst, or as none"),
        )),
    }
}

fn parse_json(flag: &str, text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text)
        .map_err(|error| Failure::new(Exit::Usage, format!("--{flag}: this is not JSON: {error}")))
}

impl Webhook {
    pub(super) fn run(self) -> Result<()> {
        let webhooks = format!("{}/webhooks", self.within.path()?);
        let client = self.target.client()?;
        let json = self.target.json;
        let one = |id: &str| format!("{webhooks}/{}", segment(id));
        match self.action {
            Action::Create {
                endpoint,
                settings,
                disabled,
            } => {
                let mut body = settings.body()?;
                body.insert("url".to_owned(), json!(endpoint));
                if disabled {
                    body.insert("enabled".to_owned(), json!(false));
                }
                let made = client.post(&webhooks, &body)?;
                show(&made, json)
            }
            Action::List { query: q, enabled } => {
                let parameters = query(&[("q", q), ("enabled", enabled.map(|e| e.to_string()))]);
                list(&client, &format!("{webhooks}{parameters}"), json)
            }
            Action::Show { id } => show(&client.get(&one(&id))?, json),
            Action::Update { id, to, settings } => {
                let mut body = settings.body()?;
                if let Some(url) = to {
                    body.insert("url".to_owned(), json!(url));
                }
                if let Some(Value::Object(given)) = body.get_mut("overrides") {
                    // A change replaces all of them; here, what is not given stays.
                    let now = client.get(&one(&id))?;
                    if let Some(now) = now["overrides"].as_object() {
                        for (name, value) in now {
                            given.entry(name).or_insert_with(|| value.clone());
                        }
                    }
                }
                show(&client.patch(&one(&id), &body)?, json)
            }
            Action::Enable { id } => {
                show(&client.patch(&one(&id), &json!({"enabled": true}))?, json)
            }
            Action::Disable { id } => {
                show(&client.patch(&one(&id), &json!({"enabled": false}))?, json)
            }
            Action::Pause { id } => show(
                &client.post(&format!("{}/pause", one(&id)), &json!({}))?,
                json,
            ),
            Action::Resume {
                id,
                drain_per_second,
            } => {
                let mut body = Map::new();
                if let Some(rate) = drain_per_second {
                    body.insert("drain_per_second".to_owned(), json!(rate));
                }
                show(&client.post(&format!("{}/resume", one(&id)), &body)?, json)
            }
            Action::CancelPending { id } => {
                let done = client.post(&format!("{}/cancel-pending", one(&id)), &json!({}))?;
                if json {
                    return print_json(&done);
                }
                say!("{} {}", good("cancelled"), waiting(&done["pending"]))?;
                Ok(())
            }
            Action::Delete { id, keep_pending } => {
                let force = query(&[("force", Some((!keep_pending).to_string()))]);
                client.delete(&format!("{}{force}", one(&id)))?;
                if !json {
                    say!("{} {}", good("deleted"), accent(&id))?;
                }
                Ok(())
            }
            Action::Test(test) => test.run(&client, &one(&test.id), json),
            Action::Secret(secret) => secret.run(&client, &one(&secret.id), json),
            Action::History { id, limit } => history::run(&client, &one(&id), limit, json),
            Action::CheckSignature { id, request } => request.run(&client, &one(&id), json),
            Action::Attempts { id, limit } => {
                let items = Target::list(&client, &format!("{}/attempts", one(&id)), limit)?;
                if json {
                    return print_json_lines(&items);
                }
                let mut table = Table::new(&["at", "event", "#", "answer", "took", "next", "why"]);
                for item in &items {
                    table.row([
                        moment(item, "/at"),
                        accent(text(item, "/event_id")).to_string(),
                        text(item, "/number"),
                        answer(item),
                        took(item),
                        moment(item, "/retry_at"),
                        text(item, "/diagnosis/summary"),
                    ]);
                }
                Ok(table.print("no attempts yet")?)
            }
        }
    }
}

/// What came back from an attempt: a status, or why there is none.
pub(super) fn answer(attempt: &Value) -> String {
    match attempt["status"].as_u64() {
        Some(status @ 200..=299) => good(status).to_string(),
        Some(status) => warm(status).to_string(),
        None => bad(text(attempt, "/cause")).to_string(),
    }
}

/// How long an attempt took.
pub(super) fn took(attempt: &Value) -> String {
    attempt["duration_ms"]["total"]
        .as_f64()
        .map_or_else(String::new, |total| format!("{total:.1} ms"))
}

fn list(client: &ApiClient, path: &str, json: bool) -> Result<()> {
    let items = Target::list(client, path, MOST)?;
    if json {
        return print_json_lines(&items);
    }
    let mut table = Table::new(&["id", "name", "state", "profile", "types", "channels", "url"]);
    for item in &items {
        let types = if item["direct"] == true {
            "direct".to_owned()
        } else {
            texts(item, "/event_types", "all")
        };
        table.row([
            accent(text(item, "/id")).to_string(),
            text(item, "/name"),
            state(item),
            text(item, "/profile"),
            types,
            texts(item, "/channels", "all"),
            text(item, "/url"),
        ]);
    }
    Ok(table.print("no webhooks; `bellwire webhook create URL` makes one")?)
}

fn state(webhook: &Value) -> String {
    if webhook["enabled"] != true {
        bad("disabled").to_string()
    } else if webhook["paused"].is_object() {
        warm("paused").to_string()
    } else {
        good("enabled").to_string()
    }
}

/// How many deliveries wait.
fn waiting(counted: &Value) -> String {
    let or_more = if counted["or_more"] == true {
        " or more"
    } else {
        ""
    };
    match counted["count"].as_u64() {
        Some(1) => "1 delivery".to_owned(),
        Some(count) => format!("{count}{or_more} deliveries"),
        None => String::new(),
    }
}

/// Since when it is paused, and by whom.
fn held(webhook: &Value) -> String {
    let since = moment(webhook, "/paused/at");
    match webhook["paused"].is_object() {
        true => format!("{since} by {}", text(webhook, "/paused/by")),
        false => String::new(),
    }
}

fn show(webhook: &Answer, json: bool) -> Result<()> {
    if json {
        return print_json(webhook);
    }
    say!("{}  {}", strong(text(webhook, "/url")), state(webhook))?;
    let mut table = Table::new(&["field", "value"]);
    let types = if webhook["direct"] == true {
        "direct: only what is addressed to it by id".to_owned()
    } else {
        texts(webhook, "/event_types", "all")
    };
    for (name, value) in [
        ("id", text(webhook, "/id")),
        ("name", text(webhook, "/name")),
        ("profile", text(webhook, "/profile")),
        ("types", types),
        ("channels", texts(webhook, "/channels", "all")),
        ("timeouts", text(webhook, "/overrides/timeouts")),
        ("retry", text(webhook, "/overrides/retry")),
        ("rate limit", text(webhook, "/overrides/rate_limit")),
        ("paused", held(webhook)),
        ("held", waiting(&webhook["paused"]["held"])),
        ("drains at", text(webhook, "/drain/per_second")),
        ("left", waiting(&webhook["drain"]["left"])),
        ("health", text(webhook, "/health/state")),
        ("why", text(webhook, "/disabled/sentence")),
        ("problem", text(webhook, "/problem")),
        ("failures", text(webhook, "/health/counters/failures")),
        ("revision", text(webhook, "/revision")),
        ("created", moment(webhook, "/created_at")),
        ("changed", moment(webhook, "/updated_at")),
    ] {
        if !value.is_empty() {
            table.row([name.to_owned(), value]);
        }
    }
    Ok(table.print("")?)
}
