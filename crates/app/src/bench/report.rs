//! What was measured, as rows: a table for people, JSON lines for machines.

use console::style;
use serde::Serialize;

use anyhow::Result;

use super::{Bench, Comparison, Measured, Work, ledger::percentile_ms};
use crate::{
    failure::{Exit, Failure},
    say,
    table::Table,
    terminal::{bad, faint, good},
};

/// One result. The keys of the JSON are these fields; `null` where one does not apply.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Row {
    pub(super) scenario: String,
    pub(super) store: &'static str,
    pub(super) concurrency: Option<u32>,
    pub(super) deliveries_per_s: Option<f64>,
    pub(super) relay_per_s: Option<f64>,
    pub(super) ratio_to_relay: Option<f64>,
    pub(super) p50_ms: Option<f64>,
    pub(super) p99_ms: Option<f64>,
    pub(super) p999_ms: Option<f64>,
    pub(super) relay_p50_ms: Option<f64>,
    pub(super) fsync_p50_ms: Option<f64>,
    pub(super) lost: Option<u64>,
    pub(super) duplicates: Option<u64>,
    pub(super) cpu_ms_per_delivery: Option<f64>,
    pub(super) peak_rss_mib: Option<f64>,
    pub(super) nodes: u32,
    pub(super) statements_per_event: Option<f64>,
    pub(super) statements_per_delivery: Option<f64>,
    pub(super) commits_per_delivery: Option<f64>,
    pub(super) database_cpu_ms_per_delivery: Option<f64>,
    pub(super) records_per_s: Option<f64>,
    pub(super) ingest_p99_ms: Option<f64>,
    /// What else there is to say, for people.
    #[serde(skip)]
    pub(super) notes: Vec<String>,
    /// What was aimed at, and whether it was reached.
    #[serde(skip)]
    pub(super) aims: Vec<(String, bool)>,
}

impl Row {
    pub(super) fn new(scenario: impl Into<String>, bench: &Bench) -> Self {
        Self {
            scenario: scenario.into(),
            store: bench.databases.name(),
            nodes: bench.nodes.get(),
            ..Self::default()
        }
    }

    /// A row of the server's rounds: the median of each number.
    pub(super) fn measured(
        scenario: impl Into<String>,
        concurrency: Option<u32>,
        rounds: &[Measured],
        bench: &Bench,
    ) -> Self {
        let arrived: u64 = rounds.iter().map(|round| round.balance.arrived).sum();
        let cpu_ms: f64 = rounds.iter().map(|round| round.cpu_ms).sum();
        let per_delivery = |sum: f64| (arrived > 0).then(|| round3(sum / arrived as f64));
        let mut row = Self {
            concurrency,
            deliveries_per_s: median(rounds, |round| Some(round.deliveries_per_s)),
            p50_ms: latency(rounds, 0.5),
            p99_ms: latency(rounds, 0.99),
            p999_ms: latency(rounds, 0.999),
            fsync_p50_ms: bench.disk.borrow().p50_ms(),
            lost: Some(rounds.iter().map(|round| round.balance.lost).sum()),
            duplicates: Some(rounds.iter().map(|round| round.balance.duplicates).sum()),
            cpu_ms_per_delivery: per_delivery(cpu_ms),
            ..Self::new(scenario, bench)
        };
        let database_cpu: Option<f64> = rounds.iter().map(|round| round.database_cpu_ms).sum();
        row.database_cpu_ms_per_delivery = database_cpu.and_then(per_delivery);
        if let Some(work) = rounds.iter().map(|round| round.work).sum::<Option<Work>>() {
            row.commits_per_delivery = per_delivery(work.commits as f64);
            let events: u64 = rounds.iter().map(|round| round.events).sum();
            if bench.databases.is_server() && events > 0 {
                row.statements_per_event =
                    Some(round3(work.enqueue_statements as f64 / events as f64));
                row.statements_per_delivery = per_delivery(work.delivery_statements as f64);
            }
            row.notes.push(row.costs(work));
        }
        row
    }

    /// What the store did for it, in words.
    fn costs(&self, work: Work) -> String {
        let mut text = format!(
            "{} commits a delivery, {:.1} calls a commit",
            number(self.commits_per_delivery, 3),
            work.calls as f64 / work.commits.max(1) as f64
        );
        if let (Some(event), Some(delivery)) =
            (self.statements_per_event, self.statements_per_delivery)
        {
            text.push_str(&format!(
                ", {event:.3} statements an event, {delivery:.3} a delivery"
            ));
        }
        if let Some(cpu) = self.database_cpu_ms_per_delivery {
            text.push_str(&format!(
                "; the database used {cpu:.3} ms of CPU a delivery"
            ));
        }
        text
    }

    /// The same with the relay beside it.
    pub(super) fn compared(
        scenario: impl Into<String>,
        concurrency: Option<u32>,
        comparison: &Comparison,
        bench: &Bench,
    ) -> Self {
        let mut row = Self::measured(scenario, concurrency, &comparison.server, bench);
        row.relay_per_s = median(&comparison.relay, |round| Some(round.deliveries_per_s));
        row.relay_p50_ms = latency(&comparison.relay, 0.5);
        row.ratio_to_relay = match (row.deliveries_per_s, row.relay_per_s) {
            (Some(own), Some(relay)) if relay > 0.0 => Some(round3(own / relay)),
            _ => None,
        };
        let accepted = median(&comparison.server, |round| Some(round.events_per_s));
        let relay_lost: u64 = comparison
            .relay
            .iter()
            .map(|round| round.balance.lost)
            .sum();
        let relay_cpu: f64 = comparison.relay.iter().map(|round| round.cpu_ms).sum();
        let relay_arrived: u64 = comparison
            .relay
            .iter()
            .map(|round| round.balance.arrived)
            .sum();
        row.notes.push(format!(
            "{} events accepted a second; the relay used {:.3} ms of CPU a delivery and lost {relay_lost}",
            number(accepted, 0),
            relay_cpu / relay_arrived.max(1) as f64,
        ));
        row
    }

    /// Its scenario, and its nodes where there are several.
    fn title(&self) -> String {
        match self.nodes {
            1 => self.scenario.clone(),
            nodes => format!("{}, {nodes} nodes", self.scenario),
        }
    }

    /// Notes an aim and whether it was reached.
    pub(super) fn aim(&mut self, what: impl Into<String>, reached: bool) {
        self.aims.push((what.into(), reached));
    }
}

/// The median over the rounds of what they have.
pub(super) fn median<R>(rounds: &[R], of: impl Fn(&R) -> Option<f64>) -> Option<f64> {
    let mut values: Vec<f64> = rounds.iter().filter_map(of).collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        count if count % 2 == 1 => Some(round3(values[middle])),
        _ => Some(round3((values[middle - 1] + values[middle]) / 2.0)),
    }
}

fn latency(rounds: &[Measured], share: f64) -> Option<f64> {
    median(rounds, |round| {
        percentile_ms(&round.balance.latencies_us, share)
    })
}

/// Three digits behind the point are more than any of these numbers is worth.
pub(super) fn round3(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.digits$}"))
}

/// Gathers rows and tells them.
pub(super) struct Report {
    json: bool,
    rows: Vec<Row>,
}

impl Report {
    pub(super) const fn new(json: bool) -> Self {
        Self {
            json,
            rows: Vec::new(),
        }
    }

    /// Adds rows; JSON is written at once.
    pub(super) fn add(&mut self, rows: Vec<Row>) -> Result<()> {
        if self.json {
            for row in &rows {
                say!("{}", serde_json::to_string(row)?)?;
            }
        }
        self.rows.extend(rows);
        Ok(())
    }

    /// Writes the table.
    ///
    /// # Errors
    /// [`Failure`] when something acknowledged was lost.
    pub(super) fn finish(self, place: &str) -> Result<()> {
        if !self.json {
            self.print(place)?;
        }
        let lost: u64 = self.rows.iter().filter_map(|row| row.lost).sum();
        if lost > 0 {
            let message = format!("{lost} acknowledged deliveries did not arrive");
            return Err(Failure::new(Exit::Failed, message).into());
        }
        Ok(())
    }

    fn print(&self, place: &str) -> Result<()> {
        say!("{}\n", faint(place))?;
        let mut table = Table::new(&[
            "scenario",
            "conc.",
            "deliv./s",
            "relay/s",
            "ratio",
            "p50 ms",
            "p99 ms",
            "p99.9 ms",
            "relay p50",
            "fsync p50",
            "lost",
            "dupl.",
            "CPU ms/deliv.",
            "peak MiB",
        ]);
        let count = |value: Option<u64>| value.map_or_else(|| "–".to_owned(), |n| n.to_string());
        for row in &self.rows {
            let lost = count(row.lost);
            table.row([
                row.title(),
                count(row.concurrency.map(u64::from)),
                number(row.deliveries_per_s, 0),
                number(row.relay_per_s, 0),
                number(row.ratio_to_relay, 2),
                number(row.p50_ms, 2),
                number(row.p99_ms, 2),
                number(row.p999_ms, 2),
                number(row.relay_p50_ms, 2),
                number(row.fsync_p50_ms, 2),
                if row.lost.is_some_and(|lost| lost > 0) {
                    bad(lost).to_string()
                } else {
                    lost
                },
                count(row.duplicates),
                number(row.cpu_ms_per_delivery, 3),
                number(row.peak_rss_mib, 1),
            ]);
        }
        table.print("nothing was measured")?;
        say!("")?;
        for row in &self.rows {
            for (aim, reached) in &row.aims {
                let mark = if *reached {
                    good("met   ")
                } else {
                    bad("missed")
                };
                say!("{mark} {}: {aim}", style(name(row)).bold())?;
            }
        }
        for row in &self.rows {
            for note in &row.notes {
                say!("{}", faint(format!("       {}: {note}", name(row))))?;
            }
        }
        Ok(())
    }
}

fn name(row: &Row) -> String {
    match row.concurrency {
        Some(concurrency) => format!("{} × {concurrency}", row.title()),
        None => row.title(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_exactly_the_documented_keys_in_order() {
        let row = Row {
            scenario: "steady".to_owned(),
            store: "sqlite",
            nodes: 1,
            ..Row::default()
        };
        let row = serde_json::to_string(&row).unwrap();
        assert_eq!(
            row,
            "{\"scenario\":\"steady\",\"store\":\"sqlite\",\"concurrency\":null,\
             \"deliveries_per_s\":null,\"relay_per_s\":null,\"ratio_to_relay\":null,\
             \"p50_ms\":null,\"p99_ms\":null,\"p999_ms\":null,\"relay_p50_ms\":null,\
             \"fsync_p50_ms\":null,\"lost\":null,\"duplicates\":null,\
             \"cpu_ms_per_delivery\":null,\"peak_rss_mib\":null,\"nodes\":1,\
             \"statements_per_event\":null,\"statements_per_delivery\":null,\
             \"commits_per_delivery\":null,\"database_cpu_ms_per_delivery\":null,\
             \"records_per_s\":null,\"ingest_p99_ms\":null}"
        );
    }
}
