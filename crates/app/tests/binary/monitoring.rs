//! What a person who watches a real server sees of it: the metrics, which are those of the reference,
//! and the log, which names events and deliveries and no secrets.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    path::{Path, PathBuf},
};

use bellwire_testkit::receiver::{Behaviour, Receiver};
use serde_json::{Value, json};

use super::server::{ORGANIZATION, Producer, Server, serve};

/// The command line of a server whose whole log goes into a file, as JSON.
fn logging(folder: &Path, settings: &[&str]) -> (Vec<OsString>, PathBuf) {
    let log = folder.join("log.json");
    let script = format!("exec \"$0\" \"$@\" 2> '{}'", log.display());
    let mut words: Vec<OsString> = vec!["sh".into(), "-c".into(), script.into()];
    words.extend(serve(folder));
    for setting in ["log.format=json", "log.level=debug"]
        .iter()
        .chain(settings)
    {
        words.extend(["--set".into(), setting.into()]);
    }
    (words, log)
}

fn post(producer: &Producer, url: &str, path: &str, body: &Value) -> Value {
    let (status, answer) = producer.post(url, path, body).expect("an answer");
    assert!((200..300).contains(&status), "{path}: {status} {answer}");
    answer
}

fn test(producer: &Producer, url: &str, webhook: &str) -> Value {
    let path = format!("/organizations/{ORGANIZATION}/webhooks/{webhook}/test?wait=30");
    post(producer, url, &path, &json!({}))
}

fn scrape(url: &str) -> String {
    let mut response = ureq::get(format!("{url}/metrics")).call().expect("metrics");
    response.body_mut().read_to_string().expect("text")
}

/// Every metric of a real server is in the reference, under its name and kind, and the other way round.
#[tokio::test(flavor = "multi_thread")]
async fn the_reference_lists_every_metric_that_a_server_has() {
    let folder = tempfile::tempdir().expect("a directory");
    let mut server = Server::start(&serve(folder.path())).await;
    let producer = Producer::new(&server.first_token().await);
    let receiver = Receiver::start().await;
    producer.organization(&server.url);
    let webhook = producer.webhook(&server.url, &receiver.url("/"), json!({}));
    test(&producer, &server.url, &webhook);
    producer.event(&server.url, &json!({})).expect("accepted");
    let events = format!("/organizations/{ORGANIZATION}/events");
    let (status, _) = producer
        .post(&server.url, &events, &json!({}))
        .expect("an answer");
    assert_eq!(status, 422);
    scrape(&server.url);
    let text = scrape(&server.url);
    assert!(server.stop().await);

    let found: BTreeSet<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .map(|line| {
            let (name, kind) = line.split_once(' ').expect("a kind");
            format!("{name} {kind}")
        })
        .collect();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/metrics.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let listed: BTreeSet<String> = page
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `bellwire_")?.split(" | ");
            let name = cells.next()?.trim_end_matches('`');
            let kind = cells.next()?;
            // In the page as it is asked for, with the ending of counters.
            let name = match kind {
                "counter" => name.strip_suffix("_total")?,
                _ => name,
            };
            Some(format!("bellwire_{name} {kind}"))
        })
        .collect();
    let missing: Vec<_> = found.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "not listed {missing:?}, not found {gone:?}"
    );
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/alerts.yml");
    let rules = std::fs::read_to_string(rules).expect("the rules");
    for name in rules.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')) {
        if name.starts_with("bellwire_") {
            let of = |ending| name.strip_suffix(ending).unwrap_or(name);
            let known = [name, of("_total"), of("_bucket"), of("_count"), of("_sum")]
                .iter()
                .any(|name| {
                    found
                        .iter()
                        .any(|line| line.starts_with(&format!("{name} ")))
                });
            assert!(known, "`{name}` of the alert rules is no metric");
        }
    }
}

/// Each line is JSON; lines about a delivery name it, its event and its webhook; no secret is anywhere.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_names_deliveries_and_no_secrets() {
    let folder = tempfile::tempdir().expect("a directory");
    let (words, log) = logging(folder.path(), &[]);
    let mut server = Server::start(&words).await;
    let token = server.first_token().await;
    let producer = Producer::new(&token);
    let receiver = Receiver::start().await;
    producer.organization(&server.url);
    let header = "Bearer of-the-customer-4711";
    let settings = json!({
        "headers": {"authorization": header},
        "profile": "eventinsight",
    });
    let webhook = producer.webhook(&server.url, &receiver.url("/"), settings);
    let path = format!("/organizations/{ORGANIZATION}/webhooks/{webhook}/secret/rotate");
    let rotated = post(&producer, &server.url, &path, &json!({}));
    let secrets: Vec<String> = rotated["secrets"]
        .as_array()
        .expect("secrets")
        .iter()
        .map(|secret| secret["secret"].as_str().expect("in clear").to_owned())
        .collect();
    assert_eq!(secrets.len(), 2);
    let password = "plum gravel orbit lantern";
    let wrong = json!({"email": "op@example.com", "password": password});
    producer
        .post(&server.url, "/session", &wrong)
        .expect("an answer");

    receiver.script(
        "/",
        [
            Behaviour::Status(200),
            Behaviour::Status(500),
            Behaviour::Reset,
        ],
    );
    let mut deliveries = BTreeSet::new();
    for _ in 0..3 {
        let tested = test(&producer, &server.url, &webhook);
        deliveries.insert((
            tested["event_id"].as_str().expect("an id").to_owned(),
            tested["delivery_id"].as_str().expect("an id").to_owned(),
        ));
    }
    let data = json!({"id": "payload-4712"});
    producer.event(&server.url, &data).expect("accepted");
    receiver
        .wait_until(|all| {
            let last = all.last().map(|request| request.body.clone());
            last.is_some_and(|body| String::from_utf8_lossy(&body).contains("payload-4712"))
        })
        .await;
    assert!(server.stop().await);

    let text = std::fs::read_to_string(log).expect("the log");
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let attempts: Vec<&Value> = lines
        .iter()
        .filter(|line| line["message"] == "an attempt was made")
        .collect();
    assert_eq!(attempts.len(), 4);
    for line in &attempts {
        assert_eq!(line["webhook"], webhook);
        assert!(
            line["status"].is_u64() != line["cause"].is_string(),
            "{line}"
        );
    }
    let named: BTreeSet<(String, String)> = attempts
        .iter()
        .map(|line| {
            let of = |name: &str| line[name].as_str().expect("an id").to_owned();
            (of("event"), of("delivery"))
        })
        .collect();
    assert!(named.is_superset(&deliveries), "{named:?}");
    for line in lines.iter().filter(|line| !line["delivery"].is_null()) {
        assert!(
            line["event"].is_string() && line["webhook"].is_string(),
            "{line}"
        );
    }
    let mut hidden = vec![token.as_str(), header, password, "payload-4712"];
    hidden.extend(
        secrets
            .iter()
            .map(|secret| secret.trim_start_matches("whsec_")),
    );
    for secret in hidden {
        assert!(!text.contains(secret), "a secret is in the log");
    }
}
