//! What a job comes to next: a walk over what failed or was cancelled, webhook by webhook, each
//! delivery held against the filter and against the others of its event. A few statements for many
//! deliveries at a time.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::{Duration, Instant},
};

use bellwire_core::{
    delivery::{Kind, State},
    ids::{DeliveryId, EventId, OrganizationId, WebhookId},
    job::{self, Count, Cursor, EventFacts, Fate, Filter, Job, Seen, Skip, Skipped},
    outcome::{Answer, Cause},
    ports::Error,
    stored::{TEST, standing::Marks},
    time::{DurationUs, Time},
};
use uuid::Uuid;

use super::first::first;
use crate::{
    connect::Conn,
    fault::{Fault, corrupt},
    rows::{self, DeliveryRow, Key as _, RowExt as _, delivery_columns, mark_columns},
    shared::Firsts,
};

/// Deliveries that one look goes through.
const LOOKS: usize = 1_000;
/// Of these, at a time at first; a filter that leaves much out is asked more at a time.
const FIRST: usize = 50;
/// At a time at most.
const AT_A_TIME: usize = 500;
/// Webhooks that one look goes through in search of one that has any.
const WEBHOOKS: i64 = 200;

/// What failed or was cancelled of a webhook, oldest first.
pub(crate) const WALK: &str = concat!(
    "SELECT ",
    delivery_columns!(),
    " FROM deliveries d
      WHERE d.webhook_id = $1 AND d.state IN (2, 3) AND d.id > $2 AND d.id < $3
      ORDER BY d.id LIMIT $4"
);
/// The next webhooks of an organization, but for those that were gone before the job, and whether
/// they have any.
const NEXT_WEBHOOKS: &str = "\
SELECT w.id, EXISTS (SELECT 1 FROM deliveries d
                     WHERE d.webhook_id = w.id AND d.state IN (2, 3) AND d.id < $4)
FROM (SELECT id FROM webhooks
      WHERE organization_id = $1 AND id > $2 AND (deleted_at IS NULL OR deleted_at > $3)
      ORDER BY id LIMIT $5) w ORDER BY w.id";
const WEBHOOK: &str = concat!(
    "SELECT w.disabled IS NOT NULL, w.unswept, w.cancelled_up_to, ",
    mark_columns!(),
    " FROM webhooks w WHERE w.id = $1"
);
const EVENTS: &str = "\
SELECT e.id, e.type, e.channels, e.flags, octet_length(e.data) = 0 FROM events e
WHERE e.organization_id = $1 AND e.id = ANY($2) AND e.id >= $3 AND e.id <= $4";
/// Resends of events to a webhook.
pub(crate) const RESENDS: &str = "\
SELECT r.delivery_id FROM unnest($1::uuid[]) AS k (id)
CROSS JOIN LATERAL (
    SELECT r.delivery_id FROM resends r
    WHERE r.event_id = k.id AND r.webhook_id = $2 OFFSET 0) r";
const OTHERS: &str = concat!(
    "SELECT ",
    delivery_columns!(),
    " FROM unnest($1::uuid[]) AS k (id)
      JOIN deliveries d ON d.id = k.id AND d.id >= $2 AND d.id <= $3
      WHERE d.webhook_id = $4"
);
const ANSWERS: &str = "\
SELECT a.delivery_id, a.status, a.cause FROM unnest($1::uuid[], $2::int[]) AS k (id, number)
JOIN attempts a ON a.delivery_id = k.id AND a.number = k.number
                AND a.delivery_id >= $3 AND a.delivery_id <= $4";

/// What is looked for, and as of when.
#[derive(Clone, Copy)]
pub(super) struct Scope<'f> {
    organization_id: OrganizationId,
    filter: &'f Filter,
    created_at: Time,
    firsts: &'f Firsts,
}

impl<'f> Scope<'f> {
    pub(super) fn of(job: &'f Job, firsts: &'f Firsts) -> Self {
        Self {
            organization_id: job.organization_id,
            filter: &job.filter,
            created_at: job.created_at,
            firsts,
        }
    }
}

/// The webhook that a look is at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hook {
    pub(super) id: WebhookId,
    pub(super) disabled: bool,
    pub(super) deleted: bool,
    pub(super) cancelled_up_to: Option<Time>,
    unswept: bool,
    marks: Marks,
}

impl Hook {
    const fn refuses(&self) -> Option<Skip> {
        match (self.deleted, self.disabled) {
            (true, _) => Some(Skip::WebhookDeleted),
            (false, true) => Some(Skip::WebhookDisabled),
            (false, false) => None,
        }
    }
}

/// What a look came to.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// To be sent again, all of one webhook.
    pub(super) picks: Vec<EventId>,
    pub(super) skipped: Skipped,
    pub(super) cursor: Cursor,
    /// Nothing comes after it.
    pub(super) end: bool,
    /// Rows do not all say yet that they are cancelled: look again when they do.
    pub(super) unswept: bool,
    /// The webhook that was looked at; the cursor may be at the next one.
    pub(super) hook: Option<Hook>,
}

/// Goes on from a cursor: until there are `want` to be sent, until the end of a webhook, or until
/// enough was looked at.
pub(super) async fn look(
    conn: &impl Conn,
    scope: Scope<'_>,
    from: Cursor,
    want: usize,
) -> Result<Looked, Fault> {
    let mut looked = Looked {
        cursor: from,
        ..Looked::default()
    };
    let webhook = match from.webhook.or(scope.filter.webhook) {
        Some(id) => id,
        None => match next_webhook(conn, scope, None).await? {
            Some(id) => id,
            None => {
                looked.end = true;
                return Ok(looked);
            }
        },
    };
    let hook = read_hook(conn, webhook).await?;
    looked.hook = Some(hook);
    looked.cursor.webhook = Some(webhook);
    looked.unswept = hook.unswept && scope.filter.states.contains(&State::Cancelled);
    if looked.unswept && hook.refuses().is_none() {
        return Ok(looked);
    }
    let last = scope.filter.last(scope.created_at).uuid();
    let (mut count, mut at_a_time) = (0, want.saturating_mul(2).clamp(FIRST, AT_A_TIME));
    while count < LOOKS {
        let after = looked.cursor.delivery.map_or(Uuid::nil(), |id| id.uuid());
        let limit = at_a_time as i64;
        let found = conn
            .query(WALK, &[&hook.id.uuid(), &after, &last, &limit])
            .await?;
        let rows = found
            .iter()
            .map(rows::delivery)
            .collect::<Result<Vec<_>, _>>()?;
        count += rows.len();
        let mut fates = fates(conn, scope, &hook, &rows).await?;
        for row in &rows {
            match fates.remove(&row.id).unwrap_or(Fate::Leave) {
                Fate::Leave => {}
                Fate::Skip(why) => looked.skipped.add(why),
                Fate::Send => looked.picks.push(row.event_id),
            }
            looked.cursor.delivery = Some(row.id);
            if looked.picks.len() >= want {
                return Ok(looked);
            }
        }
        if rows.len() < at_a_time {
            let next = match scope.filter.webhook {
                Some(_) => None,
                None => next_webhook(conn, scope, Some(webhook)).await?,
            };
            looked.end = next.is_none();
            if next.is_some() {
                looked.cursor = Cursor {
                    webhook: next,
                    delivery: None,
                };
            }
            return Ok(looked);
        }
        at_a_time = AT_A_TIME;
    }
    Ok(looked)
}

async fn read_hook(conn: &impl Conn, id: WebhookId) -> Result<Hook, Fault> {
    let found = conn.query_opt(WEBHOOK, &[&id.uuid()]).await?;
    let row = found.ok_or(Error::NotFound("webhook"))?;
    let marks = rows::marks(&row, 3)?;
    Ok(Hook {
        id,
        disabled: row.try_get(0)?,
        deleted: marks.deleted_at.is_some(),
        unswept: row.try_get(1)?,
        cancelled_up_to: row.time(2)?,
        marks,
    })
}

/// The next webhook of the organization that has anything, or one to go on from.
async fn next_webhook(
    conn: &impl Conn,
    scope: Scope<'_>,
    after: Option<WebhookId>,
) -> Result<Option<WebhookId>, Fault> {
    let next = conn
        .query(
            NEXT_WEBHOOKS,
            &[
                &scope.organization_id.uuid(),
                &after.map_or(Uuid::nil(), |id| id.uuid()),
                &scope.created_at.as_micros(),
                &scope.filter.last(scope.created_at).uuid(),
                &WEBHOOKS,
            ],
        )
        .await?;
    for row in &next {
        if row.try_get(1)? {
            return Ok(Some(row.id(0)?));
        }
    }
    match next.last() {
        Some(row) if next.len() as i64 == WEBHOOKS => Ok(Some(row.id(0)?)),
        _ => Ok(None),
    }
}

/// What becomes of deliveries of a webhook; those that are left are not in it.
async fn fates(
    conn: &impl Conn,
    scope: Scope<'_>,
    hook: &Hook,
    rows: &[DeliveryRow],
) -> Result<HashMap<DeliveryId, Fate>, Fault> {
    let filter = scope.filter;
    let mut wanted: Vec<(&DeliveryRow, Seen)> = rows
        .iter()
        .map(|row| (row, seen(scope, hook, row)))
        .filter(|(_, seen)| filter.takes_row(seen))
        .collect();
    let answers = answers(conn, filter, wanted.iter().map(|(row, _)| *row)).await?;
    for (row, seen) in &mut wanted {
        seen.answer = answers.get(&row.id).copied();
    }
    wanted.retain(|(_, seen)| filter.takes(seen));
    let events = events(conn, scope, wanted.iter().map(|(row, _)| row.event_id)).await?;
    let mut fates = HashMap::new();
    let mut asked = Vec::new();
    for (row, seen) in wanted {
        let Some(facts) = events.get(&row.event_id) else {
            continue;
        };
        if !filter.takes_event(facts) {
            continue;
        }
        match hook.refuses() {
            Some(why) => drop(fates.insert(row.id, Fate::Skip(why))),
            None => asked.push((row, seen, facts)),
        }
    }
    let rows: Vec<&DeliveryRow> = asked.iter().map(|(row, ..)| *row).collect();
    let others = others(conn, scope, hook, &rows).await?;
    for (row, seen, facts) in asked {
        let others: Vec<Seen> = others
            .get(&row.event_id)
            .into_iter()
            .flatten()
            .filter(|other| other.id != row.id)
            .copied()
            .collect();
        let end = job::end(scope.created_at);
        fates.insert(row.id, filter.fate(&seen, facts, &others, end));
    }
    Ok(fates)
}

/// A delivery as it stands, its last answer left out.
fn seen(scope: Scope<'_>, hook: &Hook, row: &DeliveryRow) -> Seen {
    let delivery = row.seen(scope.organization_id, &hook.marks);
    Seen {
        id: row.id,
        kind: row.kind,
        state: delivery.state,
        updated_at: delivery.updated_at,
        answer: None,
    }
}

/// What the last attempts of deliveries came back with, where the filter asks for it.
async fn answers(
    conn: &impl Conn,
    filter: &Filter,
    rows: impl Iterator<Item = &DeliveryRow>,
) -> Result<HashMap<DeliveryId, Answer>, Fault> {
    let (ids, numbers): (Vec<Uuid>, Vec<i32>) = rows
        .filter(|row| row.attempts > 0 && filter.asks_for_answers())
        .map(|row| (row.id.uuid(), row.attempts.cast_signed()))
        .unzip();
    let mut answers = HashMap::new();
    let (Some(first), Some(last)) = (ids.iter().min(), ids.iter().max()) else {
        return Ok(answers);
    };
    for row in conn.query(ANSWERS, &[&ids, &numbers, first, last]).await? {
        let answer = match (row.maybe_u32(1)?, row.try_get::<_, Option<&str>>(2)?) {
            (Some(status), _) => Answer::Status(u16::try_from(status).map_err(corrupt)?),
            (None, Some(cause)) => Answer::None(
                Cause::parse(cause).ok_or_else(|| corrupt("an attempt has no such cause"))?,
            ),
            (None, None) => continue,
        };
        answers.insert(row.id(0)?, answer);
    }
    Ok(answers)
}

/// What the filter asks of events.
async fn events(
    conn: &impl Conn,
    scope: Scope<'_>,
    ids: impl Iterator<Item = EventId>,
) -> Result<HashMap<EventId, EventFacts>, Fault> {
    let ids: BTreeSet<Uuid> = ids.map(|id| id.uuid()).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut events = HashMap::new();
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else {
        return Ok(events);
    };
    let organization = scope.organization_id.uuid();
    for row in conn
        .query(EVENTS, &[&organization, &ids, first, last])
        .await?
    {
        let channels = match row.try_get::<_, Option<&str>>(2)? {
            Some(text) => serde_json::from_str(text).map_err(corrupt)?,
            None => Vec::new(),
        };
        let facts = EventFacts {
            event_type: row.try_get(1)?,
            channels,
            test: row.try_get::<_, i16>(3)? & TEST != 0,
            removed: row.try_get(4)?,
        };
        events.insert(row.id(0)?, facts);
    }
    Ok(events)
}

/// The deliveries of these events to the webhook that may stand in for those that are asked about.
async fn others(
    conn: &impl Conn,
    scope: Scope<'_>,
    hook: &Hook,
    asked: &[&DeliveryRow],
) -> Result<BTreeMap<EventId, Vec<Seen>>, Fault> {
    let mut ids: BTreeSet<Uuid> = BTreeSet::new();
    let mut events: BTreeSet<Uuid> = BTreeSet::new();
    for row in asked {
        events.insert(row.event_id.uuid());
        // Of those made with an event, one at most goes to this webhook.
        if row.kind == Kind::Resent {
            let first = first(
                conn,
                scope.firsts,
                scope.organization_id,
                hook.id,
                row.event_id,
            )
            .await?;
            ids.extend(first.map(|id| id.uuid()));
        }
    }
    let mut others: BTreeMap<EventId, Vec<Seen>> = BTreeMap::new();
    if events.is_empty() {
        return Ok(others);
    }
    let events: Vec<Uuid> = events.into_iter().collect();
    let webhook = hook.id.uuid();
    for row in conn.query(RESENDS, &[&events, &webhook]).await? {
        ids.insert(row.try_get(0)?);
    }
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else {
        return Ok(others);
    };
    let found = conn
        .query(OTHERS, &[&ids, first, last, &webhook])
        .await?
        .iter()
        .map(rows::delivery)
        .collect::<Result<Vec<_>, _>>()?;
    let answers = answers(conn, scope.filter, found.iter()).await?;
    for row in &found {
        let mut one = seen(scope, hook, row);
        one.answer = answers.get(&row.id).copied();
        others.entry(row.event_id).or_default().push(one);
    }
    Ok(others)
}

/// What a filter takes at this moment.
pub(super) async fn count(
    conn: &impl Conn,
    firsts: &Firsts,
    organization_id: OrganizationId,
    filter: &Filter,
    now: Time,
    budget: DurationUs,
) -> Result<Count, Fault> {
    let began = Instant::now();
    let budget = Duration::from_micros(budget.unsigned_abs());
    let sql = "SELECT 1 FROM organizations WHERE id = $1 AND deleted_at IS NULL";
    if conn
        .query_opt(sql, &[&organization_id.uuid()])
        .await?
        .is_none()
    {
        return Err(Error::NotFound("organization").into());
    }
    let scope = Scope {
        organization_id,
        filter,
        created_at: now,
        firsts,
    };
    let mut count = Count {
        complete: true,
        ..Count::default()
    };
    let mut cursor = Cursor::default();
    loop {
        let looked = look(conn, scope, cursor, usize::MAX).await?;
        count.to_send += looked.picks.len() as u64;
        count.skipped += looked.skipped;
        if looked.unswept {
            count.complete = false;
        }
        if looked.end {
            return Ok(count);
        }
        if (looked.unswept && filter.webhook.is_some()) || began.elapsed() >= budget {
            count.complete = false;
            return Ok(count);
        }
        cursor = match looked.cursor {
            // What is not swept yet is left out, and the others are counted.
            Cursor { webhook, .. } if looked.cursor == cursor => {
                match next_webhook(conn, scope, webhook).await? {
                    Some(next) => Cursor {
                        webhook: Some(next),
                        delivery: None,
                    },
                    None => return Ok(count),
                }
            }
            next => next,
        };
    }
}
