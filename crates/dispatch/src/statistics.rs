//! The folder of statistics, behind the scenes: what commits of records have counted is added up some
//! seconds later, in bounded steps between other commits.
//!
//! Readers add what is not folded, so nobody waits for this; the longer it gathers, the more counts
//! share a row, and the less is written. Until a reader has to add too much, that is.

use std::time::Duration;

use tokio::time::sleep;

use crate::dispatcher::Dispatcher;

/// How long counts gather. Real time, whatever the clock: it paces the disk, and decides nothing.
const GATHER: Duration = Duration::from_secs(5);
/// When nothing was recorded here, what another process has left is looked for so often.
const OTHERS: Duration = Duration::from_secs(300);

pub(crate) async fn run(dispatcher: Dispatcher) {
    let parts = &dispatcher.0.parts;
    loop {
        while !dispatcher.is_stopping() {
            match parts.store.fold(parts.clock.now()).await {
                Ok(folded) if folded.more => tokio::task::yield_now().await,
                Ok(_) => break,
                Err(error) => {
                    tracing::warn!(%error, "statistics are folded later; they are complete meanwhile");
                    break;
                }
            }
        }
        tokio::select! {
            () = dispatcher.0.counted.notified() => sleep(GATHER).await,
            () = sleep(OTHERS) => {}
        }
    }
}
