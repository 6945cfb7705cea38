//! `GET /organizations/{org}/notification-conditions`

use axum::{Json, extract::State};
use utoipa::IntoParams;

use super::NotificationCondition;
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

/// Which notification conditions.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ConditionQuery {
    /// Of this rate plan.
    #[param(example = "location_adjustable")]
    pub rate_plan: Option<String>,
    #[param(ignore)]
    paging: Paging,
}

impl ReadQuery for ConditionQuery {
    const NAMES: &'static [&'static str] = &["rate_plan", "limit", "cursor"];

    fn read(params: &Params) -> Result<Self, Problem> {
        Ok(Self {
            rate_plan: params.text("rate_plan").map(str::to_owned),
            paging: Paging::read(params)?,
        })
    }
}

/// Lists notification conditions, oldest first.
#[utoipa::path(
    get,
    path = "/organizations/{org}/notification-conditions",
    tag = "usage",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, ConditionQuery, Paging),
    responses(
        (status = 200, description = "One page.", body = List<NotificationCondition>),
        QueryProblems,
        WholeProblems
    )
)]
pub async fn list_notification_conditions(
    State(state): State<AppState>,
    within: Whole,
    Query(query): Query<ConditionQuery>,
) -> Result<Json<List<NotificationCondition>>, Problem> {
    let parts = [
        "notification_conditions",
        &within.id().to_string(),
        &format!("{:?}", query.rate_plan),
    ];
    let place = Place::of(Binding::of(&parts), &query.paging)?;
    let listing = state
        .service
        .conditions(within.slug(), query.rate_plan, place.window)
        .await?;
    Ok(Json(place.documents(listing)))
}
