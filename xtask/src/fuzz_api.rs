//! `cargo xtask fuzz-api`: does the API hold to its own OpenAPI document, whatever it is sent?
//! schemathesis for Python makes requests from the document, valid ones and others, and judges the
//! answers of the real binary.

use anyhow::Result;

use crate::python;

/// Runs `scripts/fuzz-api/fuzz.py`.
pub(crate) fn run() -> Result<()> {
    python::judge("fuzz-api", "fuzz.py")
}
