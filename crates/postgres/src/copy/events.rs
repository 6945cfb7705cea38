//! Events, deliveries, external ids and idempotency keys, out of and into their tables.
//!
//! Rows of a page are chosen by the key alone, and what they refer to is looked up after that, so that
//! the planner has nothing to choose. Retention drops days; what belongs to an event of such a day and
//! is on another one is passed over.

use bellwire_core::{
    copied::{Delivery, Event, ExternalId, Item, Key},
    delivery::CancelReason,
    ids::EventId,
    ports::{ItemPage, Position},
    stored::listed,
};
use uuid::Uuid;

use super::pages::{self, BYTES, ROWS, is_there};
use crate::{
    columns::EventRows,
    connect::Conn,
    enqueue::{STORE_EVENTS, array},
    fault::{Fault, corrupt},
    rows::{
        self, DELIVERY_COLUMNS, Key as _, RowExt as _, code, delivery_columns, event_columns, time,
    },
};

/// The length of a value is known without reading it, so a page ends before it is too long.
const EVENTS: &str = concat!(
    "SELECT ",
    event_columns!(),
    ", e.data FROM (
         SELECT p.*, sum(octet_length(p.data) + octet_length(p.deliveries))
                         OVER (ORDER BY p.organization_id, p.id ROWS UNBOUNDED PRECEDING)
                     - octet_length(p.data) - octet_length(p.deliveries) AS before
         FROM (SELECT * FROM events WHERE (organization_id, id) > ($1, $2)
               ORDER BY organization_id, id LIMIT $3) p) e
     WHERE e.before < $4 ORDER BY e.organization_id, e.id"
);

pub(super) async fn events(conn: &impl Conn, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let (organization, rest) = pages::split(after)?;
    let id = rest.try_into().map_or(Uuid::nil(), Uuid::from_bytes);
    let rows = conn
        .query(EVENTS, &[&organization, &id, &ROWS, &BYTES])
        .await?;
    pages::read(&rows, |row| {
        let event = rows::event(row)?;
        let deliveries = listed(row.try_get(7)?).collect();
        let position = Position::new(&[event.organization_id.as_bytes(), event.id.as_bytes()]);
        Ok((Some(Item::Event(Event { event, deliveries })), position))
    })
}

pub(super) async fn write_events(conn: &impl Conn, items: &[&Event]) -> Result<(), Fault> {
    let mut rows = EventRows::default();
    for one in items {
        let list = one.deliveries.iter().flat_map(|id| *id.as_bytes());
        rows.push(&one.event, list.collect());
    }
    let sql = format!("{STORE_EVENTS} ON CONFLICT DO NOTHING");
    conn.execute(&sql, &rows.params()).await?;
    Ok(())
}

const DELIVERIES: &str = concat!(
    "SELECT ",
    delivery_columns!(),
    ", ",
    is_there!("resends r WHERE r.event_id = d.event_id AND r.delivery_id = d.id"),
    ", ",
    is_there!(
        "events e WHERE e.id = d.event_id AND e.organization_id =
             (SELECT w.organization_id FROM webhooks w WHERE w.id = d.webhook_id)"
    ),
    " FROM (SELECT * FROM deliveries WHERE id > $1 ORDER BY id LIMIT $2) d ORDER BY d.id"
);

pub(super) async fn deliveries(
    conn: &impl Conn,
    after: Option<&Position>,
) -> Result<ItemPage, Fault> {
    let rows = conn.query(DELIVERIES, &[&pages::id(after)?, &ROWS]).await?;
    pages::read(&rows, |row| {
        let delivery = rows::delivery(row)?;
        let one = Delivery {
            id: delivery.id,
            event_id: delivery.event_id,
            webhook_id: delivery.webhook_id,
            standing: delivery.standing(),
            again: row.try_get(DELIVERY_COLUMNS)?,
        };
        let belongs: bool = row.try_get(DELIVERY_COLUMNS + 1)?;
        let position = pages::at(one.id.uuid());
        Ok((belongs.then_some(Item::Delivery(one)), position))
    })
}

pub(super) async fn write_deliveries(conn: &impl Conn, items: &[&Delivery]) -> Result<(), Fault> {
    let all = || items.iter();
    let states = || items.iter().map(|one| &one.standing);
    conn.execute(
        "INSERT INTO deliveries (id, event_id, webhook_id, state, kind, reason, attempts,
                                 created_at, due_at, updated_at)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::smallint[], $5::smallint[],
             $6::smallint[], $7::int[], $8::bigint[], $9::bigint[], $10::bigint[])
         ON CONFLICT DO NOTHING",
        &[
            &all().map(|one| one.id.uuid()).collect::<Vec<_>>(),
            &all().map(|one| one.event_id.uuid()).collect::<Vec<_>>(),
            &all().map(|one| one.webhook_id.uuid()).collect::<Vec<_>>(),
            &states()
                .map(|one| code(one.state.code()))
                .collect::<Vec<_>>(),
            &states()
                .map(|one| code(one.kind.code()))
                .collect::<Vec<_>>(),
            &states()
                .map(|one| one.reason.map(CancelReason::code).map(code))
                .collect::<Vec<_>>(),
            &states()
                .map(|one| one.attempts.cast_signed())
                .collect::<Vec<_>>(),
            &states()
                .map(|one| one.created_at.as_micros())
                .collect::<Vec<_>>(),
            &states().map(|one| time(one.due_at)).collect::<Vec<_>>(),
            &states().map(|one| time(one.updated_at)).collect::<Vec<_>>(),
        ],
    )
    .await?;
    let again = || items.iter().filter(|one| one.again);
    if again().next().is_some() {
        conn.execute(
            "INSERT INTO resends (event_id, delivery_id)
             SELECT * FROM unnest($1::uuid[], $2::uuid[]) ON CONFLICT DO NOTHING",
            &[
                &again().map(|one| one.event_id.uuid()).collect::<Vec<_>>(),
                &again().map(|one| one.id.uuid()).collect::<Vec<_>>(),
            ],
        )
        .await?;
    }
    Ok(())
}

const EXTERNAL_IDS: &str = concat!(
    "SELECT x.organization_id, x.external_id, x.event_id, x.fingerprint, x.matched,
            x.unknown_type, x.created_at,
            ARRAY(SELECT u.id FROM unnest(x.earlier) WITH ORDINALITY AS u (id, place) WHERE ",
    is_there!("events e WHERE e.organization_id = x.organization_id AND e.id = u.id"),
    " ORDER BY u.place), ",
    is_there!("events e WHERE e.organization_id = x.organization_id AND e.id = x.event_id"),
    " FROM (SELECT * FROM external_ids WHERE (organization_id, external_id) > ($1, $2)
            ORDER BY organization_id, external_id LIMIT $3) x
      ORDER BY x.organization_id, x.external_id"
);

pub(super) async fn external_ids(
    conn: &impl Conn,
    after: Option<&Position>,
) -> Result<ItemPage, Fault> {
    let (organization, external_id) = pages::split(after)?;
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
        [&organization, &external_id, &ROWS];
    let rows = conn.query(EXTERNAL_IDS, &params).await?;
    pages::read(&rows, |row| {
        let earlier: Vec<Uuid> = row.try_get(7)?;
        let one = ExternalId {
            organization_id: row.id(0)?,
            external_id: String::from_utf8(row.try_get(1)?).map_err(corrupt)?,
            event_id: row.id(2)?,
            fingerprint: row.try_get::<_, Option<&[u8]>>(3)?.map(array).transpose()?,
            matched: row.u32(4)?,
            unknown_type: row.try_get(5)?,
            created_at: row.at(6)?,
            earlier: earlier.into_iter().map(EventId::from).collect(),
        };
        let belongs: bool = row.try_get(8)?;
        let position = Position::new(&[one.organization_id.as_bytes(), one.external_id.as_bytes()]);
        Ok((belongs.then_some(Item::ExternalId(one)), position))
    })
}

/// There are no arrays of arrays of different lengths: the earlier events of all rows are one array,
/// with the number of the row that each belongs to.
pub(super) async fn write_external_ids(
    conn: &impl Conn,
    items: &[&ExternalId],
) -> Result<(), Fault> {
    let all = || items.iter();
    let (rows, earlier): (Vec<i64>, Vec<Uuid>) = (1_i64..)
        .zip(items)
        .flat_map(|(row, one)| one.earlier.iter().map(move |id| (row, id.uuid())))
        .unzip();
    conn.execute(
        "INSERT INTO external_ids (organization_id, external_id, event_id, fingerprint, matched,
                                   unknown_type, created_at, earlier)
         SELECT x.organization_id, x.external_id, x.event_id, x.fingerprint, x.matched,
                x.unknown_type, x.created_at, coalesce(u.ids, '{}')
         FROM unnest($1::uuid[], $2::bytea[], $3::uuid[], $4::bytea[], $5::int[], $6::bool[],
                     $7::bigint[])
              WITH ORDINALITY AS x (organization_id, external_id, event_id, fingerprint, matched,
                                    unknown_type, created_at, place)
         LEFT JOIN (SELECT place, array_agg(id ORDER BY nth) AS ids
                    FROM unnest($8::bigint[], $9::uuid[]) WITH ORDINALITY AS e (place, id, nth)
                    GROUP BY place) u ON u.place = x.place
         ON CONFLICT DO NOTHING",
        &[
            &all()
                .map(|one| one.organization_id.uuid())
                .collect::<Vec<_>>(),
            &all()
                .map(|one| one.external_id.as_bytes())
                .collect::<Vec<_>>(),
            &all().map(|one| one.event_id.uuid()).collect::<Vec<_>>(),
            &all()
                .map(|one| one.fingerprint.as_ref().map(<[u8; 32]>::as_slice))
                .collect::<Vec<_>>(),
            &all()
                .map(|one| one.matched.cast_signed())
                .collect::<Vec<_>>(),
            &all().map(|one| one.unknown_type).collect::<Vec<_>>(),
            &all()
                .map(|one| one.created_at.as_micros())
                .collect::<Vec<_>>(),
            &rows,
            &earlier,
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn keys(conn: &impl Conn, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let (organization, key) = pages::split(after)?;
    let rows = conn
        .query(
            "SELECT organization_id, key, fingerprint, answer, expires_at FROM idempotency
             WHERE (organization_id, key) > ($1, $2) ORDER BY organization_id, key LIMIT $3",
            &[&organization, &key, &ROWS],
        )
        .await?;
    pages::read(&rows, |row| {
        let one = Key {
            organization_id: row.id(0)?,
            key: array(row.try_get(1)?)?,
            fingerprint: array(row.try_get(2)?)?,
            answer: row.try_get(3)?,
            expires_at: row.at(4)?,
        };
        let position = Position::new(&[one.organization_id.as_bytes(), &one.key]);
        Ok((Some(Item::Key(one)), position))
    })
}

pub(super) async fn write_keys(conn: &impl Conn, items: &[&Key]) -> Result<(), Fault> {
    let all = || items.iter();
    conn.execute(
        "INSERT INTO idempotency (organization_id, key, fingerprint, answer, expires_at)
         SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bigint[])
         ON CONFLICT DO NOTHING",
        &[
            &all()
                .map(|one| one.organization_id.uuid())
                .collect::<Vec<_>>(),
            &all().map(|one| one.key.as_slice()).collect::<Vec<_>>(),
            &all()
                .map(|one| one.fingerprint.as_slice())
                .collect::<Vec<_>>(),
            &all().map(|one| one.answer.as_slice()).collect::<Vec<_>>(),
            &all()
                .map(|one| one.expires_at.as_micros())
                .collect::<Vec<_>>(),
        ],
    )
    .await?;
    Ok(())
}
