//! `POST /organizations/{org}/channels`

use axum::extract::State;
use bellwire_core::service;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Channel;
use crate::{
    AppState,
    auth::{Produce, Within},
    extract::{Json, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, OrganizationProblems},
    },
};

/// A channel to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewChannel {
    /// The key that events and webhooks carry: printable, without blanks; never changed
    /// afterwards.
    #[schema(
        example = "account:cool",
        min_length = 1,
        max_length = 128,
        pattern = r"^[^\s\x00-\x1f\x7f-\x9f]+$"
    )]
    key: String,
    /// For people; the key, if left out.
    #[schema(
        example = "Cool Hotels",
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    label: Option<String>,
    /// What the channel stands for; what comes before the colon of the key, if left out.
    #[schema(example = "account", min_length = 1, pattern = "^[A-Za-z0-9_.-]+$")]
    kind: Option<String>,
}

/// Makes a channel.
#[utoipa::path(
    post,
    path = "/organizations/{org}/channels",
    tag = "channels",
    extensions(("x-required-right" = json!("produce"))),
    params(OrganizationPath),
    request_body(content = NewChannel, content_type = "application/json"),
    responses(
        (status = 201, description = "Made.", body = Channel),
        BodyProblems,
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn create_channel(
    State(state): State<AppState>,
    within: Within<Produce>,
    Json(new): Json<NewChannel>,
) -> Result<(StatusCode, axum::Json<Channel>), Problem> {
    let new = service::NewChannel {
        key: new.key,
        label: new.label,
        kind: new.kind,
    };
    let channel = state
        .service
        .create_channel(within.slug(), new, within.by())
        .await?;
    Ok((StatusCode::CREATED, axum::Json(channel.into())))
}
