//! Jobs as rows.

use bellwire_core::{
    audit::Entry,
    ids::{JobId, OrganizationId, WebhookId},
    job::{Change, Cursor, Job, State, StopReason},
    ports::Error,
    time::Time,
};
use tokio::time::Instant;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    audit,
    connect::Conn,
    fault::{Fault, corrupt},
    locks,
    rows::{Key as _, RowExt as _, code, text},
    shared::Shared,
};

macro_rules! job_columns {
    () => {
        "j.id, j.organization_id, j.filter, j.per_second, j.state, j.reason, j.total, \
         j.total_complete, j.done, j.skipped, j.at_webhook, j.at_delivery, j.next_at, \
         j.created_at, j.created_by, j.updated_at, j.updated_by
         FROM jobs j JOIN organizations o ON o.id = j.organization_id AND o.deleted_at IS NULL "
    };
}

const ONE: &str = concat!(
    "SELECT ",
    job_columns!(),
    "WHERE j.id = $1 AND j.organization_id = $2"
);
const ONE_HELD: &str = concat!(
    "SELECT ",
    job_columns!(),
    "WHERE j.id = $1 AND j.organization_id = $2 FOR NO KEY UPDATE OF j"
);
/// Jobs of an organization, newest first.
const LIST: &str = concat!(
    "SELECT ",
    job_columns!(),
    "WHERE j.organization_id = $1 AND ($2::uuid IS NULL OR j.id < $2)
           AND ($3::uuid[] IS NULL OR j.webhook_id = ANY($3))
     ORDER BY j.id DESC LIMIT $4"
);
/// The running job that is due longest, of those that nobody is at.
pub(crate) const DUE: &str = concat!(
    "SELECT ",
    job_columns!(),
    "WHERE j.state = 0 AND j.next_at <= $1 ORDER BY j.next_at LIMIT 1
     FOR NO KEY UPDATE OF j SKIP LOCKED"
);
/// When the next one is due.
const NEXT_AT: &str = "\
SELECT j.next_at FROM jobs j JOIN organizations o ON o.id = j.organization_id
WHERE j.state = 0 AND o.deleted_at IS NULL ORDER BY j.next_at LIMIT 1";

fn read(row: &Row) -> Result<Job, Fault> {
    let wrong = |what: &str| corrupt(format!("a job has no such {what}"));
    let count = |column: usize| row.try_get::<_, i64>(column).map(i64::unsigned_abs);
    Ok(Job {
        id: row.id(0)?,
        organization_id: row.id(1)?,
        filter: serde_json::from_str(row.try_get(2)?).map_err(corrupt)?,
        per_second: row.u32(3)?,
        state: State::from_code(row.try_get::<_, i16>(4)?.into()).ok_or_else(|| wrong("state"))?,
        stop_reason: match row.try_get::<_, Option<i16>>(5)? {
            Some(code) => Some(StopReason::from_code(code.into()).ok_or_else(|| wrong("reason"))?),
            None => None,
        },
        total: count(6)?,
        total_complete: row.try_get(7)?,
        done: count(8)?,
        skipped: serde_json::from_str(row.try_get(9)?).map_err(corrupt)?,
        cursor: Cursor {
            webhook: row.try_get::<_, Option<Uuid>>(10)?.map(Into::into),
            delivery: row.try_get::<_, Option<Uuid>>(11)?.map(Into::into),
        },
        next_at: row.at(12)?,
        created_at: row.at(13)?,
        created_by: row.try_get(14)?,
        updated_at: row.at(15)?,
        updated_by: row.try_get(16)?,
    })
}

/// A job of an organization; held until the transaction ends, if asked for.
pub(super) async fn one(
    conn: &impl Conn,
    organization_id: OrganizationId,
    id: JobId,
    held: bool,
) -> Result<Option<Job>, Fault> {
    let sql = if held { ONE_HELD } else { ONE };
    let found = conn
        .query_opt(sql, &[&id.uuid(), &organization_id.uuid()])
        .await?;
    found.map(|row| read(&row)).transpose()
}

pub(super) async fn list(
    conn: &impl Conn,
    organization_id: OrganizationId,
    webhooks: Option<&[WebhookId]>,
    before: Option<JobId>,
    limit: usize,
) -> Result<Vec<Job>, Fault> {
    let webhooks: Option<Vec<Uuid>> = webhooks.map(|ids| ids.iter().map(|id| id.uuid()).collect());
    let rows = conn
        .query(
            LIST,
            &[
                &organization_id.uuid(),
                &before.map(|id| id.uuid()),
                &webhooks,
                &i64::try_from(limit).unwrap_or(i64::MAX),
            ],
        )
        .await?;
    rows.iter().map(read).collect()
}

/// The job that is due longest, held until the transaction ends.
pub(super) async fn due(conn: &impl Conn, now: Time) -> Result<Option<Job>, Fault> {
    let found = conn.query_opt(DUE, &[&now.as_micros()]).await?;
    found.map(|row| read(&row)).transpose()
}

pub(super) async fn next_at(conn: &impl Conn) -> Result<Option<Time>, Fault> {
    let found = conn.query_opt(NEXT_AT, &[]).await?;
    found.map(|row| row.at(0)).transpose()
}

/// Stores a job, unless another one is about the same. The organization's lock keeps two of them
/// from coming in beside each other, and its webhook from going away meanwhile.
pub(super) async fn create(
    shared: &Shared,
    job: &Job,
    entry: &Entry,
) -> Result<Option<JobId>, Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    locks::hold(&transaction, job.organization_id).await?;
    let organization = job.organization_id.uuid();
    let webhook = job.filter.webhook.map(|id| id.uuid());
    let sql = "SELECT ($2::uuid IS NULL OR EXISTS (
                   SELECT 1 FROM webhooks w
                   WHERE w.id = $2 AND w.organization_id = $1 AND w.deleted_at IS NULL))
               FROM organizations o WHERE o.id = $1 AND o.deleted_at IS NULL";
    let found = transaction
        .query_opt(sql, &[&organization, &webhook])
        .await?;
    let there: bool = found.ok_or(Error::NotFound("organization"))?.try_get(0)?;
    if !there {
        return Err(Error::NotFound("webhook").into());
    }
    let sql = "SELECT id FROM jobs WHERE organization_id = $1 AND state < 2
                      AND (webhook_id IS NULL OR $2::uuid IS NULL OR webhook_id = $2)
               ORDER BY id LIMIT 1";
    if let Some(other) = transaction
        .query_opt(sql, &[&organization, &webhook])
        .await?
    {
        return Ok(Some(other.id(0)?));
    }
    let filter = serde_json::to_string(&job.filter).expect("filters are plain data");
    transaction
        .execute(
            "INSERT INTO jobs (id, organization_id, webhook_id, filter, created_at, created_by,
                               total, total_complete, per_second, state, done, skipped, next_at,
                               updated_at, updated_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, '', 0, 0, '')",
            &[
                &job.id.uuid(),
                &organization,
                &webhook,
                &filter,
                &job.created_at.as_micros(),
                &text(&job.created_by),
                &job.total.cast_signed(),
                &job.total_complete,
            ],
        )
        .await?;
    store(&transaction, job).await?;
    audit::write(&transaction, entry).await?;
    shared.commit(transaction, began).await?;
    Ok(None)
}

/// Writes what changes of a job in its life.
pub(super) async fn store(conn: &impl Conn, job: &Job) -> Result<(), Fault> {
    conn.execute(
        "UPDATE jobs SET per_second = $2, state = $3, reason = $4, done = $5, skipped = $6,
                         at_webhook = $7, at_delivery = $8, next_at = $9, updated_at = $10,
                         updated_by = $11
         WHERE id = $1",
        &[
            &job.id.uuid(),
            &job.per_second.cast_signed(),
            &code(job.state.code()),
            &job.stop_reason.map(|reason| code(reason.code())),
            &job.done.cast_signed(),
            &serde_json::to_string(&job.skipped).expect("counts are plain data"),
            &job.cursor.webhook.map(|id| id.uuid()),
            &job.cursor.delivery.map(|id| id.uuid()),
            &job.next_at.as_micros(),
            &job.updated_at.as_micros(),
            &text(&job.updated_by),
        ],
    )
    .await?;
    Ok(())
}

/// Changes a job; a step that is under way is waited for.
pub(super) async fn change(
    shared: &Shared,
    (organization_id, id): (OrganizationId, JobId),
    change: Change,
    now: Time,
    entry: &Entry,
) -> Result<(Job, bool), Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let found = one(&transaction, organization_id, id, true).await?;
    let mut job = found.ok_or(Error::NotFound("job"))?;
    let changed = job.change(change, &entry.actor.name, now);
    if changed {
        store(&transaction, &job).await?;
        audit::write(&transaction, entry).await?;
        shared.commit(transaction, began).await?;
    }
    Ok((job, changed))
}
