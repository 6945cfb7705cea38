//! The variable parts of a path.
//!
//! Text that cannot name a thing names no thing: a malformed id is the same 404 as an unknown one.

use axum::extract::{FromRequestParts, RawPathParams};
use bellwire_core::ids::{DeliveryId, EventId, TokenId, WebhookId};
use http::request::Parts;

use crate::{AppState, problem::Problem};

/// The value of a path parameter, percent-decoded.
///
/// # Errors
/// `not_found` when it is not UTF-8.
pub async fn param(parts: &mut Parts, name: &str, noun: &str) -> Result<String, Problem> {
    let params = RawPathParams::from_request_parts(parts, &())
        .await
        .map_err(|_| Problem::not_found(noun))?;
    params
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
        .ok_or_else(|| Problem::not_found(noun))
}

/// The path parameter `id`, as the id of one kind of thing.
#[derive(Debug, Clone, Copy)]
pub struct Id<I>(pub I);

macro_rules! id_of {
    ($($id:ident = $noun:literal),+) => {
        $(impl FromRequestParts<AppState> for Id<$id> {
            type Rejection = Problem;

            async fn from_request_parts(
                parts: &mut Parts,
                _state: &AppState,
            ) -> Result<Self, Problem> {
                let text = param(parts, "id", $noun).await?;
                text.parse().map(Self).map_err(|_| Problem::not_found($noun))
            }
        })+
    };
}

id_of!(WebhookId = "webhook", EventId = "event", DeliveryId = "delivery", TokenId = "token");

/// The path parameter `name`: an event type's name or a channel's key.
#[derive(Debug, Clone)]
pub struct Named(pub String);

impl FromRequestParts<AppState> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> Result<Self, Problem> {
        param(parts, "name", "entry").await.map(Self)
    }
}
