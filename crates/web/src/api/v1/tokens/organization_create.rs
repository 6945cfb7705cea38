//! `POST /organizations/{org}/tokens`

use axum::extract::State;
use bellwire_core::{access::Role, ports::TokenScope, time::Time};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{End, NewTokenSecret, Token, wanted};
use crate::{
    AppState,
    api::v1::shape::{NO_STORE, NoStore, RoleName},
    auth::{Manage, Within},
    extract::{Json, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, OrganizationProblems},
    },
};

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrganizationToken {
    /// What it is used for.
    #[schema(
        example = "producer of bookings",
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: String,
    /// What it lets its bearer do; everything within the organization (`admin`), if left out.
    #[schema(value_type = Option<RoleName>, example = "editor")]
    role: Option<Role>,
    /// For how many seconds it is accepted; for ever, if left out.
    #[schema(minimum = 1, maximum = 315_360_000, example = 2_592_000)]
    expires_in_s: Option<u32>,
    /// From when on it is not accepted, in place of `expires_in_s`.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Time>,
}

/// Makes a token of the organization. Its secret is in this answer only.
#[utoipa::path(
    post,
    path = "/organizations/{org}/tokens",
    tag = "tokens",
    extensions(("x-required-right" = json!("manage"))),
    params(OrganizationPath),
    request_body(content = NewOrganizationToken, content_type = "application/json"),
    responses(
        (status = 201, description = "Made.", body = NewTokenSecret),
        BodyProblems,
        OrganizationProblems
    )
)]
pub async fn create_organization_token(
    State(state): State<AppState>,
    within: Within<Manage>,
    Json(new): Json<NewOrganizationToken>,
) -> Result<(StatusCode, NoStore, axum::Json<NewTokenSecret>), Problem> {
    let end = End {
        expires_in_s: new.expires_in_s,
        expires_at: new.expires_at,
    };
    let wanted = wanted(new.name, new.role, &end, state.service.now())?;
    let scope = TokenScope::Organization(within.id());
    let (token, secret) = state
        .service
        .create_token(scope, wanted, within.by())
        .await?;
    let token = Token::of(&token, state.service.snapshot())
        .ok_or_else(|| Problem::not_found("organization"))?;
    let answer = axum::Json(NewTokenSecret { token, secret });
    Ok((StatusCode::CREATED, NO_STORE, answer))
}
