//! Resends in bulk, step by step: this task asks the store for the next step when it is due, and
//! wakes the lanes that got something. What a step does is decided in the store, so a restart, or
//! another node, goes on where the last commit was.

use bellwire_core::{
    ports::{Lanes as _, Stepped},
    service::Service,
    time::{DurationUs, HOUR, MINUTE, SECOND, Time},
};
use tokio::sync::mpsc;

use crate::dispatcher::Dispatcher;

/// How often jobs are looked for that nobody told of. When a node dies, the others are told.
const LOOK_EVERY: DurationUs = 5 * MINUTE;
/// How long a node that found its step taken by another one leaves the job to it.
const STAND_BACK: DurationUs = SECOND;
/// After a step that failed.
const AGAIN_AFTER: DurationUs = SECOND;
/// How often jobs that were over long ago are removed.
const SWEEP_EVERY: DurationUs = 6 * HOUR;

pub(crate) async fn run(
    dispatcher: Dispatcher,
    service: Service,
    mut inbox: mpsc::UnboundedReceiver<()>,
) {
    let clock = &dispatcher.0.parts.clock;
    let mut sweep_at = clock.now();
    // The step that this task has waited for.
    let mut expected = None;
    // Messages taken and not yet acted on; a graceful stop waits for them.
    let mut taken = 0;
    while !dispatcher.is_stopping() {
        while inbox.try_recv().is_ok() {
            taken += 1;
        }
        if clock.now() >= sweep_at {
            sweep(&dispatcher, &service).await;
            sweep_at = clock.now() + SWEEP_EVERY;
        }
        let now = clock.now();
        let look_at = match step(&dispatcher, &service, now).await {
            Some(stepped) => {
                let lost = !stepped.took && expected.is_some_and(|due| due <= now);
                expected = stepped.next_at;
                match stepped.next_at {
                    Some(due) if stepped.took && due <= now => continue,
                    Some(due) if lost => due.max(now) + STAND_BACK,
                    Some(due) => due.max(now + 1),
                    None => now + LOOK_EVERY,
                }
            }
            None => now + AGAIN_AFTER,
        };
        dispatcher.end(std::mem::take(&mut taken));
        tokio::select! {
            told = inbox.recv() => match told {
                Some(()) => taken += 1,
                None => break,
            },
            () = clock.sleep_until(look_at.min(now + LOOK_EVERY)) => {}
            () = dispatcher.0.stop.notified() => break,
        }
    }
    inbox.close();
    while inbox.try_recv().is_ok() {
        taken += 1;
    }
    dispatcher.end(taken);
}

/// Moves the most urgent job on; `None` when the store cannot.
async fn step(dispatcher: &Dispatcher, service: &Service, now: Time) -> Option<Stepped> {
    match service.step_job(now).await {
        Ok(stepped) => {
            let metrics = &dispatcher.0.metrics;
            metrics.jobs.set(i64::from(stepped.next_at.is_some()));
            if let Some((webhook_id, made)) = stepped.made {
                metrics.job_deliveries.inc_by(made as u64);
                dispatcher.wake(webhook_id);
            }
            if let Some((job, state)) = stepped.ended {
                tracing::info!(%job, state = state.as_str(), "a job came to its end");
            }
            Some(stepped)
        }
        Err(error) => {
            tracing::warn!(%error, "a job could not go on; trying again");
            None
        }
    }
}

async fn sweep(dispatcher: &Dispatcher, service: &Service) {
    loop {
        match service.sweep_jobs().await {
            Ok(1..) if !dispatcher.is_stopping() => tokio::task::yield_now().await,
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(%error, "jobs that are over are removed later");
                return;
            }
        }
    }
}
