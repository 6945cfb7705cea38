//! Documents are true: the files they name exist, and the OpenAPI document is what the code says.

use anyhow::Result;

use crate::{
    conformance,
    workspace::{self, File},
};

/// Folders of this repository: a word in backticks that begins with one is the name of a file.
const OURS: &[&str] = &["crates/", "docs/", "xtask/", "scripts/"];

/// One line for each file that a document names and that does not exist.
pub(super) fn names() -> Result<Vec<String>> {
    let mut broken = Vec::new();
    // The conformance document is generated, and has its own rule.
    let documents = workspace::files("md")?;
    for file in documents
        .iter()
        .filter(|file| file.path != conformance::PATH)
    {
        for name in targets(file) {
            if !workspace::root().join(&name).exists() {
                broken.push(format!("{}: there is no {name}", file.path));
            }
        }
    }
    Ok(broken)
}

/// Whether a string literal is such a name.
type IsName = fn(&str) -> bool;

const CONFIGURATION: &str = "docs/reference/configuration.md";
const ERRORS: &str = "docs/reference/errors.md";

/// Literals of the sources below that look like names and are none.
const NOT_NAMES: &[&str] = &["snake_case", "lowercase", "bellwire.db"];

/// Names that the code defines and the reference must list: where they are defined, and where each
/// is to be found in backticks.
const LISTED: &[(&str, IsName, &str)] = &[
    ("crates/app/src/config/", is_setting, CONFIGURATION),
    ("crates/web/src/problem/code.rs", is_code, ERRORS),
    ("crates/core/src/outcome.rs", is_code, ERRORS),
];

/// One line for each setting, problem code and cause that the reference does not list, and for each
/// that it lists and that does not exist.
pub(super) fn reference() -> Result<Vec<String>> {
    let mut broken = Vec::new();
    let sources = workspace::files("rs")?;
    let mut defined = Vec::new();
    for (from, is_name, reference) in LISTED {
        for source in sources.iter().filter(|file| file.path.starts_with(from)) {
            let code = source.text.split("#[cfg(test)]").next().unwrap_or("");
            let literals = code.split('"').skip(1).step_by(2);
            defined.extend(
                literals
                    .filter(|text| is_name(text))
                    .map(|name| (name, *reference)),
            );
        }
    }
    for reference in [CONFIGURATION, ERRORS] {
        let text = workspace::read(reference)?;
        let listed: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
            .collect();
        let names = defined.iter().filter(|(_, of)| *of == reference);
        for (name, _) in
            names.filter(|(name, _)| !NOT_NAMES.contains(name) && !listed.contains(name))
        {
            broken.push(format!("{reference}: `{name}` is not listed"));
        }
        for name in listed {
            if !defined.contains(&(name, reference)) {
                broken.push(format!("{reference}: there is no `{name}`"));
            }
        }
    }
    Ok(broken)
}

/// `section.key`.
fn is_setting(text: &str) -> bool {
    text.split_once('.')
        .is_some_and(|(section, key)| is_code(section) && is_code(key))
}

/// A stable name: `invalid_request`.
fn is_code(text: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    text.len() > 1 && text.bytes().all(letters)
}

/// Paths from the root that a document names: the targets of relative links, and paths in
/// backticks, also with a name behind them (`crates/core/src/policy.rs: Policy::next`).
fn targets(file: &File) -> Vec<String> {
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut found = Vec::new();
    for (_, rest) in file
        .text
        .match_indices("](")
        .map(|(at, m)| (at, &file.text[at + m.len()..]))
    {
        let link = rest.split([')', '#', ' ']).next().unwrap_or("");
        if !link.is_empty() && !link.contains("://") && !link.starts_with("mailto:") {
            found.push(joined(folder, link));
        }
    }
    for quoted in file.text.split('`').skip(1).step_by(2) {
        let path = quoted.split([':', ' ', '\n']).next().unwrap_or("");
        let literal = !path.contains(['*', '<', '{', '…']);
        if literal && OURS.iter().any(|ours| path.starts_with(ours)) {
            found.push(path.to_owned());
        }
    }
    found
}

/// `link`, as seen from a folder, as a path from the root.
fn joined(folder: &str, link: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in link.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_paths_in_backticks_are_found() {
        let file = File {
            path: "docs/guide/producers.md".to_owned(),
            text: "[a](../adr/0001.md#why) [b](https://x.y/z) `crates/core/src/time.rs: Clock` \
                   `crates/*/src` `cargo test`"
                .to_owned(),
        };
        assert_eq!(
            targets(&file),
            ["docs/adr/0001.md", "crates/core/src/time.rs"]
        );
    }
}
