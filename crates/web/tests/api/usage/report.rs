//! What is reported is counted once, against the target of the period, and fires what it reaches.

use serde_json::{Value, json};

use super::{ACME, Shop, percents, record};

/// APG-24, APG-26, APG-27c: with a target of 1000, 799 fires nothing, 800 fires 80 %, 801 nothing, and
/// a jump to 1010 fires 90 and 100 in this order. Whom it goes to is answered and in the log.
#[tokio::test]
async fn apg_24_percentages_fire_when_they_are_reached() {
    let shop = Shop::open().await;
    let webhook = shop.direct("https://hooks.example/1").await;
    shop.condition(json!([{"from": 80, "to": 120}]), &[&webhook])
        .await;
    assert_eq!(
        shop.used("1", 799).await,
        json!({"accepted": 1, "repeated": 0, "fired": []})
    );
    let receipt = shop.used("2", 1).await;
    assert_eq!(percents(&receipt), [80]);
    let fired = &receipt["fired"][0];
    assert_eq!(
        (&fired["developer"], &fired["rate_plan"], &fired["webhooks"]),
        (
            &json!("ada@example.com"),
            &json!("location_adjustable"),
            &json!([webhook])
        )
    );
    assert_eq!(percents(&shop.used("3", 1).await), [0_u64; 0]);
    assert_eq!(percents(&shop.used("4", 209).await), [90, 100]);

    let event = fired["event_id"].as_str().unwrap();
    let shown = shop
        .app
        .get(&format!("{ACME}/events/{event}"))
        .await
        .expect(200);
    assert_eq!(shown["type"], "quota.threshold_reached");
    assert_eq!(shown["channels"], json!(["developer:ada@example.com"]));
    assert_eq!(shown["data"]["quotaPercentUsed"], 80);
    assert_eq!(shown["data"]["packageName"], "Location");
    let deliveries = shown["deliveries"].as_array().unwrap();
    assert_eq!(deliveries.len(), 1);
    assert_eq!(deliveries[0]["webhook_id"], json!(webhook));
}

/// APG-27d: a record counts once, however often it is reported, alone or among others.
#[tokio::test]
async fn apg_27d_a_repeated_record_counts_once() {
    let shop = Shop::open().await;
    let webhook = shop.direct("https://hooks.example/1").await;
    shop.condition(json!([80]), &[&webhook]).await;
    let report = json!([record("a", 500), record("b", 300), record("a", 500)]);
    let first = shop.report(report.clone()).await.expect(200);
    assert_eq!(
        (&first["accepted"], &first["repeated"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(percents(&first), [80]);
    let second = shop.report(report).await.expect(200);
    assert_eq!(second, json!({"accepted": 0, "repeated": 3, "fired": []}));
    assert_eq!(shop.usage().await["used"], 800);
}

/// APG-27c: what is used in another period counts there, and a new period fires again.
#[tokio::test]
async fn apg_27c_records_count_in_the_period_of_their_time() {
    let shop = Shop::open().await;
    let webhook = shop.direct("https://hooks.example/1").await;
    shop.condition(json!([80]), &[&webhook]).await;
    assert_eq!(percents(&shop.used("1", 900).await), [80]);
    // Two weeks on it is December.
    shop.app.kit.clock.advance(14 * 24 * 3_600_000_000);
    let mut late = record("2", 50);
    late["time"] = json!("2025-11-30T23:59:59Z");
    let both = shop
        .report(json!([late, record("3", 800)]))
        .await
        .expect(200);
    assert_eq!(percents(&both), [80]);
    let usage = shop.usage().await;
    assert_eq!(
        usage,
        json!({
            "developer_rate_plan": shop.plan,
            "developer": "ada@example.com",
            "rate_plan": "location_adjustable",
            "quota_target": 1000,
            "period": {"start": "2025-12-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"},
            "used": 800,
            "percent": 80,
            "updated_at": "2025-12-05T08:00:00Z"
        })
    );
    let path = format!("{ACME}/developer-rate-plans/{}/usage", shop.plan);
    let history = shop.app.get(&path).await.expect(200);
    let counts: Vec<&Value> = history["periods"]
        .as_array()
        .unwrap()
        .iter()
        .map(|period| &period["used"])
        .collect();
    assert_eq!(counts, [800, 950]);
    assert_eq!(history["periods"][1]["start"], "2025-11-01T00:00:00Z");
    assert_eq!(history["periods"][1]["end"], "2025-12-01T00:00:00Z");
    assert_eq!(history["periods"][1]["percent"], 95);
    let last = shop.app.get(&format!("{path}?limit=1")).await.expect(200);
    assert_eq!(last["periods"].as_array().unwrap().len(), 1);
    for wrong in ["limit=0", "limit=101", "limit=x", "cursor=x"] {
        let answer = shop.app.get(&format!("{path}?{wrong}")).await;
        let field = wrong.split('=').next().unwrap();
        answer.problem(400, "invalid_query", field);
    }
}

/// APG-27c: a target of 0 and a draft fire nothing, and are counted all the same.
#[tokio::test]
async fn apg_27c_no_target_and_no_published_plan_fire_nothing() {
    let shop = Shop::open().await;
    let webhook = shop.direct("https://hooks.example/1").await;
    shop.condition(json!([1, 100]), &[&webhook]).await;
    let plan = format!("{ACME}/developer-rate-plans/{}", shop.plan);
    shop.app
        .patch(&plan, json!({"quota_target": 0}))
        .await
        .expect(200);
    assert_eq!(percents(&shop.used("1", 500).await), [0_u64; 0]);
    let usage = shop.usage().await;
    assert_eq!(
        (&usage["used"], &usage["percent"]),
        (&json!(500), &Value::Null)
    );
    shop.app
        .patch(&plan, json!({"quota_target": 10_000}))
        .await
        .expect(200);
    let rate_plan = format!("{ACME}/rate-plans/location_adjustable");
    shop.app
        .patch(&rate_plan, json!({"published": false}))
        .await
        .expect(200);
    assert_eq!(percents(&shop.used("2", 500).await), [0_u64; 0]);
    assert_eq!(shop.usage().await["percent"], 10);
}

/// APG-27c, APG-32: overlapping conditions call a webhook once for each percentage; one that listens to
/// the event gets it as well, and one that is direct only when it is addressed.
#[tokio::test]
async fn apg_32_each_webhook_is_called_once() {
    let shop = Shop::open().await;
    let addressed = shop.direct("https://hooks.example/1").await;
    shop.direct("https://hooks.example/2").await;
    let listens = shop
        .app
        .webhook(json!({"url": "https://hooks.example/3", "event_types": ["quota.*"]}))
        .await;
    let all = shop
        .app
        .webhook(json!({"url": "https://hooks.example/4"}))
        .await;
    shop.condition(json!([80]), &[&addressed]).await;
    shop.condition(json!([{"from": 70, "to": 80}]), &[&addressed, &listens])
        .await;
    let receipt = shop.used("1", 800).await;
    assert_eq!(percents(&receipt), [70, 80]);
    for fired in receipt["fired"].as_array().unwrap() {
        let event = fired["event_id"].as_str().unwrap();
        let shown = shop
            .app
            .get(&format!("{ACME}/events/{event}"))
            .await
            .expect(200);
        let mut to: Vec<&str> = shown["deliveries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|delivery| delivery["webhook_id"].as_str().unwrap())
            .collect();
        to.sort_unstable();
        let mut expected = [addressed.as_str(), listens.as_str(), all.as_str()];
        expected.sort_unstable();
        assert_eq!(to, expected);
    }
}

/// A report of ten thousand records is one request.
#[tokio::test]
async fn ten_thousand_records_are_one_report() {
    let shop = Shop::open().await;
    let webhook = shop.direct("https://hooks.example/1").await;
    shop.condition(json!([{"from": 100, "to": 1000, "step": 100}]), &[&webhook])
        .await;
    let records: Vec<Value> = (0..10_000).map(|n| record(&format!("r-{n}"), 1)).collect();
    let receipt = shop.report(json!(records)).await.expect(200);
    assert_eq!(
        (&receipt["accepted"], &receipt["repeated"]),
        (&json!(10_000), &json!(0))
    );
    assert_eq!(
        percents(&receipt),
        [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]
    );
    assert_eq!(shop.usage().await["used"], 10_000);
}
