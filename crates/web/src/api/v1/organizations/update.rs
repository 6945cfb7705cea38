//! `PATCH /organizations/{org}`

use axum::extract::State;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bellwire_core::service::OrganizationPatch;
use bytes::Bytes;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Organization;
use crate::{
    AppState,
    api::v1::shape::{given, given_or_null},
    auth::{Manage, Within},
    extract::{Json, Object, OrganizationPath},
    problem::{
        Code, Problem,
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
    /// How its pages look.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = AppearanceChange, required = false)]
    appearance: Option<Object<AppearanceChange>>,
}

/// What to change of how an organization's pages look; what is left out stays.
#[derive(Debug, Default, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppearanceChange {
    /// The colour of what can be clicked on; null: Bellwire's own.
    #[serde(default, deserialize_with = "given_or_null")]
    #[schema(value_type = Option<String>, example = "#0b6e4f", pattern = "^#[0-9A-Fa-f]{6}$")]
    accent: Option<Option<String>>,
    /// A picture (PNG, JPEG or WebP) of at most 64 KiB, each side 16 to 2048 pixels, in base64; null:
    /// none. An SVG is not taken: it can carry scripts.
    #[serde(default, deserialize_with = "given_or_null")]
    #[schema(value_type = Option<String>, format = Byte, max_length = 87_384)]
    logo: Option<Option<String>>,
}

impl AppearanceChange {
    fn picture(&self) -> Result<Option<Option<Bytes>>, Problem> {
        let decoded = |text: &String| {
            let bytes = STANDARD.decode(text).map(Bytes::from);
            bytes.map_err(|_| {
                Problem::field(
                    Code::InvalidRequest,
                    "appearance.logo",
                    "a picture is sent in base64 (RFC 4648, with `+`, `/` and padding), without \
                     line breaks",
                )
            })
        };
        self.logo
            .as_ref()
            .map(|logo| logo.as_ref().map(decoded).transpose())
            .transpose()
    }
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
    let appearance = change.appearance.map(|Object(appearance)| appearance);
    let appearance = appearance.unwrap_or_default();
    let patch = OrganizationPatch {
        logo: appearance.picture()?,
        accent: appearance.accent,
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
