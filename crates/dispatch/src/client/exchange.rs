//! One request and its response on one connection, step by step under the time-outs.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
    time::{Duration, Instant},
};

use bellwire_core::{
    outcome::{Cause, EXCERPT_FAILURE_BYTES},
    policy::Timeouts,
};
use bytes::Bytes;
use futures_util::future::Either;
use hyper::body::{Body, Incoming};
use tokio::time::Sleep;

use super::{
    fault::{self, Fault},
    link::Link,
    request::Outgoing,
};

/// How much of a body is read, and thrown away after the excerpt, to be able to use the connection
/// again. A longer body costs the connection instead.
const MAX_READ: usize = 64 * 1024;

/// When the steps of an attempt end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadlines {
    pub(super) started: Instant,
    pub(super) timeouts: Timeouts,
}

impl Deadlines {
    pub(super) fn connect(&self) -> Instant {
        self.started + millis(self.timeouts.connect_ms)
    }

    pub(super) fn total(&self) -> Instant {
        self.started + millis(self.timeouts.total_ms)
    }

    fn first_byte(&self, sent: Instant) -> Instant {
        sent + millis(self.timeouts.first_byte_ms)
    }
}

fn millis(millis: u32) -> Duration {
    Duration::from_millis(u64::from(millis))
}

/// A response as far as it was read.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) head: http::response::Parts,
    pub(super) excerpt: Bytes,
    pub(super) truncated: bool,
    pub(super) first_byte: Duration,
    /// The body was read to its end, so the connection may be good for another request.
    pub(super) complete: bool,
}

/// What became of a request.
pub(super) enum Exchanged {
    Response(Response),
    Fault(Fault),
    /// Not a byte of it was written: the connection had ended before.
    Unsent(Outgoing),
}

/// Sends and reads.
pub(super) async fn exchange(
    link: &mut Link,
    request: Outgoing,
    deadlines: &Deadlines,
) -> Exchanged {
    let handed_over = Instant::now();
    let total = deadlines.total();
    let mut limit = deadlines.first_byte(handed_over).min(total);
    let mut alarm = pin!(tokio::time::sleep(
        limit.saturating_duration_since(handed_over)
    ));
    let sending = match link {
        Link::H1(h1) => Either::Left(h1.sender.try_send_request(request)),
        Link::H2(h2) => Either::Right(h2.sender.clone().try_send_request(request)),
    };
    let mut sending = pin!(sending);
    let head = loop {
        let step = poll_fn(|cx| {
            link.drive(cx);
            sending.as_mut().poll(cx)
        });
        if let Some(head) = before(alarm.as_mut(), step).await {
            break head;
        }
        // The clock of the first byte starts when the last byte of the request is out.
        let sent = link.sent_at().unwrap_or(handed_over).max(handed_over);
        let now = Instant::now();
        let due = deadlines.first_byte(sent).min(total);
        if due > now {
            limit = due;
            wake_at(alarm.as_mut(), limit, now);
            continue;
        }
        return Exchanged::Fault(too_late(deadlines, due == total));
    };
    let response = match head {
        Ok(response) => response,
        Err(mut error) => {
            return match error.take_message() {
                Some(request) => Exchanged::Unsent(request),
                None => Exchanged::Fault(fault::of_exchange(error.error())),
            };
        }
    };
    let now = Instant::now();
    let sent = link.sent_at().unwrap_or(handed_over).max(handed_over);
    let (head, mut body) = response.into_parts();
    // On HTTP/1 an answer may come before the request is out; then it took no time at all.
    let first_byte = now.saturating_duration_since(sent);
    let mut reading = Reading::default();
    if !body.is_end_stream() {
        if limit != total {
            wake_at(alarm.as_mut(), total, now);
        }
        // Out of time: the status decides, the rest of the body is forgone.
        let _ = before(alarm, reading.read(link, &mut body)).await;
    } else {
        reading.complete = true;
    }
    Exchanged::Response(Response {
        truncated: reading.truncated || !reading.complete,
        head,
        excerpt: reading.excerpt.into(),
        first_byte,
        complete: reading.complete,
    })
}

fn too_late(deadlines: &Deadlines, total: bool) -> Fault {
    let Timeouts {
        first_byte_ms,
        total_ms,
        ..
    } = deadlines.timeouts;
    if total {
        Fault::new(
            Cause::TotalTimeout,
            format!("the attempt took more than its {total_ms} ms and had no answer"),
        )
    } else {
        Fault::new(
            Cause::FirstByteTimeout,
            format!("connected, but no answer began within {first_byte_ms} ms of the request"),
        )
    }
}

#[derive(Debug, Default)]
struct Reading {
    excerpt: Vec<u8>,
    truncated: bool,
    complete: bool,
}

impl Reading {
    /// Reads to the end of the body, of the limit, or of the connection. It may be dropped at any
    /// point; what was read until then is kept.
    async fn read(&mut self, link: &mut Link, body: &mut Incoming) {
        let mut read = 0;
        while read < MAX_READ {
            let frame = poll_fn(|cx| {
                link.drive(cx);
                Pin::new(&mut *body).poll_frame(cx)
            })
            .await;
            match frame {
                None => {
                    self.complete = true;
                    return;
                }
                Some(Err(_)) => return,
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else {
                        continue;
                    };
                    read += data.len();
                    // Copied, so that a record of 200 bytes does not hold a read buffer of many KiB.
                    let room = EXCERPT_FAILURE_BYTES - self.excerpt.len();
                    self.excerpt
                        .extend_from_slice(&data[..data.len().min(room)]);
                    self.truncated |= data.len() > room;
                    if body.is_end_stream() {
                        self.complete = true;
                        return;
                    }
                }
            }
        }
    }
}

/// The result of the work, or `None` when the alarm went off first.
async fn before<F: Future>(alarm: Pin<&mut Sleep>, work: F) -> Option<F::Output> {
    let mut work = pin!(work);
    // An endpoint that floods us uses up the task's budget with every poll; a constrained timer
    // would then never be looked at.
    let mut alarm = tokio::task::unconstrained(alarm);
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending => Pin::new(&mut alarm).poll(cx).map(|()| None),
    })
    .await
}

fn wake_at(alarm: Pin<&mut Sleep>, at: Instant, now: Instant) {
    let left = at.saturating_duration_since(now);
    alarm.reset(tokio::time::Instant::now() + left);
}
