//! `bellwire stats`: counts, success rate and latency of attempts, over the API.

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::Value;

use super::{
    sparkline::sparkline,
    target::{Target, moment, print_json, text},
};
use crate::{
    api_client::{Answer, query, segment},
    say,
    table::Table,
    terminal::{accent, bad, faint, good, strong, warm},
};

/// Columns of a sparkline.
const COLUMNS: usize = 48;
/// Steps that are shown in a table, at most: the last ones.
const STEPS: usize = 24;

/// See counts, success rate and latency of attempts.
#[derive(Debug, Args)]
pub(super) struct Stats {
    #[command(flatten)]
    target: Target,
    /// Of this organization; otherwise of all together
    #[arg(
        long,
        short,
        help_heading = "Server",
        env = "BELLWIRE_ORGANIZATION",
        value_name = "ID"
    )]
    organization: Option<String>,
    /// From this time on, as 2026-11-21T08:30:00Z [default: 24 hours before the end]
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Before this time [default: now]
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// In steps of this length [default: one that suits the time]
    #[arg(long)]
    step: Option<Step>,
    /// Of this webhook
    #[arg(long, value_name = "ID", requires = "organization")]
    webhook: Option<String>,
    /// Of events of this type
    #[arg(long = "type", value_name = "TYPE")]
    event_type: Option<String>,
    /// Each of these by itself
    #[arg(long, value_name = "WHAT")]
    by: Option<By>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Step {
    Minute,
    Hour,
    Day,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum By {
    Webhook,
    Type,
    Class,
    Organization,
}

fn name(value: impl ValueEnum) -> Option<String> {
    value
        .to_possible_value()
        .map(|value| value.get_name().to_owned())
}

impl Stats {
    pub(super) fn run(self) -> Result<()> {
        let client = self.target.client()?;
        let within = self.organization.as_deref();
        let within =
            within.map_or_else(String::new, |id| format!("/organizations/{}", segment(id)));
        let parameters = query(&[
            ("since", self.since),
            ("until", self.until),
            ("step", self.step.and_then(name)),
            ("webhook", self.webhook),
            ("type", self.event_type),
            ("group_by", self.by.and_then(name)),
        ]);
        let statistics = client.get(&format!("{within}/statistics{parameters}"))?;
        if self.target.json {
            return print_json(&statistics);
        }
        show(&statistics)
    }
}

fn show(statistics: &Answer) -> Result<()> {
    let totals = &statistics["totals"];
    say!(
        "{} {} {}",
        faint("from"),
        moment(statistics, "/since"),
        faint(format!("to {}", moment(statistics, "/until")))
    )?;
    let attempts = totals["attempts"].as_u64().unwrap_or(0);
    if attempts == 0 {
        return Ok(say!("{}", faint("no attempts"))?);
    }
    say!(
        "{} attempts, {} delivered, {} failed, {} given up, success {}",
        strong(attempts),
        good(text(totals, "/delivered")),
        bad(text(totals, "/failed")),
        bad(text(totals, "/exhausted")),
        rate(totals),
    )?;
    say!("{} {}", faint("latency"), latencies(totals))?;
    let steps = list(statistics, "steps");
    let of = |field: &str| -> Vec<u64> {
        steps
            .iter()
            .map(|step| step[field].as_u64().unwrap_or(0))
            .collect()
    };
    say!(
        "{} {}",
        faint("delivered"),
        good(sparkline(&of("delivered"), COLUMNS))
    )?;
    say!(
        "{}    {}",
        faint("failed"),
        bad(sparkline(&of("failed"), COLUMNS))
    )?;
    let groups = list(statistics, "groups");
    if groups.is_empty() {
        by_step(steps, &text(statistics, "/step"))
    } else {
        by_group(groups)
    }
}

fn by_step(steps: &[Value], step: &str) -> Result<()> {
    let used: Vec<&Value> = steps.iter().filter(|step| step["attempts"] != 0).collect();
    let mut table = Table::new(&[
        "at", "attempts", "failed", "given up", "success", "p50", "p99",
    ]);
    for step in used.iter().skip(used.len().saturating_sub(STEPS)) {
        let mut row = vec![moment(step, "/at")];
        row.extend(cells(step));
        table.row(row);
    }
    table.print("nothing")?;
    if used.len() > STEPS {
        let more = used.len() - STEPS;
        say!(
            "{}",
            faint(format!(
                "{more} more with attempts, one for each {step}; --json shows all"
            ))
        )?;
    }
    Ok(())
}

fn by_group(groups: &[Value]) -> Result<()> {
    let mut table = Table::new(&[
        "of", "attempts", "failed", "given up", "success", "p50", "p99",
    ]);
    for group in groups {
        let of = ["/webhook_id", "/type", "/class", "/organization"]
            .iter()
            .map(|pointer| text(group, pointer))
            .find(|text| !text.is_empty());
        let mut row = vec![accent(of.unwrap_or_default()).to_string()];
        row.extend(cells(&group["totals"]));
        table.row(row);
    }
    Ok(table.print("nothing")?)
}

fn cells(counts: &Value) -> [String; 6] {
    [
        text(counts, "/attempts"),
        text(counts, "/failed"),
        text(counts, "/exhausted"),
        rate(counts),
        milliseconds(counts, "/latency_ms/p50"),
        milliseconds(counts, "/latency_ms/p99"),
    ]
}

fn list<'a>(answer: &'a Value, field: &str) -> &'a [Value] {
    answer[field].as_array().map_or(&[], Vec::as_slice)
}

/// `98.2 %`, in the colour of how good that is.
fn rate(counts: &Value) -> String {
    let Some(rate) = counts["success_rate"].as_f64() else {
        return String::new();
    };
    let text = format!("{:.1} %", rate * 100.0);
    match rate {
        0.99.. => good(text).to_string(),
        0.9.. => warm(text).to_string(),
        _ => bad(text).to_string(),
    }
}

fn latencies(counts: &Value) -> String {
    ["p50", "p95", "p99", "max"]
        .map(|part| {
            let time = milliseconds(counts, &format!("/latency_ms/{part}"));
            format!("{part} {}", strong(time))
        })
        .join(", ")
}

/// `1.5 ms`, `250 ms`, `12.0 s`.
fn milliseconds(counts: &Value, pointer: &str) -> String {
    match counts.pointer(pointer).and_then(Value::as_f64) {
        None => String::new(),
        Some(ms) if ms < 10.0 => format!("{ms:.1} ms"),
        Some(ms) if ms < 10_000.0 => format!("{ms:.0} ms"),
        Some(ms) => format!("{:.1} s", ms / 1000.0),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rates_and_times_are_for_people() {
        let plain = |text: String| console::strip_ansi_codes(&text).into_owned();
        assert_eq!(plain(rate(&json!({"success_rate": 0.9824}))), "98.2 %");
        assert_eq!(rate(&json!({"success_rate": null})), "");
        let of = |ms: f64| milliseconds(&json!({"ms": ms}), "/ms");
        assert_eq!(
            [of(1.52), of(250.4), of(12_000.0)],
            ["1.5 ms", "250 ms", "12.0 s"]
        );
        assert_eq!(milliseconds(&json!({}), "/ms"), "");
    }
}
