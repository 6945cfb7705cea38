//! The checked-in OpenAPI document, written from the code. A test of crates/app holds it equal to that.

use anyhow::Result;

use crate::{process, workspace};

/// Where it is checked in.
const PATH: &str = "docs/reference/openapi.json";

/// Writes the document anew.
pub(crate) fn write() -> Result<()> {
    let mut command = process::cargo(&["run", "--quiet", "--package", "bellwire", "--", "openapi"]);
    let document = process::output(&mut command)?;
    workspace::write(PATH, &format!("{}\n", document.trim_end()))
}
