//! `bellwire notification-condition`: at which percentages which webhooks are called, over the API.

use anyhow::Result;
use bellwire_core::usage::UsageTarget;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::target::{Target, Within, deleted, fields, moment, print_json_lines, text, texts};
use crate::{
    api_client::{Answer, query, segment},
    failure::{Exit, Failure},
    table::Table,
    terminal::accent,
};

/// The most notification conditions a list shows.
const MOST: usize = 100_000;

/// Manage notification conditions: at which percentages which webhooks are called.
#[derive(Debug, Args)]
pub(super) struct NotificationCondition {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    within: Within,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make one
    Create {
        /// The rate plan
        rate_plan: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// List them, oldest first
    List {
        /// Of this rate plan
        #[arg(long, value_name = "ID")]
        rate_plan: Option<String>,
    },
    /// Show one
    Show {
        /// The notification condition
        id: String,
    },
    /// Change one; what is not given stays
    Update {
        /// The notification condition
        id: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// Delete one
    Delete {
        /// The notification condition
        id: String,
    },
}

#[derive(Debug, Args)]
struct Settings {
    /// A percentage of the target, or a range: 80, "80 to 120", "80 to 120 by 5"; may be repeated;
    /// those given are all
    #[arg(long = "at", value_name = "PERCENT", value_parser = threshold)]
    thresholds: Vec<Value>,
    /// A webhook that is called; may be repeated; those given are all
    #[arg(long = "webhook", value_name = "ID")]
    webhooks: Vec<String>,
}

impl Settings {
    fn body(self) -> serde_json::Map<String, Value> {
        let thresholds = (!self.thresholds.is_empty()).then(|| json!(self.thresholds));
        let webhooks = (!self.webhooks.is_empty()).then(|| json!(self.webhooks));
        fields([("thresholds", thresholds), ("webhooks", webhooks)])
    }
}

/// A percentage or a range as the monetization API writes them, with or without its `%=`.
fn threshold(text: &str) -> Result<Value, String> {
    let written = match text.trim_start().starts_with('%') {
        true => text.to_owned(),
        false => format!("%= {text}"),
    };
    match written.parse() {
        Ok(UsageTarget::Range { from, to, step }) => {
            Ok(json!({"from": from, "to": to, "step": step}))
        }
        Ok(UsageTarget::At(percent)) => Ok(json!(percent)),
        _ => Err(
            "write a whole percentage such as 80, or a range such as \"80 to 120 by 10\"; several \
             are several --at"
                .to_owned(),
        ),
    }
}

impl NotificationCondition {
    pub(super) fn run(self) -> Result<()> {
        let conditions = format!("{}/notification-conditions", self.within.path()?);
        let client = self.target.client()?;
        let json = self.target.json;
        let one = |id: &str| format!("{conditions}/{}", segment(id));
        match self.action {
            Action::Create {
                rate_plan,
                settings,
            } => {
                if settings.thresholds.is_empty() || settings.webhooks.is_empty() {
                    return Err(Failure::new(
                        Exit::Usage,
                        "a notification needs percentages and webhooks: give --at 80 and --webhook \
                         ID; `bellwire webhook list` shows the ids",
                    )
                    .into());
                }
                let mut body = settings.body();
                body.insert("rate_plan".to_owned(), json!(rate_plan));
                show(&client.post(&conditions, &body)?, json)
            }
            Action::List { rate_plan } => {
                let path = format!("{conditions}{}", query(&[("rate_plan", rate_plan)]));
                list(&Target::list(&client, &path, MOST)?, json)
            }
            Action::Show { id } => show(&client.get(&one(&id))?, json),
            Action::Update { id, settings } => {
                show(&client.patch(&one(&id), &settings.body())?, json)
            }
            Action::Delete { id } => {
                client.delete(&one(&id))?;
                deleted(&id, json)
            }
        }
    }
}

/// The percentages that fire; the first of them, when they are many.
fn fires_at(condition: &Value) -> String {
    const SHOWN: usize = 12;
    let all: Vec<String> = condition["fires_at"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|percent| format!("{percent} %"))
        .collect();
    match all.get(..SHOWN) {
        Some(first) if all.len() > SHOWN => {
            format!("{} and {} more", first.join(", "), all.len() - SHOWN)
        }
        _ => all.join(", "),
    }
}

fn list(items: &[Answer], json: bool) -> Result<()> {
    if json {
        return print_json_lines(items);
    }
    let mut table = Table::new(&["id", "rate plan", "fires at", "webhooks", "created"]);
    for item in items {
        table.row([
            accent(text(item, "/id")).to_string(),
            text(item, "/rate_plan"),
            fires_at(item),
            texts(item, "/webhooks", ""),
            moment(item, "/created_at"),
        ]);
    }
    Ok(table.print(
        "no notification conditions; `bellwire notification-condition create RATE_PLAN --at 80 \
         --webhook ID` makes one",
    )?)
}

fn show(condition: &Answer, json: bool) -> Result<()> {
    super::target::show(
        condition,
        json,
        [
            ("id", text(condition, "/id")),
            ("rate plan", text(condition, "/rate_plan")),
            ("fires at", fires_at(condition)),
            ("webhooks", texts(condition, "/webhooks", "")),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_a_number_or_a_range() {
        assert_eq!(threshold("80"), Ok(json!(80)));
        assert_eq!(threshold("%= 80"), Ok(json!(80)));
        let range = json!({"from": 80, "to": 120, "step": 10});
        assert_eq!(threshold("80 to 120"), Ok(range.clone()));
        assert_eq!(threshold("80to120by10"), Ok(range));
        for wrong in ["", "0", "80.5", "80,90", "120 to 80"] {
            assert!(threshold(wrong).unwrap_err().contains("--at"), "{wrong}");
        }
    }
}
