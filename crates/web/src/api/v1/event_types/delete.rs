//! `DELETE /event-types/{name}` and `DELETE /organizations/{org}/event-types/{name}`

use axum::extract::State;
use http::StatusCode;

use crate::{
    AppState,
    auth::{Manage, OfPlatform, Produce, Within},
    extract::{Name, NamePath, OrganizationPath},
    problem::{
        Problem,
        docs::{ConflictProblems, MissingProblem, OrganizationProblems, PlatformProblems},
    },
};

/// Takes an event type out of the platform's catalogue. Events of that name are of an unknown
/// type then.
#[utoipa::path(
    delete,
    path = "/event-types/{name}",
    tag = "event types",
    extensions(("x-required-right" = json!("platform_admin"))),
    params(NamePath),
    responses(
        (status = 204, description = "Deleted."),
        PlatformProblems,
        MissingProblem,
        ConflictProblems
    )
)]
pub async fn delete_platform_event_type(
    State(state): State<AppState>,
    platform: OfPlatform<Manage>,
    Name(name): Name,
) -> Result<StatusCode, Problem> {
    state
        .service
        .delete_event_type(None, &name, platform.by())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes an event type out of the organization's own catalogue. One of the platform's with the
/// same name shows again.
#[utoipa::path(
    delete,
    path = "/organizations/{org}/event-types/{name}",
    tag = "event types",
    extensions(("x-required-right" = json!("produce"))),
    params(OrganizationPath, NamePath),
    responses(
        (status = 204, description = "Deleted."),
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn delete_event_type(
    State(state): State<AppState>,
    within: Within<Produce>,
    Name(name): Name,
) -> Result<StatusCode, Problem> {
    state
        .service
        .delete_event_type(Some(within.slug()), &name, within.by())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
