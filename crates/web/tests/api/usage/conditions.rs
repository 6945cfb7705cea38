//! Notification conditions: exact lists and ranges, and the webhooks that they call.

use serde_json::{Value, json};

use super::{ACME, Shop, percents};

/// APG-27 in the native spelling: viewed, changed, deleted; every percentage that
/// will fire is shown.
#[tokio::test]
async fn apg_27_a_condition_lives_from_post_to_delete() {
    let shop = Shop::open().await;
    let app = &shop.app;
    let (a, b) = (
        shop.direct("https://hooks.example/1").await,
        shop.direct("https://hooks.example/2").await,
    );
    let conditions = format!("{ACME}/notification-conditions");
    let made = app
        .post(
            &conditions,
            json!({
                "rate_plan": "location_adjustable",
                "thresholds": [50, {"from": 80, "to": 120}, {"from": 95, "to": 97, "step": 1}],
                "webhooks": [a, b]
            }),
        )
        .await
        .expect(201);
    assert_eq!(
        made["thresholds"],
        json!([50, {"from": 80, "to": 120, "step": 10}, {"from": 95, "to": 97, "step": 1}])
    );
    assert_eq!(
        made["fires_at"],
        json!([50, 80, 90, 95, 96, 97, 100, 110, 120])
    );
    assert_eq!(made["webhooks"], json!([a, b]));
    let one = format!("{conditions}/{}", made["id"].as_str().unwrap());
    assert_eq!(app.get(&one).await.expect(200), made);
    let changed = app
        .patch(&one, json!({"thresholds": [100, 75, 100]}))
        .await
        .expect(200);
    assert_eq!(changed["fires_at"], json!([75, 100]));
    assert_eq!(changed["webhooks"], json!([a, b]));
    for (filter, count) in [
        ("", 1),
        ("?rate_plan=location_adjustable", 1),
        ("?rate_plan=x", 0),
    ] {
        let page = app.get(&format!("{conditions}{filter}")).await.expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), count, "{filter}");
    }
    app.delete(&one).await.expect(204);
    app.get(&one).await.problem(404, "not_found", "");
}

/// Exact lists may be long.
#[tokio::test]
async fn a_list_of_many_percentages_fires_at_each() {
    let shop = Shop::open().await;
    let webhook = shop.direct("https://hooks.example/1").await;
    let list: Vec<u64> = (1..=40).map(|n| n * 2).collect();
    let id = shop.condition(json!(list), &[&webhook]).await;
    let path = format!("{ACME}/notification-conditions/{id}");
    let shown = shop.app.get(&path).await.expect(200);
    assert_eq!(
        (&shown["thresholds"], &shown["fires_at"]),
        (&json!(list), &json!(list))
    );
    let receipt = shop.used("1", 100).await;
    assert_eq!(percents(&receipt), [2, 4, 6, 8, 10]);
}

/// APG-27: an unknown webhook or plan is refused with a reason, and nothing is stored.
#[tokio::test]
async fn apg_27_what_there_is_not_is_refused_and_nothing_is_stored() {
    let shop = Shop::open().await;
    let app = &shop.app;
    app.kit.organization("other", "standard").await;
    let foreign = app
        .post(
            "/organizations/other/webhooks",
            json!({"url": "https://hooks.example/o"}),
        )
        .await
        .expect(201);
    let webhook = shop.direct("https://hooks.example/1").await;
    let right = json!({
        "rate_plan": "location_adjustable", "thresholds": [80], "webhooks": [webhook]
    });
    let with = |field: &str, value: Value| {
        let mut body = right.clone();
        body[field] = value;
        body
    };
    let conditions = format!("{ACME}/notification-conditions");
    for (body, field, says) in [
        (
            with("rate_plan", json!("no")),
            "rate_plan",
            "there is no rate plan `no`",
        ),
        (
            with("webhooks", json!([webhook, foreign["id"]])),
            "webhooks[1]",
            "has no webhook",
        ),
        (
            with("webhooks", json!([webhook, webhook])),
            "webhooks[1]",
            "named twice",
        ),
        (with("webhooks", json!([])), "webhooks", "1 to 50 webhooks"),
        (with("webhooks", json!(["x"])), "webhooks[0]", ""),
        (with("thresholds", json!([])), "thresholds", "1 to 20"),
        (
            with("thresholds", json!([80, 0])),
            "thresholds[1]",
            "0 is not a percentage",
        ),
        (
            with("thresholds", json!(["%= 80"])),
            "thresholds[0]",
            "is text",
        ),
        (
            with("thresholds", json!([{"from": 120, "to": 80}])),
            "thresholds[0]",
            "turn them round",
        ),
        (
            with("thresholds", json!([{"from": 1, "to": 2000, "step": 1}])),
            "thresholds[0]",
            "2000 percentages",
        ),
        (with("name", json!("x")), "name", "unknown field"),
    ] {
        let said = app
            .post(&conditions, body.clone())
            .await
            .problem(422, "invalid_request", field);
        assert!(said.contains(says), "{body}: {said}");
    }
    assert_eq!(app.get(&conditions).await.expect(200)["items"], json!([]));
}

/// APG-27c: the percentages of a plan are limited together, because one record can fire all of them.
#[tokio::test]
async fn apg_27c_conditions_of_a_plan_name_a_thousand_percentages_together() {
    let shop = Shop::open().await;
    let webhook = shop.direct("https://hooks.example/1").await;
    let range = |from: u64, to: u64| json!([{"from": from, "to": to, "step": 1}]);
    shop.condition(range(1, 900), &[&webhook]).await;
    let more = json!({
        "rate_plan": "location_adjustable", "thresholds": range(901, 1001), "webhooks": [webhook]
    });
    let said = shop
        .app
        .post(&format!("{ACME}/notification-conditions"), more)
        .await
        .problem(409, "too_many_conditions", "");
    assert!(said.contains("1001 percentages"), "{said}");
    shop.condition(range(901, 1000), &[&webhook]).await;
}
