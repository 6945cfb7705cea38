//! `POST /tokens`

use axum::extract::State;
use bellwire_core::{access::Role, ports::TokenScope, time::Time};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{End, NewTokenSecret, Token, wanted};
use crate::{
    AppState,
    api::v1::shape::{NO_STORE, NoStore, RoleName},
    auth::{Manage, OfPlatform},
    extract::Json,
    problem::{
        Code, Problem,
        docs::{BodyProblems, PlatformProblems},
    },
};

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is used for.
    #[schema(
        example = "producer of bookings",
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: String,
    /// The organization it belongs to; the platform, if left out.
    #[schema(example = "acme")]
    organization: Option<String>,
    /// What it lets its bearer do; everything within its reach (`admin`), if left out.
    #[schema(value_type = Option<RoleName>, example = "editor")]
    role: Option<Role>,
    /// For how many seconds it is accepted; for ever, if left out.
    #[schema(minimum = 1, maximum = 315_360_000, example = 2_592_000)]
    expires_in_s: Option<u32>,
    /// From when on it is not accepted, in place of `expires_in_s`.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Time>,
}

/// Makes a token. Its secret is in this answer only.
#[utoipa::path(
    post,
    path = "/tokens",
    tag = "tokens",
    extensions(("x-required-right" = json!("platform_admin"))),
    request_body(content = NewToken, content_type = "application/json"),
    responses(
        (status = 201, description = "Made.", body = NewTokenSecret),
        BodyProblems,
        PlatformProblems
    )
)]
pub async fn create_token(
    State(state): State<AppState>,
    platform: OfPlatform<Manage>,
    Json(new): Json<NewToken>,
) -> Result<(StatusCode, NoStore, axum::Json<NewTokenSecret>), Problem> {
    let no_organization = || {
        Problem::field(
            Code::InvalidRequest,
            "organization",
            "there is no organization of this id",
        )
    };
    let snapshot = state.service.snapshot();
    let scope = match &new.organization {
        None => TokenScope::Platform,
        Some(slug) => {
            let tenant = snapshot.organization(slug).ok_or_else(no_organization)?;
            TokenScope::Organization(tenant.organization.id)
        }
    };
    let end = End {
        expires_in_s: new.expires_in_s,
        expires_at: new.expires_at,
    };
    let wanted = wanted(new.name, new.role, &end, state.service.now())?;
    let (token, secret) = state
        .service
        .create_token(scope, wanted, platform.by())
        .await?;
    let token = Token::of(&token, snapshot).ok_or_else(no_organization)?;
    let answer = axum::Json(NewTokenSecret { token, secret });
    Ok((StatusCode::CREATED, NO_STORE, answer))
}
