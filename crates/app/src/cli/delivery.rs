//! `bellwire delivery`: the exact request of an attempt, over the API: to read, as bytes, or as a
//! command that sends it again.

use std::io;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::Value;

use super::target::{Target, Within, moment, print_json, text};
use crate::{
    api_client::{Answer, segment},
    json_text, say,
    terminal::{accent, bad, faint, good, strong},
};

/// See what exactly was sent.
#[derive(Debug, Args)]
pub(super) struct Delivery {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    within: Within,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show the request of an attempt, proven by its hash
    Request {
        /// The delivery
        id: String,
        /// Which attempt
        #[arg(default_value_t = 1)]
        attempt: u32,
        /// Print nothing but the body, byte for byte
        #[arg(long, conflicts_with = "json")]
        body: bool,
    },
    /// Print a command with curl that sends the same request
    Curl {
        /// The delivery
        id: String,
        /// Which attempt
        #[arg(default_value_t = 1)]
        attempt: u32,
    },
}

impl Delivery {
    pub(super) fn run(self) -> Result<()> {
        let deliveries = format!("{}/deliveries", self.within.path()?);
        let client = self.target.client()?;
        let of = |id: &str, attempt: u32, what: &str| {
            format!("{deliveries}/{}/attempts/{attempt}/{what}", segment(id))
        };
        match self.action {
            Action::Request {
                id,
                attempt,
                body: true,
            } => client.download(&of(&id, attempt, "body"), &mut io::stdout().lock()),
            Action::Request { id, attempt, .. } => {
                let sent = client.get(&of(&id, attempt, "request"))?;
                if self.target.json {
                    print_json(&sent)
                } else {
                    show(&sent)
                }
            }
            Action::Curl { id, attempt } => {
                client.download(&of(&id, attempt, "curl"), &mut io::stdout().lock())
            }
        }
    }
}

fn show(sent: &Answer) -> Result<()> {
    say!(
        "{} {}  {}",
        strong(text(sent, "/method")),
        accent(text(sent, "/url")),
        faint(moment(sent, "/at"))
    )?;
    for header in sent["headers"].as_array().into_iter().flatten() {
        say!(
            "{} {}",
            faint(format!("{}:", text(header, "/name"))),
            text(header, "/value")
        )?;
    }
    if let Some(body) = sent["body"].as_str() {
        let pretty = json_text::pretty(body.as_bytes());
        say!("\n{}", pretty.unwrap_or_else(|| text(sent, "/body")))?;
    }
    if sent["proven"] == Value::Bool(true) {
        say!(
            "\n{}",
            good("✓ these are the bytes that were sent: the hash fits")
        )?;
    } else {
        say!(
            "\n{}",
            bad(format!("✗ not proven: {}", text(sent, "/reason")))
        )?;
    }
    Ok(())
}
