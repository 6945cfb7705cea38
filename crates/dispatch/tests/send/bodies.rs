//! Bodies of answers: read under a cap, never unpacked.

use bellwire_core::outcome::EXCERPT_FAILURE_BYTES;
use bellwire_core::ports::{Request, Sender};
use bellwire_testkit::receiver::{Behaviour, Receiver};
use bytes::Bytes;

use crate::support::{assert_status, client, request, send};

fn with_body(status: u16, body: Bytes) -> Behaviour {
    Behaviour::StatusWith {
        status,
        headers: Vec::new(),
        body,
    }
}

#[tokio::test]
async fn an_endless_body_is_cut_and_costs_the_connection() {
    let receiver = Receiver::start().await;
    receiver.script("/", [Behaviour::EndlessBody(200)]);
    let client = client();
    let reply = send(&client, &receiver.url("/")).await;
    assert_status(&reply, 200);
    assert_eq!(reply.excerpt.len(), EXCERPT_FAILURE_BYTES);
    assert!(reply.truncated);
    receiver.wait_open(0).await;
    assert_eq!(client.idle_connections(), 0);
    // What was written is what fits into the buffers of two sockets.
    assert!(
        receiver.endless_bytes() < 32 << 20,
        "{}",
        receiver.endless_bytes()
    );
}

#[tokio::test]
async fn the_rest_of_a_medium_body_is_read_to_keep_the_connection() {
    let receiver = Receiver::start().await;
    let client = client();
    for (length, truncated, connections) in [
        (EXCERPT_FAILURE_BYTES, false, 1),
        (EXCERPT_FAILURE_BYTES + 1, true, 1),
        (40 * 1024, true, 1),
        (500 * 1024, true, 1),
        (1, false, 2),
    ] {
        let body: Bytes = (0..length).map(|at| b'a' + (at % 26) as u8).collect();
        receiver.script("/", [with_body(500, body.clone())]);
        let reply = send(&client, &receiver.url("/")).await;
        assert_status(&reply, 500);
        assert_eq!(reply.excerpt, body[..length.min(EXCERPT_FAILURE_BYTES)]);
        assert_eq!(reply.truncated, truncated, "{length}");
        assert_eq!(receiver.connections(), connections, "{length}");
    }
}

#[tokio::test]
async fn a_compressed_bomb_is_kept_as_it_came_and_none_is_asked_for() {
    let receiver = Receiver::start().await;
    receiver.script("/", [Behaviour::GzipBomb]);
    let request = Request {
        headers: [("accept-encoding", "gzip")].into_iter().collect(),
        ..request(&receiver.url("/"))
    };
    let reply = client().send(request).await;
    assert_status(&reply, 200);
    assert!(reply.excerpt.starts_with(&[0x1f, 0x8b]));
    assert_eq!(reply.excerpt.len(), EXCERPT_FAILURE_BYTES);
    assert_eq!(receiver.received()[0].header("accept-encoding"), None);
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_the_status_to_decide() {
    let receiver = Receiver::start().await;
    receiver.script("/", [Behaviour::EarlyClose(200)]);
    let reply = send(&client(), &receiver.url("/")).await;
    assert_status(&reply, 200);
    assert_eq!(reply.excerpt, "half.");
    assert!(reply.truncated);
}

#[tokio::test]
async fn nul_bytes_are_kept() {
    let receiver = Receiver::start().await;
    receiver.script("/", [Behaviour::NulBytes]);
    let reply = send(&client(), &receiver.url("/")).await;
    assert_eq!(reply.excerpt, b"a\0b\0\0c".as_slice());
}

#[tokio::test]
async fn a_large_request_arrives_whole() {
    let receiver = Receiver::start().await;
    let body: Bytes = vec![b'x'; 1 << 20].into();
    let request = Request {
        body: body.clone(),
        ..request(&receiver.url("/"))
    };
    assert_status(&client().send(request).await, 200);
    assert_eq!(receiver.received()[0].body, body);
}
