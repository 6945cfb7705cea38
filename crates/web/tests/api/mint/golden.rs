//! Golden files: each holds the status and the exact text of one answer. Ids are numbered in the order
//! in which they appear, because they are made anew each time.
//!
//! `BELLWIRE_WRITE_GOLDEN=1 cargo test -p bellwire-web --test api mint` writes them; read what changed
//! before it is kept.

use std::{fs, path::Path};

use crate::app::Answer;

/// The length of an id.
const ID: usize = "00000000-0000-0000-0000-000000000000".len();

/// Holds an answer to the golden file of this name.
#[track_caller]
pub(super) fn golden(name: &str, answer: &Answer) {
    text(
        name,
        &format!("{}\n{}", answer.status.as_u16(), answer.text),
    );
}

/// Holds a text to the golden file of this name.
#[track_caller]
pub(super) fn text(name: &str, given: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/api/mint/golden")
        .join(name);
    let given = format!("{}\n", numbered(given));
    if std::env::var_os("BELLWIRE_WRITE_GOLDEN").is_some() {
        fs::write(&path, &given).unwrap();
    }
    let expected =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(given, expected, "golden file {name}");
}

/// The text with `<id 1>`, `<id 2>` … in place of ids.
fn numbered(text: &str) -> String {
    let mut seen: Vec<&str> = Vec::new();
    let mut numbered = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        match rest.get(..ID).filter(|start| is_id(start)) {
            Some(id) => {
                let number = seen
                    .iter()
                    .position(|other| *other == id)
                    .unwrap_or_else(|| {
                        seen.push(id);
                        seen.len() - 1
                    });
                numbered.push_str(&format!("<id {}>", number + 1));
                rest = &rest[ID..];
            }
            None => {
                numbered.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    numbered
}

fn is_id(text: &str) -> bool {
    text.bytes().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

#[test]
fn ids_are_numbered_by_their_first_appearance() {
    let (a, b) = (
        "0193a6f0-0000-7000-8000-00000000000a",
        "0193a6f0-0000-7000-8000-00000000000b",
    );
    assert_eq!(
        numbered(&format!("{b} \u{2026} {a} {b}x")),
        "<id 1> \u{2026} <id 2> <id 1>x"
    );
}
