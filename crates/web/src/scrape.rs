//! `GET /metrics`

use axum::{
    extract::{FromRequestParts as _, Request, State},
    response::{IntoResponse as _, Response},
};
use http::header;

use crate::{
    AppState,
    auth::{OfPlatform, Read},
    metrics,
    problem::{
        Code, Problem,
        docs::{ForbiddenProblem, PlatformProblems},
    },
};

/// What is counted, for Prometheus. A token of the platform is needed only when the server is
/// configured so.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operations",
    extensions(("x-required-right" = json!("none"))),
    security((), ("bearer" = [])),
    responses(
        (
            status = 200,
            description = "OpenMetrics text.",
            body = String,
            content_type = "application/openmetrics-text"
        ),
        ForbiddenProblem,
        PlatformProblems
    )
)]
pub async fn scrape(State(state): State<AppState>, request: Request) -> Result<Response, Problem> {
    if state.options.metrics_token {
        let (mut parts, _) = request.into_parts();
        OfPlatform::<Read>::from_request_parts(&mut parts, &state).await?;
    }
    let store = state.service.store();
    state.backlog.look(store, state.service.now()).await;
    let text = state.metrics.encode().map_err(|_| {
        tracing::error!("the metrics could not be written");
        Problem::new(Code::Internal, "The metrics could not be written.")
    })?;
    Ok(([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response())
}
