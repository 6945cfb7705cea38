//! Stage 5's door: one HTTP request out, one reply back.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::{headers::HeaderList, ids::WebhookId, outcome::Reply, policy::Timeouts, said::Said};

/// One request to send.
#[derive(Debug, Clone)]
pub struct Request {
    /// Whose lane it is: connections are kept per webhook and never shared.
    pub webhook_id: WebhookId,
    /// The target, checked when the webhook was saved.
    pub url: Arc<url::Url>,
    /// All headers but `host` and `content-length`.
    pub headers: HeaderList,
    /// The body.
    pub body: Bytes,
    /// How long each step may take.
    pub timeouts: Timeouts,
}

/// Sends. Implemented by the guarded client, and by a scripted one in tests.
#[async_trait]
pub trait Sender: Send + Sync + 'static {
    /// Sends once. Never fails: what goes wrong is a [`Reply`] too.
    async fn send(&self, request: Request) -> Reply;

    /// What stands against calling this URL by its address: the guard, or that its name cannot be
    /// resolved. Nothing is sent. `None` when nothing does.
    async fn refusal(&self, url: &url::Url) -> Option<Said> {
        let _ = url;
        None
    }

    /// Lets go of the connections of a webhook (its URL changed, or it is gone).
    fn forget(&self, webhook_id: WebhookId);
}
