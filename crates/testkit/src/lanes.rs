//! Lanes that never have room: everything that is stored stays in the store until it is claimed.

use std::sync::Arc;

use bellwire_core::{
    ids::{DeliveryId, WebhookId},
    ports::{Lanes, Slot},
};
use parking_lot::Mutex;

/// Lanes without room that remember who was woken. Clones are the same lanes.
#[derive(Debug, Clone, Default)]
pub struct NoLanes(Arc<Mutex<Vec<WebhookId>>>);

impl NoLanes {
    /// Whose lanes were woken, in order.
    #[must_use]
    pub fn woken(&self) -> Vec<WebhookId> {
        self.0.lock().clone()
    }
}

impl Lanes for NoLanes {
    fn reserve(&self, _: WebhookId) -> Option<Box<dyn Slot>> {
        None
    }

    fn withdraw(&self, _: WebhookId, _: DeliveryId) -> bool {
        false
    }

    fn wake(&self, webhook_id: WebhookId) {
        self.0.lock().push(webhook_id);
    }
}
