//! `POST /organizations/{org}/usage`: a hot path. One parse, one call to the service.

use axum::{
    Json,
    extract::{Request, State},
};
use bellwire_core::{
    ids::{EventId, WebhookId},
    service,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::incoming::{self, UsageReport};
use crate::{
    AppState,
    auth::{Produce, Whole},
    extract::{OrganizationPath, Query, body, json},
    problem::{
        Problem,
        docs::{BodyProblems, ReportProblems, WholeProblems},
    },
};

/// A percentage of a developer's target that was reached by this report.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reached {
    /// The developer's e-mail address.
    #[schema(example = "ada@example.com")]
    developer: String,
    /// The rate plan.
    #[schema(example = "location_adjustable")]
    rate_plan: String,
    /// The percentage.
    #[schema(example = 80)]
    percent: u32,
    /// The event that says so, of the type `quota.threshold_reached`.
    #[schema(value_type = String, format = Uuid)]
    event_id: EventId,
    /// The webhooks that it goes to.
    #[schema(value_type = Vec<uuid::Uuid>)]
    webhooks: Vec<WebhookId>,
}

/// What a report came to. All of it is on disk.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageReceipt {
    /// How many of its records were counted now.
    accepted: u64,
    /// How many had been counted before, and counted nothing now.
    repeated: u64,
    /// The percentages that were reached; of one developer rate plan in ascending order.
    fired: Vec<Reached>,
}

impl From<service::UsageReceipt> for UsageReceipt {
    fn from(receipt: service::UsageReceipt) -> Self {
        Self {
            accepted: receipt.accepted,
            repeated: receipt.repeated,
            fired: receipt
                .fired
                .into_iter()
                .map(|fired| Reached {
                    developer: fired.developer,
                    rate_plan: fired.rate_plan,
                    percent: fired.percent,
                    event_id: fired.event_id,
                    webhooks: fired.webhooks,
                })
                .collect(),
        }
    }
}

/// Reports what developers have used: 1 to 10 000 records, checked all or nothing.
///
/// A record counts once: the same report can be sent again when no answer came. Each counts for the
/// period of its time. When 200 is answered, counters and notifications are on disk. The body may
/// have 16 MiB.
#[utoipa::path(
    post,
    path = "/organizations/{org}/usage",
    tag = "usage",
    extensions(("x-required-right" = json!("produce"))),
    params(OrganizationPath),
    request_body(
        content = UsageReport,
        content_type = "application/json",
        example = json!({"records": [{
            "id": "req-1001",
            "developer": "ada@example.com",
            "rate_plan": "location_adjustable",
            "application": "weather-app",
            "count": 1
        }]})
    ),
    responses(
        (status = 200, description = "Counted.", body = UsageReceipt),
        BodyProblems,
        WholeProblems,
        ReportProblems
    )
)]
pub async fn report_usage(
    State(state): State<AppState>,
    within: Whole<Produce>,
    Query(()): Query<()>,
    request: Request,
) -> Result<Json<UsageReceipt>, Problem> {
    let (parts, body) = request.into_parts();
    let bytes = body::read(&parts.headers, body, body::USAGE_LIMIT_BYTES).await?;
    // Takes the bytes along: up to 16 MiB that are not needed while the store counts.
    let records = json::parse_apart(bytes, incoming::parse).await?;
    let receipt = state.service.report_usage(within.slug(), records).await?;
    Ok(Json(receipt.into()))
}
