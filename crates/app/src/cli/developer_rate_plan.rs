//! `bellwire developer-rate-plan`: who has bought what, over the API.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::target::{Target, Within, deleted, fields, meant, moment, print_json_lines, text};
use crate::{
    api_client::{Answer, query, segment},
    table::Table,
    terminal::accent,
};

/// The most developer rate plans a list shows.
const MOST: usize = 100_000;

/// Manage developer rate plans: who has bought what, with which target.
#[derive(Debug, Args)]
pub(super) struct DeveloperRatePlan {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    within: Within,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Say that a developer has bought a rate plan
    Create {
        /// The developer's e-mail address
        developer: String,
        /// The rate plan
        rate_plan: String,
        /// How much may be used in a period; 0 turns notifications off
        #[arg(long, value_name = "COUNT")]
        quota_target: u64,
        /// When the first period begins (RFC 3339); now, otherwise
        #[arg(long, value_name = "TIME")]
        start: Option<String>,
        /// From when on nothing is counted; never, otherwise
        #[arg(long, value_name = "TIME")]
        end: Option<String>,
    },
    /// List them, oldest first
    List {
        /// Of this developer
        #[arg(long, value_name = "EMAIL")]
        developer: Option<String>,
        /// Of this rate plan
        #[arg(long, value_name = "ID")]
        rate_plan: Option<String>,
    },
    /// Show one
    Show {
        /// The developer rate plan
        id: String,
    },
    /// Change one; what is not given stays
    Update {
        /// The developer rate plan
        id: String,
        /// How much may be used in a period; 0 turns notifications off
        #[arg(long, value_name = "COUNT")]
        quota_target: Option<u64>,
        /// When the first period begins; only until something was counted
        #[arg(long, value_name = "TIME")]
        start: Option<String>,
        /// From when on nothing is counted; none takes the end away
        #[arg(long, value_name = "TIME|none")]
        end: Option<String>,
    },
    /// Delete one, with what was counted for it; to keep that, give it an end
    Delete {
        /// The developer rate plan
        id: String,
        /// Yes, the counts too
        #[arg(long)]
        yes: bool,
    },
}

impl DeveloperRatePlan {
    pub(super) fn run(self) -> Result<()> {
        let plans = format!("{}/developer-rate-plans", self.within.path()?);
        let client = self.target.client()?;
        let json = self.target.json;
        let one = |id: &str| format!("{plans}/{}", segment(id));
        match self.action {
            Action::Create {
                developer,
                rate_plan,
                quota_target,
                start,
                end,
            } => {
                let body = fields([
                    ("developer", Some(json!(developer))),
                    ("rate_plan", Some(json!(rate_plan))),
                    ("quota_target", Some(json!(quota_target))),
                    ("start", start.map(Value::from)),
                    ("end", end.map(Value::from)),
                ]);
                show(&client.post(&plans, &body)?, json)
            }
            Action::List {
                developer,
                rate_plan,
            } => {
                let parameters = query(&[("developer", developer), ("rate_plan", rate_plan)]);
                let path = format!("{plans}{parameters}");
                list(&Target::list(&client, &path, MOST)?, json)
            }
            Action::Show { id } => show(&client.get(&one(&id))?, json),
            Action::Update {
                id,
                quota_target,
                start,
                end,
            } => {
                let end = end.map(|end| match end.as_str() {
                    "none" => Value::Null,
                    _ => end.into(),
                });
                let body = fields([
                    ("quota_target", quota_target.map(Value::from)),
                    ("start", start.map(Value::from)),
                    ("end", end),
                ]);
                show(&client.patch(&one(&id), &body)?, json)
            }
            Action::Delete { id, yes } => {
                meant(yes, &id, "with everything that was counted for it")?;
                client.delete(&one(&id))?;
                deleted(&id, json)
            }
        }
    }
}

fn list(items: &[Answer], json: bool) -> Result<()> {
    if json {
        return print_json_lines(items);
    }
    let mut table = Table::new(&["id", "developer", "rate plan", "target", "start", "end"]);
    for item in items {
        table.row([
            accent(text(item, "/id")).to_string(),
            text(item, "/developer"),
            text(item, "/rate_plan"),
            text(item, "/quota_target"),
            moment(item, "/start"),
            moment(item, "/end"),
        ]);
    }
    Ok(table.print(
        "nobody has bought anything; `bellwire developer-rate-plan create EMAIL RATE_PLAN \
         --quota-target COUNT` says that somebody has",
    )?)
}

fn show(plan: &Answer, json: bool) -> Result<()> {
    super::target::show(
        plan,
        json,
        [
            ("id", text(plan, "/id")),
            ("developer", text(plan, "/developer")),
            ("rate plan", text(plan, "/rate_plan")),
            ("target", text(plan, "/quota_target")),
            ("start", moment(plan, "/start")),
            ("end", moment(plan, "/end")),
        ],
    )
}
