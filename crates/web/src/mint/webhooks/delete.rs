//! `DELETE /v1/mint/organizations/{org}/webhooks/{id}`

use axum::extract::State;
use bellwire_core::ids::WebhookId;
use http::StatusCode;
use utoipa::IntoParams;

use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Id, IdPath, OrganizationPath, Params, Query, ReadQuery},
    mint::refusal::{MintBodyProblems, MintProblems},
    problem::Problem,
};

/// How to delete.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MintDelete {
    /// Delete although calls are pending, which cancels them; yes, if left out.
    #[param(rename = "forceDelete")]
    force: Option<bool>,
}

impl ReadQuery for MintDelete {
    const NAMES: &'static [&'static str] = &["forceDelete"];

    fn read(params: &Params) -> Result<Self, Problem> {
        Ok(Self {
            force: params.value("forceDelete")?,
        })
    }
}

/// Deletes a webhook (APG-14).
#[utoipa::path(
    delete,
    path = "/v1/mint/organizations/{org}/webhooks/{id}",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath, MintDelete),
    responses((status = 204, description = "Deleted."), MintProblems, MintBodyProblems)
)]
pub async fn delete_mint_webhook(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<WebhookId>,
    Query(query): Query<MintDelete>,
) -> Result<StatusCode, Problem> {
    state.live_webhook(&within, id).await?;
    let force = query.force.unwrap_or(true);
    state
        .service
        .delete_webhook(within.slug(), id, force, within.by())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
