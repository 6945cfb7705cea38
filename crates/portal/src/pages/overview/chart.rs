//! What was delivered and what failed by time: a picture with its axes as text, and the same as a
//! table for those who listen or want the numbers.

use bellwire_core::{
    service::Series,
    statistics::Cell,
    time::{DurationUs, Time},
};

use super::period::Period;
use crate::{language::Text, moment::Moment, spark};

/// A picture and its table.
#[derive(Debug, Clone)]
pub(crate) struct Chart {
    pub(crate) svg: String,
    /// What the highest bar counts.
    pub(crate) most: String,
    /// Below its left end, its middle and its right end.
    pub(crate) ticks: Vec<Moment>,
    pub(crate) rows: Vec<Row>,
}

/// Some steps together.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) at: Moment,
    pub(crate) delivered: String,
    pub(crate) failed: String,
}

impl Chart {
    pub(super) fn new(text: &Text, period: Period, series: &Series, now: Time) -> Self {
        let steps: Vec<spark::Step> = series
            .steps
            .iter()
            .map(|step| (step.delivered, step.failed))
            .collect();
        let most = series.steps.iter().map(Cell::attempts).max().unwrap_or(0);
        let label = text.with(
            "overview-chart-label",
            [
                ("period", period.label(text).into()),
                ("delivered", text.number(series.all.delivered).into()),
                ("failed", text.number(series.all.failed).into()),
            ],
        );
        let half = now.since(series.since) / 2;
        let ticks = [series.since, series.since + half, now];
        Self {
            svg: spark::bars(&steps, "chart tall", 160, &label),
            most: text.number(most),
            ticks: ticks.map(|at| Moment::new(text, at, now)).into(),
            rows: rows(text, period, series, now),
        }
    }
}

/// Newest first, as the log has it.
fn rows(text: &Text, period: Period, series: &Series, now: Time) -> Vec<Row> {
    let each = period.steps_of_row();
    let length: DurationUs = series.step.length_us();
    let mut rows: Vec<Row> = (0_i64..)
        .zip(series.steps.chunks(each))
        .map(|(number, steps)| {
            let begin = series.since + number * length * i64::try_from(each).unwrap_or(1);
            let sum = |count: fn(&Cell) -> u64| text.number(steps.iter().map(count).sum());
            Row {
                at: Moment::new(text, begin, now),
                delivered: sum(|step| step.delivered),
                failed: sum(|step| step.failed),
            }
        })
        .collect();
    rows.reverse();
    rows
}
