//! `GET /organizations/{org}/failures`

use axum::{Json, extract::State};
use bellwire_core::{
    ids::{DeliveryId, EventId, WebhookId},
    outcome::Answer,
    service::{self, FailureQuery, SortBy},
    time::{SECOND, Time},
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    AppState,
    api::v1::{
        diagnosis::Diagnosis,
        shape::CauseName,
        statistics::query::{in_query, one_of},
    },
    auth::Within,
    extract::{OrganizationPath, Params, Query, ReadQuery},
    problem::{
        Problem,
        docs::{OrganizationProblems, QueryProblems},
    },
};

/// Which failures. Everything given must hold.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FailuresQuery {
    /// From this time on; without it, from 24 hours before the end.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Time>,
    /// Before this time; without it, up to now.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Time>,
    /// Of this webhook.
    #[param(value_type = Option<String>, format = Uuid)]
    webhook: Option<WebhookId>,
    /// What comes first: what happened last (`last_at`) or most often (`count`).
    #[param(value_type = Option<String>, example = "count")]
    sort: SortBy,
    /// How many groups at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
}

impl ReadQuery for FailuresQuery {
    const NAMES: &'static [&'static str] = &["since", "until", "webhook", "sort", "limit"];

    fn read(params: &Params) -> Result<Self, Problem> {
        Ok(Self {
            since: params.value("since")?,
            until: params.value("until")?,
            webhook: params.value("webhook")?,
            sort: match params.text("sort") {
                None | Some("last_at") => SortBy::LastAt,
                Some("count") => SortBy::Count,
                Some(_) => return Err(one_of("sort", &["last_at", "count"])),
            },
            limit: params.value("limit")?,
        })
    }
}

/// One of the failures, to look at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FailureExample)]
pub struct Example {
    /// The delivery.
    #[schema(value_type = String, format = Uuid)]
    delivery_id: DeliveryId,
    /// Which attempt of it.
    #[schema(minimum = 1)]
    number: u32,
    /// The event; null when retention has removed it.
    #[schema(required, value_type = Option<String>, format = Uuid)]
    event_id: Option<EventId>,
    /// Where the event is shown with all attempts; null when retention has removed it.
    #[schema(
        required,
        example = "/api/v1/organizations/acme/events/0193a5b0-7f2c-7d11-8a4e-2f6b1c0d9e8f"
    )]
    url: Option<String>,
    /// Why it failed and what to do; null when retention has removed it.
    #[schema(required)]
    diagnosis: Option<Diagnosis>,
}

/// Failed attempts of one webhook that came to the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailureGroup {
    /// The webhook.
    #[schema(value_type = String, format = Uuid)]
    webhook_id: WebhookId,
    /// The HTTP status; null when there was no answer.
    #[schema(required, example = 503)]
    status: Option<u16>,
    /// Why there was no answer; null when there was one.
    #[schema(required)]
    cause: Option<CauseName>,
    /// The class: `1xx` to `5xx`, `timeout`, `connection`, `tls`, `dns`, `other`.
    #[schema(example = "5xx")]
    class: &'static str,
    /// How many attempts.
    count: u64,
    /// How many deliveries failed for good with them.
    exhausted: u64,
    /// When the first of them began.
    #[schema(value_type = String, format = DateTime)]
    first_at: Time,
    /// When the last of them began.
    #[schema(value_type = String, format = DateTime)]
    last_at: Time,
    /// How many in each step, oldest first.
    trend: Vec<u64>,
    /// The last of them.
    example: Example,
}

/// Failed attempts by webhook and what came back, by the time they began. Tests are not counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct Failures {
    /// Where the first step of a trend begins.
    #[schema(value_type = String, format = DateTime)]
    since: Time,
    /// Where the time ends.
    #[schema(value_type = String, format = DateTime)]
    until: Time,
    /// How long a step of a trend is, in seconds; there are 24 at most.
    #[schema(example = 3600)]
    step_s: i64,
    /// How many attempts failed, those of groups that are left out included.
    count: u64,
    /// How many groups there are, those that are left out included.
    group_count: usize,
    /// The groups.
    groups: Vec<FailureGroup>,
}

impl FailureGroup {
    fn new(failure: service::Failure, slug: &str) -> Self {
        let (status, cause) = match failure.answer {
            Answer::Status(status) => (Some(status), None),
            Answer::None(cause) => (None, Some(CauseName(cause))),
        };
        let example = failure.example;
        Self {
            webhook_id: failure.webhook_id,
            status,
            cause,
            class: failure.class.as_str(),
            count: failure.cell.failed,
            exhausted: failure.cell.exhausted,
            first_at: failure.cell.first_at.unwrap_or(example.at),
            last_at: example.at,
            trend: failure.trend,
            example: Example {
                delivery_id: example.delivery_id,
                number: example.number,
                event_id: failure.event_id,
                url: failure
                    .event_id
                    .map(|id| format!("/api/v1/organizations/{slug}/events/{id}")),
                diagnosis: failure.diagnosis.map(Diagnosis::from),
            },
        }
    }
}

/// Groups failed attempts by webhook and what came back: since when, how often, and what to do. Who
/// sees some webhooks only gets those of these.
#[utoipa::path(
    get,
    path = "/organizations/{org}/failures",
    tag = "statistics",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, FailuresQuery),
    responses(
        (status = 200, description = "The groups.", body = Failures),
        QueryProblems,
        OrganizationProblems
    )
)]
pub async fn list_failures(
    State(state): State<AppState>,
    within: Within,
    Query(query): Query<FailuresQuery>,
) -> Result<Json<Failures>, Problem> {
    let asked = FailureQuery {
        since: query.since,
        until: query.until,
        webhook: query.webhook,
        sort: query.sort,
        limit: query.limit,
    };
    let failures = state
        .service
        .failures(&within.tenant, within.access(), asked)
        .await
        .map_err(in_query)?;
    let slug = within.slug();
    Ok(Json(Failures {
        since: failures.since,
        until: failures.until,
        step_s: failures.step_us / SECOND,
        count: failures.all.failed,
        group_count: failures.total,
        groups: failures
            .groups
            .into_iter()
            .map(|failure| FailureGroup::new(failure, slug))
            .collect(),
    }))
}
