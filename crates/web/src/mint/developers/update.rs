//! `PUT /v1/mint/organizations/{org}/developers/{email}`

use axum::extract::State;
use bellwire_core::service::DeveloperPatch;

use super::{NAMES, attributes, body::MintDeveloperBody, shape::MintDeveloper};
use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Email, EmailPath, Json, OrganizationPath},
    mint::{
        body::{same, spelt},
        refusal::{MintBodyProblems, MintProblems},
    },
    problem::Problem,
};

/// Changes a developer: only the fields given (APG-27d).
#[utoipa::path(
    put,
    path = "/v1/mint/organizations/{org}/developers/{email}",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, EmailPath),
    request_body(content = MintDeveloperBody, content_type = "application/json"),
    responses(
        (status = 200, description = "As it is now.", body = MintDeveloper),
        MintProblems,
        MintBodyProblems
    )
)]
pub async fn put_mint_developer(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Email(email): Email,
    Json(body): Json<MintDeveloperBody>,
) -> Result<axum::Json<MintDeveloper>, Problem> {
    let stored = state.service.developer(within.slug(), &email).await?;
    let email = stored.document.email;
    let lowered = |text: Option<String>| text.map(|text| text.to_ascii_lowercase());
    same(lowered(body.id).as_deref(), &email, "id")?;
    same(lowered(body.email).as_deref(), &email, "email")?;
    let patch = DeveloperPatch {
        first_name: body.first_name,
        last_name: body.last_name,
        company: body.company_name,
        applications: body.applications,
        attributes: attributes(body.custom_attributes),
    };
    let kept = state
        .service
        .update_developer(within.slug(), &email, patch, within.by())
        .await
        .map_err(|error| spelt(error.into(), NAMES))?;
    Ok(axum::Json(kept.into()))
}
