//! Checks in Python that judge the real binary from the outside: each is a folder of `scripts` with
//! its pinned packages, which are installed below `target/` and nowhere else.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{process, tools, workspace};

/// Builds the binary for debugging, alone. `cargo xtask test` needs none: its tests have built it
/// already, and with other features of some dependencies, so that this would build them all again.
pub(crate) fn build() -> Result<()> {
    process::run(&mut process::cargo(&[
        "build",
        "--quiet",
        "--package",
        "bellwire",
    ]))
}

/// Hands the binary, which has been built, to a script: `scripts/FOLDER/FILE BELLWIRE`.
pub(crate) fn judge(folder: &str, file: &str) -> Result<()> {
    let root = workspace::root();
    let python = environment(folder)?;
    process::run(
        Command::new(python)
            .arg(root.join("scripts").join(folder).join(file))
            .arg(target().join("debug/bellwire"))
            .current_dir(&root)
            // What the scripts share.
            .env("PYTHONPATH", root.join("scripts"))
            // Nothing is left behind in the source tree.
            .env("PYTHONDONTWRITEBYTECODE", "1"),
    )
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| workspace::root().join("target"), PathBuf::from)
}

/// The interpreter of a virtual environment that has the packages a folder pins; made anew when they
/// are others than the last time.
fn environment(folder: &str) -> Result<PathBuf> {
    let pinned = workspace::root()
        .join("scripts")
        .join(folder)
        .join("requirements.txt");
    let wanted = fs::read(&pinned).with_context(|| format!("cannot read {}", pinned.display()))?;
    let home = workspace::root().join("target").join(folder);
    let python = home.join("bin/python");
    // Written last, so an installation that was interrupted is not taken for a whole one.
    let installed = home.join("installed.txt");
    if fs::read(&installed).is_ok_and(|there| there == wanted) && works(&python) {
        return Ok(python);
    }
    println!("installing {} into {}", pinned.display(), home.display());
    process::run(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&home),
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
            .arg(&pinned),
    )?;
    fs::write(&installed, wanted)?;
    Ok(python)
}

/// Whether the interpreter that an environment points to is still there.
fn works(python: &Path) -> bool {
    tools::works(&[&python.to_string_lossy(), "--version"])
}
