//! Sending again, cancelling: what a person does about a delivery.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Error, Service, audit::Subject};
use crate::{
    access::{Access, Actor},
    delivery::Delivery,
    ids::{DeliveryId, EventId, WebhookId},
    say,
    snapshot::{Route, Tenant},
    stored::refusals,
};

impl Service {
    /// Sends a stored event again: to one webhook, which may be younger than the event, or to
    /// every webhook that it went to, that still takes deliveries, and that whoever asks sees.
    ///
    /// # Errors
    /// [`Error::NotFound`], or [`Error::Conflict`] when the webhook is disabled or deleted, or
    /// when none is left.
    pub async fn resend_event(
        &self,
        slug: &str,
        event_id: EventId,
        webhook_id: Option<WebhookId>,
        access: &Access,
        by: &Actor,
    ) -> Result<Vec<DeliveryId>, Error> {
        let tenant = self.tenant(slug)?;
        self.check_event(&tenant, event_id, access).await?;
        let sees = |route: &Route| access.sees(&route.webhook);
        let webhooks = match webhook_id {
            Some(id) => {
                if tenant.route(id).is_some_and(|route| !sees(route)) {
                    return Err(Error::NotFound("webhook"));
                }
                self.sendable(&tenant, id).await?;
                vec![id]
            }
            None => {
                let detail = self
                    .store()
                    .event(tenant.organization.id, event_id)
                    .await?
                    .ok_or(Error::NotFound("event"))?;
                let went_to: BTreeSet<WebhookId> = detail
                    .deliveries
                    .iter()
                    .map(|view| view.delivery.webhook_id)
                    .collect();
                let left: Vec<WebhookId> = went_to
                    .into_iter()
                    .filter(|id| {
                        tenant
                            .route(*id)
                            .is_some_and(|route| sees(route) && route.webhook.is_enabled())
                    })
                    .collect();
                if left.is_empty() {
                    return Err(Error::Conflict {
                        code: "no_webhook",
                        message: say!(
                            "refused-no-webhook",
                            "the event went to no webhook that is enabled now; name the webhook to \
                             send it to, or enable one"
                        ),
                    });
                }
                left
            }
        };
        let deliveries = self.enqueue_again(&tenant, event_id, &webhooks).await?;
        let deliveries: Vec<DeliveryId> =
            deliveries.into_iter().map(|delivery| delivery.id).collect();
        let subject = Subject::of(tenant.organization.id, event_id, "");
        let made = json!({"webhooks": webhooks, "deliveries": deliveries});
        self.note_done(by, "event.resent", subject, made).await;
        Ok(deliveries)
    }

    /// Sends a delivery's event to its webhook again, as a new delivery.
    ///
    /// # Errors
    /// As [`Service::resend_event`].
    pub async fn resend_delivery(
        &self,
        slug: &str,
        delivery_id: DeliveryId,
        by: &Actor,
    ) -> Result<DeliveryId, Error> {
        let tenant = self.tenant(slug)?;
        let delivery = self
            .store()
            .delivery(tenant.organization.id, delivery_id)
            .await?
            .ok_or(Error::NotFound("delivery"))?;
        self.sendable(&tenant, delivery.webhook_id).await?;
        let made = self
            .enqueue_again(&tenant, delivery.event_id, &[delivery.webhook_id])
            .await?;
        let subject = Subject::of(tenant.organization.id, delivery_id, "");
        let shown = json!({
            "event": delivery.event_id,
            "webhook": delivery.webhook_id,
            "delivery": made[0].id,
        });
        self.note_done(by, "delivery.resent", subject, shown).await;
        Ok(made[0].id)
    }

    /// Cancels a pending delivery.
    ///
    /// # Errors
    /// [`Error::NotFound`], or [`Error::Conflict`] when it is not pending any more.
    pub async fn cancel_delivery(
        &self,
        slug: &str,
        delivery_id: DeliveryId,
        by: &Actor,
    ) -> Result<Delivery, Error> {
        let tenant = self.tenant(slug)?;
        let cancelled = self
            .store()
            .cancel(tenant.organization.id, delivery_id, self.now())
            .await?;
        // What waits in a lane must not be sent any more; what is being sent cannot be called back.
        if self.lanes().withdraw(cancelled.webhook_id, delivery_id) {
            self.store().release(&[delivery_id]).await?;
        }
        let subject = Subject::of(tenant.organization.id, delivery_id, "");
        let shown = json!({"event": cancelled.event_id, "webhook": cancelled.webhook_id});
        self.note_done(by, "delivery.cancelled", subject, shown)
            .await;
        Ok(cancelled)
    }

    pub(super) async fn sendable(&self, tenant: &Tenant, id: WebhookId) -> Result<(), Error> {
        match tenant.route(id) {
            Some(route) if route.webhook.is_enabled() => Ok(()),
            Some(_) => Err(Error::Conflict {
                code: "webhook_disabled",
                message: refusals::disabled(),
            }),
            None => match self.store().webhook(tenant.organization.id, id).await? {
                Some(_) => Err(Error::Conflict {
                    code: "webhook_deleted",
                    message: refusals::deleted(),
                }),
                None => Err(Error::NotFound("webhook")),
            },
        }
    }
}
