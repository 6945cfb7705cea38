//! What is wrong is said in one line that names what to do.

use std::process::Command;

use rusqlite::Connection;

use crate::{
    places::{KEY, Places, done, serve},
    support::failure,
};

/// A copy that must fail with this code, and say this.
fn refused(command: Command, code: i32, part: &str) {
    let (found, message) = failure(command);
    assert!(message.contains(part), "{message}");
    assert_eq!(found, code, "{message}");
}

/// A database that was served once.
fn source(places: &Places) -> String {
    let (process, _) = serve(places.path(), &[]);
    process.after("Platform token");
    assert_eq!(process.terminate(), Some(0));
    format!("sqlite:{}", places.file().display())
}

#[test]
fn places_that_cannot_be_copied_between_are_refused() {
    let places = Places::new();
    let from = source(&places);
    let to = places.url.as_str();
    let copy = |from: &str, to: &str| places.copy_with(&["--from", from, "--to", to, "--set", KEY]);
    refused(
        copy("mysql://ann:hush@h/d", to),
        2,
        "`mysql:` is no kind of store",
    );
    refused(copy(&from, &from), 2, "are the same database");
    refused(copy(to, to), 2, "are the same database");
    refused(copy(&from, "sqlite:other.db"), 2, ".backup");
    refused(copy(to, &format!("{to}x")), 2, "pg_dump");
    refused(
        places.copy_with(&["--from", &from]),
        2,
        "are the same database",
    );
    refused(
        copy("sqlite:nowhere.db", to),
        3,
        "there is no database at nowhere.db",
    );
    let nobody = "postgresql://postgres@127.0.0.1:1/x";
    refused(
        copy(&from, nobody),
        3,
        "the target: the database at 127.0.0.1:1 cannot be reached",
    );
    refused(copy(&from, &places.server.url("nowhere")), 3, "createdb");
    let bare = places.server.database();
    refused(copy(&from, &bare), 3, "run `bellwire migrate`");
    let text = places.path().join("text.db");
    std::fs::write(&text, "no database, but some text").unwrap();
    let key = places.path().join("bellwire.db.key");
    std::fs::copy(key, places.path().join("text.db.key")).unwrap();
    let text = format!("sqlite:{}", text.display());
    refused(copy(&text, to), 3, "is not a Bellwire database");
}

#[test]
fn what_is_in_use_is_not_copied() {
    let places = Places::new();
    let from = source(&places);
    // Served: the process is named.
    let (process, _) = serve(places.path(), &[]);
    let pid = process.pid();
    refused(
        places.copy(),
        3,
        &format!("is in use by process {pid}; stop it first"),
    );
    assert_eq!(process.terminate(), Some(0));
    // The target is served, and after that it has a token in it; the last that a start writes is the
    // link for the first operator.
    let (process, _) = places.serve();
    process.after("First operator");
    refused(
        places.copy(),
        3,
        "the target: the database is not empty, there are tokens in it",
    );
    places.ask("DELETE FROM tokens; DELETE FROM links; DELETE FROM audit");
    refused(places.copy(), 3, "the target: the database is in use: node");
    // And as a source.
    let back = places.copy_with(&[
        "--from",
        &places.url,
        "--to",
        "sqlite:back.db",
        "--set",
        KEY,
    ]);
    refused(back, 3, "the source: the database is in use: node");
    assert_eq!(process.terminate(), Some(0));
    done(places.copy());
    refused(places.copy(), 3, "is not empty");
    let again = places.copy_with(&["--from", &places.url, "--to", &from, "--set", KEY]);
    refused(
        again,
        3,
        "is not empty, there are tokens in it; name a file that does not exist",
    );
}

#[test]
fn keys_must_fit_both_sides() {
    let places = Places::new();
    let from = source(&places);
    let key = places.path().join("bellwire.db.key");
    let aside = places.path().join("aside");
    let without = places.copy_with(&["--from", &from, "--to", &places.url]);
    refused(
        without,
        2,
        &format!("{} holds a key that can be kept", key.display()),
    );
    std::fs::rename(&key, &aside).unwrap();
    refused(
        places.copy(),
        3,
        "the source: the encryption key does not fit",
    );
    std::fs::rename(&aside, &key).unwrap();
    // A target that was made with another key.
    let other = "secrets.keys=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    let store = format!("store.url={}", places.url);
    let (process, _) = serve(places.path(), &["--set", &store, "--set", other]);
    process.after("Platform token");
    assert_eq!(process.terminate(), Some(0));
    places.ask("DELETE FROM tokens; DELETE FROM links; DELETE FROM audit");
    refused(
        places.copy(),
        3,
        "the target: the encryption key does not fit the database",
    );
    // The first key of several is the one that encrypts; all of them are tried.
    let both = format!("{},{}", KEY, other.trim_start_matches("secrets.keys="));
    done(places.copy_with(&["--from", &from, "--to", &places.url, "--set", &both]));
}

#[test]
fn a_source_of_another_schema_is_refused_with_what_to_run() {
    let places = Places::new();
    source(&places);
    let file = Connection::open(places.file()).unwrap();
    let newest = "version = (SELECT max(version) FROM refinery_schema_history)";
    file.execute(
        &format!("UPDATE refinery_schema_history SET version = 99 WHERE {newest}"),
        [],
    )
    .unwrap();
    drop(file);
    refused(
        places.copy(),
        3,
        "was written by a newer version of Bellwire",
    );
    let file = Connection::open(places.file()).unwrap();
    file.execute("DELETE FROM refinery_schema_history", [])
        .unwrap();
    drop(file);
    refused(
        places.copy(),
        3,
        &format!(
            "run `bellwire migrate --store {}` first",
            places.file().display()
        ),
    );
}

/// A copy leaves jobs behind, so one that is not over is in its way.
#[test]
fn a_job_that_is_not_over_is_not_left_behind_unsaid() {
    let places = Places::new();
    source(&places);
    let file = Connection::open(places.file()).expect("the database");
    file.execute_batch(
        "INSERT INTO organizations (id, slug, name, default_profile, strict_types, generation,
                                    created_at, updated_at)
         VALUES (x'0193a5b07f2c7d118a4e2f6b1c0d9e8f', 'acme', 'Acme', 'standard', 0, 1, 1, 1);
         INSERT INTO jobs (id, organization, filter, per_second, state, total, total_complete, done,
                           skipped, next_at, created_at, created_by, updated_at, updated_by)
         SELECT zeroblob(16), seq, '{}', 1, 1, 0, 1, 0, '{}', 1, 1, 'ann', 1, 'ann'
         FROM organizations",
    )
    .expect("a job");
    refused(
        places.copy(),
        3,
        "1 job(s) that are not over, and a copy leaves jobs behind",
    );
    file.execute("UPDATE jobs SET state = 3", []).expect("over");
    drop(file);
    done(places.copy());
}
