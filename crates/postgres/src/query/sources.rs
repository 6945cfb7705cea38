//! What leads a search to events: deliveries and attempts that are in an index because they did not
//! go smoothly, those that wait, and where nothing else helps, all deliveries.
//!
//! Every index begins with the webhook, and each day has its own. Days are looked at from the newest
//! on, and of each webhook so many rows ahead; what is older than the last of a webhook that has more
//! is left for the next step.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

use bellwire_core::{
    delivery::State,
    ids::{DeliveryId, EventId, OrganizationId},
    job::StatusFilter,
    ports::EventFilter,
    stored::search::{Key, Source},
};
use tokio_postgres::{Row, error::SqlState, types::Type};
use uuid::Uuid;

use crate::{
    connect::Conn,
    fault::Fault,
    partitions::{self, day, leaf, span},
    rows::{Key as _, RowExt as _, code},
};

/// Rows of one webhook that one step reads of a day's index, at first and at most.
const AHEAD: (usize, usize) = (8, 256);
/// Rows that one step reads of all its days' indexes, about: a few milliseconds.
const ROWS: usize = 2_048;
/// Days that one step looks at, at most: as many as give it little.
const MANY_DAYS: usize = 8;
/// Deliveries that one step of a walk over all of them looks at, at first and at most.
const SCAN: (i64, i64) = (512, 4_096);
/// So many pending deliveries are put in order; when there are more, waiting is nothing rare.
const PENDING: i64 = 20_000;

/// A walk along an index that begins with the webhook.
pub(crate) struct Index {
    table: &'static str,
    /// What leads to the delivery.
    key: &'static str,
    /// The last column of the index.
    last: &'static str,
    /// Whether a row is what is looked for.
    is_meant: &'static str,
    /// What is in the index.
    which: &'static str,
}

/// Failed and cancelled deliveries of webhooks.
pub(crate) const UNLUCKY: Index = Index {
    table: "deliveries",
    key: "id",
    last: "state",
    is_meant: "d.state = ANY ($3::smallint[])",
    which: "d.state IN (2, 3)",
};
/// Deliveries of webhooks that changed late.
pub(crate) const LATE: Index = Index {
    table: "deliveries",
    key: "id",
    last: "updated_at",
    is_meant: "d.updated_at >= $3",
    which: "d.updated_at > d.created_at + 600000000",
};
/// Deliveries of webhooks with an attempt that came back with this: the class of a status as text, or
/// a cause; and whether it had exactly this status, if one is asked for.
pub(crate) const ANSWERED: Index = Index {
    table: "attempts",
    key: "delivery_id",
    last: "status",
    is_meant: "$4::integer IS NULL OR d.status = $4",
    which: "coalesce((d.status / 100)::text, d.cause) = $3 \
            AND (d.status IS NULL OR d.status NOT BETWEEN 200 AND 299)",
};

impl Index {
    /// Of each webhook the newest rows before `$2`, so many of each of these days.
    ///
    /// Each day's table is named: over all of them, the planner looks into the index of every day for
    /// every webhook, and sorts what it finds. The limit is written out: of one that it does not know
    /// it thinks that it is large.
    pub(crate) fn sql(&self, days: &[i64], each: usize) -> String {
        let Self {
            table,
            key,
            last,
            is_meant,
            which,
        } = self;
        let parts: Vec<String> = days
            .iter()
            .map(|day| {
                let leaf = leaf(table, *day);
                format!(
                    "SELECT f.* FROM unnest($1::uuid[]) AS w (id) CROSS JOIN LATERAL (
                         SELECT d.{key}, d.event_id, {is_meant}, w.id FROM {leaf} d
                         WHERE d.webhook_id = w.id AND d.{key} < $2 AND {which}
                         ORDER BY d.{key} DESC, d.{last} DESC LIMIT {each}
                     ) AS f (delivery, event, is_meant, webhook)"
                )
            })
            .collect();
        format!("{} ORDER BY 1 DESC", parts.join(" UNION ALL "))
    }
}
/// What waits for webhooks: held by nobody, or by a node. Webhook by webhook, whatever is known of the
/// tables: of a day that was never analysed is supposed that next to nothing waits.
pub(crate) const WAITING: &str = "\
SELECT d.id, d.event_id FROM (
    (SELECT d.id, d.event_id FROM unnest($1::uuid[]) AS w (id)
     CROSS JOIN LATERAL (
         SELECT d.id, d.event_id FROM deliveries d
         WHERE d.webhook_id = w.id AND d.state = 0 AND d.node IS NULL AND d.id >= $2 LIMIT $3) AS d
     LIMIT $3)
    UNION ALL
    (SELECT d.id, d.event_id FROM nodes n
     CROSS JOIN LATERAL (
         SELECT d.id, d.event_id FROM deliveries d
         WHERE d.node = n.id AND d.node IS NOT NULL AND d.state = 0 AND d.webhook_id = ANY ($1)
           AND d.id >= $2 LIMIT $3) AS d
     LIMIT $3)
) AS d LIMIT $3";
/// Every delivery of the installation, newest first: those that are meant, and the last one.
pub(crate) const ALL: &str = "\
SELECT id, event_id, is_meant, number = $3 FROM (
    SELECT id, event_id, webhook_id = ANY ($4) AND ($5::smallint IS NULL OR state = $5) AS is_meant,
           row_number() OVER (ORDER BY id DESC) AS number
    FROM (SELECT id, event_id, webhook_id, state FROM deliveries
          WHERE id < $1 AND id >= $2 ORDER BY id DESC LIMIT $3) AS s
) AS s WHERE is_meant OR number = $3 ORDER BY id DESC";
/// Events of an organization to which deliveries were added later, newest first.
pub(crate) const RESENT: &str = "\
SELECT DISTINCT event_id FROM resends
WHERE organization_id = $1 AND event_id < $2 AND event_id >= $3
ORDER BY event_id DESC LIMIT $4";

/// A delivery and its event.
type Found = (DeliveryId, EventId);
/// Deliveries, newest first, and where those begin that were not looked at; `None` when all were.
type Walked = (Vec<Found>, Option<DeliveryId>);
type Param<'p> = &'p (dyn tokio_postgres::types::ToSql + Sync);

/// A part of a walk: deliveries from `from` on and before `below`, about so many.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) below: DeliveryId,
    pub(super) from: DeliveryId,
    pub(super) limit: usize,
}

/// The webhooks in question, and what one call has learned about them.
pub(super) struct Sources {
    webhooks: Vec<Uuid>,
    unswept: Vec<Uuid>,
    /// What waits, newest first, for each list of webhooks; `None` when it is too much.
    waiting: HashMap<bool, Option<Vec<Found>>>,
    /// No pending delivery has a smaller id.
    oldest: Uuid,
    /// The days there are.
    days: BTreeSet<i64>,
    /// The day it is: those behind it were made ahead, and hardly anything is in them.
    today: i64,
    ahead: usize,
    days_at_once: usize,
    scan: i64,
}

impl Sources {
    /// The webhooks that the filter means, tombstones too.
    pub(super) async fn new(
        conn: &impl Conn,
        organization_id: OrganizationId,
        filter: &EventFilter,
        oldest: Uuid,
    ) -> Result<Self, Fault> {
        let mut found = Self {
            webhooks: Vec::new(),
            unswept: Vec::new(),
            waiting: HashMap::new(),
            oldest,
            days: partitions::read(conn).await?,
            today: partitions::today(conn).await?,
            ahead: AHEAD.0,
            days_at_once: 1,
            scan: SCAN.0,
        };
        let rows = conn
            .query(
                "SELECT id, unswept FROM webhooks
                 WHERE organization_id = $1 AND deleted_at IS NULL
                 UNION ALL SELECT id, unswept FROM webhooks
                 WHERE organization_id = $1 AND deleted_at IS NOT NULL",
                &[&organization_id.uuid()],
            )
            .await?;
        for row in &rows {
            let id: bellwire_core::ids::WebhookId = row.id(0)?;
            let is_meant = filter.webhook.is_none_or(|wanted| wanted == id)
                && filter.corner.as_ref().is_none_or(|corner| corner.has(id));
            if is_meant {
                found.webhooks.push(id.uuid());
                if row.try_get(1)? {
                    found.unswept.push(id.uuid());
                }
            }
        }
        Ok(found)
    }

    pub(super) async fn walk(
        &mut self,
        conn: &impl Conn,
        source: Source,
        part: Part,
    ) -> Result<Walked, Fault> {
        if self.webhooks.is_empty() {
            return Ok((Vec::new(), None));
        }
        match source {
            Source::Unlucky { failed, cancelled } => {
                let states = [(failed, State::Failed), (cancelled, State::Cancelled)];
                let states: Vec<i16> = states
                    .into_iter()
                    .filter(|(wanted, _)| *wanted)
                    .map(|(_, state)| code(state.code()))
                    .collect();
                self.indexed(conn, UNLUCKY, part, &[(&states, Type::INT2_ARRAY)])
                    .await
            }
            Source::Late(since) => {
                let since = since.as_micros();
                self.indexed(conn, LATE, part, &[(&since, Type::INT8)])
                    .await
            }
            Source::Answered(key) => {
                let (key, status) = match key {
                    Key::Cause(cause) => (cause.as_str().to_owned(), None),
                    Key::Status(StatusFilter::Class(class)) => (class.to_string(), None),
                    Key::Status(StatusFilter::Code(code)) => {
                        ((code / 100).to_string(), Some(i32::from(code)))
                    }
                };
                let more: [(Param<'_>, Type); 2] = [(&key, Type::TEXT), (&status, Type::INT4)];
                self.indexed(conn, ANSWERED, part, &more).await
            }
            Source::Pending => self.waiting(conn, part, false).await,
            Source::Unswept => self.waiting(conn, part, true).await,
            Source::All => self.scan(conn, None, part).await,
        }
    }

    async fn indexed(
        &mut self,
        conn: &impl Conn,
        index: Index,
        part: Part,
        more: &[(Param<'_>, Type)],
    ) -> Result<Walked, Fault> {
        let before = Uuid::from_u128(part.below.uuid().as_u128().saturating_sub(1));
        let (newest, oldest) = (day(before), day(part.from.uuid()));
        let mut days = self.days.range(oldest..=newest.max(oldest)).rev().copied();
        let to_come = days.clone().take_while(|day| *day > self.today);
        let to_come = to_come.take(MANY_DAYS).count();
        let at_once = if to_come > 0 {
            to_come
        } else {
            self.days_at_once
        };
        let looked: Vec<i64> = days.by_ref().take(at_once).collect();
        let rest = days.next();
        let Some(last) = looked.last() else {
            return Ok((Vec::new(), None));
        };
        let each = (self.ahead / looked.len()).max(AHEAD.0);
        let below = part.below.uuid();
        let mut params: Vec<(Param<'_>, Type)> =
            vec![(&self.webhooks, Type::UUID_ARRAY), (&below, Type::UUID)];
        params.extend_from_slice(more);
        let rows = match conn.query_once(&index.sql(&looked, each), &params).await {
            // A day is gone with all that was in it.
            Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => {
                self.days = partitions::read(conn).await?;
                return Ok((Vec::new(), Some(part.below)));
            }
            rows => rows?,
        };
        // Of a webhook that gave all it was asked for in a day, more may follow there.
        let mut given: HashMap<(Uuid, i64), usize> = HashMap::new();
        let mut position = None;
        for row in &rows {
            let id: DeliveryId = row.id(0)?;
            let given = given.entry((row.try_get(3)?, day(id.uuid()))).or_default();
            *given += 1;
            if *given == each {
                position = position.max(Some(id));
            }
        }
        // Where there is much, more of one day; where there is little, more days.
        let room = ROWS / self.webhooks.len().max(1);
        if position.is_some() {
            self.ahead = (self.ahead * 4).min(room.clamp(AHEAD.0, AHEAD.1));
            self.days_at_once = 1;
        } else if rows.len() < each && to_come == 0 {
            let days = (room / AHEAD.0).clamp(1, MANY_DAYS);
            self.days_at_once = (self.days_at_once * 2).min(days);
        }
        let found = meant(&rows, position, part.from)?;
        // Nothing is left of these days.
        let position =
            position.or_else(|| rest.map(|_| DeliveryId::from_bytes(*span(*last).0.as_bytes())));
        Ok((found, position.filter(|position| *position > part.from)))
    }

    /// The index of pending deliveries is in the order they are due: they are read and put in order
    /// once for each call.
    async fn waiting(
        &mut self,
        conn: &impl Conn,
        part: Part,
        unswept: bool,
    ) -> Result<Walked, Fault> {
        let is_known = self.waiting.contains_key(&unswept);
        if !is_known {
            let webhooks = if unswept {
                &self.unswept
            } else {
                &self.webhooks
            };
            let limit = PENDING + 1;
            let rows = match webhooks.is_empty() {
                true => Vec::new(),
                false => {
                    conn.query(WAITING, &[webhooks, &self.oldest, &limit])
                        .await?
                }
            };
            let mut all: Vec<Found> = rows
                .iter()
                .map(|row| Ok((row.id(0)?, row.id(1)?)))
                .collect::<Result<_, Fault>>()?;
            all.sort_unstable_by_key(|found| Reverse(*found));
            let all = (all.len() as i64 <= PENDING).then_some(all);
            self.waiting.insert(unswept, all);
        }
        let Some(Some(all)) = self.waiting.get(&unswept) else {
            return self
                .scan(conn, Some(code(State::Pending.code())), part)
                .await;
        };
        let first = all.partition_point(|(id, _)| *id >= part.below);
        let rest = all[first..].iter().take_while(|(id, _)| *id >= part.from);
        let found: Vec<Found> = rest.take(part.limit).copied().collect();
        let last = found.last().map(|(id, _)| *id);
        let last = last.filter(|_| found.len() == part.limit);
        Ok((found, last))
    }

    /// Goes through all deliveries, for what no index leads to.
    async fn scan(
        &mut self,
        conn: &impl Conn,
        state: Option<i16>,
        part: Part,
    ) -> Result<Walked, Fault> {
        let limit = self.scan;
        self.scan = (limit * 2).min(SCAN.1);
        let (below, from) = (part.below.uuid(), part.from.uuid());
        let params: [Param<'_>; 5] = [&below, &from, &limit, &self.webhooks, &state];
        let rows = conn.query(ALL, &params).await?;
        let mut found = Vec::new();
        let mut position = None;
        for row in &rows {
            // The last one of a full step is there whether it is meant or not.
            if row.try_get(2)? {
                found.push((row.id(0)?, row.id(1)?));
            }
            if row.try_get(3)? {
                position = Some(row.id(0)?);
            }
        }
        Ok((found, position))
    }
}

/// Rows that are meant, before the position where others may be between them. Of the delivery at the
/// position more may follow, and one of those may be meant.
fn meant(
    rows: &[Row],
    position: Option<DeliveryId>,
    from: DeliveryId,
) -> Result<Vec<Found>, Fault> {
    let mut found: Vec<Found> = Vec::new();
    for row in rows {
        let id = row.id(0)?;
        if id < from || position.is_some_and(|position| id < position) {
            break;
        }
        let is_meant = row.try_get::<_, Option<bool>>(2)?.unwrap_or(false) || position == Some(id);
        let is_new = found.last().is_none_or(|(last, _)| *last != id);
        if is_meant && is_new {
            found.push((id, row.id(1)?));
        }
    }
    Ok(found)
}

pub(super) async fn resent(
    conn: &impl Conn,
    organization_id: OrganizationId,
    (below, from): (EventId, EventId),
    limit: usize,
) -> Result<Vec<EventId>, Fault> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let params: [Param<'_>; 4] = [&organization_id.uuid(), &below.uuid(), &from.uuid(), &limit];
    let rows = conn.query(RESENT, &params).await?;
    rows.iter().map(|row| row.id(0)).collect()
}
