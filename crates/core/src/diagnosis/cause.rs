//! Attempts without an answer: one sentence for each [`Cause`], and for TLS one for each thing that
//! can be wrong with a certificate.

use super::{
    Finding, Side,
    words::{Step, connecting, detail, host, length, place, says, spent, waited},
};
use crate::{delivery::Attempt, outcome::Cause, said::Said, say};

pub(super) fn find(cause: Cause, attempt: &Attempt) -> Finding {
    match cause {
        Cause::Guard => guard(attempt),
        Cause::Dns => dns(attempt),
        Cause::Refused => Finding::new(
            "refused",
            Side::Endpoint,
            say!(
                "why-refused",
                "{place} refused the connection: nothing listens there.",
                place = place(attempt)
            ),
            say!(
                "why-refused-do",
                "Start the endpoint, or check host and port of the webhook's URL. A firewall that \
             rejects looks the same."
            ),
        ),
        Cause::Unreachable => Finding::new(
            "unreachable",
            Side::Network,
            say!(
                "why-unreachable",
                "There is no way to {place} through the network.",
                place = place(attempt)
            ),
            say!(
                "why-unreachable-do",
                "Check that the address is right and that this server can reach it: routes, firewalls, \
             and IPv6 where the name has only such an address."
            ),
        ),
        Cause::ConnectTimeout => connect_timeout(attempt),
        Cause::Tls => tls(attempt),
        Cause::FirstByteTimeout => Finding::new(
            "first_byte_timeout",
            Side::Endpoint,
            match spent(attempt) {
                None => say!(
                    "why-first-byte-timeout",
                    "The endpoint took the request and had not answered after {waited}.",
                    waited = waited(attempt)
                ),
                Some(spent) => say!(
                    "why-first-byte-timeout-spent",
                    "The endpoint took the request ({spent}) and had not answered after {waited}.",
                    spent,
                    waited = waited(attempt)
                ),
            },
            say!(
                "why-first-byte-timeout-do",
                "Let the endpoint store the request and answer at once, and do the work afterwards. If \
             it cannot, give the webhook a longer `timeouts.first_byte_ms`. The endpoint may have \
             acted on the request all the same: it knows a repeat by its `webhook-id`."
            ),
        ),
        Cause::TotalTimeout => total_timeout(attempt),
        Cause::Reset => Finding::new(
            "reset",
            Side::Endpoint,
            say!(
                "why-reset",
                "The endpoint closed the connection before it answered, after {waited}.",
                waited = waited(attempt)
            ),
            say!(
                "why-reset-do",
                "Look into the endpoint's log at {at}: a process that crashed or was restarted, a \
                 proxy that gave up, a limit on the size of requests. The endpoint may have acted \
                 on the request: it knows a repeat by its `webhook-id`.",
                at = attempt.at
            ),
        ),
        Cause::Malformed if says(attempt, "too large") => Finding::new(
            "head_too_large",
            Side::Endpoint,
            say!(
                "why-head-too-large",
                "The endpoint answered with more than 64 KiB of headers, or more than 100 of them."
            ),
            say!(
                "why-head-too-large-do",
                "Let the endpoint send fewer headers: usually cookies that have piled up."
            ),
        ),
        Cause::Malformed => Finding::new(
            "malformed",
            Side::Endpoint,
            say!(
                "why-malformed",
                "What came back from {place} is not HTTP.",
                place = place(attempt)
            ),
            say!(
                "why-malformed-do",
                "Check the port of the webhook's URL: another kind of service may listen there, or an \
             https:// endpoint was called with http://."
            ),
        ),
        Cause::Envelope => envelope(attempt),
    }
}

fn guard(attempt: &Attempt) -> Finding {
    let summary = match attempt.address {
        Some(address) => {
            let (host, ip) = (host(attempt), address.ip().to_string());
            match host.trim_matches(['[', ']']) == ip {
                true => say!(
                    "why-guard-address",
                    "Nothing was sent: {ip} is not a public address, and webhooks reach public \
                     addresses only.",
                    ip
                ),
                false => say!(
                    "why-guard-name",
                    "Nothing was sent: {host} leads to {ip}, which is not a public address, and \
                     webhooks reach public addresses only.",
                    host,
                    ip
                ),
            }
        }
        None => nothing_sent(detail(attempt, "the URL cannot be called")),
    };
    Finding::new(
        "guard",
        Side::Settings,
        summary,
        say!(
            "why-guard-do",
            "Give the webhook the URL under which the endpoint is reached from the internet. Whoever \
         runs this server can allow a network of its own with `delivery.allow_networks`."
        ),
    )
}

fn nothing_sent(detail: Said) -> Said {
    say!("why-nothing-sent", "Nothing was sent. {detail}", detail)
}

fn dns(attempt: &Attempt) -> Finding {
    let host = host(attempt);
    if says(attempt, "could not be resolved") {
        return Finding::new(
            "dns_failed",
            Side::Network,
            say!(
                "why-dns-failed",
                "The name servers gave no answer for {host}.",
                host
            ),
            say!(
                "why-dns-failed-do",
                "Check the name servers of the domain. When several domains fail at once, check those \
             that this server asks."
            ),
        );
    }
    Finding::new(
        "dns",
        Side::Settings,
        say!(
            "why-dns",
            "The name {host} does not exist, or has no address.",
            host
        ),
        say!(
            "why-dns-do",
            "Check the spelling of the webhook's URL, and that the name is in the public DNS. A new \
         entry can take minutes to be seen everywhere."
        ),
    )
}

fn connect_timeout(attempt: &Attempt) -> Finding {
    let time = length(attempt.timing.total_us);
    match connecting(attempt) {
        Step::Resolve => Finding::new(
            "connect_timeout",
            Side::Network,
            say!(
                "why-resolve-timeout",
                "The name {host} was not resolved within {time}.",
                host = host(attempt),
                time
            ),
            say!(
                "why-resolve-timeout-do",
                "Check the name servers of the domain, and those that this server asks."
            ),
        ),
        Step::Connect => Finding::new(
            "connect_timeout",
            Side::Network,
            say!(
                "why-connect-timeout",
                "{place} did not answer to the connection within {time}.",
                place = place(attempt),
                time
            ),
            say!(
                "why-connect-timeout-do",
                "Check that the endpoint is up and that its firewall lets this server in: one that \
             drops instead of refusing looks like this."
            ),
        ),
        Step::Handshake => Finding::new(
            "connect_timeout",
            Side::Endpoint,
            say!(
                "why-handshake-timeout",
                "{place} took the connection and did not finish the TLS handshake within {time}.",
                place = place(attempt),
                time
            ),
            say!(
                "why-handshake-timeout-do",
                "Check that the endpoint, or the proxy in front of it, speaks TLS on this port and is \
             not overloaded."
            ),
        ),
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
        say!(
            "why-total-timeout",
            "The endpoint had not answered when the attempt ran out of time, after {time}.",
            time
        ),
        say!(
            "why-total-timeout-do",
            "Let the endpoint store the request and answer at once, and do the work afterwards. If it \
         cannot, give the webhook a longer `timeouts.total_ms`. The endpoint may have acted on the \
         request all the same: it knows a repeat by its `webhook-id`."
        ),
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
            say!(
                "why-tls-expired",
                "The certificate of {host} has expired.",
                host
            ),
            say!(
                "why-tls-expired-do",
                "Renew the certificate on the endpoint, or on the proxy in front of it, and check why \
             that did not happen by itself."
            ),
        );
    }
    if says(attempt, "not valid yet") {
        return Finding::new(
            "tls_not_valid_yet",
            Side::Endpoint,
            say!(
                "why-tls-not-valid-yet",
                "The certificate of {host} is not valid yet.",
                host
            ),
            say!(
                "why-tls-not-valid-yet-do",
                "Install one that is, or wait. When it looks right to everybody else, this server's \
             clock is wrong."
            ),
        );
    }
    if says(attempt, "for another name") {
        return Finding::new(
            "tls_wrong_name",
            Side::Endpoint,
            say!(
                "why-tls-wrong-name",
                "{host} answered with the certificate of another name. {detail}",
                host,
                detail = detail(attempt, "")
            ),
            say!(
                "why-tls-wrong-name-do",
                "Install a certificate that names the host of the webhook's URL; or change the URL to \
             a name that the certificate has."
            ),
        );
    }
    if says(attempt, "unknown issuer") {
        return Finding::new(
            "tls_unknown_issuer",
            Side::Endpoint,
            say!(
                "why-tls-unknown-issuer",
                "The certificate of {host} is from nobody that is trusted: it is self-signed, or \
                 the endpoint does not send the intermediate certificate.",
                host
            ),
            say!(
                "why-tls-unknown-issuer-do",
                "Install a certificate of a public authority and send its whole chain (the file is \
             often called fullchain.pem)."
            ),
        );
    }
    if says(attempt, "client certificate") {
        return Finding::new(
            "tls_client_certificate",
            Side::Endpoint,
            say!(
                "why-tls-client-certificate",
                "{host} wants a client certificate, and Bellwire has none.",
                host
            ),
            say!(
                "why-tls-client-certificate-do",
                "Let the endpoint check the signature of the request in place of a certificate."
            ),
        );
    }
    if says(attempt, "is not TLS") {
        return Finding::new(
            "tls_not_tls",
            Side::Settings,
            say!(
                "why-tls-not-tls",
                "{place} was called with https:// and does not speak TLS.",
                place = place(attempt)
            ),
            say!(
                "why-tls-not-tls-do",
                "Check the port of the webhook's URL, or switch TLS on at the endpoint."
            ),
        );
    }
    Finding::new(
        "tls",
        Side::Endpoint,
        say!(
            "why-tls",
            "The TLS handshake with {host} failed. {detail}",
            host,
            detail = detail(attempt, "")
        ),
        say!(
            "why-tls-do",
            "Check the TLS settings of the endpoint: TLS 1.2 or 1.3, and a certificate of a public \
         authority with its whole chain."
        ),
    )
}

fn envelope(attempt: &Attempt) -> Finding {
    let what = detail(attempt, "the body could not be made");
    if says(attempt, "the header ") || says(attempt, "signing secret") {
        return Finding::new(
            "header",
            Side::Settings,
            nothing_sent(what),
            say!(
                "why-header-do",
                "Mend the header or the secret that is named in the webhook's settings."
            ),
        );
    }
    Finding::new(
        "envelope",
        Side::Bellwire,
        say!(
            "why-envelope",
            "Nothing was sent: the profile can make no body of this event. {detail}",
            detail = what
        ),
        say!(
            "why-envelope-do",
            "Post the event with data as the profile expects it, give the webhook another profile, or \
         let whoever runs this server mend the profile's envelope."
        ),
    )
}
