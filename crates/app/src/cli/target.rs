//! What every command that talks to a server takes: where it is, the token, the organization, and
//! how to show the answer.

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value};

use crate::{
    api_client::{Answer, ApiClient, segment},
    failure::{Exit, Failure},
    json_text, say,
    table::Table,
    terminal::{accent, good, harmless},
};

/// Which server, with which token.
#[derive(Debug, Clone, Args)]
pub(super) struct Target {
    /// The server
    #[arg(
        long,
        global = true,
        help_heading = "Server",
        env = "BELLWIRE_URL",
        default_value = "http://127.0.0.1:8040",
        value_name = "URL"
    )]
    url: String,
    /// An API token (bw_…)
    #[arg(
        long,
        global = true,
        help_heading = "Server",
        env = "BELLWIRE_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    token: Option<String>,
    /// Print JSON: the server's answer, one object a line for lists
    #[arg(long, global = true, help_heading = "Server")]
    pub(super) json: bool,
}

impl Target {
    /// A client of the server.
    pub(super) fn client(&self) -> Result<ApiClient> {
        let Some(token) = &self.token else {
            return Err(Failure::new(
                Exit::Usage,
                "a token is needed: give it with --token or BELLWIRE_TOKEN; \
                 `bellwire token create --local --name me` makes one on the server's machine",
            )
            .into());
        };
        Ok(ApiClient::new(&self.url, token.trim()))
    }

    /// Every entry of a list, following its cursors, at most `limit`.
    pub(super) fn list(client: &ApiClient, path: &str, limit: usize) -> Result<Vec<Answer>> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        let joiner = if path.contains('?') { '&' } else { '?' };
        loop {
            let page_size = (limit - items.len()).min(100);
            let mut url = format!("{path}{joiner}limit={page_size}");
            if let Some(cursor) = &cursor {
                url.push_str(&format!("&cursor={}", segment(cursor)));
            }
            let page = client.get(&url)?;
            items.extend(page.items()?);
            cursor = page["next_cursor"].as_str().map(ToOwned::to_owned);
            if cursor.is_none() || items.len() >= limit {
                items.truncate(limit);
                return Ok(items);
            }
        }
    }
}

/// Which organization.
#[derive(Debug, Clone, Args)]
pub(super) struct Within {
    /// The organization
    #[arg(
        long,
        short,
        global = true,
        help_heading = "Server",
        env = "BELLWIRE_ORGANIZATION",
        value_name = "ID"
    )]
    organization: Option<String>,
}

impl Within {
    /// Its path: `/organizations/acme`.
    pub(super) fn path(&self) -> Result<String> {
        match &self.organization {
            Some(organization) => Ok(format!("/organizations/{}", segment(organization))),
            None => Err(Failure::new(
                Exit::Usage,
                "an organization is needed: give it with --organization or BELLWIRE_ORGANIZATION; \
                 `bellwire organization list` lists them",
            )
            .into()),
        }
    }
}

/// A text of an answer, made harmless; empty when it is not there.
pub(super) fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => harmless(text),
        None | Some(Value::Null) => String::new(),
        Some(other) => harmless(&other.to_string()),
    }
}

/// The texts of an array of an answer, separated by commas; `nothing` when it is empty.
pub(super) fn texts(value: &Value, pointer: &str, nothing: &str) -> String {
    let items: Vec<String> = value
        .pointer(pointer)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|item| item.as_str().map(harmless))
        .collect();
    if items.is_empty() {
        nothing.to_owned()
    } else {
        items.join(", ")
    }
}

/// A time of an answer, to the second and without the `T`.
pub(super) fn moment(value: &Value, pointer: &str) -> String {
    let text = text(value, pointer);
    match text.split_once('T') {
        Some((day, time)) => format!("{day} {}", time.get(..8).unwrap_or(time)),
        None => text,
    }
}

/// Prints each entry as one line of JSON.
pub(super) fn print_json_lines(items: &[Answer]) -> Result<()> {
    for item in items {
        say!("{}", item.raw())?;
    }
    Ok(())
}

/// Prints one answer as indented JSON.
pub(super) fn print_json(answer: &Answer) -> Result<()> {
    let pretty = json_text::pretty(answer.raw().as_bytes());
    say!("{}", pretty.as_deref().unwrap_or(answer.raw()))?;
    Ok(())
}

/// The body of those fields that have a value.
pub(super) fn fields<const N: usize>(given: [(&str, Option<Value>); N]) -> Map<String, Value> {
    given
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

/// Refuses to delete what somebody has not said yes to.
pub(super) fn meant(yes: bool, id: &str, also: &str) -> Result<()> {
    if yes {
        return Ok(());
    }
    let message = format!("this deletes `{id}` {also}; add --yes if that is meant");
    Err(Failure::new(Exit::Usage, message).into())
}

/// Says that something was deleted.
pub(super) fn deleted(id: &str, json: bool) -> Result<()> {
    if !json {
        say!("{} {}", good("deleted"), accent(id))?;
    }
    Ok(())
}

/// Prints one answer: these fields of it that are not empty, and who made and changed it when.
pub(super) fn show<const N: usize>(
    answer: &Answer,
    json: bool,
    shown: [(&str, String); N],
) -> Result<()> {
    if json {
        return print_json(answer);
    }
    let stamp = |at: &str, by: &str| format!("{} by {}", moment(answer, at), text(answer, by));
    let stamps = [
        ("created", stamp("/created_at", "/created_by")),
        ("changed", stamp("/updated_at", "/updated_by")),
    ];
    let mut table = Table::new(&["field", "value"]);
    for (name, value) in shown.into_iter().chain(stamps) {
        if !value.is_empty() {
            table.row([name.to_owned(), value]);
        }
    }
    Ok(table.print("")?)
}
