//! `PUT /v1/mint/organizations/{org}/monetization-packages/{id}/rate-plans/{plan}`

use axum::extract::State;
use bellwire_core::service::RatePlanPatch;

use super::{NAMES, body::MintRatePlanBody, plan_of, shape::MintRatePlan};
use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Json, OrganizationPath, PackagePath},
    mint::{
        body::{either, same, spelt},
        flag::Flag,
        path::{PlanOfPackage, PlanPath},
        refusal::{MintBodyProblems, MintProblems},
    },
    problem::Problem,
};

/// Changes a rate plan: only the fields given; `{"published": true}` publishes a draft (APG-27d).
#[utoipa::path(
    put,
    path = "/v1/mint/organizations/{org}/monetization-packages/{id}/rate-plans/{plan}",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, PackagePath, PlanPath),
    request_body(content = MintRatePlanBody, content_type = "application/json"),
    responses(
        (status = 200, description = "As it is now.", body = MintRatePlan),
        MintProblems,
        MintBodyProblems
    )
)]
pub async fn put_mint_rate_plan(
    State(state): State<AppState>,
    within: Whole<Edit>,
    path: PlanOfPackage,
    Json(body): Json<MintRatePlanBody>,
) -> Result<axum::Json<MintRatePlan>, Problem> {
    plan_of(&state, &within, &path).await?;
    body.check(&path.package)?;
    same(body.id.as_deref(), &path.plan, "id")?;
    let patch = RatePlanPatch {
        name: either(body.name, body.display_name)?,
        description: body.description,
        months: body.duration,
        published: body.published.map(|Flag(published)| published),
    };
    let kept = state
        .service
        .update_rate_plan(within.slug(), &path.plan, patch, within.by())
        .await
        .map_err(|error| spelt(error.into(), NAMES))?;
    Ok(axum::Json(kept.into()))
}
