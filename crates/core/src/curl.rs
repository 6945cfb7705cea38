//! Stage 7, view: an attempt as a command that a POSIX shell runs as it is.
//!
//! Pure. Every word is quoted so that the shell takes it literally. A body goes on the command line
//! where it is short text, and through `printf` where it is long (an argument has a limit, a builtin
//! has none) or holds bytes that no argument can.

use crate::{delivery::Attempt, rendering::MASK};

/// The longest body that becomes an argument: half of what Linux lets one be.
const ARGUMENT_BYTES: usize = 64 * 1024;

/// Headers that curl makes by itself.
const MADE_BY_CURL: [&str; 2] = ["host", "content-length"];

/// A word of a command: whatever it holds, the shell passes it on unchanged. NUL has no place in an
/// argument and is left out.
#[must_use]
pub fn quoted(text: &str) -> String {
    let plain = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':' | b',')
    };
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    // Inside single quotes nothing has a meaning but the quote itself.
    format!("'{}'", text.replace('\0', "").replace('\'', r"'\''"))
}

/// The command that sends this body as this attempt did. Values that are masked in the attempt are
/// placeholders, and a comment says so.
#[must_use]
pub fn command(attempt: &Attempt, body: &[u8]) -> String {
    let mut comments = vec![format!(
        "# Attempt {} of delivery {}, as it was sent on {}.",
        attempt.number, attempt.delivery_id, attempt.at
    )];
    let mut words = vec![
        "curl --globoff --include --request POST".to_owned(),
        quoted(&attempt.url),
        // curl would add one that was not sent.
        "--header Accept:".to_owned(),
    ];
    let mut masked = Vec::new();
    for (name, value) in attempt.request_headers.iter() {
        if MADE_BY_CURL.contains(&name) {
            continue;
        }
        let header = match value {
            MASK => {
                masked.push(name);
                format!("{name}: <{name}>")
            }
            // With a colon and nothing behind it curl would leave the header out.
            "" => format!("{name};"),
            value => format!("{name}: {value}"),
        };
        words.push(format!("--header {}", quoted(&header)));
    }
    if attempt.request_headers.get("webhook-signature").is_some() {
        comments.push(
            "# The signature is that of the attempt: receivers refuse it after five minutes."
                .to_owned(),
        );
    }
    if !masked.is_empty() {
        comments.push(format!(
            "# Put in the values of {}: Bellwire does not show them.",
            masked.join(", ")
        ));
    }
    let text = std::str::from_utf8(body)
        .ok()
        .filter(|text| !text.contains('\0'));
    let before = match text {
        Some(text) if text.len() <= ARGUMENT_BYTES => {
            words.push(format!("--data-raw {}", quoted(text)));
            String::new()
        }
        Some(text) => {
            words.push("--data-binary @-".to_owned());
            format!("printf %s {} |\n", quoted(text))
        }
        None => {
            words.push("--data-binary @-".to_owned());
            format!("printf {} |\n", quoted(&octal(body)))
        }
    };
    format!(
        "{}\n{before}{}\n",
        comments.join("\n"),
        words.join(" \\\n  ")
    )
}

/// A format of `printf` that makes these bytes; one that begins with a dash would be an option.
fn octal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .enumerate()
        .map(|(place, byte)| match byte {
            b'-' if place == 0 => "\\055".to_owned(),
            b'%' => "%%".to_owned(),
            b'\\' => r"\\".to_owned(),
            b' '..=b'~' => char::from(*byte).to_string(),
            other => format!("\\{other:03o}"),
        })
        .collect()
}
