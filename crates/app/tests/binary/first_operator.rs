//! The link that each start prints while there is no operator: on both stores, and on several nodes,
//! of which each hears what the others did.

use std::time::{Duration, Instant};

use bellwire_testkit::postgres;
use serde_json::{Value, json};
use ureq::Agent;

use super::{
    cluster::{migrate, node},
    server::{Server, serve},
};

const PASSWORD: &str = "plum gravel orbit lantern";
/// How long a node may take to hear of what another one did: a second, and much more here.
const PATIENCE: Duration = Duration::from_secs(30);

fn agent() -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE));
    config.build().into()
}

/// Makes the first operator by a link; status, code of the refusal, and what shows who they are.
fn set_up(url: &str) -> (u16, Value, [(&'static str, String); 2]) {
    let (server, link) = url.split_once("/setup/").expect("a link");
    let body = json!({"link": link, "email": "op@example.com", "name": "Op", "password": PASSWORD});
    let mut response = agent()
        .post(format!("{server}/api/v1/setup"))
        .content_type("application/json")
        .send(body.to_string())
        .expect("an answer");
    let cookie = response.headers().get("set-cookie");
    let cookie = cookie.map_or("", |line| line.to_str().expect("text"));
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    let text = response.body_mut().read_to_string().expect("text");
    let answer: Value = serde_json::from_str(&text).expect("JSON");
    let csrf = answer["csrf_token"].as_str().unwrap_or_default().to_owned();
    let shown = [("cookie", cookie), ("x-csrf-token", csrf)];
    (response.status().as_u16(), answer["code"].clone(), shown)
}

fn session(url: &str, shown: &[(&'static str, String); 2]) -> u16 {
    let mut request = agent().get(format!("{url}/api/v1/session"));
    for (name, value) in shown {
        request = request.header(*name, value);
    }
    request.call().expect("an answer").status().as_u16()
}

fn sign_out(url: &str, shown: &[(&'static str, String); 2]) -> u16 {
    let mut request = agent().delete(format!("{url}/api/v1/session"));
    for (name, value) in shown {
        request = request.header(*name, value);
    }
    request.call().expect("an answer").status().as_u16()
}

/// A restart prints another link, and the one before works no more.
#[tokio::test(flavor = "multi_thread")]
async fn each_start_prints_another_link_until_there_is_an_operator() {
    let folder = tempfile::tempdir().expect("a directory");
    let mut server = Server::start(&serve(folder.path())).await;
    let former = server.first_operator().await;
    assert!(server.stop().await);
    let mut server = Server::start(&serve(folder.path())).await;
    let link = server.first_operator().await;
    // The address is a new one; the link before is of the same database.
    let text = former.split_once("/setup/").expect("a link").1;
    let (status, code, _) = set_up(&format!("{}/setup/{text}", server.url));
    assert_eq!((status, code), (410, json!("link_revoked")));
    let (status, _, shown) = set_up(&link);
    assert_eq!(status, 200);
    assert_eq!(session(&server.url, &shown), 200);
    assert!(server.stop().await);
}

/// The link of a node works on every node, once; who signs in on one is known on all, and who signs
/// out on one is out on all.
#[tokio::test(flavor = "multi_thread")]
async fn nodes_share_the_first_operator_and_the_end_of_a_session() {
    let postgres = postgres::Server::start(&[]);
    let database = postgres.database();
    migrate(&database);
    let mut one = node(&database).await;
    one.first_token().await;
    let former = one.first_operator().await;
    let mut two = node(&database).await;
    let link = two.first_operator().await;
    let (status, code, _) = set_up(&former);
    assert_eq!((status, code), (410, json!("link_revoked")));

    let text = link.split_once("/setup/").expect("a link").1;
    let (status, _, shown) = set_up(&format!("{}/setup/{text}", one.url));
    assert_eq!(status, 200);
    let (status, code, _) = set_up(&link);
    assert_eq!((status, code), (410, json!("link_used")));
    assert_eq!(session(&two.url, &shown), 200);
    assert_eq!(sign_out(&one.url, &shown), 204);
    assert_eq!(session(&one.url, &shown), 401);
    let deadline = Instant::now() + PATIENCE;
    while session(&two.url, &shown) != 401 {
        assert!(
            Instant::now() < deadline,
            "the other node has not heard of it"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(one.stop().await);
    assert!(two.stop().await);
}
