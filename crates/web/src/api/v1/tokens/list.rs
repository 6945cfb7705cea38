//! `GET /tokens`

use axum::{Json, extract::State};
use bellwire_core::ids::TokenId;
use utoipa::IntoParams;

use super::Token;
use crate::{
    AppState,
    api::v1::shape::List,
    auth::OfPlatform,
    cursor::Binding,
    extract::{Paging, Params, Query, ReadQuery, query::wrong},
    problem::{
        Problem,
        docs::{PlatformProblems, QueryProblems},
    },
};

/// Which tokens.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TokenQuery {
    /// Those of this organization only.
    pub organization: Option<String>,
    #[param(ignore)]
    paging: Paging,
}

impl ReadQuery for TokenQuery {
    const NAMES: &'static [&'static str] = &["organization", "limit", "cursor"];

    fn read(params: &Params) -> Result<Self, Problem> {
        Ok(Self {
            organization: params.text("organization").map(str::to_owned),
            paging: Paging::read(params)?,
        })
    }
}

/// Lists tokens, newest first, revoked ones included. Secrets are not kept and cannot be listed.
#[utoipa::path(
    get,
    path = "/tokens",
    tag = "tokens",
    extensions(("x-required-right" = json!("platform_read"))),
    params(TokenQuery, Paging),
    responses(
        (status = 200, description = "One page.", body = List<Token>),
        QueryProblems,
        PlatformProblems
    )
)]
pub async fn list_tokens(
    State(state): State<AppState>,
    _: OfPlatform,
    Query(query): Query<TokenQuery>,
) -> Result<Json<List<Token>>, Problem> {
    let slug = query.organization.as_deref();
    if let Some(slug) = slug
        && state.service.snapshot().organization(slug).is_none()
    {
        return Err(wrong("organization", "there is no organization of this id"));
    }
    page(&state, slug, &query.paging).await.map(Json)
}

/// One page, of an organization or of all.
pub(super) async fn page(
    state: &AppState,
    slug: Option<&str>,
    paging: &Paging,
) -> Result<List<Token>, Problem> {
    let binding = Binding::of(&["tokens", &format!("{slug:?}")]);
    let after = binding.bytes_after::<16>(paging)?.map(TokenId::from_bytes);
    let mut tokens = state.service.tokens(slug).await?;
    // Ids carry their time: the newest first, and a cursor that stays right when one is added.
    tokens.sort_unstable_by_key(|token| std::cmp::Reverse(token.id));
    let limit = paging.limit();
    let mut items: Vec<Token> = tokens
        .iter()
        .filter(|token| after.is_none_or(|last| token.id < last))
        .filter_map(|token| Token::of(token, state.service.snapshot()))
        .take(limit + 1)
        .collect();
    let more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = items
        .last()
        .filter(|_| more)
        .map(|last| binding.encode(last.id.as_bytes()));
    Ok(List { items, next_cursor })
}
