//! The folder: rows of commits into rows of minutes, hours and days, in steps of some milliseconds
//! of the writer's time. Rows that hold much are cut into pieces first, each of which is one step;
//! a step takes its rows away and adds them up in one transaction, so that nothing is counted twice
//! or lost, whenever it ends.

use std::collections::HashMap;

use bellwire_core::{
    ids::OrganizationId,
    ports::Folded,
    statistics::{Batch, Period, Span, Types, result_text},
    time::Time,
};
use rusqlite::{OptionalExtension as _, params};

use super::{NO_BATCH, count_columns, saved};
use crate::{aside, fault::Fault, work::Work};

/// Groups that one step folds: each adds to six rows of its webhook, and to as many of its
/// organization and of all, which many groups share.
const GROUPS: usize = 20;
/// Rows that a step counts for.
pub(super) const ROWS: usize = 200;
/// Bytes of commits that one step gathers; some hundred groups.
const BYTES: usize = 32 << 10;
/// Rows of commits that one step gathers.
const BATCHES: i64 = 200;
/// Rows that one step removes because they are too old.
const REMOVED: i64 = 300;

pub(crate) const ONE: &str = concat!(
    "SELECT ",
    count_columns!(),
    " FROM rollups r WHERE r.period = ?1 AND r.organization = ?2 AND r.webhook = ?3
      AND r.success = ?4 AND r.type = ?5 AND r.result = ?6"
);
/// Where [`ONE`] has the histogram.
const LATENCY: usize = 4;
/// In place of what was there.
pub(crate) const PUT: &str = "\
INSERT OR REPLACE INTO rollups (period, organization, webhook, success, type, result, attempts,
    exhausted, total_us, max_us, latency, first_at, last_at, last_delivery, last_number)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
pub(crate) const OLD: &str = "\
DELETE FROM rollups WHERE (period, organization, webhook, success, type, result) IN (
    SELECT period, organization, webhook, success, type, result FROM rollups
    WHERE period >= ?1 AND period < ?2 LIMIT ?3)";
/// Some rows of an organization in one period.
pub(crate) const OF_ORGANIZATION: &str = "\
DELETE FROM rollups WHERE (period, organization, webhook, success, type, result) IN (
    SELECT period, organization, webhook, success, type, result FROM rollups
    WHERE period = ?1 AND organization = ?2 LIMIT ?3)";

pub(super) fn step(work: &mut Work<'_>, now: Time) -> Result<Folded, Fault> {
    let mut folded = Folded::default();
    let Gathered {
        seqs,
        batch,
        unreadable,
    } = gather(work)?;
    if seqs.is_empty() {
        folded.removed = remove(work, now)?;
        aside::forget(work.conn, now)?;
        folded.more = folded.removed == REMOVED.unsigned_abs();
        return Ok(folded);
    }
    folded.more = true;
    {
        let mut delete = work
            .conn
            .prepare_cached("DELETE FROM rollup_deltas WHERE seq = ?1")?;
        for seq in &seqs {
            folded.batches += delete.execute([seq])? as u64;
        }
    }
    for body in unreadable {
        aside::put(work, "rollup_deltas", NO_BATCH, &body, now)?;
    }
    if batch.len() > GROUPS {
        // Too much for one step. The pieces are taken one by one, before anything else.
        let mut insert = work.conn.prepare_cached(
            "INSERT INTO rollup_deltas (seq, body)
             VALUES ((SELECT min(0, coalesce(min(seq), 0)) - 1 FROM rollup_deltas), ?1)",
        )?;
        for piece in batch.pieces(GROUPS) {
            insert.execute([piece.encode()])?;
        }
        folded.batches = 0;
        return Ok(folded);
    }
    add(work, batch, now)?;
    Ok(folded)
}

/// What a step takes away.
#[derive(Default)]
struct Gathered {
    seqs: Vec<i64>,
    batch: Batch,
    /// Rows that are none.
    unreadable: Vec<Vec<u8>>,
}

/// What the next step is to fold: a piece, or commits up to a bound.
fn gather(work: &Work<'_>) -> Result<Gathered, Fault> {
    let mut statement = work
        .conn
        .prepare_cached("SELECT seq, body FROM rollup_deltas ORDER BY seq LIMIT ?1")?;
    let mut rows = statement.query([BATCHES])?;
    let (mut gathered, mut bytes) = (Gathered::default(), 0);
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        let body = row.get_ref(1)?.as_blob().map_err(crate::fault::corrupt)?;
        gathered.seqs.push(seq);
        bytes += body.len();
        match Batch::decode(body) {
            Some(batch) => gathered.batch.merge(batch),
            None => gathered.unreadable.push(body.to_vec()),
        }
        if seq < 0 || bytes >= BYTES {
            break;
        }
    }
    Ok(gathered)
}

/// Adds a batch to its rows. What belongs to nothing that is there any more is let go.
fn add(work: &mut Work<'_>, mut batch: Batch, now: Time) -> Result<(), Fault> {
    // Webhooks and organizations, as rows name them.
    let mut hooks = HashMap::new();
    let mut organizations: HashMap<OrganizationId, i64> = HashMap::new();
    let mut named: Vec<_> = batch
        .groups()
        .filter_map(|(_, key, _)| Some((key.organization_id?, key.webhook_id?)))
        .collect();
    named.sort_unstable();
    named.dedup();
    for (organization, webhook) in named {
        if let Some(slot) = work.webhook(webhook)? {
            organizations.insert(organization, slot.organization);
            hooks.insert(webhook, slot.seq);
        }
    }
    batch.retain(|key| key.webhook_id.is_some_and(|id| hooks.contains_key(&id)));
    let conn = work.conn;
    let mut one = conn.prepare_cached(ONE)?;
    let mut put = conn.prepare_cached(PUT)?;
    for ((period, key), mut sum) in batch.rows() {
        let code = period.code(key.types());
        let organization = key.organization_id.map_or(0, |id| organizations[&id]);
        let webhook = key.webhook_id.map_or(0, |id| hooks[&id]);
        let (event_type, success) = (&*key.event_type, key.success);
        let result = result_text(key.answer);
        let found = one
            .query_row(
                params![code, organization, webhook, success, event_type, result],
                |row| {
                    let (counts, wrong) = saved(row, 0);
                    let latency = row
                        .get_ref(LATENCY)?
                        .as_bytes_or_null()?
                        .unwrap_or_default();
                    Ok((counts, wrong.map(|wrong| (wrong, latency.to_vec()))))
                },
            )
            .optional()?;
        if let Some((before, wrong)) = found {
            if let Some((wrong, latency)) = wrong {
                let why = format!(
                    "{wrong}; its numbers are kept, its latency begins anew: period {code}, \
                     organization {organization}, webhook {webhook}, {event_type}, {result}"
                );
                aside::put(work, "rollups", &why, &latency, now)?;
            }
            sum.merge(&before);
        }
        put.execute(params![
            code,
            organization,
            webhook,
            success,
            event_type,
            result,
            sum.attempts.cast_signed(),
            sum.exhausted.cast_signed(),
            sum.total_us.cast_signed(),
            sum.max_us,
            sum.latency.to_bytes(),
            sum.first_at.as_micros(),
            sum.last.at.as_micros(),
            sum.last.delivery_id.as_bytes(),
            sum.last.number,
        ])?;
    }
    Ok(())
}

/// Removes some rows that are too old; how many.
fn remove(work: &Work<'_>, now: Time) -> Result<u64, Fault> {
    let mut removed = 0;
    let mut statement = work.conn.prepare_cached(OLD)?;
    for types in Types::ALL {
        for span in Span::ALL {
            let first = Period { span, number: 0 }.code(types);
            let kept = Period::of(span, now - span.kept_us()).code(types);
            let left = REMOVED - removed;
            removed += i64::try_from(statement.execute(params![first, kept, left])?).unwrap_or(0);
        }
    }
    Ok(removed.unsigned_abs())
}

/// Removes some rows of an organization that was deleted; true when there may be more. How far it
/// has come is written down with it: rows lie by time, and a walk over all of them is not one step.
pub(crate) fn forget(work: &Work<'_>, organization: i64, budget: usize) -> Result<bool, Fault> {
    let stood: Option<(i64, i64)> = work
        .conn
        .prepare_cached("SELECT value FROM meta WHERE name = 'rollups_swept'")?
        .query_row([], |row| row.get::<_, Vec<u8>>(0))
        .optional()?
        .and_then(|bytes| {
            let (of, rest) = bytes.split_first_chunk()?;
            let (period, _) = rest.split_first_chunk()?;
            Some((i64::from_be_bytes(*of), i64::from_be_bytes(*period)))
        });
    let mut at = match stood {
        Some((of, period)) if of == organization => period,
        _ => 0,
    };
    let mut budget = i64::try_from(budget).unwrap_or(i64::MAX);
    let mut next = work
        .conn
        .prepare_cached("SELECT min(period) FROM rollups WHERE period >= ?1")?;
    let mut delete = work.conn.prepare_cached(OF_ORGANIZATION)?;
    while budget > 0 {
        let Some(period) = next.query_row([at], |row| row.get::<_, Option<i64>>(0))? else {
            work.conn
                .prepare_cached("DELETE FROM meta WHERE name = 'rollups_swept'")?
                .execute([])?;
            return Ok(false);
        };
        let removed = delete.execute(params![period, organization, budget])?;
        let removed = i64::try_from(removed).unwrap_or(i64::MAX);
        at = if removed == budget {
            period
        } else {
            period + 1
        };
        budget -= removed + 1;
    }
    work.conn
        .prepare_cached(
            "INSERT INTO meta (name, value) VALUES ('rollups_swept', ?1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )?
        .execute([[organization.to_be_bytes(), at.to_be_bytes()].concat()])?;
    Ok(true)
}
