//! `GET /organizations/{org}/packages`

use axum::{Json, extract::State};
use utoipa::IntoParams;

use super::Package;
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

/// Which packages.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PackageQuery {
    /// Text in the id, the name, the description or a product, in any case.
    #[param(example = "location")]
    pub q: Option<String>,
    #[param(ignore)]
    paging: Paging,
}

impl ReadQuery for PackageQuery {
    const NAMES: &'static [&'static str] = &["q", "limit", "cursor"];

    fn read(params: &Params) -> Result<Self, Problem> {
        Ok(Self {
            q: params.text("q").map(str::to_owned),
            paging: Paging::read(params)?,
        })
    }
}

/// Lists packages, oldest first.
#[utoipa::path(
    get,
    path = "/organizations/{org}/packages",
    tag = "usage",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, PackageQuery, Paging),
    responses(
        (status = 200, description = "One page.", body = List<Package>),
        QueryProblems,
        WholeProblems
    )
)]
pub async fn list_packages(
    State(state): State<AppState>,
    within: Whole,
    Query(query): Query<PackageQuery>,
) -> Result<Json<List<Package>>, Problem> {
    let parts = [
        "packages",
        &within.id().to_string(),
        &format!("{:?}", query.q),
    ];
    let place = Place::of(Binding::of(&parts), &query.paging)?;
    let listing = state
        .service
        .packages(within.slug(), query.q, place.window)
        .await?;
    Ok(Json(place.documents(listing)))
}
