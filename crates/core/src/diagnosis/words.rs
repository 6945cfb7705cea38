//! What the sentences are made of: hosts, addresses, lengths of time, and which step took it.

use url::Url;

use crate::{delivery::Attempt, said::Said, say};

/// How far an attempt without an answer had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Resolve,
    Connect,
    Handshake,
}

/// Which step of connecting an attempt that ran out of time was at.
pub(super) fn connecting(attempt: &Attempt) -> Step {
    let timing = &attempt.timing;
    if timing.connect_us.is_some() {
        Step::Handshake
    } else if timing.dns_us.is_some() || attempt.address.is_some() {
        Step::Connect
    } else {
        Step::Resolve
    }
}

/// The host of the URL that was called, as people wrote it.
pub(super) fn host(attempt: &Attempt) -> String {
    Url::parse(&attempt.url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_else(|| attempt.url.clone())
}

/// The address that was tried, or the host where none was chosen.
pub(super) fn place(attempt: &Attempt) -> String {
    attempt
        .address
        .map_or_else(|| host(attempt), |address| address.to_string())
}

/// The particulars of a failure as a sentence of their own.
pub(super) fn detail(attempt: &Attempt, otherwise: &str) -> Said {
    let text = attempt.detail.as_deref().unwrap_or(otherwise).trim();
    let mut letters = text.chars();
    let mut sentence: String = match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => return "".into(),
    };
    if !sentence.ends_with(['.', '?', '!']) {
        sentence.push('.');
    }
    sentence.into()
}

/// Whether the particulars of a failure contain this text.
pub(super) fn says(attempt: &Attempt, text: &str) -> bool {
    attempt
        .detail
        .as_deref()
        .is_some_and(|detail| detail.contains(text))
}

/// A length of time for people, from microseconds: `12 ms`, `1.5 s`, `15 s`.
pub(super) fn length(micros: u32) -> String {
    match micros {
        0..1_000 => "<1 ms".to_owned(),
        1_000..1_000_000 => format!("{} ms", micros / 1_000),
        _ => {
            let tenths = (u64::from(micros) + 50_000) / 100_000;
            match tenths % 10 {
                0 => format!("{} s", tenths / 10),
                tenth => format!("{}.{tenth} s", tenths / 10),
            }
        }
    }
}

/// How long the endpoint had the request and was silent.
pub(super) fn waited(attempt: &Attempt) -> String {
    let timing = &attempt.timing;
    let before: u32 = [timing.dns_us, timing.connect_us, timing.tls_us]
        .into_iter()
        .flatten()
        .fold(0, u32::saturating_add);
    length(timing.total_us.saturating_sub(before))
}

/// Where the time went before the request was on its way; nothing when the connection was kept from
/// before.
pub(super) fn spent(attempt: &Attempt) -> Option<Said> {
    let timing = &attempt.timing;
    let dns = timing.dns_us.map(length);
    let dns = dns.map(|time| say!("why-spent-dns", "resolving the name took {time}", time));
    let connect = timing.connect_us.map(length);
    let connect = connect.map(|time| say!("why-spent-connect", "connecting {time}", time));
    let tls = timing.tls_us.map(length);
    let tls = tls.map(|time| say!("why-spent-tls", "TLS {time}", time));
    [dns, connect, tls]
        .into_iter()
        .flatten()
        .reduce(|first, then| say!("why-spent-both", "{first}, {then}", first, then))
}

/// Names of the webhook's own headers, which an attempt keeps masked.
pub(super) fn own_headers(attempt: &Attempt) -> Vec<&str> {
    attempt
        .request_headers
        .iter()
        .filter(|(_, value)| *value == crate::rendering::MASK)
        .map(|(name, _)| name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_short() {
        for (micros, text) in [
            (0, "<1 ms"),
            (12_900, "12 ms"),
            (999_999, "999 ms"),
            (1_000_000, "1 s"),
            (1_540_000, "1.5 s"),
            (15_003_000, "15 s"),
            (u32::MAX, "4295 s"),
        ] {
            assert_eq!(length(micros), text);
        }
    }
}
