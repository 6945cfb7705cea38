//! `bellwire event`: send events, and see what became of them, over the API.

use std::{collections::HashMap, io::Read, time::Duration};

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::{Value, value::RawValue};

use super::{
    event_list,
    explain::Explain,
    target::{Target, Within, moment, print_json, text, texts},
    webhook::{answer, took},
};
use crate::{
    api_client::{Answer, ApiClient, query, segment},
    failure::{Exit, Failure},
    json_text, say,
    table::Table,
    terminal::{accent, bad, faint, good, strong, warm},
};

/// How often `tail` looks.
const TAIL_EVERY: Duration = Duration::from_millis(1000);
/// The most of data that is read, as the server does.
const MAX_DATA_BYTES: u64 = 16 << 20;
/// How many events `tail` remembers having shown.
const REMEMBERED: usize = 10_000;

/// Send events, and see what became of them.
#[derive(Debug, Args)]
pub(super) struct Event {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    within: Within,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Send an event
    Send(Send),
    /// Show an event: its data, where it went, every attempt
    Show {
        /// The event
        id: String,
    },
    /// Say who gets an event, and which clause keeps the others out
    Explain(Explain),
    /// List events, newest first: everything given must hold
    List(event_list::List),
    /// Show events as they come and change; Ctrl-C ends
    Tail(Tail),
}

#[derive(Debug, Args)]
struct Send {
    /// Its type, such as booking.created
    #[arg(value_name = "TYPE")]
    event_type: String,
    /// Its data: JSON, @FILE, or - for standard input; it is sent as it is written
    #[arg(long, short, default_value = "{}", value_name = "JSON")]
    data: String,
    /// A channel; may be repeated
    #[arg(long = "channel", value_name = "KEY")]
    channels: Vec<String>,
    /// Your own id: a repeat of it stores nothing
    #[arg(long)]
    id: Option<String>,
    /// When it happened (RFC 3339); now, otherwise
    #[arg(long)]
    time: Option<String>,
    /// A webhook that gets it whatever it listens to; may be repeated
    #[arg(long = "webhook", value_name = "ID")]
    webhooks: Vec<String>,
}

#[derive(Debug, Args)]
struct Tail {
    /// Of this type
    #[arg(long = "type", value_name = "TYPE")]
    event_type: Option<String>,
    /// With a delivery in this state: pending, delivered, failed, cancelled
    #[arg(long)]
    state: Option<String>,
    /// With a delivery to this webhook
    #[arg(long)]
    webhook: Option<String>,
    /// With this channel
    #[arg(long)]
    channel: Option<String>,
    /// How many of the past to begin with
    #[arg(long, short = 'n', default_value_t = 10)]
    lines: usize,
    /// Show the past and end
    #[arg(long)]
    once: bool,
}

/// The body of `POST …/events`.
#[derive(Serialize)]
struct NewEvent<'a> {
    #[serde(rename = "type")]
    event_type: &'a str,
    data: &'a RawValue,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    channels: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    webhooks: &'a [String],
}

impl Event {
    pub(super) fn run(self) -> Result<()> {
        let events = format!("{}/events", self.within.path()?);
        let client = self.target.client()?;
        let json = self.target.json;
        match self.action {
            Action::Send(send) => send.run(&client, &events, json),
            Action::Show { id } => {
                let event = client.get(&format!("{events}/{}", segment(&id)))?;
                if json {
                    print_json(&event)
                } else {
                    show(&event)
                }
            }
            Action::Explain(explain) => explain.run(&client, &events, json),
            Action::List(list) => list.run(&client, &events, json),
            Action::Tail(tail) => tail.run(&client, &events, json),
        }
    }
}

impl Send {
    fn run(&self, client: &ApiClient, events: &str, json: bool) -> Result<()> {
        let data = read_data(&self.data)?;
        let data: &RawValue = serde_json::from_str(&data).map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("--data is not JSON: {error}; quote it as in --data '{{\"total\": 1}}'"),
            )
        })?;
        let accepted = client.post(
            events,
            &NewEvent {
                event_type: &self.event_type,
                data,
                channels: &self.channels,
                id: self.id.as_deref(),
                time: self.time.as_deref(),
                webhooks: &self.webhooks,
            },
        )?;
        if json {
            return print_json(&accepted);
        }
        let id = text(&accepted, "/id");
        let matched = match accepted["matched"].as_u64().unwrap_or(0) {
            0 => warm("to no webhook: none matches".to_owned()),
            1 => good("to 1 webhook".to_owned()),
            n => good(format!("to {n} webhooks")),
        };
        let done = if accepted["repeated"] == true {
            "was accepted before"
        } else {
            "accepted"
        };
        say!("{} {} {matched}", strong(done), accent(&id))?;
        if accepted["unknown_type"] == true {
            say!(
                "{}",
                warm(format!(
                    "`{}` is not in the catalogue of event types",
                    self.event_type
                ))
            )?;
        }
        say!(
            "{}",
            faint(format!("`bellwire event show {id}` tells what came back"))
        )?;
        Ok(())
    }
}

fn read_data(text: &str) -> Result<String> {
    let mut data = String::new();
    match text.strip_prefix('@') {
        None if text == "-" => {
            std::io::stdin()
                .take(MAX_DATA_BYTES)
                .read_to_string(&mut data)
                .context("cannot read the data from standard input")?;
            Ok(data)
        }
        None => Ok(text.to_owned()),
        Some(path) => {
            std::fs::File::open(path)
                .and_then(|file| file.take(MAX_DATA_BYTES).read_to_string(&mut data))
                .map_err(|error| {
                    Failure::new(Exit::Usage, format!("cannot read --data {text}: {error}"))
                })?;
            Ok(data)
        }
    }
}

/// One delivery state in its colour.
pub(crate) fn state(state: &str) -> String {
    match state {
        "delivered" => good(state).to_string(),
        "pending" | "held" => warm(state).to_string(),
        "failed" => bad(state).to_string(),
        _ => faint(state).to_string(),
    }
}

fn show(event: &Answer) -> Result<()> {
    say!(
        "{}  {}",
        strong(text(event, "/type")),
        accent(text(event, "/id"))
    )?;
    for (name, value) in [
        ("created", moment(event, "/created_at")),
        ("happened", moment(event, "/time")),
        ("external id", text(event, "/external_id")),
        ("channels", texts(event, "/channels", "")),
    ] {
        if !value.is_empty() {
            say!("{} {value}", faint(format!("{name}:")))?;
        }
    }
    let removed = text(event, "/data_removed_by");
    if !removed.is_empty() {
        say!("\n{}\n", faint(format!("its data was removed ({removed})")))?;
    } else if let Some(pretty) = event
        .raw_field("data")
        .and_then(|data| json_text::pretty(data.as_bytes()))
    {
        say!("\n{pretty}\n")?;
    }
    for delivery in event["deliveries"].as_array().into_iter().flatten() {
        let to = match text(delivery, "/webhook_name") {
            name if name.is_empty() => text(delivery, "/webhook_url"),
            name => name,
        };
        let to = if to.is_empty() {
            text(delivery, "/webhook_id")
        } else {
            to
        };
        say!(
            "{} {} {}  {}",
            state(&text(delivery, "/state")),
            faint("→"),
            strong(to),
            faint(text(delivery, "/id")),
        )?;
        let mut table = Table::new(&["  #", "at", "answer", "took", "next", "detail"]);
        for attempt in delivery["attempts"].as_array().into_iter().flatten() {
            table.row([
                format!("  {}", text(attempt, "/number")),
                moment(attempt, "/at"),
                answer(attempt),
                took(attempt),
                moment(attempt, "/retry_at"),
                text(attempt, "/detail"),
            ]);
        }
        table.print("  no attempt yet")?;
        why(delivery)?;
    }
    let others: Vec<&Value> = event["not_matched"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    if !others.is_empty() {
        say!("\n{}", strong("Not sent to"))?;
        for other in others {
            let name = match text(other, "/name") {
                name if name.is_empty() => text(other, "/webhook_id"),
                name => name,
            };
            say!("  {name}  {}", faint(text(other, "/sentence")))?;
        }
    }
    Ok(())
}

/// Why the last attempt of a delivery failed, whose side that is on, what to do, what comes next.
fn why(delivery: &Value) -> Result<()> {
    let last = delivery["attempts"].as_array().and_then(|all| all.last());
    let Some(diagnosis) = last.map(|attempt| &attempt["diagnosis"]) else {
        return Ok(());
    };
    if diagnosis.is_null() {
        return Ok(());
    }
    say!(
        "  {} {}",
        bad(text(diagnosis, "/summary")),
        faint(format!("(side: {})", text(diagnosis, "/side")))
    )?;
    say!("  {}", text(diagnosis, "/advice"))?;
    say!("  {}", faint(text(diagnosis, "/next")))?;
    Ok(())
}

impl Tail {
    fn run(&self, client: &ApiClient, events: &str, json: bool) -> Result<()> {
        // What was shown last of each event, so that it is shown again only when it changed.
        let mut shown: HashMap<String, String> = HashMap::new();
        let mut since: Option<String> = None;
        loop {
            let parameters = query(&[
                ("type", self.event_type.clone()),
                ("state", self.state.clone()),
                ("webhook", self.webhook.clone()),
                ("channel", self.channel.clone()),
                ("updated_since", since.clone()),
            ]);
            let limit = if since.is_none() { self.lines } else { 1000 };
            let mut items = Target::list(client, &format!("{events}{parameters}"), limit.max(1))?;
            items.truncate(limit);
            items.sort_by_key(|item| text(item, "/updated_at"));
            for item in &items {
                let (id, updated) = (text(item, "/id"), text(item, "/updated_at"));
                if shown.get(&id) != Some(&updated) {
                    if json {
                        say!("{}", item.raw())?;
                    } else {
                        say!("{}", line(item))?;
                    }
                    shown.insert(id, updated.clone());
                }
                since = Some(updated);
            }
            if self.once {
                return Ok(());
            }
            if shown.len() > REMEMBERED {
                shown.retain(|_, updated| Some(&*updated) == since.as_ref());
            }
            if since.is_none() {
                // Nothing there yet: from here on everything is new.
                since = Some("1970-01-01T00:00:00Z".to_owned());
            }
            pause(TAIL_EVERY);
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a command of one thread that polls has nothing else to wait for"
)]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

fn line(item: &Value) -> String {
    format!(
        "{}  {}  {}  {}",
        faint(moment(item, "/updated_at")),
        accent(text(item, "/id")),
        strong(text(item, "/type")),
        counts(item),
    )
}

/// How many deliveries of an event are in each state, in words.
pub(super) fn counts(item: &Value) -> String {
    let names = [
        "pending",
        "held",
        "delivered",
        "failed",
        "cancelled",
        "filtered",
    ];
    let counts: Vec<String> = names
        .into_iter()
        .filter_map(|name| {
            let count = item["deliveries"][name]
                .as_u64()
                .filter(|count| *count > 0)?;
            Some(format!("{count} {}", state(name)))
        })
        .collect();
    if counts.is_empty() {
        faint("matched no webhook").to_string()
    } else {
        counts.join(", ")
    }
}
