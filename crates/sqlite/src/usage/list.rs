//! Documents: read and listed. Lists are oldest first.

use std::collections::HashMap;

use bellwire_core::{
    ids::OrganizationId,
    ports::{Bought, Error, ItemFilter, Listed, Window},
    stored::usage::document,
    usage::{Developer, DeveloperPlan, Document, Item, Noun, RatePlan, Stamp},
};
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter, types::Value};

use super::items;
use crate::{
    fault::Fault,
    rows::{RowExt as _, damage},
};

/// The columns that [`item`] reads.
macro_rules! item_columns {
    () => {
        "noun, key, parent, owner, body, created_at, created_by, updated_at, updated_by"
    };
}
pub(crate) use item_columns;

pub(crate) fn item(row: &Row<'_>, organization_id: OrganizationId) -> rusqlite::Result<Item> {
    let code: i16 = row.get(0)?;
    Ok(Item {
        organization_id,
        noun: Noun::from_code(code).ok_or_else(|| damage(0, format!("{code} is no noun")))?,
        key: row.get(1)?,
        parent: row.get(2)?,
        owner: row.get(3)?,
        body: row.get(4)?,
        stamp: Stamp {
            created_at: row.at(5)?,
            created_by: row.get(6)?,
            updated_at: row.at(7)?,
            updated_by: row.get(8)?,
        },
    })
}

/// A living organization's number.
pub(super) fn seq_of(conn: &Connection, id: OrganizationId) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT seq FROM organizations WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()
}

pub(super) fn one(
    conn: &Connection,
    organization_id: OrganizationId,
    noun: Noun,
    key: &str,
) -> Result<Option<Item>, Fault> {
    let Some(organization) = seq_of(conn, organization_id)? else {
        return Ok(None);
    };
    let found = conn
        .prepare_cached(concat!(
            "SELECT ",
            item_columns!(),
            " FROM usage_items WHERE organization = ?1 AND noun = ?2 AND key = ?3"
        ))?
        .query_row(params![organization, noun.code(), key], |row| {
            item(row, organization_id)
        })
        .optional()?;
    Ok(found)
}

/// What a list reads, and what it counts: with its own statement for each set of conditions, so that
/// each walks its index. Parameters are numbered in the order of the conditions.
pub(crate) fn list(filter: &ItemFilter) -> (String, String) {
    let mut sql = "FROM usage_items WHERE organization = ?1 AND noun = ?2".to_owned();
    let mut parameter = 2;
    for (given, condition) in [
        (filter.parent.is_some(), "parent = ?"),
        (filter.owner.is_some(), "owner = ?"),
        (filter.text.is_some(), "0 < instr(words, ?"),
    ] {
        if given {
            parameter += 1;
            sql.push_str(&format!(" AND {condition}{parameter}"));
            if condition.contains('(') {
                sql.push(')');
            }
        }
    }
    let count = format!("SELECT count(*) {sql}");
    let (limit, offset) = (parameter + 1, parameter + 2);
    let columns = item_columns!();
    let list =
        format!("SELECT {columns} {sql} ORDER BY created_at, key LIMIT ?{limit} OFFSET ?{offset}");
    (list, count)
}

pub(super) fn items(
    conn: &Connection,
    organization_id: OrganizationId,
    filter: &ItemFilter,
    window: Window,
) -> Result<Listed, Fault> {
    let Some(organization) = seq_of(conn, organization_id)? else {
        return Ok(Listed {
            items: Vec::new(),
            total: 0,
        });
    };
    let (list, count) = list(filter);
    let mut values: Vec<Value> = vec![organization.into(), filter.noun.code().into()];
    let text = filter.text.as_ref().map(|text| text.to_lowercase());
    let texts = [&filter.parent, &filter.owner, &text];
    values.extend(
        texts
            .into_iter()
            .flatten()
            .map(|text| Value::from(text.clone())),
    );
    let total: i64 = conn
        .prepare_cached(&count)?
        .query_row(params_from_iter(&values), |row| row.get(0))?;
    values.push(i64::try_from(window.limit).unwrap_or(i64::MAX).into());
    values.push(i64::try_from(window.offset).unwrap_or(i64::MAX).into());
    let items = conn
        .prepare_cached(&list)?
        .query_map(params_from_iter(&values), |row| item(row, organization_id))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(Listed {
        items,
        total: total.unsigned_abs(),
    })
}

/// Documents that belong to another one, oldest first.
pub(super) fn children<D: Document>(
    conn: &Connection,
    organization: i64,
    parent: &str,
) -> Result<Vec<D>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT key, body FROM usage_items WHERE organization = ?1 AND noun = ?2 AND parent = ?3
         ORDER BY created_at, key",
    )?;
    let mut rows = statement.query(params![organization, D::NOUN.code(), parent])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (key, body): (String, String) = (row.get(0)?, row.get(1)?);
        found.push(document(&key, &body)?);
    }
    Ok(found)
}

/// A developer's plans of one rate plan.
pub(crate) const OF_PAIR: &str = "\
SELECT key, body FROM usage_items
WHERE organization = ?1 AND noun = ?2 AND owner = ?3 AND parent = ?4 ORDER BY created_at, key";

/// A developer's plans of one rate plan, keys and bodies, oldest first.
pub(super) fn of_pair(
    conn: &Connection,
    organization: i64,
    developer: &str,
    rate_plan: &str,
) -> rusqlite::Result<Vec<(String, String)>> {
    conn.prepare_cached(OF_PAIR)?
        .query_map(
            params![
                organization,
                Noun::DeveloperPlan.code(),
                developer,
                rate_plan
            ],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?
        .collect()
}

pub(super) fn bought(
    conn: &Connection,
    organization_id: OrganizationId,
    pairs: &[(String, String)],
) -> Result<Vec<Vec<Bought>>, Fault> {
    let mut answers = vec![Vec::new(); pairs.len()];
    let Some(organization) = seq_of(conn, organization_id)? else {
        return Ok(answers);
    };
    // In the order of the index, so that rows that lie side by side are read together.
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    order.sort_unstable_by_key(|place| &pairs[*place]);
    let mut rate_plans: HashMap<&str, RatePlan> = HashMap::new();
    let mut last: Option<(&str, Vec<String>)> = None;
    for place in order {
        let (developer, rate_plan) = &pairs[place];
        let plans = of_pair(conn, organization, developer, rate_plan)?;
        if plans.is_empty() {
            continue;
        }
        if !rate_plans.contains_key(rate_plan.as_str()) {
            let found = items::needed(conn, organization, rate_plan)?;
            rate_plans.insert(rate_plan, found);
        }
        let months = rate_plans
            .get(rate_plan.as_str())
            .map(|rate_plan| rate_plan.months)
            .ok_or(Error::NotFound("rate plan"))?;
        let applications = match &last {
            Some((of, applications)) if of == developer => applications.clone(),
            _ => {
                let found: Developer = items::needed(conn, organization, developer)?;
                last = Some((developer, found.applications.clone()));
                found.applications
            }
        };
        for (key, body) in plans {
            answers[place].push(Bought {
                plan: document::<DeveloperPlan>(&key, &body)?,
                months,
                applications: applications.clone(),
            });
        }
    }
    Ok(answers)
}
