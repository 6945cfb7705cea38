//! `bellwire import apigee` against a real server: what is made, what is there, what could not be, and
//! a second run.

mod support;

use std::{fs, path::Path};

use serde_json::{Value, json};
use support::{Server, failure};

/// Exports as the monetization API of the original answers: two webhooks and four conditions, of which
/// one is of a plan that there is not, and one writes e-mails.
fn export(directory: &Path) {
    let webhook = |id: &str, name: &str, url: &str, enabled: bool| {
        json!({
            "created": 1460162656342_i64, "createdBy": "joe@example.com", "enabled": enabled,
            "id": id, "name": name, "postUrl": url,
            "updated": 1460385534555_i64, "updatedBy": "joe@example.com"
        })
    };
    let webhooks = json!({"totalRecords": 2, "webhooks": [
        webhook("7725107c", "callback1", "https://example.com/callbackhandler1", true),
        webhook("fd6ca523", "callback2", "https://example.com/callbackhandler2", false),
    ]});
    let condition = |plan: &str, target: &str, actions: Value| {
        json!({
            "id": "c", "actions": actions,
            "notificationCondition": [
                {"attribute": "RATEPLAN", "id": "1", "value": plan},
                {"attribute": "PUBLISHED", "id": "2", "value": "TRUE"},
                {"attribute": "UsageTarget", "id": "3", "value": target}
            ]
        })
    };
    let calls = |id: &str| json!([{"actionAttribute": "WEBHOOK", "id": "a", "value": id}]);
    let mail = json!({"actionAttribute": "ORG_EMAIL", "templateId": "t", "value": "ANY"});
    let conditions = json!({"totalRecords": 4, "notificationConditions": [
        condition("location_adjustable", "%= 80 to 120 by 10", calls("7725107c")),
        condition("location_adjustable", "%= 100", json!([calls("fd6ca523")[0], mail])),
        condition("other_plan", "%= 100", calls("7725107c")),
        condition("location_adjustable", "%= 50", json!([mail])),
    ]});
    fs::write(directory.join("webhooks.json"), webhooks.to_string()).unwrap();
    fs::write(directory.join("conditions.json"), conditions.to_string()).unwrap();
}

const IMPORT: [&str; 7] = [
    "import",
    "apigee",
    // The order of the files does not matter.
    "conditions.json",
    "webhooks.json",
    "--organization",
    "acme",
    "--json",
];

/// What came of each, as its kind and name with the outcome; the command must end with this code.
fn outcomes(server: &Server, more: &[&str], code: i32) -> Vec<(String, String)> {
    let output = server
        .command(&[&IMPORT[..], more].concat())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| {
            let entry: Value = serde_json::from_str(line).unwrap();
            let part = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
            let name = format!("{} {}", part("what"), part("name"));
            let why = part("reason") + &part("note");
            (
                name,
                format!("{} {why}", part("outcome")).trim_end().to_owned(),
            )
        })
        .collect()
}

/// APG-8, APG-27: exports are taken over, each webhook under its new id; a second run changes nothing.
#[test]
fn exports_of_the_original_are_taken_over_once() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path());
    let acme = |arguments: &[&str]| server.json(&[arguments, &["--organization", "acme"]].concat());
    server.run(&["organization", "create", "acme", "--name", "Acme"]);
    acme(&["package", "create", "Location", "--product", "Maps"]);
    acme(&[
        "rate-plan",
        "create",
        "location",
        "Adjustable",
        "--published",
    ]);
    export(directory.path());

    let mail = "nobody is written to here, only webhooks are called";
    let expected = |webhooks: &str, conditions: &str| {
        vec![
            ("webhook callback1".to_owned(), webhooks.to_owned()),
            ("webhook callback2".to_owned(), webhooks.to_owned()),
            (
                "condition location_adjustable %= 80 to 120 by 10".to_owned(),
                conditions.to_owned(),
            ),
            (
                "condition location_adjustable %= 100".to_owned(),
                format!("{conditions} without ORG_EMAIL: {mail}"),
            ),
            (
                "condition other_plan %= 100".to_owned(),
                "refused there is no rate plan `other_plan`; make it under this id, and run it again"
                    .to_owned(),
            ),
            (
                "condition location_adjustable %= 50".to_owned(),
                format!("refused {mail}; it has ORG_EMAIL"),
            ),
        ]
    };
    let tried = outcomes(&server, &["--dry-run"], 1);
    assert_eq!(tried, expected("would_be_made", "would_be_made"));
    let list = ["webhook", "list", "--organization", "acme"];
    assert!(!server.run(&list).contains("callback1"));

    assert_eq!(outcomes(&server, &[], 1), expected("made", "made"));
    assert_eq!(outcomes(&server, &[], 1), expected("exists", "exists"));
    assert_eq!(
        outcomes(&server, &["--dry-run"], 1),
        expected("exists", "exists")
    );

    // Two webhooks of the profile, as they were; two conditions, which name them.
    let lines = |arguments: &[&str]| -> Vec<Value> {
        let text = server.run(&[arguments, &["--organization", "acme", "--json"]].concat());
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let webhooks = lines(&["webhook", "list"]);
    let shown: Vec<_> = webhooks
        .iter()
        .map(|one| (&one["name"], &one["profile"], &one["enabled"]))
        .collect();
    assert_eq!(
        shown,
        [
            (&json!("callback1"), &json!("apigee"), &json!(true)),
            (&json!("callback2"), &json!("apigee"), &json!(false)),
        ]
    );
    let conditions = lines(&["notification-condition", "list"]);
    assert_eq!(conditions.len(), 2);
    assert_eq!(conditions[0]["webhooks"], json!([webhooks[0]["id"]]));
    assert_eq!(conditions[0]["fires_at"], json!([80, 90, 100, 110, 120]));
    assert_eq!(conditions[1]["webhooks"], json!([webhooks[1]["id"]]));

    // Without --json it is told in words.
    let output = server.command(&IMPORT[..6]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("0 made, 4 there already, 2 could not be taken over"),
        "{text}"
    );
}

/// A file that is no export, or not a whole one, is said before anything is made.
#[test]
fn a_file_that_is_no_export_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path());
    server.run(&["organization", "create", "acme", "--name", "Acme"]);
    fs::write(directory.path().join("webhooks.json"), "{}").unwrap();
    let (code, message) = failure(server.command(&IMPORT[..6]));
    assert_eq!(code, 2);
    assert!(
        message.contains("conditions.json cannot be read"),
        "{message}"
    );
    fs::write(
        directory.path().join("conditions.json"),
        r#"{"totalRecords":45,"notificationConditions":[]}"#,
    )
    .unwrap();
    let (code, message) = failure(server.command(&IMPORT[..6]));
    assert_eq!(code, 2);
    assert!(
        message.contains("webhooks.json: there are neither"),
        "{message}"
    );
    fs::write(
        directory.path().join("webhooks.json"),
        r#"{"totalRecords":0,"webhooks":[]}"#,
    )
    .unwrap();
    assert_eq!(
        outcomes(&server, &[], 1),
        [(
            "file conditions.json".to_owned(),
            "refused it holds 0 of 45 notificationConditions; export them again with ?all=true"
                .to_owned()
        )]
    );
}
