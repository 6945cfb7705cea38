//! `DELETE /session`

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use bellwire_core::service::Who;
use http::StatusCode;

use super::forget;
use crate::{
    AppState,
    auth::{self, cookie::Kind},
    problem::{
        Problem,
        docs::{AnybodyProblems, ConflictProblems, ForbiddenProblem},
    },
};

/// Signs out: the session that this came with has ended when this is answered.
#[utoipa::path(
    delete,
    path = "/session",
    tag = "session",
    extensions(("x-required-right" = json!("any"))),
    responses(
        (status = 204, description = "Signed out."),
        ForbiddenProblem,
        ConflictProblems,
        AnybodyProblems
    )
)]
pub async fn sign_out(
    State(state): State<AppState>,
    auth::SignedIn(principal): auth::SignedIn,
) -> Result<Response, Problem> {
    state.service.sign_out(&principal).await?;
    let kind = match principal.who {
        Who::Portal { .. } => Kind::Portal,
        Who::User { .. } | Who::Token(_) => Kind::User,
    };
    Ok((StatusCode::NO_CONTENT, forget(&state, kind)).into_response())
}
