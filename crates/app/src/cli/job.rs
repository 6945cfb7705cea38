//! `bellwire job`: deliveries sent again in bulk, over the API: counted, started, watched, ended.

use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};

use super::target::{Target, Within, moment, print_json, print_json_lines, text, texts};
use crate::{
    api_client::{Answer, ApiClient, segment},
    say,
    table::Table,
    terminal::{accent, bad, faint, good, warm},
};

/// The most jobs a list shows.
const MOST: usize = 10_000;
/// How often a job that is watched is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Send failed deliveries again in bulk, as jobs.
#[derive(Debug, Args)]
pub(super) struct Job {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    within: Within,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Start a job that sends again what failed
    Start {
        #[command(flatten)]
        filter: Filter,
        /// How many deliveries a second
        #[arg(long, default_value_t = 10, value_name = "RATE")]
        per_second: u32,
        /// Only count what it would send
        #[arg(long)]
        dry_run: bool,
        /// Stay, and show how it gets on
        #[arg(long, conflicts_with = "dry_run")]
        watch: bool,
    },
    /// List jobs, newest first; those that are over are kept for 30 days
    List {
        /// How many
        #[arg(long, short = 'n', default_value_t = 50)]
        limit: usize,
    },
    /// Show one
    Show {
        /// The job
        id: String,
    },
    /// Show how one gets on, until it is over
    Watch {
        /// The job
        id: String,
    },
    /// Halt one; what it has made goes on
    Pause {
        /// The job
        id: String,
    },
    /// Let one go on
    Resume {
        /// The job
        id: String,
    },
    /// Set the rate of one
    Rate {
        /// The job
        id: String,
        /// How many deliveries a second
        per_second: u32,
    },
    /// End one; what it has made goes on
    Cancel {
        /// The job
        id: String,
    },
}

/// Which deliveries; everything given must hold.
#[derive(Debug, Args)]
struct Filter {
    /// To this webhook; to all of the organization, otherwise
    #[arg(long, value_name = "ID")]
    webhook: Option<String>,
    /// failed (the default) or cancelled; may be repeated
    #[arg(long = "state", value_name = "STATE")]
    states: Vec<String>,
    /// That failed at or after this time, as in 2026-11-21T08:00:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// That failed before this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Of events of this type
    #[arg(long = "type", value_name = "TYPE")]
    event_type: Option<String>,
    /// Of events that carry this channel
    #[arg(long, value_name = "KEY")]
    channel: Option<String>,
    /// Whose last attempt got this status, as 503, or one of a class, as 5xx
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Whose last attempt got no answer, for this cause, as first_byte_timeout
    #[arg(long, value_name = "CAUSE")]
    cause: Option<String>,
}

impl Filter {
    fn body(self) -> Value {
        let mut body = Map::new();
        for (name, value) in [
            ("webhook", self.webhook),
            ("since", self.since),
            ("until", self.until),
            ("type", self.event_type),
            ("channel", self.channel),
            ("status", self.status),
            ("cause", self.cause),
        ] {
            if let Some(value) = value {
                body.insert(name.to_owned(), value.into());
            }
        }
        if !self.states.is_empty() {
            body.insert("states".to_owned(), self.states.into());
        }
        body.into()
    }
}

impl Job {
    pub(super) fn run(self) -> Result<()> {
        let jobs = format!("{}/jobs", self.within.path()?);
        let client = self.target.client()?;
        let json = self.target.json;
        let at = |id: &str| format!("{jobs}/{}", segment(id));
        let act = |id: &str, verb: &str| client.post(&format!("{}/{verb}", at(id)), &json!({}));
        match self.action {
            Action::Start {
                filter, dry_run, ..
            } if dry_run => {
                let body = json!({"filter": filter.body()});
                count(&client.post(&format!("{jobs}/count"), &body)?, json)
            }
            Action::Start {
                filter,
                per_second,
                watch: stay,
                ..
            } => {
                let body =
                    json!({"kind": "resend", "filter": filter.body(), "per_second": per_second});
                let job = client.post(&jobs, &body)?;
                if stay {
                    return watch(&client, &at(&text(&job, "/id")), json);
                }
                show(&job, json)
            }
            Action::List { limit } => list(&Target::list(&client, &jobs, limit.min(MOST))?, json),
            Action::Show { id } => show(&client.get(&at(&id))?, json),
            Action::Watch { id } => watch(&client, &at(&id), json),
            Action::Pause { id } => show(&act(&id, "pause")?, json),
            Action::Resume { id } => show(&act(&id, "resume")?, json),
            Action::Cancel { id } => show(&act(&id, "cancel")?, json),
            Action::Rate { id, per_second } => {
                let change = json!({"per_second": per_second});
                show(&client.patch(&at(&id), &change)?, json)
            }
        }
    }
}

fn count(counted: &Answer, json: bool) -> Result<()> {
    if json {
        return print_json(counted);
    }
    let least = match counted["complete"].as_bool() {
        Some(true) => "",
        _ => "at least ",
    };
    say!(
        "{least}{} would be sent again",
        accent(text(counted, "/count"))
    )?;
    let skipped = skipped(counted);
    if !skipped.is_empty() {
        say!("{least}{skipped} would be left out")?;
    }
    Ok(())
}

/// How many were left out, and why; empty when none were.
fn skipped(answer: &Value) -> String {
    let reasons: Vec<String> = [
        ("sent_again", "sent again already"),
        ("payload_removed", "data removed"),
        ("webhook_disabled", "webhook disabled"),
        ("webhook_deleted", "webhook deleted"),
    ]
    .into_iter()
    .filter(|(name, _)| answer["skipped"][name].as_u64() != Some(0))
    .map(|(name, words)| format!("{} {words}", answer["skipped"][name]))
    .collect();
    match answer["skipped"]["total"].as_u64() {
        None | Some(0) => String::new(),
        Some(total) => format!("{total} ({})", reasons.join(", ")),
    }
}

fn total(job: &Value) -> String {
    match job["total"].as_u64() {
        Some(total) => total.to_string(),
        None => format!("at least {}", text(job, "/total_at_least")),
    }
}

fn list(items: &[Answer], json: bool) -> Result<()> {
    if json {
        return print_json_lines(items);
    }
    let mut table = Table::new(&[
        "id", "state", "done", "of", "a second", "webhook", "made", "by",
    ]);
    for job in items {
        let webhook = text(job, "/filter/webhook");
        table.row([
            accent(text(job, "/id")).to_string(),
            state(job),
            text(job, "/done"),
            total(job),
            text(job, "/per_second"),
            if webhook.is_empty() {
                "all".to_owned()
            } else {
                webhook
            },
            moment(job, "/created_at"),
            text(job, "/created_by"),
        ]);
    }
    Ok(table.print("no jobs; `bellwire job start` starts one")?)
}

fn state(job: &Value) -> String {
    let state = text(job, "/state");
    let reason = text(job, "/stop_reason").replace('_', " ");
    match state.as_str() {
        "running" => good(state).to_string(),
        "paused" => warm(state).to_string(),
        "stopped" => bad(format!("stopped: {reason}")).to_string(),
        _ => state,
    }
}

fn show(job: &Answer, json: bool) -> Result<()> {
    if json {
        return print_json(job);
    }
    say!("{}  {}", accent(text(job, "/id")), state(job))?;
    let mut parts = vec![texts(job, "/filter/states", "nothing")];
    for (name, words) in [
        ("webhook", "webhook"),
        ("since", "since"),
        ("until", "until"),
        ("type", "type"),
        ("channel", "channel"),
        ("status", "status"),
        ("cause", "cause"),
    ] {
        let value = text(job, &format!("/filter/{name}"));
        if !value.is_empty() {
            parts.push(format!("{words} {value}"));
        }
    }
    say!("  {} {}", faint("what   "), parts.join(", "))?;
    say!(
        "  {} {} of {}, {} a second",
        faint("done   "),
        text(job, "/done"),
        total(job),
        text(job, "/per_second")
    )?;
    let skipped = skipped(job);
    if !skipped.is_empty() {
        say!("  {} {skipped}", faint("left out"))?;
    }
    let end = moment(job, "/estimated_end_at");
    if !end.is_empty() {
        say!("  {} about {end}", faint("ends   "))?;
    }
    say!(
        "  {} {} by {}",
        faint("made   "),
        moment(job, "/created_at"),
        text(job, "/created_by")
    )?;
    Ok(())
}

/// Follows a job to its end. The bar is on a terminal only, on standard error.
#[expect(
    clippy::disallowed_methods,
    reason = "a command looks at a server now and then, and has nothing else to do meanwhile"
)]
fn watch(client: &ApiClient, path: &str, json: bool) -> Result<()> {
    let bar = ProgressBar::no_length();
    let known = "{msg} {wide_bar} {human_pos}/{human_len} {eta}";
    loop {
        let job = client.get(path)?;
        let count = |name: &str| job[name].as_u64().unwrap_or(0);
        let looked_at = count("done") + job["skipped"]["total"].as_u64().unwrap_or(0);
        let template = match job["total"].as_u64() {
            Some(total) => {
                bar.set_length(total.max(looked_at));
                known
            }
            None => "{msg} {spinner} {human_pos}",
        };
        bar.set_style(ProgressStyle::with_template(template)?);
        bar.set_message(text(&job, "/state"));
        bar.set_position(looked_at);
        match job["state"].as_str() {
            Some("running" | "paused") => std::thread::sleep(LOOK_EVERY),
            Some(over) => {
                bar.finish_and_clear();
                show(&job, json)?;
                if over == "stopped" {
                    bail!("the job stopped before its end");
                }
                return Ok(());
            }
            None => bail!("the answer is no job"),
        }
    }
}
