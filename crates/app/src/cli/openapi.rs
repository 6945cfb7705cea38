//! `bellwire openapi`: the API's document as this build serves it. For `cargo xtask openapi`, which
//! checks it in; people find it at `/openapi.json`.

use anyhow::Result;
use clap::Args;

use crate::say;

/// Print the OpenAPI document.
#[derive(Debug, Args)]
pub(super) struct Openapi {}

impl Openapi {
    pub(super) fn run(self) -> Result<()> {
        Ok(say!("{}", bellwire_web::openapi().to_pretty_json()?)?)
    }
}
