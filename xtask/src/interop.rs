//! `cargo xtask interop`: do our signatures verify with a library that somebody else wrote, in
//! another language? The official `standardwebhooks` package for Python says so, about requests
//! that the real binary sent.

use anyhow::Result;

use crate::python;

/// Runs `scripts/interop/check.py`.
pub(crate) fn run() -> Result<()> {
    python::judge("interop", "check.py")
}
