//! `bellwire event list`: the log, by what one looks for.

use anyhow::Result;
use clap::Args;

use super::{
    event::counts,
    target::{moment, print_json_lines, text},
};
use crate::{
    api_client::{Answer, ApiClient, query, segment},
    say,
    table::Table,
    terminal::{accent, faint, strong},
};

/// The most events of one request.
const PAGE: usize = 100;

/// Which events.
#[derive(Debug, Args)]
pub(super) struct List {
    /// Of this type
    #[arg(long = "type", value_name = "TYPE")]
    event_type: Option<String>,
    /// With a delivery in this state, or in one of several: failed,cancelled
    #[arg(long, value_name = "STATE")]
    state: Option<String>,
    /// With a delivery to this webhook; state, status and cause are then meant of it
    #[arg(long, value_name = "ID")]
    webhook: Option<String>,
    /// With this channel
    #[arg(long, value_name = "KEY")]
    channel: Option<String>,
    /// With an attempt that got this status, such as 503, or one of a class, such as 5xx
    #[arg(long)]
    status: Option<String>,
    /// With an attempt that got no response, for this cause, such as dns or connect_timeout
    #[arg(long)]
    cause: Option<String>,
    /// Last updated at or after this time, as 2026-11-21T08:30:00Z
    #[arg(long, value_name = "TIME")]
    updated_since: Option<String>,
    /// Last updated before this time
    #[arg(long, value_name = "TIME")]
    updated_until: Option<String>,
    /// Accepted at or after this time
    #[arg(long, value_name = "TIME")]
    created_since: Option<String>,
    /// Accepted before this time
    #[arg(long, value_name = "TIME")]
    created_until: Option<String>,
    /// Of this id: the event's, one of its deliveries', or your own
    #[arg(long)]
    id: Option<String>,
    /// Whose data contains this text, in upper or lower case
    #[arg(long = "text", short = 'q', value_name = "TEXT")]
    text: Option<String>,
    /// How many
    #[arg(long, short = 'n', default_value_t = 50)]
    limit: usize,
    /// How many more requests are made when one finds little in its time
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    patience: usize,
}

impl List {
    pub(super) fn run(self, client: &ApiClient, events: &str, json: bool) -> Result<()> {
        let (limit, patience) = (self.limit.max(1), self.patience);
        let parameters = query(&[
            ("limit", Some(limit.min(PAGE).to_string())),
            ("type", self.event_type),
            ("state", self.state),
            ("webhook", self.webhook),
            ("channel", self.channel),
            ("status", self.status),
            ("cause", self.cause),
            ("updated_since", self.updated_since),
            ("updated_until", self.updated_until),
            ("created_since", self.created_since),
            ("created_until", self.created_until),
            ("id", self.id),
            ("q", self.text),
        ]);
        let path = format!("{events}{parameters}");
        let (mut items, mut cursor) = (Vec::new(), None::<String>);
        let mut searched_back_to = None;
        for _ in 0..=patience {
            let after = cursor.map(|cursor| format!("&cursor={}", segment(&cursor)));
            let page = client.get(&format!("{path}{}", after.unwrap_or_default()))?;
            items.extend(page.items()?);
            searched_back_to = page["searched_back_to"].as_str().map(ToOwned::to_owned);
            cursor = page["next_cursor"].as_str().map(ToOwned::to_owned);
            if cursor.is_none() || items.len() >= limit {
                break;
            }
        }
        items.truncate(limit);
        show(&items, json)?;
        match searched_back_to.filter(|_| items.len() < limit) {
            Some(time) if !json => Ok(say!(
                "{}",
                faint(format!(
                    "searched back to {time}; go on with --created-until, or --patience"
                ))
            )?),
            _ => Ok(()),
        }
    }
}

fn show(items: &[Answer], json: bool) -> Result<()> {
    if json {
        return print_json_lines(items);
    }
    let mut table = Table::new(&["updated", "id", "type", "created", "deliveries"]);
    for item in items {
        table.row([
            moment(item, "/updated_at"),
            accent(text(item, "/id")).to_string(),
            strong(text(item, "/type")).to_string(),
            faint(moment(item, "/created_at")).to_string(),
            counts(item),
        ]);
    }
    Ok(table.print("no such event")?)
}
