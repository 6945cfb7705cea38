//! Stage 3: events and their deliveries onto disk, and repeats answered as the first time.
//!
//! One transaction for a batch of calls: locks and reads in one round trip, a decision about each
//! call in memory (`plan.rs`), the rows of all calls in one statement for each table, commit.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use bellwire_core::{
    event::Event,
    ids::{DeliveryId, EventId, OrganizationId},
    ports::{Asked, Enqueue, NewDelivery, NewEvent, Receipt, Repeats, Result, Submission},
    stored::receipts,
    time::Time,
};
use futures_util::future::{OptionFuture, join, join3, join4};
use tokio_postgres::{Row, types::ToSql};
use uuid::Uuid;

use crate::{
    Postgres, again,
    columns::{DeliveryRows, EventRows, KeyRows, NameRows},
    committer::{Kind, Stop},
    connect::{Conn as _, Session},
    fault::{Fault, corrupt},
    lease::Claimed,
    locks,
    partitions::day,
    plan::{self, Answered, Hook, Known, Named, Plan},
    repeats,
    rows::{Key as _, RowExt as _},
    shared::Shared,
    stats::Stage,
};

/// Expired keys removed in one call.
const KEYS_PER_SWEEP: i64 = 300;

const ORGANIZATIONS: &str = "\
SELECT o.id, o.generation, EXISTS (SELECT 1 FROM nodes n WHERE n.id = $2 AND NOT n.dead)
FROM organizations o WHERE o.id = ANY($1::uuid[]) AND o.deleted_at IS NULL";
pub(crate) const WEBHOOKS: &str = "\
SELECT w.id, w.organization_id, w.disabled IS NOT NULL, w.deleted_at IS NOT NULL,
       w.cancelled_up_to
FROM webhooks w WHERE w.id = ANY($1::uuid[])";
pub(crate) const KEYS: &str = "\
SELECT k.organization_id, k.key, k.fingerprint, k.answer, k.expires_at
FROM unnest($1::uuid[], $2::bytea[]) AS a (organization_id, key)
JOIN idempotency k ON k.organization_id = a.organization_id AND k.key = a.key";
pub(crate) const EXTERNAL_IDS: &str = "\
SELECT x.organization_id, x.external_id, x.event_id, x.fingerprint, x.matched, x.unknown_type,
       x.created_at
FROM unnest($1::uuid[], $2::bytea[]) AS a (organization_id, external_id)
JOIN external_ids x ON x.organization_id = a.organization_id AND x.external_id = a.external_id";

/// One that another node has used meanwhile is not replaced, which shows in the count.
const STORE_KEYS: &str = "\
INSERT INTO idempotency AS k (organization_id, key, fingerprint, answer, expires_at)
SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bigint[]) ORDER BY 1, 2
ON CONFLICT (organization_id, key) DO UPDATE
SET fingerprint = excluded.fingerprint, answer = excluded.answer, expires_at = excluded.expires_at
WHERE k.expires_at <= $6";
const STORE_EXTERNAL_IDS: &str = "\
INSERT INTO external_ids AS x
    (organization_id, external_id, event_id, fingerprint, matched, unknown_type, created_at)
SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::uuid[], $4::bytea[], $5::int[], $6::bool[],
                     $7::bigint[]) ORDER BY 1, 2
ON CONFLICT (organization_id, external_id) DO UPDATE
SET event_id = excluded.event_id, fingerprint = excluded.fingerprint, matched = excluded.matched,
    unknown_type = excluded.unknown_type, created_at = excluded.created_at,
    earlier = x.earlier || x.event_id
WHERE x.created_at <= $8";
pub(crate) const STORE_EVENTS: &str = "\
INSERT INTO events (id, organization_id, type, flags, created_at, time, channels, external_id,
                    deliveries, data)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::bigint[],
                     $6::bigint[], $7::text[], $8::bytea[], $9::bytea[], $10::bytea[])";
pub(crate) const STORE_DELIVERIES: &str = "\
INSERT INTO deliveries (id, event_id, webhook_id, kind, created_at, due_at, node, state, attempts)
SELECT u.id, u.event_id, u.webhook_id, u.kind, u.created_at, u.created_at, u.node, 0, 0
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::smallint[], $5::bigint[], $6::bigint[])
     AS u (id, event_id, webhook_id, kind, created_at, node)";

#[async_trait]
impl Enqueue for Postgres {
    async fn enqueue(&self, submission: Submission) -> Result<Vec<Receipt>> {
        let (receipts, claimed) = self.inner.enqueues.call(submission).await?;
        claimed.keep();
        Ok(receipts)
    }

    async fn repeats(&self, asked: Asked) -> Result<Repeats> {
        let conn = self.inner.shared.reader().await?;
        Ok(repeats::repeats(&conn, &asked).await?)
    }

    async fn enqueue_again(
        &self,
        organization_id: OrganizationId,
        event_id: EventId,
        deliveries: Vec<NewDelivery>,
        now: Time,
    ) -> Result<Arc<Event>> {
        again::enqueue(
            &self.inner.shared,
            organization_id,
            event_id,
            deliveries,
            now,
        )
        .await
    }

    async fn sweep_keys(&self, now: Time) -> Result<u64> {
        let conn = self.inner.shared.worker().await?;
        let removed = conn
            .execute(
                "DELETE FROM idempotency k USING (
                     SELECT organization_id, key FROM idempotency WHERE expires_at <= $1
                     ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED) e
                 WHERE k.organization_id = e.organization_id AND k.key = e.key",
                &[&now.as_micros(), &KEYS_PER_SWEEP],
            )
            .await
            .map_err(Fault::from)?;
        Ok(removed)
    }
}

/// The deliveries that the caller holds.
pub(crate) fn claimed(deliveries: &[NewDelivery]) -> impl Iterator<Item = DeliveryId> {
    deliveries
        .iter()
        .filter(|delivery| delivery.claimed)
        .map(|delivery| delivery.id)
}

/// Commits enqueues in groups.
pub(crate) struct Enqueues(pub(crate) Arc<Shared>);

impl Kind for Enqueues {
    type Ask = Submission;
    type Answer = (Vec<Receipt>, Claimed);

    /// Long data counts for more rows, so that a transaction does not take too much at once.
    fn rows(ask: &Submission) -> usize {
        let rows = |event: &NewEvent| 1 + event.deliveries.len() + event.event.data.len() / 8192;
        ask.events.iter().map(rows).sum()
    }

    async fn run(
        &self,
        session: &Session,
        asks: &[&Submission],
    ) -> std::result::Result<Vec<Result<Self::Answer>>, Stop> {
        let shared = &self.0;
        let node = shared.lease.number();
        let days = days(asks);
        shared.partitions.ensure(&shared.pools.work, &days).await?;
        days.first()
            .iter()
            .for_each(|day| shared.partitions.note(**day));
        let mut known = read(shared, session, asks, node).await?;
        let plan = plan::plan(&mut known, asks);
        if plan.events.is_empty() && plan.keys.is_empty() {
            shared.stats.sent(Stage::Enqueue, 1);
            session.command("COMMIT").await?;
        } else {
            store(shared, session, asks, &known, &plan, node).await?;
        }
        let stored: usize = plan
            .events
            .iter()
            .map(|(_, event)| event.deliveries.len())
            .sum();
        shared.stats.pending(stored as i64);
        let answers = plan.answers.into_iter().zip(asks).map(|(answer, ask)| {
            answer.map(|receipts| {
                let ids = ask
                    .events
                    .iter()
                    .zip(&receipts)
                    .filter(|(event, receipt)| {
                        !receipt.repeated && receipt.event_id == event.event.id
                    })
                    .flat_map(|(event, _)| claimed(&event.deliveries))
                    .collect();
                (receipts, Claimed::new(ids, shared))
            })
        });
        Ok(answers.collect())
    }

    fn uncertain(&self, asks: &[&Submission]) {
        let events = asks.iter().flat_map(|ask| &ask.events);
        self.0
            .lease
            .give_up(events.flat_map(|event| claimed(&event.deliveries)), false);
    }
}

/// The days that these calls may store something on.
fn days(asks: &[&Submission]) -> BTreeSet<i64> {
    let mut days = BTreeSet::new();
    for event in asks.iter().flat_map(|ask| &ask.events) {
        days.insert(day(event.event.id.uuid()));
        days.extend(
            event
                .deliveries
                .iter()
                .map(|delivery| day(delivery.id.uuid())),
        );
    }
    days
}

/// Begins the transaction, takes the locks, reads what decides. Each statement has its own snapshot,
/// so what is read is as of after the locks.
async fn read(
    shared: &Shared,
    session: &Session,
    asks: &[&Submission],
    node: i64,
) -> std::result::Result<Known, Stop> {
    let organizations: BTreeSet<OrganizationId> =
        asks.iter().map(|ask| ask.organization_id).collect();
    let keys = locks::sorted(organizations.iter().copied().map(locks::key).chain([node]));
    let organizations: Vec<Uuid> = organizations.iter().map(|id| id.uuid()).collect();
    let webhooks: BTreeSet<Uuid> = asks
        .iter()
        .flat_map(|ask| &ask.events)
        .flat_map(|event| &event.deliveries)
        .map(|delivery| delivery.webhook_id.uuid())
        .collect();
    let webhooks: Vec<Uuid> = webhooks.into_iter().collect();
    let (key_organizations, short_keys): (Vec<Uuid>, Vec<Vec<u8>>) = asks
        .iter()
        .filter_map(|ask| {
            let key = ask.key.as_ref()?;
            Some((
                ask.organization_id.uuid(),
                receipts::short(&key.key).to_vec(),
            ))
        })
        .unzip();
    let (name_organizations, names): (Vec<Uuid>, Vec<&[u8]>) = asks
        .iter()
        .flat_map(|ask| ask.events.iter().map(|event| (ask.organization_id, event)))
        .filter_map(|(organization, event)| {
            Some((
                organization.uuid(),
                event.event.external_id.as_ref()?.as_bytes(),
            ))
        })
        .unzip();

    let lock = session.prepare(locks::SHARED).await?;
    let find_organizations = session.prepare(ORGANIZATIONS).await?;
    let find_webhooks = session.prepare(WEBHOOKS).await?;
    let find_keys = session.prepare(KEYS).await?;
    let find_names = session.prepare(EXTERNAL_IDS).await?;

    let lock_params: [&(dyn ToSql + Sync); 1] = [&keys];
    let organization_params: [&(dyn ToSql + Sync); 2] = [&organizations, &node];
    let webhook_params: [&(dyn ToSql + Sync); 1] = [&webhooks];
    let key_params: [&(dyn ToSql + Sync); 2] = [&key_organizations, &short_keys];
    let name_params: [&(dyn ToSql + Sync); 2] = [&name_organizations, &names];
    let webhooks_wanted = (!webhooks.is_empty()).then_some(());
    let keys_wanted = (!short_keys.is_empty()).then_some(());
    let names_wanted = (!names.is_empty()).then_some(());
    shared.stats.sent(
        Stage::Enqueue,
        3 + [webhooks_wanted, keys_wanted, names_wanted]
            .iter()
            .flatten()
            .count(),
    );
    // Polled in this order, and therefore sent in this order.
    let ((begun, locked, organizations), (webhooks, keys, names)) = join(
        join3(
            session.command("BEGIN"),
            session.rows(&lock, &lock_params),
            session.rows(&find_organizations, &organization_params),
        ),
        join3(
            OptionFuture::from(
                webhooks_wanted.map(|()| session.rows(&find_webhooks, &webhook_params)),
            ),
            OptionFuture::from(keys_wanted.map(|()| session.rows(&find_keys, &key_params))),
            OptionFuture::from(names_wanted.map(|()| session.rows(&find_names, &name_params))),
        ),
    )
    .await;
    begun?;
    locked?;
    Ok(known(
        &organizations?,
        &webhooks.transpose()?.unwrap_or_default(),
        &keys.transpose()?.unwrap_or_default(),
        &names.transpose()?.unwrap_or_default(),
    )?)
}

/// What rows of [`ORGANIZATIONS`], [`WEBHOOKS`], [`KEYS`] and [`EXTERNAL_IDS`] tell.
pub(crate) fn known(
    organizations: &[Row],
    webhooks: &[Row],
    keys: &[Row],
    names: &[Row],
) -> std::result::Result<Known, Fault> {
    let mut known = Known::default();
    for row in organizations {
        known
            .organizations
            .insert(row.id(0)?, row.try_get::<_, i64>(1)?.unsigned_abs());
        known.alive = row.try_get(2)?;
    }
    for row in webhooks {
        known.webhooks.insert(row.id(0)?, hook(row)?);
    }
    for row in keys {
        let receipts = receipts::decode(row.try_get(3)?)
            .ok_or_else(|| corrupt("the answer kept for a key is damaged"))?;
        let answered = Answered {
            fingerprint: array(row.try_get(2)?)?,
            receipts,
            expires_at: row.at(4)?,
        };
        known
            .keys
            .insert((row.id(0)?, array(row.try_get(1)?)?), answered);
    }
    for row in names {
        let name = String::from_utf8(row.try_get(1)?).map_err(corrupt)?;
        let receipt = Receipt {
            event_id: row.id(2)?,
            matched: row.u32(4)?,
            unknown_type: row.try_get(5)?,
            repeated: true,
        };
        let fingerprint = row.try_get::<_, Option<&[u8]>>(3)?.map(array).transpose()?;
        let named = Named {
            fingerprint,
            receipt,
            created_at: row.at(6)?,
        };
        known.external_ids.insert((row.id(0)?, name), named);
    }
    Ok(known)
}

/// Reads what [`WEBHOOKS`] selects, behind the id.
pub(crate) fn hook(row: &Row) -> std::result::Result<Hook, Fault> {
    Ok(Hook {
        organization: row.id(1)?,
        disabled: row.try_get(2)?,
        deleted: row.try_get(3)?,
        cancelled_up_to: row.time(4)?,
    })
}

/// Bytes of a known length.
pub(crate) fn array<const N: usize>(bytes: &[u8]) -> std::result::Result<[u8; N], Fault> {
    bytes
        .try_into()
        .map_err(|_| corrupt(format!("{} bytes where {N} belong", bytes.len())))
}

/// Stores everything and commits.
async fn store(
    shared: &Shared,
    session: &Session,
    asks: &[&Submission],
    known: &Known,
    plan: &Plan<'_>,
    node: i64,
) -> std::result::Result<(), Stop> {
    let store_keys = session.prepare(STORE_KEYS).await?;
    let store_names = session.prepare(STORE_EXTERNAL_IDS).await?;
    let store_events = session.prepare(STORE_EVENTS).await?;
    let store_deliveries = session.prepare(STORE_DELIVERIES).await?;

    let newest = asks
        .iter()
        .map(|ask| ask.now)
        .max()
        .unwrap_or_default()
        .as_micros();
    let oldest = asks
        .iter()
        .map(|ask| ask.now - ask.idempotency_ttl)
        .max()
        .unwrap_or_default()
        .as_micros();
    let keys = KeyRows::new(plan, newest);
    let names = NameRows::new(plan, oldest);
    let events = EventRows::new(plan);
    let mut deliveries = DeliveryRows::default();
    for (submission, event) in &plan.events {
        for delivery in &event.deliveries {
            let hook = known
                .webhooks
                .get(&delivery.webhook_id)
                .ok_or_else(|| corrupt("a webhook was not looked up"))?;
            deliveries.push(
                event.event.id,
                delivery,
                hook.created_at(submission.now),
                node,
            );
        }
    }
    let (keys_wanted, names_wanted) = (keys.len() > 0, names.len() > 0);
    let events_wanted = (!plan.events.is_empty()).then_some(());
    let deliveries_wanted = (!deliveries.is_empty()).then_some(());
    // What another node may have stored meanwhile must be counted before the commit.
    let counted = keys_wanted || names_wanted;
    shared.stats.sent(
        Stage::Enqueue,
        1 + usize::from(keys_wanted)
            + usize::from(names_wanted)
            + [events_wanted, deliveries_wanted].iter().flatten().count(),
    );
    let (key_params, name_params) = (keys.params(), names.params());
    let (event_params, delivery_params) = (events.params(), deliveries.params());
    let (stored, committed) = join(
        join4(
            OptionFuture::from(keys_wanted.then(|| session.run(&store_keys, &key_params))),
            OptionFuture::from(names_wanted.then(|| session.run(&store_names, &name_params))),
            OptionFuture::from(events_wanted.map(|()| session.run(&store_events, &event_params))),
            OptionFuture::from(
                deliveries_wanted.map(|()| session.run(&store_deliveries, &delivery_params)),
            ),
        ),
        OptionFuture::from((!counted).then(|| session.command("COMMIT"))),
    )
    .await;
    let keys_stored = stored.0.transpose()?.unwrap_or(0);
    let names_stored = stored.1.transpose()?.unwrap_or(0);
    stored.2.transpose()?;
    stored.3.transpose()?;
    if keys_stored != keys.len() as u64 || names_stored != names.len() as u64 {
        return Err(Stop::Again);
    }
    match committed {
        Some(committed) => committed?,
        None => session.command("COMMIT").await?,
    }
    Ok(())
}
