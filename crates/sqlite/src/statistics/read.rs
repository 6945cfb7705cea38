//! Reading counts: each period is asked for by its key, and what is not folded is added.

use std::collections::{HashMap, HashSet};

use bellwire_core::{
    ids::{OrganizationId, WebhookId},
    ports::{Unfolded, Wanted, Whose},
    statistics::{Batch, Key, Period, Range, Table, Types},
};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{count_columns, result, saved};
use crate::{
    fault::{Fault, corrupt},
    rows::RowExt as _,
};

/// Rows of one webhook in one period, or of all together. Failures have `success` zero.
pub(crate) const SOME: &str = concat!(
    "SELECT r.success, r.type, r.result, r.webhook, ",
    count_columns!(),
    " FROM rollups r WHERE r.period = ?1 AND r.organization = ?2 AND r.webhook = ?3
      AND r.success <= ?4"
);
/// Rows of each webhook of an organization in one period.
pub(crate) const EACH: &str = concat!(
    "SELECT r.success, r.type, r.result, r.webhook, ",
    count_columns!(),
    " FROM rollups r WHERE r.period = ?1 AND r.organization = ?2 AND r.webhook > ?3
      AND r.success <= ?4"
);
/// With more webhooks than this, all of an organization are read and the others left out.
const FEW: usize = 50;

/// Whose rows are read, as they are named in them.
struct Read {
    organization: i64,
    organization_id: Option<OrganizationId>,
    /// One or all together; `None` is each.
    webhook: Option<i64>,
}

pub(super) fn tabulate(
    conn: &Connection,
    wanted: &Wanted,
    mut table: Table,
) -> Result<(Table, u64), Fault> {
    let mut unreadable = 0;
    let mut hooks: HashMap<i64, WebhookId> = HashMap::new();
    let reads = reads(conn, &wanted.whose, &mut hooks)?;
    let types = wanted.types(&table);
    let mut statements = [conn.prepare_cached(SOME)?, conn.prepare_cached(EACH)?];
    for range in &wanted.ranges {
        let (first, last) = codes(conn, range, types)?;
        for (code, read) in (first..last).flat_map(|code| reads.iter().map(move |r| (code, r))) {
            let statement = &mut statements[usize::from(read.webhook.is_none())];
            let webhook = read.webhook.unwrap_or(0);
            let mut rows =
                statement.query(params![code, read.organization, webhook, !wanted.failures])?;
            while let Some(row) = rows.next()? {
                let event_type = row.get_ref(1)?.as_str().map_err(corrupt)?;
                if wanted
                    .event_type
                    .as_deref()
                    .is_some_and(|of| of != event_type)
                {
                    continue;
                }
                let webhook: i64 = row.get(3)?;
                let webhook_id = match webhook {
                    0 => None,
                    seq => match hooks.get(&seq) {
                        Some(id) => Some(*id),
                        None => continue,
                    },
                };
                let Ok(answer) = result(row, 2) else {
                    unreadable += 1;
                    continue;
                };
                let key = Key {
                    organization_id: read.organization_id,
                    webhook_id,
                    event_type: event_type.into(),
                    answer,
                    success: row.get(0)?,
                };
                let period = Period::from_code(code).unwrap_or(Period {
                    span: range.span,
                    number: 0,
                });
                let (counts, wrong) = saved(row, 4);
                unreadable += u64::from(wrong.is_some());
                table.add(period.start(), &key, &counts);
            }
            if table.is_full() {
                return Ok((table, told(unreadable)));
            }
        }
    }
    unreadable += add_unfolded(conn, wanted, &mut table)?;
    Ok((table, told(unreadable)))
}

/// Says that rows were left out, or are not whole.
fn told(unreadable: u64) -> u64 {
    if unreadable > 0 {
        tracing::error!(
            rows = unreadable,
            "statistics were read without rows, or parts of rows, that cannot be read"
        );
    }
    unreadable
}

/// The periods of a range that can have rows: a range may begin long before the first.
fn codes(conn: &Connection, range: &Range, types: Types) -> Result<(i64, i64), Fault> {
    let (first, last) = range.codes(types);
    let oldest: Option<i64> = conn
        .prepare_cached("SELECT min(period) FROM rollups WHERE period >= ?1 AND period < ?2")?
        .query_row([first, last], |row| row.get(0))?;
    Ok(oldest.map_or((first, first), |oldest| (oldest, last)))
}

fn reads(
    conn: &Connection,
    whose: &Whose,
    hooks: &mut HashMap<i64, WebhookId>,
) -> Result<Vec<Read>, Fault> {
    let (id, webhooks) = match whose {
        Whose::Platform => {
            return Ok(vec![Read {
                organization: 0,
                organization_id: None,
                webhook: Some(0),
            }]);
        }
        Whose::Organizations => {
            let mut statement =
                conn.prepare_cached("SELECT seq, id FROM organizations WHERE deleted_at IS NULL")?;
            let reads = statement.query_map([], |row| {
                Ok(Read {
                    organization: row.get(0)?,
                    organization_id: Some(row.id(1)?),
                    webhook: Some(0),
                })
            })?;
            return Ok(reads.collect::<rusqlite::Result<_>>()?);
        }
        Whose::Organization(id) | Whose::Webhooks(id) => (*id, None),
        Whose::These(id, webhooks) => (*id, Some(webhooks)),
    };
    let Some(organization) = crate::query::organization(conn, id)? else {
        return Ok(Vec::new());
    };
    let read = |webhook| Read {
        organization,
        organization_id: Some(id),
        webhook,
    };
    if matches!(whose, Whose::Organization(_)) {
        return Ok(vec![read(Some(0))]);
    }
    match webhooks {
        Some(webhooks) => {
            let mut find = conn
                .prepare_cached("SELECT seq FROM webhooks WHERE id = ?1 AND organization = ?2")?;
            for id in webhooks {
                let seq: Option<i64> = find
                    .query_row(params![id.as_bytes(), organization], |row| row.get(0))
                    .optional()?;
                hooks.extend(seq.map(|seq| (seq, *id)));
            }
            if webhooks.len() <= FEW {
                return Ok(hooks.keys().map(|seq| read(Some(*seq))).collect());
            }
        }
        None => {
            // Tombstones too: both halves have an index.
            let mut find = conn.prepare_cached(
                "SELECT seq, id FROM webhooks WHERE organization = ?1 AND deleted_at IS NULL
                 UNION ALL
                 SELECT seq, id FROM webhooks WHERE organization = ?1 AND deleted_at IS NOT NULL",
            )?;
            let rows = find.query_map([organization], |row| Ok((row.get(0)?, row.id(1)?)))?;
            for row in rows {
                let (seq, id) = row?;
                hooks.insert(seq, id);
            }
        }
    }
    Ok(vec![read(None)])
}

/// How many rows could not be read.
fn add_unfolded(conn: &Connection, wanted: &Wanted, table: &mut Table) -> Result<u64, Fault> {
    let mut unreadable = 0;
    let living: HashSet<OrganizationId> = match &wanted.whose {
        Whose::Organizations => conn
            .prepare_cached("SELECT id FROM organizations WHERE deleted_at IS NULL")?
            .query_map([], |row| row.id(0))?
            .collect::<rusqlite::Result<_>>()?,
        _ => HashSet::new(),
    };
    let unfolded = Unfolded::new(wanted);
    let mut statement = conn.prepare_cached("SELECT body FROM rollup_deltas ORDER BY seq")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        match Batch::decode(row.get_ref(0)?.as_blob().map_err(corrupt)?) {
            Some(batch) => unfolded.add(&batch, |id| living.contains(&id), table),
            None => unreadable += 1,
        }
    }
    Ok(unreadable)
}
