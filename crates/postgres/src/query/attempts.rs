//! Attempts: of deliveries by their key, of a webhook by its index; and how a webhook fares.

use std::collections::HashMap;

use bellwire_core::{
    delivery::Attempt,
    headers::HeaderList,
    ids::{DeliveryId, OrganizationId, WebhookId},
    outcome::{Answer, Cause, Timing},
    policy::Counters,
    ports::{Health, Page},
    stored::address,
    time::Time,
};
use bytes::Bytes;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    connect::Conn,
    enqueue::array,
    fault::{Fault, corrupt},
    rows::{Key as _, RowExt as _},
    webhooks,
};

macro_rules! attempt_columns {
    () => {
        "a.delivery_id, a.number, a.event_id, a.webhook_id, a.revision, a.at, a.status, a.cause, \
         a.dns_us, a.connect_us, a.tls_us, a.first_byte_us, a.total_us, a.url, a.address, \
         a.detail, a.body_sha256, a.request_headers, a.response_headers, a.excerpt, \
         (SELECT x.body FROM excerpts x WHERE x.id = a.excerpt_id), a.truncated, a.retry_at"
    };
}

pub(crate) use attempt_columns;

/// How many columns that is.
pub(crate) const ATTEMPT_COLUMNS: usize = 23;

const OF_DELIVERIES: &str = concat!(
    "SELECT ",
    attempt_columns!(),
    " FROM unnest($1::uuid[]) AS k (id)
      CROSS JOIN LATERAL (
          SELECT * FROM attempts a
          WHERE a.delivery_id = k.id AND a.delivery_id >= $2 AND a.delivery_id <= $3 OFFSET 0
      ) a ORDER BY a.delivery_id, a.number"
);
/// A webhook's attempts, newest first. An attempt can be on the day of an old delivery, so every
/// day's index is asked, each for as much as the page takes.
pub(crate) const LIST: &str = concat!(
    "SELECT ",
    attempt_columns!(),
    " FROM attempts a
      WHERE a.webhook_id = $1 AND a.at <= $2 AND (a.at, a.delivery_id, a.number) < ($2, $3, $4)
      ORDER BY a.at DESC, a.delivery_id DESC, a.number DESC LIMIT $5"
);
/// The counters of webhooks, and the last attempt of each.
pub(crate) const HEALTH: &str = concat!(
    "SELECT ",
    attempt_columns!(),
    ", w.id, w.organization_id, coalesce(h.redirects, 0), coalesce(h.client_errors, 0),
      coalesce(h.server_errors, 0), coalesce(h.failures, 0), h.failing_since,
      h.told_at
      FROM webhooks w LEFT JOIN health h ON h.webhook_id = w.id
      LEFT JOIN LATERAL (
          SELECT * FROM attempts a WHERE a.webhook_id = w.id
          ORDER BY a.at DESC, a.delivery_id DESC, a.number DESC LIMIT 1) a ON true
      WHERE w.id = ANY($1::uuid[])"
);
/// Where the columns of a webhook begin in [`HEALTH`].
const WEBHOOK_COLUMN: usize = ATTEMPT_COLUMNS;

pub(crate) fn read(row: &Row, organization_id: OrganizationId) -> Result<Attempt, Fault> {
    let answer = match (row.maybe_u32(6)?, row.try_get::<_, Option<&str>>(7)?) {
        (Some(status), _) => Answer::Status(u16::try_from(status).map_err(corrupt)?),
        (None, Some(cause)) => Answer::None(
            Cause::parse(cause).ok_or_else(|| corrupt("an attempt has no such cause"))?,
        ),
        (None, None) => return Err(corrupt("an attempt has neither status nor cause")),
    };
    let address = row
        .try_get::<_, Option<&[u8]>>(14)?
        .map(|bytes| address::decode(bytes).ok_or_else(|| corrupt("an attempt has no address")))
        .transpose()?;
    let headers = |column: usize| {
        HeaderList::from_bytes(row.try_get(column)?)
            .ok_or_else(|| corrupt("an attempt has no headers"))
    };
    let excerpt = match row.try_get::<_, Option<&[u8]>>(19)? {
        Some(short) => Some(short),
        None => row.try_get(20)?,
    };
    Ok(Attempt {
        delivery_id: row.id(0)?,
        number: row.u32(1)?,
        event_id: row.id(2)?,
        webhook_id: row.id(3)?,
        organization_id,
        revision: row.u32(4)?,
        at: row.at(5)?,
        answer,
        timing: Timing {
            dns_us: row.maybe_u32(8)?,
            connect_us: row.maybe_u32(9)?,
            tls_us: row.maybe_u32(10)?,
            first_byte_us: row.maybe_u32(11)?,
            total_us: row.u32(12)?,
        },
        url: row.try_get(13)?,
        address,
        detail: row.try_get(15)?,
        body_sha256: array(row.try_get(16)?)?,
        request_headers: headers(17)?,
        response_headers: headers(18)?,
        excerpt: excerpt.map_or_else(Bytes::new, Bytes::copy_from_slice),
        truncated: row.try_get(21)?,
        retry_at: row.time(22)?,
    })
}

/// The attempts of these deliveries, each first to last.
pub(super) async fn of_deliveries(
    conn: &impl Conn,
    organization_id: OrganizationId,
    ids: &[Uuid],
) -> Result<HashMap<DeliveryId, Vec<Attempt>>, Fault> {
    let mut attempts: HashMap<DeliveryId, Vec<Attempt>> = HashMap::new();
    let (Some(first), Some(last)) = (ids.iter().min(), ids.iter().max()) else {
        return Ok(attempts);
    };
    for row in conn.query(OF_DELIVERIES, &[&ids, first, last]).await? {
        let attempt = read(&row, organization_id)?;
        attempts
            .entry(attempt.delivery_id)
            .or_default()
            .push(attempt);
    }
    Ok(attempts)
}

pub(super) async fn page(
    conn: &impl Conn,
    organization_id: OrganizationId,
    webhook_id: WebhookId,
    cursor: Option<(Time, DeliveryId, u32)>,
    limit: usize,
) -> Result<Page<Attempt, (Time, DeliveryId, u32)>, Fault> {
    let mut page = Page {
        items: Vec::new(),
        next: None,
    };
    let known = conn
        .query_opt(
            "SELECT 1 FROM webhooks w JOIN organizations o ON o.id = w.organization_id
             WHERE w.id = $1 AND o.id = $2 AND o.deleted_at IS NULL",
            &[&webhook_id.uuid(), &organization_id.uuid()],
        )
        .await?;
    if known.is_none() {
        return Ok(page);
    }
    let (at, delivery, number) = match cursor {
        None => (i64::MAX, Uuid::max(), i32::MAX),
        Some((at, delivery, number)) => (at.as_micros(), delivery.uuid(), number.cast_signed()),
    };
    // One more tells whether there is a next page.
    let limit = limit.max(1);
    let rows = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    let found = conn
        .query(LIST, &[&webhook_id.uuid(), &at, &delivery, &number, &rows])
        .await?;
    page.items = found
        .iter()
        .map(|row| read(row, organization_id))
        .collect::<Result<Vec<_>, _>>()?;
    if page.items.len() > limit {
        page.items.truncate(limit);
        page.next = page
            .items
            .last()
            .map(|attempt| (attempt.at, attempt.delivery_id, attempt.number));
    }
    Ok(page)
}

pub(super) async fn health(conn: &impl Conn, ids: &[WebhookId]) -> Result<Vec<Health>, Fault> {
    let uuids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let mut found = HashMap::new();
    for row in conn.query(HEALTH, &[&uuids]).await? {
        let id: WebhookId = row.id(WEBHOOK_COLUMN)?;
        let organization_id = row.id(WEBHOOK_COLUMN + 1)?;
        let last_attempt = match row.try_get::<_, Option<Uuid>>(0)? {
            Some(_) => Some(read(&row, organization_id)?),
            None => None,
        };
        let counters = webhooks::counters(&row, WEBHOOK_COLUMN + 2)?;
        found.insert(
            id,
            Health {
                webhook_id: id,
                counters,
                last_attempt,
            },
        );
    }
    let unknown = |id| Health {
        webhook_id: id,
        counters: Counters::default(),
        last_attempt: None,
    };
    Ok(ids
        .iter()
        .map(|id| found.get(id).cloned().unwrap_or_else(|| unknown(*id)))
        .collect())
}
