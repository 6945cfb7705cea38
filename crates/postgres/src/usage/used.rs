//! What was used.

use bellwire_core::{
    ids::{DeveloperPlanId, OrganizationId},
    ports::Used,
    time::Time,
};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    connect::Conn,
    fault::Fault,
    rows::{Key as _, RowExt as _},
};

pub(crate) const USED: &str = "\
SELECT c.plan_id, c.period, c.count, c.level, c.updated_at
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) WITH ORDINALITY
     AS p (organization_id, plan_id, period, place)
JOIN usage_counters c
    ON c.organization_id = p.organization_id AND c.plan_id = p.plan_id AND c.period = p.period
WHERE (SELECT o.deleted_at IS NULL FROM organizations o WHERE o.id = $4)
ORDER BY p.place";
pub(crate) const HISTORY: &str = "\
SELECT c.plan_id, c.period, c.count, c.level, c.updated_at
FROM organizations o JOIN usage_counters c ON c.organization_id = o.id AND c.plan_id = $2
WHERE o.id = $1 AND o.deleted_at IS NULL ORDER BY c.period DESC LIMIT $3";

fn read(row: &Row) -> Result<Used, Fault> {
    Ok(Used {
        plan: row.id(0)?,
        period_start: row.at(1)?,
        count: row.try_get::<_, i64>(2)?.unsigned_abs(),
        level: row.try_get::<_, i64>(3)?.unsigned_abs(),
        updated_at: row.at(4)?,
    })
}

pub(super) async fn used(
    conn: &impl Conn,
    organization_id: OrganizationId,
    periods: &[(DeveloperPlanId, Time)],
) -> Result<Vec<Used>, Fault> {
    let (plans, starts): (Vec<Uuid>, Vec<i64>) = periods
        .iter()
        .map(|(plan, start)| (plan.uuid(), start.as_micros()))
        .unzip();
    let organizations = vec![organization_id.uuid(); plans.len()];
    let rows = conn
        .query(
            USED,
            &[&organizations, &plans, &starts, &organization_id.uuid()],
        )
        .await?;
    rows.iter().map(read).collect()
}

pub(super) async fn history(
    conn: &impl Conn,
    organization_id: OrganizationId,
    plan: DeveloperPlanId,
    limit: usize,
) -> Result<Vec<Used>, Fault> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = conn
        .query(HISTORY, &[&organization_id.uuid(), &plan.uuid(), &limit])
        .await?;
    rows.iter().map(read).collect()
}
