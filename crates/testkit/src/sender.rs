//! A sender that follows a script instead of calling anybody, on the fake clock.
//!
//! It keeps the request's time-outs as the real client does, so that an endpoint that hangs costs
//! virtual time and comes back as the same cause.

use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
    sync::Arc,
};

use async_trait::async_trait;
use bellwire_core::{
    headers::HeaderList,
    ids::WebhookId,
    outcome::{Answer, Cause, Header, Outcome, Reply, Timing},
    ports::{Request, Sender},
    said::Said,
    time::{Clock, DurationUs, Time},
};
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::clock::FakeClock;

/// What an endpoint does with one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// What comes back.
    pub outcome: Outcome,
    /// How long it takes; longer than the request's time-outs is a time-out.
    pub after: DurationUs,
    /// Headers of the response.
    pub headers: Vec<Header>,
    /// Its body.
    pub body: Bytes,
}

impl Act {
    /// An answer with this status, at once.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self {
            outcome: Outcome::status(status),
            after: 0,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// No answer, for this cause, at once.
    #[must_use]
    pub fn none(cause: Cause) -> Self {
        Self {
            outcome: Outcome::none(cause),
            ..Self::status(0)
        }
    }

    /// Never answers: the request runs into its time-out.
    #[must_use]
    pub fn hang() -> Self {
        Self::status(200).after(DurationUs::MAX)
    }

    /// The same, but only after so many microseconds.
    #[must_use]
    pub fn after(mut self, after: DurationUs) -> Self {
        self.after = after;
        self
    }

    /// The same, asking for a wait before the next attempt.
    #[must_use]
    pub fn retry_after(mut self, wait: DurationUs) -> Self {
        self.outcome.retry_after = Some(wait);
        self
    }

    /// The same with this body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }
}

impl From<u16> for Act {
    fn from(status: u16) -> Self {
        Self::status(status)
    }
}

impl From<Cause> for Act {
    fn from(cause: Cause) -> Self {
        Self::none(cause)
    }
}

/// A request that was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// When, on the fake clock.
    pub at: Time,
    /// The request.
    pub request: Request,
}

impl Sent {
    /// The value of this header, whose name is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.headers.get(name)
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is not JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.request.body).expect("the body is JSON")
    }
}

type Script = Box<dyn FnMut(&Request, usize) -> Act + Send>;

/// Follows a script per URL; an endpoint without one answers 200 at once. Clones are the same
/// sender.
#[derive(Clone)]
pub struct ScriptedSender {
    shared: Arc<Shared>,
}

struct Shared {
    clock: FakeClock,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    scripts: HashMap<String, (Script, usize)>,
    sent: Vec<Sent>,
    in_flight: usize,
    most_in_flight: usize,
    forgotten: Vec<WebhookId>,
    refusal: Option<String>,
}

impl ScriptedSender {
    /// A sender on this clock.
    #[must_use]
    pub fn new(clock: FakeClock) -> Self {
        Self {
            shared: Arc::new(Shared {
                clock,
                state: Mutex::default(),
                changed: Notify::new(),
            }),
        }
    }

    /// Asks the closure for each request to this URL; the number counts them from 1.
    pub fn on(&self, url: &str, script: impl FnMut(&Request, usize) -> Act + Send + 'static) {
        let mut state = self.shared.state.lock();
        state.scripts.insert(normal(url), (Box::new(script), 0));
    }

    /// Each request to this URL gets the next of these; once they are used up, 200.
    pub fn queue<A: Into<Act>>(&self, url: &str, acts: impl IntoIterator<Item = A>) {
        let mut acts: VecDeque<Act> = acts.into_iter().map(Into::into).collect();
        self.on(url, move |_, _| {
            acts.pop_front().unwrap_or_else(|| Act::status(200))
        });
    }

    /// Every URL is refused when somebody asks before sending; requests go on being answered.
    pub fn refuse(&self, why: &str) {
        self.shared.state.lock().refusal = Some(why.to_owned());
    }

    /// Each request to this URL gets this.
    pub fn always(&self, url: &str, act: impl Into<Act>) {
        let act = act.into();
        self.on(url, move |_, _| act.clone());
    }

    /// Every request so far, in the order sent.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        self.shared.state.lock().sent.clone()
    }

    /// The requests to this URL so far.
    #[must_use]
    pub fn sent_to(&self, url: &str) -> Vec<Sent> {
        let url = normal(url);
        let state = self.shared.state.lock();
        let to = |sent: &&Sent| sent.request.url.as_str() == url;
        state.sent.iter().filter(to).cloned().collect()
    }

    /// How many requests were sent so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.shared.state.lock().sent.len()
    }

    /// How many wait for their answer now, and the most that ever did at once.
    #[must_use]
    pub fn in_flight(&self) -> (usize, usize) {
        let state = self.shared.state.lock();
        (state.in_flight, state.most_in_flight)
    }

    /// Webhooks whose connections were let go, in order.
    #[must_use]
    pub fn forgotten(&self) -> Vec<WebhookId> {
        self.shared.state.lock().forgotten.clone()
    }

    /// Resolves once at least so many requests were sent.
    pub async fn wait_for(&self, count: usize) {
        self.wait_until(|state| state.sent.len() >= count).await;
    }

    /// Resolves once at least so many requests were sent and each has its answer.
    pub async fn wait_for_answers(&self, count: usize) {
        self.wait_until(|state| state.sent.len() >= count && state.in_flight == 0)
            .await;
    }

    async fn wait_until(&self, reached: impl Fn(&State) -> bool) {
        loop {
            let changed = self.shared.changed.notified();
            tokio::pin!(changed);
            // Listen before looking, or a change in between goes unnoticed.
            changed.as_mut().enable();
            if reached(&self.shared.state.lock()) {
                return;
            }
            changed.await;
        }
    }

    /// Records the request and asks its script.
    fn begin(&self, request: Request, at: Time) -> (Act, InFlight) {
        let mut state = self.shared.state.lock();
        let act = match state.scripts.get_mut(request.url.as_str()) {
            None => Act::status(200),
            Some((script, count)) => {
                *count += 1;
                script(&request, *count)
            }
        };
        state.sent.push(Sent { at, request });
        state.in_flight += 1;
        state.most_in_flight = state.most_in_flight.max(state.in_flight);
        drop(state);
        self.shared.changed.notify_waiters();
        (act, InFlight(Arc::clone(&self.shared)))
    }
}

/// Ends when the answer is there, and also when nobody waits for it any more.
struct InFlight(Arc<Shared>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.state.lock().in_flight -= 1;
        self.0.changed.notify_waiters();
    }
}

#[async_trait]
impl Sender for ScriptedSender {
    async fn send(&self, request: Request) -> Reply {
        let clock = &self.shared.clock;
        let started_at = clock.now();
        let timeouts = request.timeouts;
        let port = request.url.port_or_known_default().unwrap_or(0);
        let (act, in_flight) = self.begin(request, started_at);
        let limit_ms = timeouts.first_byte_ms.min(timeouts.total_ms);
        let limit = i64::from(limit_ms) * 1_000;
        let (outcome, after) = if act.after < limit {
            (act.outcome, act.after)
        } else if timeouts.first_byte_ms <= timeouts.total_ms {
            (Outcome::none(Cause::FirstByteTimeout), limit)
        } else {
            (Outcome::none(Cause::TotalTimeout), limit)
        };
        clock.sleep_until(started_at + after).await;
        drop(in_flight);
        let answered = matches!(outcome.answer, Answer::Status(_));
        let took = u32::try_from(after).unwrap_or(u32::MAX);
        Reply {
            outcome,
            started_at,
            timing: Timing {
                first_byte_us: answered.then_some(took),
                total_us: took,
                ..Timing::default()
            },
            address: answered.then(|| SocketAddr::from(([203, 0, 113, 7], port))),
            detail: (!answered).then(|| "the script says so".to_owned()),
            response_headers: if answered {
                act.headers.iter().collect()
            } else {
                HeaderList::default()
            },
            excerpt: if answered { act.body } else { Bytes::new() },
            truncated: false,
        }
    }

    async fn refusal(&self, _url: &url::Url) -> Option<Said> {
        self.shared.state.lock().refusal.clone().map(Said::from)
    }

    fn forget(&self, webhook_id: WebhookId) {
        self.shared.state.lock().forgotten.push(webhook_id);
    }
}

/// The URL as requests carry it.
fn normal(url: &str) -> String {
    url::Url::parse(url).map_or_else(|_| url.to_owned(), String::from)
}

#[cfg(test)]
mod tests {
    use bellwire_core::{
        policy::Timeouts,
        time::{MINUTE, SECOND},
    };

    use super::*;
    use crate::builders::{START, id};

    const URL: &str = "https://hooks.example/a";

    fn request() -> Request {
        Request {
            webhook_id: id(),
            url: Arc::new(URL.parse().unwrap()),
            headers: [("x-a", "b")].into_iter().collect(),
            body: Bytes::from_static(b"{\"a\":1}"),
            timeouts: Timeouts {
                connect_ms: 1_000,
                first_byte_ms: 3_000,
                total_ms: 10_000,
            },
        }
    }

    #[tokio::test]
    async fn a_queue_is_followed_and_then_all_is_well() {
        let sender = ScriptedSender::new(FakeClock::new(START));
        sender.queue(URL, [Act::from(500), Act::from(Cause::Refused)]);
        let mut answers = Vec::new();
        for _ in 0..3 {
            answers.push(sender.send(request()).await.outcome.answer);
        }
        let expected = [
            Answer::Status(500),
            Answer::None(Cause::Refused),
            Answer::Status(200),
        ];
        assert_eq!(answers, expected);
        assert_eq!(sender.sent_to(URL).len(), 3);
        assert_eq!(sender.sent()[0].header("x-a"), Some("b"));
        assert_eq!(sender.sent()[0].json()["a"], 1);
    }

    #[tokio::test]
    async fn an_endpoint_that_hangs_runs_into_the_time_out_in_virtual_time() {
        let clock = FakeClock::new(START);
        let sender = ScriptedSender::new(clock.clone());
        sender.always(URL, Act::hang());
        let task = tokio::spawn({
            let sender = sender.clone();
            async move { sender.send(request()).await }
        });
        sender.wait_for(1).await;
        clock.wait_for_sleepers(1).await;
        assert_eq!(sender.in_flight(), (1, 1));
        assert_eq!(clock.jump(), Some(START + 3 * SECOND));
        let reply = task.await.unwrap();
        assert_eq!(reply.outcome, Outcome::none(Cause::FirstByteTimeout));
        assert_eq!(reply.timing.total_us, 3_000_000);
        assert_eq!(sender.in_flight(), (0, 1));
    }

    #[tokio::test]
    async fn an_answer_takes_its_time() {
        let clock = FakeClock::new(START);
        let sender = ScriptedSender::new(clock.clone());
        sender.on(URL, |_, number| {
            Act::status(503)
                .after(number as i64 * SECOND)
                .retry_after(MINUTE)
                .body("busy")
        });
        let task = tokio::spawn({
            let sender = sender.clone();
            async move { sender.send(request()).await }
        });
        clock.wait_for_sleepers(1).await;
        clock.advance(SECOND);
        let reply = task.await.unwrap();
        assert_eq!(reply.outcome.retry_after, Some(MINUTE));
        assert_eq!(reply.excerpt, "busy");
        sender.wait_for_answers(1).await;
    }
}
