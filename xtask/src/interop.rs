//! `cargo xtask interop`: do our signatures verify with a library that somebody else wrote, in
//! another language? The official `standardwebhooks` package for Python says so, about requests
//! that the real binary sent.

use std::{path::PathBuf, process::Command};

use anyhow::Result;

use crate::{process, tools, workspace};

/// Installs the library below `target/` when it is not there, builds the binary, and runs
/// `scripts/interop/check.py`.
pub(crate) fn run() -> Result<()> {
    let root = workspace::root();
    let python = environment()?;
    process::run(&mut process::cargo(&[
        "build",
        "--quiet",
        "--package",
        "bellwire",
    ]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    process::run(
        Command::new(python)
            .arg(root.join("scripts/interop/check.py"))
            .arg(target.join("debug/bellwire"))
            .current_dir(root)
            // Nothing is left behind in the source tree.
            .env("PYTHONDONTWRITEBYTECODE", "1"),
    )
}

/// The Python interpreter of a virtual environment that has the pinned packages.
fn environment() -> Result<PathBuf> {
    let folder = workspace::root().join("target/interop");
    let python = folder.join("bin/python");
    let there = python.to_string_lossy().into_owned();
    if !tools::works(&[&there, "-c", "import standardwebhooks"]) {
        println!("installing scripts/interop/requirements.txt into target/interop");
        process::run(
            Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&folder),
        )?;
        process::run(
            Command::new(&python)
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                ])
                .arg("--requirement")
                .arg(workspace::root().join("scripts/interop/requirements.txt")),
        )?;
    }
    Ok(python)
}
