//! Time that runs out at each step, in real seconds.

use std::{future, net::IpAddr, time::Duration};

use async_trait::async_trait;
use bellwire_core::{
    outcome::Cause,
    policy::Timeouts,
    ports::{Request, Sender},
};
use bellwire_dispatch::resolve::{Resolve, ResolveError};
use bellwire_testkit::receiver::{Behaviour, Part, Receiver};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket},
};

use crate::support::{
    GENEROUS, assert_cause, assert_status, client, client_with, loopback, request, send_within,
};

/// The time-outs of Apigee's profile.
const APIGEE: Timeouts = Timeouts {
    connect_ms: 3000,
    first_byte_ms: 3000,
    total_ms: 15_000,
};

/// A name server that does not answer.
struct Silent;

#[async_trait]
impl Resolve for Silent {
    async fn resolve(&self, _: &str) -> Result<Vec<IpAddr>, ResolveError> {
        future::pending().await
    }
}

/// APG-30: 2.9 seconds from the request to the head are in time.
#[tokio::test]
async fn an_answer_at_2_9_seconds_succeeds() {
    let receiver = Receiver::start().await;
    let delay = Duration::from_millis(2900);
    receiver.script("/", [Behaviour::AnswerAfter(delay, 200)]);
    let reply = send_within(&client(), &receiver.url("/"), APIGEE).await;
    assert_status(&reply, 200);
    assert!(
        reply.timing.first_byte_us.unwrap() >= 2_800_000,
        "{reply:?}"
    );
}

/// APG-30: 3.1 seconds are not.
#[tokio::test]
async fn an_answer_at_3_1_seconds_is_a_timeout() {
    let receiver = Receiver::start().await;
    let delay = Duration::from_millis(3100);
    receiver.script("/", [Behaviour::AnswerAfter(delay, 200)]);
    let reply = send_within(&client(), &receiver.url("/"), APIGEE).await;
    assert_cause(&reply, Cause::FirstByteTimeout, "3000 ms");
    assert_eq!(reply.address, Some(receiver.address()));
    receiver.wait_open(0).await;
}

/// APG-30: a body cut by the total time-out leaves the status to decide.
#[tokio::test]
async fn a_body_that_stalls_leaves_the_status_to_decide() {
    let receiver = Receiver::start().await;
    receiver.script("/", [Behaviour::StallBody(200)]);
    let limits = Timeouts {
        total_ms: 400,
        ..GENEROUS
    };
    let reply = send_within(&client(), &receiver.url("/"), limits).await;
    assert_status(&reply, 200);
    assert_eq!(reply.excerpt, "half.");
    assert!(reply.truncated);
    receiver.wait_open(0).await;
}

/// APG-30: so does one that drips.
#[tokio::test]
async fn a_body_that_drips_leaves_the_status_to_decide() {
    let receiver = Receiver::start().await;
    let drip = Behaviour::Drip {
        part: Part::Body,
        every: Duration::from_millis(5),
        status: 500,
    };
    receiver.script("/", [drip]);
    let limits = Timeouts {
        total_ms: 400,
        ..GENEROUS
    };
    let reply = send_within(&client(), &receiver.url("/"), limits).await;
    assert_status(&reply, 500);
    assert!(reply.truncated && reply.excerpt.starts_with(b"."));
}

#[tokio::test]
async fn no_head_is_a_first_byte_timeout_however_it_is_delayed() {
    let receiver = Receiver::start().await;
    let limits = Timeouts {
        first_byte_ms: 300,
        ..GENEROUS
    };
    let pause = Duration::from_millis(40);
    for behaviour in [
        Behaviour::Hang,
        Behaviour::Drip {
            part: Part::Head,
            every: pause,
            status: 200,
        },
        Behaviour::Endless100(pause),
        // Without a pause between them: a flood must not keep the alarm from being heard.
        Behaviour::Endless100(Duration::ZERO),
    ] {
        receiver.script("/", [behaviour]);
        let reply = send_within(&client(), &receiver.url("/"), limits).await;
        assert_cause(&reply, Cause::FirstByteTimeout, "300 ms");
    }
    receiver.wait_open(0).await;
}

#[tokio::test]
async fn the_whole_attempt_has_a_limit_of_its_own() {
    let receiver = Receiver::start().await;
    receiver.script("/", [Behaviour::Hang]);
    let limits = Timeouts {
        total_ms: 300,
        ..GENEROUS
    };
    let reply = send_within(&client(), &receiver.url("/"), limits).await;
    assert_cause(&reply, Cause::TotalTimeout, "300 ms");
}

#[tokio::test]
async fn a_silent_name_server_uses_up_the_connect_timeout() {
    let client = client_with(loopback(), Silent);
    let limits = Timeouts {
        connect_ms: 200,
        ..GENEROUS
    };
    let reply = send_within(&client, "http://slow.test/", limits).await;
    assert_cause(&reply, Cause::ConnectTimeout, "resolving the name");

    let limits = Timeouts {
        total_ms: 200,
        ..GENEROUS
    };
    let reply = send_within(&client, "http://slow.test/", limits).await;
    assert_cause(&reply, Cause::TotalTimeout, "resolving the name");
}

#[tokio::test]
async fn a_handshake_that_never_ends_uses_up_the_connect_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let limits = Timeouts {
        connect_ms: 200,
        ..GENEROUS
    };
    let reply = send_within(&client(), &format!("https://{address}/"), limits).await;
    assert_cause(&reply, Cause::ConnectTimeout, "shaking hands for TLS");
    assert_eq!(reply.address, Some(address));
    assert!(reply.timing.connect_us.is_some());
}

/// A listener whose connections take little at a time.
fn narrow() -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(64 * 1024).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    socket.listen(8).unwrap()
}

const LARGE: usize = 32 << 20;

fn large_request(listener: &TcpListener) -> Request {
    let address = listener.local_addr().unwrap();
    Request {
        body: vec![b'x'; LARGE].into(),
        timeouts: Timeouts {
            first_byte_ms: 800,
            ..GENEROUS
        },
        ..request(&format!("http://{address}/"))
    }
}

/// APG-30: the time to the first byte begins when the request has been sent, however slowly the
/// endpoint takes it.
#[tokio::test]
async fn a_slow_upload_does_not_count_as_waiting() {
    let listener = narrow();
    let slow = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = vec![0; 256 * 1024];
        let mut read = 0;
        // The head is a little longer than nothing, so this ends within the last of the body.
        while read < LARGE {
            read += stream.read(&mut buffer).await.unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer).await.unwrap();
        while stream.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
    };
    let client = client();
    let sending = async {
        let reply = client.send(large_request(&listener)).await;
        client.close_idle();
        reply
    };
    let (reply, ()) = tokio::join!(sending, slow);
    assert_status(&reply, 200);
    assert!(reply.timing.total_us > 800_000, "{:?}", reply.timing);
}

#[tokio::test]
async fn an_endpoint_that_stops_reading_runs_out_of_time() {
    let listener = narrow();
    let client = client();
    let (reply, _stream) = tokio::join!(client.send(large_request(&listener)), listener.accept());
    assert_cause(&reply, Cause::FirstByteTimeout, "800 ms");
}
