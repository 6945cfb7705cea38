//! `GET /organizations/{org}/developer-rate-plans`

use axum::{Json, extract::State};
use utoipa::IntoParams;

use super::DeveloperRatePlan;
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

/// Whose, and of what. Everything given must hold.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeveloperRatePlanQuery {
    /// Of this developer.
    #[param(example = "ada@example.com")]
    pub developer: Option<String>,
    /// Of this rate plan.
    #[param(example = "location_adjustable")]
    pub rate_plan: Option<String>,
    #[param(ignore)]
    pub(in crate::api::v1) paging: Paging,
}

impl ReadQuery for DeveloperRatePlanQuery {
    const NAMES: &'static [&'static str] = &["developer", "rate_plan", "limit", "cursor"];

    fn read(params: &Params) -> Result<Self, Problem> {
        Ok(Self {
            developer: params.text("developer").map(str::to_owned),
            rate_plan: params.text("rate_plan").map(str::to_owned),
            paging: Paging::read(params)?,
        })
    }
}

/// Lists the rate plans that developers have bought, oldest first.
#[utoipa::path(
    get,
    path = "/organizations/{org}/developer-rate-plans",
    tag = "usage",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, DeveloperRatePlanQuery, Paging),
    responses(
        (status = 200, description = "One page.", body = List<DeveloperRatePlan>),
        QueryProblems,
        WholeProblems
    )
)]
pub async fn list_developer_rate_plans(
    State(state): State<AppState>,
    within: Whole,
    Query(query): Query<DeveloperRatePlanQuery>,
) -> Result<Json<List<DeveloperRatePlan>>, Problem> {
    let parts = [
        "developer_rate_plans",
        &within.id().to_string(),
        &format!("{:?}", (&query.developer, &query.rate_plan)),
    ];
    let place = Place::of(Binding::of(&parts), &query.paging)?;
    let listing = state
        .service
        .developer_plans(
            within.slug(),
            query.developer,
            query.rate_plan,
            place.window,
        )
        .await?;
    Ok(Json(place.documents(listing)))
}
