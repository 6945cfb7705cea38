//! Who gets an event, and which clause keeps the others out: of one that is stored, or of one that is
//! only asked about.

use std::collections::HashMap;

use crate::{
    access::Access,
    delivery::Delivery,
    event::Event,
    explain::{self, Explained},
    ids::{EventId, WebhookId},
    service::{Error, FieldError, Incoming, Service, checks::no_webhook},
};

/// What becomes of an event, webhook by webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The stored event, without its data; `None` for one that is only asked about.
    pub event: Option<Event>,
    /// Its type is not in the catalogue.
    pub unknown_type: bool,
    /// Every webhook that whoever asks sees, oldest first.
    pub webhooks: Vec<Explained>,
}

impl Service {
    /// What would become of an event if it were posted now. Nothing is stored. Data that is left out
    /// (empty) is not looked at.
    ///
    /// # Errors
    /// As posting it: [`Error::NotFound`] for the organization, [`Error::Invalid`],
    /// [`Error::TooLarge`].
    pub fn explain_posted(
        &self,
        slug: &str,
        incoming: &Incoming,
        access: &Access,
    ) -> Result<Explanation, Error> {
        let tenant = self.tenant(slug)?;
        let hidden: Vec<FieldError> = incoming
            .webhooks
            .iter()
            .enumerate()
            .filter(|(_, id)| {
                tenant
                    .route(**id)
                    .is_some_and(|route| !access.sees(&route.webhook))
            })
            .map(|(index, id)| {
                // In the words for one that is not there: whose else it is is nobody's business.
                FieldError::new(format!("webhooks[{index}]"), no_webhook(*id))
            })
            .collect();
        if !hidden.is_empty() {
            return Err(Error::Invalid(hidden));
        }
        let checked = self.validate(&tenant, std::slice::from_ref(incoming), self.now())?;
        if let Some(refusal) = checked.refusal {
            without_data(refusal.error, incoming)?;
        }
        let webhooks = tenant
            .routes
            .iter()
            .map(|route| &route.webhook)
            .filter(|webhook| access.sees(webhook))
            .map(|webhook| {
                explain::posted(
                    webhook,
                    &incoming.event_type,
                    &incoming.channels,
                    &incoming.webhooks,
                    self.problem(webhook),
                )
            })
            .collect();
        Ok(Explanation {
            event: None,
            unknown_type: checked.unknown.first().copied().unwrap_or(false),
            webhooks,
        })
    }

    /// What became of a stored event, and why the other webhooks did not get it, by their present
    /// settings.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an event that whoever asks does not see.
    pub async fn explain_stored(
        &self,
        slug: &str,
        id: EventId,
        access: &Access,
    ) -> Result<Explanation, Error> {
        let tenant = self.tenant(slug)?;
        let detail = self
            .store()
            .event(tenant.organization.id, id)
            .await?
            .filter(|detail| access.shows(&detail.event.event_type, &detail.event.channels))
            .ok_or(Error::NotFound("event"))?;
        let mut event = detail.event;
        // What else it is about is nobody else's business, in a sentence neither. A webhook that is
        // seen has only channels that are seen, so the verdicts stay.
        event
            .channels
            .retain(|channel| access.touches(std::slice::from_ref(channel)));
        // The newest of each comes last and stays.
        let deliveries: HashMap<WebhookId, &Delivery> = detail
            .deliveries
            .iter()
            .map(|view| (view.delivery.webhook_id, &view.delivery))
            .collect();
        let webhooks = tenant
            .routes
            .iter()
            .map(|route| &route.webhook)
            .filter(|webhook| access.sees(webhook))
            .map(|webhook| match deliveries.get(&webhook.id) {
                Some(delivery) => explain::sent(webhook, &event, delivery),
                None => explain::not_sent(webhook, &event),
            })
            .collect();
        Ok(Explanation {
            unknown_type: event.unknown_type,
            event: Some(event),
            webhooks,
        })
    }
}

/// The refusal of an event, but for what is said of data that nobody gave.
fn without_data(error: Error, incoming: &Incoming) -> Result<(), Error> {
    match error {
        Error::Invalid(mut errors) if incoming.data.is_empty() => {
            errors.retain(|error| !error.field.starts_with("data"));
            match errors.is_empty() {
                true => Ok(()),
                false => Err(Error::Invalid(errors)),
            }
        }
        error => Err(error),
    }
}
