//! `POST /organizations`

use axum::extract::State;
use bellwire_core::service;
use http::{HeaderName, StatusCode, header};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Organization;
use crate::{
    AppState,
    auth::{Manage, OfPlatform},
    extract::Json,
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, PlatformProblems},
    },
};

/// An organization to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrganization {
    /// What URLs call it; never changed afterwards.
    #[schema(example = "acme", max_length = 63, pattern = "^[a-z0-9][a-z0-9-]*$")]
    id: String,
    /// Display name; the id, if left out.
    #[schema(
        example = "Acme Travel",
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: Option<String>,
    /// The profile of webhooks that name none; `standard`, if left out.
    #[schema(example = "standard")]
    default_profile: Option<String>,
    /// Refuse events whose type is not in the catalogue; off, if left out.
    strict_event_types: Option<bool>,
}

/// Makes an organization.
#[utoipa::path(
    post,
    path = "/organizations",
    tag = "organizations",
    extensions(("x-required-right" = json!("platform_admin"))),
    request_body(content = NewOrganization, content_type = "application/json"),
    responses(
        (
            status = 201, description = "Made.", body = Organization,
            headers(("Location" = String, description = "Its path."))
        ),
        BodyProblems,
        PlatformProblems,
        ConflictProblems
    )
)]
pub async fn create_organization(
    State(state): State<AppState>,
    platform: OfPlatform<Manage>,
    Json(new): Json<NewOrganization>,
) -> Result<
    (
        StatusCode,
        [(HeaderName, String); 1],
        axum::Json<Organization>,
    ),
    Problem,
> {
    let new = service::NewOrganization {
        slug: new.id,
        name: new.name,
        default_profile: new.default_profile,
        strict_event_types: new.strict_event_types,
    };
    let organization = state
        .service
        .create_organization(new, platform.by())
        .await
        .map_err(|error| Problem::from(error).renaming("slug", "id"))?;
    let location = format!("/api/v1/organizations/{}", organization.slug);
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        axum::Json(organization.into()),
    ))
}
