//! `bellwire bench`, most of it on PostgreSQL, as small as it goes: the numbers say nothing here, but every part
//! of it works with every other, and nothing is left behind.

mod support;

use std::{fs::Permissions, os::unix::fs::PermissionsExt, path::Path, process::Command};

use bellwire_testkit::postgres::Server;
use serde_json::Value;
use support::{bellwire, failure};
use tempfile::TempDir;

/// A directory that the user of PostgreSQL can get through.
fn directory() -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).expect("its mode");
    directory
}

fn bench(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = bellwire(directory);
    command.args(["bench", "--tiny", "--json"]).args(arguments);
    command
}

/// The rows that a bench prints.
fn rows(directory: &Path, arguments: &[&str]) -> Vec<Value> {
    let output = bench(directory, arguments)
        .output()
        .expect("the binary runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect()
}

fn number(row: &Value, key: &str) -> f64 {
    row[key].as_f64().unwrap_or_else(|| panic!("{key}: {row}"))
}

/// What every row of a bench on PostgreSQL says of the load it saw.
fn check(row: &Value, nodes: u64) {
    assert_eq!(row["store"], "postgresql", "{row}");
    assert_eq!(row["nodes"], nodes, "{row}");
    assert_eq!(row["lost"], 0, "{row}");
    assert!(number(row, "deliveries_per_s") > 0.0, "{row}");
    assert!(number(row, "ratio_to_relay") > 0.0, "{row}");
    assert!(number(row, "statements_per_event") > 0.0, "{row}");
    assert!(number(row, "statements_per_delivery") > 0.0, "{row}");
    assert!(number(row, "commits_per_delivery") > 0.0, "{row}");
}

#[test]
fn it_starts_a_server_of_its_own_and_leaves_nothing() {
    let directory = directory();
    let rows = rows(
        directory.path(),
        &["--scenario", "steady", "--database", "postgres"],
    );
    let [row] = rows.as_slice() else {
        panic!("one row: {rows:?}")
    };
    check(row, 1);
    assert!(number(row, "database_cpu_ms_per_delivery") > 0.0, "{row}");
    // A server that still ran would keep its directory, or make it again.
    let left = std::fs::read_dir(directory.path()).expect("there").count();
    assert_eq!(left, 0);
}

#[test]
fn several_nodes_share_a_database_that_is_made_beside_the_one_named() {
    let directory = directory();
    let server = Server::shared();
    let database = server.database();
    let arguments = ["--scenario", "steady", "--nodes", "1,2"];
    let rows = rows(
        directory.path(),
        &[&arguments[..], &["--database", &database]].concat(),
    );
    assert_eq!(rows.len(), 2, "{rows:?}");
    for (row, nodes) in rows.iter().zip([1, 2]) {
        check(row, nodes);
        // The server is not the bench's, and its processes nobody it knows.
        assert_eq!(row["database_cpu_ms_per_delivery"], Value::Null, "{row}");
    }
}

/// What every row of usage says; the books were held against each other, or there would be none.
fn check_usage(rows: &[Value], store: &str) {
    let names: Vec<&str> = rows
        .iter()
        .filter_map(|row| row["scenario"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "usage-10000",
            "usage-100",
            "usage: events alone",
            "usage: events beside reports of 10000",
            "usage: events beside reports of 100",
        ]
    );
    for row in rows {
        assert_eq!(row["store"], store, "{row}");
        let reports = row["scenario"] != "usage: events alone";
        assert_eq!(row["records_per_s"].is_number(), reports, "{row}");
        let events = row["scenario"]
            .as_str()
            .is_some_and(|name| name.contains("events"));
        assert_eq!(row["ingest_p99_ms"].is_number(), events, "{row}");
    }
}

#[test]
fn usage_is_counted_as_the_books_say_on_both_stores() {
    let directory = directory();
    let usage = ["--scenario", "usage"];
    check_usage(&rows(directory.path(), &usage), "sqlite");
    let database = Server::shared().database();
    let arguments = [&usage[..], &["--database", &database, "--nodes", "2"]].concat();
    check_usage(&rows(directory.path(), &arguments), "postgresql");
}

/// The row that holds statistics against every attempt in the database is there, and is met.
#[test]
fn statistics_agree_with_a_full_count_on_both_stores() {
    let directory = directory();
    let database = Server::shared().database();
    for database in [&[][..], &["--database", &database]] {
        let mut command = bellwire(directory.path());
        command.args(["bench", "--tiny", "--scenario", "query"]);
        let output = command.args(database).output().expect("the binary runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        let text = String::from_utf8_lossy(&output.stdout);
        let row = text
            .lines()
            .find(|line| line.contains("rollups, full count:") && line.contains("aim:"))
            .unwrap_or_else(|| panic!("{text}"));
        assert!(row.starts_with("met"), "{row}");
        assert!(row.contains("none differs"), "{row}");
    }
}

#[test]
fn what_it_cannot_work_on_is_said_in_one_sentence() {
    let directory = directory();
    for (arguments, code, part) in [
        (
            ["--database", "mysql://localhost"],
            2,
            "postgresql://user@host/name",
        ),
        (
            ["--database", "postgresql://127.0.0.1:1/x"],
            3,
            "cannot be reached",
        ),
    ] {
        let (exit, message) = failure(bench(directory.path(), &arguments));
        assert_eq!(exit, code, "{message}");
        assert!(message.contains(part), "{message}");
    }
    let output = bench(directory.path(), &["--nodes", "2"])
        .output()
        .expect("the binary runs");
    assert_eq!(output.status.code(), Some(2), "many nodes need --database");
}
