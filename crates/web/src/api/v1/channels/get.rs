//! `GET /organizations/{org}/channels/{key}`

use axum::{Json, extract::State};

use super::Channel;
use crate::{
    AppState,
    auth::Within,
    extract::{Key, KeyPath, OrganizationPath},
    problem::{Problem, docs::OrganizationProblems},
};

/// Shows a channel.
#[utoipa::path(
    get,
    path = "/organizations/{org}/channels/{key}",
    tag = "channels",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, KeyPath),
    responses(
        (status = 200, description = "The channel.", body = Channel),
        OrganizationProblems
    )
)]
pub async fn get_channel(
    State(state): State<AppState>,
    within: Within,
    Key(key): Key,
) -> Result<Json<Channel>, Problem> {
    if !within.access().touches(std::slice::from_ref(&key)) {
        return Err(Problem::not_found("channel"));
    }
    let channel = state.service.channel(within.slug(), &key)?;
    Ok(Json(channel.into()))
}
