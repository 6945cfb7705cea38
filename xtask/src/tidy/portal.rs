//! What the portal's files have to keep: every message, and every sentence of the rules, is there in
//! every language and is used, no page runs what stands in itself, and what somebody else wrote is as
//! it came.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::sentences::{self, Sentence};
use crate::workspace;

const LANGUAGES: [&str; 4] = ["en", "it", "de", "fil"];
const LOCALES: &str = "crates/portal/locales/";

/// A message: its file, and the places to fill in it.
type Messages = BTreeMap<String, (String, BTreeSet<String>)>;

/// One line for each message that is missing, left over, or says something else than the English one
/// has places for.
pub(super) fn messages() -> Result<Vec<String>> {
    let mut broken = Vec::new();
    let files = workspace::files("ftl")?;
    let mut by_language: BTreeMap<&str, Messages> = BTreeMap::new();
    let mut referred = BTreeSet::new();
    for file in &files {
        let Some(rest) = file.path.strip_prefix(LOCALES) else {
            continue;
        };
        let (language, name) = rest
            .split_once('/')
            .context("a file beside the languages")?;
        referred.extend(references(&file.text));
        for (key, places) in read(&file.text) {
            let all = by_language.entry(language).or_default();
            if all.insert(key.clone(), (name.to_owned(), places)).is_some() {
                broken.push(format!("{}: `{key}` is there twice", file.path));
            }
        }
    }
    let none = Messages::new();
    let english = by_language.get("en").unwrap_or(&none);
    let (sentences, twice) = sentences::all()?;
    broken.extend(twice);
    let said = of_rules(&sentences, by_language.get("it").unwrap_or(&none));
    for key in said.keys().filter(|key| english.contains_key(*key)) {
        broken.push(format!(
            "{LOCALES}en: `{key}` is said in the sources, so it is in no English file"
        ));
    }
    let mut whole = english.clone();
    whole.extend(said);
    for language in LANGUAGES.into_iter().skip(1) {
        let own = by_language.get(language).unwrap_or(&none);
        compare(language, &whole, own, &mut broken);
    }
    let quoted = quoted()?;
    for (key, (file, _)) in english {
        if !quoted.contains(key) && !referred.contains(key) {
            broken.push(format!("{LOCALES}en/{file}: nobody says `{key}`"));
        }
    }
    for (path, key) in asked()? {
        if !english.contains_key(&key) {
            broken.push(format!("{path}: there is no message `{key}`"));
        }
    }
    Ok(broken)
}

/// The sentences of the rules as messages, in the files where another language has them.
fn of_rules(sentences: &BTreeMap<String, Sentence>, other: &Messages) -> Messages {
    let file = |key: &str| other.get(key).map_or("?.ftl", |(file, _)| file).to_owned();
    sentences
        .iter()
        .map(|(key, sentence)| (key.clone(), (file(key), sentence.places.clone())))
        .collect()
}

fn compare(language: &str, english: &Messages, own: &Messages, broken: &mut Vec<String>) {
    for (key, (file, places)) in english {
        match own.get(key) {
            None => broken.push(format!("{LOCALES}{language}/{file}: `{key}` is missing")),
            Some((_, theirs)) if theirs != places => broken.push(format!(
                "{LOCALES}{language}/{file}: `{key}` has the places {theirs:?}, the English one \
                 {places:?}"
            )),
            Some((theirs, _)) if theirs != file => broken.push(format!(
                "{LOCALES}{language}/{theirs}: `{key}` belongs in {file}"
            )),
            Some(_) => {}
        }
    }
    for (key, (file, _)) in own {
        if !english.contains_key(key) {
            broken.push(format!(
                "{LOCALES}{language}/{file}: `{key}` is not in English"
            ));
        }
    }
}

/// The messages of a file with the places to fill in each; `$profile` is there for every message.
fn read(text: &str) -> Vec<(String, BTreeSet<String>)> {
    let mut found: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in text.lines() {
        if line.starts_with(|first: char| first.is_ascii_lowercase())
            && let Some((key, _)) = line.split_once(" =")
        {
            found.push((key.to_owned(), BTreeSet::new()));
        }
        if let Some((_, places)) = found.last_mut()
            && !line.starts_with('#')
        {
            places.extend(line.split("$").skip(1).map(word).filter(|p| p != "profile"));
        }
    }
    found
}

/// Messages that stand within others: `{ other }`.
fn references(text: &str) -> BTreeSet<String> {
    text.split("{ ")
        .skip(1)
        .filter(|rest| rest.starts_with(|first: char| first.is_ascii_lowercase()))
        .map(word)
        .collect()
}

fn word(text: &str) -> String {
    text.chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
        .collect()
}

/// Templates and sources of the portal.
fn sources() -> Result<Vec<workspace::File>> {
    let mut all = workspace::files("html")?;
    all.extend(workspace::files("rs")?);
    all.retain(|file| {
        file.path.starts_with("crates/portal/templates/")
            || file.path.starts_with("crates/portal/src/")
    });
    Ok(all)
}

/// Everything that stands in quotes.
fn quoted() -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for file in sources()? {
        found.extend(file.text.split('"').map(str::to_owned));
    }
    Ok(found)
}

/// The messages that are asked for by name.
fn asked() -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for file in sources()? {
        for call in [".t(\"", ".with(\""] {
            for rest in file.text.split(call).skip(1) {
                found.push((file.path.clone(), word(rest)));
            }
        }
    }
    Ok(found)
}

/// One line for each template that has a style or a script in itself, which no browser would run, or
/// names another host.
pub(super) fn templates() -> Result<Vec<String>> {
    let mut broken = Vec::new();
    for file in workspace::files("html")? {
        if !file.path.starts_with("crates/portal/templates/") {
            continue;
        }
        for (number, line) in file.text.lines().enumerate() {
            for (wrong, why) in [
                (" style=", "a style of its own"),
                ("<style", "a style of its own"),
                (" onclick=", "a script of its own"),
                (" hx-on", "a script of its own"),
                ("<script>", "a script of its own"),
                ("src=\"http", "a file of another host"),
                ("href=\"http", "a link that is written down, and not ours"),
            ] {
                if line.contains(wrong) {
                    broken.push(format!("{}:{}: {why}", file.path, number + 1));
                }
            }
            let html = line.split("|safe").count() - 1;
            let known = [
                "page.icon(",
                "row.spark|safe",
                "chart|safe",
                "chart.svg|safe",
                "attempt.bar|safe",
            ]
            .iter()
            .map(|known| line.matches(known).count())
            .sum::<usize>();
            if html > known {
                broken.push(format!(
                    "{}:{}: only icons and charts, which are made here, are HTML already",
                    file.path,
                    number + 1
                ));
            }
        }
    }
    Ok(broken)
}

/// One line for each file that somebody else wrote and that is not as it came.
pub(super) fn vendored() -> Result<Vec<String>> {
    const FOLDER: &str = "crates/portal/assets";
    let pins = workspace::read(&format!("{FOLDER}/vendored.toml"))?;
    let mut broken = Vec::new();
    let mut name = None;
    for line in pins.lines() {
        if let Some(section) = line
            .strip_prefix("[\"")
            .and_then(|rest| rest.strip_suffix("\"]"))
        {
            name = Some(section);
        }
        let Some(hash) = line.strip_prefix("sha256 = \"") else {
            continue;
        };
        let path = format!("{FOLDER}/{}", name.context("a hash before any file")?);
        let output = crate::process::output(
            std::process::Command::new("sha256sum").arg(workspace::root().join(&path)),
        )?;
        let found = output.split_whitespace().next().unwrap_or_default();
        if found != hash.trim_end_matches('"') {
            broken.push(format!(
                "{path}: its SHA-256 is {found}, not the one in vendored.toml"
            ));
        }
    }
    if name.is_none() {
        broken.push(format!("{FOLDER}/vendored.toml names no file"));
    }
    Ok(broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_with_their_places() {
        let text =
            "# a $comment\na = x { $count -> \n   *[other] { $by } { $profile }\n}\nb = { a }\n";
        let found = read(text);
        assert_eq!(found[0].0, "a");
        let places: Vec<&str> = found[0].1.iter().map(String::as_str).collect();
        assert_eq!(places, ["by", "count"]);
        assert_eq!(found[1], ("b".to_owned(), BTreeSet::new()));
        assert!(references(text).contains("a"));
    }

    #[test]
    fn what_is_missing_left_over_or_different_is_told() {
        let english = read("a = { $x }\nb = y\n");
        let other = read("a = z\nc = y\n");
        let with = |list: Vec<(String, BTreeSet<String>)>| -> Messages {
            list.into_iter()
                .map(|(key, places)| (key, ("f.ftl".to_owned(), places)))
                .collect()
        };
        let mut broken = Vec::new();
        compare("it", &with(english), &with(other), &mut broken);
        assert_eq!(broken.len(), 3, "{broken:?}");
    }
}
