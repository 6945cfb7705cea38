//! Stage 5: one delivery after another of one lane, each an attempt, each attempt a record.
//!
//! What the endpoint is sent is made here, by the core's `rendering`, from the stored event and the
//! webhook's revision of this moment: envelope, signature, headers. Whether the delivery is still
//! wanted is asked here too, immediately before sending. What becomes of it is the policy's pure
//! decision.

use std::{panic::AssertUnwindSafe, sync::Arc};

use bellwire_core::{
    delivery::{Attempt, Job, Kind},
    headers::HeaderList,
    ids::WebhookId,
    outcome::{Answer, Cause, Outcome, Reply, Timing},
    own_event::{self, Kinds},
    policy::Next,
    ports::{Lanes as _, Record, Request, Tally},
    rendering::{self, Heading},
    signature,
    snapshot::Route,
    time::{SECOND, Time},
};
use bytes::Bytes;
use futures_util::FutureExt as _;

use crate::{
    dispatcher::Dispatcher,
    lane::{Fared, Held, Lane},
    pace::Promise,
};

/// Sends this delivery and then the lane's next ones, until there is none.
pub(crate) async fn run(dispatcher: Dispatcher, lane: Arc<Lane>, first: Held) {
    let webhook_id = first.job.webhook_id;
    let mut job = Some(first);
    while let Some(current) = job {
        dispatcher.unqueued(&current);
        let (delivery, event) = (current.job.delivery_id, current.job.event.id);
        // A bug that panics on one delivery must not take its lane's place in flight with it.
        let fared = AssertUnwindSafe(deliver(&dispatcher, &lane, current))
            .catch_unwind()
            .await
            .unwrap_or_else(|_| {
                tracing::error!(%event, %delivery, webhook = %webhook_id, "sending it panicked; it is tried again after a restart");
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

async fn deliver(dispatcher: &Dispatcher, lane: &Arc<Lane>, held: Held) -> Fared {
    let inner = &dispatcher.0;
    let job = &held.job;
    let mut token = Token {
        lane,
        promise: held.promise,
    };
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
    if !is_ours(dispatcher, held.lease).await {
        // Another process holds it by now, or nobody does: the store gives it out anew.
        return Fared::Neither;
    }
    let route = inner.parts.snapshot.route(job.webhook_id);
    let paused = route
        .as_ref()
        .is_some_and(|route| route.webhook.is_paused());
    let wanted =
        route.filter(|route| !dispatcher.is_stopping() && !route.held && is_wanted(route, job));
    let Some(route) = wanted else {
        // Stopping, or disabled, deleted or held meanwhile. The store knows what becomes of it.
        if let Err(error) = inner.parts.store.release(&[job.delivery_id]).await {
            tracing::warn!(
                %error, event = %job.event.id, delivery = %job.delivery_id,
                webhook = %job.webhook_id, "a claim could not be given back"
            );
        }
        if paused {
            // For when it is resumed.
            dispatcher.wake(job.webhook_id);
        }
        return Fared::Neither;
    };
    let exclusive = route.webhook.is_exclusive();
    if exclusive && !inner.parts.store.owns(job.webhook_id) {
        // It became so after the delivery had come here.
        let delivery = Some(job.delivery_id);
        dispatcher.hand_back(job.webhook_id, lane, delivery).await;
        return Fared::Neither;
    }
    if (exclusive || token.promise.is_some()) && !token.take(dispatcher, job.webhook_id) {
        // The limit has become a smaller one since, or it is new.
        dispatcher.queued(std::slice::from_ref(&held));
        lane.put_back(held);
        return Fared::Neither;
    }
    let (reply, sent) = attempt(dispatcher, &route, job).await;
    let fared = match reply.outcome.answer {
        Answer::Status(_) => Fared::Answered,
        Answer::None(cause) if cause.is_timeout() => Fared::TimedOut,
        Answer::None(_) => Fared::Neither,
    };
    let record = decide(dispatcher, &route, job, reply, sent);
    say(&record);
    inner.metrics.attempted(&record);
    // Counted before it is handed over, so that a stop cannot see the gap.
    dispatcher.begin();
    if inner.records.send(record).await.is_err() {
        dispatcher.end(1);
    }
    fared
}

/// One line for each attempt, for who wants to see them: nothing of what was sent or answered.
fn say(record: &Record) {
    let attempt = &record.attempt;
    let (status, cause) = match attempt.answer {
        Answer::Status(status) => (Some(status), None),
        Answer::None(cause) => (None, Some(cause.as_str())),
    };
    let next = match record.next {
        Next::Deliver => "delivered",
        Next::RetryAt(_) => "retry",
        Next::Fail => "failed",
    };
    tracing::debug!(
        event = %attempt.event_id,
        delivery = %attempt.delivery_id,
        webhook = %attempt.webhook_id,
        attempt = attempt.number,
        status,
        cause,
        took_us = attempt.timing.total_us,
        next,
        "an attempt was made"
    );
}

/// Whether the webhook still takes this delivery.
pub(crate) fn is_wanted(route: &Route, job: &Job) -> bool {
    let webhook = &route.webhook;
    let takes = webhook.is_enabled() && !webhook.is_paused() && !webhook.cancels(job.created_at);
    job.kind == Kind::Test || takes
}

/// The token that a worker was promised for its delivery, if its lane has a rate; given back when
/// the delivery does not go out after all.
struct Token<'a> {
    lane: &'a Arc<Lane>,
    promise: Promise,
}

impl Token<'_> {
    /// Whether the request may go out now.
    fn take(&mut self, dispatcher: &Dispatcher, webhook_id: WebhookId) -> bool {
        let promise = self.promise.take();
        let (paid, wants) = self.lane.pay(promise, dispatcher.bounds(webhook_id));
        dispatcher.serve(webhook_id, self.lane, wants);
        paid
    }
}

impl Drop for Token<'_> {
    fn drop(&mut self) {
        if self.promise.is_some() {
            self.lane.give_back(self.promise);
        }
    }
}

/// What was sent, as the attempt keeps it.
struct Sent {
    body_sha256: [u8; 32],
    headers: HeaderList,
}

async fn attempt(dispatcher: &Dispatcher, route: &Route, job: &Job) -> (Reply, Sent) {
    let parts = &dispatcher.0.parts;
    let now = parts.clock.now();
    let body = match rendering::body(&route.profile, &job.event, &route.organization) {
        Ok(body) => body,
        Err(error) => {
            let sent = Sent {
                body_sha256: rendering::sha256(b""),
                headers: HeaderList::default(),
            };
            return (unsent(now, error.to_string()), sent);
        }
    };
    let body_sha256 = rendering::sha256(&body);
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
        headers: rendering::kept(
            &route.webhook.settings.headers,
            &route.url,
            &headers,
            body.len(),
        ),
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

/// The headers for a webhook as it is now, signed with every secret in force.
fn headers(
    route: &Route,
    job: &Job,
    now: Time,
    body: &[u8],
    user_agent: &str,
) -> Result<HeaderList, signature::SecretError> {
    let heading = Heading {
        content_type: &route.profile.content_type,
        user_agent,
        event_id: job.event.id,
        now,
        own: &route.webhook.settings.headers,
    };
    let secrets = route
        .webhook
        .signing_secrets(now)
        .map(|secret| secret.value.as_str());
    rendering::headers(&heading, secrets, body)
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
    let is_own = own_event::Kind::of(&job.event.event_type).is_some();
    let listened = match parts.snapshot.listened(job.event.organization_id) {
        _ if is_test => Kinds::NONE,
        listened if is_own => listened.without_loops(),
        listened => listened,
    };
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
        event_type: job.event.event_type.as_str().into(),
        next,
        tally: (!is_test).then(|| Tally {
            class,
            rule: Arc::clone(&route.disable),
        }),
        now,
        listened,
        is_own,
    }
}
