//! `bellwire portal-link`: links that let customers into the portal of an organization, over the
//! API.

use anyhow::Result;
use bellwire_core::{access::Role, time::SECOND};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::target::{Target, Within, moment, print_json, print_json_lines, text, texts};
use crate::{
    api_client::{Answer, segment},
    config::Age,
    say,
    table::Table,
    terminal::{accent, bad, faint, good, warm},
};

/// The most links a list shows.
const MOST: usize = 1_000;

/// Let customers into the portal of an organization.
#[derive(Debug, Args)]
pub(super) struct PortalLink {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    within: Within,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a link; it works once
    Create {
        /// Whom it is for; changes made through it are signed with it
        #[arg(long)]
        name: String,
        /// What they may do: viewer or editor
        #[arg(long, default_value_t = Role::Editor)]
        role: Role,
        /// They see what is about this channel only; may be repeated; none means everything
        #[arg(long = "channel", value_name = "KEY")]
        channels: Vec<String>,
        /// How long the link works, for example 5m
        #[arg(long, value_name = "TIME")]
        expires_in: Option<Age>,
        /// How long the session behind it lasts, for example 8h
        #[arg(long, value_name = "TIME")]
        session: Option<Age>,
        /// An origin whose pages may embed the portal, as `https://app.example`; may be repeated
        #[arg(long = "embed", value_name = "ORIGIN")]
        embed_origins: Vec<String>,
    },
    /// List links, newest first
    List,
    /// Take a link back; who came in through it is out at once
    Revoke {
        /// The link's id, as `portal-link list` shows it
        id: String,
    },
}

impl PortalLink {
    pub(super) fn run(self) -> Result<()> {
        let links = format!("{}/portal-links", self.within.path()?);
        let client = self.target.client()?;
        let json = self.target.json;
        match self.action {
            Action::Create {
                name,
                role,
                channels,
                expires_in,
                session,
                embed_origins,
            } => {
                let seconds = |age: Option<Age>| age.map(|age| age.limit().unwrap_or(0) / SECOND);
                let body = json!({
                    "name": name,
                    "role": role,
                    "channels": channels,
                    "expires_in_s": seconds(expires_in),
                    "session_s": seconds(session),
                    "embed_origins": embed_origins,
                });
                let made = client.post(&links, &body)?;
                if json {
                    return print_json(&made);
                }
                say!("{}", warm(text(&made, "/url")))?;
                say!(
                    "{}",
                    faint(format!(
                        "It works once, until {}, and is not shown again.",
                        moment(&made, "/expires_at")
                    ))
                )?;
                Ok(())
            }
            Action::List => list(&Target::list(&client, &links, MOST)?, json),
            Action::Revoke { id } => {
                client.delete(&format!("{links}/{}", segment(&id)))?;
                if !json {
                    say!("{} {}", good("taken back"), accent(&id))?;
                }
                Ok(())
            }
        }
    }
}

fn list(items: &[Answer], json: bool) -> Result<()> {
    if json {
        return print_json_lines(items);
    }
    let mut table = Table::new(&["id", "for", "role", "channels", "created", "by", "state"]);
    for item in items {
        table.row([
            accent(text(item, "/id")).to_string(),
            text(item, "/name"),
            text(item, "/role"),
            texts(item, "/channels", "all"),
            moment(item, "/created_at"),
            text(item, "/created_by"),
            state(item),
        ]);
    }
    Ok(table.print("no portal links; `bellwire portal-link create --name NAME` makes one")?)
}

fn state(link: &Value) -> String {
    let revoked = moment(link, "/revoked_at");
    let used = moment(link, "/used_at");
    if !revoked.is_empty() {
        bad(format!("taken back {revoked}")).to_string()
    } else if used.is_empty() {
        format!("until {}", moment(link, "/expires_at"))
    } else {
        good(format!("used {used}")).to_string()
    }
}
