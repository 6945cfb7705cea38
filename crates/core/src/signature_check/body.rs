//! How a body differs from the one that was sent: what usually happens to bytes between a socket and
//! the code that verifies them.

use std::borrow::Cow;

use serde_json::Value;

use super::Check;
use crate::{said::Said, say};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// What became of the body on its way; nothing is said when it is not known what was sent.
pub(super) fn compare(body: &[u8], sent: Option<&[u8]>) -> Vec<Check> {
    let Some(sent) = sent else {
        return Vec::new();
    };
    if body == sent {
        return vec![Check::ok(
            "body",
            say!(
                "check-body",
                "The body is what was sent, all {count} bytes of it.",
                count = sent.len()
            ),
        )];
    }
    let (code, how) = difference(body, sent);
    vec![Check::problem(
        code,
        say!(
            "check-body-changed",
            "The body was changed: {how}. Verify the bytes as they came from the network, before \
             anything reads or prints them.",
            how
        ),
    )]
}

fn difference(body: &[u8], sent: &[u8]) -> (&'static str, Said) {
    if body.is_empty() {
        return (
            "body_empty",
            say!(
                "body-empty",
                "it is empty; something may have read it before"
            ),
        );
    }
    for (code, how, changed) in undone(body) {
        if changed.as_ref() == sent {
            return (code, how);
        }
    }
    if sent.starts_with(body) {
        return (
            "body_cut",
            say!(
                "body-cut",
                "it was cut after {count} of {all} bytes",
                count = body.len(),
                all = sent.len()
            ),
        );
    }
    if body.starts_with(sent) {
        let more = body.len() - sent.len();
        return (
            "body_longer",
            say!(
                "body-longer",
                "{more} bytes follow behind the {count} that were sent",
                more,
                count = sent.len()
            ),
        );
    }
    if let (Ok(there), Ok(here)) = (
        serde_json::from_slice::<Value>(body),
        serde_json::from_slice::<Value>(sent),
    ) {
        if there == here {
            let how = match compact(body) == compact(sent) {
                true => say!(
                    "body-whitespace",
                    "it is JSON that was parsed and printed again: the same values, but not the \
                     same whitespace"
                ),
                false => say!(
                    "body-spelling",
                    "it is JSON that was parsed and printed again: the same values, but not the \
                     same order of keys, or spelling of numbers and letters"
                ),
            };
            return ("body_reserialised", how);
        }
        if let Value::Object(fields) = &here
            && let Some((name, _)) = fields.iter().find(|(_, value)| **value == there)
        {
            return (
                "body_part",
                say!(
                    "body-part",
                    "it is only the value of `{name}`; the signature is over all of it",
                    name
                ),
            );
        }
    }
    let at = body
        .iter()
        .zip(sent)
        .take_while(|(body, sent)| body == sent)
        .count();
    (
        "body_changed",
        say!(
            "body-differs",
            "it differs from byte {at} on; {sent} bytes were sent, these are {count}",
            at = at + 1,
            sent = sent.len(),
            count = body.len()
        ),
    )
}

/// What the body was before something usual was done to it: a code, what was done, and the bytes.
pub(super) fn undone(body: &[u8]) -> Vec<(&'static str, Said, Cow<'_, [u8]>)> {
    let mut all: Vec<(&'static str, Said, Cow<'_, [u8]>)> = Vec::new();
    let mut add = |code, how, bytes: Cow<'static, [u8]>| all.push((code, how, bytes));
    let owned = |bytes: &[u8]| Cow::Owned(bytes.to_vec());
    if let Some(line) = body
        .strip_suffix(b"\r\n")
        .or_else(|| body.strip_suffix(b"\n"))
    {
        add(
            "body_trailing_newline",
            say!(
                "body-newline",
                "a newline was added at its end, as editors and `echo` do"
            ),
            owned(line),
        );
    }
    let trimmed = body.trim_ascii_end();
    if trimmed.len() < body.len() {
        add(
            "body_trailing_newline",
            say!(
                "body-blank",
                "a newline or blank was added at its end, as editors and `echo` do"
            ),
            owned(trimmed),
        );
    }
    for end in ["\n", "\r\n"] {
        add(
            "body_newline_lost",
            say!("body-newline-lost", "the newline at its end was taken away"),
            Cow::Owned([body, end.as_bytes()].concat()),
        );
    }
    let text = String::from_utf8_lossy(body);
    if text.contains("\r\n") {
        add(
            "body_line_ends",
            say!("body-windows", "its line ends became those of Windows"),
            Cow::Owned(text.replace("\r\n", "\n").into_bytes()),
        );
    }
    if text.contains('\n') {
        add(
            "body_line_ends",
            say!(
                "body-not-windows",
                "its line ends are no longer those of Windows"
            ),
            Cow::Owned(
                text.replace("\r\n", "\n")
                    .replace('\n', "\r\n")
                    .into_bytes(),
            ),
        );
    }
    if let Some(rest) = body.strip_prefix(BOM) {
        add(
            "body_encoding",
            say!("body-mark", "a byte order mark was put before it"),
            owned(rest),
        );
    }
    if let Some(text) = utf16(body) {
        add(
            "body_encoding",
            say!("body-utf16", "it is in UTF-16, and was sent in UTF-8"),
            Cow::Owned(text.into_bytes()),
        );
    }
    if std::str::from_utf8(body).is_err() {
        let text: String = body.iter().map(|byte| char::from(*byte)).collect();
        add(
            "body_encoding",
            say!("body-latin1", "it is in Latin-1, and was sent in UTF-8"),
            Cow::Owned(text.into_bytes()),
        );
    } else if !body.is_ascii()
        && let Some(bytes) = narrow(&text)
    {
        add(
            "body_encoding",
            say!(
                "body-twice",
                "it was taken for Latin-1 and encoded as UTF-8 a second time"
            ),
            Cow::Owned(bytes),
        );
    }
    if let Ok(Value::String(inner)) = serde_json::from_slice(body) {
        add(
            "body_string",
            say!("body-string", "it was made a JSON string, quotes and all"),
            Cow::Owned(inner.into_bytes()),
        );
    }
    all
}

/// Text in UTF-16, with a byte order mark or in the form that Windows has without one.
fn utf16(body: &[u8]) -> Option<String> {
    if body.len() < 2 || body.len() % 2 == 1 {
        return None;
    }
    let big = body.starts_with(b"\xfe\xff");
    let units: Vec<u16> = body
        .chunks_exact(2)
        .map(|pair| match big {
            true => u16::from_be_bytes([pair[0], pair[1]]),
            false => u16::from_le_bytes([pair[0], pair[1]]),
        })
        .collect();
    let text = String::from_utf16(&units).ok()?;
    Some(text.trim_start_matches('\u{feff}').to_owned())
}

/// The bytes that these letters are in Latin-1.
fn narrow(text: &str) -> Option<Vec<u8>> {
    text.chars()
        .map(|letter| u8::try_from(u32::from(letter)).ok())
        .collect()
}

/// JSON without the whitespace between its parts.
pub(super) fn compact(json: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(json.len());
    let (mut quoted, mut escaped) = (false, false);
    for &byte in json {
        if quoted || !byte.is_ascii_whitespace() {
            bytes.push(byte);
        }
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ => {}
        }
    }
    bytes
}
