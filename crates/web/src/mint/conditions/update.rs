//! `PUT /v1/mint/organizations/{org}/notification-conditions/{id}`

use axum::extract::State;
use bellwire_core::{
    ids::ConditionId,
    service::ConditionPatch,
    usage::{Condition, UsageTarget},
};

use super::{
    body::{Attributes, MintConditionBody, placed, webhooks},
    shape::MintCondition,
};
use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Id, IdPath, Json, OrganizationPath},
    mint::{
        body::same,
        refusal::{MintBodyProblems, MintProblems},
    },
    problem::Problem,
};

/// Changes a notification condition: all its attributes, all its actions, or both (APG-27).
#[utoipa::path(
    put,
    path = "/v1/mint/organizations/{org}/notification-conditions/{id}",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    request_body(content = MintConditionBody, content_type = "application/json"),
    responses(
        (status = 200, description = "As it is now.", body = MintCondition),
        MintProblems,
        MintBodyProblems
    )
)]
pub async fn put_mint_condition(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Id(id): Id<ConditionId>,
    Json(body): Json<MintConditionBody>,
) -> Result<axum::Json<MintCondition>, Problem> {
    let stored = state.service.condition(within.slug(), id).await?.document;
    let attributes = body
        .notification_condition
        .map(Attributes::read)
        .transpose()?;
    if let Some(attributes) = &attributes {
        let given = Some(attributes.rate_plan.as_str());
        same(given, &stored.rate_plan, "rate_plan")
            .map_err(|problem| placed(problem, Some(attributes)))?;
    }
    let patch = ConditionPatch {
        targets: attributes
            .as_ref()
            .map(|attributes| attributes.targets.clone())
            .filter(|targets| !are_shown(targets, &stored)),
        webhooks: body.actions.map(webhooks).transpose()?,
    };
    let kept = state
        .service
        .update_condition(within.slug(), id, patch, within.by())
        .await
        .map_err(|error| placed(error.into(), attributes.as_ref()))?;
    Ok(axum::Json(kept.into()))
}

/// Whether targets name what a condition names: a list is shown as many of them, and stays one when
/// what was got is put.
fn are_shown(targets: &[UsageTarget], stored: &Condition) -> bool {
    let all = |targets: &[UsageTarget]| -> Vec<u32> {
        targets.iter().flat_map(UsageTarget::percentages).collect()
    };
    all(targets) == all(&stored.targets)
}
