//! `POST /organizations/{org}/developers`

use axum::extract::State;
use bellwire_core::service;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Attribute, Developer};
use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Json, Object, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, WholeProblems},
    },
};

/// A developer to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDeveloper {
    /// E-mail address; kept with lower-case letters, unique, never changed afterwards.
    #[schema(example = "ada@example.com", format = Email, max_length = 254)]
    email: String,
    /// First name; empty, if left out.
    #[schema(
        example = "Ada",
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    first_name: Option<String>,
    /// Last name; empty, if left out.
    #[schema(
        example = "Lovelace",
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    last_name: Option<String>,
    /// Company; empty, if left out.
    #[schema(
        example = "Engines Ltd",
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    company: Option<String>,
    /// The applications that use what is bought, each once. A usage record may name one of them.
    #[schema(example = json!(["weather-app"]))]
    applications: Option<Vec<String>>,
    /// Custom attributes, each name once; they are part of what notifications say.
    #[schema(value_type = Option<Vec<Attribute>>)]
    attributes: Option<Vec<Object<Attribute>>>,
}

/// Makes a developer: somebody who uses what the organization sells.
#[utoipa::path(
    post,
    path = "/organizations/{org}/developers",
    tag = "usage",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath),
    request_body(content = NewDeveloper, content_type = "application/json"),
    responses(
        (status = 201, description = "Made.", body = Developer),
        BodyProblems,
        WholeProblems,
        ConflictProblems
    )
)]
pub async fn create_developer(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Json(new): Json<NewDeveloper>,
) -> Result<(StatusCode, axum::Json<Developer>), Problem> {
    let new = service::NewDeveloper {
        email: new.email,
        first_name: new.first_name,
        last_name: new.last_name,
        company: new.company,
        applications: new.applications,
        attributes: new.attributes.map(Attribute::all),
    };
    let made = state
        .service
        .create_developer(within.slug(), new, within.by())
        .await?;
    Ok((StatusCode::CREATED, axum::Json(made.into())))
}
