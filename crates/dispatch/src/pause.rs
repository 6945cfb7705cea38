//! What a change of a webhook means for its lane: what may not be sent any more, or not now, goes
//! back to the store; a lane that may send again, or faster, does so; and the end of a drain is
//! written down.
//!
//! Nothing here decides what is sent: the store gives out nothing that is held, and workers ask of
//! each delivery before they send it.

use std::sync::Arc;

use bellwire_core::{
    ids::{DeliveryId, WebhookId},
    ports::Lanes as _,
    snapshot::{Route, Tenant},
    time::{SECOND, Time},
};

use crate::{
    dispatcher::Dispatcher,
    lane::{Held, Lane},
    pager::Page,
    worker,
};

impl Dispatcher {
    /// Clears a lane that another process owns: what waits in it unsent goes back to the store, this
    /// delivery too, and the owner is told.
    pub(crate) async fn hand_back(
        &self,
        webhook_id: WebhookId,
        lane: &Arc<Lane>,
        taken: Option<DeliveryId>,
    ) {
        let unsent = lane.drain();
        if self.put_down(&unsent, taken).await {
            self.wake(webhook_id);
        }
    }

    /// Gives deliveries that were taken out of a lane back to the store; whether there were any.
    async fn put_down(&self, unsent: &[Held], taken: Option<DeliveryId>) -> bool {
        unsent.iter().for_each(|held| self.unqueued(held));
        let unsent = unsent.iter().map(|held| held.job.delivery_id);
        let ids: Vec<DeliveryId> = taken.into_iter().chain(unsent).collect();
        if ids.is_empty() {
            return false;
        }
        if let Err(error) = self.0.parts.store.release(&ids).await {
            tracing::warn!(%error, "claims could not be given back yet");
        }
        true
    }

    /// Looks at a lane whose webhook may be another one now.
    pub(crate) async fn recheck_lane(&self, route: &Route, lane: &Arc<Lane>) {
        let webhook_id = route.webhook.id;
        if route.webhook.is_exclusive() && !self.0.parts.store.owns(webhook_id) {
            return self.hand_back(webhook_id, lane, None).await;
        }
        // Most webhooks have never been anything but enabled: nothing is to be looked for.
        let webhook = &route.webhook;
        let plain = webhook.is_enabled() && !webhook.is_paused();
        let unwanted = match plain && webhook.cancelled_up_to.is_none() {
            true => Vec::new(),
            false => lane.take_out(|job| worker::is_wanted(route, job)),
        };
        if self.put_down(&unwanted, None).await {
            // For when it may be sent again.
            self.wake(webhook_id);
        }
        let wants = lane.look(self.bounds(webhook_id));
        self.serve(webhook_id, lane, wants);
    }

    /// Looks at the lanes of an organization that has changed elsewhere.
    pub(crate) async fn recheck_lanes(&self, tenant: &Tenant) {
        for (route, lane) in self.lanes_of(tenant) {
            self.recheck_lane(&route, &lane).await;
        }
    }

    /// Wakes the lanes that drain: one of which nothing is left ends so, also after a restart.
    pub(crate) fn look_after_drains(&self) {
        for tenant in self.0.parts.snapshot.organizations() {
            let drains = tenant.routes.iter().map(|route| &route.webhook);
            for webhook in drains.filter(|webhook| webhook.drain.is_some()) {
                self.wake(webhook.id);
            }
        }
    }

    /// Nothing is left of what a pause held: the limit of the drain is taken away.
    pub(crate) fn end_drain(&self, webhook_id: WebhookId, lane: &Arc<Lane>, up_to: Time) {
        let Some(service) = self.0.service.lock().clone() else {
            return;
        };
        let (dispatcher, lane) = (self.clone(), Arc::clone(lane));
        self.begin();
        tokio::spawn(async move {
            if let Err(error) = service.end_drain(webhook_id, up_to).await {
                tracing::warn!(%error, webhook = %webhook_id, "the end of a drain could not be written; it is tried again");
                lane.tell_again();
                let again = dispatcher.0.parts.clock.now() + 5 * SECOND;
                dispatcher.page(Page::Due(webhook_id, again));
            }
            dispatcher.end(1);
        });
    }
}
