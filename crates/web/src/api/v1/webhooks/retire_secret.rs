//! `POST /organizations/{org}/webhooks/{id}/secret/retire`

use axum::extract::State;
use bellwire_core::ids::WebhookId;

use super::secret::{Answer, Secrets, answer};
use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Id, IdPath, OrganizationPath},
    problem::{
        Problem,
        docs::{ConflictProblems, OrganizationProblems},
    },
};

/// Ends the old secrets after a rotation now: only the newest signs from the next request on.
#[utoipa::path(
    post,
    path = "/organizations/{org}/webhooks/{id}/secret/retire",
    tag = "webhooks",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 200, description = "The secret that signs now.", body = Secrets),
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn retire_secret(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<WebhookId>,
) -> Result<Answer, Problem> {
    state.live_webhook(&within, id).await?;
    let webhook = state
        .service
        .retire_secrets(within.slug(), id, within.access(), within.by())
        .await?;
    answer(&state, &webhook).await
}
