//! Deliveries as they are to be seen: the row, and what its webhook has done to it since.

use bellwire_core::{
    delivery::Delivery,
    ids::{DeliveryId, OrganizationId},
};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    connect::Conn,
    fault::Fault,
    rows::{self, DELIVERY_COLUMNS, Key as _, delivery_columns, mark_columns},
};

/// Deliveries by their ids; `$2` and `$3` bound them, so that only their days are looked at.
/// The planner takes such a range for a few rows and would read all of it for a join: `LATERAL` with a
/// limit keeps it to one look into the primary key for each id. The same goes for the others that look
/// for rows by a list of ids.
pub(crate) const BY_ID: &str = concat!(
    "SELECT ",
    delivery_columns!(),
    ", ",
    mark_columns!(),
    " FROM unnest($1::uuid[]) AS k (id)
      CROSS JOIN LATERAL (
          SELECT * FROM deliveries d WHERE d.id = k.id AND d.id >= $2 AND d.id <= $3 LIMIT 1
      ) d JOIN webhooks w ON w.id = d.webhook_id"
);

const ONE: &str = concat!(
    "SELECT ",
    delivery_columns!(),
    ", ",
    mark_columns!(),
    " FROM deliveries d JOIN webhooks w ON w.id = d.webhook_id
      JOIN organizations o ON o.id = w.organization_id
      WHERE d.id = $1 AND o.id = $2 AND o.deleted_at IS NULL"
);

fn seen(row: &Row, organization_id: OrganizationId) -> Result<Delivery, Fault> {
    let marks = rows::marks(row, DELIVERY_COLUMNS)?;
    Ok(rows::delivery(row)?.seen(organization_id, &marks))
}

/// Deliveries of an organization whose ids come from its events.
pub(super) async fn by_id(
    conn: &impl Conn,
    organization_id: OrganizationId,
    ids: &[Uuid],
) -> Result<Vec<Delivery>, Fault> {
    let (Some(first), Some(last)) = (ids.iter().min(), ids.iter().max()) else {
        return Ok(Vec::new());
    };
    let rows = conn.query(BY_ID, &[&ids, first, last]).await?;
    rows.iter().map(|row| seen(row, organization_id)).collect()
}

/// One delivery of a living organization.
pub(crate) async fn delivery_of(
    conn: &impl Conn,
    organization_id: OrganizationId,
    id: DeliveryId,
) -> Result<Option<Delivery>, Fault> {
    let found = conn
        .query_opt(ONE, &[&id.uuid(), &organization_id.uuid()])
        .await?;
    found.map(|row| seen(&row, organization_id)).transpose()
}
