//! Rate plans, and those that developers have bought (APG-27d).

use http::Method;

use super::{
    golden::golden,
    refused,
    scene::{
        BOUGHT, CONDITIONS, DEVELOPER, DEVELOPERS, PACKAGE, PACKAGES, PLAN, PLANS, PURCHASE, Scene,
    },
    send, started,
};

/// APG-27d: a rate plan's life, every answer to its letter: made as a draft, published, deleted.
#[tokio::test]
async fn a_rate_plan_is_made_published_and_deleted() {
    let app = started().await;
    let ask = async |method, path: &str, body: &str| send(&app, method, path, body).await;
    let path = format!("{PLANS}/location_adjustable");
    golden("package-gone.json", &ask(Method::POST, PLANS, PLAN).await);
    ask(Method::POST, PACKAGES, PACKAGE).await.expect(200);
    golden("rate-plans-none.json", &ask(Method::GET, PLANS, "").await);
    let draft = r#"{"name":"Adjustable"}"#;
    golden(
        "rate-plan-made.json",
        &ask(Method::POST, PLANS, draft).await,
    );
    golden("rate-plan-made.json", &ask(Method::GET, &path, "").await);
    let change = r#"{"published":"true","duration":3,"description":"By the quarter"}"#;
    golden(
        "rate-plan-changed.json",
        &ask(Method::PUT, &path, change).await,
    );
    golden("rate-plans.json", &ask(Method::GET, PLANS, "").await);
    let kept = ask(Method::DELETE, &format!("{PACKAGES}/location"), "").await;
    golden("package-in-use.json", &kept);
    let gone = ask(Method::DELETE, &path, "").await;
    assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
    golden("rate-plan-gone.json", &ask(Method::GET, &path, "").await);
}

/// APG-27d: what a developer has bought, every answer to its letter.
#[tokio::test]
async fn a_developer_buys_a_rate_plan() {
    let app = started().await;
    let ask = async |method, path: &str, body: &str| send(&app, method, path, body).await;
    golden(
        "developer-gone.json",
        &ask(Method::POST, BOUGHT, PURCHASE).await,
    );
    for (path, body) in [(DEVELOPERS, DEVELOPER), (PACKAGES, PACKAGE), (PLANS, PLAN)] {
        ask(Method::POST, path, body).await.expect(200);
    }
    golden(
        "developer-rate-plans-none.json",
        &ask(Method::GET, BOUGHT, "").await,
    );
    let made = ask(Method::POST, BOUGHT, PURCHASE).await;
    golden("developer-rate-plan-made.json", &made);
    let path = format!("{BOUGHT}/{}", made.json()["id"].as_str().unwrap());
    golden(
        "developer-rate-plan-made.json",
        &ask(Method::GET, &path, "").await,
    );
    golden(
        "developer-rate-plans.json",
        &ask(Method::GET, BOUGHT, "").await,
    );
    // With a day, it counts until that day is over, as in the original.
    let change = r#"{"quotaTarget":2000,"endDate":"2025-11-30"}"#;
    golden(
        "developer-rate-plan-changed.json",
        &ask(Method::PUT, &path, change).await,
    );
    golden(
        "developer-rate-plan-overlap.json",
        &ask(Method::POST, BOUGHT, PURCHASE).await,
    );
    let plan = format!("{PLANS}/location_adjustable");
    golden(
        "rate-plan-in-use.json",
        &ask(Method::DELETE, &plan, "").await,
    );
    let next = PURCHASE.replace("\"2025-11-01\"", "1764547200000");
    let next = ask(Method::POST, BOUGHT, &next).await.expect(200);
    assert_eq!(next["startDate"], 1_764_547_200_000_i64);
    let gone = ask(Method::DELETE, &path, "").await;
    assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
    golden(
        "developer-rate-plan-gone.json",
        &ask(Method::GET, &path, "").await,
    );
}

/// APG-27d: a target, a start and a plan that are none are refused, with the field.
#[tokio::test]
async fn what_is_wrong_with_a_plan_is_said_with_its_field() {
    let scene = Scene::new().await;
    let other = r#"{"ratePlan":{"id":"location_adjustable"},"startDate":"2024-01-01""#;
    for (path, body, field) in [
        (PLANS, "{}".to_owned(), "name"),
        (
            BOUGHT,
            r#"{"ratePlan":["location_adjustable"],"startDate":"2025-11-01"}"#.to_owned(),
            "ratePlan",
        ),
        (
            PLANS,
            r#"{"name":"x","type":"STANDARD"}"#.to_owned(),
            "type",
        ),
        (PLANS, r#"{"name":"x","duration":0}"#.to_owned(), "duration"),
        (
            PLANS,
            r#"{"name":"x","duration":25}"#.to_owned(),
            "duration",
        ),
        (
            PLANS,
            r#"{"name":"x","durationType":"DAY"}"#.to_owned(),
            "durationType",
        ),
        (
            PLANS,
            r#"{"name":"x","published":"yes"}"#.to_owned(),
            "published",
        ),
        (
            PLANS,
            r#"{"name":"x","monetizationPackage":{"id":"other"}}"#.to_owned(),
            "monetizationPackage.id",
        ),
        (
            BOUGHT,
            r#"{"startDate":"2025-11-01"}"#.to_owned(),
            "ratePlan",
        ),
        (
            BOUGHT,
            r#"{"ratePlan":{"id":"location_adjustable"}}"#.to_owned(),
            "startDate",
        ),
        (
            BOUGHT,
            r#"{"ratePlan":{"id":"none"},"startDate":"2025-11-01"}"#.to_owned(),
            "ratePlan",
        ),
        (
            BOUGHT,
            r#"{"ratePlan":{"id":"location_adjustable"},"startDate":"today"}"#.to_owned(),
            "startDate",
        ),
        (
            BOUGHT,
            format!(r#"{other},"quotaTarget":-1}}"#),
            "quotaTarget",
        ),
        (
            BOUGHT,
            format!(r#"{other},"quotaTarget":1.5}}"#),
            "quotaTarget",
        ),
        (
            BOUGHT,
            format!(r#"{other},"quotaTarget":9999999999999999}}"#),
            "quotaTarget",
        ),
        (
            BOUGHT,
            format!(r#"{other},"endDate":"2023-12-31"}}"#),
            "endDate",
        ),
        (
            BOUGHT,
            format!(r#"{other},"developer":{{"id":"x@y.example"}}}}"#),
            "developer.id",
        ),
    ] {
        let answer = scene.post(path, &body).await;
        let message = refused(&answer, 400, "mint.invalidRequest");
        assert!(message.contains(&format!("`{field}`")), "{body}: {message}");
    }
    assert_eq!(scene.get(PLANS).await.expect(200)["totalRecords"], 1);
    assert_eq!(scene.get(BOUGHT).await.expect(200)["totalRecords"], 1);
}

/// APG-12, for every noun: what was got can be put, and changes nothing.
#[tokio::test]
async fn what_was_got_can_be_put() {
    let scene = Scene::new().await;
    let condition = scene.condition("%= 80 to 120", &[&scene.webhook]).await;
    scene.app.kit.clock.advance(1_000_000);
    for path in [
        format!("{DEVELOPERS}/dev@example.com"),
        format!("{PACKAGES}/location"),
        format!("{PLANS}/location_adjustable"),
        format!("{BOUGHT}/{}", scene.bought),
        format!("{CONDITIONS}/{condition}"),
    ] {
        let got = scene.get(&path).await;
        got.expect(200);
        let put = scene.put(&path, &got.text).await;
        put.expect(200);
        assert_eq!(put.text, got.text, "{path}");
    }
}

/// A time of the other API is kept to the microsecond and shown to the millisecond: who puts what was
/// shown does not move it. A list of percentages stays one too.
#[tokio::test]
async fn what_was_made_on_the_other_side_is_put_back_as_it_is() {
    let scene = Scene::new().await;
    let plan = scene
        .app
        .post(
            "/organizations/acme/developer-rate-plans",
            serde_json::json!({
                "developer": "dev@example.com", "rate_plan": "location_adjustable",
                "start": "2020-01-01T00:00:00.000001Z", "end": "2020-02-01T00:00:00.000001Z",
                "quota_target": 5
            }),
        )
        .await
        .expect(201);
    let id = plan["id"].as_str().unwrap();
    let path = format!("{BOUGHT}/{id}");
    let got = scene.get(&path).await;
    scene.put(&path, &got.text).await.expect(200);
    let native = format!("/organizations/acme/developer-rate-plans/{id}");
    let kept = scene.app.get(&native).await.expect(200);
    assert_eq!(kept["start"], "2020-01-01T00:00:00.000001Z");
    assert_eq!(kept["end"], "2020-02-01T00:00:00.000001Z");
    let ended = scene.put(&path, r#"{"endDate":null}"#).await;
    refused(&ended, 409, "mint.planOverlap");
}

/// A plan below another package, or another developer, is none.
#[tokio::test]
async fn a_plan_is_found_below_what_it_belongs_to_only() {
    let scene = Scene::new().await;
    let other = r#"{"name":"Other"}"#;
    scene.post(PACKAGES, other).await.expect(200);
    let other = r#"{"email":"other@example.com"}"#;
    scene.post(DEVELOPERS, other).await.expect(200);
    let plan = format!("{PACKAGES}/other/rate-plans/location_adjustable");
    let bought = format!(
        "{DEVELOPERS}/other@example.com/developer-rateplans/{}",
        scene.bought
    );
    for path in [plan, bought] {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let answer = send(&scene.app, method, &path, "{}").await;
            refused(&answer, 404, "mint.resourceDoesNotExist");
        }
    }
    assert_eq!(scene.get(PLANS).await.expect(200)["totalRecords"], 1);
}
