//! `POST /session`

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{SignedIn, signed_in};
use crate::{
    AppState,
    auth::{Asking, cross_site::SameSite},
    extract::Json,
    problem::{
        Problem,
        docs::{BodyProblems, SignInProblems},
    },
};

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    /// The e-mail address.
    #[schema(example = "ann@example.com")]
    email: String,
    /// The password.
    #[schema(format = Password)]
    password: String,
}

/// Signs in: the answer sets the cookie of a session. An unknown user and a wrong password are not
/// told apart.
#[utoipa::path(
    post,
    path = "/session",
    tag = "session",
    extensions(("x-required-right" = json!("none"))),
    security(()),
    request_body(content = NewSession, content_type = "application/json"),
    responses(
        (status = 200, description = "Signed in.", body = SignedIn),
        BodyProblems,
        SignInProblems
    )
)]
pub async fn sign_in(
    State(state): State<AppState>,
    _: SameSite,
    Asking(caller): Asking,
    Json(new): Json<NewSession>,
) -> Result<Response, Problem> {
    let made = state
        .service
        .sign_in(&new.email, &new.password, &caller)
        .await?;
    Ok(signed_in(&state, &made))
}
