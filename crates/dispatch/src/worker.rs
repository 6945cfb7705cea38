//! Stage 5: one delivery after another of one lane, each an attempt, each attempt a record.
//!
//! What the endpoint is sent is made here, from the stored event and the webhook's revision of this
//! moment: envelope, signature, headers. Whether the delivery is still wanted is asked here too,
//! immediately before sending. What becomes of it is the policy's pure decision.

use std::{panic::AssertUnwindSafe, sync::Arc};

use bellwire_core::{
    delivery::{Attempt, Job, Kind},
    envelope::Facts,
    headers::HeaderList,
    outcome::{Answer, Cause, Outcome, Reply, Timing},
    policy::Next,
    ports::{Record, Request, Tally},
    signature,
    snapshot::Route,
    time::{SECOND, Time},
};
use bytes::Bytes;
use futures_util::FutureExt as _;
use sha2::{Digest, Sha256};

use crate::{
    dispatcher::Dispatcher,
    lane::{Fared, Held, Lane},
    mask,
};

/// Room for the headers of a request that has none of its webhook's own.
const USUAL_HEADER_BYTES: usize = 192;

/// Sends this delivery and then the lane's next ones, until there is none.
pub(crate) async fn run(dispatcher: Dispatcher, lane: Arc<Lane>, first: Held) {
    let webhook_id = first.job.webhook_id;
    let mut job = Some(first);
    while let Some(current) = job {
        dispatcher.unqueued(&current);
        let delivery = current.job.delivery_id;
        // A bug that panics on one delivery must not take its lane's place in flight with it.
        let fared = AssertUnwindSafe(deliver(&dispatcher, &lane, current))
            .catch_unwind()
            .await
            .unwrap_or_else(|_| {
                tracing::error!(%delivery, "sending it panicked; it is tried again after a restart");
                Fared::Neither
            });
        let bounds = dispatcher.bounds(webhook_id);
        lane.fared(fared, bounds);
        let (next, wants) = lane.next(bounds);
        dispatcher.serve(webhook_id, &lane, wants);
        job = next;
    }
    dispatcher.end(1);
}

/// Whether the delivery is still this process's to send. Waits while that cannot be known.
async fn is_ours(dispatcher: &Dispatcher, lease: u64) -> bool {
    let parts = &dispatcher.0.parts;
    loop {
        match parts.store.lease() {
            Some(current) => return current == lease,
            None if dispatcher.is_stopping() => return false,
            None => {
                let again = parts.clock.now() + SECOND / 5;
                parts.clock.sleep_until(again).await;
            }
        }
    }
}

async fn deliver(dispatcher: &Dispatcher, lane: &Arc<Lane>, Held { job, lease }: Held) -> Fared {
    let inner = &dispatcher.0;
    let (suspect, alone) = lane.standing();
    let _suspect = match suspect {
        true => inner.suspect_permits.acquire().await.ok(),
        false => None,
    };
    let _permit = tokio::select! {
        biased;
        permit = inner.permits.acquire() => permit.ok(),
        permit = inner.first_permits.acquire(), if alone && !suspect => permit.ok(),
    };
    if !is_ours(dispatcher, lease).await {
        // Another process holds it by now, or nobody does: the store gives it out anew.
        return Fared::Neither;
    }
    let wanted = inner
        .parts
        .snapshot
        .route(job.webhook_id)
        .filter(|route| !dispatcher.is_stopping() && !route.held && is_wanted(route, &job));
    let Some(route) = wanted else {
        // Stopping, or disabled, deleted or held meanwhile. The store knows what becomes of it.
        if let Err(error) = inner.parts.store.release(&[job.delivery_id]).await {
            tracing::warn!(%error, delivery = %job.delivery_id, "a claim could not be given back");
        }
        return Fared::Neither;
    };
    let exclusive = route.webhook.settings.is_exclusive();
    if exclusive && !inner.parts.store.owns(job.webhook_id) {
        // It became so after the delivery had come here.
        let delivery = Some(job.delivery_id);
        dispatcher.hand_back(job.webhook_id, lane, delivery).await;
        return Fared::Neither;
    }
    let (reply, sent) = attempt(dispatcher, &route, &job).await;
    let fared = match reply.outcome.answer {
        Answer::Status(_) => Fared::Answered,
        Answer::None(cause) if cause.is_timeout() => Fared::TimedOut,
        Answer::None(_) => Fared::Neither,
    };
    let record = decide(dispatcher, &route, &job, reply, sent);
    inner.metrics.attempted(&record);
    // Counted before it is handed over, so that a stop cannot see the gap.
    dispatcher.begin();
    if inner.records.send(record).await.is_err() {
        dispatcher.end(1);
    }
    fared
}

/// Whether the webhook still takes this delivery.
fn is_wanted(route: &Route, job: &Job) -> bool {
    job.kind == Kind::Test || (route.webhook.is_enabled() && !route.webhook.cancels(job.created_at))
}

/// What was sent, as the attempt keeps it.
struct Sent {
    body_sha256: [u8; 32],
    headers: HeaderList,
}

async fn attempt(dispatcher: &Dispatcher, route: &Route, job: &Job) -> (Reply, Sent) {
    let parts = &dispatcher.0.parts;
    let now = parts.clock.now();
    let facts = Facts {
        event: &job.event,
        organization: &route.organization,
    };
    let body = match route.profile.envelope.render(&facts) {
        Ok(body) => body,
        Err(error) => {
            let sent = Sent {
                body_sha256: Sha256::digest([]).into(),
                headers: HeaderList::default(),
            };
            return (unsent(now, error.to_string()), sent);
        }
    };
    let body_sha256 = Sha256::digest(&body).into();
    let headers = match headers(route, job, now, &body, &parts.options.user_agent) {
        Ok(headers) => headers,
        Err(error) => {
            return (
                unsent(now, error.to_string()),
                Sent {
                    body_sha256,
                    headers: HeaderList::default(),
                },
            );
        }
    };
    let sent = Sent {
        body_sha256,
        headers: mask::sent(route, &headers, body.len()),
    };
    let request = Request {
        webhook_id: job.webhook_id,
        url: Arc::clone(&route.url),
        headers,
        body,
        timeouts: route.policy.timeouts,
    };
    dispatcher.0.metrics.in_flight.inc();
    let reply = parts.sender.send(request).await;
    dispatcher.0.metrics.in_flight.dec();
    (reply, sent)
}

/// The reply of an attempt that could not be made into a request.
fn unsent(now: Time, detail: String) -> Reply {
    Reply {
        outcome: Outcome::none(Cause::Envelope),
        started_at: now,
        timing: Timing::default(),
        address: None,
        detail: Some(detail),
        response_headers: HeaderList::default(),
        excerpt: Bytes::new(),
        truncated: false,
    }
}

/// Standard Webhooks headers, then the webhook's own.
fn headers(
    route: &Route,
    job: &Job,
    now: Time,
    body: &[u8],
    user_agent: &str,
) -> Result<HeaderList, signature::SecretError> {
    let id = job.event.id.to_string();
    let timestamp = now.as_secs();
    let secrets = route
        .webhook
        .signing_secrets(now)
        .map(|secret| secret.value.as_str());
    let signature = signature::signature_header(secrets, &id, timestamp, body)?;
    let own = &route.webhook.settings.headers;
    let mut headers = HeaderList::with_room(USUAL_HEADER_BYTES);
    headers.push("content-type", &route.profile.content_type);
    if !own.iter().any(|header| header.name == "user-agent") {
        headers.push("user-agent", user_agent);
    }
    headers.push("webhook-id", &id);
    headers.push("webhook-timestamp", &timestamp.to_string());
    headers.push("webhook-signature", &signature);
    for header in own {
        headers.push(&header.name, &header.value);
    }
    Ok(headers)
}

/// Stage 6's first half: the attempt, and what becomes of the delivery.
fn decide(dispatcher: &Dispatcher, route: &Route, job: &Job, reply: Reply, sent: Sent) -> Record {
    let parts = &dispatcher.0.parts;
    let now = parts.clock.now();
    let number = job.attempts + 1;
    let is_test = job.kind == Kind::Test;
    let next = route.policy.next(
        reply.outcome,
        number,
        reply.started_at,
        now,
        parts.entropy.unit(),
    );
    let next = match next {
        // A test asks one question; one answer is enough.
        Next::RetryAt(_) if is_test => Next::Fail,
        next => next,
    };
    let class = route.policy.classify(reply.outcome.answer);
    let retry_at = match next {
        Next::RetryAt(time) => Some(time),
        Next::Deliver | Next::Fail => None,
    };
    Record {
        attempt: Attempt {
            delivery_id: job.delivery_id,
            number,
            event_id: job.event.id,
            webhook_id: job.webhook_id,
            organization_id: job.event.organization_id,
            revision: route.webhook.revision,
            at: reply.started_at,
            answer: reply.outcome.answer,
            timing: reply.timing,
            url: route.webhook.settings.url.clone(),
            address: reply.address,
            detail: reply.detail,
            body_sha256: sent.body_sha256,
            request_headers: sent.headers,
            response_headers: reply.response_headers,
            excerpt: reply.excerpt,
            truncated: reply.truncated,
            retry_at,
        },
        next,
        tally: (!is_test).then(|| Tally {
            class,
            rule: Arc::clone(&route.disable),
        }),
        now,
    }
}
