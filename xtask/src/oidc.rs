//! `cargo xtask oidc`: installs the identity provider that the tests of sign-in use, npm's
//! `oidc-provider`, below `target/`: the versions that scripts/oidc pins.

use anyhow::Result;

use crate::npm;

/// Makes sure that what is pinned is there.
pub(crate) fn install() -> Result<()> {
    npm::install("oidc")
}
