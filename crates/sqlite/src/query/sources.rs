//! What leads a search to events: deliveries and attempts that are in an index because they did not
//! go smoothly, those that wait, and where nothing else helps, all deliveries.
//!
//! Every index begins with the webhook. The webhooks of an organization are walked side by side, each
//! with a few rows read ahead.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, HashSet, VecDeque},
};

use bellwire_core::{
    delivery::State,
    ids::{DeliveryId, EventId},
    job::StatusFilter,
    ports::EventFilter,
    stored::search::{Key, Source},
};
use rusqlite::{Connection, OptionalExtension as _, Params, Row, params};

use crate::{fault::Fault, rows::RowExt as _};

/// Rows that one step looks at, whatever it finds: about 5 ms when they are not in memory.
const ROWS: usize = 1_024;
/// Rows of one webhook that are read ahead, at first and at most; of all together never more than half
/// of a step, because what is left of them at its end is read again.
const AHEAD: (usize, usize) = (4, 512);
/// So many pending deliveries are put in order; when there are more, waiting is nothing rare.
const PENDING: usize = 100_000;

/// Failed and cancelled deliveries of a webhook, newest first.
pub(crate) const UNLUCKY: &str = "\
SELECT id, state = ?5 OR state = ?6 FROM deliveries
WHERE webhook = ?1 AND id < ?2 AND id >= ?3 AND state IN (2, 3) ORDER BY id DESC LIMIT ?4";
/// Deliveries of a webhook that changed late, newest first.
pub(crate) const LATE: &str = "\
SELECT id, updated_at >= ?5 FROM deliveries
WHERE webhook = ?1 AND id < ?2 AND id >= ?3 AND updated_at > created_at + 600000000
ORDER BY id DESC LIMIT ?4";
/// Deliveries of a webhook with an attempt of this class, and whether one had exactly this status.
pub(crate) const BY_CLASS: &str = "\
SELECT delivery, max(?6 IS NULL OR status = ?6) FROM attempts
WHERE webhook = ?1 AND status / 100 = ?5 AND cause IS NULL AND delivery < ?2 AND delivery >= ?3
      AND (status IS NULL OR status NOT BETWEEN 200 AND 299)
GROUP BY delivery ORDER BY delivery DESC LIMIT ?4";
/// Deliveries of a webhook with an attempt that had no answer for this cause.
pub(crate) const BY_CAUSE: &str = "\
SELECT delivery, 1 FROM attempts
WHERE webhook = ?1 AND status / 100 IS NULL AND cause = ?5 AND delivery < ?2 AND delivery >= ?3
      AND (status IS NULL OR status NOT BETWEEN 200 AND 299)
GROUP BY delivery ORDER BY delivery DESC LIMIT ?4";
/// What waits for a webhook, in the order it is due.
pub(crate) const WAITING: &str = "SELECT id FROM deliveries WHERE state = 0 AND webhook = ?1";
/// Every delivery of the installation, newest first.
pub(crate) const ALL: &str = "\
SELECT id, webhook, state FROM deliveries WHERE id < ?1 AND id >= ?2 ORDER BY id DESC";
/// Events of an organization to which deliveries were added later, newest first.
pub(crate) const RESENT: &str = "\
SELECT id FROM events WHERE organization = ?1 AND id < ?2 AND id >= ?3 AND flags & 4 != 0
ORDER BY id DESC LIMIT ?4";
const EVENT: &str = "\
SELECT e.id FROM deliveries d JOIN events e ON e.seq = d.event WHERE d.id = ?1";

/// A part of a walk: deliveries from `from` on and before `below`, about so many.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) below: DeliveryId,
    pub(super) from: DeliveryId,
    pub(super) limit: usize,
}

/// Deliveries, newest first, and where those begin that were not looked at; `None` when all were.
type Walked = (Vec<DeliveryId>, Option<DeliveryId>);

/// The webhooks in question, and what one call has learned about them.
pub(super) struct Sources {
    webhooks: Vec<i64>,
    unswept: Vec<i64>,
    /// What waits, newest first, for each list of webhooks; `None` when it is too much.
    waiting: HashMap<bool, Option<Vec<DeliveryId>>>,
}

impl Sources {
    /// The webhooks that the filter means, tombstones too.
    pub(super) fn new(
        conn: &Connection,
        organization: i64,
        filter: &EventFilter,
    ) -> Result<Self, Fault> {
        let mut found = Self {
            webhooks: Vec::new(),
            unswept: Vec::new(),
            waiting: HashMap::new(),
        };
        let mut statement = conn.prepare_cached(
            "SELECT seq, id, unswept FROM webhooks
             WHERE organization = ?1 AND deleted_at IS NULL
             UNION ALL SELECT seq, id, unswept FROM webhooks
             WHERE organization = ?1 AND deleted_at IS NOT NULL",
        )?;
        let mut rows = statement.query([organization])?;
        while let Some(row) = rows.next()? {
            let id = row.id(1)?;
            let is_meant = filter.webhook.is_none_or(|wanted| wanted == id)
                && filter.corner.as_ref().is_none_or(|corner| corner.has(id));
            if is_meant {
                let seq = row.get(0)?;
                found.webhooks.push(seq);
                if row.get(2)? {
                    found.unswept.push(seq);
                }
            }
        }
        Ok(found)
    }

    pub(super) fn walk(
        &mut self,
        conn: &Connection,
        source: Source,
        part: Part,
    ) -> Result<Walked, Fault> {
        match source {
            Source::Unlucky { failed, cancelled } => {
                let code = |wanted: bool, state: State| wanted.then_some(state.code());
                let states = (
                    code(failed, State::Failed),
                    code(cancelled, State::Cancelled),
                );
                side_by_side(&self.webhooks, part, |webhook, below, limit| {
                    let of = params![
                        webhook,
                        below,
                        part.from.as_bytes(),
                        limit,
                        states.0,
                        states.1
                    ];
                    ahead(conn, UNLUCKY, of)
                })
            }
            Source::Late(since) => side_by_side(&self.webhooks, part, |webhook, below, limit| {
                let since = since.as_micros();
                let of = params![webhook, below, part.from.as_bytes(), limit, since];
                ahead(conn, LATE, of)
            }),
            Source::Answered(Key::Cause(cause)) => {
                side_by_side(&self.webhooks, part, |webhook, below, limit| {
                    let cause = cause.as_str();
                    let of = params![webhook, below, part.from.as_bytes(), limit, cause];
                    ahead(conn, BY_CAUSE, of)
                })
            }
            Source::Answered(Key::Status(status)) => {
                let (class, code) = match status {
                    StatusFilter::Class(class) => (u16::from(class), None),
                    StatusFilter::Code(code) => (code / 100, Some(code)),
                };
                side_by_side(&self.webhooks, part, |webhook, below, limit| {
                    let of = params![webhook, below, part.from.as_bytes(), limit, class, code];
                    ahead(conn, BY_CLASS, of)
                })
            }
            Source::Pending => self.waiting(conn, part, false),
            Source::Unswept => self.waiting(conn, part, true),
            Source::All => scan(conn, &self.webhooks, None, part),
        }
    }

    /// The index of pending deliveries is in the order they are due: they are read and put in order
    /// once for each call.
    fn waiting(&mut self, conn: &Connection, part: Part, unswept: bool) -> Result<Walked, Fault> {
        let webhooks = if unswept {
            &self.unswept
        } else {
            &self.webhooks
        };
        if let std::collections::hash_map::Entry::Vacant(entry) = self.waiting.entry(unswept) {
            entry.insert(in_order(conn, webhooks)?);
        }
        let Some(Some(all)) = self.waiting.get(&unswept) else {
            return scan(conn, webhooks, Some(State::Pending), part);
        };
        let first = all.partition_point(|id| *id >= part.below);
        let rest = all[first..].iter().take_while(|id| **id >= part.from);
        let found: Vec<DeliveryId> = rest.take(part.limit).copied().collect();
        let last = found.last().copied().filter(|_| found.len() == part.limit);
        Ok((found, last))
    }
}

/// What waits for webhooks, newest first; `None` when it is too much.
fn in_order(conn: &Connection, webhooks: &[i64]) -> Result<Option<Vec<DeliveryId>>, Fault> {
    let mut all = Vec::new();
    let mut statement = conn.prepare_cached(WAITING)?;
    for webhook in webhooks {
        let mut rows = statement.query([webhook])?;
        while let Some(row) = rows.next()? {
            all.push(row.id(0)?);
            if all.len() > PENDING {
                return Ok(None);
            }
        }
    }
    all.sort_unstable_by_key(|id| Reverse(*id));
    Ok(Some(all))
}

/// Goes through all deliveries, for what no index leads to.
fn scan(
    conn: &Connection,
    webhooks: &[i64],
    state: Option<State>,
    part: Part,
) -> Result<Walked, Fault> {
    if webhooks.is_empty() {
        return Ok((Vec::new(), None));
    }
    let webhooks: HashSet<i64> = webhooks.iter().copied().collect();
    let state = state.map(State::code);
    let (mut found, mut last) = (Vec::new(), None);
    let mut statement = conn.prepare_cached(ALL)?;
    let mut rows = statement.query(params![part.below.as_bytes(), part.from.as_bytes()])?;
    for _ in 0..ROWS {
        let Some(row) = rows.next()? else {
            return Ok((found, None));
        };
        let id: DeliveryId = row.id(0)?;
        if webhooks.contains(&row.get(1)?)
            && state.map_or(Ok(true), |state| {
                row.get(2).map(|found: i64| found == state)
            })?
        {
            found.push(id);
        }
        last = Some(id);
        if found.len() >= part.limit {
            break;
        }
    }
    Ok((found, last))
}

/// The event of a delivery.
pub(super) fn event_of(conn: &Connection, id: DeliveryId) -> Result<Option<EventId>, Fault> {
    Ok(conn
        .prepare_cached(EVENT)?
        .query_row([id.as_bytes()], |row| row.id(0))
        .optional()?)
}

pub(super) fn resent(
    conn: &Connection,
    organization: i64,
    (below, from): (EventId, EventId),
    limit: usize,
) -> Result<Vec<EventId>, Fault> {
    let bounds = params![
        organization,
        below.as_bytes(),
        from.as_bytes(),
        i64::try_from(limit).unwrap_or(i64::MAX)
    ];
    Ok(conn
        .prepare_cached(RESENT)?
        .query_map(bounds, |row| row.id(0))?
        .collect::<rusqlite::Result<_>>()?)
}

/// A row read ahead, and whether it is what is looked for.
type Ahead = (DeliveryId, bool);

fn ahead(conn: &Connection, sql: &str, of: impl Params) -> Result<Vec<Ahead>, Fault> {
    let read = |row: &Row<'_>| Ok((row.id(0)?, row.get::<_, Option<bool>>(1)?.unwrap_or(false)));
    Ok(conn
        .prepare_cached(sql)?
        .query_map(of, read)?
        .collect::<rusqlite::Result<_>>()?)
}

struct Lane {
    webhook: i64,
    rows: VecDeque<Ahead>,
    read: usize,
    /// Nothing is left behind what was read ahead.
    end: bool,
}

/// Walks the rows of several webhooks in one falling order.
fn side_by_side(
    webhooks: &[i64],
    part: Part,
    mut read: impl FnMut(i64, &[u8; 16], i64) -> Result<Vec<Ahead>, Fault>,
) -> Result<Walked, Fault> {
    let mut lanes = Vec::with_capacity(webhooks.len());
    let mut heads = BinaryHeap::with_capacity(webhooks.len());
    let most = (ROWS / 2 / webhooks.len().max(1)).clamp(AHEAD.0, AHEAD.1);
    let mut fill = |lane: &mut Lane, below: DeliveryId| -> Result<Option<DeliveryId>, Fault> {
        let rows = read(lane.webhook, below.as_bytes(), lane.read as i64)?;
        lane.end = rows.len() < lane.read;
        lane.read = (lane.read * 4).min(most);
        lane.rows = rows.into();
        Ok(lane.rows.front().map(|(id, _)| *id))
    };
    for (index, webhook) in webhooks.iter().enumerate() {
        let mut lane = Lane {
            webhook: *webhook,
            rows: VecDeque::new(),
            read: AHEAD.0,
            end: false,
        };
        heads.extend(fill(&mut lane, part.below)?.map(|head| (head, index)));
        lanes.push(lane);
    }
    let (mut found, mut looked_at) = (Vec::new(), 0);
    while let Some((id, index)) = heads.pop() {
        let lane = &mut lanes[index];
        let Some((_, is_meant)) = lane.rows.pop_front() else {
            continue;
        };
        if is_meant {
            found.push(id);
        }
        looked_at += 1;
        if found.len() >= part.limit || looked_at >= ROWS {
            return Ok((found, Some(id)));
        }
        let next = match lane.rows.front() {
            Some((next, _)) => Some(*next),
            None if lane.end => None,
            None => fill(lane, id)?,
        };
        heads.extend(next.map(|next| (next, index)));
    }
    Ok((found, None))
}
