//! HTTP/2, chosen by ALPN.

use bellwire_core::{
    outcome::{Cause, EXCERPT_FAILURE_BYTES},
    policy::Timeouts,
    ports::Sender,
};
use bellwire_dispatch::{client::ClientOptions, resolve::StaticResolver};
use bellwire_testkit::receiver::{Behaviour, Gate, Identity, Receiver};
use futures_util::future::join_all;

use crate::support::{
    GENEROUS, assert_cause, assert_status, client_with, loopback, request, send, send_within,
    trusting, webhook,
};

#[tokio::test]
async fn one_connection_carries_all_requests_of_a_webhook() {
    let receiver = Receiver::start_h2(Identity::Valid).await;
    let client = trusting(&receiver);
    assert_status(&send(&client, &receiver.url("/hook?a=b")).await, 200);

    let received = &receiver.received()[0];
    assert_eq!(received.version, "HTTP/2.0");
    assert_eq!(received.path, "/hook?a=b");
    assert_eq!(received.body, request("http://a/").body);
    assert_eq!(received.header("content-length"), Some("26"));
    let host = receiver.address().to_string();
    assert_eq!(received.header("host"), Some(host.as_str()));

    let gate = Gate::new();
    receiver.otherwise(Behaviour::AnswerWhen(gate.clone(), 202));
    let url = receiver.url("/");
    let sending = join_all((0..10).map(|_| send(&client, &url)));
    let opening = async {
        receiver.wait_for(11).await;
        gate.open();
    };
    let (replies, ()) = tokio::join!(sending, opening);
    for reply in replies {
        assert_status(&reply, 202);
        assert_eq!(reply.excerpt, "ok");
    }
    assert_eq!(receiver.connections(), 1);
    assert_eq!(client.idle_connections(), 1);
    client.forget(webhook(1));
    receiver.wait_open(0).await;
}

#[tokio::test]
async fn it_is_not_offered_when_switched_off() {
    let receiver = Receiver::start_h2(Identity::Valid).await;
    let options = ClientOptions {
        extra_roots: vec![receiver.root_pem().to_owned()],
        http2: false,
        ..loopback()
    };
    let client = client_with(options, StaticResolver::new());
    assert_status(&send(&client, &receiver.url("/")).await, 200);
    assert_eq!(receiver.received()[0].version, "HTTP/1.1");
}

#[tokio::test]
async fn a_stream_that_is_reset_is_a_reset() {
    let receiver = Receiver::start_h2(Identity::Valid).await;
    let client = trusting(&receiver);
    receiver.script("/", [Behaviour::Reset]);
    let reply = send(&client, &receiver.url("/")).await;
    assert_cause(&reply, Cause::Reset, "HTTP/2");
    assert_eq!(reply.address, Some(receiver.address()));
    assert_status(&send(&client, &receiver.url("/")).await, 200);
}

#[tokio::test]
async fn a_connection_that_does_not_answer_is_not_used_again() {
    let receiver = Receiver::start_h2(Identity::Valid).await;
    let client = trusting(&receiver);
    assert_status(&send(&client, &receiver.url("/")).await, 200);
    receiver.script("/", [Behaviour::Hang]);
    let limits = Timeouts {
        first_byte_ms: 300,
        ..GENEROUS
    };
    let reply = send_within(&client, &receiver.url("/"), limits).await;
    assert_cause(&reply, Cause::FirstByteTimeout, "300 ms");
    assert_status(&send(&client, &receiver.url("/")).await, 200);
    assert_eq!(receiver.connections(), 2);
}

#[tokio::test]
async fn a_body_is_cut_without_losing_the_connection() {
    let receiver = Receiver::start_h2(Identity::Valid).await;
    let client = trusting(&receiver);
    receiver.script("/", [Behaviour::EndlessBody(200)]);
    let reply = send(&client, &receiver.url("/")).await;
    assert_status(&reply, 200);
    assert_eq!(reply.excerpt.len(), EXCERPT_FAILURE_BYTES);
    assert!(reply.truncated);

    receiver.script("/", [Behaviour::StallBody(500)]);
    let limits = Timeouts {
        total_ms: 400,
        ..GENEROUS
    };
    let reply = send_within(&client, &receiver.url("/"), limits).await;
    assert_status(&reply, 500);
    assert_eq!(reply.excerpt, "half.");
    assert!(reply.truncated);
    assert_status(&send(&client, &receiver.url("/")).await, 200);
    assert_eq!(receiver.connections(), 1);
}

#[tokio::test]
async fn a_dead_connection_is_replaced() {
    let receiver = Receiver::start_h2(Identity::Valid).await;
    let client = trusting(&receiver);
    assert_status(&send(&client, &receiver.url("/")).await, 200);
    receiver.close_connections();
    receiver.wait_open(0).await;
    let reply = send(&client, &receiver.url("/")).await;
    // Noticed in time it is replaced; if not, the attempt fails as a reset and the next is new.
    if reply.detail.is_some() {
        assert_cause(&reply, Cause::Reset, "");
        assert_status(&send(&client, &receiver.url("/")).await, 200);
    }
    assert_eq!(receiver.connections(), 2);
}
