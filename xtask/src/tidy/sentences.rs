//! The sentences of the rules: `say!("name", "text with {places}", …)` in the sources is the English
//! one, and the portal's files have the others.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use crate::workspace;

/// Where sentences are said that the portal shows.
const SOURCES: [&str; 4] = [
    "crates/core/src/",
    "crates/dispatch/src/",
    "crates/web/src/",
    "crates/portal/src/",
];

/// A sentence: where it is said first, its text, the places in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    pub(super) path: String,
    pub(super) text: String,
    pub(super) places: BTreeSet<String>,
}

/// All of them by name, and one line for each name that says two things.
pub(super) fn all() -> Result<(BTreeMap<String, Sentence>, Vec<String>)> {
    let (mut all, mut broken) = (BTreeMap::<String, Sentence>::new(), Vec::new());
    for file in workspace::files("rs")? {
        if !SOURCES.iter().any(|folder| file.path.starts_with(folder)) {
            continue;
        }
        // Tests say what they like.
        let said = match file.path.ends_with("tests.rs") {
            true => Vec::new(),
            false => read(without_tests(&file.text)),
        };
        for (name, text) in said {
            let places = places(&text);
            match all.get(&name) {
                Some(other) if other.text != text => broken.push(format!(
                    "{}: `{name}` says something else in {}",
                    file.path, other.path
                )),
                Some(_) => {}
                None => {
                    let path = file.path.clone();
                    all.insert(name, Sentence { path, text, places });
                }
            }
        }
    }
    Ok((all, broken))
}

fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text)
}

/// Names and texts; what stands in a comment is none.
fn read(text: &str) -> Vec<(String, String)> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect();
    code.split("say!(")
        .skip(1)
        .filter_map(|call| {
            let (name, rest) = literal(call)?;
            let (text, _) = literal(rest.trim_start().strip_prefix(',')?)?;
            Some((name, text))
        })
        .collect()
}

/// The string that a text begins with, as it is when the program runs, and what follows it.
fn literal(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start().strip_prefix('"')?;
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match letters.next()?.1 {
                '\n' => {
                    let rest = letters.as_str();
                    let skipped = rest.len() - rest.trim_start().len();
                    letters.nth(skipped.checked_sub(1)?);
                }
                escaped => value.push(escaped),
            },
            letter => value.push(letter),
        }
    }
    None
}

/// The names between braces; what is no name is braces that are read.
fn places(text: &str) -> BTreeSet<String> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(place, _)| place)
        .filter(|place| {
            place
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        })
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_read_over_lines_and_with_its_places() {
        let text = "// say!(\"no\", \"no\")\nlet x = say!(\n    \"rule-a\",\n    \"at most {max}, \\\n      \
                    not \\\"{this}\\\"\",\n    max = 1,\n);\nsay!(\"b\", \"plain\")";
        let found = read(text);
        let of = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        assert_eq!(
            found,
            [
                of("rule-a", "at most {max}, not \"{this}\""),
                of("b", "plain")
            ]
        );
        let names: Vec<String> = places(&found[0].1).into_iter().collect();
        assert_eq!(names, ["max", "this"]);
        assert_eq!(without_tests("a\n#[cfg(test)]\nmod tests { b }"), "a\n");
    }
}
