//! `DELETE /organizations/{org}/channels/{key}`

use axum::extract::State;
use http::StatusCode;

use crate::{
    AppState,
    auth::{Produce, Within},
    extract::{Key, KeyPath, OrganizationPath},
    problem::{Problem, docs::OrganizationProblems},
};

/// Takes a channel out of what forms offer. Webhooks that listen to it go on listening.
#[utoipa::path(
    delete,
    path = "/organizations/{org}/channels/{key}",
    tag = "channels",
    extensions(("x-required-right" = json!("produce"))),
    params(OrganizationPath, KeyPath),
    responses(
        (status = 204, description = "Deleted."),
        OrganizationProblems
    )
)]
pub async fn delete_channel(
    State(state): State<AppState>,
    within: Within<Produce>,
    Key(key): Key,
) -> Result<StatusCode, Problem> {
    state
        .service
        .delete_channel(within.slug(), &key, within.by())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
