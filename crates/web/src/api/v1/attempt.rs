//! How an attempt is shown: everything that explains it, nothing that is secret.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bellwire_core::{
    delivery,
    ids::{DeliveryId, EventId, WebhookId},
    outcome::{Answer, Cause},
    time::Time,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    diagnosis::Diagnosis,
    shape::{CauseName, HeaderLine},
};

/// How long each step took, in milliseconds; null where the step did not happen (a connection
/// that was used again has no dns, connect and tls).
#[derive(Debug, Serialize, ToSchema)]
pub struct Durations {
    /// Resolving the name.
    #[schema(required, example = 1.2)]
    dns: Option<f64>,
    /// Opening the TCP connection.
    #[schema(required, example = 8.4)]
    connect: Option<f64>,
    /// The TLS handshake.
    #[schema(required, example = 17.9)]
    tls: Option<f64>,
    /// From the request sent to the head of the response.
    #[schema(required, example = 31.0)]
    first_byte: Option<f64>,
    /// The whole attempt.
    #[schema(example = 60.25)]
    total: f64,
}

/// One HTTP request of a delivery and what came back.
#[derive(Debug, Serialize, ToSchema)]
pub struct Attempt {
    /// Counts from 1 within the delivery.
    #[schema(minimum = 1)]
    number: u32,
    /// The delivery.
    #[schema(value_type = String, format = Uuid)]
    delivery_id: DeliveryId,
    /// The event that was sent.
    #[schema(value_type = String, format = Uuid)]
    event_id: EventId,
    /// The webhook it was sent to.
    #[schema(value_type = String, format = Uuid)]
    webhook_id: WebhookId,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// The HTTP status; null when there was no answer.
    #[schema(required, example = 500)]
    status: Option<u16>,
    /// Why there is no status; null when there is one.
    #[schema(required)]
    cause: Option<CauseName>,
    /// It ran out of time waiting for the other side.
    timed_out: bool,
    /// Where the time went.
    duration_ms: Durations,
    /// The URL that was called.
    url: String,
    /// The address behind it; null when none was reached.
    #[schema(required, example = "203.0.113.7:443")]
    address: Option<String>,
    /// The webhook's revision that was in force.
    revision: u32,
    /// SHA-256 of the body that was sent, in hexadecimal.
    body_sha256: String,
    /// Headers as sent; custom and authentication values masked.
    request_headers: Vec<HeaderLine>,
    /// Headers of the response.
    response_headers: Vec<HeaderLine>,
    /// The beginning of the response's body; what is not UTF-8 is replaced.
    response_body: String,
    /// The same bytes in base64, when they are not UTF-8. Left out otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    response_body_base64: Option<String>,
    /// Whether the body went on.
    truncated: bool,
    /// The particulars of a failure in a sentence.
    #[schema(required)]
    detail: Option<String>,
    /// When the next attempt was due, as decided after this one; null when there was to be none.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    retry_at: Option<Time>,
    /// Why it failed, whose side that is on, what to do, and what comes next; null when it succeeded.
    #[schema(required)]
    diagnosis: Option<Diagnosis>,
}

impl Attempt {
    /// The answer for an attempt. [`Attempt::all`] finds out the diagnosis.
    pub(super) fn new(attempt: delivery::Attempt, diagnosis: Option<Diagnosis>) -> Self {
        let (status, cause) = match attempt.answer {
            Answer::Status(status) => (Some(status), None),
            Answer::None(cause) => (None, Some(cause)),
        };
        let (response_body, response_body_base64) = text(&attempt.excerpt, attempt.truncated);
        Self {
            number: attempt.number,
            delivery_id: attempt.delivery_id,
            event_id: attempt.event_id,
            webhook_id: attempt.webhook_id,
            at: attempt.at,
            status,
            cause: cause.map(CauseName),
            timed_out: cause.is_some_and(Cause::is_timeout),
            duration_ms: Durations {
                dns: attempt.timing.dns_us.map(millis),
                connect: attempt.timing.connect_us.map(millis),
                tls: attempt.timing.tls_us.map(millis),
                first_byte: attempt.timing.first_byte_us.map(millis),
                total: millis(attempt.timing.total_us),
            },
            url: attempt.url,
            address: attempt.address.map(|address| address.to_string()),
            revision: attempt.revision,
            body_sha256: hex(&attempt.body_sha256),
            request_headers: HeaderLine::all(&attempt.request_headers),
            response_headers: HeaderLine::all(&attempt.response_headers),
            response_body,
            response_body_base64,
            truncated: attempt.truncated,
            detail: attempt.detail,
            retry_at: attempt.retry_at,
            diagnosis,
        }
    }
}

fn millis(micros: u32) -> f64 {
    f64::from(micros) / 1000.0
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Text, and the bytes in base64 when text cannot say them. A letter cut in two by the end of the
/// excerpt does not make a text binary.
fn text(bytes: &[u8], truncated: bool) -> (String, Option<String>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), None),
        Err(error) if truncated && error.error_len().is_none() => {
            let whole = &bytes[..error.valid_up_to()];
            (String::from_utf8_lossy(whole).into_owned(), None)
        }
        Err(_) => (
            String::from_utf8_lossy(bytes).into_owned(),
            Some(STANDARD.encode(bytes)),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_given_both_ways() {
        assert_eq!(text(b"ok\0", false), ("ok\0".to_owned(), None));
        assert_eq!(
            text(b"\xff\xfe", false),
            ("\u{fffd}\u{fffd}".to_owned(), Some("//4=".to_owned()))
        );
    }

    #[test]
    fn a_letter_that_the_cut_went_through_is_left_out() {
        let cut = "é".as_bytes()[..1].to_vec();
        assert_eq!(text(&cut, true), (String::new(), None));
        assert_eq!(text(&cut, false).1, Some("ww==".to_owned()));
    }
}
