//! The load generator: events over kept-alive connections, one event a request.
//!
//! Closed: so many connections, each posting its next event when the last one was acknowledged.
//! Open: a fixed schedule that does not care how the server fares; latency counts from when an
//! event should have been sent, so that a server that stalls cannot hide it by being asked less.

use std::{
    cell::{Cell, RefCell},
    fmt::Write,
    future::Future,
    time::Duration,
};

use anyhow::{Result, ensure};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream::FuturesUnordered};
use tokio::time::{Instant, sleep};

use super::{
    connection::{Connection, Door},
    ledger::{Ledger, Stopwatch},
    receiver::MARK,
};

/// When events are sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pace {
    /// As fast as they are acknowledged, on so many connections, for so long or until so many.
    Closed {
        connections: u32,
        duration: Duration,
        events: u32,
    },
    /// So many a second, for so long.
    Open { per_s: u32, duration: Duration },
}

/// What is sent where.
#[derive(Debug, Clone)]
pub(super) struct Load {
    /// The nodes; connections are spread over them.
    pub(super) doors: Vec<Door>,
    /// The path of the organization's events.
    pub(super) path: String,
    /// How many bytes the `data` of an event has.
    pub(super) data_bytes: usize,
    /// Event types are `bench.0` to `bench.<types - 1>`, in turn.
    pub(super) types: u32,
    pub(super) pace: Pace,
}

/// What was sent.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sent {
    /// Events that were answered 202.
    pub(super) acknowledged: u64,
    /// When the first was sent and the last acknowledged, in nanoseconds of the [`Stopwatch`].
    pub(super) first_ns: u64,
    pub(super) last_ns: u64,
}

/// How many connections an open schedule may hold when answers are late.
const MAX_CONNECTIONS: usize = 512;
/// Timers are good to a millisecond; the last bit before an event is due is waited for awake.
const AWAKE: Duration = Duration::from_millis(2);
/// At intervals below this, waiting awake would take a core from the server.
const AWAKE_ABOVE: Duration = Duration::from_millis(5);

struct Generator<'a> {
    load: &'a Load,
    ledger: &'a Ledger,
    stopwatch: Stopwatch,
    run: u32,
    padding: String,
}

/// Sends the load; every answer but 202 ends it with an error.
pub(super) async fn send(
    load: &Load,
    ledger: &Ledger,
    stopwatch: Stopwatch,
    run: u32,
) -> Result<Sent> {
    let generator = Generator {
        load,
        ledger,
        stopwatch,
        run,
        padding: "x".repeat(load.data_bytes),
    };
    let first_ns = stopwatch.ns();
    let acknowledged = match load.pace {
        Pace::Closed {
            connections,
            duration,
            events,
        } => generator.closed(connections, duration, events).await?,
        Pace::Open { per_s, duration } => generator.open(per_s, duration).await?,
    };
    Ok(Sent {
        acknowledged,
        first_ns,
        last_ns: stopwatch.ns(),
    })
}

impl Generator<'_> {
    async fn post(&self, connection: &mut Connection, sequence: u32, sent_ns: u64) -> Result<()> {
        let event_type = sequence % self.load.types;
        let mut body = String::with_capacity(self.load.data_bytes + 64);
        write_event(
            &mut body,
            event_type,
            self.run,
            sequence,
            sent_ns,
            &self.padding,
        );
        connection.post(&self.load.path, Bytes::from(body)).await?;
        let took_ns = self.stopwatch.ns().saturating_sub(sent_ns);
        self.ledger.acknowledged(sequence, took_ns);
        Ok(())
    }

    /// Where the connection of this number goes.
    fn door(&self, number: usize) -> &Door {
        &self.load.doors[number % self.load.doors.len()]
    }

    async fn closed(&self, connections: u32, duration: Duration, events: u32) -> Result<u64> {
        let next = Cell::new(0_u32);
        let end = Instant::now() + duration;
        let client = async |number: u32| {
            let mut connection = Connection::open(self.door(number as usize)).await?;
            while Instant::now() < end && next.get() < events {
                let sequence = next.replace(next.get() + 1);
                self.post(&mut connection, sequence, self.stopwatch.ns())
                    .await?;
            }
            anyhow::Ok(())
        };
        let clients: FuturesUnordered<_> = (0..connections).map(client).collect();
        clients.try_collect::<()>().await?;
        Ok(u64::from(next.get()))
    }

    async fn open(&self, per_s: u32, duration: Duration) -> Result<u64> {
        let interval = Duration::from_secs(1) / per_s;
        let events = (duration.as_secs_f64() * f64::from(per_s)) as u32;
        let idle = RefCell::new(Vec::new());
        let opened = Cell::new(0);
        let one = async |sequence: u32, sent_ns: u64| {
            let kept = idle.borrow_mut().pop();
            let mut connection = match kept {
                Some(connection) => connection,
                None => {
                    opened.set(opened.get() + 1);
                    ensure!(
                        opened.get() <= MAX_CONNECTIONS,
                        "{MAX_CONNECTIONS} requests are under way: the server is far behind the \
                         {per_s} events a second of this scenario"
                    );
                    Connection::open(self.door(opened.get())).await?
                }
            };
            self.post(&mut connection, sequence, sent_ns).await?;
            idle.borrow_mut().push(connection);
            anyhow::Ok(())
        };
        let mut under_way = FuturesUnordered::new();
        let (start, start_ns) = (Instant::now(), self.stopwatch.ns());
        for sequence in 0..events {
            let after = interval * sequence;
            wait_until(start + after, interval, &mut under_way).await?;
            let after_ns = u64::try_from(after.as_nanos()).unwrap_or(u64::MAX);
            under_way.push(one(sequence, start_ns + after_ns));
        }
        under_way.try_collect::<()>().await?;
        Ok(u64::from(events))
    }
}

/// Waits until the next event is due, and sees to those under way meanwhile. An event that is due
/// already is not waited for: a timer takes a millisecond at least.
async fn wait_until(
    due: Instant,
    interval: Duration,
    under_way: &mut FuturesUnordered<impl Future<Output = Result<()>>>,
) -> Result<()> {
    let awake = if interval > AWAKE_ABOVE {
        AWAKE
    } else {
        Duration::ZERO
    };
    let asleep = (due - awake).saturating_duration_since(Instant::now());
    if !asleep.is_zero() {
        let asleep = sleep(asleep);
        tokio::pin!(asleep);
        loop {
            tokio::select! {
                Some(done) = under_way.next(), if !under_way.is_empty() => done?,
                () = &mut asleep => break,
            }
        }
    }
    loop {
        while let Some(Some(done)) = under_way.next().now_or_never() {
            done?;
        }
        if Instant::now() >= due {
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
}

/// Appends an event as it is posted. Its data begins with what the receiver looks for, and is
/// filled up with `padding` to the length of the padding.
pub(super) fn write_event(
    body: &mut String,
    event_type: u32,
    run: u32,
    sequence: u32,
    sent_ns: u64,
    padding: &str,
) {
    // Writing to a string cannot fail.
    let _ = write!(body, r#"{{"type":"bench.{event_type}","data":"#);
    let begin = body.len();
    let _ = write!(
        body,
        r#"{MARK}{run},"seq":{sequence},"at":{sent_ns},"pad":""#
    );
    let written = body.len() - begin + 2;
    body.push_str(padding.get(written..).unwrap_or(""));
    body.push_str("\"}}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_of_an_event_has_the_length_that_was_asked_for() {
        let mut body = String::new();
        write_event(&mut body, 3, 1, 17, 123_456_789, &"x".repeat(500));
        let event: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(event["type"], "bench.3");
        assert_eq!(event["data"]["seq"], 17);
        let data = body
            .split_once(r#""data":"#)
            .map(|(_, rest)| rest.len() - 1);
        assert_eq!(data, Some(500));
    }
}
