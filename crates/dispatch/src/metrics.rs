//! What the dispatcher counts, by Prometheus' conventions.

use bellwire_core::{
    outcome::Answer,
    policy::Next,
    ports::{Record, Removed},
};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

/// How attempts and deliveries ended.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Result {
    /// `2xx` … `5xx`, or the cause.
    result: &'static str,
}

/// What was removed because it is old.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct What {
    /// `events`, `payloads`, `deliveries`, `attempts`.
    what: &'static str,
}

/// Counters, gauges and histograms of the dispatcher. A cheap clone.
#[derive(Clone, Debug)]
pub struct Metrics {
    attempts: Family<Result, Counter>,
    deliveries: Family<Result, Counter>,
    duration: Histogram,
    delay: Histogram,
    /// Requests on their way.
    pub(crate) in_flight: Gauge,
    /// Webhooks that disabled themselves.
    pub(crate) disabled: Counter,
    removed: Family<What, Counter>,
}

/// From 1 ms to about two minutes.
const SECONDS: [f64; 15] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0,
];

impl Default for Metrics {
    fn default() -> Self {
        Self {
            attempts: Family::default(),
            deliveries: Family::default(),
            duration: Histogram::new(SECONDS),
            delay: Histogram::new(SECONDS),
            in_flight: Gauge::default(),
            disabled: Counter::default(),
            removed: Family::default(),
        }
    }
}

impl Metrics {
    /// Adds everything to a registry that is served at `/metrics`.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "attempts",
            "Attempts made, by result",
            self.attempts.clone(),
        );
        registry.register(
            "deliveries",
            "Deliveries that reached an end, by result",
            self.deliveries.clone(),
        );
        registry.register_with_unit(
            "attempt_duration",
            "Time of an attempt from its begin to the end of the answer",
            Unit::Seconds,
            self.duration.clone(),
        );
        registry.register_with_unit(
            "first_attempt_delay",
            "Time from the acceptance of an event to the begin of its first attempt",
            Unit::Seconds,
            self.delay.clone(),
        );
        registry.register(
            "requests_in_flight",
            "Requests on their way",
            self.in_flight.clone(),
        );
        registry.register(
            "webhooks_disabled",
            "Webhooks that reached a threshold and were disabled",
            self.disabled.clone(),
        );
        registry.register(
            "retention_removed",
            "What was removed because it is older than it is to be kept",
            self.removed.clone(),
        );
    }

    /// Counts what a step of retention has removed.
    pub(crate) fn removed(&self, removed: &Removed) {
        for (what, count) in [
            ("events", removed.events),
            ("payloads", removed.payloads),
            ("deliveries", removed.deliveries),
            ("attempts", removed.attempts),
        ] {
            if count > 0 {
                self.removed.get_or_create(&What { what }).inc_by(count);
            }
        }
    }

    /// Counts an attempt.
    pub(crate) fn attempted(&self, record: &Record) {
        let attempt = &record.attempt;
        let result = match attempt.answer {
            Answer::Status(200..=299) => "2xx",
            Answer::Status(300..=399) => "3xx",
            Answer::Status(400..=499) => "4xx",
            Answer::Status(500..=599) => "5xx",
            Answer::Status(_) => "other",
            Answer::None(cause) => cause.as_str(),
        };
        self.attempts.get_or_create(&Result { result }).inc();
        self.duration
            .observe(f64::from(attempt.timing.total_us) / 1e6);
        if attempt.number == 1 {
            self.delay
                .observe(attempt.at.since(attempt.event_id.time()).max(0) as f64 / 1e6);
        }
    }

    /// Counts a delivery that reached its end on disk.
    pub(crate) fn recorded(&self, record: &Record) {
        let result = match record.next {
            Next::Deliver => "delivered",
            Next::Fail => "failed",
            Next::RetryAt(_) => return,
        };
        self.deliveries.get_or_create(&Result { result }).inc();
    }
}
