//! Reports and documents that are refused: every field is named, and nothing is counted or stored.

use axum::body::Body;
use http::Method;
use serde_json::{Value, json};

use super::{ACME, Shop, record};
use crate::app::App;

/// APG-27d: a report is checked all or nothing, and everything wrong is named at once.
#[tokio::test]
async fn apg_27d_a_report_with_a_wrong_record_counts_nothing() {
    let shop = Shop::open().await;
    let with = |field: &str, value: Value| {
        let mut one = record("x", 1);
        one[field] = value;
        one
    };
    for (wrong, field, says) in [
        (with("id", json!("")), "id", "1 to 255 bytes"),
        (with("id", json!("x".repeat(256))), "id", "1 to 255 bytes"),
        (with("id", json!("a\nb")), "id", "control characters"),
        (
            with("developer", json!("ben@example.com")),
            "developer",
            "ben@example.com",
        ),
        (
            with("rate_plan", json!("no")),
            "rate_plan",
            "there is no rate plan `no`",
        ),
        (
            with("application", json!("tides")),
            "application",
            "no application `tides`",
        ),
        (with("count", json!(0)), "count", "from 1 to 1000000000"),
        (
            with("count", json!(1_000_000_001)),
            "count",
            "from 1 to 1000000000",
        ),
        (with("count", json!(-1)), "count", "integer `-1`"),
        (
            with("time", json!("2025-10-01T00:00:00Z")),
            "time",
            "35 days",
        ),
        (
            with("time", json!("2025-11-21T08:06:00Z")),
            "time",
            "5 minutes",
        ),
        (
            with("time", json!("2025-10-31T23:59:59Z")),
            "time",
            "did not have",
        ),
        (with("time", json!("noon")), "time", "is not a time"),
        (with("amount", json!(1)), "amount", "unknown field"),
    ] {
        let said = shop
            .report(json!([record("good", 1), wrong]))
            .await
            .problem(422, "invalid_request", &format!("records[1].{field}"));
        assert!(said.contains(says), "{wrong}: {said}");
    }
    let several = shop
        .report(json!([
            with("count", json!(0)),
            record("good", 1),
            with("id", json!(""))
        ]))
        .await
        .expect(422);
    let fields: Vec<&Value> = several["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["field"])
        .collect();
    assert_eq!(fields, ["records[0].count", "records[2].id"]);
    assert_eq!(shop.usage().await["used"], 0);
}

#[tokio::test]
async fn a_report_that_is_too_long_or_no_report_is_refused() {
    let shop = Shop::open().await;
    let usage = format!("{ACME}/usage");
    shop.report(json!([]))
        .await
        .problem(422, "invalid_request", "records");
    let many: Vec<Value> = (0..10_001).map(|n| record(&n.to_string(), 1)).collect();
    let said = shop
        .report(json!(many))
        .await
        .problem(422, "invalid_request", "records");
    assert!(said.contains("1 to 10000"), "{said}");
    let app = &shop.app;
    app.post(&usage, json!([record("1", 1)]))
        .await
        .problem(422, "invalid_request", "");
    app.raw(Method::POST, &usage, "{")
        .await
        .problem(400, "malformed_json", "");
    app.raw(Method::POST, &usage, vec![b' '; (16 << 20) + 1])
        .await
        .problem(413, "too_large", "");
    app.raw(Method::POST, &format!("{usage}?dry_run=1"), "{}")
        .await
        .problem(400, "invalid_query", "dry_run");
    let request = app
        .request(Method::POST, &usage)
        .header("content-type", "text/csv")
        .body(Body::from("1,ada@example.com"))
        .unwrap();
    app.send(request)
        .await
        .problem(415, "unsupported_media_type", "Content-Type");
    assert_eq!(shop.usage().await["used"], 0);
}

#[tokio::test]
async fn a_document_with_a_wrong_field_is_refused_and_not_stored() {
    let app = App::acme().await;
    app.post(&format!("{ACME}/packages"), json!({"name": "Location"}))
        .await
        .expect(201);
    for (path, body, field, says) in [
        ("developers", json!({}), "email", "missing field"),
        ("developers", json!({"email": "ada"}), "email", ""),
        (
            "developers",
            json!({"email": "a@b.c", "company": "a\nb"}),
            "company",
            "control",
        ),
        (
            "developers",
            json!({"email": "a@b.c", "applications": ["x", "x"]}),
            "applications[1]",
            "named twice",
        ),
        (
            "developers",
            json!({"email": "a@b.c", "attributes": [{"name": "x"}]}),
            "attributes[0].value",
            "missing field",
        ),
        (
            "developers",
            json!({"email": "a@b.c", "attributes": [{"name": "", "value": ""}]}),
            "attributes[0].name",
            "empty",
        ),
        (
            "developers",
            json!({"email": "a@b.c", "id": "x"}),
            "id",
            "unknown field",
        ),
        ("packages", json!({"name": ""}), "name", "empty"),
        (
            "packages",
            json!({"name": "x", "id": "a b"}),
            "id",
            "letters, digits",
        ),
        (
            "packages",
            json!({"name": "x", "products": [""]}),
            "products[0]",
            "empty",
        ),
        (
            "rate-plans",
            json!({"name": "x"}),
            "package",
            "missing field",
        ),
        (
            "rate-plans",
            json!({"package": "no", "name": "x"}),
            "package",
            "there is no package `no`",
        ),
        (
            "rate-plans",
            json!({"package": "location", "name": "x", "period_months": 25}),
            "period_months",
            "24",
        ),
        (
            "rate-plans",
            json!({"package": "location", "name": "x", "period_months": 0}),
            "period_months",
            "24",
        ),
        (
            "rate-plans",
            json!({"package": "location", "name": "x", "published": "yes"}),
            "published",
            "a boolean",
        ),
        (
            "developer-rate-plans",
            json!({"developer": "a@b.c", "rate_plan": "no", "quota_target": 1}),
            "developer",
            "there is no developer `a@b.c`",
        ),
        (
            "developer-rate-plans",
            json!({"developer": "a@b.c", "rate_plan": "no"}),
            "quota_target",
            "missing field",
        ),
        (
            "developer-rate-plans",
            json!({"developer": "a@b.c", "rate_plan": "no", "quota_target": 1.5}),
            "quota_target",
            "1.5",
        ),
    ] {
        let said = app
            .post(&format!("{ACME}/{path}"), body.clone())
            .await
            .problem(422, "invalid_request", field);
        assert!(said.contains(says), "{body}: {said}");
    }
    for (path, count) in [
        ("developers", 0),
        ("packages", 1),
        ("rate-plans", 0),
        ("developer-rate-plans", 0),
    ] {
        let page = app.get(&format!("{ACME}/{path}")).await.expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), count, "{path}");
    }
}

#[tokio::test]
async fn a_change_with_a_wrong_field_changes_nothing() {
    let shop = Shop::open().await;
    let plan = format!("developer-rate-plans/{}", shop.plan);
    for (path, body, field) in [
        (
            "developers/ada@example.com",
            json!({"email": "b@c.d"}),
            "email",
        ),
        (
            "developers/ada@example.com",
            json!({"first_name": null}),
            "first_name",
        ),
        ("packages/location", json!({"name": " "}), "name"),
        (
            "rate-plans/location_adjustable",
            json!({"period_months": 30}),
            "period_months",
        ),
        (
            "rate-plans/location_adjustable",
            json!({"package": "x"}),
            "package",
        ),
        (&plan, json!({"end": "2025-11-01T00:00:00Z"}), "end"),
        (&plan, json!({"start": null}), "start"),
        (
            &plan,
            json!({"quota_target": 1_000_000_000_000_001_u64}),
            "quota_target",
        ),
    ] {
        let path = format!("{ACME}/{path}");
        let before = shop.app.get(&path).await.expect(200);
        shop.app
            .patch(&path, body)
            .await
            .problem(422, "invalid_request", field);
        assert_eq!(shop.app.get(&path).await.expect(200), before);
    }
}
