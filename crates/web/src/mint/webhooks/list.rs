//! `GET /v1/mint/organizations/{org}/webhooks`

use axum::extract::State;
use bellwire_core::ports::WebhookFilter;
use serde::Serialize;
use utoipa::ToSchema;

use super::shape::MintWebhook;
use crate::{
    AppState,
    auth::{Read, Within},
    extract::{OrganizationPath, Query},
    mint::{page::MintPage, refusal::MintProblems},
    problem::Problem,
};

/// Webhooks of the organization, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintWebhooks {
    /// How many there are, on all pages.
    total_records: usize,
    /// Those of this page.
    webhooks: Vec<MintWebhook>,
}

/// Lists webhooks (APG-8).
#[utoipa::path(
    get,
    path = "/v1/mint/organizations/{org}/webhooks",
    tag = "monetization",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, MintPage),
    responses((status = 200, description = "A page.", body = MintWebhooks), MintProblems)
)]
pub async fn list_mint_webhooks(
    State(state): State<AppState>,
    within: Within<Read>,
    Query(page): Query<MintPage>,
) -> Result<axum::Json<MintWebhooks>, Problem> {
    let all = state.service.webhooks(
        within.slug(),
        within.access(),
        &WebhookFilter::default(),
        None,
        usize::MAX - 1,
    )?;
    let shown = page.of(&all.items);
    Ok(axum::Json(MintWebhooks {
        total_records: all.items.len(),
        webhooks: shown
            .iter()
            .map(|route| MintWebhook::new(&route.webhook))
            .collect(),
    }))
}
