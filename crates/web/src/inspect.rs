//! `/inspect/{secret}`: where requests to inspectors arrive (EVI-16), from anybody who knows the URL.
//!
//! The URL is the only secret, so it is taken apart here and goes no further: what is kept, and what
//! metrics and the log see, is the route and what stands behind the secret part. What arrives is
//! limited before it is read: how fast (`service/inspectors/door.rs`), how many at once, how large,
//! and how long it may take. Cookies are left out: a browser that somebody lures here sends our own
//! with them, sessions of operators too. It is kept before it is answered. Answers are for programs and for people
//! with curl: plain text, and no problem documents, as somebody's receiver would give them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
    routing::any,
};
use bellwire_core::{
    headers::HeaderList,
    ids::InspectorId,
    inspector::{Answering, MAX_BODY_BYTES, MAX_HEADER_BYTES, MAX_METHOD_BYTES},
    service::{Arrived, Door, Error},
    time::SECOND,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{AppState, auth::caller};

/// Requests that are being read and stored at once: 16 MiB of bodies.
const AT_ONCE: usize = 64;
/// Of these, at one inspector: bodies that never come there must not keep everybody else out.
const AT_ONE: usize = 4;
/// Answers that wait at once.
const WAITING: usize = 512;
/// How long a body may take to arrive.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// How much of it may happen at once, in this process.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    reading: Arc<Semaphore>,
    at_one: Arc<Mutex<HashMap<InspectorId, usize>>>,
    waiting: Arc<Semaphore>,
}

/// A place of one request that is being read.
struct Place {
    at_one: Arc<Mutex<HashMap<InspectorId, usize>>>,
    id: InspectorId,
    _of_all: OwnedSemaphorePermit,
}

impl Room {
    fn take(&self, id: InspectorId) -> Option<Place> {
        let of_all = Arc::clone(&self.reading).try_acquire_owned().ok()?;
        let mut counted = self.at_one.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = counted.entry(id).or_default();
        if *taken >= AT_ONE {
            return None;
        }
        *taken += 1;
        Some(Place {
            at_one: Arc::clone(&self.at_one),
            id,
            _of_all: of_all,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counted = self.at_one.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = counted.get_mut(&self.id) {
            *taken -= 1;
            if *taken == 0 {
                counted.remove(&self.id);
            }
        }
    }
}

impl Default for Room {
    fn default() -> Self {
        Self {
            reading: Arc::new(Semaphore::new(AT_ONCE)),
            at_one: Arc::default(),
            waiting: Arc::new(Semaphore::new(WAITING)),
        }
    }
}

/// The routes. They are for customers' events, and not in the description of the API.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/inspect/{secret}", any(arrive))
        .route("/inspect/{secret}/{*rest}", any(arrive))
}

async fn arrive(State(state): State<AppState>, request: Request) -> Response {
    match take(&state, request).await {
        Ok(answering) => {
            if answering.delay_s > 0 {
                // Too many that wait are answered at once: late is a favour, not a promise.
                if let Ok(_place) = Arc::clone(&state.inspect_room.waiting).try_acquire_owned() {
                    let clock = state.service.clock();
                    let until = clock.now() + i64::from(answering.delay_s) * SECOND;
                    clock.sleep_until(until).await;
                }
            }
            let status = StatusCode::from_u16(answering.status).unwrap_or(StatusCode::OK);
            say(status, "The inspector has kept this request.\n")
        }
        Err(refusal) => *refusal,
    }
}

type Refused = Box<Response>;

fn refuse(status: StatusCode, said: &'static str) -> Refused {
    Box::new(say(status, said))
}

fn busy(retry_after_s: u32) -> Refused {
    let mut response = refuse(
        StatusCode::TOO_MANY_REQUESTS,
        "Too many requests arrive here. This one was not kept; send it again later.\n",
    );
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after_s));
    response
}

/// Keeps a request; what is to be answered.
async fn take(state: &AppState, request: Request) -> Result<Answering, Refused> {
    let service = &state.service;
    let (secret, path) = split(request.uri());
    let unknown = || {
        refuse(
            StatusCode::NOT_FOUND,
            "There is no inspector here. It was removed, or nobody had used it for a week.\n",
        )
    };
    let inspector = match service.inspector_door(secret).await.map_err(failed)? {
        Door::Open(inspector) => inspector,
        Door::Unknown => return Err(unknown()),
        Door::Busy { retry_after_s } => return Err(busy(retry_after_s)),
    };
    let _place = state
        .inspect_room
        .take(inspector.id)
        .ok_or_else(|| busy(1))?;
    let (parts, body) = request.into_parts();
    if parts.method.as_str().len() > MAX_METHOD_BYTES {
        return Err(refuse(
            StatusCode::METHOD_NOT_ALLOWED,
            "The method has more than 32 bytes. This request was not kept.\n",
        ));
    }
    let arrived = Arrived {
        address: caller::of(&parts, &state.options).address,
        method: parts.method.as_str().to_owned(),
        path,
        headers: headers(&parts.headers)?,
        body: read(&parts.headers, body).await?,
    };
    match service.keep_inspected(&inspector, arrived).await {
        Ok(true) => Ok(inspector.answering),
        Ok(false) => Err(unknown()),
        Err(error) => Err(failed(error)),
    }
}

/// The secret part of a URL, and what stands behind it, as they were sent.
fn split(uri: &http::Uri) -> (&str, String) {
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    let path = path.strip_prefix("/inspect/").unwrap_or_default();
    let (secret, rest) = path.split_at(path.find(['/', '?']).unwrap_or(path.len()));
    match rest.starts_with('/') {
        true => (secret, rest.to_owned()),
        false => (secret, format!("/{rest}")),
    }
}

fn headers(map: &HeaderMap) -> Result<HeaderList, Refused> {
    let bytes: usize = map
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if bytes > MAX_HEADER_BYTES {
        return Err(refuse(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "The headers have more than 16 KiB. This request was not kept.\n",
        ));
    }
    let mut list = HeaderList::with_room(bytes);
    for (name, value) in map.iter().filter(|(name, _)| *name != header::COOKIE) {
        list.push(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
    }
    Ok(list)
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Refused> {
    let too_large = || {
        refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The body has more than 256 KiB. This request was not kept.\n",
        )
    };
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > MAX_BODY_BYTES as u64) {
        return Err(too_large());
    }
    let whole = Limited::new(body, MAX_BODY_BYTES).collect();
    match tokio::time::timeout(READ_TIMEOUT, whole).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(refuse(
            StatusCode::BAD_REQUEST,
            "The body ended before its time. This request was not kept.\n",
        )),
        Err(_) => Err(refuse(
            StatusCode::REQUEST_TIMEOUT,
            "The body took longer than 10 seconds. This request was not kept.\n",
        )),
    }
}

fn failed(error: Error) -> Refused {
    tracing::warn!(%error, "a request to an inspector could not be kept");
    refuse(
        StatusCode::SERVICE_UNAVAILABLE,
        "The server cannot store anything right now. Send this again later.\n",
    )
}

fn say(status: StatusCode, said: &'static str) -> Response {
    let mut response = match status {
        StatusCode::NO_CONTENT => status.into_response(),
        _ => (status, said).into_response(),
    };
    let headers = response.headers_mut();
    // The URL is a secret: nothing on the way keeps it, no browser tells it to another page.
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// EVI-16: what is kept does not hold the secret.
    #[test]
    fn what_stands_behind_the_secret_is_kept() {
        for (uri, expected) in [
            ("/inspect/abc", "/"),
            ("/inspect/abc?x=1", "/?x=1"),
            ("/inspect/abc/", "/"),
            ("/inspect/abc/orders/%20%ff?x=abc", "/orders/%20%ff?x=abc"),
        ] {
            let uri = uri.parse().unwrap();
            assert_eq!(split(&uri), ("abc", expected.to_owned()));
        }
    }
}
