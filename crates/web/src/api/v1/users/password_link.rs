//! `POST /users/{id}/password-link`

use axum::{Json, extract::State};
use bellwire_core::{ids::UserId, service::PASSWORD_LINK_US, time::Time};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    AppState,
    api::v1::shape::{NO_STORE, NoStore},
    auth::{Manage, OfPlatform},
    extract::{Id, IdPath},
    problem::{
        Problem,
        docs::{MissingProblem, PlatformProblems},
    },
};

/// A link with which somebody chooses a password.
#[derive(Serialize, ToSchema)]
pub struct PasswordLink {
    /// Shown now and never again.
    #[schema(example = "https://hooks.example.com/password/bwl_…")]
    url: String,
    /// When it stops working.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Time,
}

/// Makes a link with which the user chooses a password. It works once, for three days; those made
/// before stop working.
#[utoipa::path(
    post,
    path = "/users/{id}/password-link",
    tag = "people",
    extensions(("x-required-right" = json!("platform_admin"))),
    params(IdPath),
    responses(
        (status = 201, description = "Made.", body = PasswordLink),
        PlatformProblems,
        MissingProblem
    )
)]
pub async fn create_password_link(
    State(state): State<AppState>,
    platform: OfPlatform<Manage>,
    Id(id): Id<UserId>,
) -> Result<(StatusCode, NoStore, Json<PasswordLink>), Problem> {
    // Before it is made, so that the answer never promises more than is kept.
    let expires_at = state.service.now() + PASSWORD_LINK_US;
    let text = state.service.password_link(id, platform.by()).await?;
    let link = PasswordLink {
        url: state.url(&format!("/password/{text}")),
        expires_at,
    };
    Ok((StatusCode::CREATED, NO_STORE, Json(link)))
}
