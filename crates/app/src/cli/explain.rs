//! `bellwire event explain`: who gets an event, and which clause keeps the others out.

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use super::target::{moment, print_json, text};
use crate::{
    api_client::{Answer, ApiClient, segment},
    failure::{Exit, Failure},
    say,
    terminal::{accent, faint, good, strong, warm},
};

/// Which event.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A stored event; without it, one that is only asked about
    #[arg(conflicts_with_all = ["event_type", "data", "channels", "webhooks"])]
    id: Option<String>,
    /// The type of one that is only asked about
    #[arg(long = "type", value_name = "TYPE")]
    event_type: Option<String>,
    /// Its data: JSON; not looked at, if left out
    #[arg(long, value_name = "JSON")]
    data: Option<String>,
    /// A channel of it; may be repeated
    #[arg(long = "channel", value_name = "KEY")]
    channels: Vec<String>,
    /// A webhook that it addresses; may be repeated
    #[arg(long = "webhook", value_name = "ID")]
    webhooks: Vec<String>,
}

impl Explain {
    pub(super) fn run(&self, client: &ApiClient, events: &str, json: bool) -> Result<()> {
        let answer = match (&self.id, &self.event_type) {
            (Some(id), _) => client.get(&format!("{events}/{}/explain", segment(id)))?,
            (None, Some(event_type)) => {
                client.post(&format!("{events}/explain"), &self.body(event_type)?)?
            }
            (None, None) => {
                return Err(Failure::new(
                    Exit::Usage,
                    "name a stored event by its id, or one that is only asked about with --type",
                )
                .into());
            }
        };
        if json {
            print_json(&answer)
        } else {
            show(&answer)
        }
    }

    fn body(&self, event_type: &str) -> Result<Value> {
        let mut body = json!({
            "type": event_type,
            "channels": self.channels,
            "webhooks": self.webhooks,
        });
        if let Some(data) = &self.data {
            body["data"] = serde_json::from_str(data).map_err(|error| {
                Failure::new(Exit::Usage, format!("--data is not JSON: {error}"))
            })?;
        }
        Ok(body)
    }
}

fn show(answer: &Answer) -> Result<()> {
    let stored = !answer["event_id"].is_null();
    say!(
        "{}  {}",
        strong(text(answer, "/type")),
        accent(text(answer, "/event_id"))
    )?;
    if answer["unknown_type"] == true {
        say!("{}", warm("it is not in the catalogue of event types"))?;
    }
    for webhook in answer["webhooks"].as_array().into_iter().flatten() {
        let name = match text(webhook, "/name") {
            name if name.is_empty() => text(webhook, "/url"),
            name => name,
        };
        let mark = match (webhook["receives"] == true, stored) {
            (true, true) => good("✓ received"),
            (true, false) => good("✓ receives"),
            (false, _) => warm("✗ not sent "),
        };
        say!(
            "{mark}  {}  {}\n    {}",
            strong(name),
            faint(text(webhook, "/webhook_id")),
            text(webhook, "/sentence")
        )?;
        let waits = text(webhook, "/waits");
        if !waits.is_empty() {
            say!("    {}", warm(waits))?;
        }
        if webhook["receives"] == true && !webhook["changed_at"].is_null() {
            let changed = moment(webhook, "/changed_at");
            say!("    {}", faint(format!("changed since, on {changed}")))?;
        }
    }
    if answer["webhooks"].as_array().is_none_or(Vec::is_empty) {
        say!("{}", faint("there are no webhooks"))?;
    }
    Ok(())
}
