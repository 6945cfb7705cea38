//! What was used.

use bellwire_core::{
    ids::{DeveloperPlanId, OrganizationId},
    ports::Used,
    time::Time,
    usage::Noun,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::list::seq_of;
use crate::{fault::Fault, rows::RowExt as _};

const USED: &str = "\
SELECT c.period, c.count, c.level, c.updated_at
FROM usage_items i JOIN usage_counters c ON c.plan = i.seq
WHERE i.organization = ?1 AND i.noun = ?2 AND i.key = ?3 AND c.period = ?4";
pub(crate) const HISTORY: &str = "\
SELECT c.period, c.count, c.level, c.updated_at
FROM usage_items i JOIN usage_counters c ON c.plan = i.seq
WHERE i.organization = ?1 AND i.noun = ?2 AND i.key = ?3 ORDER BY c.period DESC LIMIT ?4";

fn read(row: &Row<'_>, plan: DeveloperPlanId) -> rusqlite::Result<Used> {
    Ok(Used {
        plan,
        period_start: row.at(0)?,
        count: row.get::<_, i64>(1)?.unsigned_abs(),
        level: row.get::<_, i64>(2)?.unsigned_abs(),
        updated_at: row.at(3)?,
    })
}

pub(super) fn used(
    conn: &Connection,
    organization_id: OrganizationId,
    periods: &[(DeveloperPlanId, Time)],
) -> Result<Vec<Used>, Fault> {
    let Some(organization) = seq_of(conn, organization_id)? else {
        return Ok(Vec::new());
    };
    let mut statement = conn.prepare_cached(USED)?;
    let mut all = Vec::with_capacity(periods.len());
    for (plan, period) in periods {
        let of = params![
            organization,
            Noun::DeveloperPlan.code(),
            plan.to_string(),
            period.as_micros()
        ];
        let found = statement.query_row(of, |row| read(row, *plan)).optional()?;
        all.extend(found);
    }
    Ok(all)
}

pub(super) fn history(
    conn: &Connection,
    organization_id: OrganizationId,
    plan: DeveloperPlanId,
    limit: usize,
) -> Result<Vec<Used>, Fault> {
    let Some(organization) = seq_of(conn, organization_id)? else {
        return Ok(Vec::new());
    };
    let of = params![
        organization,
        Noun::DeveloperPlan.code(),
        plan.to_string(),
        i64::try_from(limit).unwrap_or(i64::MAX)
    ];
    let found = conn
        .prepare_cached(HISTORY)?
        .query_map(of, |row| read(row, plan))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(found)
}
