//! What a sender makes of an answer that is given here, and what is wrong with a signature, in the
//! sentences of the log: who tries a failure out sees beforehand how it will be told.

use std::time::Duration;

use bellwire_core::{
    delivery::Attempt,
    diagnosis::{Diagnosis, diagnose},
    headers::HeaderList,
    ids::{DeliveryId, EventId, OrganizationId, WebhookId},
    outcome::{self, Cause, Timing},
    signature_check::{self, Check, Headers, Outcome, Pasted, Presented},
    webhook::Secret,
};
use bytes::Bytes;

use crate::receiver::{Answer, Received};

/// How long a sender waits for the beginning of an answer, in the profile `standard`.
const PATIENCE: Duration = Duration::from_secs(15);

/// Why a sender takes an answer for a failure; `None` when it does not.
pub(super) fn of_answer(received: &Received, answer: &Answer) -> Option<Diagnosis> {
    let waits = answer.delay.filter(|delay| *delay < PATIENCE);
    let (came, took) = match waits {
        Some(delay) => (outcome::Answer::Status(answer.status), delay),
        None => (outcome::Answer::None(Cause::FirstByteTimeout), PATIENCE),
    };
    let total_us = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
    let attempt = Attempt {
        delivery_id: DeliveryId::from_bytes([0; 16]),
        number: 1,
        event_id: EventId::from_bytes([0; 16]),
        webhook_id: WebhookId::from_bytes([0; 16]),
        organization_id: OrganizationId::from_bytes([0; 16]),
        revision: 1,
        at: received.at,
        answer: came,
        timing: Timing {
            total_us,
            ..Timing::default()
        },
        url: received.target.clone(),
        address: None,
        detail: None,
        body_sha256: [0; 32],
        request_headers: HeaderList::default(),
        response_headers: HeaderList::default(),
        excerpt: Bytes::new(),
        truncated: false,
        retry_at: None,
    };
    diagnose(&attempt, None)
}

/// What does not fit about a request that these secrets have not signed.
pub(super) fn of_signature(received: &Received, secrets: &[String]) -> Vec<Check> {
    let headers = Headers::read(&Pasted::Pairs(received.headers.clone()));
    let secrets: Vec<Secret> = secrets
        .iter()
        .map(|value| Secret {
            value: value.clone(),
            created_at: received.at,
            expires_at: None,
        })
        .collect();
    let report = signature_check::check(&Presented {
        headers: &headers,
        body: &received.body,
        at: received.at,
        secrets: &secrets,
        sent: None,
    });
    let checks = report.checks.into_iter();
    checks
        .filter(|check| check.outcome != Outcome::Ok)
        .collect()
}
