//! `bellwire usage`: what was used against targets, over the API.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::Value;

use super::{
    target::{Target, Within, moment, print_json, print_json_lines, text},
    usage_report::Report,
};
use crate::{
    api_client::{Answer, query, segment},
    table::Table,
    terminal::{accent, bad, good, warm},
};

/// The most entries a list shows.
const MOST: usize = 100_000;

/// Report usage, and see it against targets.
#[derive(Debug, Args)]
pub(super) struct Usage {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    within: Within,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Report what was used; a record with an id that was reported before counts nothing
    Report(Report),
    /// See what is used in the present periods
    List {
        /// By this developer
        #[arg(long, value_name = "EMAIL")]
        developer: Option<String>,
        /// Of this rate plan
        #[arg(long, value_name = "ID")]
        rate_plan: Option<String>,
    },
    /// See what was used of one developer rate plan in each period, latest first
    History {
        /// The developer rate plan
        id: String,
        /// How many periods
        #[arg(long, short = 'n', default_value_t = 24)]
        limit: usize,
    },
}

impl Usage {
    pub(super) fn run(self) -> Result<()> {
        let organization = self.within.path()?;
        let usage = format!("{organization}/usage");
        let client = self.target.client()?;
        let json = self.target.json;
        match self.action {
            Action::Report(report) => report.run(&client, &usage, json),
            Action::List {
                developer,
                rate_plan,
            } => {
                let parameters = query(&[("developer", developer), ("rate_plan", rate_plan)]);
                list(
                    &Target::list(&client, &format!("{usage}{parameters}"), MOST)?,
                    json,
                )
            }
            Action::History { id, limit } => {
                let limit = query(&[("limit", Some(limit.to_string()))]);
                let plan = format!("{organization}/developer-rate-plans/{}", segment(&id));
                history(&client.get(&format!("{plan}/usage{limit}"))?, json)
            }
        }
    }
}

/// How much of the target that is.
fn percent(usage: &Value) -> String {
    match usage["percent"].as_u64() {
        None => "no target".to_owned(),
        Some(percent @ 0..80) => good(format!("{percent} %")).to_string(),
        Some(percent @ 80..100) => warm(format!("{percent} %")).to_string(),
        Some(percent) => bad(format!("{percent} %")).to_string(),
    }
}

fn list(items: &[Answer], json: bool) -> Result<()> {
    if json {
        return print_json_lines(items);
    }
    let mut table = Table::new(&[
        "developer",
        "rate plan",
        "used",
        "target",
        "percent",
        "period ends",
        "developer rate plan",
    ]);
    for item in items {
        let period = match moment(item, "/period/end") {
            end if end.is_empty() => "not in force".to_owned(),
            end => end,
        };
        table.row([
            accent(text(item, "/developer")).to_string(),
            text(item, "/rate_plan"),
            text(item, "/used"),
            text(item, "/quota_target"),
            percent(item),
            period,
            text(item, "/developer_rate_plan"),
        ]);
    }
    Ok(table.print("nobody has bought anything yet")?)
}

fn history(answer: &Answer, json: bool) -> Result<()> {
    if json {
        return print_json(answer);
    }
    let mut table = Table::new(&["from", "to", "used", "percent", "last"]);
    for period in answer["periods"].as_array().into_iter().flatten() {
        table.row([
            moment(period, "/start"),
            moment(period, "/end"),
            text(period, "/used"),
            percent(period),
            moment(period, "/updated_at"),
        ]);
    }
    Ok(table.print("nothing was used yet")?)
}
