//! Users, as operators manage them.

use serde_json::{Value, json};

use crate::{
    browser::{Browser, acme, text_of},
    visitors::{self, PASSWORD},
};

#[tokio::test]
async fn a_user_is_made_with_a_link_or_with_a_password() {
    let app = acme().await;
    let made = app
        .post(
            "/users",
            json!({
                "email": "Ann@Example.com",
                "name": "Ann Smith",
                "memberships": [{"organization": "acme", "role": "admin"}],
            }),
        )
        .await;
    assert_eq!(made.headers["cache-control"], "no-store");
    let made = made.expect(201);
    assert_eq!(made["email"], "ann@example.com");
    assert_eq!(made["has_password"], false);
    assert_eq!(
        made["memberships"],
        json!([{"organization": "acme", "role": "admin", "by_group": false}])
    );
    let link = text_of(made["password_link"].as_str().unwrap(), "password");
    let body = json!({"link": link, "password": PASSWORD});
    app.post("/password", body).await.expect(200);

    let made = app
        .post(
            "/users",
            json!({"email": "ben@example.com", "password": PASSWORD}),
        )
        .await
        .expect(201);
    assert_eq!(made["password_link"], Value::Null);
    assert_eq!(made["name"], "ben@example.com");
    Browser::signed_in(&app, "ben@example.com").await;

    let path = format!("/users/{}", made["id"].as_str().unwrap());
    let shown = app.get(&path).await;
    assert!(!shown.text.contains("$plain$") && !shown.text.contains(PASSWORD));
    assert_eq!(shown.expect(200)["has_password"], true);
    app.delete(&path).await.expect(204);
    app.get(&path).await.problem(404, "not_found", "");
    let answer = Browser::default()
        .sign_in(&app, "ben@example.com", PASSWORD)
        .await;
    answer.problem(401, "unauthenticated", "");
}

#[tokio::test]
async fn what_is_wrong_with_a_user_is_named() {
    let app = acme().await;
    visitors::user(&app, "ann@example.com", false, &[]).await;
    for (body, field) in [
        (json!({"email": "ann"}), "email"),
        (json!({"email": "x@y.example", "name": ""}), "name"),
        (
            json!({"email": "x@y.example", "password": "short"}),
            "password",
        ),
        (
            json!({"email": "x@y.example", "password": "password123"}),
            "password",
        ),
        (
            json!({"email": "smithers@y.example", "password": "smithers2024"}),
            "password",
        ),
        (json!({"email": "x@y.example", "role": "admin"}), "role"),
        (
            json!({"email": "x@y.example", "memberships": [{"organization": "nobody", "role": "admin"}]}),
            "memberships[0].organization",
        ),
        (
            json!({"email": "x@y.example", "memberships": [{"organization": "acme", "role": "owner"}]}),
            "memberships[0].role",
        ),
        (
            json!({"email": "x@y.example", "memberships": [["acme", "admin"]]}),
            "memberships[0]",
        ),
    ] {
        let answer = app.post("/users", body.clone()).await;
        answer.problem(422, "invalid_request", field);
    }
    let told = app
        .post("/users", json!({"email": "ANN@example.com"}))
        .await
        .problem(409, "email_taken", "");
    assert!(told.contains("ann@example.com"), "{told}");
    let users = app.get("/users").await.expect(200);
    assert_eq!(users["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_address_in_use_is_refused_in_a_change_too() {
    let app = acme().await;
    visitors::user(&app, "ann@example.com", false, &[]).await;
    let ben = visitors::user(&app, "ben@example.com", false, &[]).await;
    let path = format!("/users/{ben}");
    let answer = app.patch(&path, json!({"email": "ann@example.com"})).await;
    answer.problem(409, "email_taken", "");
    let answer = app
        .patch(&path, json!({"language": "not a language"}))
        .await;
    answer.problem(422, "invalid_request", "language");
    let changed = app
        .patch(&path, json!({"language": "pt-BR", "name": "Ben"}))
        .await
        .expect(200);
    assert_eq!(
        (&changed["language"], &changed["revision"]),
        (&json!("pt-BR"), &json!(2))
    );
    let changed = app
        .patch(&path, json!({"language": null}))
        .await
        .expect(200);
    assert_eq!(changed["language"], Value::Null);
}

#[tokio::test]
async fn the_last_operator_stays() {
    let app = acme().await;
    let ann = visitors::user(&app, "ann@example.com", true, &[]).await;
    let path = format!("/users/{ann}");
    for body in [json!({"operator": false}), json!({"disabled": true})] {
        let answer = app.patch(&path, body).await;
        answer.problem(409, "last_operator", "");
    }
    app.delete(&path).await.problem(409, "last_operator", "");
    Browser::signed_in(&app, "ann@example.com").await;
    visitors::user(&app, "ben@example.com", true, &[]).await;
    app.delete(&path).await.expect(204);
}

#[tokio::test]
async fn users_are_listed_by_address_page_by_page() {
    let app = acme().await;
    for name in ["ann", "anna", "anne", "ben"] {
        visitors::user(&app, &format!("{name}@example.com"), false, &[]).await;
    }
    let names = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        let name = |user: &Value| user["email"].as_str().unwrap().replace("@example.com", "");
        items.iter().map(name).collect()
    };
    let first = app.get("/users?q=ann&limit=2").await.expect(200);
    assert_eq!(names(&first), ["ann", "anna"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let next = app
        .get(&format!("/users?q=ann&limit=2&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(names(&next), ["anne"]);
    assert_eq!(next["next_cursor"], Value::Null);
    let all = app.get("/users").await.expect(200);
    assert_eq!(names(&all), ["ann", "anna", "anne", "ben"]);
    app.get(&format!("/users?cursor={cursor}"))
        .await
        .problem(400, "invalid_cursor", "cursor");
    app.get("/users?name=ann")
        .await
        .problem(400, "invalid_query", "name");
}
