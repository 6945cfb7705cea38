//! `cargo xtask oidc`: installs the identity provider that the tests of sign-in use, npm's
//! `oidc-provider`, below `target/`: the versions that scripts/oidc pins, and nothing else of what
//! packages would like to run.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context as _, Result};

use crate::{process, workspace};

/// What npm goes by.
const PINNED: [&str; 2] = ["package.json", "package-lock.json"];

/// Makes sure that what is pinned is there.
pub(crate) fn install() -> Result<()> {
    let pinned = workspace::root().join("scripts/oidc");
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let home = target
        .map_or(workspace::root().join("target"), PathBuf::from)
        .join("oidc");
    let read = |name| {
        let path = pinned.join(name);
        fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let wanted = [read(PINNED[0])?, read(PINNED[1])?].concat();
    // Written last, so an installation that was interrupted is not taken for a whole one.
    let installed = home.join("installed.txt");
    if fs::read(&installed).is_ok_and(|there| there == wanted) {
        println!("all there");
        return Ok(());
    }
    println!("installing scripts/oidc into {}", home.display());
    fs::create_dir_all(&home)?;
    for name in PINNED {
        fs::copy(pinned.join(name), home.join(name))?;
    }
    process::run(
        Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .args(["--loglevel", "error"])
            .current_dir(&home),
    )?;
    fs::write(installed, wanted).context("cannot note what is installed")
}
