//! Developers and packages: made, shown, listed, changed and deleted (APG-27d).

use http::Method;

use super::{
    golden::golden,
    refused,
    scene::{DEVELOPER, DEVELOPERS, PACKAGE, PACKAGES, Scene},
    send, started,
};

/// APG-27d: a developer's life, every answer to its letter.
#[tokio::test]
async fn a_developer_is_made_shown_changed_and_deleted() {
    let app = started().await;
    let path = format!("{DEVELOPERS}/dev@example.com");
    let ask = async |method, path: &str, body: &str| send(&app, method, path, body).await;
    golden(
        "developers-none.json",
        &ask(Method::GET, DEVELOPERS, "").await,
    );
    golden(
        "developer-made.json",
        &ask(Method::POST, DEVELOPERS, DEVELOPER).await,
    );
    golden("developer.json", &ask(Method::GET, &path, "").await);
    // Letters of any size name the same developer.
    let shouted = format!("{DEVELOPERS}/DEV@EXAMPLE.COM");
    golden("developer.json", &ask(Method::GET, &shouted, "").await);
    golden("developers.json", &ask(Method::GET, DEVELOPERS, "").await);
    golden(
        "developer-twice.json",
        &ask(Method::POST, DEVELOPERS, DEVELOPER).await,
    );
    let change = r#"{"lastName":"Murray Hopper","customAttributes":[]}"#;
    golden(
        "developer-changed.json",
        &ask(Method::PUT, &path, change).await,
    );
    let gone = ask(Method::DELETE, &path, "").await;
    assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
    golden("developer-gone.json", &ask(Method::GET, &path, "").await);
    golden("developer-gone.json", &ask(Method::DELETE, &path, "").await);
    golden("developer-gone.json", &ask(Method::PUT, &path, "{}").await);
}

/// APG-27d: a package's life, every answer to its letter.
#[tokio::test]
async fn a_package_is_made_shown_changed_and_deleted() {
    let app = started().await;
    let path = format!("{PACKAGES}/location");
    let ask = async |method, path: &str, body: &str| send(&app, method, path, body).await;
    golden("packages-none.json", &ask(Method::GET, PACKAGES, "").await);
    golden(
        "package-made.json",
        &ask(Method::POST, PACKAGES, PACKAGE).await,
    );
    golden("package.json", &ask(Method::GET, &path, "").await);
    golden("packages.json", &ask(Method::GET, PACKAGES, "").await);
    golden(
        "package-twice.json",
        &ask(Method::POST, PACKAGES, PACKAGE).await,
    );
    let change = r#"{"displayName":"Location and more","product":[{"id":"Routes"}]}"#;
    golden(
        "package-changed.json",
        &ask(Method::PUT, &path, change).await,
    );
    let gone = ask(Method::DELETE, &path, "").await;
    assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
    golden("package-gone.json", &ask(Method::GET, &path, "").await);
    golden("package-gone.json", &ask(Method::DELETE, &path, "").await);
    golden("package-gone.json", &ask(Method::PUT, &path, "{}").await);
}

/// A body as the original's documentation gives it for a package: names twice, its organization, a
/// status.
#[tokio::test]
async fn a_package_is_taken_as_the_original_documents_it() {
    let app = started().await;
    let body = r#"{
        "description": "payment messaging package",
        "displayName": "Payment Messaging Package",
        "name": "Payment Messaging Package",
        "organization": {"id": "acme"},
        "product": [{"id": "payment"}, {"id": "messaging"}],
        "status": "CREATED"
    }"#;
    let made = send(&app, Method::POST, PACKAGES, body).await.expect(200);
    assert_eq!(made["id"], "payment_messaging_package");
    assert_eq!(made["product"][1]["id"], "messaging");
}

/// APG-27d: what is wrong is said with its field, as this API spells it, and nothing is made.
#[tokio::test]
async fn what_is_wrong_is_said_with_its_field() {
    let app = started().await;
    for (path, body, field) in [
        (DEVELOPERS, "{}", "email"),
        (DEVELOPERS, r#"{"email":"nobody"}"#, "email"),
        (
            DEVELOPERS,
            r#"{"email":"a@b.example","id":"c@d.example"}"#,
            "id",
        ),
        (
            DEVELOPERS,
            r#"{"email":"a@b.example","firstname":"A"}"#,
            "firstname",
        ),
        (
            DEVELOPERS,
            r#"{"email":"a@b.example","firstName":"A\u0007"}"#,
            "firstName",
        ),
        (
            DEVELOPERS,
            r#"{"email":"a@b.example","companyName":"A\u0007"}"#,
            "companyName",
        ),
        (
            DEVELOPERS,
            r#"{"email":"a@b.example","applications":["x","x"]}"#,
            "applications[1]",
        ),
        (
            DEVELOPERS,
            r#"{"email":"a@b.example","customAttributes":[{"name":"","value":"v"}]}"#,
            "customAttributes[0].name",
        ),
        (
            DEVELOPERS,
            r#"{"email":"a@b.example","customAttributes":[{"name":"n"}]}"#,
            "customAttributes[0].value",
        ),
        (
            DEVELOPERS,
            r#"{"email":"a@b.example","customAttributes":[["n","v"]]}"#,
            "customAttributes[0]",
        ),
        (
            PACKAGES,
            r#"{"name":"a","product":[["b",null,null]]}"#,
            "product[0]",
        ),
        (PACKAGES, "{}", "name"),
        (PACKAGES, r#"{"name":"a","displayName":"b"}"#, "displayName"),
        (PACKAGES, r#"{"name":"a","id":"a b"}"#, "id"),
        (PACKAGES, r#"{"name":"a","products":["b"]}"#, "products"),
        (PACKAGES, r#"{"name":"a","product":["b"]}"#, "product[0]"),
        (
            PACKAGES,
            r#"{"name":"a","product":[{"id":""}]}"#,
            "product[0]",
        ),
    ] {
        let answer = send(&app, Method::POST, path, body).await;
        let message = refused(&answer, 400, "mint.invalidRequest");
        assert!(message.contains(&format!("`{field}`")), "{body}: {message}");
    }
    for path in [DEVELOPERS, PACKAGES] {
        let answer = send(&app, Method::POST, path, r#"{"name":"#).await;
        refused(&answer, 400, "mint.malformedJson");
        let list = send(&app, Method::GET, path, "").await.expect(200);
        assert_eq!(list["totalRecords"], 0);
    }
}

/// What is the key does not change, and is not ignored either.
#[tokio::test]
async fn what_never_changes_is_refused() {
    let scene = Scene::new().await;
    for (path, body, field) in [
        (
            "/dev@example.com",
            r#"{"email":"other@example.com"}"#,
            "email",
        ),
        ("/dev@example.com", r#"{"id":"other@example.com"}"#, "id"),
    ] {
        let answer = scene.put(&format!("{DEVELOPERS}{path}"), body).await;
        let message = refused(&answer, 400, "mint.invalidRequest");
        assert!(message.contains(&format!("`{field}`")), "{message}");
    }
    let answer = scene
        .put(&format!("{PACKAGES}/location"), r#"{"id":"other"}"#)
        .await;
    refused(&answer, 400, "mint.invalidRequest");
}

/// APG-8's paging, on every list: twenty entries a page, from one, or all; the total counts all.
#[tokio::test]
async fn lists_come_by_pages_with_their_total() {
    let app = started().await;
    for number in 0..23 {
        let body = format!(r#"{{"email":"dev{number}@example.com"}}"#);
        send(&app, Method::POST, DEVELOPERS, &body)
            .await
            .expect(200);
        // Oldest first: each is a moment younger than the one before.
        app.kit.clock.advance(1);
    }
    for (query, count, first) in [
        ("", 20, "dev0@example.com"),
        ("?page=2", 3, "dev20@example.com"),
        ("?size=5&page=2", 5, "dev5@example.com"),
        ("?page=9", 0, ""),
        ("?page=9999999999999&size=9999999999999", 0, ""),
        ("?all=true", 23, "dev0@example.com"),
    ] {
        let answer = send(&app, Method::GET, &format!("{DEVELOPERS}{query}"), "").await;
        let list = answer.expect(200);
        assert_eq!(list["totalRecords"], 23, "{query}");
        let developers = list["developer"].as_array().unwrap();
        assert_eq!(developers.len(), count, "{query}");
        let id = developers
            .first()
            .map_or("", |one| one["id"].as_str().unwrap());
        assert_eq!(id, first, "{query}");
    }
    for query in ["?size=0", "?page=0", "?all=yes", "?q=x"] {
        let answer = send(&app, Method::GET, &format!("{DEVELOPERS}{query}"), "").await;
        refused(&answer, 400, "mint.invalidQuery");
    }
}

/// APG-14b: another organization's are not there.
#[tokio::test]
async fn another_organizations_documents_are_like_none() {
    let scene = Scene::new().await;
    scene.app.kit.organization("other", "apigee").await;
    let token = scene.app.token_of("other").await;
    let theirs = scene
        .app
        .send_as(
            &token,
            Method::POST,
            "/organizations/other/developers",
            &serde_json::json!({"email": "theirs@example.com"}),
        )
        .await;
    theirs.expect(201);
    for path in [
        format!("{DEVELOPERS}/theirs@example.com"),
        format!("{DEVELOPERS}/theirs@example.com/developer-rateplans"),
        format!("{DEVELOPERS}/%FF"),
        format!("{PACKAGES}/none"),
        format!("{PACKAGES}/none/rate-plans"),
        "/v1/mint/organizations/other/developers".to_owned(),
    ] {
        refused(&scene.get(&path).await, 404, "mint.resourceDoesNotExist");
    }
}
