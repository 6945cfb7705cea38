//! Stage 6: attempts onto disk, deliveries moved on, counters folded, webhooks disabled.

use std::sync::Arc;

use async_trait::async_trait;
use bellwire_core::{
    delivery::{Attempt, CancelReason, Delivery, State},
    ids::{DeliveryId, OrganizationId},
    outcome::Answer,
    own_event::{self, Kind, Notice},
    policy::{Counters, DisableReason, Next},
    ports::{Error, Record, RecordPort, Recorded, Result},
    stored::{self, SHORT_EXCERPT_BYTES, address, audit::Ids, refusals},
    time::Time,
};
use rusqlite::{OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

use crate::{
    Sqlite,
    fault::Fault,
    outbox,
    query::delivery_of,
    rows::{self, DeliveryRow, delivery_columns, time},
    sweep,
    webhooks::disable,
    work::Work,
};

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
    async fn record(&self, records: Arc<[Record]>) -> Result<Recorded> {
        self.as_server()?;
        // What the writer thread need not do is done here.
        let ready: Vec<Ready> = records.iter().map(Ready::new).collect();
        let ids = Arc::clone(&self.inner.ids);
        self.writer()
            .call(ready.len() * 2, move |work| {
                let mut recorded = Recorded::default();
                for (one, ready) in records.iter().zip(&ready) {
                    record(work, one, ready, &ids, &mut recorded)?;
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

/// What is to be known of a record before it is written.
struct Ready {
    /// How much of the response's body is kept.
    excerpt: usize,
    truncated: bool,
    excerpt_sha256: [u8; 32],
}

impl Ready {
    fn new(record: &Record) -> Self {
        let (excerpt, truncated) = stored::excerpt(&record.attempt, record.success());
        Self {
            excerpt: excerpt.len(),
            truncated,
            excerpt_sha256: Sha256::digest(excerpt).into(),
        }
    }
}

fn record(
    work: &mut Work<'_>,
    record: &Record,
    ready: &Ready,
    ids: &Ids,
    recorded: &mut Recorded,
) -> std::result::Result<(), Fault> {
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
    let mut folded = (slot.counters, slot.counters);

    if let Some(tally) = &record.tally
        && slot.deleted_at.is_none()
    {
        let former = slot.counters;
        let (counters, reason) = tally
            .rule
            .fold(former, tally.class, attempt.answer, record.now);
        let turn = own_event::turn(
            &former,
            counters,
            tally.class,
            record.listened,
            record.is_own,
            record.now,
        );
        let counters = turn.counters;
        folded = (former, counters);
        // A paused webhook stays paused: what was under way when it was paused decides nothing.
        let disables = reason.filter(|_| !slot.disabled && !slot.paused);
        work.state.count(attempt.webhook_id, counters);
        if let Some(reason) = disables {
            disable(work, attempt.webhook_id, reason.clone(), record.now, ids)?;
            if record.listened.has(Kind::Disabled) {
                tell(
                    work,
                    record,
                    Kind::Disabled,
                    &folded,
                    Some(&reason),
                    (ids, recorded),
                )?;
            }
            recorded.disabled.push((attempt.webhook_id, reason));
        }
        if let Some(kind) = turn.tells {
            tell(work, record, kind, &folded, None, (ids, recorded))?;
        }
    }
    let marks = match work.webhook(attempt.webhook_id)? {
        Some(slot) => slot.marks(),
        None => before,
    };

    let settled = row.standing().settle(record.next, &before, &marks);
    let retry_at = match (settled.state, record.next) {
        (State::Pending, Next::RetryAt(at)) => Some(at),
        _ => None,
    };
    if own_event::exhausted(record, row.state, settled.state) {
        tell(
            work,
            record,
            Kind::Exhausted,
            &folded,
            None,
            (ids, recorded),
        )?;
    }
    let seq = insert(work, attempt, ready, &row, retry_at)?;
    let exhausted = row.state == State::Pending && settled.state == State::Failed;
    work.state.counted.add(record, exhausted);
    if row.state == State::Pending && settled.state != State::Pending {
        work.effects.pending -= 1;
    }
    work.conn.prepare_cached(MOVE_ON)?.execute(params![
        row.id.as_bytes(),
        settled.state.code(),
        settled.reason.map(CancelReason::code),
        attempt.number,
        time(settled.due_at),
        record.now.max(row.created_at).as_micros(),
        seq,
    ])?;
    Ok(())
}

/// Writes down what is to be told.
fn tell(
    work: &Work<'_>,
    record: &Record,
    kind: Kind,
    (before, after): &(Counters, Counters),
    disabled: Option<&DisableReason>,
    (ids, recorded): (&Ids, &mut Recorded),
) -> std::result::Result<(), Fault> {
    let id = ids.next(record.now);
    let notice = Notice::of_record(id, kind, record, (before, after), disabled);
    recorded.notices += 1;
    outbox::write(work.conn, &notice)
}

fn insert(
    work: &mut Work<'_>,
    attempt: &Attempt,
    ready: &Ready,
    row: &DeliveryRow,
    retry_at: Option<Time>,
) -> std::result::Result<i64, Fault> {
    let excerpt = &attempt.excerpt[..ready.excerpt];
    let (inline, excerpt_seq) = match excerpt.len() {
        0 => (None, None),
        1..=SHORT_EXCERPT_BYTES => (Some(excerpt), None),
        _ => (
            None,
            Some(keep(work, row.webhook, attempt.at.day(), ready, excerpt)?),
        ),
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
        attempt.request_headers.as_bytes(),
        attempt.response_headers.as_bytes(),
        inline,
        excerpt_seq,
        ready.truncated,
        time(retry_at),
    ])?;
    Ok(work.conn.last_insert_rowid())
}

/// Stores an excerpt unless this webhook answered the same before today.
fn keep(
    work: &mut Work<'_>,
    webhook: i64,
    day: i64,
    ready: &Ready,
    body: &[u8],
) -> std::result::Result<i64, Fault> {
    let sha256 = ready.excerpt_sha256;
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
    if !matches!(delivery.state, State::Pending | State::Held) {
        return Err(Error::Conflict(refusals::settled(delivery.state)).into());
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
