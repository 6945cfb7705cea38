//! Stage 6: attempts onto disk, deliveries moved on, counters folded, webhooks disabled.

use async_trait::async_trait;
use bellwire_core::{
    delivery::{CancelReason, Delivery, State},
    ids::{DeliveryId, OrganizationId},
    outcome::{Answer, EXCERPT_FAILURE_BYTES, EXCERPT_SUCCESS_BYTES},
    policy::{Class, Next},
    ports::{Error, Record, RecordPort, Recorded, Result},
    time::Time,
};
use rusqlite::{OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

use crate::{
    Sqlite, address,
    fault::Fault,
    headers,
    query::delivery_of,
    rows::{self, DeliveryRow, Marks, delivery_columns, time},
    sweep,
    webhooks::disable,
    work::Work,
};

/// Excerpts up to this length stay in the attempt's row.
const SHORT_EXCERPT_BYTES: usize = 48;

/// How a record finds its delivery.
pub(crate) const FIND: &str = concat!(
    "SELECT ",
    delivery_columns!(),
    " FROM deliveries WHERE id = ?1"
);
/// How a record moves its delivery on.
pub(crate) const MOVE_ON: &str = "\
UPDATE deliveries SET state = ?2, reason = ?3, attempts = ?4, due_at = ?5, updated_at = ?6,
       last_attempt = ?7
WHERE id = ?1";
const INSERT: &str = "\
INSERT INTO attempts (delivery, webhook, number, previous, revision, at, status, cause, dns_us,
    connect_us, tls_us, first_byte_us, total_us, url, address, detail, body_sha256,
    request_headers, response_headers, excerpt, excerpt_seq, truncated, retry_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
    ?20, ?21, ?22, ?23)";

#[async_trait]
impl RecordPort for Sqlite {
    async fn record(&self, records: Vec<Record>) -> Result<Recorded> {
        self.as_server()?;
        // What the writer thread need not do is done here.
        let ready: Vec<Ready> = records.into_iter().map(Ready::new).collect();
        self.writer()
            .call(ready.len() * 2, move |work| {
                let mut recorded = Recorded::default();
                for one in &ready {
                    record(work, one, &mut recorded)?;
                }
                Ok(recorded)
            })
            .await
    }

    async fn cancel(
        &self,
        organization_id: OrganizationId,
        delivery_id: DeliveryId,
        now: Time,
    ) -> Result<Delivery> {
        self.as_server()?;
        self.writer()
            .call(1, move |work| {
                cancel(work, organization_id, delivery_id, now)
            })
            .await
    }

    async fn sweep_cancelled(&self) -> Result<bool> {
        self.as_server()?;
        self.writer().call(sweep::ROWS, sweep::cancelled).await
    }
}

/// A record in the form that it is written in.
struct Ready {
    record: Record,
    request_headers: Vec<u8>,
    response_headers: Vec<u8>,
    /// How much of the response's body is kept.
    excerpt: usize,
    excerpt_sha256: [u8; 32],
}

impl Ready {
    fn new(record: Record) -> Self {
        let success = match &record.tally {
            Some(tally) => tally.class == Class::Success,
            None => record.next == Next::Deliver,
        };
        let limit = if success {
            EXCERPT_SUCCESS_BYTES
        } else {
            EXCERPT_FAILURE_BYTES
        };
        let excerpt = record.attempt.excerpt.len().min(limit);
        Self {
            request_headers: headers::encode(&record.attempt.request_headers),
            response_headers: headers::encode(&record.attempt.response_headers),
            excerpt,
            excerpt_sha256: Sha256::digest(&record.attempt.excerpt[..excerpt]).into(),
            record,
        }
    }
}

fn record(
    work: &mut Work<'_>,
    ready: &Ready,
    recorded: &mut Recorded,
) -> std::result::Result<(), Fault> {
    let record = &ready.record;
    let attempt = &record.attempt;
    work.effects.ended.push(attempt.delivery_id);
    let row = match work.claims.known(&attempt.delivery_id) {
        Some(row) => Some(*row),
        None => work
            .conn
            .prepare_cached(FIND)?
            .query_row([attempt.delivery_id.as_bytes()], rows::delivery)
            .optional()?,
    };
    // A row that is gone went with its organization. An attempt that is known already was written
    // by a commit whose answer got lost: the record came a second time.
    let Some(row) = row.filter(|row| attempt.number > row.attempts) else {
        return Ok(());
    };
    let Some(slot) = work.webhook(attempt.webhook_id)? else {
        return Ok(());
    };
    let before = slot.marks();
    let cancelled =
        row.state != State::Pending || before.cancel(row.kind, row.created_at).is_some();

    if let Some(tally) = &record.tally
        && slot.deleted_at.is_none()
    {
        let (counters, reason) =
            tally
                .rule
                .fold(slot.counters, tally.class, attempt.answer, record.now);
        let disables = reason.filter(|_| !slot.disabled);
        work.state.count(attempt.webhook_id, counters);
        if let Some(reason) = disables {
            disable(work, attempt.webhook_id, reason.clone(), record.now)?;
            recorded.disabled.push((attempt.webhook_id, reason));
        }
    }
    let marks = match work.webhook(attempt.webhook_id)? {
        Some(slot) => slot.marks(),
        None => before,
    };

    let (state, reason, due_at) = settle(&row, cancelled, record.next, &before, &marks);
    let retry_at = match (state, record.next) {
        (State::Pending, Next::RetryAt(at)) => Some(at),
        _ => None,
    };
    let seq = insert(work, ready, &row, retry_at)?;
    if row.state == State::Pending && state != State::Pending {
        work.effects.pending -= 1;
    }
    work.conn.prepare_cached(MOVE_ON)?.execute(params![
        row.id.as_bytes(),
        state.code(),
        reason.map(CancelReason::code),
        attempt.number,
        time(due_at),
        record.now.max(row.created_at).as_micros(),
        seq,
    ])?;
    Ok(())
}

/// The delivery's next state. `before` and `after` are the webhook's marks before this attempt was
/// counted and after it.
fn settle(
    row: &DeliveryRow,
    cancelled: bool,
    next: Next,
    before: &Marks,
    after: &Marks,
) -> (State, Option<CancelReason>, Option<Time>) {
    let marked = |marks: &Marks| {
        marks
            .cancel(row.kind, row.created_at)
            .map(|(reason, _)| reason)
    };
    match next {
        // It did arrive, whatever was decided meanwhile.
        Next::Deliver => (State::Delivered, None, None),
        _ if cancelled && row.state == State::Pending => (State::Cancelled, marked(before), None),
        _ if cancelled => (row.state, row.reason, None),
        Next::Fail => (State::Failed, None, None),
        Next::RetryAt(at) => match marked(after) {
            Some(reason) => (State::Cancelled, Some(reason), None),
            None => (State::Pending, None, Some(at.max(row.created_at))),
        },
    }
}

fn insert(
    work: &mut Work<'_>,
    ready: &Ready,
    row: &DeliveryRow,
    retry_at: Option<Time>,
) -> std::result::Result<i64, Fault> {
    let attempt = &ready.record.attempt;
    let excerpt = &attempt.excerpt[..ready.excerpt];
    let truncated = attempt.truncated || excerpt.len() < attempt.excerpt.len();
    let (inline, excerpt_seq) = match excerpt.len() {
        0 => (None, None),
        1..=SHORT_EXCERPT_BYTES => (Some(excerpt), None),
        _ => (None, Some(keep(work, row.webhook, ready, excerpt)?)),
    };
    let (status, cause) = match attempt.answer {
        Answer::Status(status) => (Some(status), None),
        Answer::None(cause) => (None, Some(cause.as_str())),
    };
    work.conn.prepare_cached(INSERT)?.execute(params![
        attempt.delivery_id.as_bytes(),
        row.webhook,
        attempt.number,
        row.last_attempt,
        attempt.revision,
        attempt.at.as_micros(),
        status,
        cause,
        attempt.timing.dns_us,
        attempt.timing.connect_us,
        attempt.timing.tls_us,
        attempt.timing.first_byte_us,
        attempt.timing.total_us,
        attempt.url,
        attempt.address.map(address::encode),
        attempt.detail,
        attempt.body_sha256,
        ready.request_headers,
        ready.response_headers,
        inline,
        excerpt_seq,
        truncated,
        time(retry_at),
    ])?;
    Ok(work.conn.last_insert_rowid())
}

/// Stores an excerpt unless this webhook answered the same before today.
fn keep(
    work: &mut Work<'_>,
    webhook: i64,
    ready: &Ready,
    body: &[u8],
) -> std::result::Result<i64, Fault> {
    let sha256 = ready.excerpt_sha256;
    let day = ready.record.attempt.at.day();
    if let Some(seq) = work.state.excerpt(webhook, &sha256, day) {
        return Ok(seq);
    }
    let seq = work.state.next_excerpt(work.conn, day)?;
    work.conn
        .prepare_cached("INSERT INTO excerpts (seq, body) VALUES (?1, ?2)")?
        .execute(params![seq, body])?;
    work.state.remember_excerpt(webhook, sha256, seq);
    Ok(seq)
}

fn cancel(
    work: &mut Work<'_>,
    organization_id: OrganizationId,
    delivery_id: DeliveryId,
    now: Time,
) -> std::result::Result<Delivery, Fault> {
    let found = delivery_of(work.conn, organization_id, delivery_id)?;
    let mut delivery = found.ok_or(Error::NotFound("delivery"))?;
    if delivery.state != State::Pending {
        return Err(Error::Conflict(format!(
            "the delivery is not pending any more; it is {}",
            delivery.state.as_str()
        ))
        .into());
    }
    let now = now.max(delivery.created_at);
    work.conn
        .prepare_cached(
            "UPDATE deliveries SET state = ?2, reason = ?3, due_at = NULL, updated_at = ?4
             WHERE id = ?1",
        )?
        .execute(params![
            delivery_id.as_bytes(),
            State::Cancelled.code(),
            CancelReason::Manual.code(),
            now.as_micros(),
        ])?;
    work.effects.pending -= 1;
    work.changed(delivery_id);
    delivery.state = State::Cancelled;
    delivery.cancel_reason = Some(CancelReason::Manual);
    delivery.updated_at = now;
    delivery.due_at = now;
    Ok(delivery)
}
