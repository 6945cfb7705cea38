//! The commands against a real server, from the first organization to a delivery that arrived.

mod support;

use serde_json::Value;
use support::{Running, Server, bellwire, failure};

/// The arguments, within the organization of these tests.
fn acme<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--organization", "acme"]].concat()
}

#[test]
fn an_event_goes_all_the_way_and_can_be_followed() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path());
    let made = server.run(&["organization", "create", "acme", "--name", "Acme"]);
    assert!(made.contains("made acme"), "{made}");
    let listed = server.run(&["organization", "list"]);
    assert!(
        listed
            .lines()
            .any(|line| line.starts_with("acme") && line.contains("standard")),
        "{listed}"
    );

    let mut command = bellwire(directory.path());
    command.args(["inspect", "--listen", "127.0.0.1:0", "--json"]);
    let endpoint = Running::start(command);
    let first: Value = serde_json::from_str(&endpoint.line()).unwrap();
    let url = first["listening"].as_str().unwrap();

    let webhook = server.json(&acme(&[
        "webhook",
        "create",
        url,
        "--name",
        "desk",
        "--type",
        "booking.*",
        "--channel",
        "account:cool",
        "--header",
        "X-Key: secret",
    ]));
    let id = webhook["id"].as_str().unwrap();
    assert_eq!(webhook["event_types"][0], "booking.*");
    assert!(server.run(&acme(&["webhook", "list"])).contains("desk"));

    let data = r#"{"total":1.10,"number":12345678901234567890}"#;
    let accepted = server.json(&acme(&[
        "event",
        "send",
        "booking.created",
        "--data",
        data,
        "--channel",
        "account:cool",
        "--id",
        "b-1",
    ]));
    assert_eq!(accepted["matched"], 1);
    let event = accepted["id"].as_str().unwrap();

    let line = endpoint.line();
    assert!(line.contains(&format!("\"data\":{data}")), "{line}");
    let received: Value = serde_json::from_str(&line).unwrap();
    let header = |name: &str| {
        let headers = received["headers"].as_array().unwrap();
        headers
            .iter()
            .find(|pair| pair[0] == name)
            .map(|pair| pair[1].as_str().unwrap().to_owned())
    };
    assert_eq!(header("webhook-id").as_deref(), Some(event));
    assert_eq!(header("x-key").as_deref(), Some("secret"));

    let shown = server.run(&acme(&["event", "show", event]));
    assert!(
        shown.contains("booking.created") && shown.contains("desk"),
        "{shown}"
    );
    assert!(shown.contains("\"total\": 1.10,"), "{shown}");
    let tail = server.run(&acme(&["event", "tail", "--once"]));
    assert!(tail.contains(event), "{tail}");
    let storage = server.run(&["storage"]);
    for part in [
        "sqlite",
        "payloads",
        "90 days",
        "with the event",
        "estimates",
    ] {
        assert!(storage.contains(part), "{storage}");
    }
    assert_eq!(server.json(&["storage"])["lines"][0]["count"], 1);

    let disabled = server.json(&acme(&["webhook", "disable", id]));
    assert_eq!(disabled["enabled"], false);
    let shown = server.run(&acme(&["webhook", "show", id]));
    assert!(shown.contains("It was switched off by hand."), "{shown}");
    let secret = server.run(&acme(&["webhook", "secret", id]));
    assert!(secret.starts_with("whsec_"), "{secret}");
    assert_ne!(
        server.run(&acme(&["webhook", "secret", id, "--rotate"])),
        secret
    );

    // A test goes to a disabled webhook too, and is seen in its attempts.
    let tested = server.json(&acme(&["webhook", "test", id]));
    assert!(
        endpoint
            .line()
            .contains(tested["event_id"].as_str().unwrap())
    );
    server.run(&acme(&["webhook", "attempts", id]));
    server.run(&acme(&["webhook", "delete", id]));
    assert!(
        server
            .run(&acme(&["webhook", "list"]))
            .contains("no webhooks")
    );
    let (_, message) = failure(server.command(&["organization", "delete", "acme"]));
    assert!(message.contains("--yes"), "{message}");
    server.run(&["organization", "delete", "acme", "--yes"]);
    assert_eq!(server.process.terminate(), Some(0));
}

#[test]
fn what_the_server_refuses_is_told_in_one_line() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path());
    server.run(&["organization", "create", "acme"]);
    let refused = |arguments: &[&str]| failure(server.command(arguments));

    let (code, message) = refused(&[
        "webhook",
        "create",
        "ftp://example.com",
        "--organization",
        "acme",
    ]);
    assert_eq!(code, 1);
    assert!(message.contains("`url`"), "{message}");
    let (_, message) = refused(&["event", "send", "not a type", "--organization", "acme"]);
    assert!(message.contains("`type`"), "{message}");
    let (code, message) = refused(&[
        "event",
        "send",
        "a.b",
        "--data",
        "{oops",
        "--organization",
        "acme",
    ]);
    assert_eq!(code, 2);
    assert!(message.contains("--data is not JSON"), "{message}");
    let (_, message) = refused(&["organization", "show", "nobody"]);
    assert!(message.contains("404 not_found"), "{message}");
    let (code, message) = refused(&["organization", "list", "--token", "bw_wrong"]);
    assert_eq!(code, 5);
    assert!(message.contains("401 unauthenticated"), "{message}");
    let (code, message) = refused(&["organization", "list", "--url", "http://127.0.0.1:1"]);
    assert_eq!(code, 5);
    assert!(
        message.contains("is `bellwire serve` running there?"),
        "{message}"
    );
    let (code, message) = refused(&["webhook", "list"]);
    assert_eq!(code, 2);
    assert!(message.contains("--organization"), "{message}");
}

#[test]
fn tokens_are_made_listed_and_revoked_over_the_api_and_in_the_store() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path());
    server.run(&["organization", "create", "acme"]);

    let made = server.json(&[
        "token",
        "create",
        "--name",
        "producer",
        "--organization",
        "acme",
    ]);
    let secret = made["secret"].as_str().unwrap();
    let with = |token: &str, arguments: &[&str]| {
        server
            .command(arguments)
            .args(["--token", token])
            .output()
            .unwrap()
            .status
            .success()
    };
    assert!(with(secret, &["webhook", "list", "--organization", "acme"]));
    assert!(
        !with(secret, &["organization", "create", "other"]),
        "it reaches its organization only"
    );
    let listed = server.run(&["token", "list"]);
    assert!(
        listed.contains("producer") && listed.contains("first start"),
        "{listed}"
    );
    let viewer = server.json(&[
        "token",
        "create",
        "--name",
        "dashboard",
        "--organization",
        "acme",
        "--role",
        "viewer",
        "--expires-in",
        "1h",
    ]);
    assert!(viewer["expires_at"].is_string());
    let sees = viewer["secret"].as_str().unwrap();
    assert!(with(sees, &["webhook", "list", "--organization", "acme"]));
    assert!(!with(
        sees,
        &acme(&["webhook", "create", "https://example.com/a"])
    ));
    server.run(&["token", "revoke", made["id"].as_str().unwrap()]);
    assert!(!with(
        secret,
        &["webhook", "list", "--organization", "acme"]
    ));

    // Beside the running server, without a token.
    let local = |arguments: &[&str]| {
        let output = bellwire(directory.path())
            .args(arguments)
            .arg("--local")
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{errors}");
        String::from_utf8(output.stdout).unwrap()
    };
    let made: Value =
        serde_json::from_str(&local(&["token", "create", "--name", "local", "--json"])).unwrap();
    assert!(with(
        made["secret"].as_str().unwrap(),
        &["organization", "list"]
    ));
    assert!(local(&["token", "list"]).contains("local"));
    local(&["token", "revoke", made["id"].as_str().unwrap()]);
    assert!(
        local(&["token", "list"])
            .lines()
            .any(|line| line.contains("local") && line.contains("revoked"))
    );
    assert_eq!(server.process.terminate(), Some(0));
}

#[test]
fn users_are_managed_over_the_api_and_made_in_the_store() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path());
    let invitation = server.process.after("First operator");
    let setup = format!("{}/setup/bwl_", server.url);
    assert!(invitation.starts_with(&setup), "{invitation}");
    server.run(&["organization", "create", "acme"]);
    let made = server.json(&[
        "user",
        "create",
        "Ann@example.com",
        "--name",
        "Ann",
        "--member",
        "acme=admin",
    ]);
    let link = made["password_link"].as_str().unwrap();
    assert!(link.starts_with(&format!("{}/password/bwl_", server.url)));
    let listed = server.run(&["user", "list", "--query", "ann"]);
    for part in ["ann@example.com", "acme=admin", "no password yet"] {
        assert!(listed.contains(part), "{listed}");
    }
    let again = server.run(&["user", "password-link", "ann@example.com"]);
    assert!(
        again.contains("/password/bwl_") && !again.contains(link),
        "{again}"
    );
    let changed = server.json(&[
        "user",
        "update",
        "ann@example.com",
        "--name",
        "Ann Smith",
        "--disabled",
        "--no-member",
    ]);
    assert_eq!(changed["name"], "Ann Smith");
    assert_eq!(changed["memberships"], serde_json::json!([]));
    let shown = server.run(&["user", "show", made["id"].as_str().unwrap()]);
    assert!(shown.contains("disabled"), "{shown}");
    server.run(&["user", "sign-out", "ann@example.com"]);

    let (code, message) = failure(server.command(&["user", "create", "ann@example.com"]));
    assert_eq!(code, 1);
    assert!(message.contains("409 email_taken"), "{message}");
    let (_, message) = failure(server.command(&["user", "show", "nobody@example.com"]));
    assert!(
        message.contains("no user `nobody@example.com`"),
        "{message}"
    );
    server.run(&["user", "delete", "ann@example.com"]);
    assert!(server.run(&["user", "list"]).contains("no users"));

    // Beside the running server, without a token: the first operator, and the way back in.
    let local = |arguments: &[&str]| {
        let mut command = bellwire(directory.path());
        command.args(arguments).arg("--local");
        command
    };
    let output = local(&["user", "create", "op@example.com", "--operator"])
        .output()
        .unwrap();
    let made = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert!(made.contains("made op@example.com"), "{made}");
    assert!(
        made.contains("http://127.0.0.1:8040/password/bwl_"),
        "{made}"
    );
    let output = local(&["user", "password-link", "op@example.com", "--json"])
        .output()
        .unwrap();
    let link: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(link["url"].as_str().unwrap().contains("/password/bwl_"));
    let (code, message) = failure(local(&["user", "list"]));
    assert_eq!(code, 2);
    assert!(message.contains("goes over the API"), "{message}");
    assert!(server.run(&["user", "list"]).contains("everything"));

    // There is an operator now, and nobody is invited any more.
    assert_eq!(server.process.terminate(), Some(0));
    let server = Server::start_again(directory.path());
    let printed = server.process.terminate_and_read().join("\n");
    assert!(!printed.contains("First operator"), "{printed}");
}

#[test]
fn portal_links_are_made_listed_and_taken_back() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path());
    server.run(&["organization", "create", "acme"]);
    let made = server.json(&acme(&[
        "portal-link",
        "create",
        "--name",
        "Cool Travel",
        "--channel",
        "account:cool",
        "--expires-in",
        "10m",
        "--session",
        "1h",
        "--embed",
        "https://app.example",
    ]));
    assert_eq!(made["session_s"], 3600);
    let url = made["url"].as_str().unwrap();
    assert!(
        url.starts_with(&format!("{}/enter/bwl_", server.url)),
        "{url}"
    );
    let listed = server.run(&acme(&["portal-link", "list"]));
    for part in ["Cool Travel", "account:cool", "editor", "until"] {
        assert!(listed.contains(part), "{listed}");
    }
    server.run(&acme(&[
        "portal-link",
        "revoke",
        made["id"].as_str().unwrap(),
    ]));
    let listed = server.run(&acme(&["portal-link", "list"]));
    assert!(listed.contains("taken back"), "{listed}");
    let (code, message) = failure(server.command(&acme(&[
        "portal-link",
        "create",
        "--name",
        "x",
        "--role",
        "admin",
    ])));
    assert_eq!(code, 1);
    assert!(message.contains("`role`"), "{message}");
    assert_eq!(server.process.terminate(), Some(0));
}

#[test]
fn the_audit_log_is_listed_and_exported() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path());
    server.run(&["organization", "create", "acme"]);
    server.run(&acme(&[
        "webhook",
        "create",
        "https://example.com/a",
        "--name",
        "desk",
    ]));
    let listed = server.run(&["audit", "list"]);
    for part in [
        "organization.created",
        "webhook.created",
        "desk",
        "first start (token)",
    ] {
        assert!(listed.contains(part), "{listed}");
    }
    let own = server.run(&acme(&["audit", "list", "--action", "webhook."]));
    assert!(
        own.contains("desk") && !own.contains("organization."),
        "{own}"
    );

    let exported = server.run(&acme(&["audit", "export"]));
    let entries: Vec<Value> = exported
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let actions: Vec<&str> = entries
        .iter()
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["webhook.created", "organization.created"]);
    assert_eq!(entries[0]["actor"]["address"], "127.0.0.1");
    let (_, message) = failure(server.command(&["audit", "export", "--since", "yesterday"]));
    assert!(message.contains("`since`"), "{message}");
    assert_eq!(server.process.terminate(), Some(0));
}
