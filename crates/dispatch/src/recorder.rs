//! Stage 6: attempts onto disk, many to a commit.
//!
//! Nobody waits for a record, so records wait for company: a few milliseconds, in which at a modest
//! rate several share a commit that each would have cost alone. What a crash finds unrecorded is
//! sent again; these milliseconds are part of what was in flight. When the store cannot write, the same batch is
//! tried again until it can: an attempt that was made is never forgotten while the process lives.

use std::{collections::BTreeSet, time::Duration};

use bellwire_core::{
    policy::Next,
    ports::{Error, Record},
    time::SECOND,
};
use tokio::sync::mpsc;

use crate::{dispatcher::Dispatcher, pager::Page};

/// Records in one call, at most: about 5 ms of writing.
const BATCH: usize = 128;
/// How long the first record of a batch waits for others. Real time, whatever the clock: it paces
/// the disk, and decides nothing.
const COMPANY: Duration = Duration::from_millis(4);

pub(crate) async fn run(dispatcher: Dispatcher, mut inbox: mpsc::Receiver<Record>) {
    let mut batch = Vec::with_capacity(BATCH);
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
        write(
            &dispatcher,
            std::mem::replace(&mut batch, Vec::with_capacity(BATCH)),
        )
        .await;
        dispatcher.end(count);
    }
}

async fn write(dispatcher: &Dispatcher, records: Vec<Record>) {
    let inner = &dispatcher.0;
    let recorded = loop {
        match inner.parts.store.record(records.clone()).await {
            Ok(recorded) => break recorded,
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
            Err(error) => {
                // A record that the store refuses for good must not stop the others.
                if let [record] = records.as_slice() {
                    let delivery = record.attempt.delivery_id;
                    tracing::error!(%error, %delivery, "an attempt could not be recorded");
                    return;
                }
                for record in records {
                    Box::pin(write(dispatcher, vec![record])).await;
                }
                return;
            }
        }
    };
    for record in &records {
        inner.metrics.recorded(record);
        if let Next::RetryAt(time) = record.next {
            dispatcher.page(Page::Due(record.attempt.webhook_id, time));
        }
    }
    if recorded.disabled.is_empty() {
        return;
    }
    let mut organizations = BTreeSet::new();
    for (webhook, reason) in &recorded.disabled {
        inner.metrics.disabled.inc();
        tracing::warn!(%webhook, reason = reason.sentence(), "a webhook was disabled");
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
}
