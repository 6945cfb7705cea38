//! What opening refuses, and what it says.

mod database;

use std::sync::Arc;

use bellwire_core::{
    crypt::{Key, Keyring},
    ports::{Claim as _, Query as _},
};
use bellwire_postgres::{OpenError, Options, Postgres};
use bellwire_testkit::{entropy::SeededEntropy, postgres::Server};
use database::{Database, connect, entropy, keyring};

async fn refused(url: &str) -> OpenError {
    Postgres::open(&Options::new(url), keyring(), entropy())
        .await
        .expect_err("it is refused")
}

#[tokio::test]
async fn an_empty_database_wants_to_be_migrated() {
    let url = Server::shared().database();
    let error = refused(&url).await;
    assert!(
        matches!(error, OpenError::Older { found: 0, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("bellwire migrate"), "{error}");
    let options = Options::new(&url);
    // Several at once: one does it, the others find it done.
    let (one, two) = tokio::join!(Postgres::migrate(&options), Postgres::migrate(&options));
    let known = one.expect("migrated").1;
    assert_eq!(two.expect("migrated").1, known);
    assert_eq!(
        Postgres::migrate(&options).await.expect("nothing to do"),
        (known, known)
    );
    let store = Postgres::open(&options, keyring(), entropy())
        .await
        .expect("it opens");
    store.ping().await.expect("it can be written");
    assert!(store.lease().is_some());
    store.close().await;
    assert!(store.ping().await.is_err());
}

/// A newer schema is fine as long as it says that this program can work on it.
#[tokio::test]
async fn a_schema_that_needs_a_newer_program_is_refused() {
    let database = Database::new().await;
    let client = connect(&database.url).await;
    client
        .batch_execute(
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
             VALUES (900, 'later', '2030-01-01T00:00:00Z', '1')",
        )
        .await
        .expect("a later migration");
    database.open().await.close().await;
    client
        .batch_execute("UPDATE installation SET minimum_schema = 900")
        .await
        .expect("raised");
    let error = refused(&database.url).await;
    assert!(
        matches!(
            error,
            OpenError::Newer {
                found: 900,
                needed: 900,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn the_encryption_key_must_fit() {
    let database = Database::new().await;
    database.open().await.close().await;
    let other = Keyring::new(vec![Key::from_bytes([2; 32])]).expect("a key");
    let error = Postgres::open(
        &Options::new(&database.url),
        other,
        Arc::new(SeededEntropy::new(1)),
    )
    .await;
    let error = error.expect_err("another key");
    assert!(matches!(error, OpenError::WrongKey(_)), "{error}");
    assert!(
        error.to_string().contains("which is not configured"),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_wrong_with_the_connection_is_said() {
    let server = Server::shared();
    let error = refused("postgresql://postgres@127.0.0.1:1/x").await;
    assert!(matches!(error, OpenError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains("127.0.0.1:1"), "{error}");

    let error = refused(&server.url("nowhere")).await;
    assert!(matches!(error, OpenError::NoDatabase { .. }), "{error}");
    assert!(error.to_string().contains("createdb nowhere"), "{error}");

    let database = Database::new().await;
    let client = connect(&database.url).await;
    client
        .batch_execute(
            "DO $$ BEGIN CREATE ROLE guarded LOGIN SUPERUSER PASSWORD 'right';
             EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        )
        .await
        .expect("a role");
    let name = database.url.rsplit('/').next().expect("a name");
    let error = refused(&server.guarded("wrong", name)).await;
    assert!(matches!(error, OpenError::NotAllowed { .. }), "{error}");
    assert!(
        !error.to_string().contains("wrong"),
        "no password is shown: {error}"
    );
    let options = Options::new(server.guarded("right", name));
    Postgres::open(&options, keyring(), entropy())
        .await
        .expect("it opens")
        .close()
        .await;
    assert!(!format!("{options:?}").contains("right"));
}

/// Acknowledged means on disk: settings that say otherwise are refused.
#[tokio::test]
async fn a_database_that_may_lose_commits_is_refused() {
    let database = Database::new().await;
    let client = connect(&database.url).await;
    let name = database.url.rsplit('/').next().expect("a name");
    client
        .batch_execute(&format!(
            "ALTER DATABASE {name} SET synchronous_commit = off"
        ))
        .await
        .expect("set");
    let error = refused(&database.url).await;
    assert!(matches!(error, OpenError::Unfit(_)), "{error}");
    assert!(
        error.to_string().contains("synchronous_commit is off"),
        "{error}"
    );

    let careless = Server::start(&["fsync = off"]);
    let error = refused(&careless.url("postgres")).await;
    assert!(error.to_string().contains("fsync = off"), "{error}");
}

/// The first host that takes writes is used.
#[tokio::test]
async fn several_hosts_may_be_named() {
    let database = Database::new().await;
    let url = database.url.replace("@127.0.0.1", "@127.0.0.1:1,127.0.0.1");
    let store = Postgres::open(&Options::new(url), keyring(), entropy())
        .await
        .expect("it opens");
    store.ping().await.expect("it works");
    store.close().await;
}
