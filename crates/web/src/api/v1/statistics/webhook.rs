//! `GET /organizations/{org}/webhooks/{id}/statistics`

use axum::{Json, extract::State};
use bellwire_core::{ids::WebhookId, statistics::GroupBy};
use utoipa::IntoParams;

use super::{
    Statistics,
    query::{SeriesQuery, group_by, in_query},
};
use crate::{
    AppState,
    auth::Within,
    extract::{Id, IdPath, OrganizationPath, Params, Query, ReadQuery},
    problem::{
        Problem,
        docs::{OrganizationProblems, QueryProblems},
    },
};

/// What is counted apart.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WebhookStatisticsQuery {
    #[param(ignore)]
    series: SeriesQuery,
    /// Each `type`, or each `class` of what came back by itself, besides.
    #[param(value_type = Option<String>, example = "class")]
    group_by: Option<GroupBy>,
}

impl ReadQuery for WebhookStatisticsQuery {
    const NAMES: &'static [&'static str] = &["since", "until", "step", "type", "group_by"];

    fn read(params: &Params) -> Result<Self, Problem> {
        Ok(Self {
            series: SeriesQuery::read(params)?,
            group_by: group_by(params, &[GroupBy::Type, GroupBy::Class])?,
        })
    }
}

/// Counts, rates and latency of a webhook's attempts, in steps. A deleted webhook's are still there.
#[utoipa::path(
    get,
    path = "/organizations/{org}/webhooks/{id}/statistics",
    tag = "statistics",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, IdPath, SeriesQuery, WebhookStatisticsQuery),
    responses(
        (status = 200, description = "The counts.", body = Statistics),
        QueryProblems,
        OrganizationProblems
    )
)]
pub async fn get_webhook_statistics(
    State(state): State<AppState>,
    within: Within,
    Id(id): Id<WebhookId>,
    Query(query): Query<WebhookStatisticsQuery>,
) -> Result<Json<Statistics>, Problem> {
    let asked = query.series.asked(Some(id), query.group_by);
    let series = state
        .service
        .statistics(&within.tenant, within.access(), asked)
        .await
        .map_err(in_query)?;
    Ok(Json(Statistics::new(&series, state.service.snapshot())))
}
