//! The sentences of the rules: `say!("name", "text with {places}", …)` in the sources is the English
//! one, and the portal's files have the others.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use crate::workspace;

/// What the portal shows comes from every crate but the commands, which print in English (and have a
/// macro of this name), and what is for tests.
const NOT_SHOWN: [&str; 2] = ["crates/app/", "crates/testkit/"];

/// A sentence: where it is said first, its text, the places in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    pub(super) path: String,
    pub(super) text: String,
    pub(super) places: BTreeSet<String>,
}

/// All of them by name, and one line for each call that cannot be read, whose facts are not its places,
/// or that says something else under a name.
pub(super) fn all() -> Result<(BTreeMap<String, Sentence>, Vec<String>)> {
    let (mut all, mut broken) = (BTreeMap::<String, Sentence>::new(), Vec::new());
    for file in workspace::files("rs")? {
        let path = &file.path;
        let is_shown = path.starts_with("crates/") && path.contains("/src/");
        let is_test = path.ends_with("tests.rs") || path.contains("/tests/");
        if !is_shown || is_test || NOT_SHOWN.iter().any(|folder| path.starts_with(folder)) {
            continue;
        }
        for call in calls(without_tests(&file.text)) {
            let Some((name, text, facts)) = read(&call) else {
                let shown: String = call.chars().take(60).collect();
                broken.push(format!("{path}: this cannot be read: say!({shown}"));
                continue;
            };
            let places = places(&text);
            if facts != places {
                broken.push(format!(
                    "{path}: `{name}` has the places {places:?} and the facts {facts:?}"
                ));
            }
            match all.get(&name) {
                Some(other) if other.text != text => broken.push(format!(
                    "{path}: `{name}` says something else in {}",
                    other.path
                )),
                Some(_) => {}
                None => {
                    let path = path.clone();
                    all.insert(name, Sentence { path, text, places });
                }
            }
        }
    }
    Ok((all, broken))
}

/// Tests say what they like.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text)
}

/// What stands behind each `say!`; what stands in a comment, or makes the macro, is none.
fn calls(text: &str) -> Vec<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect();
    code.split("say!")
        .skip(1)
        .map(str::to_owned)
        .filter(|call| !call.starts_with("(@"))
        .collect()
}

/// Name, text and facts of a call.
fn read(call: &str) -> Option<(String, String, BTreeSet<String>)> {
    let (name, rest) = literal(call.strip_prefix('(')?)?;
    let (text, rest) = literal(rest.trim_start().strip_prefix(',')?)?;
    Some((name, text, facts(rest)?))
}

/// The string that a text begins with, as it is when the program runs, and what follows it.
fn literal(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start().strip_prefix('"')?;
    let mut value = String::new();
    let mut rest = text;
    loop {
        let letter = rest.chars().next()?;
        rest = &rest[letter.len_utf8()..];
        match letter {
            '"' => return Some((value, rest)),
            '\\' => {
                let escaped = rest.chars().next()?;
                rest = &rest[escaped.len_utf8()..];
                match escaped {
                    '\n' => rest = rest.trim_start(),
                    escaped => value.push(escaped),
                }
            }
            letter => value.push(letter),
        }
    }
}

/// The names of facts, up to the parenthesis that closes the call.
fn facts(text: &str) -> Option<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let (mut depth, mut begins, mut rest) = (0_usize, false, text);
    loop {
        let letter = rest.chars().next()?;
        if begins && depth == 0 && (letter.is_ascii_lowercase() || letter == '_') {
            let name: String = rest
                .chars()
                .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
                .collect();
            found.insert(name);
            begins = false;
        }
        match letter {
            '"' => {
                rest = literal(rest)?.1;
                continue;
            }
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => return Some(found),
            ')' | ']' | '}' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => begins = true,
            _ => {}
        }
        rest = &rest[letter.len_utf8()..];
    }
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

    fn read_all(text: &str) -> Vec<Option<(String, String, Vec<String>)>> {
        let all = calls(text).into_iter().map(|call| {
            let (name, text, facts) = read(&call)?;
            Some((name, text, facts.into_iter().collect()))
        });
        all.collect()
    }

    #[test]
    fn a_call_is_read_over_lines_and_with_its_facts() {
        let text = "// say!(\"no\", \"no\")\nlet x = say!(\n    \"rule-a\",\n    \"at most {max}, \\\n      \
                    not \\\"{this}\\\"\",\n    max = f(1, \"),\"),\n    this,\n);\nsay!(\"b\", \"plain\")";
        let of = |name: &str, text: &str, facts: &[&str]| {
            let facts = facts.iter().map(|&fact| fact.to_owned()).collect();
            Some((name.to_owned(), text.to_owned(), facts))
        };
        assert_eq!(
            read_all(text),
            [
                of("rule-a", "at most {max}, not \"{this}\"", &["max", "this"]),
                of("b", "plain", &[])
            ]
        );
        let names: Vec<String> = places("at most {max}, {id, type} and {this}")
            .into_iter()
            .collect();
        assert_eq!(names, ["max", "this"]);
        assert_eq!(without_tests("a\n#[cfg(test)]\nmod tests { b }"), "a\n");
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for text in [
            "say!(r\"a\", \"b\")",
            "say![\"a\", \"b\"]",
            "say!(NAME, \"b\")",
        ] {
            assert_eq!(read_all(text), [None], "{text}");
        }
    }
}
