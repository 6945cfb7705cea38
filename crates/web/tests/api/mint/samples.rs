//! Trying a webhook: the triggers, a sample of the call, and the call itself.

use http::Method;

use super::{
    golden::golden,
    refused,
    scene::{BOUGHT, PURCHASE, ROOT, Scene},
    send,
};

fn path(webhook: &str) -> String {
    format!("{ROOT}/webhooks/{webhook}/test/dev@example.com/weather-app/Maps/location_adjustable")
}

/// APG-15: the types, the sample with its 21 keys, and sending it: a real delivery of these bytes.
#[tokio::test]
async fn a_sample_is_shown_and_sent() {
    let scene = Scene::new().await;
    scene
        .condition("%= 90 to 120 by 10", &[&scene.webhook])
        .await;
    let path = path(&scene.webhook);
    let trigger = format!("{path}/RATEPLANQUOTAUSAGE");
    golden("triggers.json", &scene.get(&path).await);
    let sample = scene.get(&trigger).await;
    golden("sample.json", &sample);
    for (path, body) in [(&path, ""), (&trigger, ""), (&trigger, "{}")] {
        let sent = scene.post(path, body).await;
        golden("sample-sent.json", &sent);
        let event = sent.json()["eventId"].as_str().unwrap().to_owned();
        let shown = scene
            .app
            .get(&format!("/organizations/acme/events/{event}"))
            .await;
        let detail = shown.expect(200);
        assert_eq!(
            (&detail["test"], &detail["type"]),
            (&true.into(), &"quota.threshold_reached".into())
        );
        assert!(
            shown.text.contains(&format!("\"data\":{}", sample.text)),
            "{}",
            shown.text
        );
        let delivery = &detail["deliveries"][0];
        assert_eq!(delivery["id"], sent.json()["deliveryId"]);
        assert_eq!(delivery["webhook_id"], scene.webhook.as_str());
        assert_eq!(delivery["kind"], "test");
    }
}

/// A developer who has bought nothing can be tried with, too; what is not there is not.
#[tokio::test]
async fn a_sample_is_about_what_is_there() {
    let scene = Scene::new().await;
    let right = path(&scene.webhook);
    scene
        .delete(&format!("{BOUGHT}/{}", scene.bought))
        .await
        .expect(204);
    scene
        .get(&format!("{right}/RATEPLANQUOTAUSAGE"))
        .await
        .expect(200);
    for (is, wrong, noun) in [
        (
            scene.webhook.as_str(),
            "00000000-0000-7000-8000-000000000000",
            "webhook",
        ),
        (scene.webhook.as_str(), "no-id", "webhook"),
        ("dev@example.com", "none@example.com", "developer"),
        ("weather-app", "none", "application"),
        ("Maps", "none", "product"),
        ("location_adjustable", "none", "rate plan"),
    ] {
        let path = right.replace(is, wrong);
        for (method, path) in [
            (Method::GET, path.clone()),
            (Method::POST, path.clone()),
            (Method::GET, format!("{path}/RATEPLANQUOTAUSAGE")),
            (Method::POST, format!("{path}/RATEPLANQUOTAUSAGE")),
        ] {
            let answer = send(&scene.app, method, &path, "").await;
            let message = refused(&answer, 404, "mint.resourceDoesNotExist");
            assert_eq!(message, format!("There is no such {noun}."));
        }
    }
    let other = format!("{right}/OTHER");
    for method in [Method::GET, Method::POST] {
        let answer = send(&scene.app, method, &other, "").await;
        refused(&answer, 404, "mint.resourceDoesNotExist");
    }
    scene.post(BOUGHT, PURCHASE).await.expect(200);
}
