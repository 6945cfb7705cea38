//! Trying a webhook: which triggers there are, a callback as it would be sent, and sending it.
//!
//! The routes are the original's, `…/webhooks/{id}/test/{developer}/{application}/{product}/{rate
//! plan}`, so that what it is about stands in the path.

pub mod send;
pub mod show;
pub mod triggers;

use bellwire_core::usage::TRIGGER_REASON;
use http::request::Parts;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{AppState, extract::path::param, problem::Problem};

/// The routes of samples.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            triggers::list_mint_triggers,
            send::send_mint_sample
        ))
        .routes(routes!(
            show::get_mint_sample,
            send::send_mint_sample_of_trigger
        ))
}

/// A trigger of the path that there is.
#[derive(Debug, Clone, Copy)]
pub struct Trigger;

impl axum::extract::FromRequestParts<AppState> for Trigger {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> Result<Self, Problem> {
        let trigger = param(parts, "trigger", "trigger type").await?;
        if trigger == TRIGGER_REASON {
            Ok(Self)
        } else {
            Err(Problem::not_found("trigger type"))
        }
    }
}
