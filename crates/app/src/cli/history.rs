//! `bellwire webhook history`: what was changed of a webhook, when, and by whom.

use anyhow::Result;
use serde_json::Value;

use super::target::{Target, moment, print_json_lines, text};
use crate::{
    api_client::ApiClient,
    say,
    terminal::{accent, faint, harmless, strong},
};

/// Shows the newest changes of the webhook at this path.
pub(super) fn run(client: &ApiClient, webhook: &str, limit: usize, json: bool) -> Result<()> {
    let items = Target::list(client, &format!("{webhook}/history"), limit)?;
    if json {
        return print_json_lines(&items);
    }
    for item in &items {
        say!(
            "{}  {}  {}  {}",
            faint(moment(item, "/at")),
            accent(format!("revision {}", text(item, "/revision"))),
            strong(text(item, "/action")),
            faint(format!("by {}", text(item, "/by/name")))
        )?;
        for change in item["changes"].as_array().into_iter().flatten() {
            say!(
                "    {}: {} → {}",
                text(change, "/field"),
                faint(shown(&change["before"])),
                shown(&change["after"])
            )?;
        }
    }
    if items.is_empty() {
        say!("{}", faint("nothing is known of changes"))?;
    }
    Ok(())
}

/// A value in one line.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => harmless(text),
        other => harmless(&other.to_string()),
    }
}
