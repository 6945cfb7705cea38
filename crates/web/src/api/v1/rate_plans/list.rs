//! `GET /organizations/{org}/rate-plans`

use axum::{Json, extract::State};
use utoipa::IntoParams;

use super::RatePlan;
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

/// Which rate plans.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RatePlanQuery {
    /// Of this package.
    #[param(example = "location")]
    pub package: Option<String>,
    #[param(ignore)]
    paging: Paging,
}

impl ReadQuery for RatePlanQuery {
    const NAMES: &'static [&'static str] = &["package", "limit", "cursor"];

    fn read(params: &Params) -> Result<Self, Problem> {
        Ok(Self {
            package: params.text("package").map(str::to_owned),
            paging: Paging::read(params)?,
        })
    }
}

/// Lists rate plans, oldest first.
#[utoipa::path(
    get,
    path = "/organizations/{org}/rate-plans",
    tag = "usage",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, RatePlanQuery, Paging),
    responses(
        (status = 200, description = "One page.", body = List<RatePlan>),
        QueryProblems,
        WholeProblems
    )
)]
pub async fn list_rate_plans(
    State(state): State<AppState>,
    within: Whole,
    Query(query): Query<RatePlanQuery>,
) -> Result<Json<List<RatePlan>>, Problem> {
    let parts = [
        "rate_plans",
        &within.id().to_string(),
        &format!("{:?}", query.package),
    ];
    let place = Place::of(Binding::of(&parts), &query.paging)?;
    let listing = state
        .service
        .rate_plans(within.slug(), query.package, place.window)
        .await?;
    Ok(Json(place.documents(listing)))
}
