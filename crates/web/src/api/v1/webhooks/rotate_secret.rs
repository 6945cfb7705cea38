//! `POST /organizations/{org}/webhooks/{id}/secret/rotate`

use axum::extract::State;
use bellwire_core::{ids::WebhookId, service::DEFAULT_GRACE_US, time::SECOND};
use serde::Deserialize;
use utoipa::ToSchema;

use super::secret::{Answer, Secrets, answer};
use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Id, IdPath, OptionalJson, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, OrganizationProblems},
    },
};

/// How to rotate.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateRequest {
    /// For how many seconds the old secrets go on signing beside the new one; a day, if left out.
    #[schema(minimum = 0, maximum = 2_592_000, example = 86_400)]
    grace_s: Option<u32>,
    /// The new secret (`whsec_…`); made here, if left out.
    #[schema(
        example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        pattern = "^whsec_[A-Za-z0-9+/]{32,88}={0,2}$"
    )]
    secret: Option<String>,
}

/// Gives a webhook a new signing secret. For a while the old ones sign too, so that the receiver
/// can change over without losing a request.
#[utoipa::path(
    post,
    path = "/organizations/{org}/webhooks/{id}/secret/rotate",
    tag = "webhooks",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    request_body(content = Option<RotateRequest>, content_type = "application/json"),
    responses(
        (status = 200, description = "The secrets that sign now.", body = Secrets),
        BodyProblems,
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn rotate_secret(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<WebhookId>,
    OptionalJson(request): OptionalJson<RotateRequest>,
) -> Result<Answer, Problem> {
    state.live_webhook(&within, id).await?;
    let grace = request
        .grace_s
        .map_or(DEFAULT_GRACE_US, |seconds| i64::from(seconds) * SECOND);
    let webhook = state
        .service
        .rotate_secret(
            within.slug(),
            id,
            (grace, request.secret),
            within.access(),
            within.by(),
        )
        .await?;
    answer(&state, &webhook).await
}
