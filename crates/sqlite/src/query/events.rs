//! Lists of events, and one event with everything that came of it.

use bellwire_core::{
    event::Event,
    ids::{EventId, OrganizationId, WebhookId},
    ports::{DeliveryView, EventDetail, EventFilter, EventSummary, Page},
};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{
    attempts::attempts_of,
    deliveries::{Webhooks, ids, row},
    organization,
};
use crate::{
    fault::Fault,
    rows::{self, event_columns},
};

/// Rows that one call looks at, events and deliveries together: what bounds a search that finds
/// little. About 20 ms.
const LOOK_AT: usize = 10_000;
/// Events that one call looks at.
const EVENTS: i64 = 5_000;
/// Deliveries that the details of an event show.
const DELIVERIES: usize = 1000;

/// An organization's events, newest first, without their data.
pub(crate) const LIST: &str = concat!(
    "SELECT ",
    event_columns!(),
    ", x'' FROM events WHERE organization = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3"
);
/// The same with one external id.
const LIST_BY_EXTERNAL_ID: &str = concat!(
    "SELECT ",
    event_columns!(),
    ", x'' FROM events WHERE organization = ?1 AND id < ?2 AND external_id = ?4
      ORDER BY id DESC LIMIT ?3"
);

pub(super) fn page(
    conn: &Connection,
    organization_id: OrganizationId,
    filter: &EventFilter,
    cursor: Option<EventId>,
    limit: usize,
) -> Result<Page<EventSummary, EventId>, Fault> {
    let mut page = Page {
        items: Vec::new(),
        next: None,
    };
    let Some(organization) = organization(conn, organization_id)? else {
        return Ok(page);
    };
    let before = cursor.unwrap_or(EventId::from_bytes([0xff; 16]));
    let mut statement = conn.prepare_cached(match filter.external_id {
        Some(_) => LIST_BY_EXTERNAL_ID,
        None => LIST,
    })?;
    let mut rows = match &filter.external_id {
        Some(external_id) => statement.query(params![
            organization,
            before.as_bytes(),
            EVENTS,
            external_id
        ])?,
        None => statement.query(params![organization, before.as_bytes(), EVENTS])?,
    };
    let mut webhooks = Webhooks::default();
    let (mut events, mut looked_at, mut last) = (0, 0, None);
    while let Some(row) = rows.next()? {
        if page.items.len() >= limit || looked_at >= LOOK_AT {
            page.next = last;
            return Ok(page);
        }
        let event = rows::event(row, organization_id)?;
        events += 1;
        looked_at += 1;
        last = Some(event.id);
        if !fits(&event, filter) {
            continue;
        }
        let list = row.get_ref(7)?.as_blob().map_err(rusqlite::Error::from)?;
        let found = summary(conn, event, row.get(8)?, list, filter, &mut webhooks)?;
        looked_at += found.looked_at;
        if found.fits {
            page.items.push(found.summary);
        }
    }
    if events == EVENTS {
        page.next = last;
    }
    Ok(page)
}

/// The part of the filter that the event alone decides.
fn fits(event: &Event, filter: &EventFilter) -> bool {
    filter
        .event_type
        .as_ref()
        .is_none_or(|wanted| *wanted == event.event_type)
        && filter
            .channel
            .as_ref()
            .is_none_or(|wanted| event.channels.contains(wanted))
        && filter
            .corner
            .as_ref()
            .is_none_or(|corner| corner.shows(event))
}

struct Found {
    summary: EventSummary,
    /// Deliveries that were read for it.
    looked_at: usize,
    fits: bool,
}

/// Counts an event's deliveries, and decides the rest of the filter.
fn summary(
    conn: &Connection,
    event: Event,
    seq: i64,
    list: &[u8],
    filter: &EventFilter,
    webhooks: &mut Webhooks,
) -> Result<Found, Fault> {
    let mut counts = [0_u32; 5];
    let mut updated_at = event.created_at;
    // Without a wish for a webhook or a state nothing is missing.
    let mut wanted = filter.webhook.is_none() && filter.state.is_none();
    let mut looked_at = 0;
    for id in ids(conn, seq, list)? {
        let Some(row) = row(conn, id)? else { continue };
        looked_at += 1;
        let (webhook, marks) = webhooks.get(conn, row.webhook)?;
        let corner = filter.corner.as_ref();
        if !corner.is_none_or(|corner| corner.has(webhook)) {
            continue;
        }
        let delivery = row.seen(event.organization_id, event.id, webhook, &marks);
        counts[delivery.state as usize] += 1;
        updated_at = updated_at.max(delivery.updated_at);
        let of_webhook = |wish: &WebhookId| *wish == webhook;
        wanted |= filter.webhook.as_ref().is_none_or(of_webhook)
            && filter.state.is_none_or(|state| state == delivery.state);
    }
    let recent = filter.updated_since.is_none_or(|since| updated_at >= since);
    Ok(Found {
        summary: EventSummary {
            event,
            deliveries: counts,
            updated_at,
        },
        looked_at,
        fits: wanted && recent,
    })
}

pub(super) fn one(
    conn: &Connection,
    organization_id: OrganizationId,
    id: EventId,
) -> Result<Option<EventDetail>, Fault> {
    let Some(organization) = organization(conn, organization_id)? else {
        return Ok(None);
    };
    let found = conn
        .prepare_cached(concat!(
            "SELECT ",
            event_columns!(),
            ", data FROM events WHERE organization = ?1 AND id = ?2"
        ))?
        .query_row(params![organization, id.as_bytes()], |row| {
            let event = rows::event(row, organization_id)?;
            Ok((event, row.get::<_, Vec<u8>>(7)?, row.get::<_, i64>(8)?))
        })
        .optional()?;
    let Some((event, list, seq)) = found else {
        return Ok(None);
    };
    let mut webhooks = Webhooks::default();
    let mut deliveries = Vec::new();
    for id in ids(conn, seq, &list)?.into_iter().take(DELIVERIES) {
        let Some(row) = row(conn, id)? else { continue };
        let (webhook, marks) = webhooks.get(conn, row.webhook)?;
        let delivery = row.seen(organization_id, event.id, webhook, &marks);
        let attempts = attempts_of(conn, &delivery, row.last_attempt)?;
        deliveries.push(DeliveryView { delivery, attempts });
    }
    Ok(Some(EventDetail { event, deliveries }))
}
