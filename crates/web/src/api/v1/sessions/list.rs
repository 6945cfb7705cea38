//! `GET /sessions`

use axum::{Json, extract::State};

use super::{AsUser, SessionEntry};
use crate::{
    AppState,
    api::v1::shape::List,
    problem::{
        Problem,
        docs::{AnybodyProblems, ForbiddenProblem},
    },
};

/// Lists where the user who asks is signed in, newest first, all on one page.
#[utoipa::path(
    get,
    path = "/sessions",
    tag = "session",
    extensions(("x-required-right" = json!("any"))),
    responses(
        (status = 200, description = "The sessions.", body = List<SessionEntry>),
        ForbiddenProblem,
        AnybodyProblems
    )
)]
pub async fn list_sessions(
    State(state): State<AppState>,
    user: AsUser,
) -> Result<Json<List<SessionEntry>>, Problem> {
    let sessions = state.service.sessions(user.id).await?;
    Ok(Json(List {
        items: sessions
            .into_iter()
            .map(|session| SessionEntry::of(session, &user.principal))
            .collect(),
        next_cursor: None,
    }))
}
