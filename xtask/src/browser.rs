//! What the browser tests of the portal need, and the pictures that one of them makes.

use anyhow::{Result, bail};

use crate::{npm, process, workspace};

/// Where the pictures are left, from the root.
const PICTURES: &str = "target/screenshots";

/// Makes sure that the rules of accessibility are there that pages are held to.
pub(crate) fn install() -> Result<()> {
    npm::install("browser")
}

/// `cargo xtask screenshots`: pictures of every page, light, dark and on a phone.
pub(crate) fn screenshots() -> Result<()> {
    install()?;
    let folder = workspace::root().join(PICTURES);
    let mut command = process::cargo(&[
        "test",
        "--quiet",
        "--package",
        "bellwire",
        "--test",
        "browser",
        "screenshots",
    ]);
    process::run(command.env("BELLWIRE_SCREENSHOTS", &folder))?;
    if !folder.exists() {
        bail!("no picture was made");
    }
    println!("pictures are in {PICTURES}");
    Ok(())
}
