//! A day of events goes: what refers to it from elsewhere first, chunk by chunk, then its tables.
//!
//! An event's deliveries can be on other days: made a moment after midnight, or by a resend. And an
//! external id names an event from a table without days. A scan of the day's events finds the first
//! and the last of these; resends have a table of their own.

use std::{collections::BTreeMap, sync::Arc};

use bellwire_core::{ports::Removed, stored::listed};
use deadpool_postgres::Transaction;
use uuid::Uuid;

use super::{
    BLOCKS, KEPT, Note, PATIENCE, Step, blocks,
    pending::{self, Key, columns},
    rows, within,
};
use crate::{
    fault::Fault,
    partitions::{day as day_of, leaf, span},
    rows::Key as _,
    shared::Shared,
};

/// Resends that one step looks at.
const RESENDS: i64 = 500;
/// Bytes of data that may be kept while the rest of a day goes: they are copied under a lock.
const KEPT_BYTES: i64 = 64 << 20;

/// A day on its way out.
#[derive(Debug, Clone)]
pub(crate) struct Scan {
    pub(super) day: i64,
    block: i64,
    /// Events that are pending, and stay.
    kept: BTreeMap<Uuid, Key>,
    /// What goes with the tables.
    counted: Removed,
    /// Resends are done with.
    swept: bool,
}

/// One step. `late`: the day was waited for long enough.
pub(super) async fn step(
    shared: &Arc<Shared>,
    scan: &mut Option<Scan>,
    day: i64,
    note: Note,
    late: bool,
) -> Result<Step, Fault> {
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let mut at = match scan.take().filter(|scan| scan.day == day) {
        Some(at) => at,
        None => {
            let kept = pending::of_day(&transaction, day, KEPT + 1).await?;
            let same = note.kept == Some(kept.len() as i64);
            if kept.len() > KEPT || (!kept.is_empty() && (!late || same)) {
                return Ok(Step::Done(Removed::default()));
            }
            Scan {
                day,
                block: 0,
                kept: kept.into_iter().map(|key| (key.event, key)).collect(),
                counted: Removed::default(),
                swept: false,
            }
        }
    };
    let mut removed = Removed::default();
    if at.block < blocks(&transaction, &leaf("events", day)).await? {
        read(&transaction, &mut at).await?;
        if at.kept.len() > KEPT || (!at.kept.is_empty() && !late) {
            // Nothing of it is committed.
            return Ok(Step::Done(removed));
        }
        transaction.commit().await?;
        *scan = Some(at);
        return Ok(Step::More(removed));
    }
    if !at.swept {
        at.swept = sweep_resends(&transaction, &at, &mut removed).await?;
        transaction.commit().await?;
        *scan = Some(at);
        return Ok(Step::More(removed));
    }
    let again = at.clone();
    let done = if at.kept.is_empty() {
        drop_tables(transaction, &at).await
    } else {
        keep_few(transaction, &at).await
    };
    match done {
        Ok(gone) => {
            shared.partitions.refresh(&shared.pools.work).await?;
            Ok(Step::Done(gone))
        }
        Err(fault) => {
            // When somebody was in the way, the scan need not be made again.
            *scan = Some(again);
            Err(fault)
        }
    }
}

/// Reads some of the day's events, and removes what refers to them from elsewhere.
async fn read(transaction: &Transaction<'_>, at: &mut Scan) -> Result<(), Fault> {
    let end = at.block + BLOCKS;
    let sql = format!(
        "SELECT organization_id, id, external_id, deliveries FROM {} WHERE {}",
        leaf("events", at.day),
        within(at.block, end)
    );
    at.block = end;
    let mut named: (Vec<Uuid>, Vec<Vec<u8>>, Vec<Uuid>) = Default::default();
    let mut elsewhere: Vec<(Uuid, Key)> = Vec::new();
    for row in transaction.query(&sql, &[]).await? {
        let key = Key {
            organization: row.try_get(0)?,
            event: row.try_get(1)?,
        };
        let list: &[u8] = row.try_get(3)?;
        elsewhere.extend(
            listed(list)
                .map(|id| id.uuid())
                .filter(|id| day_of(*id) != at.day)
                .map(|id| (id, key)),
        );
        if !at.kept.contains_key(&key.event) {
            at.counted.events += 1;
            at.counted.deliveries += (list.len() / 16) as u64;
            if let Some(name) = row.try_get::<_, Option<Vec<u8>>>(2)? {
                named.0.push(key.organization);
                named.1.push(name);
                named.2.push(key.event);
            }
        }
    }
    let ids: Vec<Uuid> = elsewhere.iter().map(|(id, _)| *id).collect();
    let open = pending::among(transaction, &ids).await?;
    for (id, key) in &elsewhere {
        if open.contains(id) {
            at.kept.insert(key.event, *key);
        }
    }
    elsewhere.retain(|(_, key)| !at.kept.contains_key(&key.event));
    let ids: Vec<Uuid> = elsewhere.into_iter().map(|(id, _)| id).collect();
    remove_deliveries(transaction, &ids).await?;
    forget_names(transaction, named).await
}

/// External ids that named these events name the ones before them, if there are any.
async fn forget_names(
    transaction: &Transaction<'_>,
    (organizations, names, events): (Vec<Uuid>, Vec<Vec<u8>>, Vec<Uuid>),
) -> Result<(), Fault> {
    if events.is_empty() {
        return Ok(());
    }
    let chosen =
        "unnest($1::uuid[], $2::bytea[], $3::uuid[]) AS k (organization_id, name, event_id)
         WHERE x.organization_id = k.organization_id AND x.external_id = k.name";
    for sql in [
        // Several of one name may go at once.
        format!(
            "UPDATE external_ids x SET earlier = ARRAY(
                 SELECT e FROM unnest(x.earlier) WITH ORDINALITY AS u (e, n)
                 WHERE e <> ALL($3::uuid[]) ORDER BY n)
             FROM {chosen} AND x.earlier && $3::uuid[]"
        ),
        format!(
            "DELETE FROM external_ids x USING {chosen} AND x.event_id = k.event_id
             AND x.earlier = '{{}}'"
        ),
        format!(
            "UPDATE external_ids x SET event_id = x.earlier[cardinality(x.earlier)],
                 earlier = x.earlier[:cardinality(x.earlier) - 1]
             FROM {chosen} AND x.event_id = k.event_id"
        ),
    ] {
        transaction
            .execute(&sql, &[&organizations, &names, &events])
            .await?;
    }
    Ok(())
}

/// Removes resends of the day's events with their deliveries; true when none is left to remove.
async fn sweep_resends(
    transaction: &Transaction<'_>,
    at: &Scan,
    removed: &mut Removed,
) -> Result<bool, Fault> {
    let (from, to) = span(at.day);
    let kept: Vec<Uuid> = at.kept.keys().copied().collect();
    let rows = transaction
        .query(
            "SELECT r.delivery_id FROM resends r
             WHERE r.event_id >= $1 AND r.event_id < $2 AND r.event_id <> ALL($3::uuid[])
             ORDER BY r.event_id, r.delivery_id LIMIT $4",
            &[&from, &to, &kept, &RESENDS],
        )
        .await?;
    let mut ids = Vec::with_capacity(rows.len());
    for row in rows {
        ids.push(row.try_get(0)?);
    }
    let (deliveries, attempts) = remove_deliveries(transaction, &ids).await?;
    removed.deliveries += deliveries;
    removed.attempts += attempts;
    let gone = transaction
        .execute(
            "DELETE FROM resends r USING unnest($1::uuid[]) AS k (id)
             WHERE r.event_id >= $2 AND r.event_id < $3 AND r.delivery_id = k.id
                   AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.id = k.id)",
            &[&ids, &from, &to],
        )
        .await?;
    Ok(gone == 0 || ids.len() < RESENDS as usize)
}

/// Removes deliveries that are not pending, with their attempts; how many of each.
async fn remove_deliveries(
    transaction: &Transaction<'_>,
    ids: &[Uuid],
) -> Result<(u64, u64), Fault> {
    let (Some(first), Some(last)) = (ids.iter().min(), ids.iter().max()) else {
        return Ok((0, 0));
    };
    let rows = transaction
        .query(
            "DELETE FROM deliveries d USING unnest($1::uuid[]) AS k (id)
             WHERE d.id = k.id AND d.id >= $2 AND d.id <= $3 AND d.state <> 0 RETURNING d.id",
            &[&ids, first, last],
        )
        .await?;
    let mut gone: Vec<Uuid> = Vec::with_capacity(rows.len());
    for row in rows {
        gone.push(row.try_get(0)?);
    }
    // Their excerpts go with their days: others may share them.
    let attempts = transaction
        .execute(
            "DELETE FROM attempts a USING unnest($1::uuid[]) AS k (id)
             WHERE a.delivery_id = k.id AND a.delivery_id >= $2 AND a.delivery_id <= $3",
            &[&gone, first, last],
        )
        .await?;
    Ok((gone.len() as u64, attempts))
}

/// The tables of a day, in the order in which everybody locks them.
fn tables(day: i64) -> [String; 4] {
    ["events", "deliveries", "attempts", "excerpts"].map(|table| leaf(table, day))
}

/// Drops a day, unless something in it is pending after all.
///
/// The tables that the day is a part of are locked for as long as this takes, a few milliseconds.
/// Detaching it first without that lock would need two transactions, and what was looked up in one
/// could be untrue in the other.
async fn drop_tables(transaction: Transaction<'_>, at: &Scan) -> Result<Removed, Fault> {
    let tables = tables(at.day);
    let mut gone = at.counted;
    gone.attempts = rows(&transaction, &tables[2]).await?;
    transaction.batch_execute(PATIENCE).await?;
    transaction
        .batch_execute(&format!(
            "LOCK TABLE ONLY events, ONLY deliveries, ONLY attempts, ONLY excerpts, {}
             IN ACCESS EXCLUSIVE MODE",
            tables.join(", ")
        ))
        .await?;
    if !pending::of_day(&transaction, at.day, 1).await?.is_empty() {
        return Ok(Removed::default());
    }
    let slim = super::payloads::copy_of(at.day);
    transaction
        .batch_execute(&format!(
            "DROP TABLE {}; DROP TABLE IF EXISTS {slim}",
            tables.join(", ")
        ))
        .await?;
    forget(&transaction, at).await?;
    transaction
        .execute("DELETE FROM retention_days WHERE day = $1", &[&at.day])
        .await?;
    transaction.commit().await?;
    tracing::info!(
        table = tables[0],
        events = gone.events,
        "a day of events is gone"
    );
    Ok(gone)
}

/// Empties a day but for a few events that are pending: they are set aside, the tables are emptied,
/// which gives their space back at once, and they are put into them again. Nobody sees it happen,
/// because the tables are locked meanwhile.
async fn keep_few(transaction: Transaction<'_>, at: &Scan) -> Result<Removed, Fault> {
    let [events, deliveries, attempts, excerpts] = &tables(at.day);
    let mut gone = at.counted;
    gone.attempts = rows(&transaction, attempts).await?;
    transaction.batch_execute(PATIENCE).await?;
    transaction
        .batch_execute(&format!(
            "LOCK TABLE {events}, {deliveries}, {attempts}, {excerpts} IN ACCESS EXCLUSIVE MODE;
             CREATE TEMP TABLE set_aside_events (LIKE {events}) ON COMMIT DROP;
             CREATE TEMP TABLE set_aside_deliveries (LIKE {deliveries}) ON COMMIT DROP;
             CREATE TEMP TABLE set_aside_attempts (LIKE {attempts}) ON COMMIT DROP;
             CREATE TEMP TABLE set_aside_excerpts (LIKE {excerpts}) ON COMMIT DROP"
        ))
        .await?;
    // What is pending only now was not when the scan passed: its external id may be gone, no more.
    let mut kept = at.kept.clone();
    for key in pending::of_day(&transaction, at.day, KEPT + 1).await? {
        kept.insert(key.event, key);
    }
    if kept.len() > KEPT {
        return Ok(Removed::default());
    }
    let (organizations, ids) = columns(kept.into_values());
    let sql = format!(
        "INSERT INTO set_aside_events
         SELECT e.* FROM unnest($1::uuid[], $2::uuid[]) AS k (organization_id, id)
         JOIN {events} e ON e.organization_id = k.organization_id AND e.id = k.id
         RETURNING deliveries, octet_length(data)::bigint"
    );
    let mut listing: Vec<Uuid> = Vec::new();
    let mut bytes = 0_i64;
    for row in transaction.query(&sql, &[&organizations, &ids]).await? {
        listing.extend(listed(row.try_get(0)?).map(|id| id.uuid()));
        bytes += row.try_get::<_, i64>(1)?;
    }
    if bytes > KEPT_BYTES {
        return Ok(Removed::default());
    }
    // Also what is pending here for an event of another day.
    let sql = format!(
        "INSERT INTO set_aside_deliveries
         SELECT d.* FROM unnest($1::uuid[]) AS k (id) JOIN {deliveries} d ON d.id = k.id
         UNION SELECT * FROM {deliveries} WHERE state = 0 AND node IS NULL
         UNION SELECT * FROM {deliveries} WHERE node IS NOT NULL"
    );
    transaction.execute(&sql, &[&listing]).await?;
    transaction
        .batch_execute(&format!(
            "INSERT INTO set_aside_attempts
             SELECT a.* FROM set_aside_deliveries d JOIN {attempts} a ON a.delivery_id = d.id;
             INSERT INTO set_aside_excerpts
             SELECT x.* FROM (SELECT DISTINCT excerpt_id FROM set_aside_attempts
                              WHERE excerpt_id IS NOT NULL) k
             JOIN {excerpts} x ON x.id = k.excerpt_id;
             TRUNCATE {events}, {deliveries}, {attempts}, {excerpts};
             INSERT INTO {events} SELECT * FROM set_aside_events;
             INSERT INTO {deliveries} SELECT * FROM set_aside_deliveries;
             INSERT INTO {attempts} SELECT * FROM set_aside_attempts;
             INSERT INTO {excerpts} SELECT * FROM set_aside_excerpts"
        ))
        .await?;
    forget(&transaction, at).await?;
    transaction
        .execute(
            "INSERT INTO retention_days (day, kept) VALUES ($1, $2)
             ON CONFLICT (day) DO UPDATE SET kept = excluded.kept",
            &[&at.day, &(ids.len() as i64)],
        )
        .await?;
    transaction.commit().await?;
    tracing::info!(
        table = events,
        events = gone.events,
        kept = ids.len(),
        "a day of events is gone but for what is pending"
    );
    Ok(gone)
}

/// Notes of payloads that go with their events.
async fn forget(transaction: &Transaction<'_>, at: &Scan) -> Result<(), Fault> {
    let (from, to) = span(at.day);
    let kept: Vec<Uuid> = at.kept.keys().copied().collect();
    transaction
        .execute(
            "DELETE FROM payloads_kept
             WHERE event_id >= $1 AND event_id < $2 AND event_id <> ALL($3::uuid[])",
            &[&from, &to, &kept],
        )
        .await?;
    Ok(())
}
