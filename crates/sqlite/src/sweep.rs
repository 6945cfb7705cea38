//! Bulk work in chunks between commits: what a disable or a deletion left behind.

use bellwire_core::{
    delivery::{CancelReason, State},
    ids::DeliveryId,
    stored::{listed, standing::Marks},
};
use rusqlite::{OptionalExtension as _, params};

use crate::{
    fault::Fault,
    retain,
    rows::{self, RowExt as _, delivery_columns},
    statistics, usage,
    work::Work,
};

/// Rows that one call touches: about 3 ms of the writer's time.
pub(crate) const ROWS: usize = 300;

/// Marks cancelled deliveries of one webhook as cancelled; true when there may be more.
///
/// Where it stands is kept in memory: what it has looked at and left (newer deliveries, tests) is
/// not looked at again in the same sweep. A restart begins again, which costs reads only.
pub(crate) fn cancelled(work: &mut Work<'_>) -> Result<bool, Fault> {
    let webhook = work
        .conn
        .prepare_cached(
            "SELECT seq, id, cancelled_up_to, disabled_up_to, deleted_at, cleared_up_to FROM webhooks
             WHERE unswept = 1 ORDER BY seq LIMIT 1",
        )?
        .query_row([], |row| {
            let marks = Marks {
                cancelled_up_to: row.time(2)?,
                disabled_up_to: row.time(3)?,
                deleted_at: row.time(4)?,
                cleared_up_to: row.time(5)?,
                // It holds nothing back from being cancelled.
                paused: false,
            };
            Ok((row.get::<_, i64>(0)?, marks))
        })
        .optional()?;
    let Some((webhook, marks)) = webhook else {
        return Ok(false);
    };
    let (due_at, id) = match work.state.swept {
        Some((of, due_at, id)) if of == webhook => (due_at, id),
        _ => (i64::MIN, [0; 16]),
    };
    let rows = work
        .conn
        .prepare_cached(concat!(
            "SELECT ",
            delivery_columns!(),
            " FROM deliveries WHERE state = 0 AND webhook = ?1 AND (due_at, id) > (?2, ?3)
              ORDER BY due_at, id LIMIT ?4"
        ))?
        .query_map(params![webhook, due_at, id, ROWS as i64], rows::delivery)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut update = work.conn.prepare_cached(
        "UPDATE deliveries SET state = ?2, reason = ?3, due_at = NULL, updated_at = ?4
         WHERE id = ?1",
    )?;
    for row in &rows {
        if let Some((reason, at)) = marks.cancel(row.kind, row.created_at) {
            update.execute(params![
                row.id.as_bytes(),
                State::Cancelled.code(),
                CancelReason::code(reason),
                at.max(row.updated_at.unwrap_or(row.created_at)).as_micros(),
            ])?;
            work.effects.pending -= 1;
            work.changed(row.id);
        }
    }
    match rows.last() {
        Some(last) if rows.len() == ROWS => {
            let due_at = last.due_at.unwrap_or(last.created_at).as_micros();
            work.state.swept = Some((webhook, due_at, *last.id.as_bytes()));
        }
        _ => {
            work.conn
                .prepare_cached("UPDATE webhooks SET unswept = 0 WHERE seq = ?1")?
                .execute([webhook])?;
            work.state.swept = None;
        }
    }
    Ok(true)
}

/// Tables of a deleted organization beside its events, in the order they are emptied.
const TABLES: [&str; 13] = [
    "DELETE FROM health WHERE webhook IN (
         SELECT h.webhook FROM webhooks w JOIN health h ON h.webhook = w.seq
         WHERE w.organization = ?1 LIMIT ?2)",
    "DELETE FROM webhook_revisions WHERE (webhook, revision) IN (
         SELECT r.webhook, r.revision FROM webhooks w
         JOIN webhook_revisions r ON r.webhook = w.seq WHERE w.organization = ?1 LIMIT ?2)",
    "DELETE FROM webhooks WHERE seq IN (
         SELECT seq FROM webhooks WHERE organization = ?1 LIMIT ?2)",
    "DELETE FROM jobs WHERE seq IN (
         SELECT seq FROM jobs WHERE organization = ?1 LIMIT ?2)",
    "DELETE FROM event_types WHERE seq IN (
         SELECT seq FROM event_types WHERE organization = ?1 LIMIT ?2)",
    "DELETE FROM channels WHERE organization = ?1 AND key IN (
         SELECT key FROM channels WHERE organization = ?1 LIMIT ?2)",
    "DELETE FROM idempotency WHERE organization = ?1 AND key IN (
         SELECT key FROM idempotency WHERE organization = ?1 LIMIT ?2)",
    "DELETE FROM tokens WHERE seq IN (
         SELECT seq FROM tokens WHERE organization = ?1 LIMIT ?2)",
    "DELETE FROM sessions WHERE seq IN (
         SELECT s.seq FROM links l JOIN sessions s ON s.link = l.seq
         WHERE l.organization = ?1 LIMIT ?2)",
    "DELETE FROM links WHERE seq IN (
         SELECT seq FROM links WHERE organization = ?1 LIMIT ?2)",
    "DELETE FROM memberships WHERE (user, organization) IN (
         SELECT user, organization FROM memberships WHERE organization = ?1 LIMIT ?2)",
    "DELETE FROM inspected WHERE seq IN (
         SELECT r.seq FROM inspectors i JOIN inspected r ON r.inspector = i.seq
         WHERE i.organization = ?1 LIMIT ?2)",
    "DELETE FROM inspectors WHERE seq IN (
         SELECT seq FROM inspectors WHERE organization = ?1 LIMIT ?2)",
];

/// Removes rows of one deleted organization; true when there may be more.
pub(crate) fn deleted(work: &mut Work<'_>) -> Result<bool, Fault> {
    let organization: Option<i64> = work
        .conn
        .prepare_cached("SELECT seq FROM organizations WHERE deleted_at IS NOT NULL LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let Some(organization) = organization else {
        return Ok(false);
    };
    // Nothing remembered of what goes may be used for what comes.
    work.state.flush(work.conn)?;
    work.state.clear();
    if events(work, organization)? {
        return Ok(true);
    }
    for table in TABLES {
        let removed = work
            .conn
            .prepare_cached(table)?
            .execute(params![organization, ROWS as i64])?;
        if removed == ROWS {
            return Ok(true);
        }
    }
    if statistics::forget(work, organization, ROWS)? || usage::forget(work, organization, ROWS)? {
        return Ok(true);
    }
    work.conn
        .prepare_cached("DELETE FROM organizations WHERE seq = ?1")?
        .execute([organization])?;
    Ok(true)
}

/// Removes some of an organization's events with all that came of them; false when none is left.
fn events(work: &mut Work<'_>, organization: i64) -> Result<bool, Fault> {
    let mut budget = ROWS;
    while budget > 0 {
        let event: Option<(i64, Vec<u8>)> = work
            .conn
            .prepare_cached(
                "SELECT seq, deliveries FROM events WHERE organization = ?1 ORDER BY id LIMIT 1",
            )?
            .query_row([organization], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((event, ids)) = event else {
            return Ok(budget < ROWS);
        };
        let mut ids: Vec<DeliveryId> = listed(&ids).collect();
        ids.extend(
            work.conn
                .prepare_cached("SELECT id FROM deliveries WHERE event = ?1 AND again = 1")?
                .query_map([event], |row| row.id::<DeliveryId>(0))?
                .collect::<rusqlite::Result<Vec<_>>>()?,
        );
        for id in ids {
            if let Some(attempts) = delivery(work, id, true)? {
                budget = budget.saturating_sub(1 + attempts);
            }
            if budget == 0 {
                return Ok(true);
            }
        }
        retain::forget_payload(work, event)?;
        work.conn
            .prepare_cached("DELETE FROM events WHERE seq = ?1")?
            .execute([event])?;
        budget -= 1;
    }
    Ok(true)
}

/// Removes a delivery with its attempts, and with their excerpts when all that share them go; how
/// many attempts that was, `None` when there is no such delivery.
pub(crate) fn delivery(
    work: &mut Work<'_>,
    id: DeliveryId,
    excerpts: bool,
) -> Result<Option<usize>, Fault> {
    let found: Option<(i64, Option<i64>)> = work
        .conn
        .prepare_cached("DELETE FROM deliveries WHERE id = ?1 RETURNING state, last_attempt")?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((state, mut attempt)) = found else {
        return Ok(None);
    };
    if state == State::Pending.code() {
        work.effects.pending -= 1;
    }
    work.claims.unknow(&id);
    work.effects.ended.push(id);
    let mut attempts = 0;
    while let Some(seq) = attempt {
        let removed: Option<(Option<i64>, Option<i64>)> = work
            .conn
            .prepare_cached(
                "DELETE FROM attempts WHERE seq = ?1 AND delivery = ?2
                 RETURNING previous, excerpt_seq",
            )?
            .query_row(params![seq, id.as_bytes()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let Some((previous, excerpt)) = removed else {
            break;
        };
        if let Some(excerpt) = excerpt.filter(|_| excerpts) {
            work.conn
                .prepare_cached("DELETE FROM excerpts WHERE seq = ?1")?
                .execute([excerpt])?;
        }
        attempts += 1;
        attempt = previous.filter(|previous| *previous < seq);
    }
    Ok(Some(attempts))
}
