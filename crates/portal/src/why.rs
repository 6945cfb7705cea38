//! Why an attempt failed, and what to do, in the reader's language. Which sentence it is, and what it
//! names, comes with the diagnosis (`core/src/diagnosis`); English ones are said as they are there.

use bellwire_core::diagnosis::{Diagnosis, End};

use crate::language::{Language, Text};

/// What a diagnosis is told by: what happened, what to do.
const SENTENCES: [(&str, &str, &str); 50] = [
    ("guard_address", "why-guard-address", "why-guard-do"),
    ("guard_name", "why-guard-name", "why-guard-do"),
    ("guard", "why-guard", "why-guard-do"),
    ("dns_failed", "why-dns-failed", "why-dns-failed-do"),
    ("dns", "why-dns", "why-dns-do"),
    ("refused", "why-refused", "why-refused-do"),
    ("unreachable", "why-unreachable", "why-unreachable-do"),
    (
        "resolve_timeout",
        "why-resolve-timeout",
        "why-resolve-timeout-do",
    ),
    (
        "connect_timeout",
        "why-connect-timeout",
        "why-connect-timeout-do",
    ),
    (
        "handshake_timeout",
        "why-handshake-timeout",
        "why-handshake-timeout-do",
    ),
    ("tls_expired", "why-tls-expired", "why-tls-expired-do"),
    (
        "tls_not_valid_yet",
        "why-tls-not-valid-yet",
        "why-tls-not-valid-yet-do",
    ),
    (
        "tls_wrong_name",
        "why-tls-wrong-name",
        "why-tls-wrong-name-do",
    ),
    (
        "tls_unknown_issuer",
        "why-tls-unknown-issuer",
        "why-tls-unknown-issuer-do",
    ),
    (
        "tls_client_certificate",
        "why-tls-client-certificate",
        "why-tls-client-certificate-do",
    ),
    ("tls_not_tls", "why-tls-not-tls", "why-tls-not-tls-do"),
    ("tls", "why-tls", "why-tls-do"),
    (
        "first_byte_timeout",
        "why-first-byte-timeout",
        "why-first-byte-timeout-do",
    ),
    ("total_timeout", "why-total-timeout", "why-total-timeout-do"),
    ("reset", "why-reset", "why-reset-do"),
    (
        "head_too_large",
        "why-head-too-large",
        "why-head-too-large-do",
    ),
    ("malformed", "why-malformed", "why-malformed-do"),
    ("header", "why-header", "why-header-do"),
    ("envelope", "why-envelope", "why-envelope-do"),
    ("redirect_to", "why-redirect-to", "why-redirect-to-do"),
    ("redirect", "why-redirect", "why-redirect-do"),
    ("not_accepted", "why-not-accepted", "why-not-accepted-do"),
    ("not_counted", "why-not-counted", "why-not-accepted-do"),
    ("odd_status", "why-odd-status", "why-odd-status-do"),
    ("bad_request", "why-bad-request", "why-bad-request-do"),
    ("unauthorized", "why-unauthorized", "why-credentials-do"),
    (
        "unauthorized_own",
        "why-unauthorized",
        "why-credentials-own-do",
    ),
    ("forbidden", "why-forbidden", "why-credentials-do"),
    ("forbidden_own", "why-forbidden", "why-credentials-own-do"),
    ("not_found", "why-not-found", "why-path-do"),
    (
        "method_not_allowed",
        "why-method-not-allowed",
        "why-path-do",
    ),
    ("method_only", "why-method-only", "why-path-do"),
    (
        "request_timeout",
        "why-request-timeout",
        "why-request-timeout-do",
    ),
    ("conflict", "why-conflict", "why-conflict-do"),
    ("gone", "why-gone", "why-gone-do"),
    ("too_large", "why-too-large", "why-too-large-do"),
    (
        "unsupported_media_type",
        "why-unsupported-media-type",
        "why-unsupported-media-type-do",
    ),
    ("unprocessable", "why-unprocessable", "why-unprocessable-do"),
    (
        "too_many_requests",
        "why-too-many-requests",
        "why-too-many-requests-do",
    ),
    ("client_error", "why-client-error", "why-client-error-do"),
    ("bad_gateway", "why-bad-gateway", "why-bad-gateway-do"),
    (
        "service_unavailable",
        "why-service-unavailable",
        "why-service-unavailable-do",
    ),
    (
        "gateway_timeout",
        "why-gateway-timeout",
        "why-gateway-timeout-do",
    ),
    ("server_error", "why-server-error", "why-server-error-do"),
    (
        "server_error_other",
        "why-server-error-other",
        "why-server-error-do",
    ),
];

/// A diagnosis in sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Why {
    /// What happened.
    pub(crate) summary: String,
    /// What to do.
    pub(crate) advice: String,
    /// What comes next, unless that is another attempt.
    pub(crate) end: String,
}

impl Why {
    pub(crate) fn of(text: &Text, found: &Diagnosis) -> Self {
        let ends = !matches!(found.told.end, End::Retry(_));
        let sentences = SENTENCES
            .into_iter()
            .find(|(words, ..)| *words == found.told.words);
        match (text.language, sentences) {
            (Language::En, _) | (_, None) => Self {
                summary: found.summary.clone(),
                advice: found.advice.clone(),
                end: if ends {
                    found.next.clone()
                } else {
                    String::new()
                },
            },
            (_, Some((_, summary, advice))) => Self::in_words(text, found, summary, advice),
        }
    }

    /// In the words of the language.
    fn in_words(text: &Text, found: &Diagnosis, summary: &str, advice: &str) -> Self {
        let facts = &found.told.facts;
        let say = |key: &str| {
            let facts = facts
                .iter()
                .map(|(name, fact)| (*name, fact.as_str().into()));
            text.with_all(key, facts).trim_end().to_owned()
        };
        let mut summary = say(summary);
        let waits = facts.iter().find(|(name, _)| *name == "wait");
        if let Some((_, wait)) = waits
            && matches!(
                found.told.words,
                "too_many_requests" | "service_unavailable"
            )
        {
            let is_seconds = !wait.is_empty() && wait.bytes().all(|byte| byte.is_ascii_digit());
            summary.push(' ');
            summary.push_str(&say(if is_seconds {
                "why-wait"
            } else {
                "why-wait-until"
            }));
        }
        Self {
            summary,
            advice: say(advice),
            end: match found.told.end {
                End::Retry(_) => String::new(),
                End::Disabled(_) => say("why-end-disabled"),
                End::Hopeless => say("why-end-hopeless"),
                End::Last => say("why-end-last"),
            },
        }
    }
}

#[cfg(test)]
mod tests;
