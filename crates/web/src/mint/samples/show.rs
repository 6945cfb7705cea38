//! `GET /v1/mint/organizations/{org}/webhooks/{id}/test/{email}/{application}/{product}/{plan}/{trigger}`

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, header};

use super::Trigger;
use crate::{
    AppState,
    auth::{Read, Whole},
    extract::{IdPath, OrganizationPath},
    mint::{
        path::{TestPath, Tested, TriggerPath},
        refusal::MintProblems,
    },
    problem::Problem,
};

/// Shows the body of a call as it would be sent now, byte by byte (APG-15).
#[utoipa::path(
    get,
    path = "/v1/mint/organizations/{org}/webhooks/{id}/test/{email}/{application}/{product}/{plan}/{trigger}",
    tag = "monetization",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, IdPath, TestPath, TriggerPath),
    responses(
        (status = 200, description = "The body.", body = serde_json::Value),
        MintProblems
    )
)]
pub async fn get_mint_sample(
    State(state): State<AppState>,
    within: Whole<Read>,
    Tested(sample): Tested,
    Trigger: Trigger,
) -> Result<Response, Problem> {
    let body = state.service.sample_callback(within.slug(), sample).await?;
    let json = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, json)], body).into_response())
}
