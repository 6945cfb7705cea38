//! Connections between requests: kept, replaced, never shared, let go.

use bellwire_core::{
    outcome::Cause,
    policy::Timeouts,
    ports::{Request, Sender},
};
use bellwire_dispatch::{client::ClientOptions, resolve::StaticResolver};
use bellwire_testkit::receiver::{Behaviour, Gate, Receiver};
use futures_util::future::join_all;

use crate::support::{
    GENEROUS, assert_cause, assert_status, client, client_with, loopback, request, send,
    send_within, webhook,
};

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request() {
    let receiver = Receiver::start().await;
    let client = client();
    for status in [200, 500, 204, 404, 200] {
        receiver.script("/", [Behaviour::Status(status)]);
        assert_status(&send(&client, &receiver.url("/")).await, status);
    }
    assert_status(&send(&client, &receiver.url("/another/path")).await, 200);
    assert_eq!(receiver.connections(), 1);
    assert_eq!(client.idle_connections(), 1);
    drop(client);
    receiver.wait_open(0).await;
}

#[tokio::test]
async fn a_connection_is_not_shared_between_webhooks() {
    let receiver = Receiver::start().await;
    let client = client();
    for number in 0..3 {
        let request = Request {
            webhook_id: webhook(number),
            ..request(&receiver.url("/"))
        };
        assert_status(&client.send(request).await, 200);
    }
    assert_eq!(receiver.connections(), 3);
    assert_eq!(client.idle_connections(), 3);
}

#[tokio::test]
async fn a_connection_is_used_only_for_the_host_it_was_opened_for() {
    let receiver = Receiver::start().await;
    let here = [[127, 0, 0, 1].into()];
    let resolver = StaticResolver::new()
        .with("a.test", here)
        .with("b.test", here);
    let client = client_with(loopback(), resolver);
    for host in ["a.test", "b.test"] {
        assert_status(&send(&client, &receiver.url_as(host, "/")).await, 200);
    }
    assert_eq!(receiver.connections(), 2);
    receiver.wait_open(1).await;
    assert_eq!(client.idle_connections(), 1);
}

#[tokio::test]
async fn a_connection_that_died_while_idle_costs_no_attempt() {
    let receiver = Receiver::start().await;
    let client = client();
    receiver.script("/", [Behaviour::CloseAfter(200)]);
    assert_status(&send(&client, &receiver.url("/")).await, 200);
    receiver.wait_open(0).await;
    // Lets the runtime look at its sockets, as it does all the time where there is more than a test.
    tokio::task::yield_now().await;
    let reply = send(&client, &receiver.url("/")).await;
    assert_status(&reply, 200);
    assert!(reply.timing.connect_us.is_some(), "it is a new connection");
    assert_eq!(receiver.connections(), 2);
}

#[tokio::test]
async fn a_restarted_endpoint_is_connected_to_anew() {
    let receiver = Receiver::start().await;
    let (client, address) = (client(), receiver.address());
    assert_status(&send(&client, &receiver.url("/")).await, 200);
    let url = receiver.url("/");
    drop(receiver);
    // Refused or reset, depending on how far its tasks have ended: no answer either way.
    let limits = Timeouts {
        first_byte_ms: 2000,
        ..GENEROUS
    };
    let down = send_within(&client, &url, limits).await;
    assert!(down.detail.is_some(), "{down:?}");
    let receiver = Receiver::start_on(address).await;
    assert_status(&send(&client, &receiver.url("/")).await, 200);
}

#[tokio::test]
async fn bytes_that_may_have_arrived_are_never_sent_again() {
    let receiver = Receiver::start().await;
    let client = client();
    receiver.script("/", [Behaviour::Status(200), Behaviour::Close]);
    assert_status(&send(&client, &receiver.url("/")).await, 200);
    let reply = send(&client, &receiver.url("/")).await;
    assert_cause(&reply, Cause::Reset, "closed the connection");
    assert_eq!(receiver.connections(), 1, "it was the kept connection");
    assert_eq!(receiver.count(), 2);
}

#[tokio::test]
async fn requests_at_once_have_connections_of_their_own_and_a_limited_number_is_kept() {
    let receiver = Receiver::start().await;
    let options = ClientOptions {
        max_idle_per_webhook: 2,
        ..loopback()
    };
    let client = client_with(options, StaticResolver::new());
    let gate = Gate::new();
    receiver.otherwise(Behaviour::AnswerWhen(gate.clone(), 200));
    let url = receiver.url("/");
    let sending = join_all((0..5).map(|_| send(&client, &url)));
    let opening = async {
        receiver.wait_for(5).await;
        gate.open();
    };
    let (replies, ()) = tokio::join!(sending, opening);
    for reply in replies {
        assert_status(&reply, 200);
    }
    assert_eq!(receiver.connections(), 5);
    assert_eq!(client.idle_connections(), 2);
    receiver.wait_open(2).await;
}

#[tokio::test]
async fn the_number_of_idle_connections_is_limited_in_all() {
    let receiver = Receiver::start().await;
    let options = ClientOptions {
        max_idle: 2,
        ..loopback()
    };
    let client = client_with(options, StaticResolver::new());
    for number in 0..4 {
        let request = Request {
            webhook_id: webhook(number),
            ..request(&receiver.url("/"))
        };
        assert_status(&client.send(request).await, 200);
    }
    assert_eq!(client.idle_connections(), 2);
    receiver.wait_open(2).await;
}

#[tokio::test]
async fn idle_connections_are_closed_after_a_while() {
    let receiver = Receiver::start().await;
    let options = ClientOptions {
        idle_ms: 50,
        ..loopback()
    };
    let client = client_with(options, StaticResolver::new());
    assert_status(&send(&client, &receiver.url("/")).await, 200);
    receiver.wait_open(0).await;
    assert_eq!(client.idle_connections(), 0);
}

#[tokio::test]
async fn a_forgotten_webhook_leaves_no_connection() {
    let receiver = Receiver::start().await;
    let client = client();
    assert_status(&send(&client, &receiver.url("/")).await, 200);
    client.forget(webhook(1));
    receiver.wait_open(0).await;

    // Forgotten while a request is under way: its connection is not kept either.
    let gate = Gate::new();
    receiver.script("/", [Behaviour::AnswerWhen(gate.clone(), 200)]);
    let url = receiver.url("/");
    let forgetting = async {
        receiver.wait_for(2).await;
        client.forget(webhook(1));
        gate.open();
    };
    let (reply, ()) = tokio::join!(send(&client, &url), forgetting);
    assert_status(&reply, 200);
    receiver.wait_open(0).await;
    assert_eq!(client.idle_connections(), 0);
}
