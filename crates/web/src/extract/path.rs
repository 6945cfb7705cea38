//! The variable parts of a path.
//!
//! Text that cannot name a thing names no thing: a malformed id is the same 404 as an unknown one.

use axum::extract::{FromRequestParts, RawPathParams};
use bellwire_core::ids::{
    ConditionId, DeliveryId, DeveloperPlanId, EventId, InspectorId, JobId, LinkId, SessionId,
    TokenId, UserId, WebhookId,
};
use http::request::Parts;
use utoipa::IntoParams;

use crate::{AppState, problem::Problem};

/// The value of a path parameter, percent-decoded.
///
/// # Errors
/// `not_found` when it is not UTF-8.
pub async fn param(parts: &mut Parts, name: &str, noun: &'static str) -> Result<String, Problem> {
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

id_of!(
    WebhookId = "webhook",
    EventId = "event",
    DeliveryId = "delivery",
    TokenId = "token",
    UserId = "user",
    SessionId = "session",
    LinkId = "link",
    JobId = "job",
    InspectorId = "inspector",
    DeveloperPlanId = "developer rate plan",
    ConditionId = "notification condition"
);

macro_rules! text_of {
    ($($(#[$doc:meta])* $wrapper:ident = $param:literal, $noun:literal;)+) => {
        $($(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $wrapper(pub String);

        impl FromRequestParts<AppState> for $wrapper {
            type Rejection = Problem;

            async fn from_request_parts(
                parts: &mut Parts,
                _state: &AppState,
            ) -> Result<Self, Problem> {
                param(parts, $param, $noun).await.map(Self)
            }
        })+
    };
}

text_of! {
    /// The path parameter `name`: an event type's.
    Name = "name", "event type";
    /// The path parameter `key`: a channel's.
    Key = "key", "channel";
    /// The path parameter `email`: a developer's.
    Email = "email", "developer";
    /// The path parameter `id`: a package's.
    PackageId = "id", "package";
    /// The path parameter `id`: a rate plan's.
    RatePlanId = "id", "rate plan";
    /// The path parameter `request`: one that arrived at an inspector.
    RequestParam = "request", "request";
}

/// The path parameter `n`: the number of an attempt within its delivery, from 1.
#[derive(Debug, Clone, Copy)]
pub struct AttemptNumber(pub u32);

impl FromRequestParts<AppState> for AttemptNumber {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> Result<Self, Problem> {
        let text = param(parts, "n", "attempt").await?;
        text.parse()
            .map(Self)
            .map_err(|_| Problem::not_found("attempt"))
    }
}

/// The delivery in the path and the number of one of its attempts, for the documentation.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AttemptPath {
    /// The delivery.
    #[param(value_type = String, format = Uuid)]
    pub id: String,
    /// Which attempt, from 1.
    #[param(minimum = 1, example = 1)]
    pub n: u32,
}

/// The organization in the path, for the documentation.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OrganizationPath {
    /// The organization's id.
    #[param(example = "acme")]
    pub org: String,
}

/// The thing in the path that has an id of ours, for the documentation.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct IdPath {
    /// Its id.
    #[param(value_type = String, format = Uuid)]
    pub id: String,
}

/// The request in the path, for the documentation.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InspectedPath {
    /// Its id.
    #[param(value_type = String, format = Uuid)]
    pub request: String,
}

/// The event type in the path, for the documentation.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct NamePath {
    /// The event type's name.
    #[param(example = "booking.created")]
    pub name: String,
}

/// The channel in the path, for the documentation.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct KeyPath {
    /// The channel's key.
    #[param(example = "account:cool")]
    pub key: String,
}

/// The developer in the path, for the documentation.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct EmailPath {
    /// The developer's e-mail address.
    #[param(example = "ada@example.com")]
    pub email: String,
}

/// The package in the path, for the documentation.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PackagePath {
    /// The package's id.
    #[param(example = "location")]
    pub id: String,
}

/// The rate plan in the path, for the documentation.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct RatePlanPath {
    /// The rate plan's id.
    #[param(example = "location_adjustable")]
    pub id: String,
}
