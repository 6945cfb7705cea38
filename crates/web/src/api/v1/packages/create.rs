//! `POST /organizations/{org}/packages`

use axum::extract::State;
use bellwire_core::service;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Package;
use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Json, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, WholeProblems},
    },
};

/// A package to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPackage {
    /// Its id, never changed afterwards; made of the name, if left out.
    #[schema(example = "location", pattern = "^[A-Za-z0-9_.-]{1,100}$")]
    id: Option<String>,
    /// For people.
    #[schema(
        example = "Location",
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: String,
    /// For people.
    #[schema(
        max_length = 4096,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
    )]
    description: Option<String>,
    /// Names of the products in it, each once; they are part of what notifications say.
    #[schema(example = json!(["Maps", "Places"]))]
    products: Option<Vec<String>>,
}

/// Makes a package: products that are sold under one name, by rate plans.
#[utoipa::path(
    post,
    path = "/organizations/{org}/packages",
    tag = "usage",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath),
    request_body(content = NewPackage, content_type = "application/json"),
    responses(
        (status = 201, description = "Made.", body = Package),
        BodyProblems,
        WholeProblems,
        ConflictProblems
    )
)]
pub async fn create_package(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Json(new): Json<NewPackage>,
) -> Result<(StatusCode, axum::Json<Package>), Problem> {
    let new = service::NewPackage {
        id: new.id,
        name: new.name,
        description: new.description,
        products: new.products,
    };
    let made = state
        .service
        .create_package(within.slug(), new, within.by())
        .await?;
    Ok((StatusCode::CREATED, axum::Json(made.into())))
}
