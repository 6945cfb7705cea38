//! Usage, out of and into its tables: documents, counters, ids of records.
//!
//! The ids of a chunk are one row; what is read is one item for each. The runs that they are in are made
//! of them again.

use bellwire_core::{
    copied::{Item, RecordId, UsageCounter},
    ids::{DeveloperPlanId, OrganizationId},
    ports::{CHUNK, ItemPage, PAGE_ITEMS, Position},
    stored::usage::words,
    time::Time,
    usage::{self, Counter, Noun},
};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::pages::{self, ROWS};
use crate::{
    fault::{Fault, corrupt},
    rows::RowExt as _,
    usage::{item, item_columns},
};

pub(super) fn items(conn: &Connection, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let mut statement = conn.prepare_cached(concat!(
        "SELECT ",
        item_columns!(),
        ", (SELECT o.id FROM organizations o WHERE o.seq = usage_items.organization), seq
         FROM usage_items WHERE seq > ?1 ORDER BY seq LIMIT ?2"
    ))?;
    pages::read(&mut statement, params![pages::seq(after)?, ROWS], |row| {
        let one = item(row, row.id(9)?)?;
        let bytes = one.body.len();
        Ok((
            Item::UsageItem(Box::new(one)),
            pages::at(row.get(10)?),
            bytes,
        ))
    })
}

pub(super) fn write_item(conn: &Connection, one: &usage::Item) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO usage_items (organization, noun, key, parent, owner, body, words, created_at,
                                  created_by, updated_at, updated_by)
         SELECT seq, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 FROM organizations WHERE id = ?1
         ON CONFLICT (organization, noun, key) DO NOTHING",
    )?
    .execute(params![
        one.organization_id.as_bytes(),
        one.noun.code(),
        one.key,
        one.parent,
        one.owner,
        one.body,
        words(one),
        one.stamp.created_at.as_micros(),
        one.stamp.created_by,
        one.stamp.updated_at.as_micros(),
        one.stamp.updated_by,
    ])?;
    Ok(())
}

pub(super) fn counters(conn: &Connection, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let (plan, period) = pages::split(after)?;
    let period = match period {
        [] => i64::MIN,
        bytes => i64::from_be_bytes(
            bytes
                .try_into()
                .map_err(|_| corrupt("the record of the copy is damaged"))?,
        ),
    };
    let mut statement = conn.prepare_cached(
        "SELECT c.plan, c.period, c.count, c.level, c.updated_at, i.key, o.id
         FROM usage_counters c CROSS JOIN usage_items i ON i.seq = c.plan
         CROSS JOIN organizations o ON o.seq = i.organization
         WHERE (c.plan, c.period) > (?1, ?2) ORDER BY c.plan, c.period LIMIT ?3",
    )?;
    pages::read(&mut statement, params![plan, period, ROWS], |row| {
        let (plan, period): (i64, i64) = (row.get(0)?, row.get(1)?);
        let key: String = row.get(5)?;
        let one = UsageCounter {
            organization_id: row.id::<OrganizationId>(6)?,
            plan: key.parse::<DeveloperPlanId>().map_err(corrupt)?,
            period_start: Time::from_micros(period),
            counter: Counter {
                count: row.get::<_, i64>(2)?.unsigned_abs(),
                level: row.get::<_, i64>(3)?.unsigned_abs(),
            },
            updated_at: row.at(4)?,
        };
        let position = Position::new(&[&plan.to_be_bytes(), &period.to_be_bytes()]);
        Ok((Item::UsageCounter(one), position, 0))
    })
}

pub(super) fn write_counter(conn: &Connection, one: &UsageCounter) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO usage_counters (plan, period, count, level, updated_at)
         SELECT i.seq, ?4, ?5, ?6, ?7 FROM organizations o
         JOIN usage_items i ON i.organization = o.seq AND i.noun = ?2 AND i.key = ?3
         WHERE o.id = ?1 ON CONFLICT (plan, period) DO NOTHING",
    )?
    .execute(params![
        one.organization_id.as_bytes(),
        Noun::DeveloperPlan.code(),
        one.plan.to_string(),
        one.period_start.as_micros(),
        one.counter.count.cast_signed(),
        one.counter.level.cast_signed(),
        one.updated_at.as_micros(),
    ])?;
    Ok(())
}

/// Whole batches, as many as a page has room for.
pub(super) fn record_ids(conn: &Connection, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let mut page = ItemPage {
        items: Vec::new(),
        next: None,
    };
    let mut statement = conn.prepare_cached(
        "SELECT b.seq, o.id, b.at, b.ids
         FROM usage_batches b CROSS JOIN organizations o ON o.seq = b.organization
         WHERE b.seq > ?1 ORDER BY b.seq",
    )?;
    let mut last = None;
    let mut rows = statement.query([pages::seq(after)?])?;
    while let Some(row) = rows.next()? {
        let bytes: Vec<u8> = row.get(3)?;
        let (ids, _) = bytes.as_chunks::<16>();
        if let Some(last) = last
            && page.items.len() + ids.len() > PAGE_ITEMS
        {
            page.next = Some(pages::at(last));
            break;
        }
        last = Some(row.get(0)?);
        let (organization_id, at) = (row.id::<OrganizationId>(1)?, row.at(2)?);
        page.items.extend(ids.iter().map(|id| {
            Item::RecordId(RecordId {
                organization_id,
                id: *id,
                at,
            })
        }));
    }
    Ok(page)
}

/// Behind the last batch: one that is of the same time takes it in, while it is short. They come in any
/// order here, which nobody minds, and the first start makes runs of them. One that was written twice
/// would be there twice: how far a copy has come is written with its page, so none is.
pub(super) fn write_record_id(conn: &Connection, one: &RecordId) -> Result<(), Fault> {
    let organization: Option<i64> = conn
        .prepare_cached("SELECT seq FROM organizations WHERE id = ?1")?
        .query_row([one.organization_id.as_bytes()], |row| row.get(0))
        .optional()?;
    let Some(organization) = organization else {
        return Ok(());
    };
    let at = one.at.as_micros();
    let joined = conn
        .prepare_cached(
            "UPDATE usage_batches SET ids = CAST(ids || ?3 AS BLOB)
             WHERE seq = (SELECT max(seq) FROM usage_batches) AND organization = ?1 AND at = ?2
                   AND length(ids) < ?4",
        )?
        .execute(params![organization, at, one.id, 16 * CHUNK as i64])?;
    if joined == 0 {
        conn.prepare_cached(
            "INSERT INTO usage_batches (organization, at, ids) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![organization, at, one.id])?;
    }
    Ok(())
}
