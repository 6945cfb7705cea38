//! Pausing a webhook, resuming it at a chosen rate, and cancelling what is pending.
//!
//! A pause is a change like any other: a revision that every node learns of. What is pending is
//! held from then on by what the store gives out and what the workers look at before they send.

use super::{Error, Service, audit::Logged as _, validate::Findings};
use crate::{
    access::{Access, Actor},
    ids::WebhookId,
    ports::Waiting,
    said::Said,
    say,
    time::Time,
    webhook::{Drain, Paused, Webhook},
};

/// The most requests a second that a limit or a drain can name.
pub const MAX_PER_SECOND: u32 = 10_000;
/// The most requests at once after a quiet time that a limit can name.
pub const MAX_BURST: u32 = 10_000;

impl Service {
    /// Pauses a webhook: what matches it is stored and held. One that is paused stays as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for a deleted one; [`Error::Conflict`] (`webhook_disabled`).
    pub async fn pause_webhook(
        &self,
        slug: &str,
        id: WebhookId,
        access: &Access,
        by: &Actor,
    ) -> Result<Webhook, Error> {
        let tenant = self.tenant(slug)?;
        let (_, webhook) = self
            .revise(&tenant, id, (by, "webhook.paused"), |webhook, now| {
                seen(webhook, access)?;
                if webhook.disabled.is_some() {
                    return Err(disabled(say!(
                        "refused-no-pause",
                        "there is nothing to pause"
                    )));
                }
                if webhook.paused.is_none() {
                    webhook.paused = Some(Paused {
                        at: now,
                        by: by.name.clone(),
                    });
                    webhook.drain = None;
                }
                Ok(false)
            })
            .await?;
        self.lanes().recheck(id);
        Ok(webhook)
    }

    /// Resumes a paused webhook. What was held is sent, oldest first: at most `per_second` of them a
    /// second, or as fast as is allowed when nothing is said. Of one that is draining already, this
    /// changes the rate.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for a deleted one; [`Error::Invalid`];
    /// [`Error::Conflict`] (`webhook_disabled`, `not_paused`).
    pub async fn resume_webhook(
        &self,
        slug: &str,
        id: WebhookId,
        per_second: Option<u32>,
        access: &Access,
        by: &Actor,
    ) -> Result<Webhook, Error> {
        let mut findings = Findings::default();
        if let Some(rate) = per_second {
            findings.check("drain_per_second", check_rate(rate));
        }
        findings.finish()?;
        let tenant = self.tenant(slug)?;
        let (_, webhook) = self
            .revise(&tenant, id, (by, "webhook.resumed"), |webhook, now| {
                seen(webhook, access)?;
                if webhook.disabled.is_some() {
                    return Err(disabled(say!(
                        "refused-no-resume",
                        "enable it instead; nothing of it is held"
                    )));
                }
                let up_to = match (&webhook.paused, webhook.drain) {
                    (Some(_), _) => now,
                    (None, Some(drain)) => drain.up_to,
                    (None, None) => {
                        return Err(Error::Conflict {
                            code: "not_paused",
                            message: say!(
                                "refused-not-paused",
                                "the webhook is not paused, and nothing that a pause held is left; \
                                 there is nothing to resume"
                            ),
                        });
                    }
                };
                webhook.paused = None;
                webhook.drain = per_second.map(|per_second| Drain { per_second, up_to });
                Ok(false)
            })
            .await?;
        self.lanes().wake(id);
        Ok(webhook)
    }

    /// Ends a drain of which nothing is left to send; nothing when it has ended or begun anew.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a webhook that is gone.
    pub async fn end_drain(&self, id: WebhookId, up_to: Time) -> Result<(), Error> {
        let route = self.snapshot().route(id);
        let route = route.ok_or(Error::NotFound("webhook"))?;
        let organization_id = route.webhook.organization_id;
        let tenant = self
            .snapshot()
            .organization_by_id(organization_id)
            .ok_or(Error::NotFound("organization"))?;
        let system = Actor::system();
        self.revise(&tenant, id, (&system, "webhook.drained"), |webhook, _| {
            if webhook.drain.is_some_and(|drain| drain.up_to == up_to) {
                webhook.drain = None;
            }
            Ok(false)
        })
        .await?;
        self.lanes().wake(id);
        Ok(())
    }

    /// Cancels everything that is pending of a webhook, held or not, but for tests: from the moment
    /// that this returns nothing of it is sent here, and within a second nowhere. Gives back how
    /// much was pending, as it was counted right before.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for a deleted one.
    pub async fn cancel_pending(
        &self,
        slug: &str,
        id: WebhookId,
        access: &Access,
        by: &Actor,
    ) -> Result<Waiting, Error> {
        let tenant = self.tenant(slug)?;
        let organization_id = tenant.organization.id;
        let webhook = self.store().webhook(organization_id, id).await?;
        let webhook = webhook
            .filter(|webhook| webhook.deleted_at.is_none() && access.sees(webhook))
            .ok_or(Error::NotFound("webhook"))?;
        let waiting = self.waiting(id, Time::from_micros(i64::MAX)).await?;
        let counted = serde_json::json!({"pending": waiting.count, "or_more": waiting.or_more});
        let (action, subject) = ("webhook.pending_cancelled", webhook.subject());
        let entry = self.entry_about(by, action, subject, None, Some(counted));
        self.store()
            .clear_pending(organization_id, id, self.now(), entry)
            .await?;
        self.refresh(organization_id).await?;
        self.lanes().recheck(id);
        Ok(waiting)
    }

    /// How many deliveries of a webhook are pending and due by then.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn waiting(&self, id: WebhookId, due_by: Time) -> Result<Waiting, Error> {
        Ok(self.store().waiting(id, due_by).await?)
    }

    /// The same of each of these webhooks, in their order.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn waiting_each(
        &self,
        ids: &[WebhookId],
        due_by: Time,
    ) -> Result<Vec<Waiting>, Error> {
        Ok(self.store().waiting_each(ids, due_by).await?)
    }
}

pub(super) fn seen(webhook: &Webhook, access: &Access) -> Result<(), Error> {
    match access.sees(webhook) {
        true => Ok(()),
        false => Err(Error::NotFound("webhook")),
    }
}

fn disabled(then: Said) -> Error {
    Error::Conflict {
        code: "webhook_disabled",
        message: say!(
            "refused-disabled",
            "the webhook is disabled: nothing is sent to it, and what was pending is cancelled; \
             {then}",
            then
        ),
    }
}

/// Whether requests can be sent this fast.
pub(super) fn check_rate(per_second: u32) -> Result<(), Said> {
    match per_second {
        0 => Err(say!(
            "rule-rate-zero",
            "at 0 requests a second nothing would ever be sent; pause the webhook to hold its \
             deliveries, or name 1 to {max}",
            max = MAX_PER_SECOND
        )),
        1..=MAX_PER_SECOND => Ok(()),
        _ => Err(say!(
            "rule-rate",
            "it is 1 to {max} requests a second",
            max = MAX_PER_SECOND
        )),
    }
}
