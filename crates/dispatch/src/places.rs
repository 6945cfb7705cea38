//! The lanes of this process, as the use cases see them: places for deliveries that are being stored,
//! and what has to be looked at again.

use std::sync::Arc;

use bellwire_core::{
    delivery::Job,
    ids::{DeliveryId, WebhookId},
    ports::{Lanes, Slot},
};

use crate::{
    dispatcher::Dispatcher,
    lane::{Bounds, Held, Lane},
};

impl Dispatcher {
    fn place(
        &self,
        webhook_id: WebhookId,
        lane: Arc<Lane>,
        lease: u64,
        bounds: Bounds,
    ) -> Box<dyn Slot> {
        Box::new(Place {
            dispatcher: self.clone(),
            lease,
            webhook_id,
            bounds,
            lane: Some(lane),
        })
    }
}

impl Lanes for Dispatcher {
    fn reserve(&self, webhook_id: WebhookId) -> Option<Box<dyn Slot>> {
        if self.is_stopping() {
            return None;
        }
        let lease = self.0.parts.store.lease()?;
        let bounds = self.bounds(webhook_id);
        let lane = self.lane(webhook_id);
        lane.reserve(bounds)
            .then(|| self.place(webhook_id, lane, lease, bounds))
    }

    fn reserve_test(&self, webhook_id: WebhookId) -> Option<Box<dyn Slot>> {
        if self.is_stopping() {
            return None;
        }
        let lease = self.0.parts.store.lease()?;
        let bounds = self.bounds(webhook_id);
        let lane = self.lane(webhook_id);
        lane.reserve_test(bounds)
            .then(|| self.place(webhook_id, lane, lease, bounds))
    }

    fn withdraw(&self, webhook_id: WebhookId, delivery_id: DeliveryId) -> bool {
        let lane = self.lane(webhook_id);
        let held = lane.withdraw(delivery_id);
        if let Some(held) = &held {
            self.unqueued(held);
        }
        held.is_some()
    }

    fn wake(&self, webhook_id: WebhookId) {
        if !self.is_stopping() {
            let lane = self.lane(webhook_id);
            let wants = lane.wake(self.bounds(webhook_id), false);
            self.serve(webhook_id, &lane, wants);
        }
    }

    fn wake_test(&self, webhook_id: WebhookId) {
        if !self.is_stopping() {
            let lane = self.lane(webhook_id);
            let wants = lane.wake(self.bounds(webhook_id), true);
            self.serve(webhook_id, &lane, wants);
        }
    }

    fn recheck(&self, webhook_id: WebhookId) {
        // Something may have been cancelled, whose rows do not say so yet.
        self.0.sweep.notify_one();
        let lane = self.0.lanes.lock().get(&webhook_id).cloned();
        let route = self.0.parts.snapshot.route(webhook_id);
        let (Some(lane), Some(route)) = (lane, route) else {
            return;
        };
        let dispatcher = self.clone();
        self.begin();
        tokio::spawn(async move {
            dispatcher.recheck_lane(&route, &lane).await;
            dispatcher.end(1);
        });
    }

    /// Counts as busy until it was told.
    fn start_jobs(&self) {
        self.begin();
        if self.0.jobs.send(()).is_err() {
            self.end(1);
        }
    }

    fn tell(&self) {
        self.begin();
        if self.0.tells.send(()).is_err() {
            self.end(1);
        }
    }
}

/// A reserved place in a lane.
struct Place {
    dispatcher: Dispatcher,
    webhook_id: WebhookId,
    /// In force when the place was reserved.
    lease: u64,
    bounds: Bounds,
    /// Taken when the place is filled.
    lane: Option<Arc<Lane>>,
}

impl Place {
    /// As they are now, where the time counts.
    fn bounds(&self) -> Bounds {
        match self.bounds.rate {
            Some(_) => self.dispatcher.bounds(self.webhook_id),
            None => self.bounds,
        }
    }
}

impl Slot for Place {
    fn fill(mut self: Box<Self>, job: Job) {
        if let Some(lane) = self.lane.take() {
            // The delivery was stored under the lease of that moment, which may be younger than the
            // reservation. While there is none, the last one known will have ended.
            let lease = self.dispatcher.0.parts.store.lease();
            let held = Held::new(job, lease.unwrap_or(self.lease));
            self.dispatcher.queued(std::slice::from_ref(&held));
            let wants = lane.fill(held, self.bounds());
            self.dispatcher.serve(self.webhook_id, &lane, wants);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(lane) = self.lane.take() {
            let wants = lane.unreserve(self.bounds());
            self.dispatcher.serve(self.webhook_id, &lane, wants);
        }
    }
}
