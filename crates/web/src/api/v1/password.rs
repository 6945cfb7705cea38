//! `POST /password`: a password, by a link.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::session::{SignedIn, signed_in};
use crate::{
    AppState,
    auth::{Asking, cross_site::SameSite},
    extract::Json,
    problem::{
        Problem,
        docs::{BodyProblems, LinkProblems, SignInProblems},
    },
};

/// The routes of choosing a password.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(choose_password))
}

/// A password to choose.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenPassword {
    /// What the link ends with.
    #[schema(example = "bwl_…")]
    link: String,
    /// The password.
    #[schema(format = Password, min_length = 10, max_length = 1024)]
    password: String,
}

/// Chooses a password by a link, and signs in. Every other session of the user ends.
#[utoipa::path(
    post,
    path = "/password",
    tag = "session",
    extensions(("x-required-right" = json!("none"))),
    security(()),
    request_body(content = ChosenPassword, content_type = "application/json"),
    responses(
        (status = 200, description = "Chosen, and signed in.", body = SignedIn),
        BodyProblems,
        LinkProblems,
        SignInProblems
    )
)]
pub async fn choose_password(
    State(state): State<AppState>,
    _: SameSite,
    Asking(caller): Asking,
    Json(chosen): Json<ChosenPassword>,
) -> Result<Response, Problem> {
    let made = state
        .service
        .choose_password(&chosen.link, &chosen.password, &caller)
        .await?;
    Ok(signed_in(&state, &made))
}
