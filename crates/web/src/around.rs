//! What surrounds every request: an id, a net under panics, a count.
//!
//! One layer and not three: each would allocate its own future for each request.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use bellwire_core::{ids::TokenId, service::Service};
use futures_util::FutureExt as _;
use http::{HeaderName, HeaderValue};

use crate::{
    AppState, auth,
    problem::{Code, Problem},
};

/// The header that carries a request's id, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, in its extensions.
#[derive(Debug, Clone)]
pub struct RequestId(pub HeaderValue);

/// Makes request ids: a prefix of this process and a count, which is as unique and far cheaper
/// than randomness for each.
#[derive(Debug, Clone)]
pub struct RequestIds(Arc<(String, AtomicU64)>);

impl RequestIds {
    /// A source for this process.
    #[must_use]
    pub fn new(service: &Service) -> Self {
        let unique: TokenId = service.new_id();
        let prefix = unique.to_string().replace('-', "");
        Self(Arc::new((prefix, AtomicU64::new(0))))
    }

    fn next(&self) -> HeaderValue {
        let (prefix, count) = &*self.0;
        let id = format!("{prefix}-{:x}", count.fetch_add(1, Ordering::Relaxed));
        HeaderValue::from_str(&id).unwrap_or_else(|_| HeaderValue::from_static("none"))
    }
}

/// The caller's own id for the request, if it is harmless in a log.
fn given(request: &Request) -> Option<HeaderValue> {
    request
        .headers()
        .get(&REQUEST_ID)
        .filter(|id| {
            (1..=128).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic)
        })
        .cloned()
}

/// The layer.
pub async fn around(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let began = state.service.now();
    let id = given(&request).unwrap_or_else(|| state.request_ids.next());
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(RequestId(id.clone()));
    let answer = async {
        match auth::token_in_query(request.uri().query()) {
            Some(refusal) => refusal.into_response(),
            None => next.run(request).await,
        }
    };
    let mut response = match AssertUnwindSafe(answer).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            // The panic hook has written the message and the place.
            tracing::error!(request_id = ?id, %method, "a handler panicked");
            Problem::new(
                Code::Internal,
                "A bug stopped this request; the log has its id.",
            )
            .into_response()
        }
    };
    response.headers_mut().insert(REQUEST_ID, id);
    let route = matched.as_ref().map_or("unknown", MatchedPath::as_str);
    state.metrics.request(
        &method,
        route,
        response.status(),
        state.service.now().since(began),
    );
    response
}
