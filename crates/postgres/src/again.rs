//! Stage 3, once more: deliveries added to a stored event (resend, test).

use std::{collections::BTreeSet, sync::Arc};

use bellwire_core::{
    delivery::Kind,
    event::Event,
    ids::{EventId, OrganizationId},
    ports::{Error, NewDelivery, Result},
    stored::refusals,
    time::Time,
};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    columns::DeliveryRows,
    connect::Conn as _,
    enqueue::{STORE_DELIVERIES, WEBHOOKS, claimed, hook},
    fault::{Fault, unavailable},
    lease::Claimed,
    locks,
    partitions::day,
    rows::{self, Key as _, RowExt as _, event_columns},
    shared::Shared,
};

const EVENT: &str = concat!(
    "SELECT ",
    event_columns!(),
    ", e.data FROM events e JOIN organizations o ON o.id = e.organization_id
      WHERE e.organization_id = $1 AND e.id = $2 AND o.deleted_at IS NULL"
);

/// Runs in a task of its own: a caller that goes away in the middle leaves no leases behind.
pub(crate) async fn enqueue(
    shared: &Arc<Shared>,
    organization_id: OrganizationId,
    event_id: EventId,
    deliveries: Vec<NewDelivery>,
    now: Time,
) -> Result<Arc<Event>> {
    let shared = Arc::clone(shared);
    let task = tokio::spawn(async move {
        let ids = claimed(&deliveries).collect();
        match store(&shared, organization_id, event_id, &deliveries, now).await {
            Ok(event) => Ok((event, Claimed::new(ids, &shared))),
            Err(fault) => {
                // The commit may have happened although it was not answered.
                if matches!(fault, Fault::Sql(_)) {
                    shared.lease.give_up(ids, false);
                }
                Err(Error::from(fault))
            }
        }
    });
    match task.await {
        Ok(stored) => {
            let (event, claimed) = stored?;
            claimed.keep();
            Ok(Arc::new(event))
        }
        Err(error) => Err(Error::Corrupt(format!("a resend failed: {error}"))),
    }
}

async fn store(
    shared: &Shared,
    organization_id: OrganizationId,
    event_id: EventId,
    deliveries: &[NewDelivery],
    now: Time,
) -> std::result::Result<Event, Fault> {
    let began = Instant::now();
    let node = shared.lease.number();
    let days: BTreeSet<i64> = deliveries
        .iter()
        .map(|delivery| day(delivery.id.uuid()))
        .collect();
    shared.partitions.ensure(&shared.pools.work, &days).await?;
    days.first()
        .iter()
        .for_each(|day| shared.partitions.note(**day));
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let keys = locks::sorted([locks::key(organization_id), node]);
    transaction.query(locks::SHARED, &[&keys]).await?;
    let found = transaction
        .query_opt(EVENT, &[&organization_id.uuid(), &event_id.uuid()])
        .await?;
    let event = rows::event(&found.ok_or(Error::NotFound("event"))?)?;
    if event.is_payload_removed() {
        return Err(Error::PayloadRemoved.into());
    }
    let alive = transaction
        .query_opt("SELECT 1 FROM nodes WHERE id = $1 AND NOT dead", &[&node])
        .await?
        .is_some();

    let ids: Vec<Uuid> = deliveries
        .iter()
        .map(|delivery| delivery.webhook_id.uuid())
        .collect();
    let hooks = transaction.query(WEBHOOKS, &[&ids]).await?;
    let mut new = DeliveryRows::default();
    for delivery in deliveries {
        let mut found = None;
        for row in &hooks {
            if row.id::<bellwire_core::ids::WebhookId>(0)? == delivery.webhook_id {
                found = Some(hook(row)?);
            }
        }
        let hook = found
            .filter(|hook| hook.organization == organization_id)
            .ok_or(Error::NotFound("webhook"))?;
        if hook.deleted {
            return Err(Error::Conflict(refusals::deleted()).into());
        }
        if hook.disabled && delivery.kind != Kind::Test {
            return Err(Error::Conflict(refusals::disabled()).into());
        }
        if delivery.claimed && !alive {
            return Err(unavailable("this node was out of touch and must register anew").into());
        }
        new.push(event_id, delivery, hook.created_at(now), node);
    }
    transaction.execute(STORE_DELIVERIES, &new.params()).await?;
    let ids: Vec<Uuid> = deliveries
        .iter()
        .map(|delivery| delivery.id.uuid())
        .collect();
    transaction
        .execute(
            "INSERT INTO resends (event_id, delivery_id) SELECT $1, id FROM unnest($2::uuid[]) AS id",
            &[&event_id.uuid(), &ids],
        )
        .await?;
    shared.commit(transaction, began).await?;
    shared.stats.pending(deliveries.len() as i64);
    Ok(event)
}
