//! Notification conditions (APG-20, APG-23, APG-25 to APG-27b).

use http::Method;

use super::{
    golden::golden,
    refused,
    scene::{CONDITIONS, Scene, condition, enabled, id},
    send,
};

/// APG-23, APG-25, APG-26, APG-27: a condition's life, every answer to its letter.
#[tokio::test]
async fn a_condition_is_made_shown_changed_and_deleted() {
    let scene = Scene::new().await;
    golden("conditions-none.json", &scene.get(CONDITIONS).await);
    let body = condition("%= 80 to 120 by 10", &[&scene.webhook]);
    let made = scene.post(CONDITIONS, &body).await;
    golden("condition-made.json", &made);
    let path = format!("{CONDITIONS}/{}", id(&made.json()));
    golden("condition-made.json", &scene.get(&path).await);
    golden("conditions.json", &scene.get(CONDITIONS).await);
    // APG-20: a further interval; APG-21: a further webhook.
    let second = enabled(&scene.app, "callback2").await;
    let change = format!(
        r#"{{"notificationCondition":[{{"attribute":"RATEPLAN","value":"location_adjustable"}},{{"attribute":"UsageTarget","value":"%=80to 120"}},{{"attribute":"UsageTarget","value":"%= 150"}}],"actions":[{{"actionAttribute":"WEBHOOK","value":"{}"}},{{"actionAttribute":"WEBHOOK","value":"{second}"}}]}}"#,
        scene.webhook
    );
    golden("condition-changed.json", &scene.put(&path, &change).await);
    let one = r#"{"actions":[{"actionAttribute":"WEBHOOK","value":"WEBHOOK-ID"}]}"#;
    let kept = scene.put(&path, &one.replace("WEBHOOK-ID", &second)).await;
    let kept = kept.expect(200);
    assert_eq!(kept["actions"].as_array().unwrap().len(), 1);
    assert_eq!(kept["notificationCondition"][3]["value"], "%= 150");
    let gone = scene.delete(&path).await;
    assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
    golden("condition-gone.json", &scene.get(&path).await);
    golden("condition-gone.json", &scene.put(&path, "{}").await);
    golden("condition-gone.json", &scene.delete(&path).await);
}

/// APG-27b: what is in the grammar is taken, with blanks where anybody may put them.
#[tokio::test]
async fn percentages_are_written_in_the_grammar_of_the_original() {
    let scene = Scene::new().await;
    for (given, shown) in [
        ("%= 80", "%= 80"),
        ("%=80", "%= 80"),
        ("  %  =  80  ", "%= 80"),
        ("%= 80 to 120", "%= 80 to 120 by 10"),
        ("%= 80 to 120 by 15", "%= 80 to 120 by 15"),
        ("%=80to120by15", "%= 80 to 120 by 15"),
        ("%= 1 to 901 by 1", "%= 1 to 901 by 1"),
        ("%= 80 to 80", "%= 80 to 80 by 10"),
    ] {
        let made = scene
            .post(CONDITIONS, &condition(given, &[&scene.webhook]))
            .await
            .expect(200);
        assert_eq!(made["notificationCondition"][2]["value"], shown, "{given}");
        let path = format!("{CONDITIONS}/{}", id(&made));
        scene.delete(&path).await.expect(204);
    }
}

/// APG-27b: what is not in the grammar is 400 and says at which character; nothing is stored.
#[tokio::test]
async fn percentages_that_are_none_are_refused() {
    let scene = Scene::new().await;
    for (target, says) in [
        ("80", "at character 1"),
        ("%= 120 to 80", "turn them round"),
        ("%= 80 to 120 by 0", "at character 17"),
        ("%= 0", "at character 4"),
        ("%= 80.5", "at character 6"),
        ("%= 80 by 10", "at character 7"),
        ("%> 80", "at character 2"),
        ("", "at character 1"),
        ("%= 1 to 1001 by 1", "1001 percentages"),
        ("%= -80", "at character 4"),
        ("%= 80 to", "at character 9"),
        ("%= eighty", "at character 4"),
    ] {
        let answer = scene
            .post(CONDITIONS, &condition(target, &[&scene.webhook]))
            .await;
        let message = refused(&answer, 400, "mint.invalidRequest");
        assert!(
            message.contains("`notificationCondition[2].value`") && message.contains(says),
            "{target}: {message}"
        );
    }
    assert_eq!(scene.get(CONDITIONS).await.expect(200)["totalRecords"], 0);
}

/// APG-27: malformed JSON, an unknown webhook or plan, an unknown attribute or action: 400 with a
/// reason, nothing stored.
#[tokio::test]
async fn a_condition_of_what_is_not_there_is_refused() {
    let scene = Scene::new().await;
    let right = condition("%= 80", &[&scene.webhook]);
    let unknown = "00000000-0000-7000-8000-000000000000";
    for (body, field) in [
        (right.replace(&scene.webhook, unknown), "actions[0].value"),
        (
            right.replace(&scene.webhook, "callback1"),
            "actions[0].value",
        ),
        (
            right.replace("location_adjustable", "none"),
            "notificationCondition[0].value",
        ),
        (
            right.replace("RATEPLAN", "PACKAGE"),
            "notificationCondition[0].attribute",
        ),
        (
            right.replace("TRUE", "FALSE"),
            "notificationCondition[1].value",
        ),
        (
            right.replace("UsageTarget", "Usagetarget"),
            "notificationCondition[2].attribute",
        ),
        (
            right.replace("WEBHOOK", "ORG_EMAIL"),
            "actions[0].actionAttribute",
        ),
        (condition("%= 80", &[]), "actions"),
        (
            right.replace(
                r#"{"attribute":"PUBLISHED","value":"TRUE"}"#,
                r#"["PUBLISHED","TRUE",null]"#,
            ),
            "notificationCondition[1]",
        ),
        (
            condition("%= 80", &[&scene.webhook, &scene.webhook]),
            "actions[1].value",
        ),
        (r#"{"actions":[]}"#.to_owned(), "notificationCondition"),
        (r#"{"notificationCondition":[]}"#.to_owned(), "actions"),
        (
            r#"{"notificationCondition":[],"actions":[]}"#.to_owned(),
            "notificationCondition",
        ),
        (right.replace("\"actions\"", "\"action\""), "action"),
    ] {
        let answer = scene.post(CONDITIONS, &body).await;
        let message = refused(&answer, 400, "mint.invalidRequest");
        assert!(message.contains(&format!("`{field}`")), "{body}: {message}");
    }
    golden(
        "condition-unknown.json",
        &scene
            .post(
                CONDITIONS,
                &right
                    .replace(&scene.webhook, unknown)
                    .replace("location_adjustable", "none"),
            )
            .await,
    );
    golden(
        "condition-malformed.json",
        &scene
            .post(CONDITIONS, r#"{"notificationCondition":["#)
            .await,
    );
    assert_eq!(scene.get(CONDITIONS).await.expect(200)["totalRecords"], 0);
}

/// APG-27: the plan of a condition does not change; a condition of another plan is another one.
#[tokio::test]
async fn the_plan_of_a_condition_does_not_change() {
    let scene = Scene::new().await;
    let made = scene.condition("%= 80", &[&scene.webhook]).await;
    let path = format!("{CONDITIONS}/{made}");
    let other = condition("%= 80", &[&scene.webhook]).replace("location_adjustable", "other");
    let answer = scene.put(&path, &other).await;
    let message = refused(&answer, 400, "mint.invalidRequest");
    assert!(
        message.contains("`notificationCondition[0].value`"),
        "{message}"
    );
}

/// A condition that was made on the other side as a list is shown as many targets, and stays a list
/// when what was got is put.
#[tokio::test]
async fn a_list_of_the_other_side_is_shown_in_the_grammar() {
    let scene = Scene::new().await;
    let list: Vec<u32> = (1..=25).map(|tenth| tenth * 7).collect();
    let made = scene
        .app
        .post(
            "/organizations/acme/notification-conditions",
            serde_json::json!({
                "rate_plan": "location_adjustable",
                "thresholds": list,
                "webhooks": [scene.webhook]
            }),
        )
        .await
        .expect(201);
    let path = format!("{CONDITIONS}/{}", id(&made));
    let got = scene.get(&path).await;
    let shown = got.expect(200);
    assert_eq!(
        shown["notificationCondition"].as_array().unwrap().len(),
        2 + list.len()
    );
    assert_eq!(shown["notificationCondition"][2]["value"], "%= 7");
    scene.put(&path, &got.text).await.expect(200);
    let native = format!("/organizations/acme/notification-conditions/{}", id(&made));
    assert_eq!(scene.app.get(&native).await.expect(200), made);
}

/// APG-8's paging; APG-14b: another organization's condition is none.
#[tokio::test]
async fn conditions_come_by_pages_and_are_ones_own() {
    let scene = Scene::new().await;
    for percent in [80, 90, 100] {
        scene
            .condition(&format!("%= {percent}"), &[&scene.webhook])
            .await;
    }
    let page = scene.get(&format!("{CONDITIONS}?size=2&page=2")).await;
    let page = page.expect(200);
    assert_eq!(page["totalRecords"], 3);
    let shown = &page["notificationConditions"];
    assert_eq!(shown.as_array().unwrap().len(), 1);
    assert_eq!(shown[0]["notificationCondition"][2]["value"], "%= 100");
    scene.app.kit.organization("other", "apigee").await;
    let theirs = "/v1/mint/organizations/other/notification-conditions";
    for id in ["", "/no-id"] {
        let answer = send(&scene.app, Method::GET, &format!("{theirs}{id}"), "").await;
        refused(&answer, 404, "mint.resourceDoesNotExist");
    }
}
