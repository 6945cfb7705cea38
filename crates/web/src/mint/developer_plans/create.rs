//! `POST /v1/mint/organizations/{org}/developers/{email}/developer-rateplans`

use axum::extract::State;
use bellwire_core::service::NewDeveloperPlan;

use super::{NAMES, body::MintDeveloperPlanBody, same_developer, shape::MintDeveloperPlan};
use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Email, EmailPath, Json, OrganizationPath},
    mint::{
        body::{required, spelt},
        date::MintDate,
        refusal::{MintBodyProblems, MintProblems},
    },
    problem::Problem,
};

/// Notes that a developer has bought a rate plan (APG-27d).
#[utoipa::path(
    post,
    path = "/v1/mint/organizations/{org}/developers/{email}/developer-rateplans",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, EmailPath),
    request_body(content = MintDeveloperPlanBody, content_type = "application/json"),
    responses(
        (status = 200, description = "Made.", body = MintDeveloperPlan),
        MintProblems,
        MintBodyProblems
    )
)]
pub async fn create_mint_developer_plan(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Email(email): Email,
    Json(body): Json<MintDeveloperPlanBody>,
) -> Result<axum::Json<MintDeveloperPlan>, Problem> {
    // The path names it: it is not there, and no field is wrong.
    let developer = state.service.developer(within.slug(), &email).await?;
    let developer = developer.document.email;
    same_developer(body.developer.as_ref(), &developer)?;
    let new = NewDeveloperPlan {
        developer,
        rate_plan: required(body.rate_plan, "ratePlan")?.0.id,
        quota_target: body.quota_target.unwrap_or(0),
        start: Some(required(body.start_date, "startDate")?.start()),
        end: body.end_date.flatten().map(MintDate::end),
    };
    let kept = state
        .service
        .create_developer_plan(within.slug(), new, within.by())
        .await
        .map_err(|error| spelt(error.into(), NAMES))?;
    Ok(axum::Json(kept.into()))
}
