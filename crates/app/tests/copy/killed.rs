//! A copy that is killed goes on, and says when it is not what it should be.

use std::{
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use crate::{
    api::Api,
    bulk,
    places::{KEY, Places, done},
    support::{bellwire, failure},
};

const KILLS: usize = 6;
const PATIENCE: Duration = Duration::from_secs(120);

/// Starts a copy.
fn begin(places: &Places) -> Child {
    let mut command = places.copy();
    command.stdout(Stdio::null()).stderr(Stdio::inherit());
    command.spawn().expect("the binary starts")
}

/// What the record in the target says; nothing while there is none.
fn record(places: &Places) -> String {
    let there = places.ask("SELECT to_regclass('unfinished_copy') IS NOT NULL");
    match there == "t" {
        true => places.ask("SELECT name, encode(value, 'hex') FROM unfinished_copy ORDER BY name"),
        false => String::new(),
    }
}

/// Kills a copy once its record is as wanted; whether it was still running then.
fn kill_when(places: &Places, wanted: impl Fn(&str) -> bool) -> bool {
    let mut child = begin(places);
    let deadline = Instant::now() + PATIENCE;
    while !wanted(&record(places)) {
        assert!(Instant::now() < deadline, "it has come nowhere");
        if let Some(status) = child.try_wait().expect("it can be asked") {
            assert!(status.success(), "{status}");
            return false;
        }
    }
    child.kill().expect("it can be killed");
    let status = child.wait().expect("it ends");
    !status.success()
}

#[test]
fn a_copy_that_is_killed_again_and_again_ends_as_if_it_had_not_been() {
    let places = Places::new();
    let token = bulk::fill(&places);
    let mut kills = 0;
    for _ in 0..KILLS {
        let before = record(&places);
        kills += usize::from(kill_when(&places, |now| now != before && !now.is_empty()));
        // What the planner knows of the tables from now on is that they are small.
        if before.is_empty() {
            places.ask("ANALYZE");
        }
    }
    assert!(kills >= 3, "{kills} copies were killed in the middle");
    let told = done(places.copy());
    assert!(told.contains("Copied and compared"), "{told}");
    for table in ["events", "deliveries", "attempts"] {
        let count = places.ask(&format!("SELECT count(*) FROM {table}"));
        assert_eq!(count, bulk::EVENTS.to_string(), "{table}");
    }
    let (process, url) = places.serve();
    let (status, page) =
        Api::new(&url, &token).get("/organizations/acme/events?external_id=e-30000");
    assert_eq!(
        (status, page["items"].as_array().map(Vec::len)),
        (200, Some(1))
    );
    assert_eq!(process.terminate(), Some(0));
}

#[test]
fn what_differs_is_named_and_half_a_copy_is_not_served() {
    let places = Places::new();
    bulk::fill(&places);
    assert!(kill_when(&places, |now| now.contains("deliveries")));

    // A server refuses it, and says how to end it.
    let store = format!("store.url={}", places.url);
    let mut serve = bellwire(places.path());
    serve.args([
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--set",
        &store,
        "--set",
        KEY,
    ]);
    let (code, message) = failure(serve);
    assert_eq!(code, 3);
    let again = format!("bellwire copy --from sqlite:{}", places.file().display());
    assert!(message.contains(&again), "{message}");

    // So does another copy, of something else.
    let other = Places::new();
    bulk::fill(&other);
    let from = format!("sqlite:{}", other.file().display());
    let (code, message) =
        failure(other.copy_with(&["--from", &from, "--to", &places.url, "--set", KEY]));
    assert_eq!(code, 3);
    assert!(message.contains("unfinished copy of sqlite:"), "{message}");

    // Rows that are written already are altered, added and lost.
    let altered = places.ask("SELECT id FROM events ORDER BY id LIMIT 1");
    places.ask(&format!(
        "UPDATE events SET data = '{{}}' WHERE id = '{altered}'"
    ));
    let token = places.ask("SELECT id FROM tokens");
    places.ask("DELETE FROM tokens");
    let (code, message) = failure(places.copy());
    assert_eq!(code, 1);
    for part in [
        format!("events (30000 there, 30000 here): {altered} is not as on the source"),
        format!("tokens (1 there, 0 here): {token} is missing"),
    ] {
        assert!(message.contains(&part), "{message}");
    }
    assert!(
        !record(&places).is_empty(),
        "it is still no store to be served"
    );
}
