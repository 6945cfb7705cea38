//! TLS to the database, in the degrees that `sslmode` knows.

mod database;

use bellwire_core::ports::Query as _;
use bellwire_postgres::{OpenError, Options, Postgres};
use bellwire_testkit::postgres::{Certificate, Server};
use database::{connect, entropy, keyring};

async fn open(url: &str) -> Result<Postgres, OpenError> {
    Postgres::open(&Options::new(url), keyring(), entropy()).await
}

#[tokio::test]
async fn every_sslmode_asks_for_what_it_says() {
    let certificate = Certificate::new("localhost");
    let server = Server::start_with_tls(&certificate);
    let other = Certificate::new("localhost");
    let url = server.url("postgres").replace("127.0.0.1", "localhost");
    Postgres::migrate(&Options::new(&url))
        .await
        .expect("migrated");
    let rooted = |mode: &str, certificate: &Certificate, url: &str| {
        format!(
            "{url}?sslmode={mode}&sslrootcert={}",
            certificate.root().display()
        )
    };
    let by_address = server.url("postgres");
    let client = connect(&url).await;
    for (url, encrypted) in [
        (format!("{url}?sslmode=disable"), false),
        (format!("{url}?sslmode=prefer"), true),
        (format!("{url}?sslmode=require"), true),
        // The chain alone: the name does not matter.
        (rooted("verify-ca", &certificate, &by_address), true),
        (rooted("verify-full", &certificate, &url), true),
    ] {
        let store = open(&url)
            .await
            .unwrap_or_else(|error| panic!("{url}: {error}"));
        store.ping().await.expect("it works");
        let sql = "SELECT count(*) FILTER (WHERE s.ssl), count(*)
                   FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid)
                   WHERE a.application_name = 'bellwire'";
        let row = client.query_one(sql, &[]).await.expect("asked");
        let (over_tls, all): (i64, i64) = (row.get(0), row.get(1));
        assert!(all > 0);
        assert_eq!(over_tls, if encrypted { all } else { 0 }, "{url}");
        store.close().await;
        drop(store);
        let gone = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'bellwire'";
        while client
            .query_one(gone, &[])
            .await
            .expect("asked")
            .get::<_, i64>(0)
            > 0
        {}
    }
    for url in [
        rooted("verify-full", &certificate, &by_address),
        rooted("verify-full", &other, &url),
        rooted("verify-ca", &other, &url),
        format!("{url}?sslmode=verify-full"),
        format!("{url}?sslmode=verify-full&sslrootcert=/nowhere/ca.pem"),
    ] {
        let error = open(&url).await.expect_err(&url);
        let said = error.to_string().to_lowercase();
        assert!(
            said.contains("certificate") || said.contains("sslrootcert"),
            "{url}: {said}"
        );
    }
}
