//! What a pause holds, counted; and everything that is pending, cancelled at once.

use async_trait::async_trait;

use super::Result;
use crate::{
    audit::Entry,
    ids::{OrganizationId, WebhookId},
    time::Time,
};

/// Up to how many waiting deliveries are counted: above that the answer is "this many or more".
/// Counting walks an index, about 5 ms for as many on SQLite.
pub const MOST_WAITING: u64 = 100_000;

/// How many deliveries wait.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How many, up to [`MOST_WAITING`].
    pub count: u64,
    /// There may be more.
    pub or_more: bool,
}

impl Waiting {
    /// From a count that went at most one further than [`MOST_WAITING`].
    #[must_use]
    pub fn new(counted: u64) -> Self {
        Self {
            count: counted.min(MOST_WAITING),
            or_more: counted > MOST_WAITING,
        }
    }
}

/// Holding back, and letting go.
#[async_trait]
pub trait Pace: Send + Sync {
    /// Cancels everything that is pending of a webhook but tests, held deliveries included: a mark,
    /// as a disable sets one, and the sweep behind it. What is under way is not called back.
    ///
    /// # Errors
    /// [`Error::NotFound`](super::Error::NotFound), also for a deleted one.
    async fn clear_pending(
        &self,
        organization_id: OrganizationId,
        id: WebhookId,
        now: Time,
        entry: Entry,
    ) -> Result<()>;

    /// How many deliveries of a webhook are pending that are due by then, being sent included; what
    /// a disable or a clearing has cancelled is left out, tests from before it too. Walks an index
    /// of pending rows, of which it looks at [`MOST_WAITING`] and one more.
    async fn waiting(&self, id: WebhookId, due_by: Time) -> Result<Waiting>;

    /// The same of each of these webhooks, in their order.
    async fn waiting_each(&self, ids: &[WebhookId], due_by: Time) -> Result<Vec<Waiting>> {
        let mut each = Vec::with_capacity(ids.len());
        for id in ids {
            each.push(self.waiting(*id, due_by).await?);
        }
        Ok(each)
    }
}
