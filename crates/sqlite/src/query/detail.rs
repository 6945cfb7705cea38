//! One delivery with everything that its requests were made of: its event and its attempts.

use bellwire_core::{
    ids::{DeliveryId, OrganizationId},
    ports::{DeliveryDetail, DeliveryView},
};
use rusqlite::{Connection, OptionalExtension as _};

use super::{attempts::attempts_of, deliveries};
use crate::{
    fault::Fault,
    rows::{self, event_columns},
};

pub(super) fn one(
    conn: &Connection,
    organization_id: OrganizationId,
    id: DeliveryId,
) -> Result<Option<DeliveryDetail>, Fault> {
    let Some(delivery) = deliveries::delivery_of(conn, organization_id, id)? else {
        return Ok(None);
    };
    let Some(row) = deliveries::row(conn, id)? else {
        return Ok(None);
    };
    let event = conn
        .prepare_cached(concat!(
            "SELECT ",
            event_columns!(),
            ", data FROM events WHERE seq = ?1"
        ))?
        .query_row([row.event], |row| rows::event(row, organization_id))
        .optional()?;
    let Some(event) = event else {
        return Ok(None);
    };
    let attempts = attempts_of(conn, &delivery, row.last_attempt)?;
    Ok(Some(DeliveryDetail {
        event,
        view: DeliveryView { delivery, attempts },
    }))
}
