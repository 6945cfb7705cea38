//! `PATCH /users/{id}`

use axum::extract::State;
use bellwire_core::{ids::UserId, service};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{NewMembership, User};
use crate::{
    AppState,
    api::v1::shape::{given, given_or_null},
    auth::{Manage, OfPlatform},
    extract::{Id, IdPath, Json, Object},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, MissingProblem, PlatformProblems},
    },
};

/// What to change of a user. What is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserChange {
    /// Their e-mail address.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false, format = Email, max_length = 254)]
    email: Option<String>,
    /// For people.
    #[serde(default, deserialize_with = "given")]
    #[schema(
        value_type = String,
        required = false,
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: Option<String>,
    /// Stands above organizations. The last operator cannot be demoted.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = bool, required = false)]
    operator: Option<bool>,
    /// May not sign in.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = bool, required = false)]
    disabled: Option<bool>,
    /// All roles in organizations.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Vec<NewMembership>, required = false)]
    memberships: Option<Vec<Object<NewMembership>>>,
    /// The language of their pages; null: as the browser says.
    #[serde(default, deserialize_with = "given_or_null")]
    #[schema(
        value_type = Option<String>,
        example = "it",
        min_length = 1,
        max_length = 35,
        pattern = "^[0-9A-Za-z-]*$"
    )]
    language: Option<Option<String>>,
}

/// Changes a user. A change of what they may do, or of how they sign in, ends their sessions.
#[utoipa::path(
    patch,
    path = "/users/{id}",
    tag = "people",
    extensions(("x-required-right" = json!("platform_admin"))),
    params(IdPath),
    request_body(content = UserChange, content_type = "application/json"),
    responses(
        (status = 200, description = "The user as it is now.", body = User),
        BodyProblems,
        ConflictProblems,
        PlatformProblems,
        MissingProblem
    )
)]
pub async fn update_user(
    State(state): State<AppState>,
    platform: OfPlatform<Manage>,
    Id(id): Id<UserId>,
    Json(change): Json<UserChange>,
) -> Result<axum::Json<User>, Problem> {
    let patch = service::UserPatch {
        email: change.email,
        name: change.name,
        operator: change.operator,
        disabled: change.disabled,
        memberships: change.memberships.map(|memberships| {
            NewMembership::roles(memberships.into_iter().map(|Object(one)| one).collect())
        }),
        language: change.language,
    };
    let user = state.service.update_user(id, patch, platform.by()).await?;
    Ok(axum::Json(User::of(&user, state.service.snapshot())))
}
