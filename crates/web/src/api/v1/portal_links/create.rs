//! `POST /organizations/{org}/portal-links`

use axum::extract::State;
use bellwire_core::{access::Role, service};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PortalLink;
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

/// A portal link to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPortalLink {
    /// Whom it is for. Changes made through it are signed with it.
    #[schema(
        example = "Cool Travel",
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: String,
    /// `viewer` or `editor`; editor, if left out.
    #[schema(value_type = Option<RoleName>, example = "editor")]
    role: Option<Role>,
    /// They see and change what is about these channels only; everything, when empty.
    #[serde(default)]
    #[schema(example = json!(["account:cool"]), max_items = 20)]
    channels: Vec<String>,
    /// How long the link works, in seconds.
    #[schema(minimum = 10, maximum = 86_400, default = 300)]
    expires_in_s: Option<u32>,
    /// How long the session behind it lasts, in seconds.
    #[schema(minimum = 60, maximum = 604_800, default = 28_800)]
    session_s: Option<u32>,
    /// Origins whose pages may embed the portal. Browsers embed it only when `server.public_url` is
    /// https.
    #[serde(default)]
    #[schema(example = json!(["https://app.example.com"]), max_items = 10)]
    embed_origins: Vec<String>,
}

/// A portal link with its URL.
#[derive(Serialize, ToSchema)]
pub struct CreatedPortalLink {
    /// The link.
    #[serde(flatten)]
    link: PortalLink,
    /// Where to send the customer. Works once; shown now and never again.
    #[schema(example = "https://hooks.example.com/enter/bwl_…")]
    url: String,
}

/// Makes a link that lets one customer into the portal, without a user of their own.
#[utoipa::path(
    post,
    path = "/organizations/{org}/portal-links",
    tag = "people",
    extensions(("x-required-right" = json!("manage"))),
    params(OrganizationPath),
    request_body(content = NewPortalLink, content_type = "application/json"),
    responses(
        (status = 201, description = "Made.", body = CreatedPortalLink),
        BodyProblems,
        OrganizationProblems
    )
)]
pub async fn create_portal_link(
    State(state): State<AppState>,
    within: Within<Manage>,
    Json(new): Json<NewPortalLink>,
) -> Result<(StatusCode, NoStore, axum::Json<CreatedPortalLink>), Problem> {
    let new = service::NewPortalLink {
        name: new.name,
        role: new.role,
        channels: new.channels,
        expires_in_s: new.expires_in_s,
        session_s: new.session_s,
        embed_origins: new.embed_origins,
    };
    let (link, text) = state
        .service
        .create_portal_link(within.slug(), new, within.by())
        .await?;
    let link = PortalLink::of(link).ok_or_else(|| Problem::not_found("link"))?;
    let url = state.url(&format!("/enter/{text}"));
    let made = axum::Json(CreatedPortalLink { link, url });
    Ok((StatusCode::CREATED, NO_STORE, made))
}
