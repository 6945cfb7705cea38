//! Usage that is reported, and what it fires (APG-15, APG-24, APG-26, APG-27c, APG-27d).

use serde_json::{Value, json};

use super::{
    golden::{golden, text},
    refused,
    scene::{BOUGHT, CONDITIONS, PLANS, Scene, USAGE, enabled},
    send,
};

fn percents(receipt: &Value) -> Vec<u64> {
    let fired = receipt["fired"].as_array().unwrap().iter();
    fired.map(|one| one["percent"].as_u64().unwrap()).collect()
}

/// APG-27d: a batch, every answer to its letter; a record counts once however often it is reported.
#[tokio::test]
async fn usage_is_reported_in_batches_and_each_record_counts_once() {
    let scene = Scene::new().await;
    scene
        .condition("%= 80 to 120 by 10", &[&scene.webhook])
        .await;
    golden("usage-none.json", &scene.get(USAGE).await);
    let body = r#"{"records":[{"id":"r-1","developer":"dev@example.com","ratePlan":"location_adjustable","application":"weather-app","count":750},{"id":"r-2","developer":"DEV@example.com","ratePlan":"location_adjustable","count":49,"time":"2025-11-20 12:00:00"},{"id":"r-3","developer":"dev@example.com","ratePlan":"location_adjustable","time":1763600000000}]}"#;
    golden("usage-reported.json", &scene.post(USAGE, body).await);
    golden("usage-repeated.json", &scene.post(USAGE, body).await);
    golden("usage.json", &scene.get(USAGE).await);
    for (query, count) in [
        ("?developer=Dev@example.com", 1),
        ("?developer=none@example.com", 0),
        ("?ratePlan=location_adjustable", 1),
        ("?ratePlan=none", 0),
        ("?page=2", 0),
        ("?all=true", 1),
    ] {
        let list = scene.get(&format!("{USAGE}{query}")).await.expect(200);
        assert_eq!(list["usage"].as_array().unwrap().len(), count, "{query}");
    }
    let odd = scene.get(&format!("{USAGE}?rate_plan=x")).await;
    refused(&odd, 400, "mint.invalidQuery");
}

/// APG-24, APG-26, APG-27c: 799 fires nothing, 800 fires 80 %, 801 nothing; a jump fires each that it
/// crosses, ascending; 150 % fires at 1500.
#[tokio::test]
async fn percentages_fire_once_each_in_ascending_order() {
    let scene = Scene::new().await;
    scene
        .condition("%= 80 to 120 by 10", &[&scene.webhook])
        .await;
    scene.condition("%= 150", &[&scene.webhook]).await;
    for (record, count, fired) in [
        ("a", 799, &[][..]),
        ("b", 1, &[80]),
        ("c", 1, &[]),
        ("d", 209, &[90, 100]),
        ("e", 489, &[110, 120]),
        ("f", 1, &[150]),
        ("g", 1000, &[]),
    ] {
        let receipt = scene.used(record, count).await;
        assert_eq!(percents(&receipt), fired, "{record}");
    }
    let usage = scene.get(USAGE).await.expect(200);
    assert_eq!(usage["usage"][0]["count"], 2500);
    assert_eq!(usage["usage"][0]["quotaPercentUsed"], 250);
}

/// APG-15: the event is the callback, its 21 keys in order; APG-25: it goes to the webhook of the
/// action, once, and APG-32: to no other.
#[tokio::test]
async fn a_threshold_is_an_event_for_the_webhooks_of_its_actions() {
    let scene = Scene::new().await;
    enabled(&scene.app, "unasked").await;
    let second = enabled(&scene.app, "callback2").await;
    scene.condition("%= 80", &[&scene.webhook]).await;
    // APG-27c: overlapping conditions on one webhook fire each percentage once.
    scene
        .condition("%= 70 to 90 by 10", &[&scene.webhook, &second])
        .await;
    let receipt = scene.used("a", 800).await;
    assert_eq!(percents(&receipt), [70, 80]);
    let eighty = &receipt["fired"][1];
    let mut called: Vec<&str> = eighty["webhooks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap())
        .collect();
    called.sort_unstable();
    let mut expected = [scene.webhook.as_str(), second.as_str()];
    expected.sort_unstable();
    assert_eq!(called, expected);
    let event = eighty["eventId"].as_str().unwrap();
    let path = format!("/organizations/acme/events/{event}");
    let shown = scene.app.get(&path).await;
    let detail = shown.expect(200);
    assert_eq!(detail["type"], "quota.threshold_reached");
    assert_eq!(detail["channels"], json!(["developer:dev@example.com"]));
    assert_eq!(detail["deliveries"].as_array().unwrap().len(), 2);
    let data = raw_data(&shown.text);
    text("callback.json", data);
    let callback: Value = serde_json::from_str(data).unwrap();
    assert_eq!(callback.as_object().unwrap().len(), 21);
}

/// The event's data as it stands in the answer.
fn raw_data(text: &str) -> &str {
    let event: std::collections::BTreeMap<&str, &serde_json::value::RawValue> =
        serde_json::from_str(text).unwrap();
    event["data"].get()
}

/// APG-13, APG-27c: a disabled webhook is not called; a draft, and a target of 0, fire nothing.
#[tokio::test]
async fn what_is_switched_off_fires_nothing() {
    let scene = Scene::new().await;
    scene.condition("%= 1 to 100 by 1", &[&scene.webhook]).await;
    let bought = format!("{BOUGHT}/{}", scene.bought);
    scene.put(&bought, r#"{"quotaTarget":0}"#).await.expect(200);
    assert!(percents(&scene.used("a", 10).await).is_empty());
    scene
        .put(&bought, r#"{"quotaTarget":1000}"#)
        .await
        .expect(200);
    let plan = format!("{PLANS}/location_adjustable");
    scene.put(&plan, r#"{"published":false}"#).await.expect(200);
    assert!(percents(&scene.used("b", 10).await).is_empty());
    scene
        .put(&plan, r#"{"published":"true"}"#)
        .await
        .expect(200);
    let webhook = format!("{}/{}", super::WEBHOOKS, scene.webhook);
    scene
        .post(&webhook, r#"{"enabled":"false"}"#)
        .await
        .expect(200);
    let receipt = scene.used("c", 10).await;
    for fired in receipt["fired"].as_array().unwrap() {
        assert_eq!(fired["webhooks"], json!([]));
    }
}

/// APG-27d: a report is all or nothing in its checks; each wrong field is named by its record.
#[tokio::test]
async fn a_report_with_something_wrong_counts_nothing() {
    let scene = Scene::new().await;
    let right = r#"{"id":"r","developer":"dev@example.com","ratePlan":"location_adjustable"}"#;
    for (record, field) in [
        (right.replace("dev@", "none@"), "records[1].developer"),
        (
            right.replace("location_adjustable", "none"),
            "records[1].ratePlan",
        ),
        (right.replace("\"r\"", "\"\""), "records[1].id"),
        (
            right.replace('}', r#","application":"none"}"#),
            "records[1].application",
        ),
        (right.replace('}', r#","count":0}"#), "records[1].count"),
        (right.replace('}', r#","count":-1}"#), "records[1].count"),
        (
            right.replace('}', r#","time":"2020-01-01"}"#),
            "records[1].time",
        ),
        (
            right.replace('}', r#","time":"2030-01-01"}"#),
            "records[1].time",
        ),
        (
            right.replace("ratePlan", "rate_plan"),
            "records[1].rate_plan",
        ),
    ] {
        let first = right.replace("\"r\"", "\"first\"");
        let answer = scene
            .post(USAGE, &format!(r#"{{"records":[{first},{record}]}}"#))
            .await;
        let message = refused(&answer, 400, "mint.invalidRequest");
        assert!(
            message.contains(&format!("`{field}`")),
            "{record}: {message}"
        );
    }
    for body in [r#"{"records":[]}"#, "{}"] {
        refused(&scene.post(USAGE, body).await, 400, "mint.invalidRequest");
    }
    let wrong = format!(
        r#"{{"records":[{},{}]}}"#,
        right.replace("dev@", "none@"),
        right.replace("location_adjustable", "none")
    );
    golden("usage-wrong.json", &scene.post(USAGE, &wrong).await);
    let usage = scene.get(USAGE).await.expect(200);
    assert_eq!(usage["usage"][0]["count"], 0);
}

/// A report of ten thousand records, which is more than other bodies may have.
#[tokio::test]
async fn a_large_report_is_taken() {
    let scene = Scene::new().await;
    scene.condition("%= 900 to 1000", &[&scene.webhook]).await;
    let records: Vec<String> = (0..10_000)
        .map(|number| {
            format!(
                r#"{{"id":"{number:0>120}","developer":"dev@example.com","ratePlan":"location_adjustable"}}"#
            )
        })
        .collect();
    let body = format!(r#"{{"records":[{}]}}"#, records.join(","));
    assert!(body.len() > 1 << 20);
    let receipt = scene.post(USAGE, &body).await.expect(200);
    assert_eq!(
        (&receipt["accepted"], &receipt["repeated"]),
        (&json!(10_000), &json!(0))
    );
    assert_eq!(
        percents(&receipt),
        [900, 910, 920, 930, 940, 950, 960, 970, 980, 990, 1000]
    );
    let more = format!(r#"{{"records":[{},{}]}}"#, records.join(","), records[0]);
    refused(&scene.post(USAGE, &more).await, 400, "mint.invalidRequest");
}

/// Who may only see reports nothing; a condition stays as it is.
#[tokio::test]
async fn who_may_only_see_reports_nothing() {
    let scene = Scene::new().await;
    let viewer = super::visitors::basic("viewer@example.com", super::PASSWORD);
    super::visitors::user(
        &scene.app,
        "viewer@example.com",
        false,
        &[("acme", bellwire_core::access::Role::Viewer)],
    )
    .await;
    for path in [USAGE, CONDITIONS] {
        let mut request = http::Request::builder().method("POST").uri(path);
        for (name, value) in &viewer {
            request = request.header(*name, value);
        }
        let answer = scene
            .app
            .send(request.body(axum::body::Body::from("{}")).unwrap())
            .await;
        refused(&answer, 403, "mint.forbidden");
    }
    send(&scene.app, http::Method::GET, USAGE, "")
        .await
        .expect(200);
}
