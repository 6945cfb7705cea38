//! JSON for people: indented and coloured, with key order and the spelling of numbers untouched.
//!
//! It walks over the text in place of parsing it into values, which would lose both.

use console::style;

/// Indents and colours JSON text; `None` when it is no JSON.
#[must_use]
pub fn pretty(json: &[u8]) -> Option<String> {
    serde_json::from_slice::<serde::de::IgnoredAny>(json).ok()?;
    let text = std::str::from_utf8(json).ok()?;
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0_usize;
    let mut rest = text.trim_start();
    // Each turn takes at least one character away from `rest`.
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '{' | '[' => {
                out.push(first);
                let after = rest[1..].trim_start();
                let closes = if first == '{' { '}' } else { ']' };
                if after.starts_with(closes) {
                    out.push(closes);
                    rest = &after[1..];
                } else {
                    depth += 1;
                    new_line(&mut out, depth);
                    rest = after;
                }
                0
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(first);
                1
            }
            ',' => {
                out.push(',');
                new_line(&mut out, depth);
                1
            }
            ':' => {
                out.push_str(": ");
                1
            }
            '"' => {
                let end = string_end(rest);
                let string = &rest[..end];
                let is_key = rest[end..].trim_start().starts_with(':');
                let shown = crate::terminal::harmless(string);
                if is_key {
                    out.push_str(&style(shown).blue().to_string());
                } else {
                    out.push_str(&style(shown).green().to_string());
                }
                end
            }
            _ => {
                let end = rest
                    .find(|c: char| ",]}".contains(c) || c.is_whitespace())
                    .unwrap_or(rest.len());
                out.push_str(&style(&rest[..end]).magenta().to_string());
                end.max(1)
            }
        };
        rest = rest[taken..].trim_start();
    }
    Some(out)
}

/// Where the string that `text` begins with ends, its closing quote included.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_numbers_stay_as_they_are() {
        let pretty =
            pretty(br#" {"b":1.10,"a":[12345678901234567890,{}, [] ],"q":"\"x\\" } "#).unwrap();
        assert_eq!(
            console::strip_ansi_codes(&pretty),
            "{\n  \"b\": 1.10,\n  \"a\": [\n    12345678901234567890,\n    {},\n    []\n  ],\n  \"q\": \"\\\"x\\\\\"\n}"
        );
    }

    #[test]
    fn what_is_no_json_is_not_touched() {
        assert_eq!(pretty(b"{oops"), None);
        assert_eq!(pretty(b"\xff"), None);
    }
}
