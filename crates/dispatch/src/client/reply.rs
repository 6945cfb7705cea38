//! From a response, or a fault, to the port's reply.

use bellwire_core::{
    headers::HeaderList,
    outcome::{Answer, Outcome, Reply, Timing},
    time::{DurationUs, SECOND, Time},
};
use http::{HeaderMap, header};

use super::{exchange::Response, fault::Fault};

/// How many bytes of response headers are kept, names and values.
const MAX_HEADERS: usize = 16 * 1024;
/// Room for a usual header.
const HEADER_BYTES: usize = 32;
/// A `Retry-After` beyond this is taken for this: the rules know no longer delay.
const MAX_RETRY_AFTER_S: i64 = bellwire_core::policy::MAX_DELAY_S as i64;

pub(super) fn of_fault(fault: Fault, started_at: Time, timing: Timing) -> Reply {
    Reply {
        outcome: Outcome::none(fault.cause),
        started_at,
        timing,
        address: fault.address,
        detail: Some(fault.detail),
        response_headers: HeaderList::default(),
        excerpt: bytes::Bytes::new(),
        truncated: false,
    }
}

/// `now` is when the response came: a `Retry-After` that is a date counts from there.
pub(super) fn of_response(
    response: Response,
    started_at: Time,
    now: impl FnOnce() -> Time,
    timing: Timing,
) -> Reply {
    let headers = &response.head.headers;
    let retry_after = headers
        .get(header::RETRY_AFTER)
        .and_then(|value| parse_retry_after(value.to_str().ok()?.trim(), now));
    Reply {
        outcome: Outcome {
            answer: Answer::Status(response.head.status.as_u16()),
            retry_after,
        },
        started_at,
        timing,
        address: None,
        detail: None,
        response_headers: kept(headers),
        excerpt: response.excerpt,
        truncated: response.truncated,
    }
}

/// Seconds, or an HTTP date (RFC 9110, 10.2.3); in the past means at once.
fn parse_retry_after(text: &str, now: impl FnOnce() -> Time) -> Option<DurationUs> {
    let seconds = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit mean "very long".
        text.parse().unwrap_or(i64::MAX)
    } else {
        let date = httpdate::parse_http_date(text).ok()?;
        let date = date.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
        i64::try_from(date).ok()?.saturating_sub(now().as_secs())
    };
    Some(seconds.clamp(0, MAX_RETRY_AFTER_S) * SECOND)
}

/// The headers as far as there is room, in order. A header that does not fit ends the list.
fn kept(headers: &HeaderMap) -> HeaderList {
    let mut room = MAX_HEADERS;
    let mut kept = HeaderList::with_room(headers.len() * HEADER_BYTES);
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        let Some(left) = room.checked_sub(name.as_str().len() + value.len()) else {
            break;
        };
        room = left;
        kept.push(name.as_str(), &value);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_millis(1_763_714_096_000); // Fri, 21 Nov 2025 08:34:56 GMT

    fn retry_after(text: &str) -> Option<DurationUs> {
        parse_retry_after(text, || NOW)
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(retry_after("120"), Some(120 * SECOND));
        assert_eq!(retry_after("0"), Some(0));
        assert_eq!(
            retry_after("Fri, 21 Nov 2025 08:35:56 GMT"),
            Some(60 * SECOND)
        );
        assert_eq!(retry_after("Fri, 21 Nov 2025 08:30:00 GMT"), Some(0));
        assert_eq!(
            retry_after("99999999999999999999999"),
            Some(MAX_RETRY_AFTER_S * SECOND)
        );
        for nonsense in ["", "soon", "-1", "1.5", "1e3", "Fri, 99 Nov 2025"] {
            assert_eq!(retry_after(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn headers_are_kept_up_to_a_limit_and_made_utf_8() {
        let mut headers = HeaderMap::new();
        let value = |bytes: &[u8]| http::HeaderValue::from_bytes(bytes).unwrap();
        headers.append("x-odd", value(b"caf\xe9"));
        for _ in 0..10 {
            headers.append("x-large", value(&[b'x'; 4000]));
        }
        let kept = kept(&headers);
        assert_eq!(kept.get("x-odd"), Some("caf\u{fffd}"));
        assert_eq!(kept.iter().count(), 1 + 4);
    }
}
