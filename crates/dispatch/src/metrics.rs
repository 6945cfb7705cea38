//! What the dispatcher counts, by Prometheus' conventions.

use bellwire_core::{
    outcome::{Answer, Cause},
    own_event,
    policy::Next,
    ports::{Record, Removed},
    time::DurationUs,
};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric as _},
    metrics::{
        MetricType,
        counter::Counter,
        family::Family,
        gauge::{ConstGauge, Gauge},
        histogram::Histogram,
    },
    registry::{Registry, Unit},
};

use crate::dispatcher::Dispatcher;

/// How attempts and deliveries ended.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Result {
    /// `2xx` … `5xx`, or the cause.
    result: &'static str,
}

/// What was removed because it is old.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct What {
    /// `events`, `payloads`, `deliveries`, `attempts`, `audit`.
    what: &'static str,
}

/// Bellwire's own events.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Kind {
    /// The event type.
    kind: &'static str,
}

/// A step of an attempt.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Phase {
    /// `dns`, `connect`, `tls`, `first_byte`.
    phase: &'static str,
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
    told: Family<Kind, Counter>,
    phases: Family<Phase, Histogram, fn() -> Histogram>,
    claims: Histogram,
    claimed: Counter,
    records: Histogram,
    recording: Histogram,
    /// 1 while a bulk job goes on.
    pub(crate) jobs: Gauge,
    /// Deliveries that bulk jobs have made.
    pub(crate) job_deliveries: Counter,
}

/// From 1 ms to about two minutes.
const SECONDS: [f64; 15] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0,
];

/// Records in a batch.
const SIZES: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

struct Load(Dispatcher);

impl std::fmt::Debug for Load {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Load")
    }
}

impl Collector for Load {
    fn encode(
        &self,
        mut encoder: DescriptorEncoder<'_>,
    ) -> std::result::Result<(), std::fmt::Error> {
        let (queued, _) = self.0.load();
        ConstGauge::new(i64::try_from(queued).unwrap_or(i64::MAX)).encode(
            encoder.encode_descriptor(
                "deliveries_queued",
                "Deliveries in memory that wait for their place in flight",
                None,
                MetricType::Gauge,
            )?,
        )
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let metrics = Self {
            attempts: Family::default(),
            deliveries: Family::default(),
            duration: Histogram::new(SECONDS),
            delay: Histogram::new(SECONDS),
            in_flight: Gauge::default(),
            disabled: Counter::default(),
            removed: Family::default(),
            told: Family::default(),
            phases: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            claims: Histogram::new(SECONDS),
            claimed: Counter::default(),
            records: Histogram::new(SIZES),
            recording: Histogram::new(SECONDS),
            jobs: Gauge::default(),
            job_deliveries: Counter::default(),
        };
        // A series that has not begun cannot be told from one that does not exist.
        let causes = Cause::ALL.iter().map(|cause| cause.as_str());
        for result in ["2xx", "3xx", "4xx", "5xx", "other"]
            .into_iter()
            .chain(causes)
        {
            drop(metrics.attempts.get_or_create(&Result { result }));
        }
        for result in ["delivered", "failed"] {
            drop(metrics.deliveries.get_or_create(&Result { result }));
        }
        for what in ["events", "payloads", "deliveries", "attempts", "audit"] {
            drop(metrics.removed.get_or_create(&What { what }));
        }
        for kind in own_event::Kind::ALL {
            let kind = kind.as_str();
            drop(metrics.told.get_or_create(&Kind { kind }));
        }
        for phase in ["dns", "connect", "tls", "first_byte"] {
            drop(metrics.phases.get_or_create(&Phase { phase }));
        }
        metrics
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
        registry.register(
            "own_events_told",
            "Events that Bellwire made of its own webhooks and deliveries",
            self.told.clone(),
        );
        registry.register_with_unit(
            "attempt_phase",
            "Time of each step of an attempt that took place: name, connection, TLS, wait for the \
             head of the answer",
            Unit::Seconds,
            self.phases.clone(),
        );
        registry.register_with_unit(
            "claim_duration",
            "Time of a look into the store for due deliveries",
            Unit::Seconds,
            self.claims.clone(),
        );
        registry.register(
            "deliveries_claimed",
            "Deliveries read back from the store to be sent",
            self.claimed.clone(),
        );
        registry.register(
            "record_batch_size",
            "Attempts recorded in one call",
            self.records.clone(),
        );
        registry.register_with_unit(
            "record_duration",
            "Time of recording a batch of attempts, the wait for the disk included",
            Unit::Seconds,
            self.recording.clone(),
        );
        registry.register(
            "jobs_active",
            "1 while a bulk resend goes on, as this process sees it",
            self.jobs.clone(),
        );
        registry.register(
            "job_deliveries",
            "Deliveries that bulk resends of this process have made",
            self.job_deliveries.clone(),
        );
    }

    /// Adds how many deliveries are in memory, asked of the dispatcher when it is scraped.
    pub fn register_load(registry: &mut Registry, dispatcher: Dispatcher) {
        registry.register_collector(Box::new(Load(dispatcher)));
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

    /// Counts entries of the audit log that were too old.
    pub(crate) fn removed_audit(&self, entries: u64) {
        if entries > 0 {
            let what = What { what: "audit" };
            self.removed.get_or_create(&what).inc_by(entries);
        }
    }

    /// Counts events of Bellwire's own.
    pub(crate) fn told(&self, kinds: &[own_event::Kind]) {
        for kind in kinds {
            let kind = kind.as_str();
            self.told.get_or_create(&Kind { kind }).inc();
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
        let timing = &attempt.timing;
        for (phase, took) in [
            ("dns", timing.dns_us),
            ("connect", timing.connect_us),
            ("tls", timing.tls_us),
            ("first_byte", timing.first_byte_us),
        ] {
            if let Some(took) = took {
                let phase = self.phases.get_or_create(&Phase { phase });
                phase.observe(f64::from(took) / 1e6);
            }
        }
        if attempt.number == 1 {
            self.delay
                .observe(attempt.at.since(attempt.event_id.time()).max(0) as f64 / 1e6);
        }
    }

    /// Counts a look into the store for due deliveries.
    pub(crate) fn claimed(&self, deliveries: usize, took: DurationUs) {
        self.claimed.inc_by(deliveries as u64);
        self.claims.observe(took.max(0) as f64 / 1e6);
    }

    /// Counts a batch of records that is on disk.
    pub(crate) fn batch(&self, records: usize, took: DurationUs) {
        self.records.observe(records as f64);
        self.recording.observe(took.max(0) as f64 / 1e6);
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
