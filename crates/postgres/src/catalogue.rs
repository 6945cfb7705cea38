//! The catalogue's port: each method a read on a snapshot or a transaction of its own. Changes are
//! rare; PostgreSQL itself joins their commits with those of the hot path.

use async_trait::async_trait;
use bellwire_core::{
    ids::{EventTypeId, OrganizationId, TokenId, WebhookId},
    organization::{Channel, EventType, Organization},
    ports::{Catalogue, Changes, DeleteOutcome, OrganizationRecord, Result, Token, WebhookChange},
    time::Time,
    webhook::Webhook,
};
use tokio::time::Instant;

use crate::{Postgres, changes::Feed, event_types, organizations, sweep, tokens, webhooks};

#[async_trait]
impl Catalogue for Postgres {
    async fn load_organizations(&self) -> Result<Vec<OrganizationRecord>> {
        let mut conn = self.shared().reader().await?;
        Ok(organizations::load(&mut conn, &self.inner.seal, None).await?)
    }

    async fn load_organization(&self, id: OrganizationId) -> Result<Option<OrganizationRecord>> {
        let mut conn = self.shared().reader().await?;
        Ok(organizations::load(&mut conn, &self.inner.seal, Some(id))
            .await?
            .pop())
    }

    async fn create_organization(&self, organization: Organization) -> Result<()> {
        Ok(organizations::create(self.shared(), &organization).await?)
    }

    async fn update_organization(&self, organization: Organization) -> Result<()> {
        Ok(organizations::update(self.shared(), &organization).await?)
    }

    async fn delete_organization(&self, id: OrganizationId, now: Time) -> Result<()> {
        Ok(organizations::delete(self.shared(), id, now).await?)
    }

    async fn sweep_deleted(&self) -> Result<bool> {
        Ok(sweep::deleted(self.shared()).await?)
    }

    async fn platform_event_types(&self) -> Result<Vec<EventType>> {
        Ok(event_types::platform(&self.shared().reader().await?).await?)
    }

    async fn create_event_type(&self, event_type: EventType) -> Result<()> {
        Ok(event_types::create(self.shared(), &event_type).await?)
    }

    async fn update_event_type(&self, event_type: EventType) -> Result<()> {
        Ok(event_types::update(self.shared(), &event_type).await?)
    }

    async fn delete_event_type(
        &self,
        organization_id: Option<OrganizationId>,
        id: EventTypeId,
    ) -> Result<()> {
        Ok(event_types::delete(self.shared(), organization_id, id).await?)
    }

    async fn create_channel(
        &self,
        organization_id: OrganizationId,
        channel: Channel,
    ) -> Result<()> {
        Ok(event_types::create_channel(self.shared(), organization_id, &channel).await?)
    }

    async fn update_channel(
        &self,
        organization_id: OrganizationId,
        channel: Channel,
    ) -> Result<()> {
        Ok(event_types::update_channel(self.shared(), organization_id, &channel).await?)
    }

    async fn delete_channel(&self, organization_id: OrganizationId, key: &str) -> Result<()> {
        Ok(event_types::delete_channel(self.shared(), organization_id, key).await?)
    }

    async fn create_webhook(&self, webhook: Webhook, one_per_url: bool) -> Result<WebhookChange> {
        Ok(webhooks::create(self.shared(), &self.inner.seal, &webhook, one_per_url).await?)
    }

    async fn update_webhook(&self, webhook: Webhook, one_per_url: bool) -> Result<WebhookChange> {
        Ok(webhooks::update(self.shared(), &self.inner.seal, &webhook, one_per_url).await?)
    }

    async fn delete_webhook(
        &self,
        organization_id: OrganizationId,
        id: WebhookId,
        force: bool,
        now: Time,
        by: &str,
    ) -> Result<DeleteOutcome> {
        let which = (organization_id, id);
        Ok(webhooks::delete(self.shared(), &self.inner.seal, which, force, now, by).await?)
    }

    async fn webhook(
        &self,
        organization_id: OrganizationId,
        id: WebhookId,
    ) -> Result<Option<Webhook>> {
        let conn = self.shared().reader().await?;
        Ok(webhooks::one(&conn, &self.inner.seal, organization_id, id).await?)
    }

    async fn create_token(&self, token: Token) -> Result<()> {
        let began = Instant::now();
        tokens::create(&self.shared().worker().await?, &token).await?;
        self.shared().stats.committed(1, began.elapsed());
        Ok(())
    }

    async fn token_by_hash(&self, sha256: [u8; 32]) -> Result<Option<Token>> {
        Ok(tokens::by_hash(&self.shared().reader().await?, sha256).await?)
    }

    async fn tokens(&self, organization_id: Option<OrganizationId>) -> Result<Vec<Token>> {
        Ok(tokens::list(&self.shared().reader().await?, organization_id).await?)
    }

    async fn revoke_token(
        &self,
        organization_id: Option<OrganizationId>,
        id: TokenId,
        now: Time,
    ) -> Result<bool> {
        let conn = self.shared().worker().await?;
        Ok(tokens::revoke(&conn, organization_id, id, now).await?)
    }

    fn changes(&self) -> Box<dyn Changes> {
        Box::new(Feed::new(self.shared().subscribe()))
    }
}
