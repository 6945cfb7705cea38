//! Beside the stages: resends in bulk, kept in the store so that a restart, or another node, goes on
//! with them. The rules are in [`crate::job`].

use async_trait::async_trait;

use super::Result;
use crate::{
    audit::Entry,
    ids::{DeliveryId, JobId, OrganizationId, WebhookId},
    job::{Change, Count, Filter, Job, State},
    time::{DurationUs, Time},
};

/// What a look at the jobs came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stepped {
    /// A job was due, and has been moved on.
    pub took: bool,
    /// Deliveries were made for this webhook: so many.
    pub made: Option<(WebhookId, usize)>,
    /// This job came to its end.
    pub ended: Option<(JobId, State)>,
    /// When the next step of any job is due; `None` when none is running.
    pub next_at: Option<Time>,
}

/// Jobs.
#[async_trait]
pub trait Jobs: Send + Sync {
    /// What a filter takes at this moment, skipped ones apart. Stops after about `budget`, and says
    /// so.
    async fn count_job(
        &self,
        organization_id: OrganizationId,
        filter: &Filter,
        now: Time,
        budget: DurationUs,
    ) -> Result<Count>;

    /// Stores a new job, unless one that is not over is about the same deliveries: that one's id is
    /// returned then. Jobs are about the same when they are about one webhook, or either is about
    /// all of the organization.
    ///
    /// # Errors
    /// [`Error::NotFound`](super::Error::NotFound) when the organization or the webhook is gone.
    async fn create_job(&self, job: Job, entry: Entry) -> Result<Option<JobId>>;

    /// One job of an organization.
    async fn job(&self, organization_id: OrganizationId, id: JobId) -> Result<Option<Job>>;

    /// Jobs of an organization, newest first, before `before` when given: those about one of these
    /// webhooks, or all of them with `None`.
    async fn jobs(
        &self,
        organization_id: OrganizationId,
        webhooks: Option<&[WebhookId]>,
        before: Option<JobId>,
        limit: usize,
    ) -> Result<Vec<Job>>;

    /// Changes a job by [`Job::change`]: what it is now, and whether that changed anything. The
    /// entry is written only if it did.
    ///
    /// # Errors
    /// [`Error::NotFound`](super::Error::NotFound).
    async fn change_job(
        &self,
        organization_id: OrganizationId,
        id: JobId,
        change: Change,
        now: Time,
        entry: Entry,
    ) -> Result<(Job, bool)>;

    /// Takes the running job that is due longest and moves it on by one step, in one transaction:
    /// its deliveries, its counts and how far it is are there together or not at all. At most
    /// [`chunk`](crate::job::chunk) deliveries and no more than there are `ids`; a bounded number is
    /// looked at. They are made as unclaimed. Any node may take any step; one that another is at is
    /// left to it.
    async fn step_job(&self, now: Time, ids: Vec<DeliveryId>) -> Result<Stepped>;

    /// Puts the running job that is due longest off, whatever is wrong with it, so that the others go
    /// on. Reads nothing of it but when it is due.
    async fn put_off_job(&self, now: Time, until: Time) -> Result<()>;

    /// Stops jobs that nobody has touched since before this time while they were paused, one chunk
    /// ([`StopReason::PausedTooLong`](crate::job::StopReason::PausedTooLong)); how many.
    async fn stop_paused_jobs(&self, before: Time, now: Time) -> Result<u64>;

    /// Forgets jobs that were over before this time, one chunk; how many.
    async fn sweep_jobs(&self, before: Time) -> Result<u64>;
}
