//! Inspectors: private URLs that keep what arrives there, for people to look at (EVI-16). What arrives
//! comes in through `crates/web/src/inspect.rs`, which is no part of the API.

pub mod clear;
pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod request;
pub mod requests;
pub mod update;

use bellwire_core::{ids::InspectorId, inspector, time::Time};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// The routes of inspectors.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create::create_inspector, list::list_inspectors))
        .routes(routes!(
            get::get_inspector,
            update::update_inspector,
            delete::delete_inspector
        ))
        .routes(routes!(
            requests::list_inspected_requests,
            clear::clear_inspected_requests
        ))
        .routes(routes!(request::get_inspected_request))
}

/// A private URL that keeps what arrives there.
#[derive(Debug, Serialize, ToSchema)]
pub struct Inspector {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    id: InspectorId,
    /// For people; may be empty.
    #[schema(example = "First try")]
    name: String,
    /// Send requests here. Whoever knows it can; nobody can guess it.
    #[schema(example = "https://hooks.example.com/inspect/…")]
    url: String,
    /// The channels of whoever made it: only who has all of them sees it. Empty when it belongs to the
    /// organization itself.
    #[schema(example = json!(["account:cool"]))]
    channels: Vec<String>,
    /// What it answers.
    answer: InspectorAnswer,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// Who made it.
    created_by: String,
    /// When something last arrived, or it was last changed.
    #[schema(value_type = String, format = DateTime)]
    used_at: Time,
    /// When it is removed, if nothing arrives until then.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Time,
}

/// What an inspector answers.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct InspectorAnswer {
    /// The status: 200, 204, 410, 500 or 503.
    #[schema(example = 200)]
    status: u16,
    /// After how many seconds, 10 at most.
    #[schema(example = 0)]
    delay_s: u8,
}

impl AppState {
    /// Where an inspector is reached.
    #[must_use]
    pub fn inspector_url(&self, id: InspectorId) -> String {
        self.url(&self.service.inspector_path(id))
    }
}

impl Inspector {
    /// The answer's form of an inspector.
    fn of(state: &AppState, one: inspector::Inspector) -> Self {
        Self {
            url: state.inspector_url(one.id),
            expires_at: one.expires_at(),
            id: one.id,
            name: one.name,
            channels: one.channels,
            answer: InspectorAnswer {
                status: one.answering.status,
                delay_s: one.answering.delay_s,
            },
            created_at: one.created_at,
            created_by: one.created_by,
            used_at: one.used_at,
        }
    }
}
