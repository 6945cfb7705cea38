//! `GET /users`

use axum::{Json, extract::State};
use utoipa::IntoParams;

use super::User;
use crate::{
    AppState,
    api::v1::shape::List,
    auth::{OfPlatform, Read},
    cursor::Binding,
    extract::{Paging, Params, Query, ReadQuery},
    problem::{
        Problem,
        docs::{PlatformProblems, QueryProblems},
    },
};

/// Which users.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UserQuery {
    /// Those whose e-mail address begins like this.
    #[param(example = "ann")]
    q: Option<String>,
    #[param(ignore)]
    paging: Paging,
}

impl ReadQuery for UserQuery {
    const NAMES: &'static [&'static str] = &["q", "limit", "cursor"];

    fn read(params: &Params) -> Result<Self, Problem> {
        Ok(Self {
            q: params.text("q").map(str::to_owned),
            paging: Paging::read(params)?,
        })
    }
}

/// Lists users by e-mail address.
#[utoipa::path(
    get,
    path = "/users",
    tag = "people",
    extensions(("x-required-right" = json!("platform_read"))),
    params(UserQuery, Paging),
    responses(
        (status = 200, description = "One page.", body = List<User>),
        QueryProblems,
        PlatformProblems
    )
)]
pub async fn list_users(
    State(state): State<AppState>,
    _: OfPlatform<Read>,
    Query(query): Query<UserQuery>,
) -> Result<Json<List<User>>, Problem> {
    let q = query.q.as_deref();
    let binding = Binding::of(&["users", q.unwrap_or_default()]);
    let after = binding.text_after(&query.paging)?;
    let page = state
        .service
        .users(q, after.as_deref(), query.paging.limit())
        .await?;
    let snapshot = state.service.snapshot();
    Ok(Json(List {
        items: page
            .items
            .iter()
            .map(|user| User::of(user, snapshot))
            .collect(),
        next_cursor: page.next.map(|email| binding.encode(email.as_bytes())),
    }))
}
