//! What rarely changes and everything is matched against: organizations, event types, channels,
//! webhooks, tokens.

use async_trait::async_trait;

use super::{Changes, NoChanges, Result};
use crate::{
    access::Role,
    audit::Entry,
    ids::{EventTypeId, OrganizationId, TokenId, WebhookId},
    organization::{Channel, EventType, Organization},
    own_event::Notice,
    time::Time,
    webhook::{Revision, Webhook},
};

/// Everything matching needs of one organization, read in one transaction.
#[derive(Debug, Clone)]
pub struct OrganizationRecord {
    /// The organization.
    pub organization: Organization,
    /// Raised by every change of the organization, its webhooks, event types or channels.
    pub generation: u64,
    /// Its webhooks but the deleted ones, oldest first.
    pub webhooks: Vec<Webhook>,
    /// Its own event types.
    pub event_types: Vec<EventType>,
    /// Its channels.
    pub channels: Vec<Channel>,
}

/// What creating or changing a webhook came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookChange {
    /// It is stored as given.
    Stored,
    /// Another webhook of the organization has this URL, and the caller asked for one per URL
    /// (ADV-16): nothing was stored, here is the other one.
    SameUrl(Box<Webhook>),
}

/// What deleting a webhook came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeleteOutcome {
    /// It is a tombstone now; its pending deliveries are cancelled.
    Deleted,
    /// It has pending deliveries and the caller did not want to lose them: nothing changed.
    HasPending,
}

/// A bearer token. Only the hash of its secret is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What lists and revocations name.
    pub id: TokenId,
    /// What it may reach.
    pub scope: TokenScope,
    /// What it may do there.
    pub role: Role,
    /// For people: what it is used for.
    pub name: String,
    /// SHA-256 of the secret.
    pub sha256: [u8; 32],
    /// When it was made.
    pub created_at: Time,
    /// When it stopped being accepted.
    pub revoked_at: Option<Time>,
    /// From when on it is not accepted; `None` for one that lasts.
    pub expires_at: Option<Time>,
    /// When it was last used, to a minute or so.
    pub last_used_at: Option<Time>,
}

/// What a token may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenScope {
    /// Everything.
    Platform,
    /// One organization.
    Organization(OrganizationId),
}

/// Reads and changes of the catalogue. Every change of an organization's part raises its
/// generation in the same transaction. Each change carries its entry of the audit log, written with
/// it: a change that is refused, or has nothing to do, leaves none.
#[async_trait]
pub trait Catalogue: Send + Sync {
    /// Every organization, for the snapshot at the start.
    async fn load_organizations(&self) -> Result<Vec<OrganizationRecord>>;

    /// One organization; `None` when it is deleted or was never there.
    async fn load_organization(&self, id: OrganizationId) -> Result<Option<OrganizationRecord>>;

    /// Stores a new organization. [`Error::Taken`](super::Error::Taken) when the slug is in use.
    async fn create_organization(&self, organization: Organization, entry: Entry) -> Result<()>;

    /// Replaces name, default profile, strictness of the organization that was last changed at
    /// `former`; the new `updated_at` is a later one.
    ///
    /// # Errors
    /// [`Error::NotFound`](super::Error::NotFound), and [`Error::Stale`](super::Error::Stale) when
    /// somebody else has changed it since `former`.
    async fn update_organization(
        &self,
        organization: Organization,
        former: Time,
        entry: Entry,
    ) -> Result<()>;

    /// Deletes an organization: at once for everybody who asks, its rows in chunks behind that.
    async fn delete_organization(&self, id: OrganizationId, now: Time, entry: Entry) -> Result<()>;

    /// Removes rows of deleted organizations, one chunk; true when there may be more.
    async fn sweep_deleted(&self) -> Result<bool>;

    /// The platform's event types, by name.
    async fn platform_event_types(&self) -> Result<Vec<EventType>>;

    /// Stores a new event type. [`Error::Taken`](super::Error::Taken) when its catalogue has the
    /// name already.
    async fn create_event_type(&self, event_type: EventType, entry: Entry) -> Result<()>;

    /// Replaces an event type but for its name, as
    /// [`update_organization`](Self::update_organization) does.
    async fn update_event_type(
        &self,
        event_type: EventType,
        former: Time,
        entry: Entry,
    ) -> Result<()>;

    /// Removes an event type from its catalogue. [`Error::NotFound`](super::Error::NotFound).
    async fn delete_event_type(
        &self,
        organization_id: Option<OrganizationId>,
        id: EventTypeId,
        entry: Entry,
    ) -> Result<()>;

    /// Stores a new channel. [`Error::Taken`](super::Error::Taken) when the key is in use.
    async fn create_channel(
        &self,
        organization_id: OrganizationId,
        channel: Channel,
        entry: Entry,
    ) -> Result<()>;

    /// Replaces label and kind, as [`update_organization`](Self::update_organization) does.
    async fn update_channel(
        &self,
        organization_id: OrganizationId,
        channel: Channel,
        former: Time,
        entry: Entry,
    ) -> Result<()>;

    /// Removes a channel. [`Error::NotFound`](super::Error::NotFound).
    async fn delete_channel(
        &self,
        organization_id: OrganizationId,
        key: &str,
        entry: Entry,
    ) -> Result<()>;

    /// Stores a new webhook. With `one_per_url`, an existing webhook with the same URL is returned
    /// instead.
    async fn create_webhook(
        &self,
        webhook: Webhook,
        one_per_url: bool,
        entry: Entry,
    ) -> Result<WebhookChange>;

    /// Replaces a webhook by its next revision: `webhook.revision` is the stored one plus one.
    /// Keeps the former revision's settings in its history. When it becomes disabled,
    /// `cancelled_up_to` is set to `updated_at` and its pending deliveries are cancelled; when it
    /// becomes enabled, its counters are cleared.
    ///
    /// # Errors
    /// [`Error::Stale`](super::Error::Stale) when the stored revision is another one,
    /// [`Error::NotFound`](super::Error::NotFound) when it is deleted.
    async fn update_webhook(
        &self,
        webhook: Webhook,
        one_per_url: bool,
        entry: Entry,
    ) -> Result<WebhookChange> {
        self.update_webhook_and_tell(webhook, one_per_url, entry, None)
            .await
    }

    /// The same. When it becomes disabled by this, the notice is written with it.
    async fn update_webhook_and_tell(
        &self,
        webhook: Webhook,
        one_per_url: bool,
        entry: Entry,
        notice: Option<Notice>,
    ) -> Result<WebhookChange>;

    /// Makes a webhook a tombstone. With `force`, pending deliveries are cancelled; without it,
    /// nothing changes while there are any.
    async fn delete_webhook(
        &self,
        organization_id: OrganizationId,
        id: WebhookId,
        force: bool,
        now: Time,
        by: &str,
        entry: Entry,
    ) -> Result<DeleteOutcome>;

    /// One webhook, tombstones included; `None` when it is not the organization's.
    async fn webhook(
        &self,
        organization_id: OrganizationId,
        id: WebhookId,
    ) -> Result<Option<Webhook>>;

    /// What a webhook was at this revision, the present one and tombstones included; `None` when it
    /// is not the organization's, or never had this revision.
    async fn webhook_revision(
        &self,
        organization_id: OrganizationId,
        id: WebhookId,
        revision: u32,
    ) -> Result<Option<Revision>>;

    /// Stores a new token. [`Error::NotFound`](super::Error::NotFound) for its organization.
    async fn create_token(&self, token: Token, entry: Entry) -> Result<()>;

    /// The token with this hash, revoked and expired ones included.
    async fn token_by_hash(&self, sha256: [u8; 32]) -> Result<Option<Token>>;

    /// Tokens, newest first: of one organization, or all when `None`.
    async fn tokens(&self, organization_id: Option<OrganizationId>) -> Result<Vec<Token>>;

    /// Revokes a token; `false` when there is none with this id in the scope given, or it was
    /// revoked before. New tokens and revoked ones are told to the other processes as
    /// [`Change::Platform`](super::Change::Platform): they remember tokens for a while.
    async fn revoke_token(
        &self,
        organization_id: Option<OrganizationId>,
        id: TokenId,
        now: Time,
        entry: Entry,
    ) -> Result<bool>;

    /// Notes when tokens were last used: moves the times forward, never back. A token that is gone
    /// is passed over.
    async fn touch_tokens(&self, used: Vec<(TokenId, Time)>) -> Result<()>;

    /// A feed of what changes from now on, by whichever process.
    fn changes(&self) -> Box<dyn Changes> {
        Box::new(NoChanges)
    }
}
