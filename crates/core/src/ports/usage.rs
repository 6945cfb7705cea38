//! What usage notifications need of a store: documents (developers, packages, plans, conditions), and
//! counting reports so that a crash neither loses nor repeats a threshold.

use std::sync::Arc;

use async_trait::async_trait;

use super::{NewEvent, Result};
use crate::{
    audit::Entry,
    ids::{DeveloperPlanId, EventId, OrganizationId, WebhookId},
    time::{DAY, DurationUs, Time},
    usage::{Developer, DeveloperPlan, Item, Months, Noun, Package, Period, RatePlan},
};

/// How long the id of a record is kept: for so long a repeat counts once.
pub const RECORD_IDS_US: DurationUs = 35 * DAY;

/// The most records of one [`Chunk`]: what a writer does within a few milliseconds.
pub const CHUNK: usize = 500;

/// Once the groups of a [`Chunk`] have made so many events, the rest of them is left to another
/// transaction.
pub const MAX_FIRED: usize = 200;
/// The same of deliveries: a fifth of what one request of events may come to.
pub const MAX_CALLS: usize = 4_000;

/// Which documents a list shows, oldest first. Everything given must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemFilter {
    /// Of this noun.
    pub noun: Noun,
    /// That belong to the document with this key.
    pub parent: Option<String>,
    /// That are of the document with this key.
    pub owner: Option<String>,
    /// One of whose values contains this text; letters' case aside.
    pub text: Option<String>,
}

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// How many to pass over.
    pub offset: u64,
    /// How many at most.
    pub limit: usize,
}

/// A part of a list, and how long the list is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The part.
    pub items: Vec<Item>,
    /// All that the filter shows.
    pub total: u64,
}

/// A plan that a developer has bought, and what a report needs to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bought {
    /// The developer's plan.
    pub plan: DeveloperPlan,
    /// The length of its periods.
    pub months: Months,
    /// The developer's applications.
    pub applications: Vec<String>,
}

/// A part of a report.
#[derive(Clone)]
pub struct Chunk {
    /// The tenant.
    pub organization_id: OrganizationId,
    /// The catalogue generation that `make` matches against.
    pub generation: u64,
    /// Records, those of one plan and period together; [`CHUNK`] records at most in all. A report that
    /// is cut into chunks is sorted by plan before: counters that lie side by side are written
    /// together.
    pub groups: Vec<Group>,
    /// How many webhooks may get such an event beside those that conditions name.
    pub listeners: usize,
    /// When the report came.
    pub now: Time,
    /// Makes the event of a percentage that is crossed, with its deliveries. Called within the
    /// transaction, which may be tried again; it must not block.
    pub make: Arc<dyn Fn(Crossed<'_>) -> NewEvent + Send + Sync>,
}

/// Records of one developer's plan in one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The plan.
    pub plan: DeveloperPlanId,
    /// When the plan begins, as the period was reckoned from. One that begins at another time by now
    /// is taken for one that is gone.
    pub begins: Time,
    /// The period; its counter is found by the period's start.
    pub period: Period,
    /// The records, in the order in which they count.
    pub records: Vec<UsageRecord>,
}

/// Something was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRecord {
    /// The beginning of the SHA-256 of its id: a second record of the organization with it counts
    /// nothing.
    pub id: [u8; 16],
    /// How much.
    pub count: u64,
    /// By which application; empty, when the report names none.
    pub application: Arc<str>,
}

/// A percentage that was crossed, with everything an event says of it.
#[derive(Debug, Clone, Copy)]
pub struct Crossed<'a> {
    /// The developer.
    pub developer: &'a Developer,
    /// The application of the record that crossed it.
    pub application: &'a str,
    /// The package.
    pub package: &'a Package,
    /// The rate plan, which is published.
    pub rate_plan: &'a RatePlan,
    /// The developer's plan.
    pub plan: &'a DeveloperPlan,
    /// The period.
    pub period: Period,
    /// The percentage.
    pub percent: u32,
    /// The webhooks that conditions name, each once; some may be disabled or deleted.
    pub webhooks: &'a [WebhookId],
}

/// What a chunk came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// How many of its groups were counted, from the first on: all of them, or fewer when they made
    /// [`MAX_FIRED`] events or [`MAX_CALLS`] deliveries, so that no transaction grows by what it fires.
    /// The caller counts the rest in another chunk. At least one, if there is one.
    pub groups: usize,
    /// How many of its records had been counted before.
    pub repeated: u64,
    /// What fired, in order.
    pub fired: Vec<Fired>,
}

impl Counted {
    /// Adds what came of the groups behind these.
    pub fn add(&mut self, more: Self) {
        self.groups += more.groups;
        self.repeated += more.repeated;
        self.fired.extend(more.fired);
    }
}

/// A percentage that fired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fired {
    /// Of which plan.
    pub plan: DeveloperPlanId,
    /// The percentage.
    pub percent: u32,
    /// The event that says so.
    pub event_id: EventId,
    /// Where it goes to.
    pub webhooks: Vec<WebhookId>,
}

/// What was used of a plan in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// The plan.
    pub plan: DeveloperPlanId,
    /// When the period begins.
    pub period_start: Time,
    /// How much.
    pub count: u64,
    /// The highest whole percentage of the target that was looked at.
    pub level: u64,
    /// When something was last counted.
    pub updated_at: Time,
}

/// Usage notifications.
#[async_trait]
pub trait Usage: Send + Sync {
    /// Stores a new document.
    ///
    /// # Errors
    /// [`Error::Taken`](super::Error::Taken) when its noun has the key already,
    /// [`Error::NotFound`](super::Error::NotFound) with the name of the noun, when what it belongs to
    /// or whose it is does not exist, and [`Error::Conflict`](super::Error::Conflict) for a plan that
    /// a developer has bought already for a part of its time.
    async fn create_item(&self, item: Item, entry: Entry) -> Result<()>;

    /// Replaces the body of a document that was last changed at `former`. What it belongs to and
    /// whose it is stay as they are.
    ///
    /// # Errors
    /// [`Error::NotFound`](super::Error::NotFound), [`Error::Stale`](super::Error::Stale) when somebody
    /// else has changed it since `former`, and [`Error::Conflict`](super::Error::Conflict) for a plan
    /// that now lies over another one that the developer has bought.
    async fn update_item(&self, item: Item, former: Time, entry: Entry) -> Result<()>;

    /// Deletes a document with everything that goes with it: what it owns, with counters, and what
    /// [`goes_with_parent`](Noun::goes_with_parent).
    ///
    /// # Errors
    /// [`Error::NotFound`](super::Error::NotFound), and [`Error::Conflict`](super::Error::Conflict)
    /// when something belongs to it that does not go with it.
    async fn delete_item(
        &self,
        organization_id: OrganizationId,
        noun: Noun,
        key: &str,
        entry: Entry,
    ) -> Result<()>;

    /// One document.
    async fn item(
        &self,
        organization_id: OrganizationId,
        noun: Noun,
        key: &str,
    ) -> Result<Option<Item>>;

    /// Documents, oldest first.
    async fn items(
        &self,
        organization_id: OrganizationId,
        filter: ItemFilter,
        window: Window,
    ) -> Result<Listed>;

    /// For each pair of a developer's e-mail address and a rate plan's id, every plan of it that the
    /// developer has bought; an empty list, when there is none.
    async fn bought(
        &self,
        organization_id: OrganizationId,
        pairs: Vec<(String, String)>,
    ) -> Result<Vec<Vec<Bought>>>;

    /// Counts a part of a report and stores the events of what it crosses, with their deliveries, each
    /// group in one transaction; when it returns, all of it is on disk. A record whose id was counted
    /// within [`RECORD_IDS_US`] counts nothing, and neither does one with an older id that
    /// [`sweep_records`](Self::sweep_records) has not forgotten yet. What fires is decided by
    /// [`Counter`](crate::usage::Counter) and [`Named`](crate::usage::Named); nothing does for a plan
    /// that is not published.
    ///
    /// # Errors
    /// [`Error::Stale`](super::Error::Stale) when something fires and the organization's catalogue is
    /// at another generation, [`Error::NotFound`](super::Error::NotFound) for an organization, a plan
    /// or a webhook of an event that is gone. In each case nothing was counted.
    async fn count(&self, chunk: Chunk) -> Result<Counted>;

    /// What was used of these plans, each in the period that begins at this time; those of which
    /// nothing was are left out.
    async fn used(
        &self,
        organization_id: OrganizationId,
        periods: Vec<(DeveloperPlanId, Time)>,
    ) -> Result<Vec<Used>>;

    /// What was used of a plan in each of its periods, latest first.
    async fn usage_history(
        &self,
        organization_id: OrganizationId,
        plan: DeveloperPlanId,
        limit: usize,
    ) -> Result<Vec<Used>>;

    /// Forgets ids of records that were counted longer than [`RECORD_IDS_US`] ago, in chunks; how
    /// many in this call; 0 when none is left.
    async fn sweep_records(&self, now: Time) -> Result<u64>;
}
