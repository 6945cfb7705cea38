//! Many events for one webhook, so that something waits.

use std::time::Duration;

use anyhow::{Result, ensure};
use bytes::Bytes;
use tokio::time::Instant;

use crate::bench::{Subject, connection::Connection, load::write_event};

/// Events in one request.
const BATCH: u32 = 1_000;
/// Data bytes of an event.
const DATA_BYTES: usize = 200;
/// How long it may take.
const LIMIT: Duration = Duration::from_secs(600);

/// Posts so many events of the type `bench.<event_type>`, in batches, on two connections.
pub(super) async fn fill(subject: &Subject, event_type: u32, count: u32) -> Result<()> {
    let padding = "x".repeat(DATA_BYTES);
    let end = Instant::now() + LIMIT;
    let half = async |first: u32| {
        let door = &subject.doors[first as usize % subject.doors.len()];
        let mut connection = Connection::open(door).await?;
        for batch in (first..count.div_ceil(BATCH)).step_by(2) {
            ensure!(
                Instant::now() < end,
                "the backlog took longer than {} s",
                LIMIT.as_secs()
            );
            let mut body = String::with_capacity(BATCH as usize * 300);
            for sequence in batch * BATCH..((batch + 1) * BATCH).min(count) {
                body.push(if body.is_empty() { '[' } else { ',' });
                // Run 0 is never open: what arrives of it is not counted.
                write_event(&mut body, event_type, 0, sequence, 0, &padding);
            }
            body.push(']');
            connection.post(&subject.path, Bytes::from(body)).await?;
        }
        anyhow::Ok(())
    };
    tokio::try_join!(half(0), half(1)).map(|_| ())
}
