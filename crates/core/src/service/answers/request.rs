//! The exact bytes of an attempt: made again from the stored event and the revision that was in force,
//! and proven by the hash that the attempt keeps.

use bytes::Bytes;

use crate::{
    access::Access,
    curl,
    delivery::Attempt,
    event::Event,
    ids::DeliveryId,
    outcome::{Answer, Cause},
    rendering,
    said::Said,
    say,
    service::{Error, Service},
    snapshot::Tenant,
};

/// A body that was made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reproduced {
    /// The body; `None` when it cannot be made any more.
    pub body: Option<Bytes>,
    /// Why it is not proven to be what was sent; `None` when it is.
    pub unproven: Option<Said>,
}

impl Reproduced {
    /// The bytes that were sent for certain.
    #[must_use]
    pub fn proven(&self) -> Option<&Bytes> {
        match self.unproven {
            None => self.body.as_ref(),
            Some(_) => None,
        }
    }
}

/// One request as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentRequest {
    /// The attempt, which has URL and headers.
    pub attempt: Attempt,
    /// The body.
    pub made: Reproduced,
}

impl SentRequest {
    /// A command that sends it again.
    ///
    /// # Errors
    /// [`Error::Conflict`] (`payload_removed`, `body_unknown`) when the body cannot be made any more.
    pub fn curl(&self) -> Result<String, Error> {
        match &self.made.body {
            Some(body) => Ok(curl::command(&self.attempt, body)),
            None => Err(Error::Conflict {
                code: "body_unknown",
                message: self
                    .made
                    .unproven
                    .clone()
                    .unwrap_or_else(|| say!("sent-unknown", "the body is not known")),
            }),
        }
    }
}

impl Service {
    /// The request of an attempt.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a delivery that whoever asks does not see, with its event and its
    /// webhook, and for an attempt that it does not have.
    pub async fn sent_request(
        &self,
        tenant: &Tenant,
        delivery_id: DeliveryId,
        number: u32,
        access: &Access,
    ) -> Result<SentRequest, Error> {
        self.check_delivery(tenant, delivery_id, access).await?;
        let detail = self
            .store()
            .delivery_detail(tenant.organization.id, delivery_id)
            .await?
            .filter(|detail| access.shows(&detail.event.event_type, &detail.event.channels))
            .ok_or(Error::NotFound("delivery"))?;
        let attempt = detail
            .view
            .attempts
            .into_iter()
            .find(|attempt| attempt.number == number)
            .ok_or(Error::NotFound("attempt"))?;
        let made = self.reproduce(tenant, &attempt, &detail.event).await?;
        Ok(SentRequest { attempt, made })
    }

    /// Makes the body of an attempt again.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) async fn reproduce(
        &self,
        tenant: &Tenant,
        attempt: &Attempt,
        event: &Event,
    ) -> Result<Reproduced, Error> {
        let without = |why: Said| Reproduced {
            body: None,
            unproven: Some(why),
        };
        if attempt.answer == Answer::None(Cause::Envelope) && attempt.request_headers.is_empty() {
            return Ok(without(say!(
                "sent-nothing",
                "Nothing was sent: the request could not be made of this event."
            )));
        }
        if event.is_payload_removed() {
            return Ok(without(say!(
                "sent-removed",
                "The data of the event was removed, because it is older than \
                 `retention.payloads`."
            )));
        }
        let Some(revision) = self
            .store()
            .webhook_revision(
                attempt.organization_id,
                attempt.webhook_id,
                attempt.revision,
            )
            .await?
        else {
            return Ok(without(say!(
                "sent-revision",
                "Revision {revision} of the webhook is not stored any more.",
                revision = attempt.revision
            )));
        };
        let name = &revision.settings.profile;
        let Some(profile) = self.profiles().get(name) else {
            return Ok(without(say!(
                "sent-profile",
                "The profile `{name}`, which made the body, is not configured on this server any \
                 more.",
                name
            )));
        };
        Ok(
            match rendering::body(&profile, event, &tenant.organization.slug) {
                Ok(body) if rendering::sha256(&body) == attempt.body_sha256 => Reproduced {
                    body: Some(body),
                    unproven: None,
                },
                Ok(body) => Reproduced {
                    body: Some(body),
                    unproven: Some(say!(
                        "sent-otherwise",
                        "This is what the profile `{name}` makes of the event today. Its SHA-256 \
                         is not that of the attempt: the profile's file was changed since.",
                        name
                    )),
                },
                Err(error) => without(say!(
                    "sent-broken",
                    "The profile `{name}` makes no body of this event today, so its file was \
                     changed since: {error}.",
                    name,
                    error = Said::from(error.to_string())
                )),
            },
        )
    }
}
