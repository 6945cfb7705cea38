//! A real endpoint for each cause of failure, called by the real client through the whole engine, and
//! the sentence that its attempt gets. All of them are on this machine.

mod engine;

use std::time::Duration;

use bellwire_core::{
    diagnosis::Side,
    outcome::{Answer, Cause, Header},
};
use bellwire_testkit::receiver::{Behaviour, Identity, Part, Receiver};
use bytes::Bytes;
use tokio::{io::AsyncWriteExt as _, net::TcpListener};

use self::engine::{Case, Engine, LONG, SHORT, case, drive, limits, none};

/// ADV-10, EVI-13: what never reaches an endpoint, or reaches one that does not speak.
#[tokio::test]
async fn an_endpoint_that_cannot_be_reached_is_told_by_its_cause() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    // Connections wait in its backlog: nobody shakes hands.
    let deaf = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let engine = Engine::start(&[]).await;
    let cases = vec![
        case(
            "http://internal.test/in",
            none(Cause::Guard),
            "guard",
            Side::Settings,
            "Nothing was sent: internal.test leads to 10.1.2.3, which is not a public address, and \
             webhooks reach public addresses only.",
        ),
        case(
            "http://nowhere.test/in",
            none(Cause::Dns),
            "dns",
            Side::Settings,
            "The name nowhere.test does not exist, or has no address.",
        ),
        case(
            format!("http://127.0.0.1:{port}/in"),
            none(Cause::Refused),
            "refused",
            Side::Endpoint,
            "<endpoint> refused the connection: nothing listens there.",
        ),
        case(
            "http://[fe80::1]:9/in",
            none(Cause::Unreachable),
            "unreachable",
            Side::Network,
            "There is no way to [fe80::1]:9 through the network.",
        ),
        Case {
            timeouts: limits(SHORT, LONG, LONG),
            ..case(
                format!("https://{}/in", deaf.local_addr().unwrap()),
                none(Cause::ConnectTimeout),
                "connect_timeout",
                Side::Endpoint,
                "<endpoint> took the connection and did not finish the TLS handshake within <time>.",
            )
        },
        Case {
            profile: "eventinsight",
            data: "7",
            ..case(
                format!("http://127.0.0.1:{port}/in"),
                none(Cause::Envelope),
                "envelope",
                Side::Bellwire,
                "Nothing was sent: the profile can make no body of this event. The envelope's \
                 program failed: cannot index 7 with \"id\".",
            )
        },
    ];
    drive(&engine, cases).await;
}

/// ADV-10: each thing that can be wrong with a certificate.
#[tokio::test]
async fn a_certificate_is_told_by_what_is_wrong_with_it() {
    let expired = Receiver::start_tls(Identity::Expired).await;
    let early = Receiver::start_tls(Identity::NotYetValid).await;
    let other = Receiver::start_tls(Identity::WrongName).await;
    let untrusted = Receiver::start_tls(Identity::Valid).await;
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/in", plain.local_addr().unwrap());
    // What web servers say to a TLS handshake on their plain port.
    let answering = tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.unwrap();
        let answer = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer).await.unwrap();
        stream
    });
    let engine = Engine::start(&[&expired, &early, &other]).await;
    let of = |receiver: &Receiver, code, summary: &str| {
        let url = receiver.url_as("hooks.test", "/in");
        case(url, none(Cause::Tls), code, Side::Endpoint, summary)
    };
    let cases = vec![
        of(
            &expired,
            "tls_expired",
            "The certificate of hooks.test has expired.",
        ),
        of(
            &early,
            "tls_not_valid_yet",
            "The certificate of hooks.test is not valid yet.",
        ),
        of(
            &other,
            "tls_wrong_name",
            "hooks.test answered with the certificate of another name. The certificate of the \
             endpoint is for another name: for elsewhere.test, not for hooks.test.",
        ),
        case(
            url,
            none(Cause::Tls),
            "tls_not_tls",
            Side::Settings,
            "<endpoint> was called with https:// and does not speak TLS.",
        ),
    ];
    drive(&engine, cases).await;
    drop(answering.await);
    // Its root has the name of the others, so it is tried where none is trusted.
    let engine = Engine::start(&[]).await;
    let cases = vec![of(
        &untrusted,
        "tls_unknown_issuer",
        "The certificate of hooks.test is from nobody that is trusted: it is self-signed, or \
             the endpoint does not send the intermediate certificate.",
    )];
    drive(&engine, cases).await;
    for receiver in [&expired, &early, &other, &untrusted] {
        assert_eq!(
            receiver.count(),
            0,
            "no request went to a wrong certificate"
        );
    }
}

/// ADV-10: an endpoint that takes the request and answers late, not at all, or nonsense.
#[tokio::test]
async fn an_endpoint_that_misbehaves_is_told_by_how() {
    let receiver = Receiver::start().await;
    let drip = Behaviour::Drip {
        part: Part::Head,
        every: Duration::from_millis(40),
        status: 200,
    };
    for (path, behaviour) in [
        ("/hang", Behaviour::Hang),
        ("/drip", drip.clone()),
        ("/total", drip),
        ("/reset", Behaviour::Reset),
        ("/close", Behaviour::Close),
        ("/garbage", Behaviour::Garbage),
        ("/huge", Behaviour::HugeHead),
    ] {
        receiver.always(path, behaviour);
    }
    let engine = Engine::start(&[]).await;
    let of = |path: &str, cause, code, summary: &str| {
        case(
            receiver.url(path),
            none(cause),
            code,
            Side::Endpoint,
            summary,
        )
    };
    let silent = "The endpoint took the request (connecting <time>) and had not answered after \
                  <time>.";
    let closed = "The endpoint closed the connection before it answered, after <time>.";
    let cases = vec![
        Case {
            timeouts: limits(LONG, SHORT, LONG),
            ..of(
                "/hang",
                Cause::FirstByteTimeout,
                "first_byte_timeout",
                silent,
            )
        },
        Case {
            timeouts: limits(LONG, SHORT, LONG),
            ..of(
                "/drip",
                Cause::FirstByteTimeout,
                "first_byte_timeout",
                silent,
            )
        },
        Case {
            timeouts: limits(LONG, LONG, SHORT),
            ..of(
                "/total",
                Cause::TotalTimeout,
                "total_timeout",
                "The endpoint had not answered when the attempt ran out of time, after <time>.",
            )
        },
        of("/reset", Cause::Reset, "reset", closed),
        of("/close", Cause::Reset, "reset", closed),
        of(
            "/garbage",
            Cause::Malformed,
            "malformed",
            "What came back from <endpoint> is not HTTP.",
        ),
        of(
            "/huge",
            Cause::Malformed,
            "head_too_large",
            "The endpoint answered with more than 64 KiB of headers, or more than 100 of them.",
        ),
    ];
    drive(&engine, cases).await;
}

/// ADV-10, ADV-12: statuses that people meet, with what the answer's headers say.
#[tokio::test]
async fn a_status_is_told_with_what_the_answer_says() {
    let receiver = Receiver::start().await;
    let with = |status: u16, name: &str, value: &str| Behaviour::StatusWith {
        status,
        headers: vec![(name.to_owned(), value.to_owned())],
        body: Bytes::new(),
    };
    receiver.always(
        "/302",
        Behaviour::Redirect("https://example.com/new".to_owned()),
    );
    receiver.always("/308", with(308, "Location", "/in/"));
    receiver.always("/405", with(405, "Allow", "GET"));
    receiver.always("/429", with(429, "Retry-After", "7"));
    receiver.always(
        "/503",
        with(503, "Retry-After", "Fri, 01 Jan 2027 00:00:00 GMT"),
    );
    for status in [201, 400, 401, 404, 410, 413, 500, 502, 504] {
        receiver.always(&format!("/{status}"), Behaviour::Status(status));
    }
    let engine = Engine::start(&[]).await;
    let of = |status: u16, code, side, summary: &str| {
        let url = receiver.url(&format!("/{status}"));
        case(url, Answer::Status(status), code, side, summary)
    };
    let (endpoint, settings) = (Side::Endpoint, Side::Settings);
    let not_found = "There is nothing at <url> (404).";
    let cases = vec![
        of(
            302,
            "redirect",
            settings,
            "The endpoint answered 302 and points to https://example.com/new. Redirects are never \
             followed.",
        ),
        of(
            308,
            "redirect",
            settings,
            "The endpoint answered 308 and points to /in/. Redirects are never followed.",
        ),
        Case {
            profile: "advocate",
            ..of(
                201,
                "not_accepted",
                endpoint,
                "The endpoint answered 201, and the profile Advocate counts only 200 as delivered.",
            )
        },
        of(
            400,
            "bad_request",
            endpoint,
            "The endpoint did not understand the request (400).",
        ),
        Case {
            headers: vec![Header {
                name: "authorization".to_owned(),
                value: "Bearer nobody reads this".to_owned(),
            }],
            ..of(
                401,
                "unauthorized",
                settings,
                "The endpoint wants to know who calls (401).",
            )
        },
        of(404, "not_found", settings, not_found),
        of(
            405,
            "method_not_allowed",
            settings,
            "The endpoint takes no POST at this path (405), only GET.",
        ),
        of(
            410,
            "gone",
            endpoint,
            "The endpoint says that it is gone for good (410).",
        ),
        of(
            413,
            "too_large",
            endpoint,
            "The body of <bytes> bytes is too large for the endpoint (413).",
        ),
        of(
            429,
            "too_many_requests",
            endpoint,
            "The endpoint got more requests than it takes (429) and asks for 7 s of patience.",
        ),
        of(
            500,
            "server_error",
            endpoint,
            "The endpoint failed on this request (500).",
        ),
        of(
            502,
            "bad_gateway",
            endpoint,
            "A proxy in front of the endpoint could not reach it, or did not understand its answer \
             (502).",
        ),
        of(
            503,
            "service_unavailable",
            endpoint,
            "The endpoint, or a proxy in front of it, is not ready (503) and asks for patience \
             until Fri, 01 Jan 2027 00:00:00 GMT.",
        ),
        of(
            504,
            "gateway_timeout",
            endpoint,
            "A proxy in front of the endpoint waited in vain for its answer (504).",
        ),
    ];
    let mut events = Vec::new();
    for case in &cases {
        events.push(engine.send(case).await);
    }
    engine.settle().await;
    for (case, event) in cases.iter().zip(events) {
        let (attempt, said) = engine.attempt(event).await;
        assert_eq!(attempt.answer, case.answer);
        let said = said.unwrap_or_else(|| panic!("{} has no diagnosis", case.code));
        let bytes = attempt.request_headers.get("content-length").unwrap();
        let summary = case
            .summary
            .replace("<url>", &attempt.url)
            .replace("<bytes>", bytes);
        assert_eq!((said.code, said.side), (case.code, case.side));
        assert_eq!(*said.summary, *summary);
        if case.code == "unauthorized" {
            assert!(said.advice.contains("authorization"), "{}", said.advice);
        }
        let text = format!("{said:?}");
        assert!(!text.contains("nobody reads this"), "{text}");
    }
}

#[tokio::test]
async fn a_success_is_not_explained() {
    let receiver = Receiver::start().await;
    let engine = Engine::start(&[]).await;
    let fine = case(
        receiver.url("/"),
        Answer::Status(200),
        "",
        Side::Endpoint,
        "",
    );
    let event = engine.send(&fine).await;
    engine.settle().await;
    assert_eq!(engine.attempt(event).await.1, None);
}
