//! Counting a chunk of a report, in one transaction: the ids that are new, the counters, what fires.
//!
//! Ids are inserted in their order and counters are changed in theirs, ids first: two nodes that report
//! the same never wait for each other in a circle, and the second one finds the ids of the first.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
};

use bellwire_core::{
    ids::OrganizationId,
    ports::{Chunk, Counted, Error, Fired, NewEvent, Result, UsageRecord},
    stored::usage::{Documents, Risen, Room, beginning, events, firings, rises},
    usage::{Counter, DeveloperPlan},
};
use tokio::time::Instant;
use uuid::Uuid;

use super::list::{by_keys, by_parents};
use crate::{
    columns::{DeliveryRows, EventRows},
    connect::Conn,
    enqueue::{STORE_DELIVERIES, STORE_EVENTS, WEBHOOKS, array, hook},
    fault::{Fault, corrupt, is_contention, is_missing_day},
    locks,
    partitions::day,
    plan::Hook,
    rows::Key as _,
    shared::Shared,
};

/// How often a chunk is counted again because others were in its way.
const TRIES: usize = 4;

pub(crate) const NEW_IDS: &str = "\
INSERT INTO usage_records (organization_id, id, at)
SELECT $1, id, $3 FROM unnest($2::bytea[]) AS u (id) ORDER BY id
ON CONFLICT (organization_id, id) DO NOTHING RETURNING id";
/// What a counter was before follows from what is added. A count stays where it can go no further.
pub(crate) const ADD: &str = "\
INSERT INTO usage_counters AS c (organization_id, plan_id, period, count, level, updated_at)
SELECT $1, plan_id, period, added, 0, $5
FROM unnest($2::uuid[], $3::bigint[], $4::bigint[]) AS u (plan_id, period, added)
ORDER BY plan_id, period
ON CONFLICT (organization_id, plan_id, period) DO UPDATE
SET count = least(c.count::numeric + excluded.count, 9223372036854775807)::bigint,
    updated_at = excluded.updated_at
RETURNING plan_id, period, count, level";
pub(crate) const RAISE: &str = "\
UPDATE usage_counters c SET level = u.level
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[])
     AS u (organization_id, plan_id, period, level)
WHERE c.organization_id = u.organization_id AND c.plan_id = u.plan_id AND c.period = u.period";

/// A counter: plan and beginning of the period.
type Key = (Uuid, i64);

/// What came of a try.
enum Tried {
    Counted(Counted),
    /// These days have no tables yet.
    Days(BTreeSet<i64>),
    /// It makes more events than one transaction should: only this much of it now.
    Beginning(Chunk),
}

pub(super) async fn count(shared: &Shared, chunk: &Chunk) -> Result<Counted> {
    let mut days = BTreeSet::from([chunk.now.day()]);
    let mut chunk = Cow::Borrowed(chunk);
    for attempt in 1.. {
        shared.partitions.ensure(&shared.pools.work, &days).await?;
        match attempt_once(shared, &chunk, &days).await {
            Ok(Tried::Counted(counted)) => return Ok(counted),
            Ok(Tried::Beginning(beginning)) if attempt < TRIES => chunk = Cow::Owned(beginning),
            Ok(Tried::Beginning(_)) => {
                let why = "what fires changes with each try".to_owned();
                return Err(Error::Unavailable(why));
            }
            Ok(Tried::Days(missing)) if attempt < TRIES => days.extend(missing),
            Ok(Tried::Days(_)) => {
                let why = "the days of its events change with each try".to_owned();
                return Err(Error::Unavailable(why));
            }
            Err(Fault::Sql(error)) if attempt < TRIES && is_contention(&error) => {}
            Err(Fault::Sql(error)) if attempt < TRIES && is_missing_day(&error) => {
                shared.partitions.refresh(&shared.pools.work).await?;
            }
            Err(fault) => return Err(fault.into()),
        }
    }
    Err(Error::Unavailable("nothing was tried".to_owned()))
}

async fn attempt_once(
    shared: &Shared,
    chunk: &Chunk,
    days: &BTreeSet<i64>,
) -> std::result::Result<Tried, Fault> {
    let began = Instant::now();
    let organization = chunk.organization_id.uuid();
    let Ok(_turn) = shared.counting.acquire().await else {
        return Err(Error::Unavailable("the store is closing".to_owned()).into());
    };
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let generation = open(&transaction, chunk.organization_id).await?;
    let plans = plans(&transaction, organization, chunk).await?;
    for (place, group) in chunk.groups.iter().enumerate() {
        if plans
            .get(&place)
            .is_some_and(|plan| plan.start != group.begins)
        {
            return Err(Error::NotFound("developer rate plan").into());
        }
    }

    let mut counted = Counted {
        groups: chunk.groups.len(),
        ..Counted::default()
    };
    let mut new = new_ids(&transaction, organization, chunk).await?;
    let fresh: Vec<Vec<&UsageRecord>> = chunk
        .groups
        .iter()
        .map(|group| {
            let records = group.records.iter();
            // Taken out, so that an id that comes twice counts once.
            records.filter(|record| new.remove(&record.id)).collect()
        })
        .collect();
    let all: usize = chunk.groups.iter().map(|group| group.records.len()).sum();
    counted.repeated = (all - fresh.iter().map(Vec::len).sum::<usize>()) as u64;

    let mut counters = add(&transaction, organization, chunk, &fresh).await?;
    let mut risen: Vec<Risen<'_>> = Vec::new();
    for ((place, group), records) in chunk.groups.iter().enumerate().zip(&fresh) {
        if let Some(counter) = counters.get_mut(&key(group)) {
            let target = plans.get(&place).map_or(0, |plan| plan.quota_target);
            risen.extend(rises((place, group), counter, target, records));
        }
    }
    raise(&transaction, organization, &counters, &risen).await?;

    let made = match fire(&transaction, (generation, plans), chunk, &risen).await? {
        Ok(made) => made,
        Err(beginning) => return Ok(Tried::Beginning(beginning)),
    };
    let wanted: BTreeSet<i64> = made
        .iter()
        .flat_map(|(_, event)| {
            let deliveries = event.deliveries.iter().map(|delivery| delivery.id.uuid());
            deliveries.chain([event.event.id.uuid()])
        })
        .map(day)
        .collect();
    if !wanted.is_subset(days) {
        return Ok(Tried::Days(wanted));
    }
    wanted
        .first()
        .iter()
        .for_each(|day| shared.partitions.note(**day));
    let pending = store(&transaction, chunk, &made).await?;
    shared.commit(transaction, began).await?;
    shared.stats.pending(pending as i64);
    counted.fired = made.into_iter().map(|(fired, _)| fired).collect();
    Ok(Tried::Counted(counted))
}

fn key(group: &bellwire_core::ports::Group) -> Key {
    (group.plan.uuid(), group.period.start.as_micros())
}

/// Takes the organization's lock; its generation.
async fn open(conn: &impl Conn, id: OrganizationId) -> std::result::Result<u64, Fault> {
    conn.query(locks::SHARED, &[&vec![locks::key(id)]]).await?;
    let row = conn
        .query_opt(
            "SELECT generation FROM organizations WHERE id = $1 AND deleted_at IS NULL",
            &[&id.uuid()],
        )
        .await?;
    let row = row.ok_or(Error::NotFound("organization"))?;
    Ok(row.try_get::<_, i64>(0)?.unsigned_abs())
}

/// The plan of each group, by its place.
async fn plans(
    conn: &impl Conn,
    organization: Uuid,
    chunk: &Chunk,
) -> std::result::Result<HashMap<usize, DeveloperPlan>, Fault> {
    let keys: BTreeSet<String> = chunk
        .groups
        .iter()
        .map(|group| group.plan.to_string())
        .collect();
    let keys: Vec<String> = keys.into_iter().collect();
    let found: HashMap<String, DeveloperPlan> = by_keys(conn, organization, &keys).await?;
    chunk
        .groups
        .iter()
        .enumerate()
        .map(|(place, group)| {
            let plan = found.get(&group.plan.to_string()).cloned();
            Ok((place, plan.ok_or(Error::NotFound("developer rate plan"))?))
        })
        .collect()
}

/// Writes the ids down; those that were not there.
async fn new_ids(
    conn: &impl Conn,
    organization: Uuid,
    chunk: &Chunk,
) -> std::result::Result<HashSet<[u8; 16]>, Fault> {
    let ids: BTreeSet<[u8; 16]> = chunk
        .groups
        .iter()
        .flat_map(|group| group.records.iter().map(|record| record.id))
        .collect();
    let ids: Vec<&[u8]> = ids.iter().map(<[u8; 16]>::as_slice).collect();
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = conn
        .query(NEW_IDS, &[&organization, &ids, &chunk.now.as_micros()])
        .await?;
    rows.iter().map(|row| array(row.try_get(0)?)).collect()
}

/// Adds records to their counters; the counters as they were before.
async fn add(
    conn: &impl Conn,
    organization: Uuid,
    chunk: &Chunk,
    fresh: &[Vec<&UsageRecord>],
) -> std::result::Result<BTreeMap<Key, Counter>, Fault> {
    let mut sums: BTreeMap<Key, u64> = BTreeMap::new();
    for (group, records) in chunk.groups.iter().zip(fresh) {
        for record in records {
            let sum = sums.entry(key(group)).or_default();
            *sum = sum.saturating_add(record.count).min(Counter::MAX);
        }
    }
    if sums.is_empty() {
        return Ok(BTreeMap::new());
    }
    let plans: Vec<Uuid> = sums.keys().map(|(plan, _)| *plan).collect();
    let periods: Vec<i64> = sums.keys().map(|(_, period)| *period).collect();
    let added: Vec<i64> = sums.values().map(|sum| sum.cast_signed()).collect();
    let rows = conn
        .query(
            ADD,
            &[
                &organization,
                &plans,
                &periods,
                &added,
                &chunk.now.as_micros(),
            ],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let key: Key = (row.try_get(0)?, row.try_get(1)?);
            let added = sums
                .get(&key)
                .ok_or_else(|| corrupt("a counter that nobody asked for"))?;
            let count = row.try_get::<_, i64>(2)?.unsigned_abs();
            let counter = Counter {
                count: count.saturating_sub(*added),
                level: row.try_get::<_, i64>(3)?.unsigned_abs(),
            };
            Ok((key, counter))
        })
        .collect()
}

/// Writes the levels that have risen. The rows are this transaction's already.
async fn raise(
    conn: &impl Conn,
    organization: Uuid,
    counters: &BTreeMap<Key, Counter>,
    risen: &[Risen<'_>],
) -> std::result::Result<(), Fault> {
    let keys: BTreeSet<Key> = risen.iter().map(|risen| key(risen.group)).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let plans: Vec<Uuid> = keys.iter().map(|(plan, _)| *plan).collect();
    let periods: Vec<i64> = keys.iter().map(|(_, period)| *period).collect();
    let levels: Vec<i64> = keys
        .iter()
        .filter_map(|key| counters.get(key))
        .map(|counter| counter.level.cast_signed())
        .collect();
    let organizations = vec![organization; plans.len()];
    conn.execute(RAISE, &[&organizations, &plans, &periods, &levels])
        .await?;
    Ok(())
}

/// The events of what fires; or how much of the chunk can be counted, when they are too many.
async fn fire(
    conn: &impl Conn,
    (generation, plans): (u64, HashMap<usize, DeveloperPlan>),
    chunk: &Chunk,
    risen: &[Risen<'_>],
) -> std::result::Result<std::result::Result<Vec<(Fired, NewEvent)>, Chunk>, Fault> {
    if risen.is_empty() {
        return Ok(Ok(Vec::new()));
    }
    let organization = chunk.organization_id.uuid();
    let mut documents = Documents {
        plans,
        ..Documents::default()
    };
    let of_risen = risen
        .iter()
        .filter_map(|risen| documents.plans.get(&risen.place));
    let keys = distinct(of_risen.map(|plan| &plan.rate_plan));
    documents.rate_plans = by_keys(conn, organization, &keys).await?;
    let published = documents.rate_plans.values().filter(|plan| plan.published);
    let keys = distinct(published.map(|plan| &plan.id));
    documents.conditions = by_parents(conn, organization, &keys).await?;
    let firings = firings(Room::of(chunk), risen, &documents)?;
    if firings.is_empty() {
        return Ok(Ok(Vec::new()));
    }
    if let Some(beginning) = beginning(chunk, &firings) {
        return Ok(Err(beginning));
    }
    if generation != chunk.generation {
        return Err(Error::Stale.into());
    }
    let firing = || {
        let places = firings.iter().map(|firing| firing.risen.place);
        places.filter_map(|place| documents.plans.get(&place))
    };
    let developers = distinct(firing().map(|plan| &plan.developer));
    let sold = firing().filter_map(|plan| documents.rate_plans.get(&plan.rate_plan));
    let packages = distinct(sold.map(|rate_plan| &rate_plan.package));
    documents.developers = by_keys(conn, organization, &developers).await?;
    documents.packages = by_keys(conn, organization, &packages).await?;
    Ok(Ok(events(chunk, &firings, &documents)?))
}

fn distinct<'k>(keys: impl Iterator<Item = &'k String>) -> Vec<String> {
    let keys: BTreeSet<&String> = keys.collect();
    keys.into_iter().cloned().collect()
}

/// Stores events and deliveries; how many deliveries.
async fn store(
    conn: &impl Conn,
    chunk: &Chunk,
    made: &[(Fired, NewEvent)],
) -> std::result::Result<usize, Fault> {
    if made.is_empty() {
        return Ok(0);
    }
    let deliveries = || {
        made.iter().flat_map(|(_, event)| {
            let id = event.event.id;
            event.deliveries.iter().map(move |delivery| (id, delivery))
        })
    };
    let wanted: BTreeSet<Uuid> = deliveries()
        .map(|(_, delivery)| delivery.webhook_id.uuid())
        .collect();
    let wanted: Vec<Uuid> = wanted.into_iter().collect();
    let mut hooks: HashMap<Uuid, Hook> = HashMap::new();
    if !wanted.is_empty() {
        for row in conn.query(WEBHOOKS, &[&wanted]).await? {
            hooks.insert(row.try_get(0)?, hook(&row)?);
        }
    }
    let mut event_rows = EventRows::default();
    for (_, event) in made {
        let list = event.deliveries.iter().flat_map(|one| *one.id.as_bytes());
        event_rows.push(&event.event, list.collect());
    }
    let mut delivery_rows = DeliveryRows::default();
    for (event, delivery) in deliveries() {
        let hook = hooks
            .get(&delivery.webhook_id.uuid())
            .filter(|hook| hook.organization == chunk.organization_id)
            .ok_or(Error::NotFound("webhook"))?;
        debug_assert!(!delivery.claimed, "nobody holds what a count makes");
        delivery_rows.push(event, delivery, hook.created_at(chunk.now), 0);
    }
    conn.execute(STORE_EVENTS, &event_rows.params()).await?;
    if !delivery_rows.is_empty() {
        conn.execute(STORE_DELIVERIES, &delivery_rows.params())
            .await?;
    }
    Ok(deliveries().count())
}
