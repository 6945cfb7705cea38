//! The direction of dependencies: `app → portal → web → core` and `app → dispatch, sqlite, postgres
//! → core`, never web ↔ dispatch, nor a store its peer.
//!
//! Why: the use cases live in `core::service` over ports (docs/adr/0006). A page that could reach
//! into dispatch would soon do so, and then neither could be tested or replaced alone.

use anyhow::Result;

use crate::workspace;

/// A crate, what it may be built on, and what its tests may use besides.
const LAYERS: &[(&str, &[&str], &[&str])] = &[
    ("core", &[], &["testkit"]),
    ("testkit", &["core"], &[]),
    ("sqlite", &["core"], &["testkit"]),
    ("postgres", &["core"], &["testkit"]),
    ("dispatch", &["core"], &["testkit", "sqlite"]),
    ("web", &["core"], &["testkit", "sqlite"]),
    ("portal", &["core", "web"], &["testkit", "sqlite"]),
    (
        "app",
        &["core", "sqlite", "postgres", "dispatch", "web", "portal"],
        &["testkit"],
    ),
];

/// What `core` may not depend on, because it does no I/O.
const NOT_IN_CORE: &[&str] = &["tokio", "hyper", "axum", "rusqlite", "reqwest", "ureq"];

/// What may not be in the tree at all; deny.toml has the reasons and a longer list.
const NOT_IN_TREE: &[&str] = &["aws-lc-sys", "openssl-sys", "native-tls", "reqwest"];

/// One line for each dependency that points the wrong way.
pub(super) fn check() -> Result<Vec<String>> {
    let mut broken = Vec::new();
    let manifests = workspace::files("toml")?;
    for manifest in manifests {
        let Some(name) = manifest
            .path
            .strip_prefix("crates/")
            .and_then(|rest| rest.strip_suffix("/Cargo.toml"))
        else {
            continue;
        };
        let Some((_, built_on, tests_use)) = LAYERS.iter().find(|(layer, ..)| *layer == name)
        else {
            broken.push(format!(
                "{}: a crate without a place; give it one in xtask/src/tidy/layers.rs",
                manifest.path
            ));
            continue;
        };
        for (dependency, for_tests) in dependencies(&manifest.text) {
            let ours = dependency.strip_prefix("bellwire-");
            let allowed = match ours {
                Some(ours) => built_on.contains(&ours) || (for_tests && tests_use.contains(&ours)),
                None => name != "core" || for_tests || !NOT_IN_CORE.contains(&dependency),
            };
            if !allowed {
                broken.push(format!(
                    "{}: {name} may not depend on {dependency}",
                    manifest.path
                ));
            }
        }
    }
    let lock = workspace::read("Cargo.lock")?;
    for name in NOT_IN_TREE {
        if lock.contains(&format!("name = \"{name}\"\n")) {
            broken.push(format!(
                "Cargo.lock: {name} may not be in the tree (deny.toml)"
            ));
        }
    }
    Ok(broken)
}

/// Names under `[dependencies]` and its kin, with whether they are for tests only.
fn dependencies(manifest: &str) -> Vec<(&str, bool)> {
    let mut section = "";
    let mut found = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_end_matches(']');
            continue;
        }
        let is_name = line.starts_with(|first: char| first.is_ascii_alphabetic());
        if is_name && section.ends_with("dependencies") {
            let end = line.find(['.', ' ', '=']).unwrap_or(line.len());
            found.push((&line[..end], section.ends_with("dev-dependencies")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_read_from_every_kind_of_section() {
        let manifest = "[package]\nname = \"x\"\n[dependencies]\na.workspace = true\n# c\n\
                        [target.'cfg(unix)'.dependencies]\nb = \"1\"\n[dev-dependencies]\nc={}\n";
        assert_eq!(
            dependencies(manifest),
            [("a", false), ("b", false), ("c", true)]
        );
    }
}
