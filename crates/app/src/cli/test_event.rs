//! `bellwire webhook test`: a test event, and what came of it when one waits.

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value};

use super::target::{print_json, text};
use crate::{
    api_client::ApiClient,
    failure::{Exit, Failure},
    say,
    terminal::{accent, bad, faint, good},
};

/// Which webhook, and what to send.
#[derive(Debug, Args)]
pub(super) struct TestEvent {
    /// The webhook
    pub(super) id: String,
    /// The event's type; the profile's own test type, otherwise
    #[arg(long = "type", value_name = "TYPE")]
    event_type: Option<String>,
    /// The event's data, as JSON; the catalogue's example of the type, otherwise
    #[arg(long, value_name = "JSON")]
    data: Option<String>,
    /// Wait up to so many seconds for what comes back, at most 30
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u32,
}

impl TestEvent {
    /// Sends it.
    pub(super) fn run(&self, client: &ApiClient, webhook: &str, json: bool) -> Result<()> {
        let mut body = Map::new();
        if let Some(event_type) = &self.event_type {
            body.insert("type".to_owned(), Value::from(event_type.as_str()));
        }
        if let Some(data) = &self.data {
            let data = serde_json::from_str(data).map_err(|error| {
                Failure::new(Exit::Usage, format!("--data: this is not JSON: {error}"))
            })?;
            body.insert("data".to_owned(), data);
        }
        let path = format!("{webhook}/test?wait={}", self.wait);
        let tested = client.post(&path, &Value::Object(body))?;
        if json {
            return print_json(&tested);
        }
        let event = text(&tested, "/event_id");
        say!("{} event {}", good("sent"), accent(&event))?;
        let attempt = &tested["attempt"];
        match (&attempt["status"], &attempt["cause"]) {
            (Value::Number(status), _) => say!("the endpoint answered {status}")?,
            (_, Value::String(cause)) => say!("{} {cause}", bad("no answer:"))?,
            _ => say!(
                "{}",
                faint(format!(
                    "`bellwire event show {event}` tells what came back"
                ))
            )?,
        }
        Ok(())
    }
}
