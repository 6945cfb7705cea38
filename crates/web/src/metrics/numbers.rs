//! Numbers that are asked for when `/metrics` is read: the stages of an acceptance, the catalogue in
//! memory, the backlog.

use std::sync::Arc;

use bellwire_core::{
    meter::{BUCKETS, Reading, SIZES, TIMES_US},
    ports::Store,
    service::{Service, StageReadings, UsageReadings},
    time::{DurationUs, SECOND, Time},
};
use parking_lot::Mutex;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric as _, MetricEncoder, NoLabelSet},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
    registry::Unit,
};

type Written = Result<(), std::fmt::Error>;

/// Writes what a meter of times has counted, in seconds.
pub(super) fn times(
    encoder: &mut DescriptorEncoder<'_>,
    (name, help): (&str, &str),
    reading: &Reading,
) -> Written {
    let described =
        encoder.encode_descriptor(name, help, Some(&Unit::Seconds), MetricType::Histogram)?;
    histogram(described, reading, &TIMES_US, 1e6)
}

/// Writes what a meter of sizes has counted.
pub(super) fn sizes(
    encoder: &mut DescriptorEncoder<'_>,
    (name, help): (&str, &str),
    reading: &Reading,
) -> Written {
    let described = encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
    histogram(described, reading, &SIZES, 1.0)
}

fn histogram(
    mut encoder: MetricEncoder<'_>,
    reading: &Reading,
    bounds: &[u64; BUCKETS - 1],
    scale: f64,
) -> Written {
    let bounds = bounds.iter().map(|bound| *bound as f64 / scale);
    let buckets: Vec<(f64, u64)> = bounds.chain([f64::MAX]).zip(reading.counts).collect();
    let sum = reading.sum as f64 / scale;
    encoder.encode_histogram::<NoLabelSet>(sum, reading.count(), &buckets, None)
}

/// Writes what reports of usage came to.
fn usage(encoder: &mut DescriptorEncoder<'_>, readings: &UsageReadings) -> Written {
    let described = (
        "usage_report",
        "Time of checking and counting a report of usage, the waits for the disk included",
    );
    times(encoder, described, &readings.report)?;
    for (name, help, value) in [
        (
            "usage_records",
            "Records of usage that were counted",
            readings.accepted,
        ),
        (
            "usage_records_repeated",
            "Records of usage that had been counted before",
            readings.repeated,
        ),
        (
            "usage_thresholds",
            "Percentages of targets that usage has reached and somebody is told of",
            readings.fired,
        ),
    ] {
        let counter = ConstCounter::new(value);
        let described = encoder.encode_descriptor(name, help, None, counter.metric_type())?;
        counter.encode(described)?;
    }
    Ok(())
}

/// What the service counts and has in memory.
pub(super) struct ServiceNumbers(pub(super) Service);

impl std::fmt::Debug for ServiceNumbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServiceNumbers")
    }
}

impl Collector for ServiceNumbers {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Written {
        let StageReadings {
            check,
            matching,
            enqueue,
            fan_out,
        } = self.0.stage_readings();
        for (described, reading) in [
            (
                ("ingest_check", "Time of checking the events of a request"),
                check,
            ),
            (
                (
                    "ingest_match",
                    "Time of finding the webhooks of a request's events",
                ),
                matching,
            ),
            (
                (
                    "ingest_enqueue",
                    "Time of storing a request's events, the wait for the disk included",
                ),
                enqueue,
            ),
        ] {
            times(&mut encoder, described, &reading)?;
        }
        let described = ("ingest_deliveries", "Deliveries that one request came to");
        sizes(&mut encoder, described, &fan_out)?;
        usage(&mut encoder, &self.0.usage_readings())?;
        let (mut enabled, mut disabled, mut paused, mut held) = (0, 0, 0, 0);
        let organizations = self.0.snapshot().organizations();
        for route in organizations.iter().flat_map(|tenant| &tenant.routes) {
            let state = match route {
                route if !route.webhook.is_enabled() => &mut disabled,
                route if route.held => &mut held,
                route if route.webhook.paused.is_some() => &mut paused,
                _ => &mut enabled,
            };
            *state += 1;
        }
        let mut by_state = encoder.encode_descriptor(
            "webhooks",
            "Webhooks by state; one whose profile is not configured is held",
            None,
            MetricType::Gauge,
        )?;
        for (state, number) in [
            ("enabled", enabled),
            ("disabled", disabled),
            ("paused", paused),
            ("held", held),
        ] {
            ConstGauge::<i64>::new(number).encode(by_state.encode_family(&[("state", state)])?)?;
        }
        let number = i64::try_from(organizations.len()).unwrap_or(i64::MAX);
        ConstGauge::new(number).encode(encoder.encode_descriptor(
            "organizations",
            "Organizations",
            None,
            MetricType::Gauge,
        )?)
    }
}

/// How long one look at the backlog serves: it walks an index by webhook, and anybody may scrape.
const FRESH_US: DurationUs = 15 * SECOND;

/// How far behind the sending is, as it was seen a moment ago.
#[derive(Debug, Clone, Default)]
pub struct Backlog(Arc<Mutex<Seen>>);

#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    at: Option<Time>,
    oldest_due_us: DurationUs,
    webhooks: usize,
}

impl Backlog {
    /// Looks at the store, unless it was looked at a moment ago. What cannot be read stays as it was.
    pub async fn look(&self, store: &Arc<dyn Store>, now: Time) {
        {
            let mut seen = self.0.lock();
            if seen
                .at
                .is_some_and(|at| (0..FRESH_US).contains(&now.since(at)))
            {
                return;
            }
            // Who comes meanwhile does not look too.
            seen.at = Some(now);
        }
        if let Ok(lanes) = store.due_lanes().await {
            let due = lanes.iter().filter(|(_, due)| *due <= now);
            let oldest = due.clone().map(|(_, due)| now.since(*due)).max();
            let mut seen = self.0.lock();
            seen.oldest_due_us = oldest.unwrap_or(0);
            seen.webhooks = due.count();
        }
    }
}

/// What [`Backlog`] has seen.
#[derive(Debug)]
pub(super) struct BacklogNumbers(pub(super) Backlog);

impl Collector for BacklogNumbers {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Written {
        let seen = *self.0.0.lock();
        ConstGauge::new(seen.oldest_due_us as f64 / 1e6).encode(encoder.encode_descriptor(
            "backlog_oldest_due",
            "Age of the oldest delivery that is due and not in memory yet; 0 when there is none",
            Some(&Unit::Seconds),
            MetricType::Gauge,
        )?)?;
        let webhooks = i64::try_from(seen.webhooks).unwrap_or(i64::MAX);
        ConstGauge::new(webhooks).encode(encoder.encode_descriptor(
            "backlog_webhooks",
            "Webhooks with deliveries that are due and not in memory yet",
            None,
            MetricType::Gauge,
        )?)
    }
}
