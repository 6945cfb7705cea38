//! `POST /organizations/{org}/webhooks/{id}/test`

use axum::extract::State;
use bellwire_core::{
    delivery,
    ids::{DeliveryId, EventId, OrganizationId, WebhookId},
    service::TestEvent,
    time::{SECOND, Time},
};
use bytes::Bytes;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use crate::{
    AppState,
    api::v1::attempt::Attempt,
    auth::{Edit, Within},
    extract::{
        Id, IdPath, OptionalJson, OrganizationPath, Query,
        query::{self, Params, ReadQuery},
    },
    problem::{
        Problem,
        docs::{BodyProblems, OrganizationProblems, QueryProblems},
    },
};

/// What to send as a test.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestRequest {
    /// The event's type; the profile's own type for tests, if left out.
    #[serde(rename = "type")]
    #[schema(
        example = "booking.created",
        max_length = 128,
        pattern = r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$"
    )]
    event_type: Option<String>,
    /// The event's data. If left out: the catalogue's example of the type; for a profile whose tests
    /// are about whoever asks (`eventinsight`), the signed-in user, or a sample for a token.
    #[schema(value_type = Option<Value>)]
    data: Option<Box<RawValue>>,
}

/// A test on its way.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestSent {
    /// The event that was made for it.
    #[schema(value_type = String, format = Uuid)]
    event_id: EventId,
    /// Its only delivery.
    #[schema(value_type = String, format = Uuid)]
    delivery_id: DeliveryId,
    /// What came of it, when it was waited for and made in time. Left out otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    attempt: Option<Attempt>,
}

/// How long to wait for the attempt.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wait {
    /// Up to so many seconds, for the attempt to be made and recorded: then the answer has it, with
    /// status 200. If left out, the answer comes at once.
    #[param(required = false, minimum = 0, maximum = 30, example = 10)]
    wait: u32,
}

impl ReadQuery for Wait {
    const NAMES: &'static [&'static str] = &["wait"];

    fn read(params: &Params) -> Result<Self, Problem> {
        let wait = params.value("wait")?.unwrap_or(0);
        if wait > MAX_WAIT_S {
            let message = format!("the attempt is waited for up to {MAX_WAIT_S} seconds");
            return Err(query::wrong("wait", message));
        }
        Ok(Self { wait })
    }
}

/// The longest that an attempt is waited for.
const MAX_WAIT_S: u32 = 30;
/// How often it is looked for.
const LOOK_EVERY_US: i64 = SECOND / 20;

/// Sends a test event to one webhook, enabled or not: one attempt, which no counter counts.
#[utoipa::path(
    post,
    path = "/organizations/{org}/webhooks/{id}/test",
    tag = "webhooks",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath, Wait),
    request_body(content = Option<TestRequest>, content_type = "application/json"),
    responses(
        (status = 200, description = "Made, within the time given.", body = TestSent),
        (status = 202, description = "Stored and on its way.", body = TestSent),
        QueryProblems,
        BodyProblems,
        OrganizationProblems
    )
)]
pub async fn test_webhook(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<WebhookId>,
    Query(Wait { wait }): Query<Wait>,
    OptionalJson(request): OptionalJson<TestRequest>,
) -> Result<(StatusCode, axum::Json<TestSent>), Problem> {
    state.live_webhook(&within, id).await?;
    let event = TestEvent {
        event_type: request.event_type,
        data: request
            .data
            .map(|data| Bytes::copy_from_slice(data.get().as_bytes())),
        user: within.principal.user().cloned(),
    };
    let tested = state
        .service
        .test_webhook(within.slug(), id, event, within.by())
        .await?;
    let deadline = state.service.now() + i64::from(wait) * SECOND;
    let attempt = made(&state, within.id(), tested.event_id, deadline).await?;
    let status = match attempt {
        Some(_) => StatusCode::OK,
        None => StatusCode::ACCEPTED,
    };
    let attempts = attempt.into_iter().collect();
    let sent = TestSent {
        event_id: tested.event_id,
        delivery_id: tested.delivery_id,
        attempt: Attempt::all(&state.service, within.id(), attempts)
            .await?
            .pop(),
    };
    Ok((status, axum::Json(sent)))
}

/// The only attempt of a test, if it is recorded before the deadline.
async fn made(
    state: &AppState,
    organization_id: OrganizationId,
    event_id: EventId,
    deadline: Time,
) -> Result<Option<delivery::Attempt>, Problem> {
    let service = &state.service;
    while service.now() < deadline {
        let detail = service.store().event(organization_id, event_id).await?;
        let found = detail.and_then(|mut detail| detail.deliveries.pop()?.attempts.pop());
        if found.is_some() {
            return Ok(found);
        }
        let clock = service.clock();
        clock
            .sleep_until(deadline.min(service.now() + LOOK_EVERY_US))
            .await;
    }
    Ok(None)
}
