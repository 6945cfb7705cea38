//! Attempts with an answer that is no success: one sentence for each status that people meet, one
//! for each class otherwise.

use super::{
    Finding, Rules, Side,
    words::{host, own_headers},
};
use crate::{delivery::Attempt, said::Said, say};

pub(super) fn find(status: u16, attempt: &Attempt, rules: Option<Rules<'_>>) -> Finding {
    match status {
        300..=399 => redirect(status, attempt),
        200..=299 => not_accepted(status, rules),
        400..=499 => client_error(status, attempt),
        500..=599 => server_error(status, attempt),
        _ => Finding::new(
            "odd_status",
            Side::Endpoint,
            say!(
                "why-odd-status",
                "The endpoint answered {status}, which is no answer to a POST.",
                status
            ),
            say!(
                "why-odd-status-do",
                "Let the endpoint answer with a 2xx once it has stored the request."
            ),
        ),
    }
}

fn redirect(status: u16, attempt: &Attempt) -> Finding {
    let target = attempt
        .response_headers
        .get("location")
        .filter(|location| !location.is_empty());
    let (summary, advice) = match target {
        Some(target) => (
            say!(
                "why-redirect-to",
                "The endpoint answered {status} and points to {target}. Redirects are never \
                 followed.",
                status,
                target
            ),
            say!(
                "why-redirect-to-do",
                "If that is the endpoint's new address, change the webhook's URL to it. A target \
                 such as a sign-in page means that {host} wants credentials.",
                host = host(attempt)
            ),
        ),
        None => (
            say!(
                "why-redirect",
                "The endpoint answered {status}. Redirects are never followed.",
                status
            ),
            say!(
                "why-redirect-do",
                "Change the webhook's URL to the address that answers by itself."
            ),
        ),
    };
    Finding::new("redirect", Side::Settings, summary, advice)
}

fn not_accepted(status: u16, rules: Option<Rules<'_>>) -> Finding {
    let summary = match rules {
        Some(rules) => {
            let counted: Vec<String> = rules.policy.success.clone().into();
            say!(
                "why-not-accepted",
                "The endpoint answered {status}, and the profile {rule} counts only {counted} as \
                 delivered.",
                status,
                rule = rules.profile,
                counted = counted.join(", ")
            )
        }
        None => say!(
            "why-not-counted",
            "The endpoint answered {status}, which its profile did not count.",
            status
        ),
    };
    Finding::new(
        "not_accepted",
        Side::Endpoint,
        summary,
        say!(
            "why-not-accepted-do",
            "Let the endpoint answer with a status that counts; or give the webhook a profile that \
         counts this one."
        ),
    )
}

/// What an endpoint that wants to know who calls may be missing.
fn credentials(status: u16, attempt: &Attempt) -> Finding {
    let own = own_headers(attempt);
    let (code, summary) = match status {
        401 => (
            "unauthorized",
            say!(
                "why-unauthorized",
                "The endpoint wants to know who calls (401)."
            ),
        ),
        _ => (
            "forbidden",
            say!(
                "why-forbidden",
                "The endpoint does not let this request in (403)."
            ),
        ),
    };
    let advice = match own.is_empty() {
        true => say!(
            "why-credentials-do",
            "If the endpoint checks the signature, compare its secret with the webhook's and use \
             the signature check. If it wants credentials, give the webhook a header for them: it \
             has none. A firewall for web applications answers like this too."
        ),
        false => say!(
            "why-credentials-own-do",
            "Check the webhook's own header {headers}, whose value may have changed on the other \
             side. If the endpoint checks the signature, compare its secret with the webhook's and \
             use the signature check.",
            headers = own.join(", ")
        ),
    };
    Finding::new(code, Side::Settings, summary, advice)
}

fn client_error(status: u16, attempt: &Attempt) -> Finding {
    let sent = |name: &str| attempt.request_headers.get(name).unwrap_or("unknown");
    match status {
        400 => Finding::new(
            "bad_request",
            Side::Endpoint,
            say!(
                "why-bad-request",
                "The endpoint did not understand the request (400)."
            ),
            say!(
                "why-bad-request-do",
                "Read the answer's body, which often says why. Compare what the endpoint expects with \
             the request that was sent: the body's form comes from the webhook's profile. Some \
             endpoints answer 400 to a signature that does not fit."
            ),
        ),
        401 | 403 => credentials(status, attempt),
        404 => Finding::new(
            "not_found",
            Side::Settings,
            say!(
                "why-not-found",
                "There is nothing at {url} (404).",
                url = attempt.url
            ),
            say!(
                "why-path-do",
                "Check the path of the webhook's URL, and that the endpoint has a route for POST there."
            ),
        ),
        405 => Finding::new(
            "method_not_allowed",
            Side::Settings,
            match attempt.response_headers.get("allow") {
                Some(allowed) => say!(
                    "why-method-only",
                    "The endpoint takes no POST at this path (405), only {allowed}.",
                    allowed
                ),
                None => say!(
                    "why-method-not-allowed",
                    "The endpoint takes no POST at this path (405)."
                ),
            },
            say!(
                "why-path-do",
                "Check the path of the webhook's URL, and that the endpoint has a route for POST there."
            ),
        ),
        408 => Finding::new(
            "request_timeout",
            Side::Endpoint,
            say!(
                "why-request-timeout",
                "The endpoint says that the request took too long to arrive (408)."
            ),
            say!(
                "why-request-timeout-do",
                "Check the load of the endpoint and of the proxy in front of it: the request is sent \
             in one piece."
            ),
        ),
        409 => Finding::new(
            "conflict",
            Side::Endpoint,
            say!(
                "why-conflict",
                "The endpoint says that the request does not fit its state (409)."
            ),
            say!(
                "why-conflict-do",
                "If it means that it has this event already, let it answer with success to a \
             `webhook-id` that it knows."
            ),
        ),
        410 => Finding::new(
            "gone",
            Side::Endpoint,
            say!(
                "why-gone",
                "The endpoint says that it is gone for good (410)."
            ),
            say!(
                "why-gone-do",
                "Delete the webhook, or change its URL if the endpoint has moved. Let an endpoint that \
             is only down answer 503."
            ),
        ),
        413 => Finding::new(
            "too_large",
            Side::Endpoint,
            say!(
                "why-too-large",
                "The body of {bytes} bytes is too large for the endpoint (413).",
                bytes = sent("content-length")
            ),
            say!(
                "why-too-large-do",
                "Raise the endpoint's limit (in nginx `client_max_body_size`), or let the producer \
             send a link to the rest."
            ),
        ),
        415 => Finding::new(
            "unsupported_media_type",
            Side::Endpoint,
            say!(
                "why-unsupported-media-type",
                "The endpoint does not take {kind} (415).",
                kind = sent("content-type")
            ),
            say!(
                "why-unsupported-media-type-do",
                "Let the endpoint accept this media type: it comes from the webhook's profile."
            ),
        ),
        422 => Finding::new(
            "unprocessable",
            Side::Endpoint,
            say!(
                "why-unprocessable",
                "The endpoint understood the request and does not accept its content (422)."
            ),
            say!(
                "why-unprocessable-do",
                "Read the answer's body, which often names the field. Compare the request that was \
             sent with what the endpoint expects: the event's data comes from the producer, the \
             rest from the webhook's profile."
            ),
        ),
        429 => Finding::new(
            "too_many_requests",
            Side::Endpoint,
            match wait(attempt) {
                None => say!(
                    "why-too-many-requests",
                    "The endpoint got more requests than it takes (429)."
                ),
                Some(wait) => say!(
                    "why-too-many-requests-wait",
                    "The endpoint got more requests than it takes (429) and asks for {wait}.",
                    wait
                ),
            },
            say!(
                "why-too-many-requests-do",
                "Give the webhook a lower rate or fewer requests at once, or raise the endpoint's \
             limit."
            ),
        ),
        _ => Finding::new(
            "client_error",
            Side::Endpoint,
            say!(
                "why-client-error",
                "The endpoint refused the request ({status}).",
                status
            ),
            say!(
                "why-client-error-do",
                "Read the answer's body, which often says why, and the endpoint's log."
            ),
        ),
    }
}

fn server_error(status: u16, attempt: &Attempt) -> Finding {
    let log = say!(
        "why-server-error-do",
        "Look into the endpoint's log at {at}; the answer's body may say more.",
        at = attempt.at
    );
    match status {
        502 => Finding::new(
            "bad_gateway",
            Side::Endpoint,
            say!(
                "why-bad-gateway",
                "A proxy in front of the endpoint could not reach it, or did not understand its answer \
             (502)."
            ),
            say!(
                "why-bad-gateway-do",
                "Check that the application behind the proxy runs. The connection to the proxy works: \
             it is well itself."
            ),
        ),
        503 => Finding::new(
            "service_unavailable",
            Side::Endpoint,
            match wait(attempt) {
                None => say!(
                    "why-service-unavailable",
                    "The endpoint, or a proxy in front of it, is not ready (503)."
                ),
                Some(wait) => say!(
                    "why-service-unavailable-wait",
                    "The endpoint, or a proxy in front of it, is not ready (503) and asks for \
                     {wait}.",
                    wait
                ),
            },
            say!(
                "why-service-unavailable-do",
                "Check for overload, maintenance or a restart."
            ),
        ),
        504 => Finding::new(
            "gateway_timeout",
            Side::Endpoint,
            say!(
                "why-gateway-timeout",
                "A proxy in front of the endpoint waited in vain for its answer (504)."
            ),
            say!(
                "why-gateway-timeout-do",
                "Let the endpoint store the request and answer at once, and do the work afterwards. It \
             may have acted on the request all the same: it knows a repeat by its `webhook-id`."
            ),
        ),
        500 => Finding::new(
            "server_error",
            Side::Endpoint,
            say!(
                "why-server-error",
                "The endpoint failed on this request (500)."
            ),
            log,
        ),
        _ => Finding::new(
            "server_error",
            Side::Endpoint,
            say!(
                "why-server-error-other",
                "The endpoint, or a proxy in front of it, failed on this request ({status}).",
                status
            ),
            log,
        ),
    }
}

/// What the endpoint says about waiting.
fn wait(attempt: &Attempt) -> Option<Said> {
    let value = attempt.response_headers.get("retry-after")?;
    let seconds = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    Some(match seconds {
        true => say!("why-wait", "{wait} s of patience", wait = value),
        false => say!("why-wait-until", "patience until {wait}", wait = value),
    })
}
