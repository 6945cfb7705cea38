//! `PATCH /organizations/{org}/channels/{key}`

use axum::extract::State;
use bellwire_core::service::ChannelPatch;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Channel;
use crate::{
    AppState,
    api::v1::shape::given,
    auth::{Produce, Within},
    extract::{Json, Key, KeyPath, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, OrganizationProblems},
    },
};

/// What to change of a channel; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelChange {
    /// For people.
    #[serde(default, deserialize_with = "given")]
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    label: Option<String>,
    /// What the channel stands for.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, min_length = 1, pattern = "^[A-Za-z0-9_.-]+$")]
    kind: Option<String>,
}

/// Changes a channel: only the fields given.
#[utoipa::path(
    patch,
    path = "/organizations/{org}/channels/{key}",
    tag = "channels",
    extensions(("x-required-right" = json!("produce"))),
    params(OrganizationPath, KeyPath),
    request_body(content = ChannelChange, content_type = "application/json"),
    responses(
        (status = 200, description = "As it is now.", body = Channel),
        BodyProblems,
        OrganizationProblems
    )
)]
pub async fn update_channel(
    State(state): State<AppState>,
    within: Within<Produce>,
    Key(key): Key,
    Json(change): Json<ChannelChange>,
) -> Result<axum::Json<Channel>, Problem> {
    let patch = ChannelPatch {
        label: change.label,
        kind: change.kind,
    };
    let channel = state
        .service
        .update_channel(within.slug(), &key, patch, within.by())
        .await?;
    Ok(axum::Json(channel.into()))
}
