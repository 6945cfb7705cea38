//! Usage, out of and into its tables: documents, counters, ids of records.

use bellwire_core::{
    copied::{Item, RecordId, UsageCounter},
    ports::{ItemPage, Position},
    stored::usage::words,
    usage::{self, Counter},
};
use uuid::Uuid;

use super::pages::{self, ROWS, is_there};
use crate::{
    connect::Conn,
    enqueue::array,
    fault::{Fault, corrupt},
    rows::{Key as _, RowExt as _, text},
    usage::{item, item_columns},
};

const ITEMS: &str = concat!(
    "SELECT ",
    item_columns!(),
    ", ",
    is_there!("organizations o WHERE o.id = i.organization_id"),
    " FROM (SELECT * FROM usage_items WHERE (organization_id, noun, key) > ($1, $2, $3)
            ORDER BY organization_id, noun, key LIMIT $4) i
      ORDER BY i.organization_id, i.noun, i.key"
);

pub(super) async fn items(conn: &impl Conn, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let (organization, rest) = pages::split(after)?;
    let (noun, key) = match rest.split_first_chunk() {
        Some((noun, key)) => (i16::from_be_bytes(*noun), key),
        None => (i16::MIN, &[][..]),
    };
    let key = std::str::from_utf8(key).map_err(corrupt)?;
    let rows = conn
        .query(ITEMS, &[&organization, &noun, &key, &ROWS])
        .await?;
    pages::read(&rows, |row| {
        let one = item(row)?;
        let belongs: bool = row.try_get(10)?;
        let position = Position::new(&[
            one.organization_id.as_bytes(),
            &one.noun.code().to_be_bytes(),
            one.key.as_bytes(),
        ]);
        Ok((belongs.then(|| Item::UsageItem(Box::new(one))), position))
    })
}

pub(super) async fn write_items(conn: &impl Conn, items: &[&usage::Item]) -> Result<(), Fault> {
    let all = || items.iter();
    conn.execute(
        "INSERT INTO usage_items (organization_id, noun, key, parent, owner, body, words,
                                  created_at, created_by, updated_at, updated_by)
         SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::text[], $5::text[],
                              $6::text[], $7::text[], $8::bigint[], $9::text[], $10::bigint[],
                              $11::text[])
         ON CONFLICT DO NOTHING",
        &[
            &all()
                .map(|one| one.organization_id.uuid())
                .collect::<Vec<_>>(),
            &all().map(|one| one.noun.code()).collect::<Vec<_>>(),
            &all().map(|one| text(&one.key)).collect::<Vec<_>>(),
            &all()
                .map(|one| one.parent.as_deref().map(text))
                .collect::<Vec<_>>(),
            &all()
                .map(|one| one.owner.as_deref().map(text))
                .collect::<Vec<_>>(),
            &all().map(|one| text(&one.body)).collect::<Vec<_>>(),
            &all().map(|one| text(&words(one))).collect::<Vec<_>>(),
            &all()
                .map(|one| one.stamp.created_at.as_micros())
                .collect::<Vec<_>>(),
            &all()
                .map(|one| text(&one.stamp.created_by))
                .collect::<Vec<_>>(),
            &all()
                .map(|one| one.stamp.updated_at.as_micros())
                .collect::<Vec<_>>(),
            &all()
                .map(|one| text(&one.stamp.updated_by))
                .collect::<Vec<_>>(),
        ],
    )
    .await?;
    Ok(())
}

const COUNTERS: &str = concat!(
    "SELECT c.organization_id, c.plan_id, c.period, c.count, c.level, c.updated_at, ",
    is_there!("organizations o WHERE o.id = c.organization_id"),
    " FROM (SELECT * FROM usage_counters WHERE (organization_id, plan_id, period) > ($1, $2, $3)
            ORDER BY organization_id, plan_id, period LIMIT $4) c
      ORDER BY c.organization_id, c.plan_id, c.period"
);

pub(super) async fn counters(
    conn: &impl Conn,
    after: Option<&Position>,
) -> Result<ItemPage, Fault> {
    let (organization, rest) = pages::split(after)?;
    let (plan, period) = match rest.split_first_chunk() {
        Some((plan, period)) => {
            let period = period.try_into();
            let period = period.map_err(|_| corrupt("the record of the copy is damaged"))?;
            (Uuid::from_bytes(*plan), i64::from_be_bytes(period))
        }
        None => (Uuid::nil(), i64::MIN),
    };
    let rows = conn
        .query(COUNTERS, &[&organization, &plan, &period, &ROWS])
        .await?;
    pages::read(&rows, |row| {
        let one = UsageCounter {
            organization_id: row.id(0)?,
            plan: row.id(1)?,
            period_start: row.at(2)?,
            counter: Counter {
                count: row.try_get::<_, i64>(3)?.unsigned_abs(),
                level: row.try_get::<_, i64>(4)?.unsigned_abs(),
            },
            updated_at: row.at(5)?,
        };
        let belongs: bool = row.try_get(6)?;
        let position = Position::new(&[
            one.organization_id.as_bytes(),
            one.plan.as_bytes(),
            &one.period_start.as_micros().to_be_bytes(),
        ]);
        Ok((belongs.then_some(Item::UsageCounter(one)), position))
    })
}

pub(super) async fn write_counters(conn: &impl Conn, items: &[&UsageCounter]) -> Result<(), Fault> {
    let all = || items.iter();
    conn.execute(
        "INSERT INTO usage_counters (organization_id, plan_id, period, count, level, updated_at)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[],
                              $6::bigint[])
         ON CONFLICT DO NOTHING",
        &[
            &all()
                .map(|one| one.organization_id.uuid())
                .collect::<Vec<_>>(),
            &all().map(|one| one.plan.uuid()).collect::<Vec<_>>(),
            &all()
                .map(|one| one.period_start.as_micros())
                .collect::<Vec<_>>(),
            &all()
                .map(|one| one.counter.count.cast_signed())
                .collect::<Vec<_>>(),
            &all()
                .map(|one| one.counter.level.cast_signed())
                .collect::<Vec<_>>(),
            &all()
                .map(|one| one.updated_at.as_micros())
                .collect::<Vec<_>>(),
        ],
    )
    .await?;
    Ok(())
}

const RECORD_IDS: &str = concat!(
    "SELECT r.organization_id, r.id, r.at, ",
    is_there!("organizations o WHERE o.id = r.organization_id"),
    " FROM (SELECT * FROM usage_records WHERE (organization_id, id) > ($1, $2)
            ORDER BY organization_id, id LIMIT $3) r
      ORDER BY r.organization_id, r.id"
);

pub(super) async fn record_ids(
    conn: &impl Conn,
    after: Option<&Position>,
) -> Result<ItemPage, Fault> {
    let (organization, id) = pages::split(after)?;
    let rows = conn.query(RECORD_IDS, &[&organization, &id, &ROWS]).await?;
    pages::read(&rows, |row| {
        let one = RecordId {
            organization_id: row.id(0)?,
            id: array(row.try_get(1)?)?,
            at: row.at(2)?,
        };
        let belongs: bool = row.try_get(3)?;
        let position = Position::new(&[one.organization_id.as_bytes(), &one.id]);
        Ok((belongs.then_some(Item::RecordId(one)), position))
    })
}

pub(super) async fn write_record_ids(conn: &impl Conn, items: &[&RecordId]) -> Result<(), Fault> {
    let all = || items.iter();
    conn.execute(
        "INSERT INTO usage_records (organization_id, id, at)
         SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::bigint[]) ON CONFLICT DO NOTHING",
        &[
            &all()
                .map(|one| one.organization_id.uuid())
                .collect::<Vec<_>>(),
            &all().map(|one| one.id.as_slice()).collect::<Vec<_>>(),
            &all().map(|one| one.at.as_micros()).collect::<Vec<_>>(),
        ],
    )
    .await?;
    Ok(())
}
