//! Stage 6: attempts onto disk, many to a commit.
//!
//! Nobody waits for a record, so records wait for company: a few milliseconds, in which at a modest
//! rate several share a commit that each would have cost alone. What a crash finds unrecorded is
//! sent again; these milliseconds are part of what was in flight. When the store cannot write, the
//! same batch is tried again until it can: an attempt that was made is never forgotten while the
//! process lives. What the store refuses for good is stored without what came back; when that is
//! refused too, the claim is given back, and the delivery is sent again a few times.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use bellwire_core::{
    delivery::Attempt,
    headers::HeaderList,
    ids::DeliveryId,
    policy::Next,
    ports::{Error, Lanes as _, Record},
    time::{MINUTE, SECOND},
};
use bytes::Bytes;
use tokio::sync::mpsc;

use crate::{dispatcher::Dispatcher, pager::Page};

/// Records in one call, at most: about 5 ms of writing.
const BATCH: usize = 128;
/// How long the first record of a batch waits for others. Real time, whatever the clock: it paces
/// the disk, and decides nothing.
const COMPANY: Duration = Duration::from_millis(4);

/// How often a delivery is sent again whose attempt the store refuses.
const REFUSALS: u32 = 3;
/// Such deliveries remembered, before all are forgotten: a bound on memory.
const REFUSED: usize = 10_000;

pub(crate) async fn run(dispatcher: Dispatcher, mut inbox: mpsc::Receiver<Record>) {
    let mut batch = Vec::with_capacity(BATCH);
    let mut refused = Refused::default();
    while inbox.recv_many(&mut batch, BATCH).await > 0 {
        let company = async {
            // Ends when the batch is full: nothing is received into no room.
            loop {
                let room = BATCH - batch.len();
                if inbox.recv_many(&mut batch, room).await == 0 {
                    break;
                }
            }
        };
        let _ = tokio::time::timeout(COMPANY, company).await;
        let count = batch.len();
        // Shared with the store, and not copied for it: this end keeps them to try again.
        let records: Arc<[Record]> = batch.drain(..).collect();
        write(&dispatcher, &mut refused, records).await;
        dispatcher.end(count);
    }
}

async fn write(dispatcher: &Dispatcher, refused: &mut Refused, records: Arc<[Record]>) {
    let Err(error) = attempt(dispatcher, &records).await else {
        return;
    };
    // What the store refuses for good must not stop the others.
    for record in records.iter() {
        let one = if records.len() == 1 {
            Err(error.clone())
        } else {
            attempt(dispatcher, &[record.clone()].into()).await
        };
        // It may be a part of the attempt that cannot be stored; that it was made can be, perhaps.
        let one = match one {
            Ok(()) => Ok(()),
            Err(error) => attempt(dispatcher, &[bare(record, &error)].into()).await,
        };
        if let Err(error) = one {
            refused.give_back(dispatcher, &record.attempt, &error).await;
        }
    }
}

/// The attempt without what came back, but for the status.
fn bare(record: &Record, error: &Error) -> Record {
    let mut record = record.clone();
    record.attempt.request_headers = HeaderList::default();
    record.attempt.response_headers = HeaderList::default();
    record.attempt.excerpt = Bytes::new();
    record.attempt.truncated = true;
    record.attempt.detail = Some(format!(
        "headers and body could not be stored, and are left out: {error}"
    ));
    record
}

/// Deliveries whose attempts the store refuses: how often, in this process.
#[derive(Default)]
struct Refused(HashMap<DeliveryId, u32>);

impl Refused {
    /// Gives the claim of a delivery back whose attempt cannot be recorded, so that it is sent again
    /// and not forgotten; a few times, because each of them reaches the endpoint.
    async fn give_back(&mut self, dispatcher: &Dispatcher, attempt: &Attempt, error: &Error) {
        let parts = &dispatcher.0.parts;
        let delivery = attempt.delivery_id;
        if self.0.len() >= REFUSED {
            self.0.clear();
        }
        let times = self.0.entry(delivery).or_default();
        *times += 1;
        if *times > REFUSALS {
            tracing::error!(
                %error, %delivery, event = %attempt.event_id, webhook = %attempt.webhook_id,
                "an attempt could not be recorded again; the delivery waits for the next start"
            );
            return;
        }
        let again = parts.clock.now() + MINUTE;
        tracing::error!(
            %error, %delivery, event = %attempt.event_id, webhook = %attempt.webhook_id,
            "an attempt could not be recorded; the delivery is sent again in a minute"
        );
        match parts.store.release(&[delivery]).await {
            Ok(()) => dispatcher.page(Page::Due(attempt.webhook_id, again)),
            Err(error) => tracing::warn!(
                %error, %delivery, event = %attempt.event_id, webhook = %attempt.webhook_id,
                "a claim could not be given back"
            ),
        }
    }
}

/// Writes records, waiting for as long as the store cannot.
///
/// # Errors
/// When it refuses them for good.
async fn attempt(dispatcher: &Dispatcher, records: &Arc<[Record]>) -> Result<(), Error> {
    let inner = &dispatcher.0;
    let clock = &inner.parts.clock;
    let recorded = loop {
        let began = clock.now();
        match inner.parts.store.record(Arc::clone(records)).await {
            Ok(recorded) => {
                let took = clock.now().since(began);
                inner.metrics.batch(records.len(), took);
                break recorded;
            }
            Err(Error::Unavailable(why)) => {
                tracing::warn!(
                    why,
                    "attempts wait to be recorded until the store can write"
                );
                inner
                    .parts
                    .clock
                    .sleep_until(inner.parts.clock.now() + SECOND / 2)
                    .await;
            }
            Err(error) => return Err(error),
        }
    };
    inner.counted.notify_one();
    for record in records.iter() {
        inner.metrics.recorded(record);
        if let Next::RetryAt(time) = record.next {
            dispatcher.page(Page::Due(record.attempt.webhook_id, time));
        }
    }
    if recorded.notices > 0 {
        dispatcher.tell();
    }
    if recorded.disabled.is_empty() {
        return Ok(());
    }
    let mut organizations = BTreeSet::new();
    for (webhook, reason) in &recorded.disabled {
        inner.metrics.disabled.inc();
        tracing::warn!(%webhook, reason = %reason.sentence(), "a webhook was disabled");
        let attempt = records
            .iter()
            .map(|r| &r.attempt)
            .find(|a| a.webhook_id == *webhook);
        organizations.extend(attempt.map(|attempt| attempt.organization_id));
    }
    let service = inner.service.lock().clone();
    if let Some(service) = service {
        for organization in organizations {
            if let Err(error) = service.refresh(organization).await {
                tracing::warn!(%error, %organization, "the catalogue could not be read again");
            }
        }
    }
    inner.sweep.notify_one();
    Ok(())
}
