//! Stage 7: everything that reads. What a disable or a deletion cancels is shown as cancelled at
//! once, before the sweep has reached its row.

pub(crate) mod attempts;
mod deliveries;
mod detail;
mod events;
pub(crate) mod sources;

use std::time::Duration;

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
use tokio::time::Instant;

#[cfg(test)]
pub(crate) use attempts::{HEALTH, LIST as LIST_ATTEMPTS};
pub(crate) use deliveries::delivery_of;
#[cfg(test)]
pub(crate) use {
    deliveries::BY_ID,
    events::{LIST as LIST_EVENTS, SOME as SOME_EVENTS},
};

use crate::{Postgres, connect::Conn as _, fault::Fault};

#[async_trait]
impl Query for Postgres {
    async fn events(
        &self,
        organization_id: OrganizationId,
        filter: &EventFilter,
        cursor: Option<EventCursor>,
        limit: usize,
        time: Duration,
    ) -> Result<EventPage> {
        let conn = self.shared().reader().await?;
        let oldest = self.shared().partitions.since();
        let from = (cursor, limit);
        Ok(events::page(&conn, oldest, organization_id, filter, from, time).await?)
    }

    async fn event(
        &self,
        organization_id: OrganizationId,
        id: EventId,
    ) -> Result<Option<EventDetail>> {
        let conn = self.shared().reader().await?;
        Ok(events::one(&conn, organization_id, id).await?)
    }

    async fn delivery(
        &self,
        organization_id: OrganizationId,
        id: DeliveryId,
    ) -> Result<Option<Delivery>> {
        let conn = self.shared().reader().await?;
        Ok(delivery_of(&conn, organization_id, id).await?)
    }

    async fn delivery_detail(
        &self,
        organization_id: OrganizationId,
        id: DeliveryId,
    ) -> Result<Option<DeliveryDetail>> {
        let conn = self.shared().reader().await?;
        Ok(detail::one(&conn, organization_id, id).await?)
    }

    async fn attempts(
        &self,
        organization_id: OrganizationId,
        webhook_id: WebhookId,
        cursor: Option<(Time, DeliveryId, u32)>,
        limit: usize,
    ) -> Result<Page<Attempt, (Time, DeliveryId, u32)>> {
        let conn = self.shared().reader().await?;
        Ok(attempts::page(&conn, organization_id, webhook_id, cursor, limit).await?)
    }

    async fn health(&self, webhooks: &[WebhookId]) -> Result<Vec<Health>> {
        let conn = self.shared().reader().await?;
        Ok(attempts::health(&conn, webhooks).await?)
    }

    fn stats(&self) -> StoreStats {
        self.shared().stats.read()
    }

    async fn ping(&self) -> Result<()> {
        let began = Instant::now();
        let shared = self.shared();
        let conn = shared.worker().await?;
        conn.execute(
            "UPDATE nodes SET pings = pings + 1 WHERE id = $1",
            &[&shared.lease.number()],
        )
        .await
        .map_err(Fault::from)?;
        shared.stats.committed(1, began.elapsed());
        Ok(())
    }
}
