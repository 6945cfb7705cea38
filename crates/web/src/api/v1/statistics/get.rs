//! `GET /organizations/{org}/statistics`

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
    extract::{OrganizationPath, Params, Query, ReadQuery},
    problem::{
        Problem,
        docs::{OrganizationProblems, QueryProblems},
    },
};

/// Of which webhook, and what is counted apart.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatisticsQuery {
    #[param(ignore)]
    series: SeriesQuery,
    /// Of this webhook.
    #[param(value_type = Option<String>, format = Uuid)]
    webhook: Option<WebhookId>,
    /// Each `webhook`, each `type`, or each `class` of what came back by itself, besides.
    #[param(value_type = Option<String>, example = "class")]
    group_by: Option<GroupBy>,
}

impl ReadQuery for StatisticsQuery {
    const NAMES: &'static [&'static str] =
        &["since", "until", "step", "type", "webhook", "group_by"];

    fn read(params: &Params) -> Result<Self, Problem> {
        let known = [GroupBy::Webhook, GroupBy::Type, GroupBy::Class];
        Ok(Self {
            series: SeriesQuery::read(params)?,
            webhook: params.value("webhook")?,
            group_by: group_by(params, &known)?,
        })
    }
}

/// Counts, rates and latency of attempts, in steps. Who sees some webhooks only gets those of these.
#[utoipa::path(
    get,
    path = "/organizations/{org}/statistics",
    tag = "statistics",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, SeriesQuery, StatisticsQuery),
    responses(
        (status = 200, description = "The counts.", body = Statistics),
        QueryProblems,
        OrganizationProblems
    )
)]
pub async fn get_statistics(
    State(state): State<AppState>,
    within: Within,
    Query(query): Query<StatisticsQuery>,
) -> Result<Json<Statistics>, Problem> {
    let asked = query.series.asked(query.webhook, query.group_by);
    let series = state
        .service
        .statistics(&within.tenant, within.access(), asked)
        .await
        .map_err(in_query)?;
    Ok(Json(Statistics::new(&series, state.service.snapshot())))
}
