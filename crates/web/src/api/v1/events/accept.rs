//! `POST /organizations/{org}/events`: the hot path, stages 1 to 3.
//!
//! One parse, one copy of `data`, one call to the store. What is not needed for that is not done.

use axum::{
    Json,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use bellwire_core::ports::{Idempotency, Receipt};
use http::StatusCode;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::incoming::{NewEvents, Posted};
use crate::{
    AppState,
    auth::{Produce, Within},
    extract::{IdempotencyHeader, IdempotencyKey, OrganizationPath, Query, body},
    problem::{
        Code, Problem,
        docs::{BodyProblems, OrganizationProblems},
    },
};

/// An event that is on disk.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// Our id: `webhook-id` on the wire.
    #[schema(value_type = String, format = Uuid)]
    id: bellwire_core::ids::EventId,
    /// The producer's own id, when it gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    external_id: Option<String>,
    /// How many webhooks it goes to.
    matched: u32,
    /// Its type is not in the catalogue. Left out when it is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    unknown_type: bool,
    /// It repeats an earlier request, whose answer this is; nothing was stored now. Left out
    /// otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    repeated: bool,
}

impl Accepted {
    fn new(receipt: Receipt, external_id: Option<String>) -> Self {
        Self {
            id: receipt.event_id,
            external_id,
            matched: receipt.matched,
            unknown_type: receipt.unknown_type,
            repeated: receipt.repeated,
        }
    }
}

/// Events that are on disk, in the order of the request.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcceptedEvents {
    /// One for each event.
    events: Vec<Accepted>,
}

/// As the body was: one, or many.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum AcceptedBody {
    /// For one event.
    One(Accepted),
    /// For an array.
    Many(AcceptedEvents),
}

/// Accepts one event, or an array of up to 1000: all or nothing.
///
/// When 202 is answered, events and deliveries are on disk. The body may have 16 MiB, the `data`
/// of one event 1 MiB.
#[utoipa::path(
    post,
    path = "/organizations/{org}/events",
    tag = "events",
    extensions(("x-required-right" = json!("produce"))),
    operation_id = "accept_events",
    params(OrganizationPath, IdempotencyHeader),
    request_body(
        content = NewEvents,
        content_type = "application/json",
        example = json!({
            "type": "booking.created",
            "data": {"booking": {"id": "B-1001", "total": 120.50}},
            "channels": ["account:cool"],
            "id": "booking-1001-created"
        })
    ),
    responses(
        (status = 202, description = "Accepted and stored.", body = AcceptedBody),
        BodyProblems,
        OrganizationProblems
    )
)]
pub async fn accept_events(
    State(state): State<AppState>,
    within: Within<Produce>,
    Query(()): Query<()>,
    IdempotencyKey(key): IdempotencyKey,
    request: Request,
) -> Result<Response, Problem> {
    let accepted = accept(&state, &within, key, request).await;
    if let Err(problem) = &accepted {
        state.metrics.refused(problem.code.as_str());
    }
    accepted
}

async fn accept(
    state: &AppState,
    within: &Within<Produce>,
    key: Option<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let bytes = body::read(&parts.headers, body, body::EVENTS_LIMIT_BYTES).await?;
    let idempotency = key.map(|key| Idempotency {
        key,
        fingerprint: fingerprint(parts.uri.path(), &bytes),
    });
    let (incoming, is_batch) = match Posted::parse(&bytes)? {
        Posted::One(event) => (vec![event], false),
        Posted::Many(events) => (events, true),
    };
    let body_bytes = bytes.len() as u64;
    drop(bytes);
    let external_ids: Vec<Option<String>> = incoming
        .iter()
        .map(|event| event.external_id.clone())
        .collect();
    let one_in_array = is_batch && incoming.len() == 1;
    let receipts = state
        .service
        .ingest(within.slug(), incoming, idempotency)
        .await
        .map_err(|error| {
            let problem = Problem::from(error);
            if one_in_array {
                in_array(problem)
            } else {
                problem
            }
        })?;
    count(state, &receipts);
    state.metrics.event_bytes.inc_by(body_bytes);
    let mut events: Vec<Accepted> = receipts
        .into_iter()
        .zip(external_ids)
        .map(|(receipt, external_id)| Accepted::new(receipt, external_id))
        .collect();
    Ok(match events.pop() {
        Some(event) if !is_batch => (StatusCode::ACCEPTED, Json(event)).into_response(),
        last => {
            events.extend(last);
            (StatusCode::ACCEPTED, Json(AcceptedEvents { events })).into_response()
        }
    })
}

/// What an idempotency key stands for: this body, to this path.
fn fingerprint(path: &str, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update((path.len() as u64).to_le_bytes());
    hash.update(path.as_bytes());
    hash.update(body);
    hash.finalize().into()
}

/// The service names fields of a single event without an index; who sent an array gets one.
fn in_array(mut problem: Problem) -> Problem {
    if problem.code != Code::InvalidRequest {
        return problem;
    }
    for error in &mut problem.errors {
        if error.field != "events" {
            error.field = format!("events[0].{}", error.field);
        }
    }
    Problem::fields(problem.code, problem.errors)
}

fn count(state: &AppState, receipts: &[Receipt]) {
    let repeated = receipts.iter().filter(|receipt| receipt.repeated).count() as u64;
    let matched: u64 = receipts
        .iter()
        .filter(|receipt| !receipt.repeated)
        .map(|receipt| u64::from(receipt.matched))
        .sum();
    let metrics = &state.metrics;
    metrics
        .events_accepted
        .inc_by(receipts.len() as u64 - repeated);
    metrics.deliveries_matched.inc_by(matched);
    if repeated > 0 {
        metrics.events_repeated.inc_by(repeated);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_part_of_what_a_key_stands_for() {
        assert_eq!(fingerprint("/a", b"x"), fingerprint("/a", b"x"));
        assert_ne!(fingerprint("/a", b"x"), fingerprint("/b", b"x"));
        assert_ne!(fingerprint("/a", b"bx"), fingerprint("/ab", b"x"));
    }

    #[test]
    fn a_fault_in_an_array_of_one_names_the_index_too() {
        let problem = in_array(Problem::field(Code::InvalidRequest, "type", "is wrong"));
        assert_eq!(problem.errors[0].field, "events[0].type");
        assert_eq!(problem.detail, "`events[0].type`: is wrong");
    }
}
