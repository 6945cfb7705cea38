//! `bellwire audit`: who changed what, over the API.

use std::io;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::Value;

use super::target::{Target, moment, print_json_lines, text};
use crate::{
    api_client::{Answer, query, segment},
    table::Table,
    terminal::{accent, faint},
};

/// Read the audit log: who changed what.
#[derive(Debug, Args)]
pub(super) struct Audit {
    #[command(flatten)]
    target: Target,
    /// Of this organization; otherwise of all and of the platform
    #[arg(
        long,
        short,
        global = true,
        help_heading = "Server",
        env = "BELLWIRE_ORGANIZATION",
        value_name = "ID"
    )]
    organization: Option<String>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show the last changes, newest first
    List {
        #[command(flatten)]
        which: Which,
        /// How many
        #[arg(long, short = 'n', default_value_t = 50)]
        limit: usize,
    },
    /// Print every change as JSON lines, newest first
    Export {
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Debug, Args)]
struct Which {
    /// By the user, token or link of this id, or by this name
    #[arg(long)]
    actor: Option<String>,
    /// An action such as webhook.updated; or, ending with a dot, every action of the noun
    #[arg(long)]
    action: Option<String>,
    /// To the thing of this id
    #[arg(long, value_name = "ID")]
    subject: Option<String>,
    /// At or after this time, as 2026-11-21T08:30:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Before this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

impl Which {
    fn query(self) -> String {
        query(&[
            ("actor", self.actor),
            ("action", self.action),
            ("subject", self.subject),
            ("since", self.since),
            ("until", self.until),
        ])
    }
}

impl Audit {
    pub(super) fn run(self) -> Result<()> {
        let client = self.target.client()?;
        let audit = self.organization.as_deref().map_or_else(
            || "/audit".to_owned(),
            |organization| format!("/organizations/{}/audit", segment(organization)),
        );
        match self.action {
            Action::List { which, limit } => {
                let path = format!("{audit}{}", which.query());
                list(&Target::list(&client, &path, limit)?, self.target.json)
            }
            Action::Export { which } => {
                let path = format!("{audit}/export{}", which.query());
                client.download(&path, &mut io::stdout().lock())
            }
        }
    }
}

fn list(items: &[Answer], json: bool) -> Result<()> {
    if json {
        return print_json_lines(items);
    }
    let mut table = Table::new(&["at", "who", "what", "to", "where", "from"]);
    for item in items {
        table.row([
            moment(item, "/at"),
            who(item),
            accent(text(item, "/action")).to_string(),
            match text(item, "/label") {
                label if label.is_empty() => text(item, "/subject"),
                label => label,
            },
            text(item, "/organization"),
            faint(text(item, "/actor/address")).to_string(),
        ]);
    }
    Ok(table.print("nothing yet")?)
}

fn who(entry: &Value) -> String {
    let name = text(entry, "/actor/name");
    match text(entry, "/actor/kind").as_str() {
        "token" => format!("{name} (token)"),
        "link" => format!("{name} (link)"),
        _ => name,
    }
}
