//! `PATCH /organizations/{org}`

use axum::extract::State;
use bellwire_core::service::OrganizationPatch;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Organization;
use crate::{
    AppState,
    api::v1::shape::given,
    auth::{Manage, Within},
    extract::{Json, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, MissingProblem, PlatformProblems},
    },
};

/// What to change of an organization; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganizationChange {
    /// Display name.
    #[serde(default, deserialize_with = "given")]
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: Option<String>,
    /// The profile of new webhooks that name none. Webhooks that exist keep theirs.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    default_profile: Option<String>,
    /// Refuse events whose type is not in the catalogue.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    strict_event_types: Option<bool>,
}

/// Changes an organization: only the fields given.
#[utoipa::path(
    patch,
    path = "/organizations/{org}",
    tag = "organizations",
    extensions(("x-required-right" = json!("manage"))),
    params(OrganizationPath),
    request_body(content = OrganizationChange, content_type = "application/json"),
    responses(
        (status = 200, description = "As it is now.", body = Organization),
        BodyProblems,
        PlatformProblems,
        MissingProblem
    )
)]
pub async fn update_organization(
    State(state): State<AppState>,
    within: Within<Manage>,
    Json(change): Json<OrganizationChange>,
) -> Result<axum::Json<Organization>, Problem> {
    let patch = OrganizationPatch {
        name: change.name,
        default_profile: change.default_profile,
        strict_event_types: change.strict_event_types,
    };
    let organization = state
        .service
        .update_organization(within.slug(), patch, within.by())
        .await?;
    Ok(axum::Json(organization.into()))
}
