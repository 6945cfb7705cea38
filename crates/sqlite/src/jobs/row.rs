//! Jobs as rows.

use bellwire_core::{
    audit::Entry,
    ids::{JobId, OrganizationId, WebhookId},
    job::{Change, Cursor, Job, State, StopReason},
    ports::Error,
    time::Time,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{
    audit,
    fault::Fault,
    rows::{RowExt as _, damage},
    work::Work,
};

macro_rules! job_columns {
    () => {
        "j.id, o.id, j.filter, j.per_second, j.state, j.reason, j.total, j.total_complete, j.done, \
         j.skipped, j.at_webhook, j.at_delivery, j.next_at, j.created_at, j.created_by, \
         j.updated_at, j.updated_by, j.organization
         FROM jobs j JOIN organizations o ON o.seq = j.organization AND o.deleted_at IS NULL "
    };
}

const ONE: &str = concat!("SELECT ", job_columns!(), "WHERE j.id = ?1");
/// Jobs of an organization, newest first.
const LIST: &str = concat!(
    "SELECT ",
    job_columns!(),
    "WHERE o.id = ?1 AND j.id < ?2
           AND (?3 IS NULL OR lower(hex(j.webhook)) IN (SELECT value FROM json_each(?3)))
     ORDER BY j.id DESC LIMIT ?4"
);
/// The running job that is due longest.
pub(crate) const DUE: &str = concat!(
    "SELECT ",
    job_columns!(),
    "WHERE j.state = 0 AND j.next_at <= ?1 ORDER BY j.next_at LIMIT 1"
);
/// When the next one is due: the beginning of the same index, which holds running jobs only.
const NEXT_AT: &str = "\
SELECT j.next_at FROM jobs j JOIN organizations o ON o.seq = j.organization
WHERE j.state = 0 AND o.deleted_at IS NULL ORDER BY j.next_at LIMIT 1";
/// Those that were over before a time.
pub(crate) const OVER: &str =
    "SELECT seq FROM jobs WHERE state >= 2 AND updated_at < ?1 ORDER BY updated_at LIMIT ?2";

/// A job, and the row of its organization.
fn read(row: &Row<'_>) -> rusqlite::Result<(Job, i64)> {
    let wrong = |column: usize, what: &str| damage(column, format!("no such {what} of a job"));
    let text = |column: usize| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
    let count = |column: usize| row.get::<_, i64>(column).map(i64::unsigned_abs);
    let job = Job {
        id: row.id(0)?,
        organization_id: row.id(1)?,
        filter: serde_json::from_str(text(2)?).map_err(|error| damage(2, error))?,
        per_second: row.get(3)?,
        state: State::from_code(row.get(4)?).ok_or_else(|| wrong(4, "state"))?,
        stop_reason: match row.get(5)? {
            Some(code) => Some(StopReason::from_code(code).ok_or_else(|| wrong(5, "reason"))?),
            None => None,
        },
        total: count(6)?,
        total_complete: row.get(7)?,
        done: count(8)?,
        skipped: serde_json::from_str(text(9)?).map_err(|error| damage(9, error))?,
        cursor: Cursor {
            webhook: row
                .get::<_, Option<[u8; 16]>>(10)?
                .map(WebhookId::from_bytes),
            delivery: row
                .get::<_, Option<[u8; 16]>>(11)?
                .map(bellwire_core::ids::DeliveryId::from_bytes),
        },
        next_at: row.at(12)?,
        created_at: row.at(13)?,
        created_by: row.get(14)?,
        updated_at: row.at(15)?,
        updated_by: row.get(16)?,
    };
    Ok((job, row.get(17)?))
}

/// A job with the row of its organization, of whichever organization.
pub(super) fn any(conn: &Connection, id: JobId) -> Result<Option<(Job, i64)>, Fault> {
    let found = conn
        .prepare_cached(ONE)?
        .query_row([id.as_bytes()], read)
        .optional()?;
    Ok(found)
}

/// A job of an organization.
pub(super) fn one(
    conn: &Connection,
    organization_id: OrganizationId,
    id: JobId,
) -> Result<Option<Job>, Fault> {
    let found = any(conn, id)?.map(|(job, _)| job);
    Ok(found.filter(|job| job.organization_id == organization_id))
}

pub(super) fn list(
    conn: &Connection,
    organization_id: OrganizationId,
    webhooks: Option<&[WebhookId]>,
    before: Option<JobId>,
    limit: usize,
) -> Result<Vec<Job>, Fault> {
    let webhooks = webhooks.map(|ids| {
        let texts: Vec<String> = ids
            .iter()
            .map(|id| format!("{:032x}", u128::from_be_bytes(*id.as_bytes())))
            .collect();
        serde_json::to_string(&texts).expect("texts are plain data")
    });
    let jobs = conn
        .prepare_cached(LIST)?
        .query_map(
            params![
                organization_id.as_bytes(),
                before.map_or([0xff; 16], |id| *id.as_bytes()),
                webhooks,
                i64::try_from(limit).unwrap_or(i64::MAX),
            ],
            |row| Ok(read(row)?.0),
        )?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(jobs)
}

/// The job that is due longest, or when the next one is.
pub(super) fn due(
    conn: &Connection,
    now: Time,
) -> Result<std::result::Result<(Job, i64), Option<Time>>, Fault> {
    let found = conn
        .prepare_cached(DUE)?
        .query_row([now.as_micros()], read)
        .optional()?;
    match found {
        Some(found) => Ok(Ok(found)),
        None => Ok(Err(next_at(conn)?)),
    }
}

pub(super) fn next_at(conn: &Connection) -> Result<Option<Time>, Fault> {
    Ok(conn
        .prepare_cached(NEXT_AT)?
        .query_row([], |row| row.at(0))
        .optional()?)
}

/// Stores a job, unless another one is about the same.
pub(super) fn create(
    work: &mut Work<'_>,
    job: &Job,
    entry: &Entry,
) -> Result<Option<JobId>, Fault> {
    let organization = work.organization(job.organization_id)?.seq;
    if let Some(id) = job.filter.webhook {
        match work.webhook(id)? {
            Some(slot) if slot.organization == organization && slot.deleted_at.is_none() => {}
            _ => return Err(Error::NotFound("webhook").into()),
        }
    }
    let webhook = job.filter.webhook.map(|id| *id.as_bytes());
    let other = work
        .conn
        .prepare_cached(
            "SELECT id FROM jobs WHERE organization = ?1 AND state < 2
                    AND (webhook IS NULL OR ?2 IS NULL OR webhook = ?2)
             ORDER BY id LIMIT 1",
        )?
        .query_row(params![organization, webhook], |row| row.id::<JobId>(0))
        .optional()?;
    if other.is_some() {
        return Ok(other);
    }
    work.conn
        .prepare_cached(
            "INSERT INTO jobs (id, organization, webhook, filter, created_at, created_by,
                               per_second, state, reason, total, total_complete, done, skipped,
                               at_webhook, at_delivery, next_at, updated_at, updated_by)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, NULL, ?7, ?8, 0, '', NULL, NULL, 0, 0, '')",
        )?
        .execute(params![
            job.id.as_bytes(),
            organization,
            webhook,
            serde_json::to_string(&job.filter).expect("filters are plain data"),
            job.created_at.as_micros(),
            job.created_by,
            job.total.cast_signed(),
            job.total_complete,
        ])?;
    store(work.conn, job)?;
    audit::write(work.conn, entry)?;
    Ok(None)
}

/// Writes what changes of a job in its life.
pub(super) fn store(conn: &Connection, job: &Job) -> Result<(), Fault> {
    conn.prepare_cached(
        "UPDATE jobs SET per_second = ?2, state = ?3, reason = ?4, done = ?5, skipped = ?6,
                         at_webhook = ?7, at_delivery = ?8, next_at = ?9, updated_at = ?10,
                         updated_by = ?11
         WHERE id = ?1",
    )?
    .execute(params![
        job.id.as_bytes(),
        job.per_second,
        job.state.code(),
        job.stop_reason.map(StopReason::code),
        job.done.cast_signed(),
        serde_json::to_string(&job.skipped).expect("counts are plain data"),
        job.cursor.webhook.map(|id| *id.as_bytes()),
        job.cursor.delivery.map(|id| *id.as_bytes()),
        job.next_at.as_micros(),
        job.updated_at.as_micros(),
        job.updated_by,
    ])?;
    Ok(())
}

pub(super) fn change(
    conn: &Connection,
    (organization_id, id): (OrganizationId, JobId),
    change: Change,
    now: Time,
    entry: &Entry,
) -> Result<(Job, bool), Fault> {
    let mut job = one(conn, organization_id, id)?.ok_or(Error::NotFound("job"))?;
    let changed = job.change(change, &entry.actor.name, now);
    if changed {
        store(conn, &job)?;
        audit::write(conn, entry)?;
    }
    Ok((job, changed))
}
