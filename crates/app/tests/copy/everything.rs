//! Everything arrives, and goes on where it was; and the way back.

use bellwire_core::signature;
use bellwire_testkit::receiver::Behaviour;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::{
    api::Api,
    installation::{ACME, DATA, Installation},
    places::{KEY, Places, done, serve},
};

/// The file and its log, as they are.
fn bytes(places: &Places) -> [Vec<u8>; 2] {
    ["bellwire.db", "bellwire.db-wal"]
        .map(|name| std::fs::read(places.path().join(name)).unwrap_or_default())
}

/// Compares path by path, for a message that can be read.
fn assert_same(
    before: &std::collections::BTreeMap<String, Value>,
    after: &std::collections::BTreeMap<String, Value>,
) {
    for (path, told) in before {
        assert_eq!(Some(told), after.get(path), "{path}");
    }
    assert_eq!(before.len(), after.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everything_arrives_and_goes_on_where_it_was() {
    let places = Places::new();
    let made = Installation::make(&places).await;
    let before = bytes(&places);
    assert!(!before[1].is_empty(), "a part of it is only in the log");

    let told = done(places.copy());
    assert!(told.contains("Copied and compared"), "{told}");
    assert!(bytes(&places) == before, "the source was written to");
    assert_eq!(
        places.ask("SELECT name, generation, deleted_at FROM organizations WHERE slug = 'gone'"),
        "Gone\u{fffd}|7|3"
    );
    let viewer = "SELECT role, expires_at, last_used_at FROM tokens WHERE name = 'looks only'";
    assert_eq!(places.ask(viewer), "viewer|2|7");
    for (query, count) in [
        (
            "SELECT cardinality(earlier) FROM external_ids WHERE external_id = 'again'",
            "3",
        ),
        ("SELECT count(*) FROM users", "2"),
        ("SELECT count(*) FROM memberships", "4"),
        (
            "SELECT count(*) FROM sessions WHERE link_id IS NOT NULL",
            "1",
        ),
        ("SELECT count(*) FROM audit WHERE request = 'r-1'", "1"),
        ("SELECT count(*) FROM usage_items", "10"),
        (
            "SELECT words FROM usage_items WHERE noun = 4 LIMIT 1",
            "019aa577-0000-7000-8000-00000000000b",
        ),
        (
            "SELECT count(*) FROM usage_counters WHERE count > 0 AND level = 80",
            "4",
        ),
        ("SELECT count(*) FROM usage_records", "5001"),
        // What was counted is there, folded or not.
        (
            "SELECT ((SELECT count(*) FROM rollups) + (SELECT count(*) FROM rollup_deltas) > 0)::int",
            "1",
        ),
        // The first queries are planned for what is there: everything that has rows is analysed.
        (
            "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND reltuples < 0
             AND (relname ~ '^(events|deliveries|attempts)_' OR relname IN ('webhooks', 'users'))",
            "0",
        ),
    ] {
        assert_eq!(places.ask(query), count, "{query}");
    }
    assert_eq!(
        places.ask("SELECT to_regclass('unfinished_copy') IS NULL"),
        "t"
    );
    assert_eq!(
        places.ask("SELECT count(*) FROM deliveries WHERE node IS NOT NULL"),
        "0"
    );

    let (process, url) = places.serve();
    let api = Api::new(&url, &made.token);
    let after = api.everything();
    assert_same(&made.told, &after);
    let waiting = format!("{ACME}/events/{}", made.waiting);
    assert!(made.told[&waiting]["deliveries"][0]["state"] == "pending");

    // The endpoint wakes up: what waited on the source is sent by the target, as it was written and
    // signed with the secret that the source had.
    made.receiver.clear();
    made.receiver.always("/hangs", Behaviour::Status(200));
    made.receiver.close_connections();
    let delivered = |shown: &Value| shown["deliveries"][0]["state"] == "delivered";
    api.until(&waiting, delivered).await;
    let requests = made.receiver.received();
    let request = requests
        .iter()
        .find(|request| request.path == "/hangs")
        .expect("it was sent again");
    let secrets = &made.told[&format!("{ACME}/webhooks/{}/secret", made.hangs)];
    let secret = secrets["secrets"][0]["secret"].as_str().expect("a secret");
    let header = |name: &str| request.header(name).expect("it is signed").to_owned();
    let at = header("webhook-timestamp").parse().expect("seconds");
    assert_eq!(header("webhook-id"), made.waiting);
    assert_eq!(header("x-key"), "hush hangs");
    let signed = signature::sign(secret, &made.waiting, at, &request.body).expect("a secret");
    assert_eq!(header("webhook-signature"), signed);
    let body = String::from_utf8(request.body.to_vec()).expect("text");
    assert!(body.contains(DATA), "{body}");

    // Keys and ids mean what they meant; tokens open what they opened.
    let repeat = format!(r#"{{"type": "waits.long", "data": {DATA}, "id": "waits"}}"#);
    for key in [Some("key-2"), None] {
        let (status, answer) = api.post_with(&format!("{ACME}/events"), &repeat, key);
        assert_eq!(
            (status, &answer["id"]),
            (202, &json!(made.waiting)),
            "{answer}"
        );
        assert_eq!(answer["repeated"], true, "{answer}");
    }
    let other = json!({"type": "waits.long", "data": 2, "id": "waits"});
    assert_eq!(api.post(&format!("{ACME}/events"), &other).0, 422);
    // Nothing is lost by a change of a webhook that came over: its history goes on.
    let path = format!("{ACME}/webhooks/{}", made.hangs);
    let revision = made.told[&path]["revision"].as_u64().expect("a number");
    let changed = api.patch(&path, &json!({"name": "moved"}));
    assert_eq!(changed["revision"], revision + 1);
    assert_eq!(process.terminate(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn there_is_a_way_back() {
    let places = Places::new();
    let made = Installation::make(&places).await;
    done(places.copy());
    let back = places.path().join("back");
    std::fs::create_dir(&back).expect("a directory");
    let to = format!("sqlite:{}", back.join("bellwire.db").display());
    let arguments = ["--from", &places.url, "--to", &to, "--set", KEY];
    let told = done(places.copy_with(&arguments));
    assert!(told.contains("bellwire serve --store"), "{told}");

    let (process, url) = serve(&back, &["--set", KEY]);
    let after = Api::new(&url, &made.token).everything();
    assert_same(&made.told, &after);
    assert_eq!(process.terminate(), Some(0));
    let file = Connection::open(back.join("bellwire.db")).expect("the database");
    let linked: i64 = file
        .query_row(
            "SELECT count(*) FROM attempts a JOIN deliveries d ON d.id = a.delivery
             WHERE a.previous IS NULL AND a.number = 1",
            [],
            |row| row.get(0),
        )
        .expect("a number");
    let first: i64 = file
        .query_row(
            "SELECT count(*) FROM attempts WHERE number = 1",
            [],
            |row| row.get(0),
        )
        .expect("a number");
    assert_eq!(linked, first);
    let ids: i64 = file
        .query_row(
            "SELECT sum(length(ids)) / 16 FROM usage_batches",
            [],
            |row| row.get(0),
        )
        .expect("a number");
    assert_eq!(ids, 5001);
}
