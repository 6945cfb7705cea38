//! Attempts with an answer that is no success: one sentence for each status that people meet, one
//! for each class otherwise.

use super::{
    Finding, Rules, Side,
    words::{host, own_headers},
};
use crate::delivery::Attempt;

pub(super) fn find(status: u16, attempt: &Attempt, rules: Option<Rules<'_>>) -> Finding {
    match status {
        300..=399 => redirect(status, attempt),
        200..=299 => not_accepted(status, rules),
        400..=499 => client_error(status, attempt),
        500..=599 => server_error(status, attempt),
        _ => Finding::new(
            "odd_status",
            Side::Endpoint,
            format!("The endpoint answered {status}, which is no answer to a POST."),
            "Let the endpoint answer with a 2xx once it has stored the request.",
        ),
    }
}

fn redirect(status: u16, attempt: &Attempt) -> Finding {
    let target = attempt
        .response_headers
        .get("location")
        .filter(|location| !location.is_empty());
    let (words, summary, advice) = match target {
        Some(target) => (
            "redirect_to",
            format!(
                "The endpoint answered {status} and points to {target}. Redirects are never \
                 followed."
            ),
            format!(
                "If that is the endpoint's new address, change the webhook's URL to it. A target \
                 such as a sign-in page means that {} wants credentials.",
                host(attempt)
            ),
        ),
        None => (
            "redirect",
            format!("The endpoint answered {status}. Redirects are never followed."),
            "Change the webhook's URL to the address that answers by itself.".to_owned(),
        ),
    };
    Finding::new("redirect", Side::Settings, summary, advice).told_as(words)
}

fn not_accepted(status: u16, rules: Option<Rules<'_>>) -> Finding {
    let summary = match rules {
        Some(rules) => {
            let counted: Vec<String> = rules.policy.success.clone().into();
            format!(
                "The endpoint answered {status}, and the profile {} counts only {} as delivered.",
                rules.profile,
                counted.join(" and ")
            )
        }
        None => format!("The endpoint answered {status}, which its profile did not count."),
    };
    Finding::new(
        "not_accepted",
        Side::Endpoint,
        summary,
        "Let the endpoint answer with a status that counts; or give the webhook a profile that \
         counts this one.",
    )
    .told_as(match rules {
        Some(_) => "not_accepted",
        None => "not_counted",
    })
}

/// What an endpoint that wants to know who calls may be missing.
fn credentials(status: u16, attempt: &Attempt) -> Finding {
    let own = own_headers(attempt);
    let (code, refuses, with_own) = match status {
        401 => (
            "unauthorized",
            "wants to know who calls (401)",
            "unauthorized_own",
        ),
        _ => (
            "forbidden",
            "does not let this request in (403)",
            "forbidden_own",
        ),
    };
    let advice = if own.is_empty() {
        "If the endpoint checks the signature, compare its secret with the webhook's and use the \
         signature check. If it wants credentials, give the webhook a header for them: it has \
         none. A firewall for web applications answers like this too."
            .to_owned()
    } else {
        format!(
            "Check the webhook's own header {}, whose value may have changed on the other side. If \
             the endpoint checks the signature, compare its secret with the webhook's and use the \
             signature check.",
            own.join(", ")
        )
    };
    Finding::new(
        code,
        Side::Settings,
        format!("The endpoint {refuses}."),
        advice,
    )
    .told_as(if own.is_empty() { code } else { with_own })
}

fn client_error(status: u16, attempt: &Attempt) -> Finding {
    let sent = |name: &str| attempt.request_headers.get(name).unwrap_or("unknown");
    match status {
        400 => Finding::new(
            "bad_request",
            Side::Endpoint,
            "The endpoint did not understand the request (400).",
            "Read the answer's body, which often says why. Compare what the endpoint expects with \
             the request that was sent: the body's form comes from the webhook's profile. Some \
             endpoints answer 400 to a signature that does not fit.",
        ),
        401 | 403 => credentials(status, attempt),
        404 => Finding::new(
            "not_found",
            Side::Settings,
            format!("There is nothing at {} (404).", attempt.url),
            "Check the path of the webhook's URL, and that the endpoint has a route for POST there.",
        ),
        405 => Finding::new(
            "method_not_allowed",
            Side::Settings,
            match attempt.response_headers.get("allow") {
                Some(allowed) => {
                    format!("The endpoint takes no POST at this path (405), only {allowed}.")
                }
                None => "The endpoint takes no POST at this path (405).".to_owned(),
            },
            "Check the path of the webhook's URL, and that the endpoint has a route for POST there.",
        )
        .told_as(match attempt.response_headers.get("allow") {
            Some(_) => "method_only",
            None => "method_not_allowed",
        }),
        408 => Finding::new(
            "request_timeout",
            Side::Endpoint,
            "The endpoint says that the request took too long to arrive (408).",
            "Check the load of the endpoint and of the proxy in front of it: the request is sent \
             in one piece.",
        ),
        409 => Finding::new(
            "conflict",
            Side::Endpoint,
            "The endpoint says that the request does not fit its state (409).",
            "If it means that it has this event already, let it answer with success to a \
             `webhook-id` that it knows.",
        ),
        410 => Finding::new(
            "gone",
            Side::Endpoint,
            "The endpoint says that it is gone for good (410).",
            "Delete the webhook, or change its URL if the endpoint has moved. Let an endpoint that \
             is only down answer 503.",
        ),
        413 => Finding::new(
            "too_large",
            Side::Endpoint,
            format!(
                "The body of {} bytes is too large for the endpoint (413).",
                sent("content-length")
            ),
            "Raise the endpoint's limit (in nginx `client_max_body_size`), or let the producer \
             send a link to the rest.",
        ),
        415 => Finding::new(
            "unsupported_media_type",
            Side::Endpoint,
            format!("The endpoint does not take {} (415).", sent("content-type")),
            "Let the endpoint accept this media type: it comes from the webhook's profile.",
        ),
        422 => Finding::new(
            "unprocessable",
            Side::Endpoint,
            "The endpoint understood the request and does not accept its content (422).",
            "Read the answer's body, which often names the field. Compare the request that was \
             sent with what the endpoint expects: the event's data comes from the producer, the \
             rest from the webhook's profile.",
        ),
        429 => Finding::new(
            "too_many_requests",
            Side::Endpoint,
            format!(
                "The endpoint got more requests than it takes (429){}.",
                wait(attempt)
            ),
            "Give the webhook a lower rate or fewer requests at once, or raise the endpoint's \
             limit.",
        ),
        _ => Finding::new(
            "client_error",
            Side::Endpoint,
            format!("The endpoint refused the request ({status})."),
            "Read the answer's body, which often says why, and the endpoint's log.",
        ),
    }
}

fn server_error(status: u16, attempt: &Attempt) -> Finding {
    let log = format!(
        "Look into the endpoint's log at {}; the answer's body may say more.",
        attempt.at
    );
    match status {
        502 => Finding::new(
            "bad_gateway",
            Side::Endpoint,
            "A proxy in front of the endpoint could not reach it, or did not understand its answer \
             (502).",
            "Check that the application behind the proxy runs. The connection to the proxy works: \
             it is well itself.",
        ),
        503 => Finding::new(
            "service_unavailable",
            Side::Endpoint,
            format!(
                "The endpoint, or a proxy in front of it, is not ready (503){}.",
                wait(attempt)
            ),
            "Check for overload, maintenance or a restart.",
        ),
        504 => Finding::new(
            "gateway_timeout",
            Side::Endpoint,
            "A proxy in front of the endpoint waited in vain for its answer (504).",
            "Let the endpoint store the request and answer at once, and do the work afterwards. It \
             may have acted on the request all the same: it knows a repeat by its `webhook-id`.",
        ),
        500 => Finding::new(
            "server_error",
            Side::Endpoint,
            "The endpoint failed on this request (500).",
            log,
        ),
        _ => Finding::new(
            "server_error",
            Side::Endpoint,
            format!("The endpoint, or a proxy in front of it, failed on this request ({status})."),
            log,
        )
        .told_as("server_error_other"),
    }
}

/// What the endpoint says about waiting.
fn wait(attempt: &Attempt) -> String {
    let Some(value) = attempt.response_headers.get("retry-after") else {
        return String::new();
    };
    let seconds = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    match seconds {
        true => format!(" and asks for {value} s of patience"),
        false => format!(" and asks for patience until {value}"),
    }
}
