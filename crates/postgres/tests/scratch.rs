//! Databases that are thrown away: made beside the one that is named, or that one itself, and never
//! one that somebody works in.

mod database;

use bellwire_postgres::{OpenError, Options, Postgres, Scratch};
use bellwire_testkit::postgres::Server;
use database::connect;

async fn tell(url: &str, sql: &str) {
    connect(url).await.batch_execute(sql).await.expect(sql);
}

async fn names(url: &str) -> Vec<String> {
    let rows = connect(url)
        .await
        .query("SELECT datname::text FROM pg_database", &[])
        .await
        .expect("asked");
    rows.iter().map(|row| row.get(0)).collect()
}

fn name(url: &str) -> String {
    url.rsplit('/').next().expect("a name").to_owned()
}

async fn migrate(url: &str) {
    Postgres::migrate(&Options::new(url))
        .await
        .expect("migrated");
}

const ORGANIZATION: &str = "\
INSERT INTO organizations
VALUES (gen_random_uuid(), 'cool', 'Cool', 'standard', false, 1, 0, 0, NULL)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_made_beside_and_gone_afterwards_with_whoever_is_in_it() {
    let url = Server::shared().database();
    let scratch = Scratch::create(&url).await.expect("made");
    let made = scratch.url().to_owned();
    assert_ne!(made, url);
    migrate(&made).await;
    let still_there = connect(&made).await;
    scratch.discard().await.expect("gone");
    assert!(!names(&url).await.contains(&name(&made)));
    assert!(
        still_there.batch_execute("SELECT 1").await.is_err(),
        "thrown out"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_with_organizations_is_nobodys_to_throw_away() {
    let url = Server::shared().database();
    migrate(&url).await;
    Scratch::create(&url)
        .await
        .expect("it has nobody's organizations yet")
        .discard()
        .await
        .expect("gone");
    tell(&url, ORGANIZATION).await;
    let refused = Scratch::create(&url).await;
    assert!(
        matches!(refused, Err(OpenError::Taken(why)) if why.contains("organizations")),
        "{refused:?}"
    );
}

/// A role that may not create databases works in the one it is given, if that is empty.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_right_to_make_one_an_empty_one_serves_and_is_emptied() {
    let server = Server::start(&[]);
    let all = server.database();
    tell(&all, "CREATE ROLE guarded LOGIN PASSWORD 'secret'").await;
    tell(
        &all,
        &format!("ALTER DATABASE {} OWNER TO guarded", name(&all)),
    )
    .await;
    let url = server.guarded("secret", &name(&all));
    for _ in 0..2 {
        let scratch = Scratch::create(&url).await.expect("it is empty");
        assert_eq!(scratch.url(), url);
        migrate(&url).await;
        tell(&url, ORGANIZATION).await;
        // Left as a bench that was killed leaves it: the next one recognizes its own.
        drop(scratch);
    }
    let scratch = Scratch::create(&url).await.expect("it is marked");
    scratch.discard().await.expect("emptied");
    let left = connect(&url)
        .await
        .query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'", &[])
        .await
        .expect("asked");
    assert!(left.is_empty());

    tell(&url, "CREATE TABLE precious ()").await;
    let refused = Scratch::create(&url).await;
    assert!(
        matches!(refused, Err(OpenError::Taken(why)) if why.contains("CREATEDB")),
        "{refused:?}"
    );
    tell(&url, "SELECT FROM precious").await;
}
