//! `bellwire webhook check-signature`: a request that a receiver did not believe, looked at piece by
//! piece.

use std::{io::Read, path::PathBuf};

use anyhow::Result;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::Args;
use serde_json::json;

use super::target::{print_json, text};
use crate::{
    api_client::ApiClient,
    failure::{Exit, Failure},
    say,
    terminal::{bad, faint, good, strong},
};

/// The most that is read of a file.
const MAX_BYTES: u64 = 8 << 20;

/// What the receiver got.
#[derive(Debug, Args)]
pub(super) struct Unbelieved {
    /// A file with the request's headers, `Name: value` on each line
    #[arg(long, value_name = "FILE")]
    headers: PathBuf,
    /// A file with the request's body, byte for byte
    #[arg(long, value_name = "FILE")]
    body: PathBuf,
    /// When the receiver got it (RFC 3339); now, otherwise
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

impl Unbelieved {
    /// Checks it for the webhook at this path. The exit code says whether it is valid.
    pub(super) fn run(&self, client: &ApiClient, webhook: &str, json: bool) -> Result<()> {
        let headers = read("--headers", &self.headers)?;
        let mut asked = json!({
            "headers": String::from_utf8_lossy(&headers),
            "body_base64": STANDARD.encode(read("--body", &self.body)?),
        });
        if let Some(at) = &self.at {
            asked["at"] = json!(at);
        }
        let report = client.post(&format!("{webhook}/check-signature"), &asked)?;
        let valid = report["valid"] == true;
        if json {
            print_json(&report)?;
        } else {
            let verdict = match valid {
                true => good("✓ a receiver with this webhook's secret takes this request"),
                false => bad("✗ a receiver with this webhook's secret refuses this request"),
            };
            say!("{}", strong(verdict))?;
            for check in report["checks"].as_array().into_iter().flatten() {
                let sentence = text(check, "/sentence");
                match check["outcome"].as_str() {
                    Some("ok") => say!("  {} {sentence}", good("✓"))?,
                    Some("problem") => say!("  {} {sentence}", bad("✗"))?,
                    _ => say!("  {} {}", faint("·"), faint(sentence))?,
                }
            }
        }
        if valid {
            Ok(())
        } else {
            Err(Failure::new(Exit::Failed, "the request is not valid").into())
        }
    }
}

fn read(flag: &str, path: &PathBuf) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes))
        .map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("cannot read {flag} {}: {error}", path.display()),
            )
        })?;
    Ok(bytes)
}
