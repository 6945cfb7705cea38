//! `DELETE /sessions/{id}`

use axum::extract::State;
use bellwire_core::ids::SessionId;
use http::StatusCode;

use super::user_of;
use crate::{
    AppState,
    auth::SignedIn,
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
    SignedIn(principal): SignedIn,
    Id(id): Id<SessionId>,
) -> Result<StatusCode, Problem> {
    let user = user_of(&principal)?;
    state
        .service
        .end_session(user, id, &principal.actor)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
