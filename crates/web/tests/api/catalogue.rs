//! Organizations, event types and channels: made, shown, listed, changed, deleted.

use serde_json::{Value, json};

use crate::app::App;

fn names(page: &Value, field: &str) -> Vec<String> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item[field].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn an_organization_lives_from_post_to_delete() {
    let app = App::new().await;
    let answer = app
        .post(
            "/organizations",
            json!({"id": "hotel", "default_profile": "wink"}),
        )
        .await;
    assert_eq!(answer.headers["location"], "/api/v1/organizations/hotel");
    assert_eq!(
        answer.expect(201),
        json!({
            "id": "hotel", "name": "hotel", "default_profile": "wink",
            "strict_event_types": false,
            "appearance": {"accent": null, "logo": null},
            "created_at": "2025-11-21T08:00:00Z", "updated_at": "2025-11-21T08:00:00Z"
        })
    );
    app.post("/organizations", json!({"id": "hotel"}))
        .await
        .problem(409, "slug_taken", "");
    app.kit.clock.advance(1_000_000);
    let changed = app
        .patch(
            "/organizations/hotel",
            json!({"name": "Hotel", "strict_event_types": true}),
        )
        .await
        .expect(200);
    assert_eq!(changed["name"], "Hotel");
    assert_eq!(changed["default_profile"], "wink");
    assert_eq!(changed["updated_at"], "2025-11-21T08:00:01Z");
    assert_eq!(app.get("/organizations/hotel").await.expect(200), changed);
    app.delete("/organizations/hotel").await.expect(204);
    app.get("/organizations/hotel")
        .await
        .problem(404, "not_found", "");
}

/// A picture of 320 by 64 pixels, as far as anybody looks at it.
const A_PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAUAAAABACAYAAA==";

/// The colour and the logo of an organization's pages: changed one by one, told apart from what was
/// left out, in the audit log, and refused with what to do.
#[tokio::test]
async fn an_organization_has_a_colour_and_a_logo() {
    let app = App::new().await;
    app.kit.organization("hotel", "standard").await;
    let path = "/organizations/hotel";
    let changed = app
        .patch(
            path,
            json!({"appearance": {"accent": "#0B6E4F", "logo": A_PNG}}),
        )
        .await
        .expect(200);
    let logo = json!({"media_type": "image/png", "width": 320, "height": 64, "bytes": 28});
    assert_eq!(
        changed["appearance"],
        json!({"accent": "#0b6e4f", "logo": logo})
    );
    let changed = app
        .patch(path, json!({"appearance": {"accent": null}}))
        .await
        .expect(200);
    assert_eq!(changed["appearance"], json!({"accent": null, "logo": logo}));
    assert_eq!(app.get(path).await.expect(200), changed);
    let svg = "PHN2ZyBvbmxvYWQ9J2FsZXJ0KDEpJy8+";
    for (wrong, field) in [
        (json!({"accent": "green"}), "appearance.accent"),
        (json!({"logo": svg}), "appearance.logo"),
        (json!({"logo": "no base64!"}), "appearance.logo"),
        (json!({"logo": "AAAA".repeat(25_000)}), "appearance.logo"),
    ] {
        app.patch(path, json!({"appearance": wrong, "name": "Other"}))
            .await
            .problem(422, "invalid_request", field);
    }
    for wrong in [json!([]), json!({"colour": "#0b6e4f"}), Value::Null] {
        let answer = app.patch(path, json!({"appearance": wrong})).await;
        assert!((400..=422).contains(&answer.status.as_u16()), "{wrong}");
    }
    let now = app.get(path).await.expect(200);
    assert_eq!(now, changed);
    let log = app.get("/organizations/hotel/audit").await.expect(200);
    let entry = &log["items"][1];
    assert_eq!(entry["after"]["accent"], "#0b6e4f");
    assert_eq!(entry["after"]["logo"], "Png 320x64, 28 bytes");
}

#[tokio::test]
async fn organizations_are_paged_and_a_cursor_fits_its_own_list_only() {
    let app = App::new().await;
    for slug in ["c", "a", "b"] {
        app.kit.organization(slug, "standard").await;
    }
    let first = app.get("/organizations?limit=2").await.expect(200);
    assert_eq!(names(&first, "id"), ["a", "b"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = app
        .get(&format!("/organizations?cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(names(&second, "id"), ["c"]);
    assert_eq!(second["next_cursor"], Value::Null);
    for path in [
        "/event-types",
        "/organizations/a/channels",
        "/organizations/a/webhooks",
        "/tokens",
    ] {
        app.get(&format!("{path}?cursor={cursor}"))
            .await
            .problem(400, "invalid_cursor", "cursor");
    }
    app.get("/organizations?cursor=xyz")
        .await
        .problem(400, "invalid_cursor", "cursor");
}

#[tokio::test]
async fn an_organization_sees_its_own_event_types_and_the_platforms() {
    let app = App::acme().await;
    let own = "/organizations/acme/event-types";
    app.post(
        "/event-types",
        json!({"name": "a.b", "description": "platform's"}),
    )
    .await
    .expect(201);
    app.post("/event-types", json!({"name": "a.c"}))
        .await
        .expect(201);
    let schema = json!({"type": "object", "required": ["id"]});
    let made = app
        .post(
            own,
            json!({"name": "a.b", "schema": schema, "example": {"id": 1}}),
        )
        .await
        .expect(201);
    assert_eq!(
        (&made["scope"], &made["schema"]),
        (&json!("organization"), &schema)
    );
    app.post(own, json!({"name": "a.b"}))
        .await
        .problem(409, "event_type_taken", "");

    let seen = app.get(own).await.expect(200);
    // Behind them come Bellwire's own.
    assert_eq!(names(&seen, "name")[..2], ["a.b", "a.c"]);
    assert_eq!(names(&seen, "scope")[..2], ["organization", "platform"]);
    let platform = app.get("/event-types").await.expect(200);
    assert_eq!(platform["items"][0]["description"], "platform's");

    let changed = app
        .patch(
            &format!("{own}/a.b"),
            json!({"schema": null, "description": "ours"}),
        )
        .await
        .expect(200);
    assert_eq!(
        (&changed["schema"], &changed["description"]),
        (&Value::Null, &json!("ours"))
    );
    assert_eq!(changed["example"], json!({"id": 1}));
    app.patch(&format!("{own}/a.c"), json!({"description": "x"}))
        .await
        .problem(409, "platform_event_type", "");
    app.delete(&format!("{own}/a.c"))
        .await
        .problem(409, "platform_event_type", "");

    app.delete(&format!("{own}/a.b")).await.expect(204);
    let again = app.get(&format!("{own}/a.b")).await.expect(200);
    assert_eq!(again["scope"], "platform");
    app.delete("/event-types/a.b").await.expect(204);
    app.get("/event-types/a.b")
        .await
        .problem(404, "not_found", "");
    app.get(&format!("{own}/a.b"))
        .await
        .problem(404, "not_found", "");
}

#[tokio::test]
async fn a_channel_lives_from_post_to_delete_also_with_a_slash_in_its_key() {
    let app = App::acme().await;
    let path = "/organizations/acme/channels";
    let made = app
        .post(path, json!({"key": "account:cool"}))
        .await
        .expect(201);
    assert_eq!(
        (&made["label"], &made["kind"]),
        (&json!("account:cool"), &json!("account"))
    );
    app.post(path, json!({"key": "account:cool"}))
        .await
        .problem(409, "channel_taken", "");
    app.post(path, json!({"key": "a/b", "label": "A", "kind": "x"}))
        .await
        .expect(201);
    assert_eq!(
        names(&app.get(path).await.expect(200), "key"),
        ["a/b", "account:cool"]
    );
    let one = app
        .patch(&format!("{path}/a%2Fb"), json!({"label": "B"}))
        .await
        .expect(200);
    assert_eq!((&one["label"], &one["kind"]), (&json!("B"), &json!("x")));
    assert_eq!(app.get(&format!("{path}/a%2Fb")).await.expect(200), one);
    app.delete(&format!("{path}/a%2Fb")).await.expect(204);
    app.delete(&format!("{path}/a%2Fb"))
        .await
        .problem(404, "not_found", "");
}
