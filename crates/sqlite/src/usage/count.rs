//! Counting a chunk of a report, a few records after the other, until somebody else waits for the
//! writer. Of each few everything is looked up and decided before anything is written, as a call of the
//! writer must.

use std::collections::BTreeMap;

use bellwire_core::{
    ports::{Chunk, Counted, Error, UsageRecord},
    stored::usage::{Documents, Firing, Risen, Room, events, firings, rises},
    usage::{Condition, Counter, Developer, DeveloperPlan, Package, RatePlan},
};
use rusqlite::params;

use super::{
    ids::{Known, RecordId, RecordIds},
    items, list,
};
use crate::{enqueue, fault::Fault, state::OrganizationSlot, work::Work};

/// Records between two looks whether somebody else waits: about half a millisecond.
const IN_ONE_GO: usize = 64;

pub(crate) const COUNTER: &str =
    "SELECT count, level FROM usage_counters WHERE plan = ?1 AND period = ?2";
const SET: &str = "\
INSERT INTO usage_counters (plan, period, count, level, updated_at) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (plan, period) DO UPDATE
SET count = excluded.count, level = excluded.level, updated_at = excluded.updated_at";

/// How far a chunk has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    /// Groups before this one are counted.
    pub(super) from: usize,
    /// What those behind it may make.
    pub(super) room: Room,
}

/// Counts groups of a chunk: all that are left, or as many as can be until somebody else waits for the
/// writer, or until enough has fired.
pub(super) fn count(
    work: &mut Work<'_>,
    chunk: &Chunk,
    mut at: Progress,
    known: &Known,
) -> Result<(Counted, Progress), Fault> {
    let organization = work.organization(chunk.organization_id)?;
    let mut counted = Counted::default();
    let mut ids = RecordIds::default();
    while at.from < chunk.groups.len() {
        let changes = work.conn.total_changes();
        match some(work, (chunk, at), &organization, known, &mut ids) {
            Ok((more, room)) => {
                at.from += more.groups;
                at.room = room;
                counted.add(more);
            }
            // What was counted before these stays. Whoever asks for the rest hears it.
            Err(Fault::Rule(_)) if counted.groups > 0 && changes == work.conn.total_changes() => {
                break;
            }
            Err(fault) => return Err(fault),
        }
        if work.is_awaited() || at.room.end().is_some() {
            break;
        }
        // Who is on the way here may be waiting for the core.
        std::thread::yield_now();
    }
    let ids: Vec<RecordId> = ids.into_iter().collect();
    work.state.usage.ids(work.conn)?.add(
        work.conn,
        (organization.seq, chunk.organization_id),
        chunk.now,
        &ids,
    )?;
    Ok((counted, at))
}

/// Counts a few groups but for their ids, which it adds to those of this transaction.
fn some(
    work: &mut Work<'_>,
    (chunk, at): (&Chunk, Progress),
    organization: &OrganizationSlot,
    known: &Known,
    ids: &mut RecordIds,
) -> Result<(Counted, Room), Fault> {
    let mut counted = Counted::default();
    let mut new = RecordIds::default();
    // In the order in which they are written.
    let mut counters: BTreeMap<(i64, i64), Counter> = BTreeMap::new();
    let mut risen: Vec<Risen<'_>> = Vec::new();
    let mut records = 0;
    let mut end = at.from;
    while records < IN_ONE_GO
        && let Some(group) = chunk.groups.get(end)
    {
        let place = end;
        end += 1;
        records += group.records.len();
        let slot = work
            .state
            .usage
            .plan(work.conn, organization.seq, group.plan)?
            .filter(|plan| plan.start == group.begins)
            .ok_or(Error::NotFound("developer rate plan"))?;
        let mut fresh: Vec<&UsageRecord> = Vec::with_capacity(group.records.len());
        let stored = work.state.usage.ids(work.conn)?;
        for record in &group.records {
            let id = &record.id;
            let repeated = ids.contains(id)
                || new.contains(id)
                || stored.are_counted(work.conn, chunk.organization_id, id, known)?;
            if repeated {
                counted.repeated += 1;
            } else {
                new.insert(*id);
                fresh.push(record);
            }
        }
        if fresh.is_empty() {
            continue;
        }
        let key = (slot.seq, group.period.start.as_micros());
        let mut counter = match counters.get(&key) {
            Some(counter) => *counter,
            None => work.state.usage.counter(work.conn, key)?,
        };
        risen.extend(rises((place, group), &mut counter, slot.target, &fresh));
        counters.insert(key, counter);
    }
    let mut documents = sold(work, organization.seq, &risen)?;
    let firings = firings(at.room, &risen, &documents)?;
    let room = at.room.without(&firings);
    if let Some(groups) = room.end()
        && groups < end
    {
        let beginning = Chunk {
            groups: chunk.groups[..groups].to_vec(),
            ..chunk.clone()
        };
        return some(work, (&beginning, at), organization, known, ids);
    }
    counted.groups = end - at.from;
    let mut made = Vec::new();
    if !firings.is_empty() {
        if organization.generation != chunk.generation {
            return Err(Error::Stale.into());
        }
        named(work, organization.seq, &firings, &mut documents)?;
        made = events(chunk, &firings, &documents)?;
        for delivery in made.iter().flat_map(|(_, event)| &event.deliveries) {
            match work.webhook(delivery.webhook_id)? {
                Some(slot) if slot.organization == organization.seq => {}
                _ => return Err(Error::NotFound("webhook").into()),
            }
        }
    }
    // From here on only SQLite can say no.
    let mut set = work.conn.prepare_cached(SET)?;
    for (key, counter) in counters {
        set.execute(params![
            key.0,
            key.1,
            counter.count.cast_signed(),
            counter.level.cast_signed(),
            chunk.now.as_micros(),
        ])?;
        work.state.usage.set(key, counter);
    }
    drop(set);
    for (fired, event) in made {
        enqueue::store(work, organization.seq, &event, chunk.now)?;
        counted.fired.push(fired);
    }
    ids.extend(new);
    Ok((counted, room))
}

/// What decides whether that which has risen fires.
fn sold(work: &Work<'_>, organization: i64, risen: &[Risen<'_>]) -> Result<Documents, Fault> {
    let conn = work.conn;
    let mut documents = Documents::default();
    for risen in risen {
        if documents.plans.contains_key(&risen.place) {
            continue;
        }
        let key = risen.group.plan.to_string();
        let plan = items::needed::<DeveloperPlan>(conn, organization, &key)?;
        if !documents.rate_plans.contains_key(&plan.rate_plan) {
            let rate_plan = items::needed::<RatePlan>(conn, organization, &plan.rate_plan)?;
            if rate_plan.published {
                let conditions = list::children::<Condition>(conn, organization, &rate_plan.id)?;
                documents
                    .conditions
                    .insert(rate_plan.id.clone(), conditions);
            }
            documents.rate_plans.insert(rate_plan.id.clone(), rate_plan);
        }
        documents.plans.insert(risen.place, plan);
    }
    Ok(documents)
}

/// What the events of that which fires say.
fn named(
    work: &Work<'_>,
    organization: i64,
    firings: &[Firing<'_>],
    documents: &mut Documents,
) -> Result<(), Fault> {
    let conn = work.conn;
    for firing in firings {
        let Some(plan) = documents.plans.get(&firing.risen.place) else {
            continue;
        };
        if !documents.developers.contains_key(&plan.developer) {
            let developer = items::needed::<Developer>(conn, organization, &plan.developer)?;
            documents
                .developers
                .insert(plan.developer.clone(), developer);
        }
        if let Some(rate_plan) = documents.rate_plans.get(&plan.rate_plan)
            && !documents.packages.contains_key(&rate_plan.package)
        {
            let package = items::needed::<Package>(conn, organization, &rate_plan.package)?;
            documents
                .packages
                .insert(rate_plan.package.clone(), package);
        }
    }
    Ok(())
}
