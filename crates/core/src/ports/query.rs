//! Stage 7: everything that reads.

use async_trait::async_trait;

use super::Result;
use crate::{
    delivery::{Attempt, Delivery, State},
    event::Event,
    ids::{DeliveryId, EventId, OrganizationId, WebhookId},
    policy::Counters,
    time::Time,
};

/// Which events a list shows. Everything given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Exactly this type (ADV-6).
    pub event_type: Option<String>,
    /// The event or one of its deliveries was last updated at or after this time (ADV-7).
    pub updated_since: Option<Time>,
    /// At least one delivery is in this state. With `webhook`, that webhook's.
    pub state: Option<State>,
    /// There is a delivery to this webhook.
    pub webhook: Option<WebhookId>,
    /// The event carries this channel.
    pub channel: Option<String>,
    /// Exactly this external id.
    pub external_id: Option<String>,
    /// Only what is seen from here; everything, when absent.
    pub corner: Option<Corner>,
}

/// What somebody sees who came for some channels only: events that carry one of them, as if no
/// deliveries but those to these webhooks had been made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Corner {
    /// The channels.
    pub channels: Vec<String>,
    /// The webhooks.
    pub webhooks: Vec<WebhookId>,
}

impl Corner {
    /// Whether an event is seen.
    #[must_use]
    pub fn shows(&self, event: &Event) -> bool {
        let own = |channel: &String| self.channels.contains(channel);
        event.channels.iter().any(own)
    }

    /// Whether deliveries to a webhook are seen.
    #[must_use]
    pub fn has(&self, webhook: WebhookId) -> bool {
        self.webhooks.contains(&webhook)
    }
}

/// Which webhooks a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhookFilter {
    /// Part of name or URL, in any case.
    pub q: Option<String>,
    /// Enabled ones, or disabled ones.
    pub enabled: Option<bool>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, C> {
    /// The entries, in the list's order.
    pub items: Vec<T>,
    /// Where to go on; `None` at the end. A page may be short and still have a next: a search
    /// looks at a bounded number of rows at a time.
    pub next: Option<C>,
}

/// An event as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventSummary {
    /// The event. Its data is left out (empty).
    pub event: Event,
    /// How many deliveries are in each state, in the order of [`State::ALL`].
    pub deliveries: [u32; 5],
    /// The time of the last attempt or change of state; of the event, when there is none.
    pub updated_at: Time,
}

/// A delivery with its attempts, first to last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryView {
    /// The delivery.
    pub delivery: Delivery,
    /// Its attempts.
    pub attempts: Vec<Attempt>,
}

/// An event with everything that came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventDetail {
    /// The event.
    pub event: Event,
    /// Its deliveries, oldest first; at most 1000.
    pub deliveries: Vec<DeliveryView>,
}

/// How a webhook fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Whose health it is.
    pub webhook_id: WebhookId,
    /// Its failure counters.
    pub counters: Counters,
    /// Its last attempt.
    pub last_attempt: Option<Attempt>,
}

/// What the store tells of itself for metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoreStats {
    /// Pending deliveries.
    pub pending: u64,
    /// Commits so far.
    pub commits: u64,
    /// Calls that were committed, so far.
    pub calls: u64,
    /// Microseconds spent in commits so far, the wait for the disk included.
    pub commit_us: u64,
    /// Commits that failed so far.
    pub failures: u64,
    /// Statements sent to a server of databases so far; zero where the store is a file.
    pub statements: Statements,
}

/// Statements by the stage that sent them, begin and commit included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statements {
    /// Stage 3.
    pub enqueue: u64,
    /// Stage 4.
    pub claim: u64,
    /// Stage 6.
    pub record: u64,
}

/// Stage 7.
#[async_trait]
pub trait Query: Send + Sync {
    /// Events newest first, before `cursor` when given; bounded work.
    async fn events(
        &self,
        organization_id: OrganizationId,
        filter: &EventFilter,
        cursor: Option<EventId>,
        limit: usize,
    ) -> Result<Page<EventSummary, EventId>>;

    /// One event with its deliveries and attempts; `None` when it is not the organization's.
    async fn event(
        &self,
        organization_id: OrganizationId,
        id: EventId,
    ) -> Result<Option<EventDetail>>;

    /// One delivery; `None` when it is not the organization's.
    async fn delivery(
        &self,
        organization_id: OrganizationId,
        id: DeliveryId,
    ) -> Result<Option<Delivery>>;

    /// Attempts of one webhook, newest first, before the cursor when given. The cursor is the time
    /// and the id and number of the last entry seen.
    async fn attempts(
        &self,
        organization_id: OrganizationId,
        webhook_id: WebhookId,
        cursor: Option<(Time, DeliveryId, u32)>,
        limit: usize,
    ) -> Result<Page<Attempt, (Time, DeliveryId, u32)>>;

    /// Health of these webhooks, in the order given.
    async fn health(&self, webhooks: &[WebhookId]) -> Result<Vec<Health>>;

    /// Numbers for metrics. Cheap: never a scan.
    fn stats(&self) -> StoreStats;

    /// Whether the store can write now, by writing.
    async fn ping(&self) -> Result<()>;
}
