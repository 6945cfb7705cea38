//! `bellwire organization`: the tenants, over the API.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::target::{Target, moment, print_json, print_json_lines, text};
use crate::{
    api_client::{Answer, segment},
    failure::{Exit, Failure},
    say,
    table::Table,
    terminal::{accent, good},
};

/// The most organizations a list shows.
const MOST: usize = 100_000;

/// Manage organizations.
#[derive(Debug, Args)]
pub(super) struct Organization {
    #[command(flatten)]
    target: Target,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an organization
    Create {
        /// What URLs call it: lower-case letters, digits and hyphens
        id: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// List organizations
    List,
    /// Show one
    Show {
        /// The organization
        id: String,
    },
    /// Change one
    Update {
        /// The organization
        id: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// Delete one with everything that belongs to it
    Delete {
        /// The organization
        id: String,
        /// Yes, everything
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
struct Settings {
    /// Display name
    #[arg(long)]
    name: Option<String>,
    /// The profile of webhooks that name none: standard, advocate, eventinsight, wink, apigee, …
    #[arg(long)]
    profile: Option<String>,
    /// Whether events of types that are not in the catalogue are refused
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
    strict: Option<bool>,
}

impl Settings {
    fn body(&self) -> Map<String, Value> {
        let mut body = Map::new();
        for (field, value) in [
            ("name", self.name.as_ref().map(|name| json!(name))),
            (
                "default_profile",
                self.profile.as_ref().map(|profile| json!(profile)),
            ),
            (
                "strict_event_types",
                self.strict.map(|strict| json!(strict)),
            ),
        ] {
            if let Some(value) = value {
                body.insert(field.to_owned(), value);
            }
        }
        body
    }
}

impl Organization {
    pub(super) fn run(self) -> Result<()> {
        let client = self.target.client()?;
        let json = self.target.json;
        match self.action {
            Action::Create { id, settings } => {
                let mut body = settings.body();
                body.insert("id".to_owned(), json!(id));
                let made = client.post("/organizations", &body)?;
                show("made", &made, json)
            }
            Action::List => {
                let items = Target::list(&client, "/organizations", MOST)?;
                if json {
                    return print_json_lines(&items);
                }
                let mut table = Table::new(&["id", "name", "profile", "strict", "created"]);
                for item in &items {
                    table.row([
                        accent(text(item, "/id")).to_string(),
                        text(item, "/name"),
                        text(item, "/default_profile"),
                        text(item, "/strict_event_types"),
                        moment(item, "/created_at"),
                    ]);
                }
                Ok(table
                    .print("no organizations yet; `bellwire organization create ID` makes one")?)
            }
            Action::Show { id } => {
                let found = client.get(&format!("/organizations/{}", segment(&id)))?;
                show("", &found, json)
            }
            Action::Update { id, settings } => {
                let path = format!("/organizations/{}", segment(&id));
                let changed = client.patch(&path, &settings.body())?;
                show("changed", &changed, json)
            }
            Action::Delete { id, yes } => {
                if !yes {
                    return Err(Failure::new(
                        Exit::Usage,
                        format!(
                            "this deletes `{id}` with its webhooks, events and history; add --yes \
                             if that is meant"
                        ),
                    )
                    .into());
                }
                client.delete(&format!("/organizations/{}", segment(&id)))?;
                if !json {
                    say!("{} {}", good("deleted"), accent(&id))?;
                }
                Ok(())
            }
        }
    }
}

fn show(done: &str, value: &Answer, json: bool) -> Result<()> {
    if json {
        return print_json(value);
    }
    if !done.is_empty() {
        say!("{} {}", good(done), accent(text(value, "/id")))?;
    }
    let mut table = Table::new(&["field", "value"]);
    for (name, pointer) in [
        ("id", "/id"),
        ("name", "/name"),
        ("profile", "/default_profile"),
        ("strict", "/strict_event_types"),
    ] {
        table.row([name.to_owned(), text(value, pointer)]);
    }
    table.row(["created".to_owned(), moment(value, "/created_at")]);
    table.row(["changed".to_owned(), moment(value, "/updated_at")]);
    Ok(table.print("")?)
}
