//! Headers as people paste them: lines, with the marks of curl or of a log before them, in any case,
//! or an object of JSON; and whether the three of Standard Webhooks are what they should be.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::Check;
use crate::{said::Said, say};

const ID: &str = "webhook-id";
const TIMESTAMP: &str = "webhook-timestamp";
const SIGNATURE: &str = "webhook-signature";
/// The bytes of an HMAC-SHA256.
const TAG_BYTES: usize = 32;
/// Signatures that are looked at, many times what a sender sends: each costs several hashes.
const MAX_TAGS: usize = 32;
/// A line that is quoted back is cut here.
const SHOWN_CHARS: usize = 40;

/// Base64 as people copy it: with its padding or without.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
const LENIENT_URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What was pasted.
#[derive(Debug, Clone)]
pub enum Pasted {
    /// A block of text.
    Text(String),
    /// Names and values.
    Pairs(Vec<(String, String)>),
}

/// Headers, by lower-case names.
#[derive(Debug, Clone, Default)]
pub struct Headers {
    pairs: Vec<(String, String)>,
    unread: Vec<String>,
}

/// A signature header, as far as it holds signatures.
pub(super) struct Signature {
    pub(super) tags: Vec<Vec<u8>>,
}

impl Headers {
    /// Reads what was pasted.
    #[must_use]
    pub fn read(pasted: &Pasted) -> Self {
        match pasted {
            Pasted::Pairs(pairs) => Self {
                pairs: pairs
                    .iter()
                    .map(|(name, value)| (plain(name), unquoted(value).to_owned()))
                    .collect(),
                unread: Vec::new(),
            },
            Pasted::Text(text) => Self::of_text(text),
        }
    }

    fn of_text(text: &str) -> Self {
        if let Ok(serde_json::Value::Object(object)) = serde_json::from_str(text) {
            let pairs = object
                .into_iter()
                .filter_map(|(name, value)| match value {
                    serde_json::Value::String(value) => Some((name, value)),
                    serde_json::Value::Number(value) => Some((name, value.to_string())),
                    // Node gives headers that come twice as a list.
                    serde_json::Value::Array(values) => {
                        Some((name, values.first()?.as_str()?.to_owned()))
                    }
                    _ => None,
                })
                .collect();
            return Self::read(&Pasted::Pairs(pairs));
        }
        let mut headers = Self::default();
        for line in text.lines() {
            // curl -v marks what it sends and receives.
            let line = line.trim_start_matches(['>', '<', '*']).trim();
            if line.is_empty() || line.starts_with("POST ") || line.starts_with("HTTP/") {
                continue;
            }
            match line.split_once(':') {
                Some((name, value)) if is_name(unquoted(name)) => headers
                    .pairs
                    .push((plain(name), unquoted(value).to_owned())),
                _ => headers.unread.push(line.to_owned()),
            }
        }
        headers
    }

    /// The value of a header, by its lower-case name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find_map(|(found, value)| (found == name).then_some(value.as_str()))
            .filter(|value| !value.is_empty())
    }

    /// The event that the request says it carries.
    #[must_use]
    pub fn event_id(&self) -> Option<&str> {
        self.get(ID)
    }

    /// The signatures as they stand in the header.
    pub fn signatures(&self) -> impl Iterator<Item = &str> {
        self.get(SIGNATURE)
            .unwrap_or_default()
            .split_ascii_whitespace()
            .take(MAX_TAGS)
    }

    pub(super) fn unread(&self) -> Vec<Check> {
        self.unread
            .first()
            .map(|line| {
                let shown: String = line.chars().take(SHOWN_CHARS).collect();
                let said = match self.unread.len() {
                    1 => say!(
                        "check-unread",
                        "This line is no header and was passed over: `{line}`. Write `Name: value` \
                         on each.",
                        line = shown
                    ),
                    count => say!(
                        "check-unread-more",
                        "This line is no header and was passed over: `{line}` (and {count} more). \
                         Write `Name: value` on each.",
                        line = shown,
                        count = count - 1
                    ),
                };
                Check::hint("header_unread", said)
            })
            .into_iter()
            .collect()
    }

    pub(super) fn id(&self, checks: &mut Vec<Check>) -> Option<&str> {
        let found = self.get(ID);
        if found.is_none() {
            checks.push(self.missing(ID, "id_missing"));
        }
        found
    }

    /// The text, which is what was signed, and the seconds that it says.
    pub(super) fn timestamp(&self, checks: &mut Vec<Check>) -> Option<(&str, i64)> {
        let Some(text) = self.get(TIMESTAMP) else {
            checks.push(self.missing(TIMESTAMP, "timestamp_missing"));
            return None;
        };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse::<i64>() {
            Ok(seconds) if digits && text.len() < 12 => Some((text, seconds)),
            parsed => {
                let why = match parsed {
                    Ok(_) if digits && text.len() == 13 => {
                        say!(
                            "header-milliseconds",
                            "it is in milliseconds, and ours is in seconds: it was changed"
                        )
                    }
                    _ => say!(
                        "header-seconds",
                        "a whole number of seconds since 1970 is expected"
                    ),
                };
                checks.push(Check::problem(
                    "timestamp_malformed",
                    say!(
                        "check-no-time",
                        "The header {name} is no time: {why}.",
                        name = TIMESTAMP,
                        why
                    ),
                ));
                None
            }
        }
    }

    pub(super) fn signature(&self, checks: &mut Vec<Check>) -> Option<Signature> {
        let Some(text) = self.get(SIGNATURE) else {
            checks.push(self.missing(SIGNATURE, "signature_missing"));
            return None;
        };
        let mut tags = Vec::new();
        let mut wrong = None;
        let mut proper = false;
        for part in text.split_ascii_whitespace().take(MAX_TAGS) {
            match part.split_once(',') {
                Some(("v1", tag)) => match LENIENT.decode(tag) {
                    Ok(bytes) if bytes.len() == TAG_BYTES => {
                        proper = true;
                        tags.push(bytes);
                    }
                    Ok(bytes) => {
                        wrong.get_or_insert_with(|| {
                            say!(
                                "header-tag-bytes",
                                "behind `v1,` stand {count} bytes, and a signature has {wanted}: it \
                                 was cut, or is not all of it",
                                count = bytes.len(),
                                wanted = TAG_BYTES
                            )
                        });
                        tags.extend(hexadecimal(tag));
                    }
                    Err(_) => {
                        tags.extend(LENIENT_URL.decode(tag));
                        wrong.get_or_insert_with(|| {
                            say!("header-base64", "what stands behind `v1,` is not base64")
                        });
                    }
                },
                Some(("v1a", _)) => {
                    wrong.get_or_insert_with(|| {
                        say!(
                            "header-v1a",
                            "`v1a` is the scheme of public keys, and Bellwire signs by `v1`"
                        )
                    });
                }
                _ => {
                    let (tag, why) = odd(part);
                    tags.extend(tag);
                    wrong.get_or_insert(why);
                }
            }
        }
        tags.retain(|tag| tag.len() == TAG_BYTES);
        if !proper {
            let why = wrong.unwrap_or_else(|| say!("header-empty", "it is empty"));
            checks.push(Check::problem(
                "signature_malformed",
                say!(
                    "check-no-signature",
                    "The header {name} is no signature: {why}. Ours looks like `v1,` and 44 \
                     letters of base64; several are separated by blanks.",
                    name = SIGNATURE,
                    why
                ),
            ));
        }
        (!tags.is_empty()).then_some(Signature { tags })
    }

    fn missing(&self, name: &'static str, code: &'static str) -> Check {
        let last = name.trim_start_matches("webhook-");
        let similar = self
            .pairs
            .iter()
            .map(|(found, _)| found.as_str())
            .find(|found| *found != name && found.ends_with(last) && found.contains('-'));
        let present = self.pairs.iter().any(|(found, _)| found == name);
        let why = match similar {
            _ if present => say!("header-empty", "it is empty"),
            Some(similar) => say!(
                "header-similar",
                "`{similar}` is another header, which Bellwire does not send",
                similar
            ),
            None => say!(
                "header-paste-all",
                "paste all headers, or look whether a proxy takes it away"
            ),
        };
        let said = say!(
            "check-missing",
            "The header {name} is missing: {why}.",
            name,
            why
        );
        Check::problem(code, said)
    }
}

/// What stands in place of a signature: its bytes, if it has some, and what is odd about it.
fn odd(part: &str) -> (Option<Vec<u8>>, Said) {
    if let Some(tag) = hexadecimal(part.trim_start_matches("sha256=")) {
        let why = say!(
            "header-hexadecimal",
            "it is hexadecimal, as if the receiver had computed it"
        );
        return (Some(tag), why);
    }
    if let Some(rest) = part.strip_prefix("v1=").or(part.strip_prefix("v1:")) {
        let why = say!(
            "header-comma",
            "between `v1` and the signature stands a comma"
        );
        return (LENIENT.decode(rest).ok(), why);
    }
    match LENIENT.decode(part) {
        Ok(tag) if tag.len() == TAG_BYTES => (
            Some(tag),
            say!("header-no-version", "`v1,` is missing before it"),
        ),
        _ => (
            None,
            say!("header-beginning", "it does not begin with `v1,`"),
        ),
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    if text.len() != TAG_BYTES * 2 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..TAG_BYTES)
        .map(|index| u8::from_str_radix(&text[2 * index..2 * index + 2], 16).ok())
        .collect()
}

/// Lower case, with the spelling of CGI and PHP undone.
fn plain(name: &str) -> String {
    let name = unquoted(name).to_ascii_lowercase().replace('_', "-");
    name.strip_prefix("http-").unwrap_or(&name).to_owned()
}

/// Without blanks, and without the quotes and the comma that a dump of an object has.
fn unquoted(text: &str) -> &str {
    let text = text.trim().trim_end_matches(',');
    for quote in ['"', '\''] {
        if let Some(inner) = text
            .strip_prefix(quote)
            .and_then(|text| text.strip_suffix(quote))
        {
            return inner;
        }
    }
    text
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
