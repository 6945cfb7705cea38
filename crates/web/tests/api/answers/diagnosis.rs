//! The sentence of a failed attempt, wherever the attempt is shown.

use bellwire_core::{
    outcome::{Answer, Cause},
    time::SECOND,
};
use serde_json::{Value, json};

use crate::{
    app::App,
    made::{attempt, delivery_of},
};

/// ADV-8, ADV-9, ADV-10, EVI-13: the details of an event and the log of a webhook say why each attempt
/// failed, whose side it is on, what to do, and what comes next.
#[tokio::test]
async fn every_failed_attempt_says_why() {
    let app = App::acme().await;
    let webhook = app.webhook(json!({"profile": "advocate"})).await;
    let event = app.event(json!({"type": "a.b", "data": {}})).await;
    let delivery = delivery_of(&app, &event).await;
    let answers = [
        Answer::Status(204),
        Answer::None(Cause::Refused),
        Answer::Status(200),
    ];
    for (number, answer) in (1..).zip(answers) {
        attempt(&app, &delivery, number, answer).await;
        app.kit.clock.advance(SECOND);
    }
    let shown = delivery_of(&app, &event).await;
    assert_eq!(
        shown["attempts"][0]["diagnosis"],
        json!({
            "code": "not_accepted",
            "summary": "The endpoint answered 204, and the profile Advocate counts only 200 as delivered.",
            "side": "endpoint",
            "advice": "Let the endpoint answer with a status that counts; or give the webhook a profile that counts this one.",
            "next": "Attempt 2 is due at 2025-11-21T09:00:00Z.",
        })
    );
    assert_eq!(shown["attempts"][1]["diagnosis"]["code"], "refused");
    assert_eq!(shown["attempts"][2]["diagnosis"], Value::Null);
    let path = format!("/organizations/acme/webhooks/{webhook}/attempts");
    let listed = app.get(&path).await.expect(200);
    let codes: Vec<&Value> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["diagnosis"]["code"])
        .collect();
    assert_eq!(
        codes,
        [&Value::Null, &json!("refused"), &json!("not_accepted")]
    );
}

/// An attempt is judged by the profile that it was made with, whatever the webhook has by now.
#[tokio::test]
async fn a_former_attempt_is_judged_by_its_own_revision() {
    let app = App::acme().await;
    let webhook = app.webhook(json!({"profile": "standard"})).await;
    let event = app.event(json!({"type": "a.b", "data": {}})).await;
    let delivery = delivery_of(&app, &event).await;
    attempt(&app, &delivery, 1, Answer::Status(503)).await;
    let path = format!("/organizations/acme/webhooks/{webhook}");
    app.patch(&path, json!({"profile": "advocate"}))
        .await
        .expect(200);
    app.kit.clock.advance(SECOND);
    attempt(&app, &delivery, 2, Answer::Status(201)).await;
    app.patch(&path, json!({"profile": "standard"}))
        .await
        .expect(200);
    let shown = delivery_of(&app, &event).await;
    let codes = [0, 1].map(|index| shown["attempts"][index]["diagnosis"]["code"].clone());
    assert_eq!(codes, ["service_unavailable", "not_accepted"]);
    let summary = shown["attempts"][1]["diagnosis"]["summary"].as_str();
    assert!(summary.unwrap().contains("Advocate counts only 200"));
}
