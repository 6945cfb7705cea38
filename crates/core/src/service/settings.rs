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
            "a direct webhook receives only what is addressed to it by id, so it has no event \
             types; send an empty list, or `direct: false` to receive by event type (some \
             profiles make webhooks direct unless told otherwise)",
        );
    }
    if let Some(profile) = &profile {
        if profile.requires_name && settings.name.trim().is_empty() {
            findings.add(
                "name",
                format!("the profile `{}` requires a name; give one", profile.name),
            );
        }
        if profile.requires_channel && settings.channels.is_empty() {
            findings.add(
                "channels",
                format!(
                    "the profile `{}` requires at least one channel, for example `account:cool`",
                    profile.name
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
fn url(text: &str, https_only: Option<&str>, options: &Options) -> Result<String, String> {
    const EXAMPLE: &str = "write it like https://example.com/hook";
    if text.is_empty() {
        return Err(format!("a URL is required; {EXAMPLE}"));
    }
    if text.len() > MAX_URL_BYTES {
        return Err(too_long(text.len()));
    }
    // The parser would silently drop or encode these; what was meant is anybody's guess.
    if text
        .chars()
        .any(|letter| letter.is_whitespace() || letter.is_control())
    {
        return Err(
            "a URL has no blanks and no control characters; write a blank as %20".to_owned(),
        );
    }
    let url = Url::parse(text).map_err(|error| match error {
        ParseError::RelativeUrlWithoutBase => {
            format!("a URL begins with https:// or http://; {EXAMPLE}")
        }
        error => format!("it is not a URL: {error}; {EXAMPLE}"),
    })?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(format!(
            "`{}` URLs cannot be called; begin it with https:// or http://",
            url.scheme().chars().take(20).collect::<String>()
        ));
    }
    let Some(host) = url.host() else {
        return Err(format!("the URL names no host; {EXAMPLE}"));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "a user name or password is in the URL, where it would be logged; send it as a \
             header, for example `authorization`"
                .to_owned(),
        );
    }
    if url.fragment().is_some() {
        return Err(
            "what follows `#` is never sent to a server; take it out of the URL".to_owned(),
        );
    }
    if url.port() == Some(0) {
        return Err("port 0 cannot be called; name another port, or none".to_owned());
    }
    if let Some(profile) = https_only
        && url.scheme() == "http"
        && !(options.allow_http_loopback && is_loopback(&host))
    {
        let except = if options.allow_http_loopback {
            " (http:// is accepted for this machine only: localhost, 127.0.0.0/8, ::1)"
        } else {
            ""
        };
        return Err(format!(
            "the profile `{profile}` requires https; begin the URL with https://{except}"
        ));
    }
    let called = String::from(url);
    if called.len() > MAX_URL_BYTES {
        return Err(too_long(called.len()));
    }
    Ok(called)
}

fn too_long(length: usize) -> String {
    format!("a URL has at most {MAX_URL_BYTES} bytes, this one has {length}; shorten it")
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
    check: impl Fn(&str) -> Result<(), String>,
) {
    if texts.len() > MAX_PATTERNS {
        findings.add(
            field,
            format!(
                "at most {MAX_PATTERNS} entries are accepted, there are {}; leave the list empty \
                 for all",
                texts.len()
            ),
        );
        return;
    }
    for (index, text) in texts.iter().enumerate() {
        let at = format!("{field}[{index}]");
        if let Some(first) = texts[..index].iter().position(|other| other == text) {
            findings.add(
                at,
                format!("it is the same as {field}[{first}]; name each once"),
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
            format!(
                "at most {MAX_HEADERS} headers are accepted, there are {}",
                settings.headers.len()
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
                format!(
                    "a header's name is 1 to {MAX_HEADER_NAME_BYTES} letters, digits and hyphens, \
                     for example `x-api-key`"
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
                "it is given twice (names of headers do not tell upper from lower case); give \
                 each once",
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
fn reserved(name: &str) -> Option<&'static str> {
    match name {
        "host" => Some("it is made from the URL; change the URL instead"),
        "content-length" => Some("it is made from the body of each request; leave it out"),
        "content-type" => Some("it follows from the profile's envelope; leave it out"),
        "webhook-id" | "webhook-timestamp" | "webhook-signature" => Some(
            "it is part of the signature of each request (Standard Webhooks); choose another name",
        ),
        "transfer-encoding" | "connection" | "te" | "upgrade" | "trailer" | "keep-alive"
        | "expect" => {
            Some("it steers the connection, which is kept for many requests; leave it out")
        }
        name if name.starts_with("proxy-") => {
            Some("requests are sent without a proxy that could read it; choose another name")
        }
        _ => None,
    }
}

fn header_value(value: &str) -> Result<(), String> {
    if value.len() > MAX_HEADER_BYTES {
        Err(format!(
            "a header's value has at most {MAX_HEADER_BYTES} bytes, this one has {}",
            value.len()
        ))
    } else if value
        .chars()
        .any(|letter| letter.is_control() && letter != '\t')
    {
        Err("a line break, NUL or other control character is in the value; take it out".to_owned())
    } else if value.trim_matches([' ', '\t']) != value {
        Err("blanks around a header's value do not reach the receiver; take them out".to_owned())
    } else {
        Ok(())
    }
}

fn overrides(findings: &mut Findings, overrides: &Overrides) {
    if let Some(timeouts) = &overrides.timeouts
        && let Err(message) = timeouts.check()
    {
        // The message begins with the name of the field.
        let (field, rest) = message.split_once(' ').unwrap_or(("", &message));
        findings.add(format!("overrides.timeouts.{field}"), format!("it {rest}"));
    }
    if let Some(retry) = &overrides.retry {
        findings.check("overrides.retry", retry.check());
    }
    if let Some(at_once) = overrides.max_concurrency
        && !(1..=MAX_CONCURRENCY).contains(&at_once)
    {
        findings.add(
            "overrides.max_concurrency",
            format!("it is 1 to {MAX_CONCURRENCY} requests at once"),
        );
    }
    if let Some(limit) = &overrides.rate_limit {
        let field = "overrides.rate_limit.per_second";
        findings.check(field, check_rate(limit.per_second));
        if limit
            .burst
            .is_some_and(|burst| !(1..=MAX_BURST).contains(&burst))
        {
            findings.add(
                "overrides.rate_limit.burst",
                format!("it is 1 to {MAX_BURST} requests at once"),
            );
        }
    }
}

#[cfg(test)]
mod tests;
