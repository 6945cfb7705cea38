//! Stage 4: due deliveries out of the store, each to one holder at a time.
//!
//! A claim is a lease (`lease.rs`): the delivery carries the number of its node. What nobody holds
//! is in one small index by webhook and due time; claims and the search for due lanes walk that, and
//! rows that another claim has locked are stepped over. What a disable left in it (rows that are
//! cancelled and not swept yet) lies at due times up to the mark, because a delivery is never due
//! before it was made; so walks begin behind the mark, and look before it in the index of tests. Of a
//! paused webhook nothing but tests is given.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use async_trait::async_trait;
use bellwire_core::{
    delivery::Job,
    event::Event,
    ids::{DeliveryId, EventId, OrganizationId, WebhookId},
    ports::{Claim, Error, LaneAsk, Result},
    time::Time,
};
use deadpool_postgres::{Object, Transaction};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    Postgres,
    changes::{self, Notice},
    connect::Conn as _,
    fault::Fault,
    lease::{self, Claimed},
    locks,
    owners::{self, Standing},
    partitions::{day, leaf},
    rows::{
        self, DELIVERY_COLUMNS, DeliveryRow, Key as _, RowExt as _, delivery_columns, event_columns,
    },
    shared::Shared,
    stats::Stage,
};

/// A webhook that may get deliveries: not deleted, nor its organization. `OFFSET 0` keeps the planner
/// from turning the lookup around or taking an index of the living ones: a plan that is made while
/// there are few would go through them all for as long as it is kept.
macro_rules! living {
    ($id:literal) => {
        concat!(
            "(SELECT * FROM (
                  SELECT w.id, w.organization_id, w.cancelled_up_to, w.deleted_at,
                         w.paused IS NOT NULL AS paused,
                         (SELECT o.deleted_at IS NULL FROM organizations o
                          WHERE o.id = w.organization_id) AS lives
                  FROM webhooks w WHERE w.id = ",
            $id,
            " OFFSET 0) w
              WHERE w.lives AND w.deleted_at IS NULL) w"
        )
    };
}

/// Free deliveries of the asked lanes that are due, locked. Tests from before the mark come first:
/// they are due first. `$4` is a lower bound of the ids of all that is pending.
pub(crate) const GIVE: &str = concat!(
    "SELECT ",
    delivery_columns!(),
    ", w.organization_id
     FROM unnest($1::uuid[], $2::bigint[]) AS a (webhook_id, room)
     CROSS JOIN LATERAL ",
    living!("a.webhook_id"),
    "
     CROSS JOIN LATERAL (
         SELECT * FROM (
             SELECT d.* FROM deliveries d
             WHERE d.state = 0 AND d.node IS NULL AND d.kind = 3 AND d.webhook_id = a.webhook_id
                   AND d.due_at <= CASE WHEN w.paused THEN $3::bigint
                                   ELSE least(w.cancelled_up_to, $3::bigint) END
                   AND d.id >= $4 AND (w.paused OR w.cancelled_up_to IS NOT NULL)
             ORDER BY d.due_at, d.id LIMIT a.room FOR UPDATE SKIP LOCKED) before
         UNION ALL
         SELECT * FROM (
             SELECT d.* FROM deliveries d
             WHERE d.state = 0 AND d.node IS NULL AND d.webhook_id = a.webhook_id
                   AND d.due_at > coalesce(w.cancelled_up_to, -1) AND d.due_at <= $3::bigint
                   AND d.id >= $4 AND NOT w.paused
                   AND (d.kind = 3 OR d.created_at > coalesce(w.cancelled_up_to, -1))
             ORDER BY d.due_at, d.id LIMIT a.room FOR UPDATE SKIP LOCKED) behind
         LIMIT a.room) d"
);

/// When the first free delivery of the webhook `w` is due. Rows that are cancelled and not swept yet
/// are stepped over, up to a limit.
macro_rules! first_due {
    () => {
        "(SELECT min(f.due_at) FROM (
             (SELECT d.due_at FROM deliveries d
              WHERE d.state = 0 AND d.node IS NULL AND d.kind = 3 AND d.webhook_id = w.id
                    AND d.id >= $1
              ORDER BY d.due_at LIMIT 1)
             UNION ALL
             (SELECT s.due_at FROM (
                  SELECT d.due_at, d.created_at FROM deliveries d
                  WHERE d.state = 0 AND d.node IS NULL AND d.webhook_id = w.id AND d.id >= $1
                        AND d.due_at > coalesce(w.cancelled_up_to, -1) AND NOT w.paused
                  ORDER BY d.due_at, d.id LIMIT 10000) s
              WHERE s.created_at > coalesce(w.cancelled_up_to, -1) LIMIT 1)) f)"
    };
}

/// Steps from webhook to webhook in the index, then looks at each one's first delivery.
pub(crate) const DUE_LANES: &str = concat!(
    "WITH RECURSIVE lanes AS (
         (SELECT d.webhook_id FROM deliveries d
          WHERE d.state = 0 AND d.node IS NULL AND d.id >= $1 ORDER BY d.webhook_id LIMIT 1)
         UNION ALL
         SELECT n.webhook_id FROM lanes l CROSS JOIN LATERAL (
             SELECT d.webhook_id FROM deliveries d
             WHERE d.state = 0 AND d.node IS NULL AND d.id >= $1 AND d.webhook_id > l.webhook_id
             ORDER BY d.webhook_id LIMIT 1) n)
     SELECT l.webhook_id, f.due_at FROM lanes l
     CROSS JOIN LATERAL ",
    living!("l.webhook_id"),
    " CROSS JOIN LATERAL (SELECT ",
    first_due!(),
    " AS due_at OFFSET 0) f WHERE f.due_at IS NOT NULL"
);
pub(crate) const NEXT_DUE: &str = concat!("SELECT ", first_due!(), " FROM ", living!("$2::uuid"));

#[async_trait]
impl Claim for Postgres {
    async fn claim(&self, asks: &[LaneAsk], now: Time) -> Result<Vec<Job>> {
        let asks: Vec<LaneAsk> = asks.iter().filter(|ask| ask.room > 0).copied().collect();
        if asks.is_empty() {
            return Ok(Vec::new());
        }
        let shared = Arc::clone(self.shared());
        // In a task of its own: a caller that goes away in the middle leaves no leases behind.
        let task = tokio::spawn(async move {
            let jobs = give(&shared, &asks, now).await?;
            let ids = jobs.iter().map(|job| job.delivery_id).collect();
            Ok::<_, Error>((jobs, Claimed::new(ids, &shared)))
        });
        match task.await {
            Ok(given) => {
                let (jobs, claimed) = given?;
                claimed.keep();
                Ok(jobs)
            }
            Err(error) => Err(Error::Corrupt(format!("a claim failed: {error}"))),
        }
    }

    async fn release(&self, deliveries: &[DeliveryId]) -> Result<()> {
        let shared = self.shared();
        let released = async {
            let conn = shared.worker().await?;
            lease::release(&conn, shared.lease.number(), deliveries).await
        };
        if let Err(fault) = released.await {
            // The heartbeat tries again until it works.
            shared.lease.give_up(deliveries.iter().copied(), true);
            return Err(fault.into());
        }
        Ok(())
    }

    async fn due_lanes(&self) -> Result<Vec<(WebhookId, Time)>> {
        let shared = self.shared();
        let conn = shared.worker().await?;
        let rows = conn
            .query(DUE_LANES, &[&shared.partitions.since()])
            .await
            .map_err(Fault::from)?;
        let lanes: std::result::Result<Vec<_>, Fault> = rows
            .iter()
            .map(|row| Ok((row.id(0)?, row.at(1)?)))
            .collect();
        Ok(lanes?)
    }

    async fn next_due(&self, webhook_id: WebhookId) -> Result<Option<Time>> {
        let shared = self.shared();
        let conn = shared.worker().await?;
        let row = conn
            .query_opt(NEXT_DUE, &[&shared.partitions.since(), &webhook_id.uuid()])
            .await
            .map_err(Fault::from)?;
        Ok(row.map(|row| row.time(0)).transpose()?.flatten())
    }

    fn lease(&self) -> Option<u64> {
        self.shared().lease.epoch()
    }

    fn owns(&self, webhook_id: WebhookId) -> bool {
        let shared = self.shared();
        shared.owners.has(shared.lease.number(), webhook_id)
    }

    async fn retire(&self, deliveries: &[DeliveryId]) -> Result<()> {
        self.release(deliveries).await?;
        let shared = self.shared();
        let conn = shared.worker().await?;
        let notice = Notice::Gone(shared.lease.number());
        changes::give_notice(&conn, std::iter::once(notice)).await?;
        Ok(())
    }
}

/// Leases due deliveries to this node, and tells owners of what is theirs.
async fn give(
    shared: &Arc<Shared>,
    asks: &[LaneAsk],
    now: Time,
) -> std::result::Result<Vec<Job>, Fault> {
    let mut client = shared.worker().await?;
    let (jobs, standing) = take(shared, &mut client, asks, now).await?;
    standing.tell(&client).await;
    Ok(jobs)
}

async fn take(
    shared: &Arc<Shared>,
    client: &mut Object,
    asks: &[LaneAsk],
    now: Time,
) -> std::result::Result<(Vec<Job>, Standing), Fault> {
    let began = Instant::now();
    let node = shared.lease.number();
    let transaction = client.transaction().await?;
    transaction.query(locks::SHARED, &[&vec![node]]).await?;
    let alive = transaction
        .query_opt("SELECT 1 FROM nodes WHERE id = $1 AND NOT dead", &[&node])
        .await?;
    if alive.is_none() {
        return Err(
            crate::fault::unavailable("this node was out of touch and must register anew").into(),
        );
    }
    let is_open = |ask: &LaneAsk| !ask.exclusive || shared.owners.has(node, ask.webhook_id);
    let closed = asks.iter().filter(|ask| !is_open(ask));
    let closed: Vec<WebhookId> = closed.map(|ask| ask.webhook_id).collect();
    let standing = owners::take(shared, &transaction, node, &closed).await?;
    let (webhooks, rooms): (Vec<Uuid>, Vec<i64>) = asks
        .iter()
        .filter(|ask| is_open(ask) || standing.owns(ask.webhook_id))
        .map(|ask| {
            let room = i64::try_from(ask.room).unwrap_or(i64::MAX);
            (ask.webhook_id.uuid(), room)
        })
        .unzip();
    let since = shared.partitions.since();
    let rows = transaction
        .query(GIVE, &[&webhooks, &rooms, &now.as_micros(), &since])
        .await?;
    shared.stats.sent(Stage::Claim, 5);
    let mut given: Vec<(DeliveryRow, OrganizationId)> = Vec::with_capacity(rows.len());
    for row in &rows {
        given.push((rows::delivery(row)?, row.id(DELIVERY_COLUMNS)?));
    }
    if given.is_empty() {
        if standing.owns_any() {
            shared.commit(transaction, began).await?;
            standing.committed(shared, node);
        }
        return Ok((Vec::new(), standing));
    }
    // From here on the deliveries may be leased, whatever answer comes back.
    let claimed = Claimed::new(given.iter().map(|(row, _)| row.id).collect(), shared);
    let events = lease_and_read(shared, &transaction, &given, node).await;
    let committed = match events {
        Ok(events) => shared.commit(transaction, began).await.map(|()| events),
        Err(fault) => Err(fault),
    };
    let events = match committed {
        Ok(events) => {
            claimed.keep();
            standing.committed(shared, node);
            events
        }
        Err(fault) => {
            claimed.keep();
            shared
                .lease
                .give_up(given.iter().map(|(row, _)| row.id), false);
            return Err(fault);
        }
    };
    let mut jobs = Vec::with_capacity(given.len());
    for (row, _) in given {
        // An event that is gone went with its day; its delivery waits for the same end.
        let Some(event) = events.get(&row.event_id) else {
            continue;
        };
        jobs.push(Job {
            delivery_id: row.id,
            webhook_id: row.webhook_id,
            kind: row.kind,
            attempts: row.attempts,
            created_at: row.created_at,
            event: Arc::clone(event),
        });
    }
    Ok((jobs, standing))
}

/// Marks the given deliveries as held, and reads their events: one statement for each day.
async fn lease_and_read(
    shared: &Shared,
    transaction: &Transaction<'_>,
    given: &[(DeliveryRow, OrganizationId)],
    node: i64,
) -> std::result::Result<HashMap<EventId, Arc<Event>>, Fault> {
    let mut deliveries: BTreeMap<i64, Vec<Uuid>> = BTreeMap::new();
    let mut wanted: BTreeMap<i64, BTreeMap<Uuid, Uuid>> = BTreeMap::new();
    for (row, organization) in given {
        let (id, event) = (row.id.uuid(), row.event_id.uuid());
        deliveries.entry(day(id)).or_default().push(id);
        wanted
            .entry(day(event))
            .or_default()
            .insert(event, organization.uuid());
    }
    shared
        .stats
        .sent(Stage::Claim, deliveries.len() + wanted.len());
    for (day, mut ids) in deliveries {
        ids.sort_unstable();
        transaction.execute(&lease_on(day), &[&node, &ids]).await?;
    }
    let days = wanted.keys().copied().collect();
    let present = shared.partitions.present(&shared.pools.work, days).await?;
    let mut events = HashMap::new();
    for (day, wanted) in wanted.into_iter().filter(|(day, _)| present.contains(day)) {
        let (ids, organizations): (Vec<Uuid>, Vec<Uuid>) = wanted.into_iter().unzip();
        for row in transaction
            .query(&events_on(day), &[&organizations, &ids])
            .await?
        {
            let event = rows::event(&row)?;
            events.insert(event.id, Arc::new(event));
        }
    }
    Ok(events)
}

pub(crate) fn lease_on(day: i64) -> String {
    format!(
        "UPDATE {} d SET node = $1 FROM unnest($2::uuid[]) AS k (id) WHERE d.id = k.id",
        leaf("deliveries", day)
    )
}

pub(crate) fn events_on(day: i64) -> String {
    format!(
        "SELECT {}, e.data FROM unnest($1::uuid[], $2::uuid[]) AS k (organization_id, id)
         JOIN {} e ON e.organization_id = k.organization_id AND e.id = k.id",
        event_columns!(),
        leaf("events", day)
    )
}
