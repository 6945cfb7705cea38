//! The way from "my webhook failed" to the cause, on the command line, against a real server and a
//! real endpoint.

mod support;

use std::{
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;
use support::{Running, Server, bellwire};

/// The arguments, within the organization of these tests.
fn acme<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--organization", "acme"]].concat()
}

/// A server with an organization, and an endpoint that answers 503 to the first request.
fn start(directory: &Path) -> (Server, Running, String) {
    let server = Server::start(directory);
    server.run(&["organization", "create", "acme"]);
    let mut command = bellwire(directory);
    command.args([
        "inspect",
        "--listen",
        "127.0.0.1:0",
        "--json",
        "--fail-first",
        "1",
    ]);
    let endpoint = Running::start(command);
    let first: Value = serde_json::from_str(&endpoint.line()).unwrap();
    let url = first["listening"].as_str().unwrap().to_owned();
    (server, endpoint, url)
}

/// The event as `event show` tells it, once its only attempt is recorded.
fn attempted(server: &Server, event: &str) -> Value {
    for _ in 0..1000 {
        let shown = server.json(&acme(&["event", "show", event]));
        let attempts = shown["deliveries"][0]["attempts"].as_array().unwrap();
        if !attempts.is_empty() {
            return shown;
        }
    }
    panic!("no attempt is recorded");
}

/// What a shell makes of a command: with curl where there is one, otherwise by what curl would get.
fn run_in_shell(directory: &Path, command: &str) -> bool {
    let has_curl = Command::new("curl")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if has_curl {
        let script = directory.join("again.sh");
        std::fs::write(&script, command).unwrap();
        let output = Command::new("sh").arg(&script).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        let answer = String::from_utf8_lossy(&output.stdout);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    has_curl
}

/// ADV-8, ADV-9, ADV-10, EVI-13: why it failed, who else would get it, what was sent, what was
/// changed, and the same request once more.
#[test]
fn a_failure_is_followed_to_its_cause() {
    let directory = tempfile::tempdir().unwrap();
    let (server, endpoint, url) = start(directory.path());
    let webhook = server.json(&acme(&["webhook", "create", &url, "--name", "desk"]));
    let id = webhook["id"].as_str().unwrap();
    let other = &[
        "webhook", "create", &url, "--name", "users", "--type", "user.*",
    ];
    server.json(&acme(other));
    let data = r#"{"total":1.10,"text":"it's"}"#;
    let sent = &["event", "send", "booking.created", "--data", data];
    let accepted = server.json(&acme(sent));
    let event = accepted["id"].as_str().unwrap();
    let received: Value = serde_json::from_str(&endpoint.line()).unwrap();
    let shown = attempted(&server, event);
    let diagnosis = &shown["deliveries"][0]["attempts"][0]["diagnosis"];
    assert_eq!(diagnosis["code"], "service_unavailable");
    let text = server.run(&acme(&["event", "show", event]));
    for part in [
        diagnosis["summary"].as_str().unwrap(),
        "(side: endpoint)",
        "Attempt 2 is due at",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let listed = server.json(&acme(&["webhook", "attempts", id]));
    assert_eq!(listed["diagnosis"], *diagnosis);

    let explained = server.run(&acme(&["event", "explain", event]));
    assert!(explained.contains("✓ received  desk"), "{explained}");
    assert!(explained.contains("✗ not sent   users"), "{explained}");
    let asked = &["event", "explain", "--type", "user.new"];
    let explained = server.run(&acme(asked));
    assert!(explained.contains("✓ receives  users"), "{explained}");

    let delivery = shown["deliveries"][0]["id"].as_str().unwrap();
    let request = server.run(&acme(&["delivery", "request", delivery]));
    assert!(request.contains("✓ these are the bytes"), "{request}");
    let body = server.run(&acme(&["delivery", "request", delivery, "--body"]));
    assert!(body.ends_with(&format!("\"data\":{data}}}")), "{body}");
    assert_eq!(
        serde_json::from_str::<Value>(&body).unwrap(),
        received["body"]
    );

    let curl = server.run(&acme(&["delivery", "curl", delivery]));
    if run_in_shell(directory.path(), &curl) {
        let again: Value = serde_json::from_str(&endpoint.line()).unwrap();
        assert_eq!(again["body"], received["body"]);
        let own = |request: &Value| -> Vec<Value> {
            let mut headers = request["headers"].as_array().unwrap().clone();
            headers.sort_by_key(ToString::to_string);
            headers
        };
        assert_eq!(own(&again), own(&received), "every header, and no other");
    }

    server.json(&acme(&["webhook", "update", id, "--name", "front desk"]));
    let history = server.run(&acme(&["webhook", "history", id]));
    assert!(history.contains("name: desk → front desk"), "{history}");
    assert!(history.contains("revision 1"), "{history}");
}

/// EVI-13: a request that its receiver did not believe, from two files.
#[test]
fn a_signature_is_checked_from_files() {
    let directory = tempfile::tempdir().unwrap();
    let (server, endpoint, url) = start(directory.path());
    let webhook = server.json(&acme(&["webhook", "create", &url, "--name", "desk"]));
    let id = webhook["id"].as_str().unwrap();
    let accepted = server.json(&acme(&["event", "send", "a.b", "--data", r#"{"n":1}"#]));
    let received: Value = serde_json::from_str(&endpoint.line()).unwrap();
    let shown = attempted(&server, accepted["id"].as_str().unwrap());
    let headers: String = received["headers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| {
            let text = |index: usize| pair[index].as_str().unwrap();
            format!("{}: {}\n", text(0), text(1))
        })
        .collect();
    let delivery = shown["deliveries"][0]["id"].as_str().unwrap();
    let body = server.run(&acme(&["delivery", "request", delivery, "--body"]));
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let headers = file("headers.txt", &headers);
    let check = |body: &str| {
        let files = &[
            "webhook",
            "check-signature",
            id,
            "--headers",
            &headers,
            "--body",
            body,
        ];
        server.command(&acme(files)).output().unwrap()
    };
    let genuine = check(&file("body.json", &body));
    let text = String::from_utf8(genuine.stdout).unwrap();
    assert!(genuine.status.success(), "{text}");
    assert!(text.contains("takes this request"), "{text}");
    assert!(
        text.contains("made with the webhook's present secret"),
        "{text}"
    );

    let changed = check(&file("edited.json", &format!("{body}\n")));
    assert_eq!(changed.status.code(), Some(1));
    let text = String::from_utf8(changed.stdout).unwrap();
    assert!(text.contains("refuses this request"), "{text}");
    assert!(text.contains("a newline was added at its end"), "{text}");

    let missing = check("/nowhere/body.json");
    assert_eq!(missing.status.code(), Some(2));
}
