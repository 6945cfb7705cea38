//! Lists of events, and one event with everything that came of it.

use std::time::{Duration, Instant};

use bellwire_core::{
    event::Event,
    ids::{DeliveryId, EventId, OrganizationId},
    outcome::{Answer, Cause},
    ports::{DeliveryView, EventCursor, EventDetail, EventFilter, EventPage, EventSummary},
    stored::search::{Search, Tried, Want},
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{
    attempts::attempts_of,
    deliveries::{Webhooks, ids, row},
    organization,
    sources::{self, Part, Sources},
};
use crate::{
    fault::Fault,
    rows::{self, DeliveryRow, RowExt as _, damage, event_columns},
};

/// Deliveries that the details of an event show.
const DELIVERIES: usize = 1000;
/// Attempts that one delivery can have, and so the longest chain.
const CHAIN: usize = 1000;

/// An organization's events, newest first, without their data.
pub(crate) const LIST: &str = concat!(
    "SELECT ",
    event_columns!(),
    ", x'' FROM events WHERE organization = ?1 AND id < ?2 AND id >= ?3
      ORDER BY id DESC LIMIT ?4"
);
/// The same with their data.
const LIST_WITH_DATA: &str = concat!(
    "SELECT ",
    event_columns!(),
    ", data FROM events WHERE organization = ?1 AND id < ?2 AND id >= ?3
      ORDER BY id DESC LIMIT ?4"
);
const ONE: &str = concat!(
    "SELECT ",
    event_columns!(),
    ", CASE WHEN ?3 THEN data ELSE x'' END FROM events WHERE organization = ?1 AND id = ?2"
);
const BY_EXTERNAL_ID: &str = "SELECT id FROM events WHERE organization = ?1 AND external_id = ?2";

pub(super) fn page(
    conn: &Connection,
    organization_id: OrganizationId,
    filter: &EventFilter,
    (cursor, limit): (Option<EventCursor>, usize),
    time: Duration,
) -> Result<EventPage, Fault> {
    let began = Instant::now();
    let mut search = Search::new(filter, cursor, limit.max(1));
    let Some(organization) = organization(conn, organization_id)? else {
        return Ok(EventPage {
            items: Vec::new(),
            next: None,
            searched_back_to: None,
        });
    };
    let mut look = Look {
        conn,
        organization_id,
        organization,
        webhooks: Webhooks::default(),
    };
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
            Want::Named => search.named(look.named(filter)?),
            Want::Events { below, from, limit } => {
                let (decided, end) =
                    look.events(&search, (below, from), limit, || began.elapsed() >= time)?;
                search.events(decided, end);
            }
            Want::Look(ids) => search.looked(look.ids(&search, &ids)?),
            Want::Resent { below, from, limit } => {
                let found = sources::resent(conn, organization, (below, from), limit)?;
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
                    None => lanes.insert(Sources::new(conn, organization, filter)?),
                };
                let part = Part { below, from, limit };
                let (found, position) = lanes.walk(conn, source, part)?;
                let mut events = Vec::with_capacity(found.len());
                for id in found {
                    events.extend(sources::event_of(conn, id)?.map(|event| (id, event)));
                }
                search.deliveries(events, position);
            }
        }
    }
    Ok(search.page())
}

/// What was decided on events.
type Decided = Vec<(EventId, Option<EventSummary>)>;

/// Reads events with their deliveries, and has them decided.
struct Look<'c> {
    conn: &'c Connection,
    organization_id: OrganizationId,
    organization: i64,
    webhooks: Webhooks,
}

impl Look<'_> {
    fn events(
        &mut self,
        search: &Search<'_>,
        (below, from): (EventId, EventId),
        limit: usize,
        is_over: impl Fn() -> bool,
    ) -> Result<(Decided, bool), Fault> {
        let with_data = search.choice().asks_for_data();
        let mut statement =
            self.conn
                .prepare_cached(if with_data { LIST_WITH_DATA } else { LIST })?;
        let bound = params![
            self.organization,
            below.as_bytes(),
            from.as_bytes(),
            i64::try_from(limit).unwrap_or(i64::MAX)
        ];
        let mut rows = statement.query(bound)?;
        let mut decided = Vec::new();
        while let Some(row) = rows.next()? {
            let event = rows::event(row, self.organization_id)?;
            let id = event.id;
            decided.push((id, self.decide(search, event, row)?));
            if is_over() {
                return Ok((decided, false));
            }
        }
        let end = decided.len() < limit;
        Ok((decided, end))
    }

    fn ids(&mut self, search: &Search<'_>, ids: &[EventId]) -> Result<Decided, Fault> {
        let with_data = search.choice().asks_for_data();
        let mut statement = self.conn.prepare_cached(ONE)?;
        let mut decided = Vec::with_capacity(ids.len());
        for id in ids {
            let mut rows = statement.query(params![self.organization, id.as_bytes(), with_data])?;
            let shown = match rows.next()? {
                Some(row) => {
                    let event = rows::event(row, self.organization_id)?;
                    self.decide(search, event, row)?
                }
                None => None,
            };
            decided.push((*id, shown));
        }
        Ok(decided)
    }

    /// The events that an id can mean.
    fn named(&self, filter: &EventFilter) -> Result<Vec<EventId>, Fault> {
        let named = filter.id.as_deref();
        let mut found: Vec<EventId> = named.and_then(|id| id.parse().ok()).into_iter().collect();
        if let Some(id) = named.and_then(|id| id.parse::<DeliveryId>().ok()) {
            found.extend(sources::event_of(self.conn, id)?);
        }
        if let Some(external_id) = named.or(filter.external_id.as_deref()) {
            let mut statement = self.conn.prepare_cached(BY_EXTERNAL_ID)?;
            let ids = statement.query_map(params![self.organization, external_id], |row| {
                row.id::<EventId>(0)
            })?;
            for id in ids {
                found.push(id?);
            }
        }
        Ok(found)
    }

    fn decide(
        &mut self,
        search: &Search<'_>,
        event: Event,
        columns: &Row<'_>,
    ) -> Result<Option<EventSummary>, Fault> {
        let choice = search.choice();
        if !choice.takes_event(&event, &event.data) {
            return Ok(None);
        }
        let list = columns
            .get_ref(7)?
            .as_blob()
            .map_err(rusqlite::Error::from)?;
        let mut deliveries = Vec::with_capacity(list.len() / 16);
        for id in ids(self.conn, columns.get(8)?, list)? {
            let Some(row) = row(self.conn, id)? else {
                continue;
            };
            let (webhook, marks) = self.webhooks.get(self.conn, row.webhook)?;
            let delivery = row.seen(self.organization_id, event.id, webhook, &marks);
            let answers = if choice.asks_for_answers(&delivery) {
                answers(self.conn, &row)?
            } else {
                Vec::new()
            };
            deliveries.push(Tried { delivery, answers });
        }
        Ok(choice.decide(event, &deliveries))
    }
}

/// What the attempts of a delivery came back with.
fn answers(conn: &Connection, delivery: &DeliveryRow) -> Result<Vec<Answer>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT status, cause, previous FROM attempts WHERE seq = ?1 AND delivery = ?2",
    )?;
    let (mut answers, mut next) = (Vec::new(), delivery.last_attempt);
    while let Some(seq) = next
        && answers.len() < CHAIN
    {
        let found = statement
            .query_row(params![seq, delivery.id.as_bytes()], |row| {
                let status: Option<u16> = row.get(0)?;
                let cause = row.get_ref(1)?.as_str_or_null()?.and_then(Cause::parse);
                let answer = status.map(Answer::Status).or(cause.map(Answer::None));
                let answer = answer.ok_or_else(|| damage(1, "no such cause"))?;
                Ok((answer, row.get::<_, Option<i64>>(2)?))
            })
            .optional()?;
        let Some((answer, previous)) = found else {
            break;
        };
        answers.push(answer);
        // Numbers of rows that are gone may come again, never below one that is there.
        next = previous.filter(|previous| *previous < seq);
    }
    Ok(answers)
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
