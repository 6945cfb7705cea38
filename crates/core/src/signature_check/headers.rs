//! Headers as people paste them: lines, with the marks of curl or of a log before them, in any case,
//! or an object of JSON; and whether the three of Standard Webhooks are what they should be.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::Check;

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
                let rest = match self.unread.len() {
                    1 => String::new(),
                    count => format!(" (and {} more)", count - 1),
                };
                Check::hint(
                    "header_unread",
                    format!(
                        "This line is no header and was passed over: `{shown}`{rest}. Write \
                         `Name: value` on each."
                    ),
                )
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
                        "it is in milliseconds, and ours is in seconds: it was changed"
                    }
                    _ => "a whole number of seconds since 1970 is expected",
                };
                checks.push(Check::problem(
                    "timestamp_malformed",
                    format!("The header {TIMESTAMP} is no time: {why}."),
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
                            format!(
                                "behind `v1,` stand {} bytes, and a signature has {TAG_BYTES}: it \
                                 was cut, or is not all of it",
                                bytes.len()
                            )
                        });
                        tags.extend(hexadecimal(tag));
                    }
                    Err(_) => {
                        tags.extend(LENIENT_URL.decode(tag));
                        wrong.get_or_insert_with(|| {
                            "what stands behind `v1,` is not base64".to_owned()
                        });
                    }
                },
                Some(("v1a", _)) => {
                    wrong.get_or_insert_with(|| {
                        "`v1a` is the scheme of public keys, and Bellwire signs by `v1`".to_owned()
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
            let why = wrong.unwrap_or_else(|| "it is empty".to_owned());
            checks.push(Check::problem(
                "signature_malformed",
                format!(
                    "The header {SIGNATURE} is no signature: {why}. Ours looks like `v1,` and 44 \
                     letters of base64; several are separated by blanks."
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
            _ if present => "it is empty".to_owned(),
            Some(similar) => format!("`{similar}` is another header, which Bellwire does not send"),
            None => "paste all headers, or look whether a proxy takes it away".to_owned(),
        };
        Check::problem(code, format!("The header {name} is missing: {why}."))
    }
}

/// What stands in place of a signature: its bytes, if it has some, and what is odd about it.
fn odd(part: &str) -> (Option<Vec<u8>>, String) {
    if let Some(tag) = hexadecimal(part.trim_start_matches("sha256=")) {
        let why = "it is hexadecimal; is it one that the receiver has computed?".to_owned();
        return (Some(tag), why);
    }
    if let Some(rest) = part.strip_prefix("v1=").or(part.strip_prefix("v1:")) {
        let why = "between `v1` and the signature stands a comma".to_owned();
        return (LENIENT.decode(rest).ok(), why);
    }
    match LENIENT.decode(part) {
        Ok(tag) if tag.len() == TAG_BYTES => (Some(tag), "`v1,` is missing before it".to_owned()),
        _ => (None, "it does not begin with `v1,`".to_owned()),
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
