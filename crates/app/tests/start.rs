//! What `bellwire serve` says when it cannot start: one line, what to do, an exit code.

mod support;

use std::{net::TcpListener, os::unix::fs::PermissionsExt, path::Path, process::Command};

use support::{Server, as_nobody, bellwire, failure, is_root};

fn serve(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = bellwire(directory);
    command
        .args(["serve", "--set", "log.level=error"])
        .args(arguments);
    command
}

#[test]
fn a_taken_port_is_named_and_nothing_is_made() {
    let directory = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, message) = failure(serve(directory.path(), &["--listen", &address]));
    assert_eq!(code, 4);
    assert!(
        message.contains(&format!("cannot listen on {address}: the port is taken")),
        "{message}"
    );
    assert!(message.contains("--listen"), "{message}");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_database_of_a_newer_version_is_not_touched() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(Server::start(directory.path()).process.terminate(), Some(0));
    let database = directory.path().join("bellwire.db");
    let changed = rusqlite::Connection::open(&database)
        .unwrap()
        .execute(
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
             SELECT 9999, 'from_the_future', applied_on, '1' FROM refinery_schema_history LIMIT 1",
            [],
        )
        .unwrap();
    assert_eq!(changed, 1);
    // All but the header, where opening counts.
    let content = || std::fs::read(&database).unwrap().split_off(100);
    let before = content();
    let (code, message) = failure(serve(directory.path(), &["--listen", "127.0.0.1:0"]));
    assert_eq!(code, 3);
    assert!(message.contains("newer"), "{message}");
    assert!(content() == before);
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o555)).unwrap();
    let mut command = serve(directory.path(), &["--listen", "127.0.0.1:0"]);
    if is_root() {
        as_nobody(&mut command);
    }
    let (code, message) = failure(command);
    assert_eq!(code, 3);
    assert!(message.contains("permission denied"), "{message}");
    assert!(message.contains("writable"), "{message}");
}

#[test]
fn a_database_without_its_key_file_is_not_opened() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(Server::start(directory.path()).process.terminate(), Some(0));
    std::fs::remove_file(directory.path().join("bellwire.db.key")).unwrap();
    let (code, message) = failure(serve(directory.path(), &["--listen", "127.0.0.1:0"]));
    assert_eq!(code, 3);
    assert!(message.contains("put the key file back"), "{message}");
}

#[test]
fn a_second_server_on_the_same_database_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let _first = Server::start(directory.path());
    let (code, message) = failure(serve(directory.path(), &["--listen", "127.0.0.1:0"]));
    assert_eq!(code, 3, "{message}");
}

#[test]
fn a_profile_that_is_none_is_named() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("own.toml"), "name = \"own\"\n").unwrap();
    let (code, message) = failure(serve(
        directory.path(),
        &[
            "--listen",
            "127.0.0.1:0",
            "--set",
            "profiles.files=own.toml",
        ],
    ));
    assert_eq!(code, 2);
    assert!(message.contains("own.toml"), "{message}");
}

#[test]
fn the_platform_token_is_printed_at_the_first_start_only() {
    let directory = tempfile::tempdir().unwrap();
    let first = Server::start(directory.path());
    let token = first.token.clone();
    assert!(token.starts_with("bw_"), "{token}");
    assert_eq!(first.process.terminate(), Some(0));
    let mut again = Server::start_again(directory.path());
    // The old one still works; nothing but the two lines of a start was printed.
    again.token = token;
    assert!(again.process.line().starts_with("Database"));
    again.run(&["organization", "list"]);
    assert_eq!(again.process.terminate(), Some(0));
}
