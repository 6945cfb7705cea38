//! Between stage 3 and stage 4: how a freshly stored delivery reaches its lane without a query.

use crate::{
    delivery::Job,
    ids::{DeliveryId, WebhookId},
};

/// A reserved place in a lane. Fill it after the commit; dropping it gives the place back.
pub trait Slot: Send {
    /// Hands the delivery over; it is sent as soon as the lane allows.
    fn fill(self: Box<Self>, job: Job);
}

/// The lanes of this process.
pub trait Lanes: Send + Sync + 'static {
    /// A place in the webhook's lane, if it has room and is owned here.
    fn reserve(&self, webhook_id: WebhookId) -> Option<Box<dyn Slot>>;

    /// The same for a test: it goes to a paused webhook too, and before older deliveries.
    fn reserve_test(&self, webhook_id: WebhookId) -> Option<Box<dyn Slot>> {
        self.reserve(webhook_id)
    }

    /// Takes a delivery that waits in its lane out of it; `false` when it is not here, or being
    /// sent already. The caller ends its claim.
    fn withdraw(&self, webhook_id: WebhookId, delivery_id: DeliveryId) -> bool;

    /// Deliveries of this webhook were stored without a place: page them in when there is room.
    fn wake(&self, webhook_id: WebhookId);

    /// The same of a test, which a paused webhook gets too.
    fn wake_test(&self, webhook_id: WebhookId) {
        self.wake(webhook_id);
    }

    /// The webhook has changed: what waits in its lane and may not be sent any more, or not now,
    /// goes back to the store. The workers ask of each delivery anyway before they send it; this
    /// empties the memory.
    fn recheck(&self, _webhook_id: WebhookId) {}

    /// There is a job to go on with: one was made, or goes on.
    fn start_jobs(&self) {}

    /// Something is to be told: look into the outbox.
    fn tell(&self) {}
}
