//! The catalogue's port: each method a read on a snapshot or a transaction of its own. Changes are
//! rare; PostgreSQL itself joins their commits with those of the hot path.

use async_trait::async_trait;
use bellwire_core::{
    audit::Entry,
    ids::{EventTypeId, OrganizationId, TokenId, WebhookId},
    organization::{Channel, EventType, Organization},
    own_event::Notice,
    ports::{Catalogue, Changes, DeleteOutcome, OrganizationRecord, Result, Token, WebhookChange},
    time::Time,
    webhook::{Revision, Webhook},
};

use crate::{
    Postgres, changes::Feed, event_types, organizations, revisions, sweep, tokens, webhooks,
};

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

    async fn create_organization(&self, organization: Organization, entry: Entry) -> Result<()> {
        Ok(organizations::create(self.shared(), &organization, &entry).await?)
    }

    async fn update_organization(
        &self,
        organization: Organization,
        former: Time,
        entry: Entry,
    ) -> Result<()> {
        Ok(organizations::update(self.shared(), &organization, former, &entry).await?)
    }

    async fn delete_organization(&self, id: OrganizationId, now: Time, entry: Entry) -> Result<()> {
        Ok(organizations::delete(self.shared(), id, now, &entry).await?)
    }

    async fn sweep_deleted(&self) -> Result<bool> {
        Ok(sweep::deleted(self.shared()).await?)
    }

    async fn platform_event_types(&self) -> Result<Vec<EventType>> {
        Ok(event_types::platform(&self.shared().reader().await?).await?)
    }

    async fn create_event_type(&self, event_type: EventType, entry: Entry) -> Result<()> {
        Ok(event_types::create(self.shared(), &event_type, &entry).await?)
    }

    async fn update_event_type(
        &self,
        event_type: EventType,
        former: Time,
        entry: Entry,
    ) -> Result<()> {
        Ok(event_types::update(self.shared(), &event_type, former, &entry).await?)
    }

    async fn delete_event_type(
        &self,
        organization_id: Option<OrganizationId>,
        id: EventTypeId,
        entry: Entry,
    ) -> Result<()> {
        Ok(event_types::delete(self.shared(), organization_id, id, &entry).await?)
    }

    async fn create_channel(
        &self,
        organization_id: OrganizationId,
        channel: Channel,
        entry: Entry,
    ) -> Result<()> {
        Ok(event_types::create_channel(self.shared(), organization_id, &channel, &entry).await?)
    }

    async fn update_channel(
        &self,
        organization_id: OrganizationId,
        channel: Channel,
        former: Time,
        entry: Entry,
    ) -> Result<()> {
        let change = (&channel, former);
        Ok(event_types::update_channel(self.shared(), organization_id, change, &entry).await?)
    }

    async fn delete_channel(
        &self,
        organization_id: OrganizationId,
        key: &str,
        entry: Entry,
    ) -> Result<()> {
        Ok(event_types::delete_channel(self.shared(), organization_id, key, &entry).await?)
    }

    async fn create_webhook(
        &self,
        webhook: Webhook,
        one_per_url: bool,
        entry: Entry,
    ) -> Result<WebhookChange> {
        let seal = &self.inner.seal;
        Ok(webhooks::create(self.shared(), seal, &webhook, one_per_url, &entry).await?)
    }

    async fn update_webhook_and_tell(
        &self,
        webhook: Webhook,
        one_per_url: bool,
        entry: Entry,
        notice: Option<Notice>,
    ) -> Result<WebhookChange> {
        let seal = &self.inner.seal;
        let said = (&entry, notice.as_ref());
        Ok(webhooks::update(self.shared(), seal, &webhook, one_per_url, said).await?)
    }

    async fn delete_webhook(
        &self,
        organization_id: OrganizationId,
        id: WebhookId,
        force: bool,
        now: Time,
        by: &str,
        entry: Entry,
    ) -> Result<DeleteOutcome> {
        let (which, seal) = ((organization_id, id), &self.inner.seal);
        Ok(webhooks::delete(self.shared(), seal, which, force, now, by, &entry).await?)
    }

    async fn webhook(
        &self,
        organization_id: OrganizationId,
        id: WebhookId,
    ) -> Result<Option<Webhook>> {
        let conn = self.shared().reader().await?;
        Ok(webhooks::one(&conn, &self.inner.seal, organization_id, id).await?)
    }

    async fn webhook_revision(
        &self,
        organization_id: OrganizationId,
        id: WebhookId,
        revision: u32,
    ) -> Result<Option<Revision>> {
        let conn = self.shared().reader().await?;
        let which = (organization_id, id);
        Ok(revisions::one(&conn, &self.inner.seal, which, revision).await?)
    }

    async fn create_token(&self, token: Token, entry: Entry) -> Result<()> {
        Ok(tokens::create(self.shared(), &token, &entry).await?)
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
        entry: Entry,
    ) -> Result<bool> {
        Ok(tokens::revoke(self.shared(), organization_id, id, now, &entry).await?)
    }

    async fn touch_tokens(&self, used: Vec<(TokenId, Time)>) -> Result<()> {
        Ok(tokens::touch(&self.shared().worker().await?, &used).await?)
    }

    fn changes(&self) -> Box<dyn Changes> {
        Box::new(Feed::new(self.shared().subscribe()))
    }
}
