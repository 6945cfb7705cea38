//! `POST /setup`: the first operator.

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
        docs::{BodyProblems, ConflictProblems, LinkProblems, SignInProblems},
    },
};

/// The routes of setting up.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(set_up))
}

/// The first operator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// What the link that the start printed ends with.
    #[schema(example = "bwl_…")]
    link: String,
    /// The e-mail address.
    #[schema(example = "ann@example.com", format = Email, max_length = 254)]
    email: String,
    /// For people.
    #[schema(
        example = "Ann Smith",
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: String,
    /// The password.
    #[schema(format = Password, min_length = 10, max_length = 1024)]
    password: String,
}

/// Makes the first operator, by the link that the start of the server printed, and signs them in.
#[utoipa::path(
    post,
    path = "/setup",
    tag = "session",
    extensions(("x-required-right" = json!("none"))),
    security(()),
    request_body(content = Setup, content_type = "application/json"),
    responses(
        (status = 200, description = "Made, and signed in.", body = SignedIn),
        BodyProblems,
        ConflictProblems,
        LinkProblems,
        SignInProblems
    )
)]
pub async fn set_up(
    State(state): State<AppState>,
    _: SameSite,
    Asking(caller): Asking,
    Json(new): Json<Setup>,
) -> Result<Response, Problem> {
    let made = state
        .service
        .set_up(&new.link, &new.email, &new.name, &new.password, &caller)
        .await?;
    Ok(signed_in(&state, &made))
}
