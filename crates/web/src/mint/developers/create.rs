//! `POST /v1/mint/organizations/{org}/developers`

use axum::extract::State;
use bellwire_core::service::NewDeveloper;

use super::{NAMES, attributes, body::MintDeveloperBody, shape::MintDeveloper};
use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Json, OrganizationPath},
    mint::{
        body::{required, same, spelt},
        refusal::{MintBodyProblems, MintProblems},
    },
    problem::Problem,
};

/// Makes a developer (APG-27d).
#[utoipa::path(
    post,
    path = "/v1/mint/organizations/{org}/developers",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath),
    request_body(content = MintDeveloperBody, content_type = "application/json"),
    responses(
        (status = 200, description = "Made.", body = MintDeveloper),
        MintProblems,
        MintBodyProblems
    )
)]
pub async fn create_mint_developer(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Json(body): Json<MintDeveloperBody>,
) -> Result<axum::Json<MintDeveloper>, Problem> {
    let email = required(body.email, "email")?;
    same(body.id.as_deref(), &email, "id")?;
    let new = NewDeveloper {
        email,
        first_name: body.first_name,
        last_name: body.last_name,
        company: body.company_name,
        applications: body.applications,
        attributes: attributes(body.custom_attributes),
    };
    let kept = state
        .service
        .create_developer(within.slug(), new, within.by())
        .await
        .map_err(|error| spelt(error.into(), NAMES))?;
    Ok(axum::Json(kept.into()))
}
