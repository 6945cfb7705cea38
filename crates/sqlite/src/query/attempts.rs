//! Attempts: of a delivery by its chain, of a webhook by its index; and how a webhook fares.

use bellwire_core::{
    delivery::{Attempt, Delivery},
    headers::HeaderList,
    ids::{DeliveryId, EventId, OrganizationId, WebhookId},
    outcome::{Answer, Cause, Timing},
    policy::Counters,
    ports::{Health, Page},
    stored::address,
    time::Time,
};
use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{
    fault::Fault,
    rows::{RowExt as _, damage},
};

/// Attempts that one delivery can have, and so the longest chain.
const CHAIN: usize = 1000;

macro_rules! attempt_columns {
    () => {
        "a.delivery, a.number, a.revision, a.at, a.status, a.cause, a.dns_us, a.connect_us, \
         a.tls_us, a.first_byte_us, a.total_us, a.url, a.address, a.detail, a.body_sha256, \
         a.request_headers, a.response_headers, a.excerpt, \
         (SELECT x.body FROM excerpts x WHERE x.seq = a.excerpt_seq), a.truncated, a.retry_at, \
         a.previous"
    };
}

pub(crate) use attempt_columns;

/// A webhook's attempts, newest first.
pub(crate) const LIST: &str = concat!(
    "SELECT ",
    attempt_columns!(),
    ", e.id FROM attempts a
     JOIN deliveries d ON d.id = a.delivery JOIN events e ON e.seq = d.event
     WHERE a.webhook = ?1 AND (a.at, a.seq) < (?2, ?3) ORDER BY a.at DESC, a.seq DESC LIMIT ?4"
);

/// Whose attempt a row is.
#[derive(Clone, Copy)]
pub(crate) struct Owner {
    pub(crate) event_id: EventId,
    pub(crate) webhook_id: WebhookId,
    pub(crate) organization_id: OrganizationId,
}

pub(crate) fn read(row: &Row<'_>, owner: Owner) -> rusqlite::Result<Attempt> {
    let answer = match (
        row.get::<_, Option<u16>>(4)?,
        row.get_ref(5)?.as_str_or_null()?,
    ) {
        (Some(status), _) => Answer::Status(status),
        (None, Some(cause)) => {
            Answer::None(Cause::parse(cause).ok_or_else(|| damage(5, "no such cause"))?)
        }
        (None, None) => return Err(damage(4, "neither status nor cause")),
    };
    let address = match row.get_ref(12)?.as_blob_or_null()? {
        Some(bytes) => Some(address::decode(bytes).ok_or_else(|| damage(12, "no address"))?),
        None => None,
    };
    let headers = |column: usize| {
        HeaderList::from_bytes(row.get_ref(column)?.as_blob()?)
            .ok_or_else(|| damage(column, "no headers"))
    };
    let excerpt = match row.get_ref(17)?.as_blob_or_null()? {
        Some(short) => Bytes::copy_from_slice(short),
        None => row
            .get_ref(18)?
            .as_blob_or_null()?
            .map_or_else(Bytes::new, Bytes::copy_from_slice),
    };
    Ok(Attempt {
        delivery_id: row.id(0)?,
        number: row.get(1)?,
        event_id: owner.event_id,
        webhook_id: owner.webhook_id,
        organization_id: owner.organization_id,
        revision: row.get(2)?,
        at: row.at(3)?,
        answer,
        timing: Timing {
            dns_us: row.get(6)?,
            connect_us: row.get(7)?,
            tls_us: row.get(8)?,
            first_byte_us: row.get(9)?,
            total_us: row.get(10)?,
        },
        url: row.get(11)?,
        address,
        detail: row.get(13)?,
        body_sha256: row.get(14)?,
        request_headers: headers(15)?,
        response_headers: headers(16)?,
        excerpt,
        truncated: row.get(19)?,
        retry_at: row.time(20)?,
    })
}

/// A delivery's attempts, first to last.
pub(super) fn attempts_of(
    conn: &Connection,
    delivery: &Delivery,
    last: Option<i64>,
) -> Result<Vec<Attempt>, Fault> {
    let owner = Owner {
        event_id: delivery.event_id,
        webhook_id: delivery.webhook_id,
        organization_id: delivery.organization_id,
    };
    let mut statement = conn.prepare_cached(concat!(
        "SELECT ",
        attempt_columns!(),
        " FROM attempts a WHERE a.seq = ?1 AND a.delivery = ?2"
    ))?;
    let mut attempts = Vec::new();
    let mut next = last;
    while let Some(seq) = next
        && attempts.len() < CHAIN
    {
        let found = statement
            .query_row(params![seq, delivery.id.as_bytes()], |row| {
                Ok((read(row, owner)?, row.get::<_, Option<i64>>(21)?))
            })
            .optional()?;
        let Some((attempt, previous)) = found else {
            break;
        };
        attempts.push(attempt);
        // Numbers of rows that are gone may come again, never below one that is there.
        next = previous.filter(|previous| *previous < seq);
    }
    attempts.reverse();
    Ok(attempts)
}

pub(super) fn page(
    conn: &Connection,
    organization_id: OrganizationId,
    webhook_id: WebhookId,
    cursor: Option<(Time, DeliveryId, u32)>,
    limit: usize,
) -> Result<Page<Attempt, (Time, DeliveryId, u32)>, Fault> {
    let webhook: Option<i64> = conn
        .prepare_cached(
            "SELECT w.seq FROM webhooks w JOIN organizations o ON o.seq = w.organization
             WHERE w.id = ?1 AND o.id = ?2 AND o.deleted_at IS NULL",
        )?
        .query_row([webhook_id.as_bytes(), organization_id.as_bytes()], |row| {
            row.get(0)
        })
        .optional()?;
    let mut page = Page {
        items: Vec::new(),
        next: None,
    };
    let Some(webhook) = webhook else {
        return Ok(page);
    };
    let (at, seq) = match cursor {
        None => (i64::MAX, i64::MAX),
        Some((at, delivery, number)) => (
            at.as_micros(),
            seq_of(conn, delivery, number)?.unwrap_or(i64::MIN),
        ),
    };
    // One more tells whether there is a next page.
    let limit = limit.max(1);
    let rows = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    page.items = listed(conn, organization_id, webhook_id, webhook, (at, seq), rows)?;
    if page.items.len() > limit {
        page.items.truncate(limit);
        page.next = page
            .items
            .last()
            .map(|attempt| (attempt.at, attempt.delivery_id, attempt.number));
    }
    Ok(page)
}

fn listed(
    conn: &Connection,
    organization_id: OrganizationId,
    webhook_id: WebhookId,
    webhook: i64,
    (at, seq): (i64, i64),
    rows: i64,
) -> Result<Vec<Attempt>, Fault> {
    let attempts = conn
        .prepare_cached(LIST)?
        .query_map(params![webhook, at, seq, rows], |row| {
            let event_id = row.id(22)?;
            read(
                row,
                Owner {
                    event_id,
                    webhook_id,
                    organization_id,
                },
            )
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(attempts)
}

/// The row of an attempt, by its delivery's chain.
fn seq_of(conn: &Connection, delivery: DeliveryId, number: u32) -> Result<Option<i64>, Fault> {
    let mut next: Option<i64> = conn
        .prepare_cached("SELECT last_attempt FROM deliveries WHERE id = ?1")?
        .query_row([delivery.as_bytes()], |row| row.get(0))
        .optional()?
        .flatten();
    let mut statement = conn
        .prepare_cached("SELECT number, previous FROM attempts WHERE seq = ?1 AND delivery = ?2")?;
    for _ in 0..CHAIN {
        let Some(seq) = next else { break };
        let found: Option<(u32, Option<i64>)> = statement
            .query_row(params![seq, delivery.as_bytes()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        match found {
            Some((found, _)) if found == number => return Ok(Some(seq)),
            Some((_, previous)) => next = previous.filter(|previous| *previous < seq),
            None => break,
        }
    }
    Ok(None)
}

pub(super) fn health(conn: &Connection, webhooks: &[WebhookId]) -> Result<Vec<Health>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT w.seq, o.id, h.redirects, h.client_errors, h.server_errors, h.failures,
                h.failing_since, h.told_at
         FROM webhooks w JOIN organizations o ON o.seq = w.organization
         LEFT JOIN health h ON h.webhook = w.seq WHERE w.id = ?1",
    )?;
    let mut all = Vec::with_capacity(webhooks.len());
    for id in webhooks {
        let found = statement
            .query_row([id.as_bytes()], |row| {
                let count = |column: usize| {
                    row.get::<_, Option<u32>>(column)
                        .map(Option::unwrap_or_default)
                };
                let counters = Counters {
                    redirects: count(2)?,
                    client_errors: count(3)?,
                    server_errors: count(4)?,
                    failures: count(5)?,
                    failing_since: row.time(6)?,
                    told_at: row.time(7)?,
                };
                Ok((row.get::<_, i64>(0)?, row.id(1)?, counters))
            })
            .optional()?;
        all.push(match found {
            None => Health {
                webhook_id: *id,
                counters: Counters::default(),
                last_attempt: None,
            },
            Some((webhook, organization_id, counters)) => Health {
                webhook_id: *id,
                counters,
                last_attempt: listed(conn, organization_id, *id, webhook, (i64::MAX, i64::MAX), 1)?
                    .pop(),
            },
        });
    }
    Ok(all)
}
