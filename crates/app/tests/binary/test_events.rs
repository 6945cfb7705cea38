//! The test button, pressed on a real server by whoever is signed in, and what a real receiver gets.

use bellwire_testkit::receiver::Receiver;
use serde_json::{Value, json};
use ureq::Agent;

use super::server::{ORGANIZATION, Producer, Server, serve};

const PASSWORD: &str = "plum gravel orbit lantern";

fn agent() -> Agent {
    let config = Agent::config_builder().http_status_as_error(false);
    config.build().into()
}

/// Makes the first operator; their id, and the headers that show who they are.
fn sign_in(link: &str) -> (String, Vec<(&'static str, String)>) {
    let (server, text) = link.split_once("/setup/").expect("a link");
    let body = json!({
        "link": text, "email": "op@example.com", "name": "Olga van Ommen", "password": PASSWORD,
    });
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
    let csrf = answer["csrf_token"].as_str().expect("a token").to_owned();
    let id = answer["user"]["id"].as_str().expect("an id").to_owned();
    (id, vec![("cookie", cookie), ("x-csrf-token", csrf)])
}

fn ask(
    url: &str,
    path: &str,
    shown: &[(&'static str, String)],
    body: Option<&Value>,
) -> (u16, Value) {
    let url = format!("{url}/api/v1/organizations/{ORGANIZATION}{path}");
    let agent = agent();
    let answer = match body {
        Some(body) => {
            let mut request = agent.post(url).content_type("application/json");
            for (name, value) in shown {
                request = request.header(*name, value);
            }
            request.send(body.to_string())
        }
        None => {
            let mut request = agent.get(url);
            for (name, value) in shown {
                request = request.header(*name, value);
            }
            request.call()
        }
    };
    let mut answer = answer.expect("an answer");
    let text = answer.body_mut().read_to_string().expect("text");
    (
        answer.status().as_u16(),
        serde_json::from_str(&text).unwrap_or_default(),
    )
}

/// EVI-13, EVI-14, EVI-15: the test carries the data of whoever is signed in, to an inactive webhook
/// too, and the log overview shows it among the last ten requests. A token, which is nobody's account,
/// sends the profile's sample.
#[tokio::test(flavor = "multi_thread")]
async fn a_test_carries_the_signed_in_users_own_data() {
    let folder = tempfile::tempdir().expect("a directory");
    let mut server = Server::start(&serve(folder.path())).await;
    let producer = Producer::new(&server.first_token().await);
    let link = server.first_operator().await;
    let receiver = Receiver::start().await;
    producer.organization(&server.url);
    let settings = json!({"profile": "eventinsight", "enabled": false});
    let webhook = producer.webhook(&server.url, &receiver.url("/hook"), settings);
    let (user, shown) = sign_in(&link);

    let path = format!("/webhooks/{webhook}/test?wait=30");
    let (status, tested) = ask(&server.url, &path, &shown, Some(&json!({})));
    assert_eq!(status, 200, "{tested}");
    assert_eq!(tested["attempt"]["status"], 200);
    assert_eq!(tested["attempt"]["event_id"], tested["event_id"]);
    let body = receiver.wait_for(1).await[0].json();
    assert_eq!(body["action_type"], "test");
    assert_eq!(body["entity_type"], "user");
    assert_eq!(body["entity_id"], user);
    let result = &body["result"];
    assert_eq!(result["id"], user);
    assert_eq!(result["email"], "op@example.com");
    assert_eq!(result["name"], "Olga van Ommen");
    assert_eq!(
        (&result["name_first"], &result["name_last"]),
        (&json!("Olga"), &json!("van Ommen"))
    );

    let own = format!("/organizations/{ORGANIZATION}{path}");
    for _ in 0..11 {
        let (status, _) = producer
            .post(&server.url, &own, &json!({}))
            .expect("an answer");
        assert_eq!(status, 200);
    }
    let sample = receiver.wait_for(12).await[11].json();
    assert_eq!(
        (&sample["action_type"], &sample["entity_id"]),
        (&json!("test"), &json!(1))
    );
    let (_, log) = ask(
        &server.url,
        &format!("/webhooks/{webhook}/attempts"),
        &shown,
        None,
    );
    let items = log["items"].as_array().expect("a list");
    assert_eq!(items.len(), 10);
    assert!(items.iter().all(|one| one["status"] == 200));
    let (_, rest) = ask(
        &server.url,
        &format!("/webhooks/{webhook}/attempts?limit=12"),
        &shown,
        None,
    );
    assert_eq!(rest["items"][11]["event_id"], tested["event_id"]);

    let (status, refused) = ask(
        &server.url,
        &format!("/webhooks/{webhook}/test?wait=31"),
        &shown,
        Some(&json!({})),
    );
    assert_eq!((status, &refused["code"]), (400, &json!("invalid_query")));
    assert!(server.stop().await);
}
