//! Whether the process lives, and whether it can take events.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use bellwire_core::{
    ports::Store,
    time::{SECOND, Time},
};
use serde::Serialize;
use tokio::sync::Mutex;
use utoipa::ToSchema;

use crate::{
    AppState,
    problem::{Code, Problem},
};

/// The answer of a health check that is passed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Healthy {
    /// Always `ok`; what is not comes as a problem.
    #[schema(example = "ok")]
    status: &'static str,
}

const OK: Healthy = Healthy { status: "ok" };

/// Whether the process answers at all.
///
/// Restart it when this fails. Says nothing about the store: a full disk is not mended by a
/// restart.
#[utoipa::path(
    get,
    path = "/health/live",
    tag = "operations",
    extensions(("x-required-right" = json!("none"))),
    security(()),
    responses((status = 200, description = "It lives.", body = Healthy))
)]
pub async fn live() -> Json<Healthy> {
    Json(OK)
}

/// Whether the server can take events: the store is asked to write.
///
/// Send it no traffic while this fails.
#[utoipa::path(
    get,
    path = "/health/ready",
    tag = "operations",
    extensions(("x-required-right" = json!("none"))),
    security(()),
    responses(
        (status = 200, description = "It is ready.", body = Healthy),
        (
            status = 503,
            description = "`unavailable`: the store cannot write; `detail` says why.",
            body = crate::problem::Document<'static>,
            content_type = "application/problem+json"
        )
    )
)]
pub async fn ready(State(state): State<AppState>) -> Response {
    match state
        .readiness
        .check(state.service.store(), state.service.now())
        .await
    {
        Ok(()) => Json(OK).into_response(),
        Err(reason) => Problem::new(Code::Unavailable, reason).into_response(),
    }
}

/// How long one answer of the store serves: a check writes, and anybody may ask for it.
const FRESH_US: i64 = SECOND;
/// How long the store may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

type Answer = Result<(), String>;

/// The last answer of the store, so that being asked often does not mean writing often.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<Mutex<Option<(Time, Answer)>>>);

impl Readiness {
    async fn check(&self, store: &Arc<dyn Store>, now: Time) -> Answer {
        // Held across the write on purpose: who comes meanwhile waits for the same answer.
        let mut last = self.0.lock().await;
        if let Some((at, answer)) = &*last
            && (0..FRESH_US).contains(&now.since(*at))
        {
            return answer.clone();
        }
        let answer = match tokio::time::timeout(PATIENCE, store.ping()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!(
                "the store has not answered within {} s",
                PATIENCE.as_secs()
            )),
        };
        *last = Some((now, answer.clone()));
        answer
    }
}
