//! The checked-in OpenAPI document: written from the code, and held equal to it by tidy.

use anyhow::Result;

use crate::{process, workspace};

/// Where it is checked in.
pub(crate) const PATH: &str = "docs/reference/openapi.json";

/// What the code says.
pub(crate) fn generate() -> Result<String> {
    let mut command = process::cargo(&["run", "--quiet", "--package", "bellwire", "--", "openapi"]);
    let document = process::output(&mut command)?;
    Ok(format!("{}\n", document.trim_end()))
}

/// Writes the document anew.
pub(crate) fn write() -> Result<()> {
    workspace::write(PATH, &generate()?)
}
