//! Every source file is small, says at its top what it does, and is named after something.

use anyhow::Result;

use crate::workspace::{self, File};

/// A file longer than this wants splitting.
const MAX_LINES: usize = 500;

/// Files that may be longer, each with its reason.
const LONG: &[(&str, &str)] = &[];

/// Names that say nothing: a file called so collects whatever has no place yet.
const EMPTY_NAMES: &[&str] = &[
    "util", "utils", "helper", "helpers", "common", "manager", "managers", "misc",
];

/// One line for each file that breaks a rule.
pub(super) fn check() -> Result<Vec<String>> {
    let mut broken = Vec::new();
    for file in workspace::files("rs")? {
        check_file(&file, &mut broken);
    }
    for (path, _) in LONG {
        if !workspace::root().join(path).exists() {
            broken.push(format!("{path}: does not exist, but is allowed to be long"));
        }
    }
    Ok(broken)
}

fn check_file(file: &File, broken: &mut Vec<String>) {
    let File { path, text } = file;
    if !text.starts_with("//!") {
        broken.push(format!(
            "{path}: begins without `//!`: say what the file does and what it leaves to others"
        ));
    }
    let lines = text.lines().count();
    if lines > MAX_LINES && !LONG.iter().any(|(long, _)| long == path) {
        broken.push(format!(
            "{path}: {lines} lines; split it, or give the reason in xtask/src/tidy/sources.rs"
        ));
    }
    let names = path.trim_end_matches(".rs").split('/');
    for name in names.filter(|name| EMPTY_NAMES.contains(name)) {
        broken.push(format!(
            "{path}: `{name}` says nothing; name it after what is in it"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(path: &str, text: &str) -> usize {
        let mut broken = Vec::new();
        let (path, text) = (path.to_owned(), text.to_owned());
        check_file(&File { path, text }, &mut broken);
        broken.len()
    }

    #[test]
    fn each_rule_is_checked() {
        assert_eq!(broken("crates/x/src/lane.rs", "//! A lane.\n"), 0);
        assert_eq!(broken("crates/x/src/lane.rs", "fn a() {}\n"), 1);
        assert_eq!(broken("crates/x/tests/common/mod.rs", "//! A.\n"), 1);
        let long = format!("//! A.\n{}", "\n".repeat(MAX_LINES));
        assert_eq!(broken("crates/x/src/lane.rs", &long), 1);
    }
}
