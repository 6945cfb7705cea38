//! Stage 5 (send): one HTTP request out, one reply back, under guard and time-outs.
//!
//! It is written on hyper's connections, with a pool of its own, rather than on a ready-made client:
//! when each step began and ended, what exactly went wrong, and whether bytes may have reached the
//! endpoint are what an attempt's record is made of. One `send` is one attempt: nothing is tried
//! again here but a request that never left, because its idle connection had died.
//!
//! `target` takes the URL apart, `pool` finds an idle connection, `connect` opens another,
//! `exchange` sends and reads, `reply` puts the result into words. Retrying, masking and recording
//! are left to the stages around it. Redirects are never followed, bodies never unpacked.

mod connect;
mod exchange;
mod fault;
mod link;
mod pool;
mod reply;
mod request;
mod stream;
mod target;
mod tls;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use bellwire_core::{
    ids::WebhookId,
    outcome::{Cause, Reply, Timing},
    policy::Timeouts,
    ports::{Request, Sender},
    said::Said,
    say,
    time::{Clock, Time},
};
use ipnet::IpNet;
use tokio::sync::Semaphore;
use url::Url;

use self::{
    connect::{Connector, Progress, Step, micros_since},
    exchange::{Deadlines, Exchanged, exchange},
    fault::Fault,
    link::Link,
    pool::{Limits, Pool},
    request::Outgoing,
    target::{Name, Target},
};
use crate::{guard::Guard, resolve::Resolve};

/// How long a look at an address may take that somebody waits for.
const LOOK: Duration = Duration::from_secs(2);
/// How many names are looked up at once because somebody asks.
const LOOKS: usize = 8;

/// How the client is set up.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// Networks that may be reached although they are not public.
    pub allow: Vec<IpNet>,
    /// Certificates to believe besides the usual ones: texts in PEM, each with one or more.
    pub extra_roots: Vec<String>,
    /// Whether HTTP/2 is offered to https endpoints.
    pub http2: bool,
    /// How long a connection may idle before it is closed, in milliseconds. Kept below what common
    /// servers allow, so that they do not close it just when it is used again.
    pub idle_ms: u32,
    /// How many connections of one webhook may idle.
    pub max_idle_per_webhook: usize,
    /// How many connections may idle in all.
    pub max_idle: usize,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            extra_roots: Vec::new(),
            http2: true,
            idle_ms: 10_000,
            max_idle_per_webhook: 64,
            max_idle: 2048,
        }
    }
}

/// The client cannot be made of its options.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// An extra root certificate is not one.
    #[error("extra root certificate number {index} (from 0) cannot be used: {reason}")]
    Root {
        /// Which of [`ClientOptions::extra_roots`].
        index: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// TLS cannot be set up at all.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
}

/// The guarded client. Clones share their connections; they close with the last clone.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Arc<Pool>,
    connector: Connector,
    clock: Arc<dyn Clock>,
    looks: Semaphore,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("idle", &self.idle_connections())
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client without connections. The clock tells when attempts began; how long their steps took
    /// is measured, not told.
    ///
    /// # Errors
    /// When an extra root certificate cannot be used.
    pub fn new(
        options: ClientOptions,
        resolver: Arc<dyn Resolve>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ClientError> {
        let limits = Limits {
            idle: Duration::from_millis(u64::from(options.idle_ms)),
            per_webhook: options.max_idle_per_webhook,
            in_all: options.max_idle,
        };
        let connector = Connector {
            guard: Guard::new(options.allow),
            resolver,
            tls: tls::config(&options.extra_roots, options.http2)?,
        };
        Ok(Self {
            inner: Arc::new(Inner {
                pool: Arc::new(Pool::new(limits)),
                connector,
                clock,
                looks: Semaphore::new(LOOKS),
            }),
        })
    }

    /// How many connections idle now.
    #[must_use]
    pub fn idle_connections(&self) -> usize {
        self.inner.pool.idle()
    }

    /// Closes every idle connection. Those in use close when their request is done.
    pub fn close_idle(&self) {
        self.inner.pool.clear();
    }
}

#[async_trait]
impl Sender for Client {
    async fn send(&self, request: Request) -> Reply {
        let attempt = Attempt {
            inner: &self.inner,
            webhook_id: request.webhook_id,
            deadlines: Deadlines {
                started: Instant::now(),
                timeouts: request.timeouts,
            },
            started_at: self.inner.clock.now(),
        };
        attempt.run(request).await
    }

    async fn refusal(&self, url: &Url) -> Option<Said> {
        let target = match Target::new(&Arc::new(url.clone())) {
            Ok(target) => target,
            Err(fault) => return Some(fault.detail.into()),
        };
        let host = url.host_str().unwrap_or_default();
        // Somebody types: a name that is not whole is nobody's, and many at once wait for no answer.
        let is_whole = matches!(&target.host, Name::Address(_)) || host.contains('.');
        let Ok(_turn) = self.inner.looks.try_acquire() else {
            return None;
        };
        if !is_whole && host != "localhost" {
            return None;
        }
        let mut progress = Progress::default();
        let found = self.inner.connector.addresses(&target, &mut progress);
        match tokio::time::timeout(LOOK, found).await {
            Ok(Ok(_)) => None,
            Ok(Err(fault)) => Some(fault.said(host)),
            Err(_) => Some(say!(
                "barred-slow",
                "the name {host} was not resolved in time",
                host
            )),
        }
    }

    fn forget(&self, webhook_id: WebhookId) {
        self.inner.pool.forget(webhook_id);
    }
}

/// One attempt under way.
struct Attempt<'a> {
    inner: &'a Inner,
    webhook_id: WebhookId,
    deadlines: Deadlines,
    started_at: Time,
}

/// What sending on one connection came to.
enum Sent {
    Reply(Reply),
    /// It never left; here it is again.
    Unsent(Outgoing),
}

impl Attempt<'_> {
    async fn run(&self, request: Request) -> Reply {
        let pool = &self.inner.pool;
        let mut outgoing = match request::build(&request.headers, request.body) {
            Ok(outgoing) => outgoing,
            Err(fault) => return self.failed(fault, Timing::default()),
        };
        // Ends: each turn takes one idle connection away, or sends.
        let target = loop {
            let now = Instant::now();
            let (target, idle) = match pool.take(self.webhook_id, &request.url, now) {
                Ok(taken) => taken,
                Err(fault) => return self.failed(fault, Timing::default()),
            };
            let Some(mut link) = idle else { break target };
            if !link.is_ready().await {
                continue;
            }
            match self
                .send_on(link, outgoing, &target, Timing::default())
                .await
            {
                Sent::Reply(reply) => return reply,
                Sent::Unsent(back) => {
                    outgoing = back;
                    break target;
                }
            }
        };
        // Boxed: the way of a warm connection should not carry the room for this.
        Box::pin(self.send_anew(outgoing, target)).await
    }

    async fn send_anew(&self, outgoing: Outgoing, target: Arc<Target>) -> Reply {
        let mut progress = Progress::default();
        let (connect_by, total) = (self.deadlines.connect(), self.deadlines.total());
        let left = connect_by
            .min(total)
            .saturating_duration_since(Instant::now());
        let connecting = self.inner.connector.connect(&target, &mut progress);
        let connected = tokio::time::timeout(left, connecting).await;
        let timing = progress.timing;
        let mut fault = match connected {
            Ok(Ok(link)) => match self.send_on(link, outgoing, &target, timing).await {
                Sent::Reply(reply) => return reply,
                Sent::Unsent(_) => Fault::new(
                    Cause::Reset,
                    "the endpoint closed the new connection before the request was sent",
                ),
            },
            Ok(Err(fault)) => fault,
            Err(_) => connect_too_late(self.deadlines.timeouts, progress.step, connect_by > total),
        };
        fault.address = fault.address.or(progress.address);
        self.failed(fault, timing)
    }

    async fn send_on(
        &self,
        mut link: Link,
        mut outgoing: Outgoing,
        target: &Target,
        mut timing: Timing,
    ) -> Sent {
        request::address_to(&mut outgoing, target, link.is_h2());
        let address = link.address();
        let exchanged = exchange(&mut link, outgoing, &self.deadlines).await;
        let pool = &self.inner.pool;
        match exchanged {
            Exchanged::Unsent(outgoing) => {
                if let Link::H2(h2) = &link {
                    pool.discard(self.webhook_id, h2);
                }
                Sent::Unsent(outgoing)
            }
            Exchanged::Fault(fault) => {
                if let Link::H2(h2) = &link {
                    pool.discard(self.webhook_id, h2);
                }
                Sent::Reply(self.failed(fault.at(address), timing))
            }
            Exchanged::Response(response) => {
                // A stream of HTTP/2 that is dropped half-read is reset; the connection stays good.
                if (response.complete || link.is_h2()) && link.is_ready().await {
                    pool.give(self.webhook_id, link, Instant::now());
                    pool.keep_swept();
                }
                timing.first_byte_us =
                    Some(u32::try_from(response.first_byte.as_micros()).unwrap_or(u32::MAX));
                timing.total_us = micros_since(self.deadlines.started);
                let now = || self.inner.clock.now();
                let mut reply = reply::of_response(response, self.started_at, now, timing);
                reply.address = Some(address);
                Sent::Reply(reply)
            }
        }
    }

    fn failed(&self, fault: Fault, mut timing: Timing) -> Reply {
        timing.total_us = micros_since(self.deadlines.started);
        reply::of_fault(fault, self.started_at, timing)
    }
}

fn connect_too_late(timeouts: Timeouts, step: Step, total: bool) -> Fault {
    let (cause, limit_ms) = if total {
        (Cause::TotalTimeout, timeouts.total_ms)
    } else {
        (Cause::ConnectTimeout, timeouts.connect_ms)
    };
    let detail = format!(
        "there was no connection within {limit_ms} ms; the time ran out while {}",
        step.as_str()
    );
    Fault::new(cause, detail)
}
