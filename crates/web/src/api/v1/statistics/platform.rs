//! `GET /statistics`

use axum::{Json, extract::State};
use bellwire_core::statistics::GroupBy;
use utoipa::IntoParams;

use super::{
    Statistics,
    query::{SeriesQuery, group_by, in_query},
};
use crate::{
    AppState,
    auth::OfPlatform,
    extract::{Params, Query, ReadQuery},
    problem::{
        Problem,
        docs::{PlatformProblems, QueryProblems},
    },
};

/// What is counted apart.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PlatformStatisticsQuery {
    #[param(ignore)]
    series: SeriesQuery,
    /// Each `organization`, each `type`, or each `class` of what came back by itself, besides.
    #[param(value_type = Option<String>, example = "organization")]
    group_by: Option<GroupBy>,
}

impl ReadQuery for PlatformStatisticsQuery {
    const NAMES: &'static [&'static str] = &["since", "until", "step", "type", "group_by"];

    fn read(params: &Params) -> Result<Self, Problem> {
        let known = [GroupBy::Organization, GroupBy::Type, GroupBy::Class];
        Ok(Self {
            series: SeriesQuery::read(params)?,
            group_by: group_by(params, &known)?,
        })
    }
}

/// Counts, rates and latency of all organizations together, in steps. With `group_by=organization`
/// those of organizations that were deleted are left out; otherwise they stay in it.
#[utoipa::path(
    get,
    path = "/statistics",
    tag = "operations",
    extensions(("x-required-right" = json!("platform_read"))),
    params(SeriesQuery, PlatformStatisticsQuery),
    responses(
        (status = 200, description = "The counts.", body = Statistics),
        QueryProblems,
        PlatformProblems
    )
)]
pub async fn get_platform_statistics(
    State(state): State<AppState>,
    _: OfPlatform,
    Query(query): Query<PlatformStatisticsQuery>,
) -> Result<Json<Statistics>, Problem> {
    let asked = query.series.asked(None, query.group_by);
    let series = state
        .service
        .platform_statistics(asked)
        .await
        .map_err(in_query)?;
    Ok(Json(Statistics::new(&series, state.service.snapshot())))
}
