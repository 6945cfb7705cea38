//! Lists of events, and one event with everything that came of it.

use std::collections::HashMap;

use bellwire_core::{
    delivery::Delivery,
    event::Event,
    ids::{DeliveryId, EventId, OrganizationId},
    ports::{DeliveryView, EventDetail, EventFilter, EventSummary, Page},
    stored::listed,
};
use uuid::Uuid;

use super::{attempts, deliveries};
use crate::{
    connect::Conn,
    fault::Fault,
    rows::{self, Key as _, event_columns},
};

/// Rows that one call looks at, events and deliveries together: what bounds a search that finds
/// little.
const LOOK_AT: usize = 10_000;
/// Events read at once: the page and one more tell whether there is a next page.
const CHUNK: usize = 500;
/// Deliveries that the details of an event show.
const DELIVERIES: usize = 1000;

/// An organization's events, newest first, without their data.
pub(crate) const LIST: &str = concat!(
    "SELECT ",
    event_columns!(),
    ", ''::bytea FROM events e WHERE e.organization_id = $1 AND e.id < $2
      ORDER BY e.id DESC LIMIT $3"
);
/// The same with one external id, now or before.
const LIST_BY_EXTERNAL_ID: &str = concat!(
    "SELECT ",
    event_columns!(),
    ", ''::bytea FROM external_ids x
      CROSS JOIN LATERAL unnest(x.earlier || x.event_id) AS k (id)
      JOIN events e ON e.organization_id = x.organization_id AND e.id = k.id
      WHERE x.organization_id = $1 AND x.external_id = $4 AND e.id < $2
      ORDER BY e.id DESC LIMIT $3"
);
const ONE: &str = concat!(
    "SELECT ",
    event_columns!(),
    ", e.data FROM events e JOIN organizations o ON o.id = e.organization_id
      WHERE e.organization_id = $1 AND e.id = $2 AND o.deleted_at IS NULL"
);

pub(super) async fn page(
    conn: &impl Conn,
    organization_id: OrganizationId,
    filter: &EventFilter,
    cursor: Option<EventId>,
    limit: usize,
) -> Result<Page<EventSummary, EventId>, Fault> {
    let mut page = Page {
        items: Vec::new(),
        next: None,
    };
    let living = conn
        .query_opt(
            "SELECT 1 FROM organizations WHERE id = $1 AND deleted_at IS NULL",
            &[&organization_id.uuid()],
        )
        .await?;
    if living.is_none() {
        return Ok(page);
    }
    let mut before = cursor.unwrap_or(EventId::from_bytes([0xff; 16]));
    let mut looked_at = 0;
    loop {
        // Without a filter the page is all that is needed.
        let wanted = match *filter == EventFilter::default() {
            true => (limit - page.items.len() + 1).min(CHUNK),
            false => CHUNK,
        };
        let rows = chunk(conn, organization_id, filter, before, wanted).await?;
        let end = rows.len() < wanted;
        let found = summaries(conn, organization_id, rows, filter).await?;
        for summary in found {
            if page.items.len() >= limit || looked_at >= LOOK_AT {
                page.next = Some(before);
                return Ok(page);
            }
            before = summary.summary.event.id;
            looked_at += 1 + summary.looked_at;
            if fits(&summary, filter) {
                page.items.push(summary.summary);
            }
        }
        if end {
            return Ok(page);
        }
    }
}

/// An event with the ids of its deliveries, as it lists them.
type Found = (Event, Vec<Uuid>);

async fn chunk(
    conn: &impl Conn,
    organization_id: OrganizationId,
    filter: &EventFilter,
    before: EventId,
    limit: usize,
) -> Result<Vec<Found>, Fault> {
    let (organization, before) = (organization_id.uuid(), before.uuid());
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = match &filter.external_id {
        None => conn.query(LIST, &[&organization, &before, &limit]).await?,
        Some(external_id) => {
            let external_id = external_id.as_bytes();
            conn.query(
                LIST_BY_EXTERNAL_ID,
                &[&organization, &before, &limit, &external_id],
            )
            .await?
        }
    };
    rows.iter()
        .map(|row| {
            let ids = listed(row.try_get(7)?).map(|id| id.uuid()).collect();
            Ok((rows::event(row)?, ids))
        })
        .collect()
}

struct Summary {
    summary: EventSummary,
    deliveries: Vec<Delivery>,
    /// Deliveries that were read for it.
    looked_at: usize,
}

/// Counts the deliveries of events: one query for those added later, one for all rows.
async fn summaries(
    conn: &impl Conn,
    organization_id: OrganizationId,
    mut found: Vec<Found>,
    filter: &EventFilter,
) -> Result<Vec<Summary>, Fault> {
    add_resends(conn, &mut found).await?;
    let ids: Vec<Uuid> = found
        .iter()
        .flat_map(|(_, ids)| ids.iter().copied())
        .collect();
    let mut by_event: HashMap<EventId, Vec<Delivery>> = HashMap::new();
    for delivery in deliveries::by_id(conn, organization_id, &ids).await? {
        by_event
            .entry(delivery.event_id)
            .or_default()
            .push(delivery);
    }
    let summaries = found.into_iter().map(|(event, _)| {
        let mut deliveries = by_event.remove(&event.id).unwrap_or_default();
        let looked_at = deliveries.len();
        if let Some(corner) = &filter.corner {
            deliveries.retain(|delivery| corner.has(delivery.webhook_id));
        }
        let mut counts = [0_u32; 5];
        let mut updated_at = event.created_at;
        for delivery in &deliveries {
            counts[delivery.state as usize] += 1;
            updated_at = updated_at.max(delivery.updated_at);
        }
        Summary {
            summary: EventSummary {
                event,
                deliveries: counts,
                updated_at,
            },
            deliveries,
            looked_at,
        }
    });
    Ok(summaries.collect())
}

/// Adds the deliveries that were made later, in the order they were.
async fn add_resends(conn: &impl Conn, found: &mut [Found]) -> Result<(), Fault> {
    let events: Vec<Uuid> = found.iter().map(|(event, _)| event.id.uuid()).collect();
    let rows = conn
        .query(
            "SELECT event_id, delivery_id FROM resends WHERE event_id = ANY($1)
             ORDER BY event_id, delivery_id",
            &[&events],
        )
        .await?;
    for row in rows {
        let (event, delivery): (Uuid, Uuid) = (row.try_get(0)?, row.try_get(1)?);
        for (found, ids) in found.iter_mut() {
            if found.id.uuid() == event {
                ids.push(delivery);
            }
        }
    }
    Ok(())
}

fn fits(found: &Summary, filter: &EventFilter) -> bool {
    let event = &found.summary.event;
    let by_event = filter
        .event_type
        .as_ref()
        .is_none_or(|wanted| *wanted == event.event_type)
        && filter
            .channel
            .as_ref()
            .is_none_or(|wanted| event.channels.contains(wanted))
        && filter
            .updated_since
            .is_none_or(|since| found.summary.updated_at >= since)
        && filter
            .corner
            .as_ref()
            .is_none_or(|corner| corner.shows(event));
    // Without a wish for a webhook or a state nothing is missing.
    let by_delivery = (filter.webhook.is_none() && filter.state.is_none())
        || found.deliveries.iter().any(|delivery| {
            filter
                .webhook
                .is_none_or(|wanted| wanted == delivery.webhook_id)
                && filter.state.is_none_or(|wanted| wanted == delivery.state)
        });
    by_event && by_delivery
}

pub(super) async fn one(
    conn: &impl Conn,
    organization_id: OrganizationId,
    id: EventId,
) -> Result<Option<EventDetail>, Fault> {
    let Some(row) = conn
        .query_opt(ONE, &[&organization_id.uuid(), &id.uuid()])
        .await?
    else {
        return Ok(None);
    };
    let ids = listed(row.try_get(7)?).map(|id| id.uuid()).collect();
    let mut found = [(rows::event(&row)?, ids)];
    add_resends(conn, &mut found).await?;
    let [(event, mut ids)] = found;
    ids.truncate(DELIVERIES);
    let mut seen: HashMap<Uuid, Delivery> = deliveries::by_id(conn, organization_id, &ids)
        .await?
        .into_iter()
        .map(|delivery| (delivery.id.uuid(), delivery))
        .collect();
    let mut attempts = attempts::of_deliveries(conn, organization_id, &ids).await?;
    let deliveries = ids
        .iter()
        .filter_map(|id| {
            let delivery = seen.remove(id)?;
            let attempts = attempts.remove(&DeliveryId::from(*id)).unwrap_or_default();
            Some(DeliveryView { delivery, attempts })
        })
        .collect();
    Ok(Some(EventDetail { event, deliveries }))
}
