//! Beside the stages: what is to be told, from the transaction that it follows from to the event that
//! tells it.

use async_trait::async_trait;

use super::Result;
use crate::{
    ids::NoticeId,
    own_event::Notice,
    time::{DurationUs, SECOND, Time},
};

/// How long a notice that was taken is not given again: as long as telling it can take. What a crash
/// leaves untold is told after that, once all the same: its events have an external id.
pub const TAKEN_US: DurationUs = 30 * SECOND;

/// Notices that wait to be told. They are written by
/// [`RecordPort::record`](super::RecordPort::record) and
/// [`Catalogue::update_webhook_and_tell`](super::Catalogue::update_webhook_and_tell).
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Takes the oldest notices that nobody has taken within [`TAKEN_US`], at most `limit`. Any
    /// number of processes may ask; each gets others.
    async fn take_notices(&self, now: Time, limit: usize) -> Result<Vec<Notice>>;

    /// Forgets notices that were told.
    async fn forget_notices(&self, ids: &[NoticeId]) -> Result<()>;
}
