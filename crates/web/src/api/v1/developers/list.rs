//! `GET /organizations/{org}/developers`

use axum::{Json, extract::State};
use utoipa::IntoParams;

use super::Developer;
use crate::{
    AppState,
    api::v1::{documents::Place, shape::List},
    auth::Whole,
    cursor::Binding,
    extract::{OrganizationPath, Paging, Params, Query, ReadQuery},
    problem::{
        Problem,
        docs::{QueryProblems, WholeProblems},
    },
};

/// Which developers.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeveloperQuery {
    /// Text in the e-mail address, a name, the company, an application or an attribute, in any case.
    #[param(example = "ada")]
    pub q: Option<String>,
    #[param(ignore)]
    paging: Paging,
}

impl ReadQuery for DeveloperQuery {
    const NAMES: &'static [&'static str] = &["q", "limit", "cursor"];

    fn read(params: &Params) -> Result<Self, Problem> {
        Ok(Self {
            q: params.text("q").map(str::to_owned),
            paging: Paging::read(params)?,
        })
    }
}

/// Lists developers, oldest first.
#[utoipa::path(
    get,
    path = "/organizations/{org}/developers",
    tag = "usage",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, DeveloperQuery, Paging),
    responses(
        (status = 200, description = "One page.", body = List<Developer>),
        QueryProblems,
        WholeProblems
    )
)]
pub async fn list_developers(
    State(state): State<AppState>,
    within: Whole,
    Query(query): Query<DeveloperQuery>,
) -> Result<Json<List<Developer>>, Problem> {
    let parts = [
        "developers",
        &within.id().to_string(),
        &format!("{:?}", query.q),
    ];
    let place = Place::of(Binding::of(&parts), &query.paging)?;
    let listing = state
        .service
        .developers(within.slug(), query.q, place.window)
        .await?;
    Ok(Json(place.documents(listing)))
}
