//! What makes a webhook's settings right: checked as a whole, with every fault named, and brought
//! into the one form that is stored (URL as it will be called, header names in lower case).
//!
//! The guard of stage 5 looks at addresses; this only looks at texts. A URL that is right here can
//! still be refused when it is called.

use std::sync::Arc;

use url::{Host, ParseError, Url};

use super::{
    Error, Options,
    pace::{MAX_BURST, check_rate},
    validate,
};
use crate::{
    matching,
    profile::{Profile, Profiles},
    said::Said,
    say,
    service::validate::Findings,
    webhook::{Overrides, Settings},
};

/// The longest URL, in bytes.
pub const MAX_URL_BYTES: usize = 2048;
/// The most event type patterns, and the most channels, of one webhook.
pub const MAX_PATTERNS: usize = 200;
/// The most headers of its own that a webhook may have.
pub const MAX_HEADERS: usize = 20;
/// The longest value of a header, in bytes.
pub const MAX_HEADER_BYTES: usize = 4096;
/// The longest name of a header, in bytes.
pub const MAX_HEADER_NAME_BYTES: usize = 128;
/// The most requests at once that a webhook may ask for.
pub const MAX_CONCURRENCY: u16 = 256;

/// Checks settings and brings them into the form that is stored. Checking what came out of a check
/// changes nothing.
///
/// # Errors
/// [`Error::Invalid`] with every field that is wrong.
pub(super) fn check(
    settings: &mut Settings,
    profiles: &Profiles,
    options: &Options,
) -> Result<Arc<Profile>, Error> {
    let mut findings = Findings::default();
    let profile = profiles
        .get(&settings.profile)
        .ok_or_else(|| validate::no_profile(&settings.profile, profiles));
    let profile = findings.check("profile", profile);

    findings.check("name", validate::name(&settings.name));
    let https_only = profile
        .as_ref()
        .is_some_and(|profile| profile.requires_https);
    let called = url(
        &settings.url,
        https_only.then(|| profile_name(&profile)),
        options,
    );
    if let Some(url) = findings.check("url", called) {
        settings.url = url;
    }
    list(
        &mut findings,
        "event_types",
        &settings.event_types,
        matching::check_pattern,
    );
    list(
        &mut findings,
        "channels",
        &settings.channels,
        matching::check_channel,
    );
    headers(&mut findings, settings);
    overrides(&mut findings, &settings.overrides);
    if settings.direct && !settings.event_types.is_empty() {
        findings.add(
            "event_types",
            say!(
                "rule-direct-types",
                "a direct webhook receives only what is addressed to it by id, so it has no event \
                 types; send an empty list, or `direct: false` to receive by event type (some \
                 profiles make webhooks direct unless told otherwise)"
            ),
        );
    }
    if let Some(profile) = &profile {
        if profile.requires_name && settings.name.trim().is_empty() {
            findings.add(
                "name",
                say!(
                    "rule-name-required",
                    "the profile `{name}` requires a name; give one",
                    name = profile.name
                ),
            );
        }
        if profile.requires_channel && settings.channels.is_empty() {
            findings.add(
                "channels",
                say!(
                    "rule-channel-required",
                    "the profile `{name}` requires at least one channel, for example \
                     `account:cool`",
                    name = profile.name
                ),
            );
        }
    }
    // Why there is no profile is among the findings already.
    findings.and(profile.ok_or(Error::Invalid(Vec::new())))
}

fn profile_name(profile: &Option<Arc<Profile>>) -> &str {
    profile.as_ref().map_or("", |profile| profile.name.as_str())
}

/// Checks a URL; gives it back as it will be called. `https_only` is the profile that asks for it.
fn url(text: &str, https_only: Option<&str>, options: &Options) -> Result<String, Said> {
    if text.is_empty() {
        return Err(say!(
            "url-required",
            "a URL is required; write it like https://example.com/hook"
        ));
    }
    if text.len() > MAX_URL_BYTES {
        return Err(too_long(text.len()));
    }
    // The parser would silently drop or encode these; what was meant is anybody's guess.
    if text
        .chars()
        .any(|letter| letter.is_whitespace() || letter.is_control())
    {
        return Err(say!(
            "url-blanks",
            "a URL has no blanks and no control characters; write a blank as %20"
        ));
    }
    let url = Url::parse(text).map_err(|error| match error {
        ParseError::RelativeUrlWithoutBase => say!(
            "url-beginning",
            "a URL begins with https:// or http://; write it like https://example.com/hook"
        ),
        error => say!(
            "url-broken",
            "it is not a URL: {error}; write it like https://example.com/hook",
            error = Said::from(error.to_string())
        ),
    })?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(say!(
            "url-scheme",
            "`{scheme}` URLs cannot be called; begin it with https:// or http://",
            scheme = url.scheme().chars().take(20).collect::<String>()
        ));
    }
    let Some(host) = url.host() else {
        return Err(say!(
            "url-no-host",
            "the URL names no host; write it like https://example.com/hook"
        ));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(say!(
            "url-password",
            "a user name or password is in the URL, where it would be logged; send it as a \
             header, for example `authorization`"
        ));
    }
    if url.fragment().is_some() {
        return Err(say!(
            "url-fragment",
            "what follows `#` is never sent to a server; take it out of the URL"
        ));
    }
    if url.port() == Some(0) {
        return Err(say!(
            "url-port",
            "port 0 cannot be called; name another port, or none"
        ));
    }
    if let Some(profile) = https_only
        && url.scheme() == "http"
        && !(options.allow_http_loopback && is_loopback(&host))
    {
        return Err(match options.allow_http_loopback {
            true => say!(
                "url-https-here",
                "the profile `{name}` requires https; begin the URL with https:// (http:// is \
                 accepted for this machine only: localhost, 127.0.0.0/8, ::1)",
                name = profile
            ),
            false => say!(
                "url-https",
                "the profile `{name}` requires https; begin the URL with https://",
                name = profile
            ),
        });
    }
    let called = String::from(url);
    if called.len() > MAX_URL_BYTES {
        return Err(too_long(called.len()));
    }
    Ok(called)
}

fn too_long(length: usize) -> Said {
    say!(
        "url-long",
        "a URL has at most {max} bytes, this one has {length}; shorten it",
        max = MAX_URL_BYTES,
        length
    )
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn list(
    findings: &mut Findings,
    field: &str,
    texts: &[String],
    check: impl Fn(&str) -> Result<(), Said>,
) {
    if texts.len() > MAX_PATTERNS {
        findings.add(
            field,
            say!(
                "rule-entries-all",
                "at most {max} entries are accepted, there are {count}; leave the list empty for \
                 all",
                max = MAX_PATTERNS,
                count = texts.len()
            ),
        );
        return;
    }
    for (index, text) in texts.iter().enumerate() {
        let at = format!("{field}[{index}]");
        if let Some(first) = texts[..index].iter().position(|other| other == text) {
            findings.add(
                at,
                say!(
                    "rule-same",
                    "it is the same as {other}; name each once",
                    other = format!("{field}[{first}]")
                ),
            );
        } else {
            findings.check(&at, check(text));
        }
    }
}

fn headers(findings: &mut Findings, settings: &mut Settings) {
    if settings.headers.len() > MAX_HEADERS {
        findings.add(
            "headers",
            say!(
                "header-count",
                "at most {max} headers are accepted, there are {count}",
                max = MAX_HEADERS,
                count = settings.headers.len()
            ),
        );
        return;
    }
    for header in &mut settings.headers {
        header.name.make_ascii_lowercase();
    }
    for (index, header) in settings.headers.iter().enumerate() {
        let name = header.name.as_str();
        if name.len() > MAX_HEADER_NAME_BYTES || !is_token(name) {
            findings.add(
                format!("headers[{index}]"),
                say!(
                    "header-name",
                    "a header's name is 1 to {max} letters, digits and hyphens, for example \
                     `x-api-key`",
                    max = MAX_HEADER_NAME_BYTES
                ),
            );
            continue;
        }
        let field = format!("headers.{name}");
        if let Some(reason) = reserved(name) {
            findings.add(field, reason);
        } else if settings.headers[..index]
            .iter()
            .any(|other| other.name == name)
        {
            findings.add(
                field,
                say!(
                    "header-twice",
                    "it is given twice (names of headers do not tell upper from lower case); give \
                     each once"
                ),
            );
        } else {
            findings.check(&field, header_value(&header.value));
        }
    }
}

/// RFC 9110, section 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Why a header cannot be a webhook's own; `None` when it can.
fn reserved(name: &str) -> Option<Said> {
    Some(match name {
        "host" => say!(
            "header-host",
            "it is made from the URL; change the URL instead"
        ),
        "content-length" => say!(
            "header-length",
            "it is made from the body of each request; leave it out"
        ),
        "content-type" => say!(
            "header-type",
            "it follows from the profile's envelope; leave it out"
        ),
        "webhook-id" | "webhook-timestamp" | "webhook-signature" => say!(
            "header-signature",
            "it is part of the signature of each request (Standard Webhooks); choose another name"
        ),
        "transfer-encoding" | "connection" | "te" | "upgrade" | "trailer" | "keep-alive"
        | "expect" => say!(
            "header-connection",
            "it steers the connection, which is kept for many requests; leave it out"
        ),
        name if name.starts_with("proxy-") => say!(
            "header-proxy",
            "requests are sent without a proxy that could read it; choose another name"
        ),
        _ => return None,
    })
}

fn header_value(value: &str) -> Result<(), Said> {
    if value.len() > MAX_HEADER_BYTES {
        Err(say!(
            "rule-bytes",
            "it has at most {max} bytes, this has {length}; shorten it",
            max = MAX_HEADER_BYTES,
            length = value.len()
        ))
    } else if value
        .chars()
        .any(|letter| letter.is_control() && letter != '\t')
    {
        Err(say!(
            "header-control",
            "a line break, NUL or other control character is in the value; take it out"
        ))
    } else if value.trim_matches([' ', '\t']) != value {
        Err(say!(
            "header-blanks",
            "blanks around a header's value do not reach the receiver; take them out"
        ))
    } else {
        Ok(())
    }
}

fn overrides(findings: &mut Findings, overrides: &Overrides) {
    if let Some(timeouts) = &overrides.timeouts
        && let Err((field, message)) = timeouts.check()
    {
        findings.add(format!("overrides.timeouts.{field}"), message);
    }
    if let Some(retry) = &overrides.retry {
        findings.check("overrides.retry", retry.check());
    }
    if let Some(at_once) = overrides.max_concurrency
        && !(1..=MAX_CONCURRENCY).contains(&at_once)
    {
        findings.add(
            "overrides.max_concurrency",
            requests(MAX_CONCURRENCY.into()),
        );
    }
    if let Some(limit) = &overrides.rate_limit {
        let field = "overrides.rate_limit.per_second";
        findings.check(field, check_rate(limit.per_second));
        if limit
            .burst
            .is_some_and(|burst| !(1..=MAX_BURST).contains(&burst))
        {
            findings.add("overrides.rate_limit.burst", requests(MAX_BURST));
        }
    }
}

fn requests(max: u32) -> Said {
    say!("rule-at-once", "it is 1 to {max} requests at once", max)
}

#[cfg(test)]
mod tests;
