//! Channels: what a form offers to choose from. Events and webhooks may carry others too.

pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod update;

use bellwire_core::{organization, time::Time};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// The routes of channels.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create::create_channel, list::list_channels))
        .routes(routes!(
            get::get_channel,
            update::update_channel,
            delete::delete_channel
        ))
}

/// What an event can be about beyond its type.
#[derive(Debug, Serialize, ToSchema)]
pub struct Channel {
    /// The key that events and webhooks carry.
    #[schema(example = "account:cool")]
    key: String,
    /// For people.
    #[schema(example = "Cool Hotels")]
    label: String,
    /// What the channel stands for.
    #[schema(example = "account")]
    kind: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Time,
}

impl From<organization::Channel> for Channel {
    fn from(channel: organization::Channel) -> Self {
        Self {
            key: channel.key,
            label: channel.label,
            kind: channel.kind,
            created_at: channel.created_at,
            updated_at: channel.updated_at,
        }
    }
}
