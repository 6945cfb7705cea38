//! The catalogue's port: each method a read on a snapshot or a call through the writer.

use std::sync::Arc;

use async_trait::async_trait;
use bellwire_core::{
    ids::{EventTypeId, OrganizationId, TokenId, WebhookId},
    organization::{Channel, EventType, Organization},
    ports::{Catalogue, DeleteOutcome, OrganizationRecord, Result, Token, WebhookChange},
    time::Time,
    webhook::Webhook,
};

use crate::{Sqlite, event_types, organizations, sweep, tokens, webhooks};

#[async_trait]
impl Catalogue for Sqlite {
    async fn load_organizations(&self) -> Result<Vec<OrganizationRecord>> {
        let seal = Arc::clone(&self.inner.seal);
        self.readers()
            .read(move |conn| organizations::all(conn, &seal))
            .await
    }

    async fn load_organization(&self, id: OrganizationId) -> Result<Option<OrganizationRecord>> {
        let seal = Arc::clone(&self.inner.seal);
        self.readers()
            .read(move |conn| organizations::one(conn, &seal, id))
            .await
    }

    async fn create_organization(&self, organization: Organization) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(1, move |work| organizations::create(work, &organization))
            .await
    }

    async fn update_organization(&self, organization: Organization) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(1, move |work| organizations::update(work, &organization))
            .await
    }

    async fn delete_organization(&self, id: OrganizationId, now: Time) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(1, move |work| organizations::delete(work, id, now))
            .await
    }

    async fn sweep_deleted(&self) -> Result<bool> {
        self.as_server()?;
        self.writer().call(sweep::ROWS, sweep::deleted).await
    }

    async fn platform_event_types(&self) -> Result<Vec<EventType>> {
        self.readers().read(event_types::platform).await
    }

    async fn create_event_type(&self, event_type: EventType) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(1, move |work| event_types::create(work, &event_type))
            .await
    }

    async fn update_event_type(&self, event_type: EventType) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(1, move |work| event_types::update(work, &event_type))
            .await
    }

    async fn delete_event_type(
        &self,
        organization_id: Option<OrganizationId>,
        id: EventTypeId,
    ) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(1, move |work| {
                event_types::delete(work, organization_id, id)
            })
            .await
    }

    async fn create_channel(
        &self,
        organization_id: OrganizationId,
        channel: Channel,
    ) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(1, move |work| {
                event_types::create_channel(work, organization_id, &channel)
            })
            .await
    }

    async fn update_channel(
        &self,
        organization_id: OrganizationId,
        channel: Channel,
    ) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(1, move |work| {
                event_types::update_channel(work, organization_id, &channel)
            })
            .await
    }

    async fn delete_channel(&self, organization_id: OrganizationId, key: &str) -> Result<()> {
        self.as_server()?;
        let key = key.to_owned();
        self.writer()
            .call(1, move |work| {
                event_types::delete_channel(work, organization_id, &key)
            })
            .await
    }

    async fn create_webhook(&self, webhook: Webhook, one_per_url: bool) -> Result<WebhookChange> {
        self.as_server()?;
        let seal = Arc::clone(&self.inner.seal);
        self.writer()
            .call(2, move |work| {
                webhooks::create(work, &seal, &webhook, one_per_url)
            })
            .await
    }

    async fn update_webhook(&self, webhook: Webhook, one_per_url: bool) -> Result<WebhookChange> {
        self.as_server()?;
        let seal = Arc::clone(&self.inner.seal);
        self.writer()
            .call(3, move |work| {
                webhooks::update(work, &seal, &webhook, one_per_url)
            })
            .await
    }

    async fn delete_webhook(
        &self,
        organization_id: OrganizationId,
        id: WebhookId,
        force: bool,
        now: Time,
        by: &str,
    ) -> Result<DeleteOutcome> {
        self.as_server()?;
        let seal = Arc::clone(&self.inner.seal);
        let by = by.to_owned();
        self.writer()
            .call(3, move |work| {
                webhooks::delete(work, &seal, organization_id, id, force, now, &by)
            })
            .await
    }

    async fn webhook(
        &self,
        organization_id: OrganizationId,
        id: WebhookId,
    ) -> Result<Option<Webhook>> {
        let seal = Arc::clone(&self.inner.seal);
        self.readers()
            .read(move |conn| webhooks::one(conn, &seal, organization_id, id))
            .await
    }

    async fn create_token(&self, token: Token) -> Result<()> {
        self.writer()
            .call(1, move |work| tokens::create(work, &token))
            .await
    }

    async fn token_by_hash(&self, sha256: [u8; 32]) -> Result<Option<Token>> {
        self.readers()
            .read(move |conn| tokens::by_hash(conn, sha256))
            .await
    }

    async fn tokens(&self, organization_id: Option<OrganizationId>) -> Result<Vec<Token>> {
        self.readers()
            .read(move |conn| tokens::list(conn, organization_id))
            .await
    }

    async fn revoke_token(
        &self,
        organization_id: Option<OrganizationId>,
        id: TokenId,
        now: Time,
    ) -> Result<bool> {
        self.writer()
            .call(1, move |work| {
                tokens::revoke(work, organization_id, id, now)
            })
            .await
    }
}
