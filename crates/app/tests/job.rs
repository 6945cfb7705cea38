//! `bellwire job` against a real server: counted, started, watched to its end.

mod support;

use support::{Server, failure};

/// The arguments, within the organization of these tests.
fn acme<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--organization", "acme"]].concat()
}

/// EVI-16 in bulk: counted, started, watched to its end, listed; what is refused is one line.
#[test]
fn jobs_are_counted_started_watched_and_ended() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path());
    server.run(&["organization", "create", "acme"]);
    // Nothing listens there: no second attempt is made.
    let webhook = server.json(&acme(&[
        "webhook",
        "create",
        "https://127.0.0.1:9/hook",
        "--retry",
        r#"{"kind":"none"}"#,
    ]));
    let id = webhook["id"].as_str().unwrap();
    server.json(&acme(&["event", "send", "a.b", "--data", "1"]));
    let count = || {
        server.json(&acme(&[
            "job",
            "start",
            "--webhook",
            id,
            "--cause",
            "refused",
            "--dry-run",
        ]))
    };
    let counted = (0..1_000)
        .map(|_| count())
        .find(|count| count["count"] == 1);
    assert!(counted.is_some(), "the delivery has not failed");
    let told = server.run(&acme(&["job", "start", "--dry-run"]));
    assert_eq!(told.trim(), "1 would be sent again");

    let watched = server.run(&acme(&[
        "job",
        "start",
        "--webhook",
        id,
        "--per-second",
        "5",
        "--watch",
    ]));
    assert!(watched.contains("finished"), "{watched}");
    assert!(watched.contains("1 of 1, 5 a second"), "{watched}");
    let listed = server.run(&acme(&["job", "list"]));
    assert_eq!(listed.lines().count(), 2, "{listed}");
    let job = server.json(&acme(&["job", "list"]))["id"].clone();
    let job = job.as_str().unwrap();
    let shown = server.json(&acme(&["job", "show", job]));
    assert_eq!(shown["done"], 1);
    for verb in ["pause", "resume", "cancel"] {
        let (code, message) = failure(server.command(&acme(&["job", verb, job])));
        assert_eq!(code, 1);
        assert!(message.contains("409 job_over"), "{message}");
    }
    let (code, message) = failure(server.command(&acme(&["job", "start", "--per-second", "0"])));
    assert_eq!(code, 1);
    assert!(
        message.contains("`per_second`: a rate is 1 to 10000"),
        "{message}"
    );
}
