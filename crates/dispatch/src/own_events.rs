//! Beside the stages: what waits in the outbox is told, by whichever process is there first. Asked for
//! when a notice was written, at the start, and with each sweep, which finds what a crash or another
//! process has left.

use bellwire_core::{
    ports::{Lanes as _, TAKEN_US},
    service::Service,
};
use tokio::sync::mpsc;

use crate::dispatcher::Dispatcher;

pub(crate) async fn run(
    dispatcher: Dispatcher,
    service: Service,
    mut inbox: mpsc::UnboundedReceiver<()>,
) {
    while inbox.recv().await.is_some() {
        // Those behind it ask for the same.
        let mut taken = 1;
        while inbox.try_recv().is_ok() {
            taken += 1;
        }
        let done = drain(&dispatcher, &service).await;
        dispatcher.end(taken);
        if !done {
            // By then what was taken is given again.
            let clock = &dispatcher.0.parts.clock;
            tokio::select! {
                () = clock.sleep_until(clock.now() + TAKEN_US) => dispatcher.tell(),
                () = dispatcher.0.stop.notified() => {}
            }
        }
    }
}

/// Tells all there is; false when something could not be told. What is left at a stop is told after
/// the next start.
async fn drain(dispatcher: &Dispatcher, service: &Service) -> bool {
    while !dispatcher.is_stopping() {
        match service.tell().await {
            Ok(told) => {
                dispatcher.0.metrics.told(&told.events);
                if told.notices == 0 {
                    return true;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "events of Bellwire's own are told later");
                return false;
            }
        }
    }
    true
}
