//! `bellwire webhook secret`: what signs a webhook's requests; rotated, and the old one retired.

use anyhow::Result;
use clap::Args;
use serde_json::json;

use super::target::{moment, print_json, text};
use crate::{
    api_client::ApiClient,
    say,
    terminal::{faint, warm},
};

/// Which webhook, and what to do first.
#[derive(Debug, Args)]
pub(super) struct Secret {
    /// The webhook
    pub(super) id: String,
    /// Make a new one first; the old one signs too for the grace period
    #[arg(long)]
    rotate: bool,
    /// For how many seconds the old one goes on signing
    #[arg(long, requires = "rotate", value_name = "SECONDS")]
    grace_s: Option<u64>,
    /// End the old ones now; only the newest signs from here on
    #[arg(long, conflicts_with = "rotate")]
    retire: bool,
}

impl Secret {
    /// Shows the secret that stays, and says until when others sign.
    pub(super) fn run(&self, client: &ApiClient, webhook: &str, json: bool) -> Result<()> {
        let path = format!("{webhook}/secret");
        let answer = if self.rotate {
            let body = self
                .grace_s
                .map_or_else(|| json!({}), |seconds| json!({"grace_s": seconds}));
            client.post(&format!("{path}/rotate"), &body)?
        } else if self.retire {
            client.post(&format!("{path}/retire"), &json!({}))?
        } else {
            client.get(&path)?
        };
        if json {
            return print_json(&answer);
        }
        say!("{}", text(&answer, "/secrets/0/secret"))?;
        for old in answer["secrets"].as_array().into_iter().flatten().skip(1) {
            if old["signs"] == true {
                let until = moment(old, "/expires_at");
                say!("{}", warm(format!("an older one signs too until {until}")))?;
            }
        }
        let count = text(&answer, "/since_rotation/succeeded");
        let more = match answer["since_rotation"]["more"] == true {
            true => " or more",
            false => "",
        };
        say!(
            "{}",
            faint(format!(
                "{count}{more} requests have succeeded since it was made"
            ))
        )?;
        Ok(())
    }
}
