//! Every way an attempt can end without a status, each made by an endpoint that does it. The causes
//! of time are in `timeouts`, of TLS in `certificates`, of the guard in `ssrf`.

use bellwire_core::outcome::Cause;
use bellwire_core::ports::{Request, Sender};
use bellwire_dispatch::resolve::StaticResolver;
use bellwire_testkit::receiver::{Behaviour, Receiver};
use tokio::net::TcpListener;

use crate::support::{
    assert_cause, assert_status, client, client_with, loopback, now, request, send,
};

#[tokio::test]
async fn a_request_arrives_as_it_was_given_and_the_answer_is_kept() {
    let receiver = Receiver::start().await;
    receiver.script(
        "/hook",
        [Behaviour::StatusWith {
            status: 202,
            headers: vec![("X-Trace".to_owned(), "abc".to_owned())],
            body: "taken".into(),
        }],
    );
    let reply = send(&client(), &receiver.url("/hook?a=b%20c#d")).await;
    assert_status(&reply, 202);
    assert_eq!(reply.excerpt, "taken");
    assert!(!reply.truncated);
    assert_eq!(reply.started_at, now());
    assert_eq!(reply.address, Some(receiver.address()));
    assert_eq!(reply.response_headers.get("x-trace"), Some("abc"));
    assert_eq!(reply.timing.dns_us, None, "an address is not looked up");
    assert!(reply.timing.connect_us.is_some() && reply.timing.first_byte_us.is_some());

    let received = &receiver.received()[0];
    assert_eq!(received.method, "POST");
    assert_eq!(received.path, "/hook?a=b%20c");
    assert_eq!(received.body, request("http://a/").body);
    let expected = [
        ("content-type", "application/json".to_owned()),
        ("user-agent", "Bellwire/test".to_owned()),
        ("content-length", "26".to_owned()),
        ("host", receiver.address().to_string()),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(received.headers, expected, "and nothing else");
}

#[tokio::test]
async fn an_empty_body_has_a_length_too() {
    let receiver = Receiver::start().await;
    let request = Request {
        body: bytes::Bytes::new(),
        ..request(&receiver.url("/"))
    };
    assert_status(&client().send(request).await, 200);
    assert_eq!(receiver.received()[0].header("content-length"), Some("0"));
}

#[tokio::test]
async fn a_closed_port_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let reply = send(&client(), &format!("http://{address}/")).await;
    assert_cause(&reply, Cause::Refused, "refused the connection");
    assert_eq!(reply.address, Some(address));
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_dns() {
    let reply = send(&client(), "http://nowhere.test/").await;
    assert_cause(&reply, Cause::Dns, "nowhere.test");
    assert!(reply.timing.dns_us.is_some());
}

#[tokio::test]
async fn when_one_address_of_a_name_refuses_the_next_is_tried() {
    let receiver = Receiver::start().await;
    let addresses = [[127, 0, 0, 2].into(), [127, 0, 0, 1].into()];
    let resolver = StaticResolver::new().with("two.test", addresses);
    let client = client_with(loopback(), resolver);
    let reply = send(&client, &receiver.url_as("two.test", "/")).await;
    assert_status(&reply, 200);
    assert_eq!(reply.address, Some(receiver.address()));
    let host = format!("two.test:{}", receiver.address().port());
    assert_eq!(receiver.received()[0].header("host"), Some(host.as_str()));
}

#[tokio::test]
async fn closing_without_an_answer_is_a_reset() {
    let receiver = Receiver::start().await;
    let client = client();
    for behaviour in [
        Behaviour::Close,
        Behaviour::Reset,
        Behaviour::ResetBeforeHead,
    ] {
        receiver.script("/", [behaviour]);
        let reply = send(&client, &receiver.url("/")).await;
        assert_cause(&reply, Cause::Reset, "before");
        assert_eq!(reply.address, Some(receiver.address()));
    }
    assert_eq!(receiver.count(), 3, "none of them was sent twice");
}

#[tokio::test]
async fn what_is_not_http_is_malformed() {
    let receiver = Receiver::start().await;
    let client = client();
    for (behaviour, detail) in [
        (Behaviour::Garbage, "not HTTP"),
        (Behaviour::NulHeader, "not HTTP"),
        (Behaviour::HugeHead, "too large"),
        (Behaviour::ManyHeaders, "too large"),
    ] {
        receiver.script("/", [behaviour]);
        let reply = send(&client, &receiver.url("/")).await;
        assert_cause(&reply, Cause::Malformed, detail);
    }
    receiver.wait_open(0).await;
}

/// ADV-14: a redirect is an answer like any other; where it points is never visited.
#[tokio::test]
async fn redirects_are_not_followed() {
    let receiver = Receiver::start().await;
    let elsewhere = receiver.url("/elsewhere");
    receiver.script("/", [Behaviour::Redirect(elsewhere.clone())]);
    let reply = send(&client(), &receiver.url("/")).await;
    assert_status(&reply, 302);
    assert_eq!(reply.response_headers.get("location"), Some(&*elsewhere));
    assert_eq!(receiver.count(), 1);
}

#[tokio::test]
async fn interim_answers_are_passed_over() {
    let receiver = Receiver::start().await;
    receiver.script("/", [Behaviour::Status100Then(201)]);
    assert_status(&send(&client(), &receiver.url("/")).await, 201);
}

#[tokio::test]
async fn switching_protocols_is_an_answer_and_ends_the_connection() {
    let receiver = Receiver::start().await;
    receiver.script("/", [Behaviour::SwitchProtocols]);
    assert_status(&send(&client(), &receiver.url("/")).await, 101);
    receiver.wait_open(0).await;
}

#[tokio::test]
async fn headers_that_are_not_utf_8_are_kept_with_replacements() {
    let receiver = Receiver::start().await;
    receiver.script("/", [Behaviour::NonUtf8]);
    let reply = send(&client(), &receiver.url("/")).await;
    assert_status(&reply, 200);
    assert_eq!(reply.response_headers.get("x-odd"), Some("caf\u{fffd}"));
    assert_eq!(reply.excerpt, b"caf\xe9\xff".as_slice());
}

#[tokio::test]
async fn retry_after_is_read() {
    let receiver = Receiver::start().await;
    receiver.script(
        "/",
        [Behaviour::StatusWith {
            status: 503,
            headers: vec![("retry-after".to_owned(), "7".to_owned())],
            body: "".into(),
        }],
    );
    let reply = send(&client(), &receiver.url("/")).await;
    assert_eq!(reply.outcome.retry_after, Some(7_000_000));
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_an_envelope_failure_and_nothing_leaves() {
    let receiver = Receiver::start().await;
    let request = Request {
        headers: [("x-bad", "a\r\nx-smuggled: b")].into_iter().collect(),
        ..request(&receiver.url("/"))
    };
    let reply = client().send(request).await;
    assert_cause(&reply, Cause::Envelope, "x-bad");
    assert_eq!(receiver.connections(), 0);
}
