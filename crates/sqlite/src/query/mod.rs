//! Stage 7: everything that reads, on snapshots. What a disable or a deletion cancels is shown as
//! cancelled at once, before the sweep has reached its row.

pub(crate) mod attempts;
mod deliveries;
mod detail;
mod events;
pub(crate) mod sources;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bellwire_core::{
    delivery::{Attempt, Delivery},
    ids::{DeliveryId, EventId, OrganizationId, WebhookId},
    ports::{
        DeliveryDetail, EventCursor, EventDetail, EventFilter, EventPage, Health, Page, Query,
        Result, StoreStats,
    },
    time::Time,
};
use rusqlite::{Connection, OptionalExtension as _};

#[cfg(test)]
pub(crate) use attempts::LIST as LIST_ATTEMPTS;
pub(crate) use deliveries::{Webhooks, delivery_of, row as delivery_row};
#[cfg(test)]
pub(crate) use events::LIST as LIST_EVENTS;

use crate::{Sqlite, fault::Fault};

#[async_trait]
impl Query for Sqlite {
    async fn events(
        &self,
        organization_id: OrganizationId,
        filter: &EventFilter,
        cursor: Option<EventCursor>,
        limit: usize,
        time: Duration,
    ) -> Result<EventPage> {
        let filter = filter.clone();
        let from = (cursor, limit);
        self.readers()
            .read(move |conn| events::page(conn, organization_id, &filter, from, time))
            .await
    }

    async fn event(
        &self,
        organization_id: OrganizationId,
        id: EventId,
    ) -> Result<Option<EventDetail>> {
        self.readers()
            .read(move |conn| events::one(conn, organization_id, id))
            .await
    }

    async fn delivery(
        &self,
        organization_id: OrganizationId,
        id: DeliveryId,
    ) -> Result<Option<Delivery>> {
        self.readers()
            .read(move |conn| delivery_of(conn, organization_id, id))
            .await
    }

    async fn delivery_detail(
        &self,
        organization_id: OrganizationId,
        id: DeliveryId,
    ) -> Result<Option<DeliveryDetail>> {
        self.readers()
            .read(move |conn| detail::one(conn, organization_id, id))
            .await
    }

    async fn attempts(
        &self,
        organization_id: OrganizationId,
        webhook_id: WebhookId,
        cursor: Option<(Time, DeliveryId, u32)>,
        limit: usize,
    ) -> Result<Page<Attempt, (Time, DeliveryId, u32)>> {
        self.readers()
            .read(move |conn| attempts::page(conn, organization_id, webhook_id, cursor, limit))
            .await
    }

    async fn health(&self, webhooks: &[WebhookId]) -> Result<Vec<Health>> {
        let webhooks = webhooks.to_vec();
        self.readers()
            .read(move |conn| attempts::health(conn, &webhooks))
            .await
    }

    fn stats(&self) -> StoreStats {
        self.inner.stats.read()
    }

    async fn ping(&self) -> Result<()> {
        // Not the whole store: a call must not be the last to let go of the thread that it runs on.
        let stats = Arc::clone(&self.inner.stats);
        self.writer()
            .call(1, move |work| {
                let commits = stats.read().commits.to_be_bytes();
                work.conn
                    .prepare_cached(
                        "INSERT INTO meta (name, value) VALUES ('ping', ?1)
                         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    )?
                    .execute([commits])?;
                Ok(())
            })
            .await
    }
}

/// The seq of a living organization.
pub(crate) fn organization(
    conn: &Connection,
    id: OrganizationId,
) -> std::result::Result<Option<i64>, Fault> {
    Ok(conn
        .prepare_cached("SELECT seq FROM organizations WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?)
}
