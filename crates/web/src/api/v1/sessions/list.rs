//! `GET /sessions`

use axum::{Json, extract::State};

use super::{SessionEntry, user_of};
use crate::{
    AppState,
    api::v1::shape::List,
    auth::SignedIn,
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
    SignedIn(principal): SignedIn,
) -> Result<Json<List<SessionEntry>>, Problem> {
    let sessions = state.service.sessions(user_of(&principal)?).await?;
    Ok(Json(List {
        items: sessions
            .into_iter()
            .map(|session| SessionEntry::of(session, &principal))
            .collect(),
        next_cursor: None,
    }))
}
