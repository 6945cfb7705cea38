//! Developers, packages, rate plans, developer rate plans: made, shown, listed, changed, deleted.

use serde_json::{Value, json};

use super::{ACME, Shop};
use crate::app::App;

fn names(page: &Value, field: &str) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    let name = |item: &Value| item[field].as_str().unwrap().to_owned();
    items.iter().map(name).collect()
}

/// APG-27d: developers, by their e-mail address.
#[tokio::test]
async fn apg_27d_a_developer_lives_from_post_to_delete() {
    let app = App::acme().await;
    let developers = format!("{ACME}/developers");
    let made = app
        .post(
            &developers,
            json!({
                "email": "Ada@Example.com",
                "first_name": "Ada",
                "last_name": "Lovelace",
                "company": "Engines \"R\" Us",
                "applications": ["weather", "tides"],
                "attributes": [{"name": "tier", "value": "gold"}]
            }),
        )
        .await
        .expect(201);
    assert_eq!(
        made,
        json!({
            "email": "ada@example.com",
            "first_name": "Ada",
            "last_name": "Lovelace",
            "company": "Engines \"R\" Us",
            "applications": ["weather", "tides"],
            "attributes": [{"name": "tier", "value": "gold"}],
            "created_at": "2025-11-21T08:00:00Z", "created_by": "ops",
            "updated_at": "2025-11-21T08:00:00Z", "updated_by": "ops"
        })
    );
    let said = app
        .post(&developers, json!({"email": "ada@example.com"}))
        .await
        .problem(409, "taken", "");
    assert!(said.contains("ada@example.com"), "{said}");
    let one = format!("{developers}/ADA%40example.com");
    assert_eq!(app.get(&one).await.expect(200), made);
    app.kit.clock.advance(1_000_000);
    let changed = app
        .patch(&one, json!({"company": "", "applications": []}))
        .await
        .expect(200);
    assert_eq!(changed["first_name"], "Ada");
    assert_eq!(
        (&changed["company"], &changed["applications"]),
        (&json!(""), &json!([]))
    );
    assert_eq!(changed["updated_at"], "2025-11-21T08:00:01Z");
    app.post(&developers, json!({"email": "ben@example.com"}))
        .await
        .expect(201);
    let all = app.get(&developers).await.expect(200);
    assert_eq!(names(&all, "email"), ["ada@example.com", "ben@example.com"]);
    let found = app.get(&format!("{developers}?q=LOVE")).await.expect(200);
    assert_eq!(names(&found, "email"), ["ada@example.com"]);
    app.delete(&one).await.expect(204);
    app.get(&one).await.problem(404, "not_found", "");
    app.delete(&one).await.problem(404, "not_found", "");
}

/// APG-27d: packages with product names; the id follows from the name.
#[tokio::test]
async fn apg_27d_a_package_lives_from_post_to_delete() {
    let app = App::acme().await;
    let packages = format!("{ACME}/packages");
    let made = app
        .post(
            &packages,
            json!({"name": "My Location", "products": ["Maps", "Places"]}),
        )
        .await
        .expect(201);
    assert_eq!(made["id"], "my_location");
    assert_eq!(
        (&made["description"], &made["products"][1]),
        (&json!(""), &json!("Places"))
    );
    let own = json!({"id": "Storage.1", "name": "Storage"});
    let own = app.post(&packages, own).await.expect(201);
    assert_eq!(own["products"], json!([]));
    app.post(&packages, json!({"name": "my location"}))
        .await
        .problem(409, "taken", "");
    let one = format!("{packages}/my_location");
    let change = json!({"name": "Places", "products": ["Places"], "description": "Where."});
    let changed = app.patch(&one, change).await.expect(200);
    assert_eq!(
        (&changed["id"], &changed["name"]),
        (&json!("my_location"), &json!("Places"))
    );
    assert_eq!(app.get(&one).await.expect(200), changed);
    let found = app.get(&format!("{packages}?q=storage")).await.expect(200);
    assert_eq!(names(&found, "id"), ["Storage.1"]);
    app.delete(&one).await.expect(204);
    assert_eq!(
        names(&app.get(&packages).await.expect(200), "id"),
        ["Storage.1"]
    );
}

/// APG-27d: rate plans with periods of 1 to 24 months; a draft at first.
#[tokio::test]
async fn apg_27d_a_rate_plan_lives_from_post_to_delete() {
    let app = App::acme().await;
    for name in ["Location", "Storage"] {
        app.post(&format!("{ACME}/packages"), json!({"name": name}))
            .await
            .expect(201);
    }
    let plans = format!("{ACME}/rate-plans");
    let made = app
        .post(&plans, json!({"package": "location", "name": "Adjustable"}))
        .await
        .expect(201);
    assert_eq!(made["id"], "location_adjustable");
    assert_eq!(
        (&made["period_months"], &made["published"]),
        (&json!(1), &json!(false))
    );
    let yearly = json!({"id": "s1", "package": "storage", "name": "Yearly", "period_months": 12});
    app.post(&plans, yearly).await.expect(201);
    let one = format!("{plans}/location_adjustable");
    let change = json!({"published": true, "period_months": 24, "description": "By use."});
    let changed = app.patch(&one, change).await.expect(200);
    assert_eq!(
        (&changed["period_months"], &changed["published"]),
        (&json!(24), &json!(true))
    );
    assert_eq!(app.get(&one).await.expect(200), changed);
    let of_package = app
        .get(&format!("{plans}?package=storage"))
        .await
        .expect(200);
    assert_eq!(names(&of_package, "id"), ["s1"]);
    let said = app
        .delete(&format!("{ACME}/packages/storage"))
        .await
        .problem(409, "in_use", "");
    assert!(said.contains("delete those first"), "{said}");
    app.delete(&format!("{plans}/s1")).await.expect(204);
    app.delete(&format!("{ACME}/packages/storage"))
        .await
        .expect(204);
}

/// APG-27d: developer rate plans with `quotaTarget` and `startDate`.
#[tokio::test]
async fn apg_27d_a_developer_rate_plan_lives_from_post_to_delete() {
    let shop = Shop::open().await;
    let app = &shop.app;
    let plans = format!("{ACME}/developer-rate-plans");
    let one = format!("{plans}/{}", shop.plan);
    let shown = app.get(&one).await.expect(200);
    assert_eq!(
        (&shown["quota_target"], &shown["start"], &shown["end"]),
        (&json!(1000), &json!("2025-11-01T00:00:00Z"), &Value::Null)
    );
    let again = json!({
        "developer": "ADA@example.com", "rate_plan": "location_adjustable",
        "quota_target": 5, "start": "2026-01-01T00:00:00Z"
    });
    let said = app
        .post(&plans, again.clone())
        .await
        .problem(409, "plan_overlap", "");
    assert!(said.contains(&shop.plan), "{said}");
    let ended = json!({"end": "2026-01-01T00:00:00Z", "quota_target": 2000});
    let changed = app.patch(&one, ended).await.expect(200);
    assert_eq!(
        (&changed["quota_target"], &changed["end"]),
        (&json!(2000), &json!("2026-01-01T00:00:00Z"))
    );
    let second = app.post(&plans, again).await.expect(201);
    assert_eq!(second["developer"], "ada@example.com");
    app.patch(&one, json!({"end": null}))
        .await
        .problem(409, "plan_overlap", "");
    for (filter, count) in [
        ("?developer=ada@example.com", 2),
        ("?rate_plan=location_adjustable", 2),
        ("?developer=ben@example.com", 0),
        (
            "?rate_plan=location_adjustable&developer=Ada@Example.com&limit=1",
            1,
        ),
    ] {
        let page = app.get(&format!("{plans}{filter}")).await.expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), count, "{filter}");
    }
    let said = app
        .delete(&format!("{ACME}/rate-plans/location_adjustable"))
        .await
        .problem(409, "in_use", "");
    assert!(said.contains("developer rate plans first"), "{said}");
    app.delete(&one).await.expect(204);
    app.get(&one).await.problem(404, "not_found", "");
    // The developer goes with what they bought.
    app.delete(&format!("{ACME}/developers/ada@example.com"))
        .await
        .expect(204);
    assert_eq!(app.get(&plans).await.expect(200)["items"], json!([]));
    app.delete(&format!("{ACME}/rate-plans/location_adjustable"))
        .await
        .expect(204);
}

/// What usage lies in keeps its shape.
#[tokio::test]
async fn periods_stay_as_they_are_once_something_was_counted() {
    let shop = Shop::open().await;
    let plan = format!("{ACME}/developer-rate-plans/{}", shop.plan);
    let moved = shop
        .app
        .patch(&plan, json!({"start": "2025-11-02T00:00:00Z"}))
        .await
        .expect(200);
    assert_eq!(moved["start"], "2025-11-02T00:00:00Z");
    shop.used("1", 1).await;
    for (path, body) in [
        (plan.as_str(), json!({"start": "2025-11-01T00:00:00Z"})),
        (
            "/organizations/acme/rate-plans/location_adjustable",
            json!({"period_months": 2}),
        ),
    ] {
        shop.app.patch(path, body).await.problem(409, "in_use", "");
    }
}

#[tokio::test]
async fn lists_are_paged_and_a_cursor_fits_its_own_list_only() {
    let app = App::acme().await;
    let packages = format!("{ACME}/packages");
    for name in ["a", "b", "c", "d", "e"] {
        app.post(&packages, json!({"name": name})).await.expect(201);
    }
    let mut seen = Vec::new();
    let mut path = format!("{packages}?limit=2");
    let mut first_cursor = String::new();
    loop {
        let page = app.get(&path).await.expect(200);
        seen.push(names(&page, "id"));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        if first_cursor.is_empty() {
            cursor.clone_into(&mut first_cursor);
        }
        path = format!("{packages}?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, [vec!["a", "b"], vec!["c", "d"], vec!["e"]]);
    for other in [
        "packages?q=a&",
        "developers?",
        "rate-plans?",
        "developer-rate-plans?",
        "notification-conditions?",
        "usage?",
    ] {
        app.get(&format!("{ACME}/{other}cursor={first_cursor}"))
            .await
            .problem(400, "invalid_cursor", "cursor");
    }
}

/// Every change is in the audit log, with what it was before and after.
#[tokio::test]
async fn every_change_is_in_the_audit_log() {
    let shop = Shop::open().await;
    let app = &shop.app;
    app.patch(
        &format!("{ACME}/packages/location"),
        json!({"name": "Places"}),
    )
    .await
    .expect(200);
    let log = app.get(&format!("{ACME}/audit?limit=5")).await.expect(200);
    assert_eq!(
        names(&log, "action"),
        [
            "package.updated",
            "developer_rate_plan.created",
            "rate_plan.created",
            "package.created",
            "developer.created",
        ]
    );
    let entry = &log["items"][0];
    assert_eq!(entry["before"]["name"], "Location");
    assert_eq!(entry["after"]["name"], "Places");
}
