//! A client that may reach this machine, and requests for it.

use std::sync::Arc;

use bellwire_core::{
    ids::{IdSource, WebhookId},
    outcome::{Answer, Cause, Reply},
    policy::Timeouts,
    ports::{Request, Sender},
    time::Time,
};
use bellwire_dispatch::{
    client::{Client, ClientOptions},
    resolve::{Resolve, StaticResolver},
};
use bellwire_testkit::{clock::FakeClock, receiver::Receiver};
use bytes::Bytes;

/// Far more than any step takes, so that only what a test shortens can run out.
pub(crate) const GENEROUS: Timeouts = Timeouts {
    connect_ms: 20_000,
    first_byte_ms: 20_000,
    total_ms: 30_000,
};

pub(crate) fn now() -> Time {
    Time::from_millis(1_763_714_096_000)
}

pub(crate) fn loopback() -> ClientOptions {
    ClientOptions {
        allow: vec!["127.0.0.0/8".parse().unwrap()],
        ..ClientOptions::default()
    }
}

pub(crate) fn client() -> Client {
    client_with(loopback(), StaticResolver::new())
}

pub(crate) fn client_with(options: ClientOptions, resolver: impl Resolve) -> Client {
    Client::new(options, Arc::new(resolver), Arc::new(FakeClock::new(now()))).unwrap()
}

/// A client that believes the receiver's root.
pub(crate) fn trusting(receiver: &Receiver) -> Client {
    let options = ClientOptions {
        extra_roots: vec![receiver.root_pem().to_owned()],
        ..loopback()
    };
    client_with(options, StaticResolver::new())
}

pub(crate) fn webhook(number: u64) -> WebhookId {
    IdSource::default().next(now(), number)
}

pub(crate) fn request(url: &str) -> Request {
    Request {
        webhook_id: webhook(1),
        url: Arc::new(url.parse().unwrap()),
        headers: [
            ("content-type", "application/json"),
            ("user-agent", "Bellwire/test"),
        ]
        .into_iter()
        .collect(),
        body: Bytes::from_static(br#"{"type":"booking.created"}"#),
        timeouts: GENEROUS,
    }
}

pub(crate) async fn send(client: &Client, url: &str) -> Reply {
    client.send(request(url)).await
}

pub(crate) async fn send_within(client: &Client, url: &str, timeouts: Timeouts) -> Reply {
    client
        .send(Request {
            timeouts,
            ..request(url)
        })
        .await
}

#[track_caller]
pub(crate) fn assert_status(reply: &Reply, status: u16) {
    assert_eq!(reply.outcome.answer, Answer::Status(status), "{reply:?}");
}

#[track_caller]
pub(crate) fn assert_cause(reply: &Reply, cause: Cause, detail: &str) {
    assert_eq!(reply.outcome.answer, Answer::None(cause), "{reply:?}");
    let found = reply.detail.as_deref().unwrap_or_default();
    assert!(found.contains(detail), "{found}");
}
