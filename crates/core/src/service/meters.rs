//! How long the stages of an acceptance take, and what reports of usage came to, for metrics.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::Service;
use crate::meter::{Meter, Reading};

/// The meters of a service.
pub(super) struct Meters {
    pub(super) check: Meter,
    pub(super) matching: Meter,
    pub(super) enqueue: Meter,
    pub(super) fan_out: Meter,
    pub(super) usage: UsageMeters,
}

/// Of reports of usage.
pub(super) struct UsageMeters {
    pub(super) report: Meter,
    pub(super) accepted: Total,
    pub(super) repeated: Total,
    pub(super) fired: Total,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(super) struct Total(AtomicU64);

impl Total {
    pub(super) fn add(&self, more: u64) {
        self.0.fetch_add(more, Relaxed);
    }

    fn read(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// What reports of usage came to.
#[derive(Debug, Clone, Copy)]
pub struct UsageReadings {
    /// Checking and counting a report, the waits for the disk included, in microseconds.
    pub report: Reading,
    /// Records that were counted.
    pub accepted: u64,
    /// Records that had been counted before.
    pub repeated: u64,
    /// Percentages that were crossed.
    pub fired: u64,
}

/// What they have counted.
#[derive(Debug, Clone, Copy)]
pub struct StageReadings {
    /// Checking the events of a request, in microseconds.
    pub check: Reading,
    /// Finding their webhooks, in microseconds.
    pub matching: Reading,
    /// Storing them, the wait for the disk included, in microseconds.
    pub enqueue: Reading,
    /// Deliveries of one request.
    pub fan_out: Reading,
}

impl Default for Meters {
    fn default() -> Self {
        Self {
            check: Meter::of_times(),
            matching: Meter::of_times(),
            enqueue: Meter::of_times(),
            fan_out: Meter::of_sizes(),
            usage: UsageMeters {
                report: Meter::of_times(),
                accepted: Total::default(),
                repeated: Total::default(),
                fired: Total::default(),
            },
        }
    }
}

impl Service {
    /// How long the stages of acceptances took so far.
    #[must_use]
    pub fn stage_readings(&self) -> StageReadings {
        let meters = self.meters();
        StageReadings {
            check: meters.check.read(),
            matching: meters.matching.read(),
            enqueue: meters.enqueue.read(),
            fan_out: meters.fan_out.read(),
        }
    }

    /// What reports of usage came to so far.
    #[must_use]
    pub fn usage_readings(&self) -> UsageReadings {
        let usage = &self.meters().usage;
        UsageReadings {
            report: usage.report.read(),
            accepted: usage.accepted.read(),
            repeated: usage.repeated.read(),
            fired: usage.fired.read(),
        }
    }
}
