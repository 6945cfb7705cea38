//! The receiver itself, asked over a bare socket.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Behaviour, Gate, Receiver, bomb};

const POST: &[u8] = b"POST /hook?a=1 HTTP/1.1\r\nHost: x\r\nX-Id: 7\r\nContent-Length: 2\r\n\r\n{}";

async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = Vec::new();
    while !text.ends_with(end.as_bytes()) {
        assert_ne!(stream.read_buf(&mut text).await.unwrap(), 0, "{text:?}");
    }
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn requests_are_recorded_and_the_script_is_played_in_order() {
    let receiver = Receiver::start().await;
    receiver.script("/hook", [Behaviour::Status(503), Behaviour::Status(404)]);
    let mut stream = TcpStream::connect(receiver.address()).await.unwrap();
    for expected in ["503", "404", "200", "200"] {
        stream.write_all(POST).await.unwrap();
        let answer = read_until(&mut stream, "ok").await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {expected} ")),
            "{answer}"
        );
    }
    let requests = receiver.wait_for(4).await;
    assert_eq!(requests[3].number, 3);
    assert_eq!(requests[3].connection, 0);
    assert_eq!(requests[3].method, "POST");
    assert_eq!(requests[3].path, "/hook?a=1");
    assert_eq!(requests[3].header("x-id"), Some("7"));
    assert_eq!(requests[3].json(), serde_json::json!({}));
    assert_eq!(receiver.connections(), 1);
    drop(stream);
    receiver.wait_open(0).await;
}

#[tokio::test]
async fn chunked_bodies_are_put_together() {
    let receiver = Receiver::start().await;
    let mut stream = TcpStream::connect(receiver.address()).await.unwrap();
    stream
        .write_all(b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(receiver.wait_for(1).await[0].body, "abcde");
}

#[tokio::test]
async fn a_gate_holds_the_answer_back() {
    let receiver = Receiver::start().await;
    let gate = Gate::new();
    receiver.script("/hook", [Behaviour::AnswerWhen(gate.clone(), 202)]);
    let mut stream = TcpStream::connect(receiver.address()).await.unwrap();
    stream.write_all(POST).await.unwrap();
    receiver.wait_for(1).await;
    let mut byte = [0];
    assert!(stream.try_read(&mut byte).is_err(), "nothing has come yet");
    gate.open();
    assert!(read_until(&mut stream, "ok").await.contains(" 202 "));
}

#[tokio::test]
async fn a_dropped_receiver_closes_port_and_connections() {
    let receiver = Receiver::start().await;
    let address = receiver.address();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(POST).await.unwrap();
    receiver.wait_for(1).await;
    drop(receiver);
    let mut rest = Vec::new();
    // Closed or reset, either way it ends.
    let _ = stream.read_to_end(&mut rest).await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[test]
fn the_bomb_is_small() {
    let bomb = bomb::gzip(64);
    assert!(bomb.len() < 512 * 1024, "{}", bomb.len());
    assert!(bomb.starts_with(&[0x1f, 0x8b, 8]));
}
