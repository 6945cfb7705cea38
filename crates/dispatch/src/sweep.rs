//! Bulk work behind the scenes, in chunks between commits: cancelling what a disable left,
//! forgetting expired keys and the ids of usage records, removing deleted organizations, forgetting
//! idle lanes, and removing what is older than the operator wants it kept. What people leave behind is
//! in `people`.

use bellwire_core::{
    ports::{Lanes as _, Removed, Result},
    time::{DurationUs, HOUR, MINUTE, Time},
};

use crate::{dispatcher::Dispatcher, people};

/// How often what was left behind is looked for, when nobody says that there is some.
const SWEEP_EVERY: DurationUs = 5 * MINUTE;
/// How often what is too old is looked for.
const RETAIN_EVERY: DurationUs = HOUR;
/// After a step that failed.
const AGAIN_AFTER: DurationUs = 5 * MINUTE;
/// Steps of forgetting ids of usage records in one sweep: they come by the million, and nothing else is
/// to wait behind all of them.
const RECORD_SWEEPS: usize = 2_000;
/// Entries of the audit log that one step removes.
const AUDIT_ENTRIES: usize = 300;

pub(crate) async fn run(dispatcher: Dispatcher) {
    let parts = &dispatcher.0.parts;
    let start = parts.clock.now();
    let (mut sweep_at, mut retain_at, mut people_at) = (start, start, start);
    let mut removed = Removed::default();
    loop {
        if parts.clock.now() >= sweep_at {
            if let Err(error) = sweep(&dispatcher).await {
                tracing::warn!(%error, "a sweep was cut short; it goes on in five minutes");
            }
            dispatcher.forget_idle_lanes();
            dispatcher.look_after_drains();
            dispatcher.tell();
            people::look(&dispatcher, &mut people_at).await;
            sweep_at = parts.clock.now() + SWEEP_EVERY;
        }
        if parts.clock.now() >= retain_at && !dispatcher.is_stopping() {
            retain_at = retain(&dispatcher, &mut removed).await;
        }
        tokio::select! {
            () = parts.clock.sleep_until(sweep_at.min(retain_at)) => {}
            () = dispatcher.0.sweep.notified() => sweep_at = parts.clock.now(),
            () = dispatcher.0.stop.notified() => return,
        }
    }
}

async fn sweep(dispatcher: &Dispatcher) -> Result<()> {
    let store = &dispatcher.0.parts.store;
    while store.sweep_cancelled().await? && !dispatcher.is_stopping() {
        tokio::task::yield_now().await;
    }
    while store.sweep_deleted().await? && !dispatcher.is_stopping() {
        tokio::task::yield_now().await;
    }
    let now = dispatcher.0.parts.clock.now();
    while store.sweep_keys(now).await? > 0 && !dispatcher.is_stopping() {
        tokio::task::yield_now().await;
    }
    // An id is kept for longer than a record with it is accepted, whatever clocks say.
    for _ in 0..RECORD_SWEEPS {
        if store.sweep_records(now - HOUR).await? == 0 || dispatcher.is_stopping() {
            break;
        }
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// One step of retention; when the next one is due. `removed` gathers what the pass has removed.
async fn retain(dispatcher: &Dispatcher, removed: &mut Removed) -> Time {
    let parts = &dispatcher.0.parts;
    let limits = &parts.options.retention;
    if let Some(kept) = limits.audit {
        let before = parts.clock.now() - kept;
        match parts.store.forget_audit(before, AUDIT_ENTRIES).await {
            Ok(forgotten) => {
                dispatcher.0.metrics.removed_audit(forgotten);
                if forgotten == AUDIT_ENTRIES as u64 {
                    tokio::task::yield_now().await;
                    return parts.clock.now();
                }
            }
            Err(error) => {
                tracing::warn!(%error, "old entries of the audit log are removed in five minutes");
                return parts.clock.now() + AGAIN_AFTER;
            }
        }
    }
    if limits.keeps_all() {
        return parts.clock.now() + RETAIN_EVERY;
    }
    match parts.store.retain(limits, parts.clock.now()).await {
        Ok(step) => {
            dispatcher.0.metrics.removed(&step.removed);
            *removed += step.removed;
            if step.more {
                return parts.clock.now() + step.pause;
            }
            let Removed {
                events,
                payloads,
                deliveries,
                attempts,
            } = std::mem::take(removed);
            if events + payloads + attempts > 0 {
                tracing::info!(
                    events,
                    payloads,
                    deliveries,
                    attempts,
                    "what was old is gone"
                );
            }
            parts.clock.now() + RETAIN_EVERY
        }
        Err(error) => {
            tracing::warn!(%error, "retention was cut short; it goes on in five minutes");
            parts.clock.now() + AGAIN_AFTER
        }
    }
}
