//! What people leave behind, in the store's time and not in theirs: when tokens were last used, with
//! each sweep; sessions and links that have ended, and inspectors that nobody uses, hours apart.

use bellwire_core::time::{DurationUs, HOUR, Time};

use crate::dispatcher::Dispatcher;

/// How often what has ended is removed.
const SWEEP_EVERY: DurationUs = 6 * HOUR;

/// One look; `sweep_at` is when what has ended is removed next.
pub(crate) async fn look(dispatcher: &Dispatcher, sweep_at: &mut Time) {
    let Some(service) = dispatcher.0.service.lock().clone() else {
        return;
    };
    if let Err(error) = service.note_token_uses().await {
        tracing::warn!(%error, "when tokens were used is noted later");
    }
    let now = dispatcher.0.parts.clock.now();
    if now < *sweep_at {
        return;
    }
    *sweep_at = now + SWEEP_EVERY;
    loop {
        match service.sweep_inspectors().await {
            Ok(true) if !dispatcher.is_stopping() => tokio::task::yield_now().await,
            Ok(_) => break,
            Err(error) => {
                tracing::warn!(%error, "inspectors that nobody uses are removed later");
                return;
            }
        }
    }
    loop {
        match service.sweep_people().await {
            Ok(1..) if !dispatcher.is_stopping() => tokio::task::yield_now().await,
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(%error, "sessions and links that have ended are removed later");
                return;
            }
        }
    }
}
