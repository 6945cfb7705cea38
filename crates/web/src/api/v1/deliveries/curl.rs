//! `GET /organizations/{org}/deliveries/{id}/attempts/{n}/curl`

use axum::{extract::State, response::IntoResponse};
use bellwire_core::ids::DeliveryId;
use http::{HeaderValue, header};

use crate::{
    AppState,
    auth::Within,
    extract::{AttemptNumber, AttemptPath, Id, OrganizationPath},
    problem::{
        Problem,
        docs::{ConflictProblems, OrganizationProblems},
    },
};

/// An attempt as a command with curl, which a POSIX shell runs as it is. Values of headers that are
/// not shown are placeholders. Refused (409 `body_unknown`) where the body cannot be made any more.
#[utoipa::path(
    get,
    path = "/organizations/{org}/deliveries/{id}/attempts/{n}/curl",
    tag = "deliveries",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, AttemptPath),
    responses(
        (status = 200, description = "The command.", body = String, content_type = "text/plain"),
        ConflictProblems,
        OrganizationProblems
    )
)]
pub async fn get_curl(
    State(state): State<AppState>,
    within: Within,
    Id(id): Id<DeliveryId>,
    AttemptNumber(number): AttemptNumber,
) -> Result<impl IntoResponse, Problem> {
    let sent = state
        .service
        .sent_request(&within.tenant, id, number, within.access())
        .await?;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, text)], sent.curl()?))
}
