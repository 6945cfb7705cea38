//! Attempts without an answer: one sentence for each [`Cause`], and for TLS one for each thing that
//! can be wrong with a certificate.

use super::{
    Finding, Side,
    words::{Step, connecting, detail, host, length, place, says, spent, waited},
};
use crate::{delivery::Attempt, outcome::Cause};

pub(super) fn find(cause: Cause, attempt: &Attempt) -> Finding {
    match cause {
        Cause::Guard => guard(attempt),
        Cause::Dns => dns(attempt),
        Cause::Refused => Finding::new(
            "refused",
            Side::Endpoint,
            format!(
                "{} refused the connection: nothing listens there.",
                place(attempt)
            ),
            "Start the endpoint, or check host and port of the webhook's URL. A firewall that \
             rejects looks the same.",
        ),
        Cause::Unreachable => Finding::new(
            "unreachable",
            Side::Network,
            format!("There is no way to {} through the network.", place(attempt)),
            "Check that the address is right and that this server can reach it: routes, firewalls, \
             and IPv6 where the name has only such an address.",
        ),
        Cause::ConnectTimeout => connect_timeout(attempt),
        Cause::Tls => tls(attempt),
        Cause::FirstByteTimeout => Finding::new(
            "first_byte_timeout",
            Side::Endpoint,
            format!(
                "The endpoint took the request{} and had not answered after {}.",
                spent(attempt),
                waited(attempt)
            ),
            "Let the endpoint store the request and answer at once, and do the work afterwards. If \
             it cannot, give the webhook a longer `timeouts.first_byte_ms`. The endpoint may have \
             acted on the request all the same: it knows a repeat by its `webhook-id`.",
        ),
        Cause::TotalTimeout => total_timeout(attempt),
        Cause::Reset => Finding::new(
            "reset",
            Side::Endpoint,
            format!(
                "The endpoint closed the connection before it answered, after {}.",
                waited(attempt)
            ),
            format!(
                "Look into the endpoint's log at {}: a process that crashed or was restarted, a \
                 proxy that gave up, a limit on the size of requests. The endpoint may have acted \
                 on the request: it knows a repeat by its `webhook-id`.",
                attempt.at
            ),
        ),
        Cause::Malformed if says(attempt, "too large") => Finding::new(
            "head_too_large",
            Side::Endpoint,
            "The endpoint answered with more than 64 KiB of headers, or more than 100 of them.",
            "Let the endpoint send fewer headers: usually cookies that have piled up.",
        ),
        Cause::Malformed => Finding::new(
            "malformed",
            Side::Endpoint,
            format!("What came back from {} is not HTTP.", place(attempt)),
            "Check the port of the webhook's URL: another kind of service may listen there, or an \
             https:// endpoint was called with http://.",
        ),
        Cause::Envelope => envelope(attempt),
    }
}

fn guard(attempt: &Attempt) -> Finding {
    let (words, summary) = match attempt.address {
        Some(address) => {
            let (host, ip) = (host(attempt), address.ip().to_string());
            let (words, leads) = if host.trim_matches(['[', ']']) == ip {
                ("guard_address", ip)
            } else {
                ("guard_name", format!("{host} leads to {ip}, which"))
            };
            let summary = format!(
                "Nothing was sent: {leads} is not a public address, and webhooks reach public \
                 addresses only."
            );
            (words, summary)
        }
        None => (
            "guard",
            format!(
                "Nothing was sent. {}",
                detail(attempt, "the URL cannot be called")
            ),
        ),
    };
    Finding::new(
        "guard",
        Side::Settings,
        summary,
        "Give the webhook the URL under which the endpoint is reached from the internet. Whoever \
         runs this server can allow a network of its own with `delivery.allow_networks`.",
    )
    .told_as(words)
}

fn dns(attempt: &Attempt) -> Finding {
    let host = host(attempt);
    if says(attempt, "could not be resolved") {
        return Finding::new(
            "dns_failed",
            Side::Network,
            format!("The name servers gave no answer for {host}."),
            "Check the name servers of the domain. When several domains fail at once, check those \
             that this server asks.",
        );
    }
    Finding::new(
        "dns",
        Side::Settings,
        format!("The name {host} does not exist, or has no address."),
        "Check the spelling of the webhook's URL, and that the name is in the public DNS. A new \
         entry can take minutes to be seen everywhere.",
    )
}

fn connect_timeout(attempt: &Attempt) -> Finding {
    let time = length(attempt.timing.total_us);
    match connecting(attempt) {
        Step::Resolve => Finding::new(
            "connect_timeout",
            Side::Network,
            format!("The name {} was not resolved within {time}.", host(attempt)),
            "Check the name servers of the domain, and those that this server asks.",
        )
        .told_as("resolve_timeout"),
        Step::Connect => Finding::new(
            "connect_timeout",
            Side::Network,
            format!(
                "{} did not answer to the connection within {time}.",
                place(attempt)
            ),
            "Check that the endpoint is up and that its firewall lets this server in: one that \
             drops instead of refusing looks like this.",
        ),
        Step::Handshake => Finding::new(
            "connect_timeout",
            Side::Endpoint,
            format!(
                "{} took the connection and did not finish the TLS handshake within {time}.",
                place(attempt)
            ),
            "Check that the endpoint, or the proxy in front of it, speaks TLS on this port and is \
             not overloaded.",
        )
        .told_as("handshake_timeout"),
    }
}

fn total_timeout(attempt: &Attempt) -> Finding {
    let time = length(attempt.timing.total_us);
    if attempt.timing.connect_us.is_none() && !says(attempt, "had no answer") {
        return Finding {
            code: "total_timeout",
            ..connect_timeout(attempt)
        };
    }
    Finding::new(
        "total_timeout",
        Side::Endpoint,
        format!("The endpoint had not answered when the attempt ran out of time, after {time}."),
        "Let the endpoint store the request and answer at once, and do the work afterwards. If it \
         cannot, give the webhook a longer `timeouts.total_ms`. The endpoint may have acted on the \
         request all the same: it knows a repeat by its `webhook-id`.",
    )
}

/// The words are those of the client, which a test with a real endpoint for each holds them to
/// (`crates/app/tests/failures/main.rs`).
fn tls(attempt: &Attempt) -> Finding {
    let host = host(attempt);
    if says(attempt, "has expired") {
        return Finding::new(
            "tls_expired",
            Side::Endpoint,
            format!("The certificate of {host} has expired."),
            "Renew the certificate on the endpoint, or on the proxy in front of it, and check why \
             that did not happen by itself.",
        );
    }
    if says(attempt, "not valid yet") {
        return Finding::new(
            "tls_not_valid_yet",
            Side::Endpoint,
            format!("The certificate of {host} is not valid yet."),
            "Install one that is, or wait. When it looks right to everybody else, this server's \
             clock is wrong.",
        );
    }
    if says(attempt, "for another name") {
        return Finding::new(
            "tls_wrong_name",
            Side::Endpoint,
            format!(
                "{host} answered with the certificate of another name. {}",
                detail(attempt, "")
            ),
            "Install a certificate that names the host of the webhook's URL; or change the URL to \
             a name that the certificate has.",
        );
    }
    if says(attempt, "unknown issuer") {
        return Finding::new(
            "tls_unknown_issuer",
            Side::Endpoint,
            format!(
                "The certificate of {host} is from nobody that is trusted: it is self-signed, or \
                 the endpoint does not send the intermediate certificate."
            ),
            "Install a certificate of a public authority and send its whole chain (the file is \
             often called fullchain.pem).",
        );
    }
    if says(attempt, "client certificate") {
        return Finding::new(
            "tls_client_certificate",
            Side::Endpoint,
            format!("{host} wants a client certificate, and Bellwire has none."),
            "Let the endpoint check the signature of the request in place of a certificate.",
        );
    }
    if says(attempt, "is not TLS") {
        return Finding::new(
            "tls_not_tls",
            Side::Settings,
            format!(
                "{} was called with https:// and does not speak TLS.",
                place(attempt)
            ),
            "Check the port of the webhook's URL, or switch TLS on at the endpoint.",
        );
    }
    Finding::new(
        "tls",
        Side::Endpoint,
        format!(
            "The TLS handshake with {host} failed. {}",
            detail(attempt, "")
        ),
        "Check the TLS settings of the endpoint: TLS 1.2 or 1.3, and a certificate of a public \
         authority with its whole chain.",
    )
}

fn envelope(attempt: &Attempt) -> Finding {
    let what = detail(attempt, "the body could not be made");
    if says(attempt, "the header ") || says(attempt, "signing secret") {
        return Finding::new(
            "header",
            Side::Settings,
            format!("Nothing was sent. {what}"),
            "Mend the header or the secret that is named in the webhook's settings.",
        );
    }
    Finding::new(
        "envelope",
        Side::Bellwire,
        format!("Nothing was sent: the profile can make no body of this event. {what}"),
        "Post the event with data as the profile expects it, give the webhook another profile, or \
         let whoever runs this server mend the profile's envelope.",
    )
}
