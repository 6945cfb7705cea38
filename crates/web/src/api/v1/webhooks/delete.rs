//! `DELETE /organizations/{org}/webhooks/{id}`

use axum::extract::State;
use bellwire_core::ids::WebhookId;
use http::StatusCode;
use utoipa::IntoParams;

use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Id, IdPath, OrganizationPath, Params, Query, ReadQuery},
    problem::{
        Problem,
        docs::{ConflictProblems, OrganizationProblems, QueryProblems},
    },
};

/// How to delete.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeleteQuery {
    /// Delete although deliveries are pending, which cancels them; yes, if left out.
    pub force: Option<bool>,
}

impl ReadQuery for DeleteQuery {
    const NAMES: &'static [&'static str] = &["force"];

    fn read(params: &Params) -> Result<Self, Problem> {
        Ok(Self {
            force: params.value("force")?,
        })
    }
}

/// Deletes a webhook. Events go on naming it, but nothing is sent to it any more.
#[utoipa::path(
    delete,
    path = "/organizations/{org}/webhooks/{id}",
    tag = "webhooks",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath, DeleteQuery),
    responses(
        (status = 204, description = "Deleted."),
        QueryProblems,
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn delete_webhook(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<WebhookId>,
    Query(query): Query<DeleteQuery>,
) -> Result<StatusCode, Problem> {
    state.live_webhook(&within, id).await?;
    let force = query.force.unwrap_or(true);
    state
        .service
        .delete_webhook(within.slug(), id, force, within.by())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
