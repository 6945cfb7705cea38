//! Packages of npm that tests use: the versions that a folder of `scripts` pins, installed below
//! `target/`, and nothing else of what packages would like to run.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context as _, Result};

use crate::{process, workspace};

/// What npm goes by.
const PINNED: [&str; 2] = ["package.json", "package-lock.json"];

/// Makes sure that what a folder of `scripts` pins is there: in the folder of the same name below
/// `target`.
pub(crate) fn install(name: &str) -> Result<()> {
    let pinned = workspace::root().join("scripts").join(name);
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let home = target
        .map_or(workspace::root().join("target"), PathBuf::from)
        .join(name);
    let read = |file| {
        let path = pinned.join(file);
        fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let wanted = [read(PINNED[0])?, read(PINNED[1])?].concat();
    // Written last, so an installation that was interrupted is not taken for a whole one.
    let installed = home.join("installed.txt");
    if fs::read(&installed).is_ok_and(|there| there == wanted) {
        println!("all there");
        return Ok(());
    }
    println!("installing scripts/{name} into {}", home.display());
    fs::create_dir_all(&home)?;
    for file in PINNED {
        fs::copy(pinned.join(file), home.join(file))?;
    }
    process::run(
        Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .args(["--loglevel", "error"])
            .current_dir(&home),
    )?;
    fs::write(installed, wanted).context("cannot note what is installed")
}
