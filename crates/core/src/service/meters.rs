//! How long the stages of an acceptance take, for metrics.

use super::Service;
use crate::meter::{Meter, Reading};

/// The meters of a service.
pub(super) struct Meters {
    pub(super) check: Meter,
    pub(super) matching: Meter,
    pub(super) enqueue: Meter,
    pub(super) fan_out: Meter,
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
}
