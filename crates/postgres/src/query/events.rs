//! Lists of events, and one event with everything that came of it.

use std::{
    collections::{BTreeSet, HashMap},
    time::{Duration, Instant},
};

use bellwire_core::{
    delivery::Delivery,
    event::Event,
    ids::{DeliveryId, EventId, OrganizationId},
    outcome::{Answer, Cause},
    ports::{DeliveryView, EventCursor, EventDetail, EventFilter, EventPage, EventSummary},
    stored::{
        listed,
        search::{Search, Tried, Want},
    },
};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{
    attempts, deliveries,
    sources::{self, Part, Sources},
};
use crate::{
    connect::Conn,
    fault::{Fault, corrupt},
    rows::{self, Key as _, RowExt as _, event_columns},
};

/// Events read at once.
const CHUNK: usize = 256;
/// Deliveries that the details of an event show.
const DELIVERIES: usize = 1000;

/// An organization's events, newest first; their data only when it is asked for.
pub(crate) const LIST: &str = concat!(
    "SELECT ",
    event_columns!(),
    ", CASE WHEN $5 THEN e.data ELSE ''::bytea END FROM events e
      WHERE e.organization_id = $1 AND e.id < $2 AND e.id >= $3
      ORDER BY e.id DESC LIMIT $4"
);
/// Some of them.
pub(crate) const SOME: &str = concat!(
    "SELECT ",
    event_columns!(),
    ", CASE WHEN $5 THEN e.data ELSE ''::bytea END FROM unnest($2::uuid[]) AS k (id)
      CROSS JOIN LATERAL (
          SELECT * FROM events e
          WHERE e.organization_id = $1 AND e.id = k.id AND e.id >= $3 AND e.id <= $4 LIMIT 1
      ) e"
);
/// The events that have an external id, now or before.
const BY_EXTERNAL_ID: &str = "\
SELECT unnest(x.earlier || x.event_id) FROM external_ids x
WHERE x.organization_id = $1 AND x.external_id = $2";
const ANSWERS: &str = "\
SELECT a.delivery_id, a.status, a.cause FROM unnest($1::uuid[]) AS k (id)
CROSS JOIN LATERAL (
    SELECT * FROM attempts a
    WHERE a.delivery_id = k.id AND a.delivery_id >= $2 AND a.delivery_id <= $3 OFFSET 0
) a";
const ONE: &str = concat!(
    "SELECT ",
    event_columns!(),
    ", e.data FROM events e JOIN organizations o ON o.id = e.organization_id
      WHERE e.organization_id = $1 AND e.id = $2 AND o.deleted_at IS NULL"
);

pub(super) async fn page(
    conn: &impl Conn,
    oldest: Uuid,
    organization_id: OrganizationId,
    filter: &EventFilter,
    (cursor, limit): (Option<EventCursor>, usize),
    time: Duration,
) -> Result<EventPage, Fault> {
    let began = Instant::now();
    let mut search = Search::new(filter, cursor, limit.max(1));
    let living = conn
        .query_opt(
            "SELECT 1 FROM organizations WHERE id = $1 AND deleted_at IS NULL",
            &[&organization_id.uuid()],
        )
        .await?;
    if living.is_none() {
        return Ok(EventPage {
            items: Vec::new(),
            next: None,
            searched_back_to: None,
        });
    }
    let mut lanes = None;
    loop {
        let want = search.want();
        if want == Want::Nothing {
            break;
        }
        if began.elapsed() >= time && search.may_stop(&want) {
            search.out_of_time();
            break;
        }
        match want {
            Want::Nothing => break,
            Want::Named => search.named(named(conn, organization_id, filter).await?),
            Want::Events { below, from, limit } => {
                let limit = limit.min(CHUNK);
                let rows = list(conn, organization_id, (below, from), limit, &search).await?;
                let end = rows.len() < limit;
                let decided = decide(conn, organization_id, rows, &search).await?;
                search.events(decided, end);
            }
            Want::Look(ids) => {
                let rows = some(conn, organization_id, &ids, &search).await?;
                let mut decided = decide(conn, organization_id, rows, &search).await?;
                let there: BTreeSet<EventId> = decided.iter().map(|(id, _)| *id).collect();
                let gone = ids.into_iter().filter(|id| !there.contains(id));
                decided.extend(gone.map(|id| (id, None)));
                decided.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
                search.looked(decided);
            }
            Want::Resent { below, from, limit } => {
                let found = sources::resent(conn, organization_id, (below, from), limit).await?;
                search.resent(&found, from, found.len() < limit);
            }
            Want::Deliveries {
                source,
                below,
                from,
                limit,
            } => {
                let lanes = match &mut lanes {
                    Some(lanes) => lanes,
                    None => {
                        let new = Sources::new(conn, organization_id, filter, oldest).await?;
                        lanes.insert(new)
                    }
                };
                let part = Part { below, from, limit };
                let (found, position) = lanes.walk(conn, source, part).await?;
                search.deliveries(found, position);
            }
        }
    }
    Ok(search.page())
}

/// An event with the ids of its deliveries, as it lists them.
type Found = (Event, Vec<Uuid>);
/// What was decided on events, newest first.
type Decided = Vec<(EventId, Option<EventSummary>)>;

fn found(row: &Row) -> Result<Found, Fault> {
    let ids = listed(row.try_get(7)?).map(|id| id.uuid()).collect();
    Ok((rows::event(row)?, ids))
}

async fn list(
    conn: &impl Conn,
    organization_id: OrganizationId,
    (below, from): (EventId, EventId),
    limit: usize,
    search: &Search<'_>,
) -> Result<Vec<Found>, Fault> {
    let (organization, below, from) = (organization_id.uuid(), below.uuid(), from.uuid());
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let with_data = search.choice().asks_for_data();
    let rows = conn
        .query(LIST, &[&organization, &below, &from, &limit, &with_data])
        .await?;
    rows.iter().map(found).collect()
}

/// These events, newest first.
async fn some(
    conn: &impl Conn,
    organization_id: OrganizationId,
    ids: &[EventId],
    search: &Search<'_>,
) -> Result<Vec<Found>, Fault> {
    let (Some(last), Some(first)) = (ids.iter().max(), ids.iter().min()) else {
        return Ok(Vec::new());
    };
    let (organization, first, last) = (organization_id.uuid(), first.uuid(), last.uuid());
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let with_data = search.choice().asks_for_data();
    let rows = conn
        .query(SOME, &[&organization, &ids, &first, &last, &with_data])
        .await?;
    let mut found: Vec<Found> = rows.iter().map(found).collect::<Result<_, Fault>>()?;
    found.sort_unstable_by_key(|(event, _)| std::cmp::Reverse(event.id));
    Ok(found)
}

/// The events that an id can mean.
async fn named(
    conn: &impl Conn,
    organization_id: OrganizationId,
    filter: &EventFilter,
) -> Result<Vec<EventId>, Fault> {
    let named = filter.id.as_deref();
    let mut found: Vec<EventId> = named.and_then(|id| id.parse().ok()).into_iter().collect();
    if let Some(id) = named.and_then(|id| id.parse::<DeliveryId>().ok()) {
        let row = conn
            .query_opt(
                "SELECT event_id FROM deliveries WHERE id = $1",
                &[&id.uuid()],
            )
            .await?;
        if let Some(row) = row {
            found.push(row.id(0)?);
        }
    }
    if let Some(external_id) = named.or(filter.external_id.as_deref()) {
        let external_id = external_id.as_bytes();
        let rows = conn
            .query(BY_EXTERNAL_ID, &[&organization_id.uuid(), &external_id])
            .await?;
        for row in rows {
            found.push(row.id(0)?);
        }
    }
    Ok(found)
}

/// Has events decided: one query for deliveries added later, one for all their rows, and one for
/// what their attempts came back with, where that is asked for.
async fn decide(
    conn: &impl Conn,
    organization_id: OrganizationId,
    events: Vec<Found>,
    search: &Search<'_>,
) -> Result<Decided, Fault> {
    let choice = search.choice();
    let takes = |event: &Event| choice.takes_event(event, &event.data);
    let fits: Vec<bool> = events.iter().map(|(event, _)| takes(event)).collect();
    let mut wanted: Vec<Found> = Vec::new();
    let mut decided: Decided = Vec::with_capacity(events.len());
    for ((event, ids), fits) in events.into_iter().zip(fits) {
        decided.push((event.id, None));
        if fits {
            wanted.push((event, ids));
        }
    }
    if wanted.is_empty() {
        return Ok(decided);
    }
    add_resends(conn, &mut wanted).await?;
    let ids: Vec<Uuid> = wanted
        .iter()
        .flat_map(|(_, ids)| ids.iter().copied())
        .collect();
    let seen = deliveries::by_id(conn, organization_id, &ids).await?;
    let asked = seen
        .iter()
        .filter(|delivery| choice.asks_for_answers(delivery));
    let mut answers = answers(conn, asked.map(|delivery| delivery.id.uuid()).collect()).await?;
    let mut by_event: HashMap<EventId, Vec<Tried>> = HashMap::new();
    for delivery in seen {
        let answers = answers.remove(&delivery.id).unwrap_or_default();
        by_event
            .entry(delivery.event_id)
            .or_default()
            .push(Tried { delivery, answers });
    }
    let mut wanted = wanted.into_iter().peekable();
    for (id, shown) in &mut decided {
        if let Some((event, _)) = wanted.next_if(|(event, _)| event.id == *id) {
            let deliveries = by_event.remove(id).unwrap_or_default();
            *shown = choice.decide(event, &deliveries);
        }
    }
    Ok(decided)
}

/// What the attempts of deliveries came back with.
async fn answers(
    conn: &impl Conn,
    ids: Vec<Uuid>,
) -> Result<HashMap<DeliveryId, Vec<Answer>>, Fault> {
    let mut answers: HashMap<DeliveryId, Vec<Answer>> = HashMap::new();
    let (Some(first), Some(last)) = (ids.iter().min(), ids.iter().max()) else {
        return Ok(answers);
    };
    for row in conn.query(ANSWERS, &[&ids, first, last]).await? {
        let status: Option<i32> = row.try_get(1)?;
        let cause: Option<&str> = row.try_get(2)?;
        let status = status.and_then(|status| u16::try_from(status).ok());
        let answer = status
            .map(Answer::Status)
            .or(cause.and_then(Cause::parse).map(Answer::None))
            .ok_or_else(|| corrupt("an attempt has neither a status nor a cause"))?;
        answers.entry(row.id(0)?).or_default().push(answer);
    }
    Ok(answers)
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
