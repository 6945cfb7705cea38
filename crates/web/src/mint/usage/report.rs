//! `POST /v1/mint/organizations/{org}/usage`

use axum::extract::{Request, State};
use bellwire_core::{
    ids::{EventId, WebhookId},
    service::{Threshold, UsageReceipt},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::incoming::{self, MintUsageReport};
use crate::{
    AppState,
    auth::{Produce, Whole},
    extract::{OrganizationPath, body, json},
    mint::{
        body::spelt,
        refusal::{MintBodyProblems, MintProblems},
    },
    problem::Problem,
};

/// What a report came to. All of it is on disk.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintUsageReceipt {
    /// How many records were counted.
    accepted: u64,
    /// The percentages that were reached, in order.
    fired: Vec<MintReached>,
    /// How many records had been counted before, and counted nothing now.
    repeated: u64,
}

/// A percentage of a developer's target that was reached by this report.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintReached {
    /// The developer's e-mail address.
    #[schema(example = "ada@example.com")]
    developer: String,
    /// The event that says so.
    #[schema(value_type = String, format = Uuid)]
    event_id: EventId,
    /// The percentage.
    #[schema(example = 80)]
    percent: u32,
    /// The rate plan.
    #[schema(example = "location_adjustable")]
    rate_plan: String,
    /// The webhooks that are called.
    #[schema(value_type = Vec<uuid::Uuid>)]
    webhooks: Vec<WebhookId>,
}

impl From<Threshold> for MintReached {
    fn from(fired: Threshold) -> Self {
        Self {
            developer: fired.developer,
            event_id: fired.event_id,
            percent: fired.percent,
            rate_plan: fired.rate_plan,
            webhooks: fired.webhooks,
        }
    }
}

impl From<UsageReceipt> for MintUsageReceipt {
    fn from(receipt: UsageReceipt) -> Self {
        Self {
            accepted: receipt.accepted,
            fired: receipt.fired.into_iter().map(Into::into).collect(),
            repeated: receipt.repeated,
        }
    }
}

/// Reports what developers have used: 1 to 10 000 records, checked all or nothing; each counts once,
/// so that the same report can be sent again when no answer came (APG-27d).
#[utoipa::path(
    post,
    path = "/v1/mint/organizations/{org}/usage",
    tag = "monetization",
    extensions(("x-required-right" = json!("produce"))),
    params(OrganizationPath),
    request_body(content = MintUsageReport, content_type = "application/json"),
    responses(
        (status = 200, description = "Counted.", body = MintUsageReceipt),
        MintProblems,
        MintBodyProblems
    )
)]
pub async fn report_mint_usage(
    State(state): State<AppState>,
    within: Whole<Produce>,
    request: Request,
) -> Result<axum::Json<MintUsageReceipt>, Problem> {
    let (parts, body) = request.into_parts();
    let bytes = body::read(&parts.headers, body, body::USAGE_LIMIT_BYTES).await?;
    let records = json::parse_apart(bytes, incoming::parse).await?;
    let receipt = state
        .service
        .report_usage(within.slug(), records)
        .await
        .map_err(|error| spelt(error.into(), &[]))?;
    Ok(axum::Json(receipt.into()))
}
