//! A server that is killed and started again, and producers that post to whichever life there is: what
//! they and the killer know of each other.

use std::{
    sync::{Condvar, Mutex, MutexGuard},
    time::Duration,
};

/// What is known.
#[derive(Default)]
pub(crate) struct State {
    /// Where the living server is; `None` while there is none.
    pub(crate) url: Option<String>,
    /// Counts starts.
    pub(crate) life: usize,
    /// Acknowledged in this life.
    pub(crate) acknowledged_now: usize,
    /// Ids of everything acknowledged.
    pub(crate) acknowledged: Vec<String>,
    /// There will be no other life.
    pub(crate) done: bool,
}

/// Shared by all.
#[derive(Default)]
pub(crate) struct Lives {
    state: Mutex<State>,
    changed: Condvar,
}

impl Lives {
    /// Changes what is known, and tells everybody.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state.lock().expect("no producer panicked"));
        self.changed.notify_all();
        result
    }

    /// A life begins.
    pub(crate) fn begin(&self, url: &str) {
        self.change(|state| {
            state.url = Some(url.to_owned());
            state.life += 1;
            state.acknowledged_now = 0;
        });
    }

    /// Waits until it is so.
    pub(crate) fn wait(&self, ready: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let state = self.state.lock().expect("no producer panicked");
        let patience = Duration::from_secs(60);
        let (state, waited) = self
            .changed
            .wait_timeout_while(state, patience, |state| !ready(state))
            .expect("no producer panicked");
        assert!(
            !waited.timed_out(),
            "nothing was acknowledged in {patience:?}"
        );
        state
    }
}
