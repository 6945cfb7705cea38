//! A request that a receiver did not believe: its headers and body are held against the webhook's
//! secrets, and against what was sent.

use std::collections::HashSet;

use bytes::Bytes;

use crate::{
    access::Access,
    delivery::Attempt,
    ids::{DeliveryId, EventId},
    ports::EventDetail,
    say,
    service::{Error, Service},
    signature_check::{self, Check, Headers, Pasted, Presented, Report},
    snapshot::Tenant,
    time::Time,
    webhook::Webhook,
};

/// What somebody pastes.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The headers.
    pub headers: Pasted,
    /// The body as the receiver saw it.
    pub body: Bytes,
    /// When the receiver got it; now, when absent.
    pub at: Option<Time>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedSignature {
    /// Piece by piece.
    pub report: Report,
    /// The attempt that these are the headers of, or that the body was compared with.
    pub attempt: Option<(DeliveryId, u32)>,
}

/// What Bellwire knows of the request.
#[derive(Default)]
struct Known {
    checks: Vec<Check>,
    attempt: Option<Attempt>,
    sent: Option<Bytes>,
}

impl Service {
    /// Looks at a request that claims to be for this webhook, which whoever asks sees.
    ///
    /// # Errors
    /// When the store cannot be read. What is pasted is never an error.
    pub async fn check_signature(
        &self,
        tenant: &Tenant,
        webhook: &Webhook,
        asked: &Asked,
        access: &Access,
    ) -> Result<CheckedSignature, Error> {
        let headers = Headers::read(&asked.headers);
        let known = self.known(tenant, webhook, &headers, access).await?;
        let mut report = signature_check::check(&Presented {
            headers: &headers,
            body: &asked.body,
            at: asked.at.unwrap_or_else(|| self.now()),
            secrets: &webhook.secrets,
            sent: known.sent.as_deref(),
        });
        report.checks.extend(known.checks);
        Ok(CheckedSignature {
            report,
            attempt: known
                .attempt
                .map(|attempt| (attempt.delivery_id, attempt.number)),
        })
    }

    async fn known(
        &self,
        tenant: &Tenant,
        webhook: &Webhook,
        headers: &Headers,
        access: &Access,
    ) -> Result<Known, Error> {
        let Some(id) = headers.event_id() else {
            return Ok(Known::default());
        };
        let detail = match id.parse::<EventId>() {
            Ok(id) => self.store().event(tenant.organization.id, id).await?,
            Err(_) => None,
        };
        let Some(detail) =
            detail.filter(|detail| access.shows(&detail.event.event_type, &detail.event.channels))
        else {
            return Ok(Known {
                checks: vec![Check::hint(
                    "event_unknown",
                    say!(
                        "check-no-event",
                        "The header webhook-id names no event of this organization, so the body \
                         cannot be compared with what was sent."
                    ),
                )],
                ..Known::default()
            });
        };
        let Some(attempt) = chosen(&detail, webhook, headers) else {
            return Ok(Known {
                checks: vec![self.not_sent(tenant, webhook, &detail, headers, access)],
                ..Known::default()
            });
        };
        let made = self.reproduce(tenant, attempt, &detail.event).await?;
        let mut checks = Vec::new();
        if is_signed_by(attempt, headers) {
            checks.push(Check::ok(
                "attempt",
                say!(
                    "check-attempt",
                    "These are the headers of attempt {number} of delivery {delivery}, made on {at}.",
                    number = attempt.number,
                    delivery = attempt.delivery_id,
                    at = attempt.at
                ),
            ));
        }
        if let Some(why) = &made.unproven {
            checks.push(Check::hint(
                "body_unknown",
                say!(
                    "check-body-unknown",
                    "The body cannot be compared with what was sent. {why}",
                    why
                ),
            ));
        }
        Ok(Known {
            checks,
            attempt: Some(attempt.clone()),
            sent: made.proven().cloned(),
        })
    }

    /// What is said of an event that was not sent to this webhook.
    fn not_sent(
        &self,
        tenant: &Tenant,
        webhook: &Webhook,
        detail: &EventDetail,
        headers: &Headers,
        access: &Access,
    ) -> Check {
        let others = detail.deliveries.iter().filter(|view| {
            tenant
                .route(view.delivery.webhook_id)
                .is_some_and(|route| access.sees(&route.webhook))
        });
        if detail
            .deliveries
            .iter()
            .any(|view| view.delivery.webhook_id == webhook.id)
        {
            return Check::hint(
                "attempt_unrecorded",
                say!(
                    "check-under-way",
                    "The event is on its way to this webhook, and no attempt of it is recorded \
                     yet. Look again in a moment."
                ),
            );
        }
        let other = others
            .flat_map(|view| &view.attempts)
            .find(|attempt| is_signed_by(attempt, headers))
            .and_then(|attempt| tenant.route(attempt.webhook_id));
        match other {
            Some(route) => Check::problem(
                "other_webhook",
                say!(
                    "check-other-webhook",
                    "This request was sent to another webhook, `{name}` ({id}), and signed with \
                     that one's secret.",
                    name = route.webhook.settings.name,
                    id = route.webhook.id
                ),
            ),
            None => Check::hint(
                "not_sent_here",
                say!(
                    "check-not-sent",
                    "The event that the header webhook-id names was not sent to this webhook."
                ),
            ),
        }
    }
}

/// The attempt that has this signature; the newest one at this webhook, when none has.
fn chosen<'d>(
    detail: &'d EventDetail,
    webhook: &Webhook,
    headers: &Headers,
) -> Option<&'d Attempt> {
    let here = || {
        detail
            .deliveries
            .iter()
            .filter(|view| view.delivery.webhook_id == webhook.id)
            .flat_map(|view| &view.attempts)
    };
    here()
        .find(|attempt| is_signed_by(attempt, headers))
        .or_else(|| here().max_by_key(|attempt| attempt.at))
}

fn is_signed_by(attempt: &Attempt, headers: &Headers) -> bool {
    let sent: HashSet<&str> = attempt
        .request_headers
        .get("webhook-signature")
        .unwrap_or_default()
        .split_ascii_whitespace()
        .collect();
    headers
        .signatures()
        .any(|signature| sent.contains(signature))
}
