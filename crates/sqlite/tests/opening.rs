//! Opening: what can be wrong with a database is said at once, in words that help.

mod fixture;

use std::path::Path;

use bellwire_core::{
    access::Role,
    crypt::{Key, Keyring},
    ids::TokenId,
    ports::{Catalogue as _, Error, Query as _, Token, TokenScope},
    time::Time,
};
use bellwire_sqlite::{OpenError, Options, Sqlite};
use bellwire_testkit::people::any;
use fixture::{entropy, keyring};
use tempfile::TempDir;

fn try_open(path: &Path) -> Result<Sqlite, OpenError> {
    Sqlite::open(&Options::new(path), keyring(), entropy())
}

fn place() -> (TempDir, std::path::PathBuf) {
    let place = TempDir::new().expect("a directory");
    let path = place.path().join("bellwire.db");
    (place, path)
}

fn token(byte: u8) -> Token {
    Token {
        id: TokenId::from_bytes([byte; 16]),
        scope: TokenScope::Platform,
        name: "a token".to_owned(),
        sha256: [byte; 32],
        created_at: Time::EPOCH,
        revoked_at: None,
        role: Role::Admin,
        expires_at: None,
        last_used_at: None,
    }
}

#[tokio::test]
async fn a_second_server_is_refused_until_the_first_is_closed() {
    let (_place, path) = place();
    let first = try_open(&path).expect("opens");
    let refused = try_open(&path).expect_err("in use");
    assert!(matches!(refused, OpenError::InUse(_)), "{refused:?}");
    assert!(refused.to_string().contains("in use by another server"));
    first.close().await;
    let second = try_open(&path).expect("opens after a close");
    assert!(
        matches!(first.ping().await, Err(Error::Unavailable(_))),
        "closed is closed"
    );
    drop(second);
    try_open(&path).expect("opens after a drop");
}

#[tokio::test]
async fn a_closed_database_is_one_file_without_a_log() {
    let (_place, path) = place();
    let store = try_open(&path).expect("opens");
    store.create_token(token(1), any()).await.expect("stored");
    store.close().await;
    drop(store);
    assert!(!path.with_extension("db-wal").exists());
    let store = try_open(&path).expect("opens");
    assert!(store.token_by_hash([1; 32]).await.expect("read").is_some());
}

#[tokio::test]
async fn a_local_command_makes_tokens_beside_a_running_server() {
    let (_place, path) = place();
    let server = try_open(&path).expect("opens");
    let tool = Sqlite::open(&Options::tool(&path), keyring(), entropy()).expect("opens beside it");
    tool.create_token(token(1), any()).await.expect("stored");
    assert!(server.token_by_hash([1; 32]).await.expect("read").is_some());
    assert!(
        tool.revoke_token(None, token(1).id, Time::EPOCH, any())
            .await
            .expect("revoked")
    );
    let seen = server
        .token_by_hash([1; 32])
        .await
        .expect("read")
        .expect("there");
    assert!(seen.revoked_at.is_some());
    let refused = tool.sweep_deleted().await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    tool.close().await;
    drop(tool);
    server.ping().await.expect("the server goes on");
    server.close().await;
}

#[tokio::test]
async fn a_local_command_may_come_first() {
    let (_place, path) = place();
    let tool = Sqlite::open(&Options::tool(&path), keyring(), entropy()).expect("makes it");
    tool.create_token(token(1), any()).await.expect("stored");
    let server = try_open(&path).expect("no lock is left");
    assert!(server.token_by_hash([1; 32]).await.expect("read").is_some());
}

#[test]
fn a_missing_directory_is_named() {
    let (place, _) = place();
    let missing = place.path().join("not").join("here");
    let refused = try_open(&missing.join("bellwire.db")).expect_err("no directory");
    assert!(
        matches!(&refused, OpenError::NoDirectory(path) if *path == missing),
        "{refused:?}"
    );
    assert!(refused.to_string().contains("does not exist"));
}

#[test]
fn other_files_are_left_alone() {
    let (_place, path) = place();
    std::fs::write(
        &path,
        "a letter to grandmother, long enough to be looked at by a database",
    )
    .expect("written");
    let refused = try_open(&path).expect_err("no database");
    assert!(matches!(refused, OpenError::NotADatabase(_)), "{refused:?}");
    let text = std::fs::read_to_string(&path).expect("read");
    assert!(text.starts_with("a letter"));
}

#[test]
fn another_programs_database_is_left_alone() {
    let (_place, path) = place();
    let conn = rusqlite::Connection::open(&path).expect("opens");
    conn.execute_batch("CREATE TABLE recipes (name TEXT)")
        .expect("made");
    drop(conn);
    let refused = try_open(&path).expect_err("not ours");
    assert!(matches!(refused, OpenError::NotADatabase(_)), "{refused:?}");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_not_touched() {
    let (_place, path) = place();
    try_open(&path).expect("opens").close().await;
    let conn = rusqlite::Connection::open(&path).expect("opens");
    conn.execute(
        "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
         VALUES (1000, 'future', '2030-01-01T00:00:00Z', '1')",
        [],
    )
    .expect("written");
    drop(conn);
    let refused = try_open(&path).expect_err("too new");
    assert!(
        matches!(refused, OpenError::Newer { found: 1000, .. }),
        "{refused:?}"
    );
    assert!(refused.to_string().contains("newer version"));
}

#[tokio::test]
async fn a_wrong_encryption_key_is_told_at_once() {
    let (_place, path) = place();
    try_open(&path).expect("opens").close().await;
    let key = |byte| Key::from_bytes([byte; 32]);
    let open = |keys| {
        let keyring = Keyring::new(keys).expect("a keyring");
        Sqlite::open(&Options::new(&path), keyring, entropy())
    };
    let refused = open(vec![key(2)]).expect_err("the wrong key");
    assert!(matches!(refused, OpenError::WrongKey { .. }), "{refused:?}");
    open(vec![key(2), key(1)]).expect("a new key first, the old one behind it");
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_its_owners_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_place, path) = place();
    let store = try_open(&path).expect("opens");
    store.ping().await.expect("writes");
    for name in ["bellwire.db", "bellwire.db-wal", "bellwire.db.lock"] {
        let mode = path
            .with_file_name(name)
            .metadata()
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn the_file_can_shrink_and_its_log_is_synced() {
    let (_place, path) = place();
    try_open(&path).expect("opens").close().await;
    let conn = rusqlite::Connection::open(&path).expect("opens");
    let pragma = |name: &str| -> i64 {
        conn.pragma_query_value(None, name, |row| row.get(0))
            .expect("read")
    };
    assert_eq!(pragma("auto_vacuum"), 2, "incremental");
    let mode: String = conn
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .expect("read");
    assert_eq!(mode, "wal");
}
