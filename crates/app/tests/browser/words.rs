//! What pages say in a language, read from the files that they read it from: so a test that clicks
//! through a language names messages and not sentences.

use std::{fs, path::Path};

/// What a message says in a language; of one that depends on the profile, what it says for most.
///
/// # Panics
/// When there is no such message.
pub(crate) fn said(language: &str, key: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../portal/locales")
        .join(language);
    for entry in fs::read_dir(&folder).expect("the language is there") {
        let text = fs::read_to_string(entry.expect("a file").path()).expect("text");
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some(value) = line.strip_prefix(&format!("{key} = ")) else {
                continue;
            };
            if !value.contains("->") {
                return value.to_owned();
            }
            let chosen = lines.find_map(|line| line.trim().strip_prefix("*[other] "));
            return chosen.expect("every choice has a rest").to_owned();
        }
    }
    panic!("there is no message {key} in {language}");
}
