//! `bellwire inspect`, as a sender sees it and as a person reads it.

mod support;

use std::path::Path;

use bellwire::clock::SystemClock;
use bellwire_core::{signature, time::Clock};
use serde_json::Value;
use support::{Running, Server, bellwire, failure};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn start(arguments: &[&str]) -> (Running, String) {
    let mut command = bellwire(Path::new("/"));
    command
        .args(["inspect", "--listen", "127.0.0.1:0", "--json"])
        .args(arguments);
    let process = Running::start(command);
    let first: Value = serde_json::from_str(&process.line()).unwrap();
    let url = first["listening"].as_str().unwrap().to_owned();
    (process, url)
}

/// Posts a signed request; its status.
fn post(url: &str, secret: &str, body: &str) -> u16 {
    let now = SystemClock.now().as_secs();
    let signature = signature::sign(secret, "msg_1", now, body.as_bytes()).unwrap();
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();
    agent
        .post(url)
        .header("webhook-id", "msg_1")
        .header("webhook-timestamp", now.to_string())
        .header("webhook-signature", signature)
        .header("content-type", "application/json")
        .send(body)
        .unwrap()
        .status()
        .as_u16()
}

fn next(process: &Running) -> Value {
    serde_json::from_str(&process.line()).unwrap()
}

/// EVI-16: an inspector of our own.
#[test]
fn a_request_is_shown_as_it_came_and_its_signature_is_checked() {
    let (process, url) = start(&["--secret", SECRET]);
    let body = r#"{"b":1.10,"a":12345678901234567890}"#;
    assert_eq!(post(&format!("{url}hook?x=1"), SECRET, body), 200);
    let line = process.line();
    assert!(line.contains(&format!("\"body\":{body}")), "{line}");
    let shown: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(shown["method"], "POST");
    assert_eq!(shown["target"], "/hook?x=1");
    assert_eq!(shown["signature"]["valid"], true);
    assert_eq!(shown["answer"], 200);

    let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(post(&url, other, body), 200);
    let shown = next(&process);
    assert_eq!(shown["signature"]["valid"], false);
    assert_eq!(shown["signature"]["reason"], "no signature matches");
    let checks = shown["signature"]["checks"].as_array().unwrap();
    assert!(
        checks.iter().any(|check| check["outcome"] == "problem"),
        "{checks:?}"
    );
    assert_eq!(shown["diagnosis"], Value::Null, "200 is a success");
}

#[test]
fn it_fails_first_and_answers_with_the_status_it_is_told() {
    let (process, url) = start(&["--fail-first", "2", "--status", "201"]);
    let statuses = [0; 3].map(|_| post(&url, SECRET, "{}"));
    assert_eq!(statuses, [503, 503, 201]);
    let shown = next(&process);
    assert_eq!(shown["answer"], 503);
    assert_eq!(shown["diagnosis"]["side"], "endpoint");
    let summary = shown["diagnosis"]["summary"].as_str().unwrap();
    assert!(summary.contains("503"), "{summary}");
    assert_eq!(next(&process)["answer"], 503);
    assert_eq!(next(&process)["diagnosis"], Value::Null);
}

#[test]
fn one_that_hangs_shows_the_request_and_never_answers() {
    let (process, url) = start(&["--hang"]);
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_recv_response(Some(std::time::Duration::from_millis(300)))
        .build()
        .into();
    assert!(matches!(
        agent.post(&url).send("{}"),
        Err(ureq::Error::Timeout(_))
    ));
    let shown = next(&process);
    assert_eq!(shown["answer"], Value::Null);
    assert_eq!(shown["diagnosis"]["side"], "endpoint");
}

#[test]
fn text_for_people_is_indented_and_obeys_no_control_characters() {
    let mut command = bellwire(Path::new("/"));
    command.args(["inspect", "--listen", "127.0.0.1:0"]);
    let process = Running::start(command);
    let url = process.after("Listening on");
    post(&url, SECRET, "{\"a\":[1,2]}");
    process.after("{");
    assert_eq!(process.line(), "  \"a\": [");
    post(&url, SECRET, "\u{1b}[2J not json");
    process.after("\\u{1b}[2J not json");
}

#[test]
fn a_secret_that_is_none_is_refused_at_the_start() {
    let mut command = bellwire(Path::new("/"));
    command.args(["inspect", "--secret", "hush"]);
    let (code, message) = failure(command);
    assert_eq!(code, 2);
    assert!(
        message.contains("--secret: a signing secret begins with `whsec_`"),
        "{message}"
    );
}

/// EVI-16: the inspector in the server, from the command line: what a webhook sends there arrives, and
/// is signed as it should be.
#[test]
fn an_inspector_in_the_server_shows_what_a_webhook_sends() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    server.run(&["organization", "create", "acme", "--name", "Acme"]);
    let command = |arguments: &[&str]| {
        let all = [&["inspector", "--organization", "acme"], arguments].concat();
        server.run(&all)
    };
    let url = command(&["create", "--name", "First try"]);
    let url = url.trim();
    let listed = command(&["list", "--json"]);
    let inspector: Value = serde_json::from_str(listed.lines().next().unwrap()).unwrap();
    assert_eq!(inspector["url"], url);
    let id = inspector["id"].as_str().unwrap();
    assert!(command(&["requests", id]).contains("nothing has arrived yet"));
    let made = [
        "webhook",
        "--organization",
        "acme",
        "create",
        "--name",
        "Orders",
        url,
    ];
    let webhook = server.json(&made)["id"].as_str().unwrap().to_owned();
    let test = format!("/api/v1/organizations/acme/webhooks/{webhook}/test?wait=10");
    ureq::post(format!("{}{test}", server.url))
        .header("authorization", format!("Bearer {}", server.token))
        .send_empty()
        .unwrap();
    let arrived = command(&["requests", id, "--json"]);
    let arrived: Value = serde_json::from_str(arrived.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&arrived["method"], &arrived["answered"]),
        (&"POST".into(), &200.into())
    );
    let request = command(&["request", id, arrived["id"].as_str().unwrap()]);
    let request: Value = serde_json::from_str(&request).unwrap();
    assert_eq!(request["signature"]["valid"], true, "{request}");
    assert_eq!(request["signature"]["webhook"]["name"], "Orders");
    command(&["delete", id]);
    assert!(command(&["list"]).contains("no inspectors"));
}
