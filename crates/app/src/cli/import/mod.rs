//! `bellwire import`: what another system exported, over the API, so that a server that is running
//! learns of it at once. `export` reads the files, `apply` compares them with what is there and makes
//! the rest; this file says what came of it.

mod apply;
mod export;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;

use self::{
    apply::{Entry, Outcome, Server},
    export::Export,
};
use super::target::{Target, Within};
use crate::{
    failure::{Exit, Failure},
    say,
    table::Table,
    terminal::{accent, bad, faint, good, harmless, warm},
};

/// Take over what another system exported.
#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    within: Within,
    #[command(subcommand)]
    from: From,
}

#[derive(Debug, Subcommand)]
enum From {
    /// Webhooks and notification conditions of Apigee Edge monetization
    ///
    /// The files are answers of its API, saved with ?all=true: of …/webhooks and of
    /// …/notification-conditions, in any order. Rate plans that conditions name must be there before,
    /// under the same ids. What is there already stays as it is, so that the command can run again.
    Apigee {
        /// Answers of the API, as JSON
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Change nothing; say what would be made
        #[arg(long)]
        dry_run: bool,
    },
}

impl Import {
    pub(super) fn run(self) -> Result<()> {
        let From::Apigee { files, dry_run } = self.from;
        let organization = self.within.path()?;
        let export = Export::read(&files)?;
        let client = self.target.client()?;
        let server = Server::look(&client, &organization)?;
        let entries = server.take(&export, dry_run)?;
        if self.target.json {
            for entry in &entries {
                say!("{}", line(entry, dry_run))?;
            }
        } else {
            show(&entries, dry_run)?;
        }
        let left: usize = entries
            .iter()
            .filter(|entry| matches!(entry.outcome, Outcome::Refused(_)))
            .count();
        if left == 0 {
            return Ok(());
        }
        Err(Failure::new(
            Exit::Failed,
            format!(
                "{left} of {} could not be taken over; mend what is said above and run it again: \
                 what is there already stays as it is",
                entries.len()
            ),
        )
        .into())
    }
}

/// One entry as a line of JSON.
fn line(entry: &Entry, dry_run: bool) -> serde_json::Value {
    let (outcome, id, reason) = match &entry.outcome {
        Outcome::Made(_) if dry_run => ("would_be_made", None, None),
        Outcome::Made(id) => ("made", id.as_deref(), None),
        Outcome::Exists(id) => ("exists", Some(id.as_str()), None),
        Outcome::Refused(reason) => ("refused", None, Some(reason.as_str())),
    };
    json!({
        "what": entry.what.as_str(),
        "name": entry.name,
        "former_id": entry.former_id,
        "outcome": outcome,
        "id": id,
        "reason": reason,
        "note": entry.note,
    })
}

fn show(entries: &[Entry], dry_run: bool) -> Result<()> {
    let mut table = Table::new(&["what", "name", "outcome", "id"]);
    let (mut made, mut there) = (0, 0);
    for entry in entries {
        let (outcome, id) = match &entry.outcome {
            Outcome::Made(id) => {
                made += 1;
                let word = if dry_run { "would be made" } else { "made" };
                (good(word).to_string(), id.clone().unwrap_or_default())
            }
            Outcome::Exists(id) => {
                there += 1;
                (faint("is there already").to_string(), id.clone())
            }
            Outcome::Refused(_) => (bad("could not be").to_string(), String::new()),
        };
        let name = accent(harmless(&entry.name)).to_string();
        table.row([entry.what.as_str().to_owned(), name, outcome, id]);
    }
    table.print("the files hold nothing")?;
    for entry in entries {
        let name = harmless(&entry.name);
        if let Outcome::Refused(reason) = &entry.outcome {
            say!("{} {name}: {}", bad(entry.what.as_str()), harmless(reason))?;
        }
        if let Some(note) = &entry.note {
            say!("{} {name}: {}", warm(entry.what.as_str()), harmless(note))?;
        }
    }
    let word = if dry_run { "would be made" } else { "made" };
    let left = entries.len() - made - there;
    say!("{made} {word}, {there} there already, {left} could not be taken over")?;
    Ok(())
}
