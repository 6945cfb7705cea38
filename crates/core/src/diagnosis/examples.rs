//! One attempt for each kind of failure, with everything that its sentence can use: what the
//! reference is made of, and what the tests go through.

use bytes::Bytes;

use super::{Diagnosis, Rules, diagnose};
use crate::{
    delivery::Attempt,
    headers::HeaderList,
    ids::{DeliveryId, EventId, OrganizationId, WebhookId},
    outcome::{Answer, Cause, Timing},
    profile::Profiles,
    rendering::MASK,
    time::{HOUR, Time},
};

/// 2026-11-21T03:12:00Z, at night.
const AT: Time = Time::from_millis(1_795_230_720_000);

/// An attempt that failed in this way, of a delivery that is tried again an hour later.
#[must_use]
pub fn attempt(answer: Answer) -> Attempt {
    Attempt {
        delivery_id: DeliveryId::from_bytes([1; 16]),
        number: 1,
        event_id: EventId::from_bytes([2; 16]),
        webhook_id: WebhookId::from_bytes([3; 16]),
        organization_id: OrganizationId::from_bytes([4; 16]),
        revision: 1,
        at: AT,
        answer,
        timing: Timing {
            total_us: 15_020_000,
            ..Timing::default()
        },
        url: "https://hooks.example.com/in".to_owned(),
        address: None,
        detail: None,
        body_sha256: [0; 32],
        request_headers: [
            ("content-type", "application/json"),
            ("content-length", "2048"),
        ]
        .into_iter()
        .collect(),
        response_headers: HeaderList::default(),
        excerpt: Bytes::new(),
        truncated: false,
        retry_at: Some(AT + HOUR),
    }
}

fn none(cause: Cause, detail: &str) -> Attempt {
    Attempt {
        detail: Some(detail.to_owned()),
        ..attempt(Answer::None(cause))
    }
}

fn reached(attempt: Attempt) -> Attempt {
    Attempt {
        address: Some(([203, 0, 113, 7], 443).into()),
        ..attempt
    }
}

fn timed(attempt: Attempt, dns_ms: u32, connect_ms: Option<u32>, tls_ms: Option<u32>) -> Attempt {
    let micros = |ms: u32| ms * 1000;
    Attempt {
        timing: Timing {
            dns_us: Some(micros(dns_ms)),
            connect_us: connect_ms.map(micros),
            tls_us: tls_ms.map(micros),
            first_byte_us: None,
            total_us: attempt.timing.total_us,
        },
        ..attempt
    }
}

fn answered(status: u16, header: Option<(&str, &str)>) -> Attempt {
    Attempt {
        response_headers: header.into_iter().collect(),
        ..reached(attempt(Answer::Status(status)))
    }
}

/// Every kind of failure: how it is told apart, and an attempt that failed in this way under the
/// profile that is named.
#[must_use]
pub fn attempts() -> Vec<(&'static str, Attempt)> {
    let private = Attempt {
        address: Some(([10, 0, 0, 5], 443).into()),
        ..none(Cause::Guard, "10.0.0.5 is a private address")
    };
    let with_key = Attempt {
        request_headers: [("x-api-key", MASK)].into_iter().collect(),
        ..answered(403, None)
    };
    let five = |attempt: Attempt| Attempt {
        timing: Timing {
            total_us: 5_000_000,
            ..Timing::default()
        },
        ..attempt
    };
    let certificate = |what: &str| {
        let text = format!("the certificate of the endpoint {what}");
        reached(none(Cause::Tls, &text))
    };
    let resolving = five(none(Cause::ConnectTimeout, ""));
    let connecting = timed(
        five(reached(none(Cause::ConnectTimeout, ""))),
        4,
        None,
        None,
    );
    let shaking = timed(
        five(reached(none(Cause::ConnectTimeout, ""))),
        4,
        Some(20),
        None,
    );
    let silent = timed(
        reached(none(Cause::FirstByteTimeout, "")),
        4,
        Some(9),
        Some(18),
    );
    let slow = reached(none(Cause::TotalTimeout, "the attempt had no answer"));
    let moved = Some(("location", "https://www.example.com/in"));
    vec![
        ("standard", private),
        ("standard", none(Cause::Dns, "does not exist")),
        ("standard", none(Cause::Dns, "could not be resolved")),
        ("standard", reached(none(Cause::Refused, ""))),
        ("standard", reached(none(Cause::Unreachable, ""))),
        ("standard", resolving),
        ("standard", connecting),
        ("standard", shaking),
        ("standard", certificate("has expired")),
        ("standard", certificate("is not valid yet")),
        (
            "standard",
            certificate("is for another name: for www.example.com, not for hooks.example.com"),
        ),
        ("standard", certificate("is from an unknown issuer")),
        (
            "standard",
            reached(none(
                Cause::Tls,
                "the endpoint asks for a client certificate",
            )),
        ),
        (
            "standard",
            reached(none(Cause::Tls, "what came back is not TLS")),
        ),
        (
            "standard",
            reached(none(
                Cause::Tls,
                "the endpoint and we have no version or cipher of TLS in common",
            )),
        ),
        ("standard", silent),
        ("standard", slow),
        ("standard", reached(none(Cause::Reset, ""))),
        ("standard", reached(none(Cause::Malformed, "not HTTP"))),
        (
            "standard",
            reached(none(Cause::Malformed, "the head is too large")),
        ),
        (
            "eventinsight",
            none(
                Cause::Envelope,
                "the envelope's program failed: cannot index 7",
            ),
        ),
        (
            "standard",
            none(
                Cause::Envelope,
                "the header x-note cannot be sent: its value is not valid",
            ),
        ),
        ("standard", answered(301, moved)),
        ("standard", answered(302, moved)),
        ("standard", answered(307, moved)),
        ("standard", answered(308, moved)),
        ("standard", answered(304, None)),
        ("advocate", answered(201, None)),
        ("advocate", answered(204, None)),
        ("standard", answered(400, None)),
        ("standard", answered(401, None)),
        ("standard", with_key),
        ("standard", answered(404, None)),
        ("standard", answered(405, Some(("allow", "GET, HEAD")))),
        ("standard", answered(408, None)),
        ("standard", answered(409, None)),
        (
            "standard",
            Attempt {
                retry_at: None,
                ..answered(410, None)
            },
        ),
        ("standard", answered(413, None)),
        ("standard", answered(415, None)),
        ("standard", answered(422, None)),
        ("standard", answered(429, Some(("retry-after", "120")))),
        ("standard", answered(418, None)),
        ("standard", answered(500, None)),
        ("standard", answered(502, None)),
        ("standard", answered(503, Some(("retry-after", "30")))),
        ("standard", answered(504, None)),
        ("standard", answered(522, None)),
        ("standard", answered(101, None)),
    ]
}

/// The diagnosis of each of [`attempts`].
///
/// # Panics
/// When one of them has none, or names a profile that is not embedded: both are defects of this file.
#[must_use]
pub fn all() -> Vec<(Attempt, Diagnosis)> {
    let profiles = Profiles::embedded();
    attempts()
        .into_iter()
        .map(|(name, attempt)| {
            let profile = profiles.get(name).expect("an embedded profile");
            let rules = Rules {
                profile: &profile.title,
                policy: &profile.policy,
            };
            let diagnosis = diagnose(&attempt, Some(rules)).expect("it failed");
            (attempt, diagnosis)
        })
        .collect()
}
