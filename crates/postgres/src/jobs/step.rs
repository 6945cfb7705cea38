//! One step of a job, in one transaction that holds the job's row from the beginning.

use std::collections::BTreeSet;

use bellwire_core::{
    delivery::Kind,
    ids::{DeliveryId, EventId},
    job::{Job, State, StopReason, chunk},
    ports::{NewDelivery, Stepped},
    time::{SECOND, Time},
};
use deadpool_postgres::Transaction;
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    choice::{Hook, Scope, look},
    row,
};
use crate::{
    columns::DeliveryRows, connect::Conn as _, enqueue::STORE_DELIVERIES, fault::Fault, locks,
    partitions::day, plan, rows::Key as _, shared::Shared,
};

pub(super) async fn take(shared: &Shared, now: Time, ids: &[DeliveryId]) -> Result<Stepped, Fault> {
    let began = Instant::now();
    // Most looks find nothing: they are to hold nothing.
    let mut stepped = Stepped {
        next_at: row::next_at(&shared.reader().await?).await?,
        ..Stepped::default()
    };
    if stepped.next_at.is_none_or(|next_at| next_at > now) {
        return Ok(stepped);
    }
    // Before anything is held: a day that comes is made in a transaction of its own.
    let days: BTreeSet<i64> = ids.iter().map(|id| day(id.uuid())).collect();
    let days: BTreeSet<i64> = days.iter().flat_map(|day| [*day, day + 1]).collect();
    shared.partitions.ensure(&shared.pools.work, &days).await?;
    days.first()
        .iter()
        .for_each(|day| shared.partitions.note(**day));
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let Some(mut job) = row::due(&transaction, now).await? else {
        return Ok(stepped);
    };
    stepped.took = true;
    // As an enqueue does: a change of the catalogue is before this or after it.
    let keys = vec![locks::key(job.organization_id)];
    transaction.query(locks::SHARED, &[&keys]).await?;
    let want = ids.len().min(chunk(job.per_second) as usize);
    let looked = look(
        &transaction,
        Scope::of(&job, &shared.firsts),
        job.cursor,
        want,
    )
    .await?;
    let refused = looked.hook.filter(|_| job.filter.webhook.is_some());
    let stop = match refused.map(|hook| (hook.deleted, hook.disabled)) {
        Some((true, _)) => Some(StopReason::WebhookDeleted),
        Some((false, true)) => Some(StopReason::WebhookDisabled),
        _ => None,
    };
    let mut made = 0;
    if stop.is_some() {
        job.finish(State::Stopped, stop);
        job.updated_at = now.max(job.updated_at);
    } else if looked.unswept
        && looked
            .hook
            .is_some_and(|hook| !hook.disabled && !hook.deleted)
    {
        job.next_at = now + SECOND;
    } else {
        if let Some(hook) = looked.hook
            && !looked.picks.is_empty()
        {
            send(&transaction, &job, &hook, &looked.picks, now, ids).await?;
            made = looked.picks.len();
            stepped.made = Some((hook.id, made));
        }
        job.stepped(made, looked.skipped, looked.cursor, now);
        if looked.end {
            job.finish(State::Finished, None);
        }
    }
    row::store(&transaction, &job).await?;
    stepped.ended = job.state.is_over().then_some((job.id, job.state));
    stepped.next_at = row::next_at(&transaction).await?;
    shared.commit(transaction, began).await?;
    shared.stats.pending(made as i64);
    Ok(stepped)
}

/// Makes a delivery of each of these events.
async fn send(
    transaction: &Transaction<'_>,
    job: &Job,
    hook: &Hook,
    events: &[EventId],
    now: Time,
    ids: &[DeliveryId],
) -> Result<(), Fault> {
    let webhook = plan::Hook {
        organization: job.organization_id,
        disabled: hook.disabled,
        deleted: hook.deleted,
        cancelled_up_to: hook.cancelled_up_to,
    };
    let mut rows = DeliveryRows::default();
    let (mut event_ids, mut delivery_ids): (Vec<Uuid>, Vec<Uuid>) = (Vec::new(), Vec::new());
    for (event, id) in events.iter().zip(ids) {
        let delivery = NewDelivery {
            id: job.new_id(*id),
            webhook_id: hook.id,
            kind: Kind::Resent,
            claimed: false,
        };
        event_ids.push(event.uuid());
        delivery_ids.push(delivery.id.uuid());
        rows.push(*event, &delivery, webhook.created_at(now), 0);
    }
    transaction
        .execute(STORE_DELIVERIES, &rows.params())
        .await?;
    transaction
        .execute(
            "INSERT INTO resends (event_id, delivery_id, organization_id, webhook_id)
             SELECT event_id, delivery_id, $3, $4
             FROM unnest($1::uuid[], $2::uuid[]) AS u (event_id, delivery_id)",
            &[
                &event_ids,
                &delivery_ids,
                &job.organization_id.uuid(),
                &hook.id.uuid(),
            ],
        )
        .await?;
    Ok(())
}
