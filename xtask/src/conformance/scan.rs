//! Finds requirement ids in source text, and the tests whose doc comments name them.
//!
//! It reads lines, not syntax: doc comments and attributes directly above a `fn`. Rustfmt keeps
//! code in that shape.

use super::{Proof, Proofs};
use crate::workspace::File;

/// The systems that ids begin with.
const SYSTEMS: [&str; 4] = ["ADV-", "EVI-", "WNK-", "APG-"];

/// Functions of the store conformance suite and of the scenarios are tests over every store, by a macro
/// and without an attribute.
const SUITES: [&str; 2] = ["crates/testkit/src/conformance", "crates/app/tests/engine"];

/// Every id that a text names, in order: `ADV-13`, `EVI-16b`.
pub(crate) fn ids(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices('-').filter(|(dash, _)| *dash >= 3) {
        let Some(head) = text.get(start - 3..=start) else {
            continue;
        };
        let before = text[..start - 3].chars().next_back();
        if !SYSTEMS.contains(&head) || before.is_some_and(|before| before.is_alphanumeric()) {
            continue;
        }
        let tail = &text[start + 1..];
        let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
        let mut letters = tail[digits..].bytes().take_while(u8::is_ascii_alphanumeric);
        let length = match (letters.next(), letters.next()) {
            (None, _) => digits,
            (Some(b'a'..=b'z'), None) => digits + 1,
            _ => continue,
        };
        if digits > 0 {
            found.push(&text[start - 3..start + 1 + length]);
        }
    }
    found
}

/// The tests of these files that name ids in their doc comments.
pub(crate) fn proofs(files: &[File]) -> Proofs {
    let mut proofs = Proofs::new();
    // xtask's own tests speak of ids without proving anything about Bellwire.
    for file in files.iter().filter(|file| !file.path.starts_with("xtask/")) {
        let every = SUITES.iter().any(|suite| file.path.starts_with(suite));
        for (id, test) in named(&file.text, every) {
            proofs.entry(id).or_default().push(Proof {
                path: file.path.clone(),
                test,
            });
        }
    }
    for tests in proofs.values_mut() {
        tests.sort();
        tests.dedup();
    }
    proofs
}

/// Pairs of an id and the test whose doc comment names it. With `every`, each function is a test.
fn named(text: &str, every: bool) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut pending: Vec<String> = Vec::new();
    let mut is_test = every;
    for line in text.lines().map(str::trim_start) {
        if let Some(doc) = line.strip_prefix("///") {
            pending.extend(ids(doc).into_iter().map(str::to_owned));
        } else if line.starts_with("#[") {
            is_test |= is_test_attribute(line);
        } else if line.starts_with("//") {
            // A plain comment between attributes changes nothing.
        } else {
            if let Some(name) = function(line).filter(|_| is_test) {
                pairs.extend(pending.drain(..).map(|id| (id, name.to_owned())));
            }
            pending.clear();
            is_test = every;
        }
    }
    pairs
}

/// `#[test]`, `#[tokio::test]`, `#[tokio::test(…)]`.
fn is_test_attribute(line: &str) -> bool {
    let path = line["#[".len()..].split(['(', ']']).next().unwrap_or("");
    path.rsplit("::").next() == Some("test")
}

fn function(line: &str) -> Option<&str> {
    let rest = match line.split_once("fn ") {
        Some((before, rest)) if before.split(' ').all(is_qualifier) => rest,
        _ => return None,
    };
    rest.split(['(', '<']).next()
}

fn is_qualifier(word: &str) -> bool {
    matches!(
        word,
        "" | "async" | "const" | "pub" | "pub(crate)" | "pub(super)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_whole_or_not_at_all() {
        assert_eq!(
            ids("(ADV-1), EVI-16b; WNK-13. APG-27d/APG-28"),
            ["ADV-1", "EVI-16b", "WNK-13", "APG-27d", "APG-28"]
        );
        assert!(ids("ADV- XADV-1 ADV-1bc ADV-1B XYZ-3 é-7").is_empty());
    }

    #[test]
    fn a_test_names_ids_in_its_doc_comment_and_other_functions_do_not_count() {
        let text = "
            /// ADV-1: a helper.
            fn helper() {}

            /// ADV-12, ADV-13.
            #[tokio::test(start_paused = true)]
            // Why so.
            async fn proves() {
                let x = 1; // ADV-16
            }

            #[test]
            /// EVI-17.
            fn after_the_attribute() {}

            #[cfg(test)]
            /// WNK-1.
            fn not_a_test() {}
        ";
        let pair = |id: &str, test: &str| (id.to_owned(), test.to_owned());
        assert_eq!(
            named(text, false),
            [
                pair("ADV-12", "proves"),
                pair("ADV-13", "proves"),
                pair("EVI-17", "after_the_attribute")
            ]
        );
        assert_eq!(named(text, true).len(), 5);
    }
}
