//! What leads a search to events: deliveries and attempts that are in an index because they did not
//! go smoothly, those that wait, and where nothing else helps, all deliveries.
//!
//! Every index begins with the webhook, and each day has its own: days are looked at from the newest
//! on, for each webhook until it has given enough.

use std::{cmp::Reverse, collections::HashMap};

use bellwire_core::{
    delivery::State,
    ids::{DeliveryId, EventId, OrganizationId},
    job::StatusFilter,
    ports::EventFilter,
    stored::search::{Key, Source},
};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    connect::Conn,
    fault::Fault,
    rows::{Key as _, RowExt as _, code},
};

/// Rows that one step reads of an index, at first and at most.
const ROWS: (i64, i64) = (128, 2_048);
/// Deliveries that one step of a walk over all of them looks at, at first and at most.
const SCAN: (i64, i64) = (512, 16_384);
/// So many pending deliveries are put in order; when there are more, waiting is nothing rare.
const PENDING: i64 = 20_000;

/// Of each webhook the newest so many before `$2`, and of those together the newest from `$3` on. The
/// lower bound is not for the walk: with two bounds the planner takes a part of the primary key for
/// as good as nothing, and reads all of it for each webhook.
macro_rules! by_webhook {
    ($columns:literal, $table:literal, $key:literal, $last:literal, $which:literal) => {
        concat!(
            "SELECT f.* FROM unnest($1::uuid[]) AS w (id) CROSS JOIN LATERAL (SELECT ",
            $columns,
            " FROM ",
            $table,
            " WHERE d.webhook_id = w.id AND ",
            $key,
            " < $2 AND ",
            $which,
            " ORDER BY ",
            $key,
            " DESC, ",
            $last,
            " DESC LIMIT $4) AS f (id, event_id, is_meant) WHERE f.id >= $3 ORDER BY 1 DESC LIMIT $4"
        )
    };
}

/// Failed and cancelled deliveries of webhooks, newest first.
pub(crate) const UNLUCKY: &str = by_webhook!(
    "d.id, d.event_id, d.state = ANY ($5::smallint[])",
    "deliveries d",
    "d.id",
    "d.state",
    "d.state IN (2, 3)"
);
/// Deliveries of webhooks that changed late, newest first.
pub(crate) const LATE: &str = by_webhook!(
    "d.id, d.event_id, d.updated_at >= $5",
    "deliveries d",
    "d.id",
    "d.updated_at",
    "d.updated_at > d.created_at + 600000000"
);
/// Deliveries of webhooks with an attempt that came back with this: the class of a status as text, or
/// a cause; and whether it had exactly this status, if one is asked for.
pub(crate) const ANSWERED: &str = by_webhook!(
    "d.delivery_id, d.event_id, $6::integer IS NULL OR d.status = $6",
    "attempts d",
    "d.delivery_id",
    "d.status",
    "coalesce((d.status / 100)::text, d.cause) = $5 \
     AND (d.status IS NULL OR d.status NOT BETWEEN 200 AND 299)"
);
/// What waits for webhooks: held by nobody, or by a node.
pub(crate) const WAITING: &str = "\
SELECT d.id, d.event_id FROM (
    (SELECT d.id, d.event_id FROM unnest($1::uuid[]) AS w (id)
     JOIN deliveries d ON d.webhook_id = w.id AND d.state = 0 AND d.node IS NULL AND d.id >= $2
     LIMIT $3)
    UNION ALL
    (SELECT d.id, d.event_id FROM nodes n
     JOIN deliveries d ON d.node = n.id AND d.node IS NOT NULL AND d.id >= $2
     WHERE d.state = 0 AND d.webhook_id = ANY ($1) LIMIT $3)
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
    rows: i64,
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
            rows: ROWS.0,
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
                self.indexed(conn, UNLUCKY, part, &[&states]).await
            }
            Source::Late(since) => {
                let since = since.as_micros();
                self.indexed(conn, LATE, part, &[&since]).await
            }
            Source::Answered(key) => {
                let (key, status) = match key {
                    Key::Cause(cause) => (cause.as_str().to_owned(), None),
                    Key::Status(StatusFilter::Class(class)) => (class.to_string(), None),
                    Key::Status(StatusFilter::Code(code)) => {
                        ((code / 100).to_string(), Some(i32::from(code)))
                    }
                };
                self.indexed(conn, ANSWERED, part, &[&key, &status]).await
            }
            Source::Pending => self.waiting(conn, part, false).await,
            Source::Unswept => self.waiting(conn, part, true).await,
            Source::All => self.scan(conn, None, part).await,
        }
    }

    async fn indexed(
        &mut self,
        conn: &impl Conn,
        sql: &str,
        part: Part,
        more: &[Param<'_>],
    ) -> Result<Walked, Fault> {
        let limit = self.rows.max(i64::try_from(part.limit).unwrap_or(i64::MAX));
        let (below, from) = (part.below.uuid(), part.from.uuid());
        let mut params: Vec<Param<'_>> = vec![&self.webhooks, &below, &from, &limit];
        params.extend_from_slice(more);
        let rows = conn.query(sql, &params).await?;
        let position = match rows.last() {
            Some(last) if rows.len() as i64 == limit => {
                self.rows = (self.rows * 4).min(ROWS.1);
                Some(last.id(0)?)
            }
            _ => None,
        };
        let found = meant(&rows, position)?;
        Ok((found, position))
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

/// Rows that are meant. Of the last delivery more may follow, and one of those may be meant.
fn meant(rows: &[Row], position: Option<DeliveryId>) -> Result<Vec<Found>, Fault> {
    let mut found: Vec<Found> = Vec::new();
    for row in rows {
        let id = row.id(0)?;
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
