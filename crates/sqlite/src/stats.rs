//! The store's numbers for metrics, kept in memory and never counted by a query.

use std::{
    sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use bellwire_core::{
    meter::Meter,
    ports::{Statements, StoreStats},
};

#[derive(Debug)]
pub(crate) struct Stats {
    commit_times: Meter,
    commit_sizes: Meter,
    pending: AtomicI64,
    commits: AtomicU64,
    calls: AtomicU64,
    commit_us: AtomicU64,
    failures: AtomicU64,
    unreadable: AtomicU64,
}

impl Default for Stats {
    fn default() -> Self {
        Self {
            commit_times: Meter::of_times(),
            commit_sizes: Meter::of_sizes(),
            pending: AtomicI64::default(),
            commits: AtomicU64::default(),
            calls: AtomicU64::default(),
            commit_us: AtomicU64::default(),
            failures: AtomicU64::default(),
            unreadable: AtomicU64::default(),
        }
    }
}

impl Stats {
    /// Pending deliveries came (positive) or went.
    pub(crate) fn pending(&self, change: i64) {
        self.pending.fetch_add(change, Relaxed);
    }

    pub(crate) fn committed(&self, calls: usize, took: Duration) {
        self.commits.fetch_add(1, Relaxed);
        self.calls.fetch_add(calls as u64, Relaxed);
        self.commit_us.fetch_add(took.as_micros() as u64, Relaxed);
        self.commit_times.count(took.as_micros() as u64);
        self.commit_sizes.count(calls as u64);
    }

    pub(crate) fn failed(&self) {
        self.failures.fetch_add(1, Relaxed);
    }

    /// Rows were met that cannot be read.
    pub(crate) fn unreadable(&self, rows: u64) {
        self.unreadable.fetch_add(rows, Relaxed);
    }

    pub(crate) fn read(&self) -> StoreStats {
        StoreStats {
            pending: u64::try_from(self.pending.load(Relaxed)).unwrap_or(0),
            commits: self.commits.load(Relaxed),
            calls: self.calls.load(Relaxed),
            commit_us: self.commit_us.load(Relaxed),
            failures: self.failures.load(Relaxed),
            unreadable: self.unreadable.load(Relaxed),
            commit_times: self.commit_times.read(),
            commit_sizes: self.commit_sizes.read(),
            statements: Statements::default(),
        }
    }
}
