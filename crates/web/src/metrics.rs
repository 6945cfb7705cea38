//! What is counted, in the text form that Prometheus reads.
//!
//! This crate counts requests and accepted events, and asks the store for its numbers when it is
//! scraped. Others (the lanes, the process) add theirs through [`Metrics::add`] and
//! [`Metrics::collect`], so that this crate needs to know none of them.

mod numbers;

use std::{collections::HashMap, sync::Arc};

use bellwire_core::{
    ports::{Statements, Store, StoreStats},
    service::{Service, SignIns},
    time::DurationUs,
};
use http::{Method, StatusCode};
use parking_lot::Mutex;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric as _, text::encode},
    metrics::{
        MetricType,
        counter::{ConstCounter, Counter},
        family::Family,
        gauge::ConstGauge,
        histogram::Histogram,
    },
    registry::{Registry, Unit},
};

pub use self::numbers::Backlog;
use self::numbers::{BacklogNumbers, ServiceNumbers, sizes, times};

/// The media type of what [`Metrics::encode`] writes.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds of the latency histogram, in seconds: from a request answered out of memory to
/// one that waited long for the disk.
const LATENCY_BUCKETS_S: [f64; 12] = [
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: Arc<str>,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusedLabels {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    method: &'static str,
    route: Arc<str>,
}

/// The counters and what gathers them.
#[derive(Debug)]
pub struct Metrics {
    registry: Mutex<Registry>,
    requests: Family<RequestLabels, Counter>,
    latency: Family<RouteLabels, Histogram>,
    /// One shared text for each route's name.
    routes: Mutex<HashMap<Box<str>, Arc<str>>>,
    /// Events accepted: a 202 was answered for them.
    pub events_accepted: Counter,
    /// Events that repeated an earlier one and were answered from it.
    pub events_repeated: Counter,
    /// Deliveries that accepted events were matched to.
    pub deliveries_matched: Counter,
    /// Bytes of the bodies that events came in.
    pub event_bytes: Counter,
    events_refused: Family<RefusedLabels, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Counters at zero.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("bellwire");
        let requests = Family::default();
        let latency =
            Family::new_with_constructor((|| Histogram::new(LATENCY_BUCKETS_S)) as fn() -> _);
        let (accepted, repeated, matched) =
            (Counter::default(), Counter::default(), Counter::default());
        registry.register(
            "http_requests",
            "Requests answered, by method, route and status",
            requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "Time from a request's head to the head of its answer, by method and route",
            Unit::Seconds,
            latency.clone(),
        );
        registry.register(
            "events_accepted",
            "Events accepted and stored",
            accepted.clone(),
        );
        registry.register(
            "events_repeated",
            "Events that were answered as repeats of an earlier one",
            repeated.clone(),
        );
        registry.register(
            "deliveries_matched",
            "Deliveries that accepted events were matched to",
            matched.clone(),
        );
        let (event_bytes, events_refused) = (Counter::default(), Family::default());
        registry.register(
            "event_bytes",
            "Bytes of the bodies that accepted events came in",
            event_bytes.clone(),
        );
        registry.register(
            "events_refused",
            "Requests to post events that were refused, by the code of the problem",
            events_refused.clone(),
        );
        Self {
            registry: Mutex::new(registry),
            requests,
            latency,
            routes: Mutex::default(),
            events_accepted: accepted,
            events_repeated: repeated,
            deliveries_matched: matched,
            event_bytes,
            events_refused,
        }
    }

    /// Lets somebody else register metrics of their own, under the same `bellwire_` prefix.
    pub fn add(&self, register: impl FnOnce(&mut Registry)) {
        register(&mut self.registry.lock());
    }

    /// Adds a collector: something that is asked for its numbers at each scrape.
    pub fn collect(&self, collector: impl Collector) {
        self.registry.lock().register_collector(Box::new(collector));
    }

    /// Adds the store's numbers.
    pub fn collect_store(&self, store: Arc<dyn Store>) {
        self.collect(StoreNumbers(store));
    }

    /// Adds what the service counts and has in memory.
    pub fn collect_service(&self, service: Service) {
        self.collect(ServiceNumbers(service));
    }

    /// Adds how far behind the sending is.
    pub fn collect_backlog(&self, backlog: Backlog) {
        self.collect(BacklogNumbers(backlog));
    }

    /// Counts a request to post events that was refused, by the code of the problem: as many series
    /// as there are codes.
    pub fn refused(&self, reason: &'static str) {
        self.events_refused
            .get_or_create(&RefusedLabels { reason })
            .inc();
    }

    /// Adds what came of people's attempts to sign in.
    pub fn collect_sign_ins(&self, service: Service) {
        self.collect(SignInNumbers(service));
    }

    /// Counts a request. `route` is the pattern of the path, not the path itself, so that the
    /// number of series is bounded by the program and not by its callers.
    pub fn request(&self, method: &Method, route: &str, status: StatusCode, took_us: DurationUs) {
        let route = self.route(route);
        let method = name(method);
        self.requests
            .get_or_create(&RequestLabels {
                method,
                route: Arc::clone(&route),
                status: status.as_u16(),
            })
            .inc();
        self.latency
            .get_or_create(&RouteLabels { method, route })
            .observe(took_us.max(0) as f64 / 1e6);
    }

    fn route(&self, route: &str) -> Arc<str> {
        let mut routes = self.routes.lock();
        if let Some(shared) = routes.get(route) {
            return Arc::clone(shared);
        }
        let shared: Arc<str> = route.into();
        routes.insert(route.into(), Arc::clone(&shared));
        shared
    }

    /// Everything, as OpenMetrics text.
    ///
    /// # Errors
    /// When a collector fails to write its numbers.
    pub fn encode(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::with_capacity(16 * 1024);
        encode(&mut text, &self.registry.lock())?;
        Ok(text)
    }
}

/// Methods that nobody serves are one label, so that callers cannot invent series.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

struct StoreNumbers(Arc<dyn Store>);

impl std::fmt::Debug for StoreNumbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoreNumbers")
    }
}

impl Collector for StoreNumbers {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let StoreStats {
            pending,
            commits,
            calls,
            commit_us,
            failures,
            unreadable,
            statements,
            commit_times,
            commit_sizes,
        } = self.0.stats();
        let described = (
            "store_commit_duration",
            "Time of a commit, the wait for the disk included",
        );
        times(&mut encoder, described, &commit_times)?;
        let described = ("store_commit_size", "Calls that were committed together");
        sizes(&mut encoder, described, &commit_sizes)?;
        let gauge = ConstGauge::new(i64::try_from(pending).unwrap_or(i64::MAX));
        gauge.encode(encoder.encode_descriptor(
            "deliveries_pending",
            "Deliveries that wait for their first or next attempt",
            None,
            gauge.metric_type(),
        )?)?;
        for (name, help, value) in [
            ("store_commits", "Commits of the store", commits),
            (
                "store_calls",
                "Calls that were committed, several in one commit",
                calls,
            ),
            ("store_commit_failures", "Commits that failed", failures),
            (
                "store_unreadable_rows",
                "Rows met that cannot be read: set aside, or left out of an answer",
                unreadable,
            ),
        ] {
            let counter = ConstCounter::new(value);
            counter.encode(encoder.encode_descriptor(
                name,
                help,
                None,
                counter.metric_type(),
            )?)?;
        }
        let Statements {
            enqueue,
            claim,
            record,
        } = statements;
        let mut by_stage = encoder.encode_descriptor(
            "store_statements",
            "Statements sent to the database server, by the stage that sent them",
            None,
            MetricType::Counter,
        )?;
        for (stage, sent) in [("enqueue", enqueue), ("claim", claim), ("record", record)] {
            ConstCounter::new(sent).encode(by_stage.encode_family(&[("stage", stage)])?)?;
        }
        let seconds = ConstCounter::new(commit_us as f64 / 1e6);
        seconds.encode(encoder.encode_descriptor(
            "store_commit",
            "Time spent in commits, the wait for the disk included",
            Some(&Unit::Seconds),
            seconds.metric_type(),
        )?)
    }
}

struct SignInNumbers(Service);

impl std::fmt::Debug for SignInNumbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignInNumbers")
    }
}

impl Collector for SignInNumbers {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let SignIns {
            right,
            wrong,
            limited,
        } = self.0.sign_ins();
        let mut by_result = encoder.encode_descriptor(
            "sign_ins",
            "Attempts to sign in by e-mail address and password, by what came of them",
            None,
            MetricType::Counter,
        )?;
        for (result, number) in [("right", right), ("wrong", wrong), ("limited", limited)] {
            ConstCounter::new(number).encode(by_result.encode_family(&[("result", result)])?)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_under_the_names_that_prometheus_expects() {
        let metrics = Metrics::new();
        for took_us in [300, 300_000] {
            metrics.request(&Method::POST, "/a/{id}", StatusCode::ACCEPTED, took_us);
        }
        metrics.events_accepted.inc_by(3);
        let text = metrics.encode().unwrap();
        for line in [
            r#"bellwire_http_requests_total{method="POST",route="/a/{id}",status="202"} 2"#,
            r#"bellwire_http_request_duration_seconds_bucket{le="0.0005",method="POST",route="/a/{id}"} 1"#,
            r#"bellwire_http_request_duration_seconds_count{method="POST",route="/a/{id}"} 2"#,
            "bellwire_events_accepted_total 3",
            "# EOF",
        ] {
            assert!(
                text.lines().any(|other| other == line),
                "{line}\nnot in\n{text}"
            );
        }
    }

    #[test]
    fn others_add_their_own_under_the_same_prefix() {
        let metrics = Metrics::new();
        let sent = Counter::<u64>::default();
        metrics.add(|registry| registry.register("attempts", "Attempts made", sent.clone()));
        sent.inc();
        assert!(
            metrics
                .encode()
                .unwrap()
                .contains("bellwire_attempts_total 1")
        );
    }

    #[test]
    fn a_method_that_nobody_serves_makes_no_series_of_its_own() {
        assert_eq!(name(&Method::from_bytes(b"BREW").unwrap()), "other");
    }
}
