//! The data of a day's events goes: a copy of its table without data takes the table's place.
//!
//! An event is written once, so a copy that is made over many transactions is as good as one made
//! in an instant, and nobody waits for it. Events with something pending get their data back before
//! the copy takes over, and are noted, to lose it when they are done.

use std::{collections::BTreeSet, sync::Arc};

use bellwire_core::{ports::Removed, stored::listed};
use deadpool_postgres::Transaction;
use uuid::Uuid;

use super::{
    BLOCKS, KEPT, Note, PATIENCE, Step, blocks,
    pending::{self, Key, columns},
    within,
};
use crate::{
    fault::Fault,
    locks,
    partitions::{leaf, range, span},
    rows::Key as _,
    shared::Shared,
};

/// Events that get their data back in one step, and while the table is locked.
const BACK: i64 = 50;
/// Kept payloads that one step looks at.
const LOOK_AT: i64 = 50;

/// A walk over payloads that were kept.
#[derive(Debug, Default)]
pub(super) struct Kept {
    after: Option<Uuid>,
    done: bool,
}

impl Kept {
    pub(super) const fn is_done(&self) -> bool {
        self.done
    }

    pub(super) fn give_up(&mut self) {
        self.done = true;
    }
}

/// What the copy of a day is called until it takes over.
pub(super) fn copy_of(day: i64) -> String {
    format!("{}_slim", leaf("events", day))
}

pub(super) async fn step(shared: &Arc<Shared>, day: i64, note: Note) -> Result<Step, Fault> {
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let (table, copy) = (leaf("events", day), copy_of(day));
    let Some(copied) = note.copied_blocks else {
        let waiting = pending::of_day(&transaction, day, KEPT + 1).await?;
        if waiting.len() > KEPT {
            return Ok(Step::Done(Removed::default()));
        }
        if blocks(&transaction, &table).await? == 0 {
            done(&transaction, day).await?;
            transaction.commit().await?;
            return Ok(Step::Done(Removed::default()));
        }
        begin(&transaction, day, &copy).await?;
        transaction.commit().await?;
        return Ok(Step::More(Removed::default()));
    };
    let blocks = blocks(&transaction, &table).await?;
    if copied < blocks {
        let end = copied + BLOCKS;
        let (chunk, beyond) = (within(copied, end), is_beyond(day));
        let sql = format!(
            "INSERT INTO {copy} SELECT {} FROM {table} WHERE {chunk}",
            columns_without_data(&transaction, &beyond).await?,
        );
        let count = transaction.execute(&sql, &[]).await? as i64;
        let sql = format!(
            "INSERT INTO payloads_kept (event_id, organization_id)
             SELECT id, organization_id FROM {table} WHERE {chunk} AND {beyond}
             ON CONFLICT DO NOTHING"
        );
        let count = count - transaction.execute(&sql, &[]).await? as i64;
        transaction
            .execute(
                "UPDATE retention_days SET copied_blocks = $2, copied_rows = copied_rows + $3
                 WHERE day = $1",
                &[&day, &end, &count],
            )
            .await?;
        transaction.commit().await?;
        return Ok(Step::More(Removed::default()));
    }
    let waiting = pending::of_day(&transaction, day, KEPT + 1).await?;
    if waiting.len() > KEPT {
        return Ok(Step::Done(Removed::default()));
    }
    let back = give_back(&transaction, day, &waiting).await?;
    let orphans = remove_orphans(&transaction, &copy).await?;
    if back + orphans > 0 {
        transaction.commit().await?;
        return Ok(Step::More(Removed::default()));
    }
    take_over(transaction, day).await
}

/// Makes the copy, empty, and such that it can be attached without being read.
async fn begin(transaction: &Transaction<'_>, day: i64, copy: &str) -> Result<(), Fault> {
    let (from, to) = span(day);
    transaction
        .batch_execute(&format!(
            "DROP TABLE IF EXISTS {copy};
             CREATE TABLE {copy} (LIKE events INCLUDING ALL);
             ALTER TABLE {copy} ADD CONSTRAINT of_day CHECK (id >= '{from}' AND id < '{to}')"
        ))
        .await?;
    transaction
        .execute(
            "INSERT INTO retention_days (day, copied_blocks) VALUES ($1, 0)
             ON CONFLICT (day) DO UPDATE SET copied_blocks = 0, copied_rows = 0",
            &[&day],
        )
        .await?;
    Ok(())
}

/// Whether an event has deliveries that were made with it and fell on a later day: the look at what
/// is pending on its own does not see those. They are listed in order. Few, so their events keep
/// their data and are looked at one by one.
fn is_beyond(day: i64) -> String {
    let (_, next) = span(day);
    format!(
        "(octet_length(deliveries) >= 16
          AND substring(deliveries FROM octet_length(deliveries) - 15) >= '\\x{}'::bytea)",
        next.simple()
    )
}

/// The columns of events, in their order, with nothing for the data of most.
async fn columns_without_data(
    transaction: &Transaction<'_>,
    beyond: &str,
) -> Result<String, Fault> {
    let row = transaction
        .query_one(
            "SELECT string_agg(CASE attname WHEN 'data' THEN $1 ELSE quote_ident(attname) END,
                               ', ' ORDER BY attnum)
             FROM pg_attribute
             WHERE attrelid = 'events'::regclass AND attnum > 0 AND NOT attisdropped",
            &[&format!("CASE WHEN {beyond} THEN data ELSE ''::bytea END")],
        )
        .await?;
    Ok(row.try_get(0)?)
}

/// Puts the data of these events into the copy, where it is missing; how many that was.
async fn give_back(transaction: &Transaction<'_>, day: i64, waiting: &[Key]) -> Result<u64, Fault> {
    let (table, copy) = (leaf("events", day), copy_of(day));
    let (organizations, ids) = columns(waiting.iter().copied());
    let sql = format!(
        "WITH missing AS (
             SELECT s.organization_id, s.id
             FROM unnest($1::uuid[], $2::uuid[]) AS k (organization_id, id)
             JOIN {copy} s ON s.organization_id = k.organization_id AND s.id = k.id
             WHERE s.data = ''::bytea LIMIT $3)
         UPDATE {copy} s SET data = e.data FROM missing m
         JOIN {table} e ON e.organization_id = m.organization_id AND e.id = m.id
         WHERE s.organization_id = m.organization_id AND s.id = m.id AND e.data <> ''::bytea"
    );
    Ok(transaction
        .execute(&sql, &[&organizations, &ids, &BACK])
        .await?)
}

/// An organization that was removed while the copy was made has left events in it.
async fn remove_orphans(transaction: &Transaction<'_>, copy: &str) -> Result<u64, Fault> {
    let sql = format!(
        "WITH RECURSIVE owners AS (
             (SELECT organization_id AS id FROM {copy} ORDER BY organization_id LIMIT 1)
             UNION ALL
             SELECT n.id FROM owners o CROSS JOIN LATERAL (
                 SELECT c.organization_id AS id FROM {copy} c WHERE c.organization_id > o.id
                 ORDER BY c.organization_id LIMIT 1) n)
         DELETE FROM {copy} c USING owners o
         WHERE c.organization_id = o.id
               AND NOT EXISTS (SELECT 1 FROM organizations g WHERE g.id = o.id)"
    );
    Ok(transaction.execute(&sql, &[]).await?)
}

/// The copy takes the place of the table: one short transaction.
async fn take_over(transaction: Transaction<'_>, day: i64) -> Result<Step, Fault> {
    let (table, copy) = (leaf("events", day), copy_of(day));
    transaction.batch_execute(PATIENCE).await?;
    transaction
        .batch_execute(&format!(
            "LOCK TABLE ONLY events, {table}, {copy} IN ACCESS EXCLUSIVE MODE"
        ))
        .await?;
    let waiting = pending::of_day(&transaction, day, KEPT + 1).await?;
    if waiting.len() > KEPT || give_back(&transaction, day, &waiting).await? == BACK as u64 {
        // So much at once is not for the time of a lock: another round.
        return Ok(Step::More(Removed::default()));
    }
    let (from, to) = span(day);
    let here = waiting
        .iter()
        .copied()
        .filter(|key| (from..to).contains(&key.event));
    let (organizations, ids) = columns(here);
    transaction
        .execute(
            "INSERT INTO payloads_kept (organization_id, event_id)
             SELECT * FROM unnest($1::uuid[], $2::uuid[]) ON CONFLICT DO NOTHING",
            &[&organizations, &ids],
        )
        .await?;
    transaction
        .batch_execute(&format!(
            "DROP TABLE {table};
             ALTER TABLE {copy} RENAME TO {table};
             ALTER TABLE events ATTACH PARTITION {table} {};
             ALTER TABLE {table} DROP CONSTRAINT of_day",
            range(day)
        ))
        .await?;
    let count = done(&transaction, day).await?;
    transaction.commit().await?;
    tracing::info!(table, events = count, "the data of a day of events is gone");
    Ok(Step::Done(Removed {
        payloads: count.saturating_sub(ids.len() as u64),
        ..Removed::default()
    }))
}

/// Notes that the day is done with; how many events the copy had.
async fn done(transaction: &Transaction<'_>, day: i64) -> Result<u64, Fault> {
    let row = transaction
        .query_one(
            "INSERT INTO retention_days (day, payloads_gone) VALUES ($1, true)
             ON CONFLICT (day) DO UPDATE SET payloads_gone = true, copied_blocks = NULL
             RETURNING copied_rows",
            &[&day],
        )
        .await?;
    Ok(row.try_get::<_, i64>(0)?.unsigned_abs())
}

/// Looks at some payloads that were kept, and removes those that nothing is pending for any more.
pub(super) async fn step_kept(shared: &Arc<Shared>, kept: &mut Kept) -> Result<Removed, Fault> {
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let after = kept.after.unwrap_or(Uuid::nil());
    let rows = transaction
        .query(
            "SELECT organization_id, event_id FROM payloads_kept WHERE event_id > $1
             ORDER BY event_id LIMIT $2",
            &[&after, &LOOK_AT],
        )
        .await?;
    let mut keys = Vec::with_capacity(rows.len());
    for row in &rows {
        keys.push(Key {
            organization: row.try_get(0)?,
            event: row.try_get(1)?,
        });
    }
    kept.after = keys.last().map(|key| key.event);
    kept.done = rows.len() < LOOK_AT as usize;
    let settled = settled(&transaction, &keys).await?;
    if settled.is_empty() {
        return Ok(Removed::default());
    }
    // A resend holds its organization while it reads the event and adds a delivery: none is on its
    // way while we look again.
    let organizations = settled
        .iter()
        .map(|key| locks::key(key.organization.into()));
    transaction.batch_execute(PATIENCE).await?;
    transaction
        .query(locks::EXCLUSIVE, &[&locks::sorted(organizations)])
        .await?;
    let settled: Vec<Key> = settled.into_iter().collect();
    let settled = self::settled(&transaction, &settled).await?;
    let (organizations, ids) = columns(settled);
    let (Some(first), Some(last)) = (ids.iter().min(), ids.iter().max()) else {
        return Ok(Removed::default());
    };
    let payloads = transaction
        .execute(
            "UPDATE events e SET data = ''::bytea
             FROM unnest($1::uuid[], $2::uuid[]) AS k (organization_id, id)
             WHERE e.organization_id = k.organization_id AND e.id = k.id
                   AND e.id >= $3 AND e.id <= $4 AND e.data <> ''::bytea",
            &[&organizations, &ids, first, last],
        )
        .await?;
    transaction
        .execute(
            "DELETE FROM payloads_kept WHERE event_id = ANY($1::uuid[])",
            &[&ids],
        )
        .await?;
    transaction.commit().await?;
    Ok(Removed {
        payloads,
        ..Removed::default()
    })
}

/// Those of these events that nothing is pending for, or that are gone.
async fn settled(transaction: &Transaction<'_>, keys: &[Key]) -> Result<BTreeSet<Key>, Fault> {
    let mut settled: BTreeSet<Key> = keys.iter().copied().collect();
    let (organizations, ids) = columns(keys.iter().copied());
    let (Some(first), Some(last)) = (ids.iter().min(), ids.iter().max()) else {
        return Ok(settled);
    };
    let mut deliveries: Vec<(Uuid, Uuid)> = Vec::new();
    for row in transaction
        .query(
            "SELECT e.id, e.deliveries FROM unnest($1::uuid[], $2::uuid[]) AS k (organization_id, id)
             JOIN events e ON e.organization_id = k.organization_id AND e.id = k.id
                  AND e.id >= $3 AND e.id <= $4",
            &[&organizations, &ids, first, last],
        )
        .await?
    {
        let event: Uuid = row.try_get(0)?;
        deliveries.extend(listed(row.try_get(1)?).map(|id| (id.uuid(), event)));
    }
    for row in transaction
        .query(
            "SELECT delivery_id, event_id FROM resends WHERE event_id = ANY($1::uuid[])",
            &[&ids],
        )
        .await?
    {
        deliveries.push((row.try_get(0)?, row.try_get(1)?));
    }
    let all: Vec<Uuid> = deliveries.iter().map(|(id, _)| *id).collect();
    let open = pending::among(transaction, &all).await?;
    for (id, event) in deliveries {
        if open.contains(&id) {
            settled.retain(|key| key.event != event);
        }
    }
    Ok(settled)
}
