//! `bellwire failures`: what fails, by webhook and result, and why, over the API.

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::Value;

use super::{
    sparkline::sparkline,
    target::{Target, Within, moment, print_json, text},
};
use crate::{
    api_client::{Answer, query},
    say,
    terminal::{accent, bad, faint, strong, warm},
};

/// See what fails: by webhook and result, with the reason.
#[derive(Debug, Args)]
pub(super) struct Failures {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    within: Within,
    /// From this time on, as 2026-11-21T08:30:00Z [default: 24 hours before the end]
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Before this time [default: now]
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Of this webhook
    #[arg(long, value_name = "ID")]
    webhook: Option<String>,
    /// What comes first: what happened last, or most often
    #[arg(long, default_value = "last")]
    sort: Sort,
    /// How many groups
    #[arg(long, short = 'n', default_value_t = 20)]
    limit: usize,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Sort {
    Last,
    Count,
}

impl Failures {
    pub(super) fn run(self) -> Result<()> {
        let client = self.target.client()?;
        let sort = match self.sort {
            Sort::Last => "last_at",
            Sort::Count => "count",
        };
        let parameters = query(&[
            ("since", self.since),
            ("until", self.until),
            ("webhook", self.webhook),
            ("sort", Some(sort.to_owned())),
            ("limit", Some(self.limit.to_string())),
        ]);
        let failures = client.get(&format!("{}/failures{parameters}", self.within.path()?))?;
        if self.target.json {
            return print_json(&failures);
        }
        show(&failures)
    }
}

fn show(failures: &Answer) -> Result<()> {
    say!(
        "{} {} {}",
        faint("from"),
        moment(failures, "/since"),
        faint(format!("to {}", moment(failures, "/until")))
    )?;
    let groups = failures["groups"].as_array().map_or(&[][..], Vec::as_slice);
    if groups.is_empty() {
        return Ok(say!("{}", faint("nothing failed"))?);
    }
    for group in groups {
        show_group(group)?;
    }
    let count = failures["group_count"].as_u64().unwrap_or(0);
    let shown = groups.len() as u64;
    if count > shown {
        say!(
            "\n{}",
            faint(format!("{} more; --limit shows more", count - shown))
        )?;
    }
    Ok(())
}

fn show_group(group: &Value) -> Result<()> {
    let trend: Vec<u64> = group["trend"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_u64)
        .collect();
    let exhausted = match group["exhausted"].as_u64().unwrap_or(0) {
        0 => String::new(),
        n => bad(format!(", {n} given up")).to_string(),
    };
    say!(
        "\n{}  {}  {}{exhausted}  {}",
        bad(result(group)),
        accent(text(group, "/webhook_id")),
        strong(format!("{} times", text(group, "/count"))),
        warm(sparkline(&trend, trend.len())),
    )?;
    say!(
        "{}",
        faint(format!(
            "  first {}, last {}",
            moment(group, "/first_at"),
            moment(group, "/last_at")
        ))
    )?;
    let summary = text(group, "/example/diagnosis/summary");
    if !summary.is_empty() {
        say!("  {summary}")?;
        say!("  {}", text(group, "/example/diagnosis/advice"))?;
    }
    let event = text(group, "/example/event_id");
    if event.is_empty() {
        let delivery = text(group, "/example/delivery_id");
        say!(
            "{}",
            faint(format!("  delivery {delivery}; its event is gone"))
        )?;
    } else {
        let number = text(group, "/example/number");
        say!(
            "{}",
            faint(format!(
                "  attempt {number} of: bellwire event show {event}"
            ))
        )?;
    }
    Ok(())
}

/// `503`, `first_byte_timeout`.
fn result(group: &Value) -> String {
    match text(group, "/status") {
        status if status.is_empty() => text(group, "/cause"),
        status => status,
    }
}
