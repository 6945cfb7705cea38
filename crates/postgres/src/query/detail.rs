//! One delivery with everything that its requests were made of: its event and its attempts.

use bellwire_core::{
    ids::{DeliveryId, OrganizationId},
    ports::{DeliveryDetail, DeliveryView},
};

use super::{attempts, deliveries};
use crate::{
    connect::Conn,
    fault::Fault,
    rows::{self, Key as _, event_columns},
};

const EVENT: &str = concat!(
    "SELECT ",
    event_columns!(),
    ", e.data FROM events e WHERE e.organization_id = $1 AND e.id = $2"
);

pub(super) async fn one(
    conn: &impl Conn,
    organization_id: OrganizationId,
    id: DeliveryId,
) -> Result<Option<DeliveryDetail>, Fault> {
    let Some(delivery) = deliveries::delivery_of(conn, organization_id, id).await? else {
        return Ok(None);
    };
    let event_id = delivery.event_id;
    let Some(row) = conn
        .query_opt(EVENT, &[&organization_id.uuid(), &event_id.uuid()])
        .await?
    else {
        return Ok(None);
    };
    let event = rows::event(&row)?;
    let mut attempts = attempts::of_deliveries(conn, organization_id, &[id.uuid()]).await?;
    Ok(Some(DeliveryDetail {
        event,
        view: DeliveryView {
            delivery,
            attempts: attempts.remove(&id).unwrap_or_default(),
        },
    }))
}
