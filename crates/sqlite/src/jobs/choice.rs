//! What a job comes to next: a walk over what failed or was cancelled, webhook by webhook, each
//! delivery held against the filter and against the others of its event.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use bellwire_core::{
    delivery::{Kind, State},
    ids::{DeliveryId, OrganizationId, WebhookId},
    job::{self, Count, Cursor, EventFacts, Fate, Filter, Job, Seen, Skip, Skipped},
    outcome::{Answer, Cause},
    ports::Error,
    stored::{TEST, listed},
    time::{DurationUs, Time},
};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{
    Firsts,
    fault::Fault,
    query::{Webhooks, delivery_row},
    rows::{self, DeliveryRow, RowExt as _, damage, delivery_columns},
};

/// Deliveries that one look goes through.
const LOOKS: usize = 1_000;
/// Webhooks that one look goes through in search of one that has any.
const WEBHOOKS: usize = 200;

/// What failed or was cancelled of a webhook, oldest first.
pub(crate) const WALK: &str = concat!(
    "SELECT ",
    delivery_columns!(),
    " FROM deliveries WHERE webhook = ?1 AND state IN (2, 3) AND id > ?2 AND id < ?3
      ORDER BY id LIMIT ?4"
);
/// Resends of an event to a webhook.
pub(crate) const AGAIN: &str = concat!(
    "SELECT ",
    delivery_columns!(),
    " FROM deliveries WHERE event = ?1 AND webhook = ?2 AND again = 1"
);
/// The next webhooks of an organization, but for those that were gone before the job.
pub(crate) const NEXT_WEBHOOKS: &str = "\
SELECT id, seq FROM webhooks
WHERE organization = ?1 AND id > ?2 AND (deleted_at IS NULL OR deleted_at > ?3)
ORDER BY id LIMIT ?4";

/// What is looked for, and as of when.
#[derive(Clone, Copy)]
pub(super) struct Scope<'f> {
    pub(super) organization: i64,
    pub(super) organization_id: OrganizationId,
    pub(super) filter: &'f Filter,
    pub(super) created_at: Time,
    /// [`Job::end`].
    pub(super) end: DeliveryId,
}

impl<'f> Scope<'f> {
    pub(super) fn of(job: &'f Job, organization: i64) -> Self {
        Self {
            organization,
            organization_id: job.organization_id,
            filter: &job.filter,
            created_at: job.created_at,
            end: job.end(),
        }
    }
}

/// Whether a webhook takes deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Yes,
    Disabled,
    Deleted,
}

impl Takes {
    pub(super) const fn of(disabled: bool, deleted: bool) -> Self {
        match (disabled, deleted) {
            (_, true) => Self::Deleted,
            (true, false) => Self::Disabled,
            (false, false) => Self::Yes,
        }
    }
}

/// A delivery that is to be sent again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pick {
    pub(super) id: DeliveryId,
    /// The one that was made with its event for its webhook, if it is none itself.
    pub(super) first: Option<DeliveryId>,
}

/// Where the delivery that was made with an event for a webhook is known from.
#[derive(Clone, Copy)]
pub(super) enum FindFirst<'f> {
    /// From what the event lists, which is remembered.
    Listed(&'f Firsts),
    /// It was found before.
    Known(Option<DeliveryId>),
}

/// What a look came to.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// To be sent again, all of one webhook.
    pub(super) picks: Vec<Pick>,
    pub(super) skipped: Skipped,
    pub(super) cursor: Cursor,
    /// The webhook that was looked at; the cursor may be at the next one.
    pub(super) webhook: Option<WebhookId>,
    /// Nothing comes after it.
    pub(super) end: bool,
    /// Rows do not all say yet that they are cancelled: look again when they do.
    pub(super) unswept: bool,
    /// What the webhook was.
    pub(super) takes: Option<Takes>,
}

/// Goes on from a cursor: until there are `want` to be sent, until the end of a webhook, or until
/// enough was looked at.
pub(super) fn look(
    conn: &Connection,
    firsts: &Firsts,
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
        None => match next_webhook(conn, scope, None)? {
            Some(id) => id,
            None => {
                looked.end = true;
                return Ok(looked);
            }
        },
    };
    let (seq, disabled, deleted, unswept) = conn
        .prepare_cached(
            "SELECT seq, disabled IS NOT NULL, deleted_at IS NOT NULL, unswept FROM webhooks
             WHERE id = ?1",
        )?
        .query_row([webhook.as_bytes()], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get::<_, bool>(3)?,
            ))
        })
        .optional()?
        .ok_or(Error::NotFound("webhook"))?;
    let takes = Takes::of(disabled, deleted);
    looked.takes = Some(takes);
    looked.webhook = Some(webhook);
    looked.cursor.webhook = Some(webhook);
    looked.unswept = unswept && scope.filter.states.contains(&State::Cancelled);
    if looked.unswept && takes == Takes::Yes {
        return Ok(looked);
    }
    let mut webhooks = Webhooks::default();
    let mut statement = conn.prepare_cached(WALK)?;
    let rows = statement.query_map(
        params![
            seq,
            from.delivery.map_or([0; 16], |id| *id.as_bytes()),
            scope.filter.last(scope.created_at).as_bytes(),
            LOOKS as i64,
        ],
        rows::delivery,
    )?;
    let mut count = 0;
    for row in rows {
        let row = row?;
        count += 1;
        let listed = FindFirst::Listed(firsts);
        match fate(conn, scope, &row, takes, &mut webhooks, listed)? {
            (Fate::Leave, _) => {}
            (Fate::Skip(why), _) => looked.skipped.add(why),
            (Fate::Send, first) => looked.picks.push(Pick { id: row.id, first }),
        }
        looked.cursor.delivery = Some(row.id);
        if looked.picks.len() >= want {
            return Ok(looked);
        }
    }
    if count < LOOKS {
        let next = match scope.filter.webhook {
            Some(_) => None,
            None => next_webhook(conn, scope, Some(webhook))?,
        };
        looked.end = next.is_none();
        if next.is_some() {
            looked.cursor = Cursor {
                webhook: next,
                delivery: None,
            };
        }
    }
    Ok(looked)
}

/// The next webhook of the organization that has anything, or one to go on from.
fn next_webhook(
    conn: &Connection,
    scope: Scope<'_>,
    after: Option<WebhookId>,
) -> Result<Option<WebhookId>, Fault> {
    let next = conn
        .prepare_cached(NEXT_WEBHOOKS)?
        .query_map(
            params![
                scope.organization,
                after.map_or([0; 16], |id| *id.as_bytes()),
                scope.created_at.as_micros(),
                WEBHOOKS as i64,
            ],
            |row| Ok((row.id::<WebhookId>(0)?, row.get::<_, i64>(1)?)),
        )?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut any = conn.prepare_cached(WALK)?;
    let last = scope.filter.last(scope.created_at);
    for (id, seq) in &next {
        if any.exists(params![seq, [0_u8; 16], last.as_bytes(), 1])? {
            return Ok(Some(*id));
        }
    }
    Ok(next
        .last()
        .filter(|_| next.len() == WEBHOOKS)
        .map(|(id, _)| *id))
}

/// What becomes of a delivery of a webhook, and which one was made with its event, where that was
/// asked.
pub(super) fn fate(
    conn: &Connection,
    scope: Scope<'_>,
    row: &DeliveryRow,
    takes: Takes,
    webhooks: &mut Webhooks,
    first: FindFirst<'_>,
) -> Result<(Fate, Option<DeliveryId>), Fault> {
    const LEAVE: (Fate, Option<DeliveryId>) = (Fate::Leave, None);
    let mut this = seen(conn, scope, row, webhooks)?;
    if !scope.filter.takes_row(&this) {
        return Ok(LEAVE);
    }
    this.answer = answer(conn, scope, row)?;
    if !scope.filter.takes(&this) {
        return Ok(LEAVE);
    }
    let Some(facts) = facts(conn, row.event)? else {
        return Ok(LEAVE);
    };
    if !scope.filter.takes_event(&facts) {
        return Ok(LEAVE);
    }
    match takes {
        Takes::Yes => {}
        Takes::Disabled => return Ok((Fate::Skip(Skip::WebhookDisabled), None)),
        Takes::Deleted => return Ok((Fate::Skip(Skip::WebhookDeleted), None)),
    }
    let first = match first {
        _ if row.kind != Kind::Resent => None,
        FindFirst::Known(first) => first,
        FindFirst::Listed(firsts) => made_first(conn, firsts, row)?,
    };
    let mut others = Vec::new();
    for other in siblings(conn, row, first)? {
        let mut one = seen(conn, scope, &other, webhooks)?;
        one.answer = answer(conn, scope, &other)?;
        others.push(one);
    }
    let fate = scope.filter.fate(&this, &facts, &others, scope.end);
    Ok((fate, first))
}

/// A delivery as it stands, its last answer left out.
fn seen(
    conn: &Connection,
    scope: Scope<'_>,
    row: &DeliveryRow,
    webhooks: &mut Webhooks,
) -> Result<Seen, Fault> {
    let (webhook_id, marks) = webhooks.get(conn, row.webhook)?;
    let event_id = bellwire_core::ids::EventId::from_bytes([0; 16]);
    let delivery = row.seen(scope.organization_id, event_id, webhook_id, &marks);
    Ok(Seen {
        id: row.id,
        kind: row.kind,
        state: delivery.state,
        updated_at: delivery.updated_at,
        answer: None,
    })
}

/// What the last attempt of a delivery came back with, where the filter asks for it.
fn answer(conn: &Connection, scope: Scope<'_>, row: &DeliveryRow) -> Result<Option<Answer>, Fault> {
    let Some(seq) = row.last_attempt.filter(|_| scope.filter.asks_for_answers()) else {
        return Ok(None);
    };
    let found = conn
        .prepare_cached("SELECT status, cause FROM attempts WHERE seq = ?1 AND delivery = ?2")?
        .query_row(params![seq, row.id.as_bytes()], |row| {
            if let Some(status) = row.get(0)? {
                return Ok(Some(Answer::Status(status)));
            }
            let cause = row.get_ref(1)?.as_str_or_null()?;
            let cause =
                cause.map(|name| Cause::parse(name).ok_or_else(|| damage(1, "no such cause")));
            Ok(cause.transpose()?.map(Answer::None))
        })
        .optional()?;
    Ok(found.flatten())
}

/// What the filter asks of an event.
fn facts(conn: &Connection, event: i64) -> Result<Option<EventFacts>, Fault> {
    let found = conn
        .prepare_cached(
            "SELECT type, channels, flags, length(data) = 0 FROM events WHERE seq = ?1",
        )?
        .query_row([event], |row| {
            let channels = match row.get_ref(1)?.as_str_or_null()? {
                Some(text) => serde_json::from_str(text).map_err(|error| damage(1, error))?,
                None => Vec::new(),
            };
            Ok(EventFacts {
                event_type: row.get(0)?,
                channels,
                test: row.get::<_, i64>(2)? & i64::from(TEST) != 0,
                removed: row.get(3)?,
            })
        })
        .optional()?;
    Ok(found)
}

/// The delivery that was made with the event of a resend for the same webhook, if there was one.
fn made_first(
    conn: &Connection,
    firsts: &Firsts,
    row: &DeliveryRow,
) -> Result<Option<DeliveryId>, Fault> {
    if let Some(first) = firsts.get(row.event) {
        return Ok(first.get(&row.webhook).copied());
    }
    let list: Option<Vec<u8>> = conn
        .prepare_cached("SELECT deliveries FROM events WHERE seq = ?1")?
        .query_row([row.event], |row| row.get(0))
        .optional()?;
    let mut whose = conn.prepare_cached("SELECT webhook FROM deliveries WHERE id = ?1")?;
    let mut first = HashMap::new();
    for id in listed(list.as_deref().unwrap_or_default()) {
        let webhook = whose.query_row([id.as_bytes()], |row| row.get(0));
        if let Some(webhook) = webhook.optional()? {
            first.insert(webhook, id);
        }
    }
    Ok(firsts.put(row.event, first).get(&row.webhook).copied())
}

/// The other deliveries of the same event to the same webhook: resends, and the first one.
fn siblings(
    conn: &Connection,
    row: &DeliveryRow,
    first: Option<DeliveryId>,
) -> Result<Vec<DeliveryRow>, Fault> {
    let mut found = conn
        .prepare_cached(AGAIN)?
        .query_map([row.event, row.webhook], rows::delivery)?
        .filter(|other| !matches!(other, Ok(other) if other.id == row.id))
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let first = first
        .map(|id| delivery_row(conn, id))
        .transpose()?
        .flatten();
    // What is remembered may be of a row that was removed, and whose number another has now.
    found.extend(first.filter(|first| (first.event, first.webhook) == (row.event, row.webhook)));
    Ok(found)
}

/// What a filter takes at this moment.
pub(super) fn count(
    conn: &Connection,
    firsts: &Firsts,
    organization_id: OrganizationId,
    filter: &Filter,
    now: Time,
    budget: DurationUs,
) -> Result<Count, Fault> {
    let began = Instant::now();
    let budget = Duration::from_micros(budget.unsigned_abs());
    let organization: Option<i64> = conn
        .prepare_cached("SELECT seq FROM organizations WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([organization_id.as_bytes()], |row| row.get(0))
        .optional()?;
    let scope = Scope {
        organization: organization.ok_or(Error::NotFound("organization"))?,
        organization_id,
        filter,
        created_at: now,
        end: job::end(now),
    };
    let mut count = Count {
        complete: true,
        ..Count::default()
    };
    let mut cursor = Cursor::default();
    loop {
        let looked = look(conn, firsts, scope, cursor, usize::MAX)?;
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
                match next_webhook(conn, scope, webhook)? {
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
