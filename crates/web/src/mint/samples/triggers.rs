//! `GET /v1/mint/organizations/{org}/webhooks/{id}/test/{email}/{application}/{product}/{plan}`

use axum::extract::State;
use bellwire_core::usage::TRIGGER_REASON;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    AppState,
    auth::{Read, Whole},
    extract::{IdPath, OrganizationPath},
    mint::{
        path::{TestPath, Tested},
        refusal::MintProblems,
    },
    problem::Problem,
};

/// What calls a webhook.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintTriggers {
    /// `RATEPLANQUOTAUSAGE`.
    #[schema(value_type = Vec<String>, example = json!(["RATEPLANQUOTAUSAGE"]))]
    trigger_types: [&'static str; 1],
}

/// Lists what can call a webhook about this developer and plan.
#[utoipa::path(
    get,
    path = "/v1/mint/organizations/{org}/webhooks/{id}/test/{email}/{application}/{product}/{plan}",
    tag = "monetization",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, IdPath, TestPath),
    responses((status = 200, description = "The types.", body = MintTriggers), MintProblems)
)]
pub async fn list_mint_triggers(
    State(state): State<AppState>,
    within: Whole<Read>,
    Tested(sample): Tested,
) -> Result<axum::Json<MintTriggers>, Problem> {
    // What is not there has none.
    state.service.sample_callback(within.slug(), sample).await?;
    Ok(axum::Json(MintTriggers {
        trigger_types: [TRIGGER_REASON],
    }))
}
