//! `PATCH /organizations/{org}/developers/{email}`

use axum::extract::State;
use bellwire_core::service::DeveloperPatch;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Attribute, Developer};
use crate::{
    AppState,
    api::v1::shape::given,
    auth::{Edit, Whole},
    extract::{Email, EmailPath, Json, Object, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, WholeProblems},
    },
};

/// What to change of a developer; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeveloperChange {
    /// First name.
    #[serde(default, deserialize_with = "given")]
    #[schema(
        nullable = false,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    first_name: Option<String>,
    /// Last name.
    #[serde(default, deserialize_with = "given")]
    #[schema(
        nullable = false,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    last_name: Option<String>,
    /// Company; empty for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(
        nullable = false,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    company: Option<String>,
    /// All applications that use what was bought.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    applications: Option<Vec<String>>,
    /// All custom attributes.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Vec<Attribute>, required = false)]
    attributes: Option<Vec<Object<Attribute>>>,
}

/// Changes a developer: only the fields given.
#[utoipa::path(
    patch,
    path = "/organizations/{org}/developers/{email}",
    tag = "usage",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, EmailPath),
    request_body(content = DeveloperChange, content_type = "application/json"),
    responses(
        (status = 200, description = "As it is now.", body = Developer),
        BodyProblems,
        WholeProblems,
        ConflictProblems
    )
)]
pub async fn update_developer(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Email(email): Email,
    Json(change): Json<DeveloperChange>,
) -> Result<axum::Json<Developer>, Problem> {
    let patch = DeveloperPatch {
        first_name: change.first_name,
        last_name: change.last_name,
        company: change.company,
        applications: change.applications,
        attributes: change.attributes.map(Attribute::all),
    };
    let changed = state
        .service
        .update_developer(within.slug(), &email, patch, within.by())
        .await?;
    Ok(axum::Json(changed.into()))
}
