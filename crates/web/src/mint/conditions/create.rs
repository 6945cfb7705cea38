//! `POST /v1/mint/organizations/{org}/notification-conditions`

use axum::extract::State;
use bellwire_core::service::NewCondition;

use super::{
    body::{Attributes, MintConditionBody, placed, webhooks},
    shape::MintCondition,
};
use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Json, OrganizationPath},
    mint::{
        body::required,
        refusal::{MintBodyProblems, MintProblems},
    },
    problem::Problem,
};

/// Makes a notification condition (APG-27).
#[utoipa::path(
    post,
    path = "/v1/mint/organizations/{org}/notification-conditions",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath),
    request_body(content = MintConditionBody, content_type = "application/json"),
    responses(
        (status = 200, description = "Made.", body = MintCondition),
        MintProblems,
        MintBodyProblems
    )
)]
pub async fn create_mint_condition(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Json(body): Json<MintConditionBody>,
) -> Result<axum::Json<MintCondition>, Problem> {
    let attributes = required(body.notification_condition, "notificationCondition")?;
    let actions = required(body.actions, "actions")?;
    let attributes = Attributes::read(attributes)?;
    let new = NewCondition {
        rate_plan: attributes.rate_plan.clone(),
        targets: attributes.targets.clone(),
        webhooks: webhooks(actions)?,
    };
    let kept = state
        .service
        .create_condition(within.slug(), new, within.by())
        .await
        .map_err(|error| placed(error.into(), Some(&attributes)))?;
    Ok(axum::Json(kept.into()))
}
