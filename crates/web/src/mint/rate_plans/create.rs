//! `POST /v1/mint/organizations/{org}/monetization-packages/{id}/rate-plans`

use axum::extract::State;
use bellwire_core::service::NewRatePlan;

use super::{NAMES, body::MintRatePlanBody, shape::MintRatePlan};
use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Json, OrganizationPath, PackageId, PackagePath},
    mint::{
        body::{either, required, spelt},
        flag::Flag,
        refusal::{MintBodyProblems, MintProblems},
    },
    problem::Problem,
};

/// Makes a rate plan of a package, a draft unless the request says otherwise (APG-27d).
#[utoipa::path(
    post,
    path = "/v1/mint/organizations/{org}/monetization-packages/{id}/rate-plans",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, PackagePath),
    request_body(content = MintRatePlanBody, content_type = "application/json"),
    responses(
        (status = 200, description = "Made.", body = MintRatePlan),
        MintProblems,
        MintBodyProblems
    )
)]
pub async fn create_mint_rate_plan(
    State(state): State<AppState>,
    within: Whole<Edit>,
    PackageId(package): PackageId,
    Json(body): Json<MintRatePlanBody>,
) -> Result<axum::Json<MintRatePlan>, Problem> {
    // The path names it: it is not there, and no field is wrong.
    state.service.package(within.slug(), &package).await?;
    body.check(&package)?;
    let new = NewRatePlan {
        id: body.id,
        package,
        name: required(either(body.name, body.display_name)?, "name")?,
        description: body.description,
        months: body.duration,
        published: body.published.map(|Flag(published)| published),
    };
    let kept = state
        .service
        .create_rate_plan(within.slug(), new, within.by())
        .await
        .map_err(|error| spelt(error.into(), NAMES))?;
    Ok(axum::Json(kept.into()))
}
