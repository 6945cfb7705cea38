//! `POST /tokens`

use axum::extract::State;
use bellwire_core::ports::TokenScope;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Token;
use crate::{
    AppState,
    auth::Platform,
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
}

/// A token with its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewTokenSecret {
    /// The token.
    #[serde(flatten)]
    token: Token,
    /// What to send as `Authorization: Bearer …`. Shown now and never again.
    #[schema(example = "bw_BHXbd3HB1BcwCEJ9kgLqg8JK5pkZlWyRqnZcBFqlRBM")]
    secret: String,
}

/// Makes a token. Its secret is in this answer only.
#[utoipa::path(
    post,
    path = "/tokens",
    tag = "tokens",
    request_body(content = NewToken, content_type = "application/json"),
    responses(
        (status = 201, description = "Made.", body = NewTokenSecret),
        BodyProblems,
        PlatformProblems
    )
)]
pub async fn create_token(
    State(state): State<AppState>,
    _: Platform,
    Json(new): Json<NewToken>,
) -> Result<
    (
        StatusCode,
        [(HeaderName, HeaderValue); 1],
        axum::Json<NewTokenSecret>,
    ),
    Problem,
> {
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
    let (token, secret) = state.service.create_token(scope, &new.name).await?;
    let token = Token::of(&token, snapshot).ok_or_else(no_organization)?;
    Ok((
        StatusCode::CREATED,
        [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))],
        axum::Json(NewTokenSecret { token, secret }),
    ))
}
