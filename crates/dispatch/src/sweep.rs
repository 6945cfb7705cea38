//! Bulk work behind the scenes, in chunks between commits: cancelling what a disable left,
//! forgetting expired keys, removing deleted organizations, forgetting idle lanes.

use bellwire_core::time::MINUTE;

use crate::dispatcher::Dispatcher;

pub(crate) async fn run(dispatcher: Dispatcher) {
    let parts = &dispatcher.0.parts;
    loop {
        if let Err(error) = sweep(&dispatcher).await {
            tracing::warn!(%error, "a sweep was cut short; it goes on in five minutes");
        }
        dispatcher.forget_idle_lanes();
        let next = parts.clock.now() + 5 * MINUTE;
        tokio::select! {
            () = parts.clock.sleep_until(next) => {}
            () = dispatcher.0.sweep.notified() => {}
            () = dispatcher.0.stop.notified() => return,
        }
    }
}

async fn sweep(dispatcher: &Dispatcher) -> bellwire_core::ports::Result<()> {
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
    Ok(())
}
