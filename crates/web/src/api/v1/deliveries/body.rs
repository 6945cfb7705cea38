//! `GET /organizations/{org}/deliveries/{id}/attempts/{n}/body`

use axum::{extract::State, response::IntoResponse};
use bellwire_core::ids::DeliveryId;
use http::{HeaderValue, header};

use crate::{
    AppState,
    auth::Within,
    extract::{AttemptNumber, AttemptPath, Id, OrganizationPath},
    problem::{
        Code, Problem,
        docs::{ConflictProblems, OrganizationProblems},
    },
};

/// The body of an attempt, byte for byte as it was sent. Refused (409 `body_unknown`) where that is
/// not proven.
#[utoipa::path(
    get,
    path = "/organizations/{org}/deliveries/{id}/attempts/{n}/body",
    tag = "deliveries",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, AttemptPath),
    responses(
        (
            status = 200,
            description = "The bytes.",
            body = String,
            content_type = "application/octet-stream"
        ),
        ConflictProblems,
        OrganizationProblems
    )
)]
pub async fn get_body(
    State(state): State<AppState>,
    within: Within,
    Id(id): Id<DeliveryId>,
    AttemptNumber(number): AttemptNumber,
) -> Result<impl IntoResponse, Problem> {
    let sent = state
        .service
        .sent_request(&within.tenant, id, number, within.access())
        .await?;
    match sent.made.proven() {
        Some(body) => {
            let octets = HeaderValue::from_static("application/octet-stream");
            Ok(([(header::CONTENT_TYPE, octets)], body.clone()))
        }
        None => Err(Problem::new(
            Code::BodyUnknown,
            sent.made.unproven.unwrap_or_else(|| "".into()),
        )),
    }
}
