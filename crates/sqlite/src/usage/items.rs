//! Documents: made, changed and deleted.

use bellwire_core::{
    audit::Entry,
    ids::OrganizationId,
    ports::Error,
    stored::usage::{apart, document, still_has, words},
    time::Time,
    usage::{Document, Item, Noun},
};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{ids, list};
use crate::{audit, fault::Fault, work::Work};

/// A document's row by its key.
pub(crate) const ONE: &str =
    "SELECT seq, body FROM usage_items WHERE organization = ?1 AND noun = ?2 AND key = ?3";

/// A document with the number of its row.
pub(super) fn read<D: Document>(
    conn: &Connection,
    organization: i64,
    key: &str,
) -> Result<Option<(i64, D)>, Fault> {
    let found: Option<(i64, String)> = conn
        .prepare_cached(ONE)?
        .query_row(params![organization, D::NOUN.code(), key], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    found
        .map(|(seq, body)| Ok((seq, document(key, &body)?)))
        .transpose()
}

/// A document that another one names.
pub(super) fn needed<D: Document>(
    conn: &Connection,
    organization: i64,
    key: &str,
) -> Result<D, Fault> {
    match read(conn, organization, key)? {
        Some((_, document)) => Ok(document),
        None => Err(Error::NotFound(D::NOUN.as_str()).into()),
    }
}

fn seq(
    conn: &Connection,
    organization: i64,
    noun: Noun,
    key: &str,
) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached(ONE)?
        .query_row(params![organization, noun.code(), key], |row| row.get(0))
        .optional()
}

/// Sees that a developer's plan lies over no other one.
fn check_apart(conn: &Connection, organization: i64, item: &Item) -> Result<(), Fault> {
    if let (Noun::DeveloperPlan, Some(parent), Some(owner)) = (item.noun, &item.parent, &item.owner)
    {
        let others = list::of_pair(conn, organization, owner, parent)?;
        apart(
            item,
            others
                .iter()
                .map(|(key, body)| (key.as_str(), body.as_str())),
        )?;
    }
    Ok(())
}

pub(super) fn create(work: &mut Work<'_>, item: &Item, entry: &Entry) -> Result<(), Fault> {
    let organization = work.organization(item.organization_id)?.seq;
    let conn = work.conn;
    if seq(conn, organization, item.noun, &item.key)?.is_some() {
        return Err(Error::Taken("key").into());
    }
    for (noun, key) in [
        (item.noun.parent(), &item.parent),
        (item.noun.owner(), &item.owner),
    ] {
        let Some(noun) = noun else { continue };
        let found = match key {
            Some(key) => seq(conn, organization, noun, key)?,
            None => None,
        };
        if found.is_none() {
            return Err(Error::NotFound(noun.as_str()).into());
        }
    }
    check_apart(conn, organization, item)?;
    conn.prepare_cached(
        "INSERT INTO usage_items (organization, noun, key, parent, owner, body, words, created_at,
                                  created_by, updated_at, updated_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        organization,
        item.noun.code(),
        item.key,
        item.parent,
        item.owner,
        item.body,
        words(item),
        item.stamp.created_at.as_micros(),
        item.stamp.created_by,
        item.stamp.updated_at.as_micros(),
        item.stamp.updated_by,
    ])?;
    audit::write(conn, entry)
}

pub(super) fn update(
    work: &mut Work<'_>,
    item: &Item,
    former: Time,
    entry: &Entry,
) -> Result<(), Fault> {
    let organization = work.organization(item.organization_id)?.seq;
    let conn = work.conn;
    let found: Option<(i64, i64)> = conn
        .prepare_cached(
            "SELECT seq, updated_at FROM usage_items
             WHERE organization = ?1 AND noun = ?2 AND key = ?3",
        )?
        .query_row(params![organization, item.noun.code(), item.key], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (seq, updated_at) = found.ok_or(Error::NotFound(item.noun.as_str()))?;
    if updated_at != former.as_micros() {
        return Err(Error::Stale.into());
    }
    check_apart(conn, organization, item)?;
    conn.prepare_cached(
        "UPDATE usage_items SET body = ?2, words = ?3, updated_at = ?4, updated_by = ?5
         WHERE seq = ?1",
    )?
    .execute(params![
        seq,
        item.body,
        words(item),
        item.stamp.updated_at.as_micros(),
        item.stamp.updated_by,
    ])?;
    work.state.usage.changed(item.noun);
    audit::write(conn, entry)
}

pub(super) fn delete(
    work: &mut Work<'_>,
    organization_id: OrganizationId,
    noun: Noun,
    key: &str,
    entry: &Entry,
) -> Result<(), Fault> {
    let not_found = || Error::NotFound(noun.as_str());
    let organization = match work.state.organization(work.conn, organization_id)? {
        Some(organization) => organization.seq,
        None => return Err(not_found().into()),
    };
    let conn = work.conn;
    let seq = seq(conn, organization, noun, key)?.ok_or_else(not_found)?;
    let of = |parent: bool| {
        let column = if parent { "parent" } else { "owner" };
        format!("organization = ?1 AND noun = ?2 AND {column} = ?3")
    };
    let children = |child: &&Noun| child.parent() == Some(noun);
    for child in Noun::ALL.iter().filter(children) {
        let there = conn
            .prepare_cached(&format!(
                "SELECT 1 FROM usage_items WHERE {} LIMIT 1",
                of(true)
            ))?
            .exists(params![organization, child.code(), key])?;
        if there && !child.goes_with_parent() {
            return Err(still_has(noun, *child).into());
        }
    }
    // From here on only SQLite can say no.
    let mut gone = vec![seq];
    for child in Noun::ALL {
        for (parent, goes) in [
            (
                true,
                child.parent() == Some(noun) && child.goes_with_parent(),
            ),
            (false, child.owner() == Some(noun)),
        ] {
            if goes {
                let found = conn
                    .prepare_cached(&format!("SELECT seq FROM usage_items WHERE {}", of(parent)))?
                    .query_map(params![organization, child.code(), key], |row| row.get(0))?
                    .collect::<rusqlite::Result<Vec<i64>>>()?;
                gone.extend(found);
            }
        }
    }
    let mut counters = conn.prepare_cached("DELETE FROM usage_counters WHERE plan = ?1")?;
    let mut items = conn.prepare_cached("DELETE FROM usage_items WHERE seq = ?1")?;
    for seq in gone {
        counters.execute([seq])?;
        items.execute([seq])?;
    }
    work.state.usage.changed(noun);
    audit::write(conn, entry)
}

/// Removes some of what a deleted organization had; false when nothing is left.
pub(crate) fn forget(work: &mut Work<'_>, organization: i64, rows: usize) -> Result<bool, Fault> {
    if ids::forget(work, organization, rows)? {
        return Ok(true);
    }
    work.state.usage.clear();
    for table in [
        "DELETE FROM usage_counters WHERE (plan, period) IN (
             SELECT c.plan, c.period FROM usage_items i JOIN usage_counters c ON c.plan = i.seq
             WHERE i.organization = ?1 AND i.noun = 4 LIMIT ?2)",
        "DELETE FROM usage_items WHERE seq IN (
             SELECT seq FROM usage_items WHERE organization = ?1 LIMIT ?2)",
    ] {
        let removed = work
            .conn
            .prepare_cached(table)?
            .execute(params![organization, rows as i64])?;
        if removed == rows {
            return Ok(true);
        }
    }
    Ok(false)
}
