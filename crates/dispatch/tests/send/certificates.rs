//! TLS endpoints, good and bad.

use bellwire_core::outcome::Cause;
use bellwire_dispatch::{
    client::{Client, ClientError, ClientOptions},
    resolve::StaticResolver,
};
use bellwire_testkit::{
    clock::FakeClock,
    receiver::{Identity, Receiver},
};
use std::sync::Arc;
use tokio::{io::AsyncWriteExt, net::TcpListener};

use crate::support::{
    assert_cause, assert_status, client, client_with, loopback, now, send, trusting,
};

#[tokio::test]
async fn a_certificate_of_a_known_root_is_believed() {
    let receiver = Receiver::start_tls(Identity::Valid).await;
    let client = trusting(&receiver);
    let reply = send(&client, &receiver.url("/")).await;
    assert_status(&reply, 200);
    assert!(reply.timing.tls_us.is_some());
    assert_eq!(receiver.received()[0].version, "HTTP/1.1");

    let again = send(&client, &receiver.url("/")).await;
    assert_status(&again, 200);
    assert_eq!(again.timing.tls_us, None, "the connection was kept");
    assert_eq!(receiver.connections(), 1);
}

#[tokio::test]
async fn the_name_is_what_is_checked_with_or_without_a_dot_at_the_end() {
    let receiver = Receiver::start_tls(Identity::Valid).await;
    let here = [[127, 0, 0, 1].into()];
    let resolver = StaticResolver::new()
        .with("hooks.test", here)
        .with("hooks.test.", here)
        .with("elsewhere.example", here);
    let options = ClientOptions {
        extra_roots: vec![receiver.root_pem().to_owned()],
        ..loopback()
    };
    let client = client_with(options, resolver);
    for host in ["hooks.test", "hooks.test."] {
        assert_status(&send(&client, &receiver.url_as(host, "/")).await, 200);
    }
    let reply = send(&client, &receiver.url_as("elsewhere.example", "/")).await;
    assert_cause(&reply, Cause::Tls, "not for elsewhere.example");
}

#[tokio::test]
async fn bad_certificates_are_told_apart() {
    for (identity, detail) in [
        (Identity::Expired, "has expired"),
        (Identity::NotYetValid, "not valid yet"),
        (Identity::WrongName, "for elsewhere.test, not for 127.0.0.1"),
    ] {
        let receiver = Receiver::start_tls(identity).await;
        let reply = send(&trusting(&receiver), &receiver.url("/")).await;
        assert_cause(&reply, Cause::Tls, detail);
        assert_eq!(reply.address, Some(receiver.address()));
        assert_eq!(receiver.count(), 0);
    }
}

#[tokio::test]
async fn an_unknown_issuer_is_not_believed() {
    let receiver = Receiver::start_tls(Identity::Valid).await;
    let reply = send(&client(), &receiver.url("/")).await;
    assert_cause(&reply, Cause::Tls, "unknown issuer");
}

#[tokio::test]
async fn a_plain_endpoint_behind_https_is_a_tls_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    // What web servers say to a TLS handshake on their plain port.
    let plain = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let answer = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer).await.unwrap();
        stream
    };
    let client = client();
    let (reply, _stream) = tokio::join!(send(&client, &url), plain);
    assert_cause(&reply, Cause::Tls, "is not TLS");
}

#[test]
fn a_root_that_is_none_is_an_error_of_the_configuration() {
    for pem in [
        "",
        "not PEM",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        let options = ClientOptions {
            extra_roots: vec![pem.to_owned()],
            ..ClientOptions::default()
        };
        let resolver = Arc::new(StaticResolver::new());
        let error = Client::new(options, resolver, Arc::new(FakeClock::new(now()))).unwrap_err();
        assert!(
            matches!(error, ClientError::Root { index: 0, .. }),
            "{error}"
        );
    }
}
