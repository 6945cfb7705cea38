//! Beside the stages: what other processes on the same store have done that this one must know.

use async_trait::async_trait;

use crate::ids::{OrganizationId, WebhookId};

/// Something that happened in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The catalogue of this organization is at another generation; or the organization is new, or
    /// gone.
    Organization(OrganizationId),
    /// The platform's event types are others.
    Platform,
    /// Anything may have changed: the store was out of sight for a while.
    Everything,
    /// A process is gone, and what it held, owned or meant to look after is free: ask for
    /// [`due_lanes`](super::Claim::due_lanes) now.
    Freed,
    /// Another process has found due deliveries of this webhook, whose lane is owned here.
    Due(WebhookId),
}

/// A feed of changes. Changes made by this process are among them.
#[async_trait]
pub trait Changes: Send {
    /// The next change; waits for as long as there is none.
    async fn next(&mut self) -> Change;
}

/// The feed of a store that one process has to itself: nothing ever comes.
#[derive(Debug, Clone, Copy)]
pub struct NoChanges;

#[async_trait]
impl Changes for NoChanges {
    async fn next(&mut self) -> Change {
        std::future::pending().await
    }
}
