//! The catalogue's port: each method a read on a snapshot or a call through the writer.

use std::sync::Arc;

use async_trait::async_trait;
use bellwire_core::{
    audit::Entry,
    ids::{EventTypeId, OrganizationId, TokenId, WebhookId},
    organization::{Channel, EventType, Organization},
    own_event::Notice,
    ports::{Catalogue, DeleteOutcome, OrganizationRecord, Result, Token, WebhookChange},
    time::Time,
    webhook::{Revision, Webhook},
};

use crate::{Sqlite, event_types, organizations, revisions, sweep, tokens, webhooks};

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

    async fn create_organization(&self, organization: Organization, entry: Entry) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(1, move |work| {
                organizations::create(work, &organization, &entry)
            })
            .await
    }

    async fn update_organization(
        &self,
        organization: Organization,
        former: Time,
        entry: Entry,
    ) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(1, move |work| {
                organizations::update(work, &organization, former, &entry)
            })
            .await
    }

    async fn delete_organization(&self, id: OrganizationId, now: Time, entry: Entry) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(1, move |work| organizations::delete(work, id, now, &entry))
            .await
    }

    async fn sweep_deleted(&self) -> Result<bool> {
        self.as_server()?;
        let more = self.writer().call(sweep::ROWS, sweep::deleted).await?;
        if more {
            self.restart_pass();
        }
        Ok(more)
    }

    async fn platform_event_types(&self) -> Result<Vec<EventType>> {
        self.readers().read(event_types::platform).await
    }

    async fn create_event_type(&self, event_type: EventType, entry: Entry) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(1, move |work| {
                event_types::create(work, &event_type, &entry)
            })
            .await
    }

    async fn update_event_type(
        &self,
        event_type: EventType,
        former: Time,
        entry: Entry,
    ) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(1, move |work| {
                event_types::update(work, &event_type, former, &entry)
            })
            .await
    }

    async fn delete_event_type(
        &self,
        organization_id: Option<OrganizationId>,
        id: EventTypeId,
        entry: Entry,
    ) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(1, move |work| {
                event_types::delete(work, organization_id, id, &entry)
            })
            .await
    }

    async fn create_channel(
        &self,
        organization_id: OrganizationId,
        channel: Channel,
        entry: Entry,
    ) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(1, move |work| {
                event_types::create_channel(work, organization_id, &channel, &entry)
            })
            .await
    }

    async fn update_channel(
        &self,
        organization_id: OrganizationId,
        channel: Channel,
        former: Time,
        entry: Entry,
    ) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(1, move |work| {
                event_types::update_channel(work, organization_id, &channel, former, &entry)
            })
            .await
    }

    async fn delete_channel(
        &self,
        organization_id: OrganizationId,
        key: &str,
        entry: Entry,
    ) -> Result<()> {
        self.as_server()?;
        let key = key.to_owned();
        self.writer()
            .call(1, move |work| {
                event_types::delete_channel(work, organization_id, &key, &entry)
            })
            .await
    }

    async fn create_webhook(
        &self,
        webhook: Webhook,
        one_per_url: bool,
        entry: Entry,
    ) -> Result<WebhookChange> {
        self.as_server()?;
        let seal = Arc::clone(&self.inner.seal);
        self.writer()
            .call(2, move |work| {
                webhooks::create(work, &seal, &webhook, one_per_url, &entry)
            })
            .await
    }

    async fn update_webhook_and_tell(
        &self,
        webhook: Webhook,
        one_per_url: bool,
        entry: Entry,
        notice: Option<Notice>,
    ) -> Result<WebhookChange> {
        self.as_server()?;
        let seal = Arc::clone(&self.inner.seal);
        self.writer()
            .call(3, move |work| {
                let said = (&entry, notice.as_ref());
                webhooks::update(work, &seal, &webhook, one_per_url, said)
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
        entry: Entry,
    ) -> Result<DeleteOutcome> {
        self.as_server()?;
        let seal = Arc::clone(&self.inner.seal);
        let (which, by) = ((organization_id, id), by.to_owned());
        self.writer()
            .call(3, move |work| {
                webhooks::delete(work, &seal, which, force, now, &by, &entry)
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

    async fn webhook_revision(
        &self,
        organization_id: OrganizationId,
        id: WebhookId,
        revision: u32,
    ) -> Result<Option<Revision>> {
        let seal = Arc::clone(&self.inner.seal);
        self.readers()
            .read(move |conn| revisions::one(conn, &seal, (organization_id, id), revision))
            .await
    }

    async fn create_token(&self, token: Token, entry: Entry) -> Result<()> {
        self.writer()
            .call(1, move |work| tokens::create(work.conn, &token, &entry))
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
        entry: Entry,
    ) -> Result<bool> {
        self.writer()
            .call(1, move |work| {
                tokens::revoke(work.conn, organization_id, id, now, &entry)
            })
            .await
    }

    async fn touch_tokens(&self, used: Vec<(TokenId, Time)>) -> Result<()> {
        self.writer()
            .call(used.len(), move |work| tokens::touch(work.conn, &used))
            .await
    }
}
