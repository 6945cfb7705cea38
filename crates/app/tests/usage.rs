//! Quotas by the commands, against a real server: from a package to the call that says 80 %.

mod support;

use std::io::Write as _;

use serde_json::Value;
use support::{Running, Server, bellwire, failure};

/// The arguments, within the organization of these tests.
fn acme<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--organization", "acme"]].concat()
}

/// A server with `acme`, whose developer Ada has bought a plan with a target of 10.
fn shop(directory: &std::path::Path) -> (Server, String) {
    let server = Server::start(directory);
    server.run(&["organization", "create", "acme"]);
    server.run(&acme(&[
        "package",
        "create",
        "Location",
        "--product",
        "Maps",
    ]));
    server.run(&acme(&[
        "rate-plan",
        "create",
        "location",
        "Adjustable",
        "--published",
    ]));
    server.run(&acme(&[
        "developer",
        "create",
        "ada@example.com",
        "--first-name",
        "Ada",
        "--application",
        "weather",
        "--attribute",
        "tier=gold",
    ]));
    let bought = server.json(&acme(&[
        "developer-rate-plan",
        "create",
        "ada@example.com",
        "location_adjustable",
        "--quota-target",
        "10",
    ]));
    (server, bought["id"].as_str().unwrap().to_owned())
}

/// APG-24, APG-27d: a developer crosses 80 and 100 %, and an endpoint hears of both, once.
#[test]
fn apg_24_what_is_reported_from_a_file_calls_the_webhook() {
    let directory = tempfile::tempdir().unwrap();
    let (server, bought) = shop(directory.path());
    let mut command = bellwire(directory.path());
    command.args(["inspect", "--listen", "127.0.0.1:0", "--json"]);
    let endpoint = Running::start(command);
    let first: Value = serde_json::from_str(&endpoint.line()).unwrap();
    let url = first["listening"].as_str().unwrap();
    let webhook = server.json(&acme(&["webhook", "create", url, "--direct"]));
    let webhook = webhook["id"].as_str().unwrap();
    let condition = server.json(&acme(&[
        "notification-condition",
        "create",
        "location_adjustable",
        "--at",
        "80 to 100 by 20",
        "--at",
        "150",
        "--webhook",
        webhook,
    ]));
    assert_eq!(condition["fires_at"], serde_json::json!([80, 100, 150]));
    let listed = server.run(&acme(&["notification-condition", "list"]));
    assert!(listed.contains("80 %, 100 %, 150 %"), "{listed}");

    let path = directory.path().join("used.ndjson");
    let mut file = std::fs::File::create(&path).unwrap();
    for id in 0..10 {
        let record = format!(
            r#"{{"id":"r-{id}","developer":"ada@example.com","rate_plan":"location_adjustable","application":"weather"}}"#
        );
        writeln!(file, "{record}").unwrap();
    }
    let path = path.to_str().unwrap();
    let told = server.run(&acme(&["usage", "report", path, "--batch", "3"]));
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 3, "{told}");
    assert!(lines[0].contains("80 % of location_adjustable, which went to 1 webhook "));
    assert!(lines[1].contains("100 % of location_adjustable"), "{told}");
    assert_eq!(lines[2], "counted 10 records; 2 percentages reached");
    for percent in [80, 100] {
        let received: Value = serde_json::from_str(&endpoint.line()).unwrap();
        let body = &received["body"];
        let body: Value = match body.as_str() {
            Some(text) => serde_json::from_str(text).unwrap(),
            None => body.clone(),
        };
        assert_eq!(body["type"], "quota.threshold_reached", "{received}");
        assert_eq!(body["data"]["quotaPercentUsed"], percent, "{received}");
        assert_eq!(body["data"]["applicationName"], "weather", "{received}");
    }
    // Again: everything was counted before.
    let again = server.run(&acme(&["usage", "report", path]));
    assert_eq!(
        again.trim(),
        "counted 0 records, 10 had been counted before; 0 percentages reached"
    );
    let usage = server.run(&acme(&["usage", "list", "--developer", "ada@example.com"]));
    assert!(usage.contains("100 %"), "{usage}");
    let history = server.json(&acme(&["usage", "history", &bought]));
    assert_eq!(history["periods"][0]["used"], 10);
}

/// Every noun is shown, changed and deleted; what would take counts along asks for a yes.
#[test]
fn everything_is_shown_changed_and_deleted() {
    let directory = tempfile::tempdir().unwrap();
    let (server, bought) = shop(directory.path());
    let refused = |arguments: &[&str]| failure(server.command(&acme(arguments)));

    let ada = server.run(&acme(&["developer", "show", "ada@example.com"]));
    for part in ["Ada", "weather", "tier=gold"] {
        assert!(ada.contains(part), "{ada}");
    }
    let changed = server.json(&acme(&[
        "developer",
        "update",
        "ada@example.com",
        "--company",
        "Engines",
    ]));
    assert_eq!(
        (&changed["first_name"], &changed["company"]),
        (&"Ada".into(), &"Engines".into())
    );
    assert!(
        server
            .run(&acme(&["developer", "list", "-q", "engines"]))
            .contains("Ada")
    );
    let draft = server.json(&acme(&[
        "rate-plan",
        "update",
        "location_adjustable",
        "--published",
        "false",
    ]));
    assert_eq!(draft["published"], false);
    assert!(server.run(&acme(&["rate-plan", "list"])).contains("draft"));
    let ended = server.json(&acme(&[
        "developer-rate-plan",
        "update",
        &bought,
        "--end",
        "2099-01-01T00:00:00Z",
    ]));
    assert_eq!(ended["end"], "2099-01-01T00:00:00Z");
    let open = server.json(&acme(&[
        "developer-rate-plan",
        "update",
        &bought,
        "--end",
        "none",
    ]));
    assert_eq!(open["end"], Value::Null);
    assert!(
        server
            .run(&acme(&["package", "show", "location"]))
            .contains("Maps")
    );

    let (code, message) = refused(&["package", "delete", "location"]);
    assert_eq!(code, 1);
    assert!(message.contains("409 in_use"), "{message}");
    let (code, message) = refused(&["developer", "delete", "ada@example.com"]);
    assert_eq!(code, 2);
    assert!(message.contains("--yes"), "{message}");
    let (code, message) = refused(&[
        "notification-condition",
        "create",
        "location_adjustable",
        "--at",
        "80",
    ]);
    assert_eq!(code, 2);
    assert!(message.contains("--webhook"), "{message}");

    server.run(&acme(&["developer", "delete", "ada@example.com", "--yes"]));
    server.run(&acme(&["rate-plan", "delete", "location_adjustable"]));
    server.run(&acme(&["package", "delete", "location"]));
    assert!(
        server
            .run(&acme(&["package", "list"]))
            .contains("no packages")
    );
}

/// A batch that is refused ends the command, which says what was counted and what to do.
#[test]
fn a_report_that_is_refused_says_what_was_counted() {
    let directory = tempfile::tempdir().unwrap();
    let (server, _) = shop(directory.path());
    let report = |text: &str, batch: &str| {
        let path = directory.path().join("used.json");
        std::fs::write(&path, text).unwrap();
        let path = path.to_str().unwrap().to_owned();
        server.command(&acme(&["usage", "report", &path, "--batch", batch]))
    };
    let record = |id: &str, plan: &str| {
        format!(r#"{{"id":"{id}","developer":"ada@example.com","rate_plan":"{plan}"}}"#)
    };
    let good = record("1", "location_adjustable");
    let wrong = record("2", "no");
    let (code, message) = failure(report(&format!("[{good}, {wrong}]"), "1"));
    assert_eq!(code, 1);
    assert!(
        message.contains("after 1 records that were counted"),
        "{message}"
    );
    assert!(message.contains("`records[0].rate_plan`"), "{message}");
    let (code, message) = failure(report(&format!("{good} {{"), "10"));
    assert_eq!(code, 2);
    assert!(message.contains("is not JSON"), "{message}");
    let (code, message) = failure(report(&good, "0"));
    assert_eq!(code, 2);
    assert!(message.contains("--batch 0"), "{message}");
    let (code, message) = failure(server.command(&acme(&["usage", "report", "/no/such"])));
    assert_eq!(code, 2);
    assert!(message.contains("cannot read /no/such"), "{message}");

    let mut piped = server.command(&acme(&["usage", "report", "-"]));
    piped
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped());
    let mut child = piped.spawn().unwrap();
    let body = format!(r#"{{"records": [{}]}}"#, record("3", "location_adjustable"));
    child
        .stdin
        .take()
        .unwrap()
        .write_all(body.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(told.trim(), "counted 1 record; 0 percentages reached");
}
