//! Stage 7: everything that reads.

use std::time::Duration;

use async_trait::async_trait;

use super::{
    Result,
    search::{EventCursor, EventFilter, EventPage},
};
use crate::{
    delivery::{Attempt, Delivery, State},
    event::Event,
    ids::{DeliveryId, EventId, OrganizationId, WebhookId},
    meter::Reading,
    policy::Counters,
    time::Time,
};

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
    pub deliveries: [u32; State::ALL.len()],
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

/// A delivery with everything that its requests were made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryDetail {
    /// The event, its data included.
    pub event: Event,
    /// The delivery with its attempts.
    pub view: DeliveryView,
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
    /// Rows met so far that cannot be read: set aside, or left out of an answer.
    pub unreadable: u64,
    /// How long commits took, in microseconds.
    pub commit_times: Reading,
    /// How many calls each of them had.
    pub commit_sizes: Reading,
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
    /// Events newest first, from `cursor` on when given. A search that takes longer than `time`
    /// answers with what it has; however short that is, it gets on.
    async fn events(
        &self,
        organization_id: OrganizationId,
        filter: &EventFilter,
        cursor: Option<EventCursor>,
        limit: usize,
        time: Duration,
    ) -> Result<EventPage>;

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

    /// One delivery with its event and its attempts; `None` when it is not the organization's.
    async fn delivery_detail(
        &self,
        organization_id: OrganizationId,
        id: DeliveryId,
    ) -> Result<Option<DeliveryDetail>>;

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
