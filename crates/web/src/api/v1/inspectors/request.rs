//! `GET /organizations/{org}/inspectors/{id}/requests/{request}`

use axum::{Json, extract::State};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bellwire_core::ids::{InspectorId, WebhookId};
use serde::Serialize;
use utoipa::ToSchema;

use super::requests::InspectedRequest;
use crate::{
    AppState,
    api::v1::{shape::HeaderLine, webhooks::check_signature::SignatureReport},
    auth::Within,
    extract::{Id, IdPath, InspectedPath, OrganizationPath, RequestParam},
    problem::{Problem, docs::OrganizationProblems},
};

/// A request that arrived at an inspector, in full.
#[derive(Debug, Serialize, ToSchema)]
pub struct InspectedRequestDetail {
    /// What the list says of it.
    #[serde(flatten)]
    request: InspectedRequest,
    /// Its headers, in order.
    headers: Vec<HeaderLine>,
    /// Its body as text; null when it is none.
    #[schema(required)]
    body: Option<String>,
    /// The same bytes in base64, when they are no text. Left out otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
    /// Whether it is signed as a webhook that calls this inspector signs; null when none does that you
    /// see.
    #[schema(required)]
    signature: Option<InspectedSignature>,
}

/// What the signature of a request shows.
#[derive(Debug, Serialize, ToSchema)]
pub struct InspectedSignature {
    /// The webhook whose secrets were tried: the one that has signed, or comes closest.
    webhook: CallingWebhook,
    /// What was found.
    #[serde(flatten)]
    report: SignatureReport,
}

/// A webhook that calls an inspector.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallingWebhook {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    id: WebhookId,
    /// Its name.
    name: String,
}

/// Shows a request that arrived, with the verdict on its signature.
#[utoipa::path(
    get,
    path = "/organizations/{org}/inspectors/{id}/requests/{request}",
    tag = "inspectors",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, IdPath, InspectedPath),
    responses(
        (status = 200, description = "The request.", body = InspectedRequestDetail),
        OrganizationProblems
    )
)]
pub async fn get_inspected_request(
    State(state): State<AppState>,
    within: Within,
    Id(id): Id<InspectorId>,
    RequestParam(request): RequestParam,
) -> Result<Json<InspectedRequestDetail>, Problem> {
    let access = within.access();
    let inspector = state.service.inspector(within.slug(), id, access).await?;
    let request = request.parse();
    let request = request.map_err(|_| Problem::not_found("request"))?;
    let (inspected, body) = state.service.inspected(&inspector, request).await?;
    let verdict = state
        .service
        .inspected_verdict(&within.tenant, &inspector, (&inspected, &body), access)
        .await?;
    let text = String::from_utf8(body.to_vec()).ok();
    Ok(Json(InspectedRequestDetail {
        request: InspectedRequest::from(&inspected),
        headers: HeaderLine::all(&inspected.headers),
        body_base64: text.is_none().then(|| STANDARD.encode(&body)),
        body: text,
        signature: verdict.map(|verdict| InspectedSignature {
            webhook: CallingWebhook {
                id: verdict.webhook.webhook.id,
                name: verdict.webhook.webhook.settings.name.clone(),
            },
            report: verdict.checked.into(),
        }),
    }))
}
