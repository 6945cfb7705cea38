//! `bellwire inspector`: private URLs in the server that keep what arrives there, over the API. For a
//! receiver on one's own machine there is `bellwire inspect`.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;

use super::target::{Target, Within, moment, print_json, print_json_lines, text, texts};
use crate::{
    api_client::{Answer, segment},
    say,
    table::Table,
    terminal::{accent, good, warm},
};

/// The most requests that a list shows: as many as are kept.
const MOST: usize = 100;

/// See what arrives at a private URL in the server.
#[derive(Debug, Args)]
pub(super) struct Inspector {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    within: Within,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an inspector; prints its URL
    Create {
        /// For people
        #[arg(long, default_value = "")]
        name: String,
        /// What it answers: 200, 204, 410, 500 or 503
        #[arg(long, default_value_t = 200)]
        status: u16,
        /// After how many seconds, 10 at most
        #[arg(long, value_name = "SECONDS", default_value_t = 0)]
        delay: u8,
    },
    /// List inspectors, newest first
    List,
    /// List what arrived at one, newest first
    Requests {
        /// The inspector's id, as `inspector list` shows it
        id: String,
    },
    /// Show one request in full, with the verdict on its signature
    Request {
        /// The inspector's id
        id: String,
        /// The request's id, as `inspector requests` shows it
        request: String,
    },
    /// Remove an inspector with what arrived there
    Delete {
        /// The inspector's id
        id: String,
    },
}

impl Inspector {
    pub(super) fn run(self) -> Result<()> {
        let inspectors = format!("{}/inspectors", self.within.path()?);
        let client = self.target.client()?;
        let json = self.target.json;
        match self.action {
            Action::Create {
                name,
                status,
                delay,
            } => {
                let answer = json!({"status": status, "delay_s": delay});
                let made = client.post(&inspectors, &json!({"name": name, "answer": answer}))?;
                if json {
                    return print_json(&made);
                }
                say!("{}", warm(text(&made, "/url")))?;
                Ok(())
            }
            Action::List => list(&Target::list(&client, &inspectors, MOST)?, json),
            Action::Requests { id } => {
                let path = format!("{inspectors}/{}/requests", segment(&id));
                requests(&Target::list(&client, &path, MOST)?, json)
            }
            Action::Request { id, request } => {
                let (id, request) = (segment(&id), segment(&request));
                let path = format!("{inspectors}/{id}/requests/{request}");
                print_json(&client.get(&path)?)
            }
            Action::Delete { id } => {
                client.delete(&format!("{inspectors}/{}", segment(&id)))?;
                if !json {
                    say!("{} {}", good("removed"), accent(&id))?;
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
    let mut table = Table::new(&["id", "name", "answer", "channels", "used", "url"]);
    for item in items {
        table.row([
            accent(text(item, "/id")).to_string(),
            text(item, "/name"),
            text(item, "/answer/status"),
            texts(item, "/channels", "all"),
            moment(item, "/used_at"),
            text(item, "/url"),
        ]);
    }
    Ok(table.print("no inspectors; `bellwire inspector create` makes one")?)
}

fn requests(items: &[Answer], json: bool) -> Result<()> {
    if json {
        return print_json_lines(items);
    }
    let mut table = Table::new(&["id", "at", "from", "method", "path", "bytes", "answered"]);
    for item in items {
        table.row([
            accent(text(item, "/id")).to_string(),
            moment(item, "/at"),
            text(item, "/address"),
            text(item, "/method"),
            text(item, "/path"),
            text(item, "/body_bytes"),
            text(item, "/answered"),
        ]);
    }
    Ok(table.print("nothing has arrived yet; send something to the inspector's URL")?)
}
