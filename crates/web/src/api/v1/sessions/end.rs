//! `DELETE /sessions/{id}`

use axum::extract::State;
use bellwire_core::ids::SessionId;
use http::StatusCode;

use super::AsUser;
use crate::{
    AppState,
    extract::{Id, IdPath},
    problem::{
        Problem,
        docs::{AnybodyProblems, ForbiddenProblem, MissingProblem},
    },
};

/// Ends one session of the user who asks, on whichever browser it is.
#[utoipa::path(
    delete,
    path = "/sessions/{id}",
    tag = "session",
    extensions(("x-required-right" = json!("any"))),
    params(IdPath),
    responses(
        (status = 204, description = "Ended."),
        ForbiddenProblem,
        MissingProblem,
        AnybodyProblems
    )
)]
pub async fn end_session(
    State(state): State<AppState>,
    user: AsUser,
    Id(id): Id<SessionId>,
) -> Result<StatusCode, Problem> {
    let by = &user.principal.actor;
    state.service.end_session(user.id, id, by).await?;
    Ok(StatusCode::NO_CONTENT)
}
