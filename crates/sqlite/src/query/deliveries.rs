//! Deliveries as they are to be seen: the row, and what its webhook has done to it since.

use std::collections::HashMap;

use bellwire_core::{
    delivery::Delivery,
    ids::{DeliveryId, EventId, OrganizationId, WebhookId},
    stored::{listed, standing::Marks},
};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{
    fault::{Fault, corrupt},
    rows::{self, DeliveryRow, RowExt as _, delivery_columns},
};

/// The webhooks met in one call, each looked up once.
#[derive(Default)]
pub(crate) struct Webhooks(HashMap<i64, (WebhookId, Marks)>);

impl Webhooks {
    pub(crate) fn get(&mut self, conn: &Connection, seq: i64) -> Result<(WebhookId, Marks), Fault> {
        if let Some(found) = self.0.get(&seq) {
            return Ok(*found);
        }
        let found = conn
            .prepare_cached(
                "SELECT id, cancelled_up_to, disabled_up_to, deleted_at, cleared_up_to,
                     paused IS NOT NULL
                 FROM webhooks
                 WHERE seq = ?1",
            )?
            .query_row([seq], |row| {
                let marks = Marks {
                    cancelled_up_to: row.time(1)?,
                    disabled_up_to: row.time(2)?,
                    deleted_at: row.time(3)?,
                    cleared_up_to: row.time(4)?,
                    paused: row.get(5)?,
                };
                Ok((row.id(0)?, marks))
            })
            .optional()?
            .ok_or_else(|| {
                corrupt(format!(
                    "a delivery goes to the webhook {seq}, which is gone"
                ))
            })?;
        self.0.insert(seq, found);
        Ok(found)
    }
}

pub(crate) fn row(conn: &Connection, id: DeliveryId) -> Result<Option<DeliveryRow>, Fault> {
    Ok(conn
        .prepare_cached(concat!(
            "SELECT ",
            delivery_columns!(),
            " FROM deliveries WHERE id = ?1"
        ))?
        .query_row([id.as_bytes()], rows::delivery)
        .optional()?)
}

/// The ids of an event's deliveries, oldest first: those it lists, then those added later.
pub(super) fn ids(conn: &Connection, event: i64, list: &[u8]) -> Result<Vec<DeliveryId>, Fault> {
    let mut ids: Vec<DeliveryId> = listed(list).collect();
    let again = conn
        .prepare_cached("SELECT id FROM deliveries WHERE event = ?1 AND again = 1 ORDER BY id")?
        .query_map([event], |row| row.id::<DeliveryId>(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    ids.extend(again);
    Ok(ids)
}

/// One delivery of a living organization.
pub(crate) fn delivery_of(
    conn: &Connection,
    organization_id: OrganizationId,
    id: DeliveryId,
) -> Result<Option<Delivery>, Fault> {
    let Some(row) = row(conn, id)? else {
        return Ok(None);
    };
    let event: Option<EventId> = conn
        .prepare_cached(
            "SELECT e.id FROM events e JOIN organizations o ON o.seq = e.organization
             WHERE e.seq = ?1 AND o.id = ?2 AND o.deleted_at IS NULL",
        )?
        .query_row(params![row.event, organization_id.as_bytes()], |row| {
            row.id(0)
        })
        .optional()?;
    let Some(event_id) = event else {
        return Ok(None);
    };
    let (webhook_id, marks) = Webhooks::default().get(conn, row.webhook)?;
    Ok(Some(row.seen(
        organization_id,
        event_id,
        webhook_id,
        &marks,
    )))
}
