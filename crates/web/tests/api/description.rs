//! The OpenAPI document: complete, valid in itself, and true.

use std::collections::BTreeSet;

use axum::body::Body;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::app::App;

fn document() -> Value {
    serde_json::to_value(bellwire_web::openapi()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((path.clone(), method.clone(), operation));
        }
    }
    all
}

#[tokio::test]
async fn it_is_served_to_anybody() {
    let app = App::new().await;
    let request = Request::get("/openapi.json").body(Body::empty()).unwrap();
    let served = app.send(request).await.expect(200);
    assert_eq!(served, document());
    assert!(served["openapi"].as_str().unwrap().starts_with("3.1"));
}

/// The table of routes, and nothing else.
#[test]
fn it_has_exactly_the_routes_that_there_are() {
    let document = document();
    let routes: Vec<String> = operations(&document)
        .iter()
        .map(|(path, method, _)| format!("{} {path}", method.to_uppercase()))
        .collect();
    let routes: BTreeSet<&str> = routes.iter().map(String::as_str).collect();
    let expected: BTreeSet<&str> = "\
        GET /api/v1/organizations/{org}/inspectors|POST /api/v1/organizations/{org}/inspectors|\
        GET /api/v1/organizations/{org}/inspectors/{id}|\
        PATCH /api/v1/organizations/{org}/inspectors/{id}|\
        DELETE /api/v1/organizations/{org}/inspectors/{id}|\
        GET /api/v1/organizations/{org}/inspectors/{id}/requests|\
        DELETE /api/v1/organizations/{org}/inspectors/{id}/requests|\
        GET /api/v1/organizations/{org}/inspectors/{id}/requests/{request}|\
        GET /v1/mint/organizations/{org}/webhooks|POST /v1/mint/organizations/{org}/webhooks|\
        GET /v1/mint/organizations/{org}/webhooks/{id}|\
        PUT /v1/mint/organizations/{org}/webhooks/{id}|\
        POST /v1/mint/organizations/{org}/webhooks/{id}|\
        DELETE /v1/mint/organizations/{org}/webhooks/{id}|\
        GET /v1/mint/organizations/{org}/notification-conditions|\
        POST /v1/mint/organizations/{org}/notification-conditions|\
        GET /v1/mint/organizations/{org}/notification-conditions/{id}|\
        PUT /v1/mint/organizations/{org}/notification-conditions/{id}|\
        DELETE /v1/mint/organizations/{org}/notification-conditions/{id}|\
        GET /v1/mint/organizations/{org}/developers|POST /v1/mint/organizations/{org}/developers|\
        GET /v1/mint/organizations/{org}/developers/{email}|\
        PUT /v1/mint/organizations/{org}/developers/{email}|\
        DELETE /v1/mint/organizations/{org}/developers/{email}|\
        GET /v1/mint/organizations/{org}/monetization-packages|\
        POST /v1/mint/organizations/{org}/monetization-packages|\
        GET /v1/mint/organizations/{org}/monetization-packages/{id}|\
        PUT /v1/mint/organizations/{org}/monetization-packages/{id}|\
        DELETE /v1/mint/organizations/{org}/monetization-packages/{id}|\
        GET /v1/mint/organizations/{org}/monetization-packages/{id}/rate-plans|\
        POST /v1/mint/organizations/{org}/monetization-packages/{id}/rate-plans|\
        GET /v1/mint/organizations/{org}/monetization-packages/{id}/rate-plans/{plan}|\
        PUT /v1/mint/organizations/{org}/monetization-packages/{id}/rate-plans/{plan}|\
        DELETE /v1/mint/organizations/{org}/monetization-packages/{id}/rate-plans/{plan}|\
        GET /v1/mint/organizations/{org}/developers/{email}/developer-rateplans|\
        POST /v1/mint/organizations/{org}/developers/{email}/developer-rateplans|\
        GET /v1/mint/organizations/{org}/developers/{email}/developer-rateplans/{id}|\
        PUT /v1/mint/organizations/{org}/developers/{email}/developer-rateplans/{id}|\
        DELETE /v1/mint/organizations/{org}/developers/{email}/developer-rateplans/{id}|\
        GET /v1/mint/organizations/{org}/usage|POST /v1/mint/organizations/{org}/usage|\
        GET /v1/mint/organizations/{org}/webhooks/{id}/test/{email}/{application}/{product}/{plan}|\
        POST /v1/mint/organizations/{org}/webhooks/{id}/test/{email}/{application}/{product}/{plan}|\
        GET /v1/mint/organizations/{org}/webhooks/{id}/test/{email}/{application}/{product}/{plan}/{trigger}|\
        POST /v1/mint/organizations/{org}/webhooks/{id}/test/{email}/{application}/{product}/{plan}/{trigger}|\
        POST /api/v1/organizations|GET /api/v1/organizations|\
        GET /api/v1/organizations/{org}|PATCH /api/v1/organizations/{org}|\
        DELETE /api/v1/organizations/{org}|\
        POST /api/v1/event-types|GET /api/v1/event-types|GET /api/v1/event-types/{name}|\
        PATCH /api/v1/event-types/{name}|DELETE /api/v1/event-types/{name}|\
        POST /api/v1/organizations/{org}/event-types|\
        GET /api/v1/organizations/{org}/event-types|\
        GET /api/v1/organizations/{org}/event-types/{name}|\
        PATCH /api/v1/organizations/{org}/event-types/{name}|\
        DELETE /api/v1/organizations/{org}/event-types/{name}|\
        POST /api/v1/organizations/{org}/channels|GET /api/v1/organizations/{org}/channels|\
        GET /api/v1/organizations/{org}/channels/{key}|\
        PATCH /api/v1/organizations/{org}/channels/{key}|\
        DELETE /api/v1/organizations/{org}/channels/{key}|\
        POST /api/v1/organizations/{org}/webhooks|GET /api/v1/organizations/{org}/webhooks|\
        GET /api/v1/organizations/{org}/webhooks/{id}|\
        PATCH /api/v1/organizations/{org}/webhooks/{id}|\
        DELETE /api/v1/organizations/{org}/webhooks/{id}|\
        POST /api/v1/organizations/{org}/webhooks/{id}/pause|\
        POST /api/v1/organizations/{org}/webhooks/{id}/resume|\
        POST /api/v1/organizations/{org}/webhooks/{id}/cancel-pending|\
        POST /api/v1/organizations/{org}/webhooks/{id}/test|\
        GET /api/v1/organizations/{org}/webhooks/{id}/secret|\
        POST /api/v1/organizations/{org}/webhooks/{id}/secret/rotate|\
        POST /api/v1/organizations/{org}/webhooks/{id}/secret/retire|\
        GET /api/v1/organizations/{org}/webhooks/{id}/attempts|\
        GET /api/v1/organizations/{org}/webhooks/{id}/history|\
        POST /api/v1/organizations/{org}/webhooks/{id}/check-signature|\
        POST /api/v1/organizations/{org}/events/explain|\
        GET /api/v1/organizations/{org}/events/{id}/explain|\
        GET /api/v1/organizations/{org}/deliveries/{id}/attempts/{n}/request|\
        GET /api/v1/organizations/{org}/deliveries/{id}/attempts/{n}/body|\
        GET /api/v1/organizations/{org}/deliveries/{id}/attempts/{n}/curl|\
        POST /api/v1/organizations/{org}/events|GET /api/v1/organizations/{org}/events|\
        GET /api/v1/organizations/{org}/events/{id}|\
        POST /api/v1/organizations/{org}/events/{id}/resend|\
        POST /api/v1/organizations/{org}/deliveries/{id}/resend|\
        POST /api/v1/organizations/{org}/deliveries/{id}/cancel|\
        POST /api/v1/tokens|GET /api/v1/tokens|DELETE /api/v1/tokens/{id}|\
        POST /api/v1/organizations/{org}/tokens|GET /api/v1/organizations/{org}/tokens|\
        DELETE /api/v1/organizations/{org}/tokens/{id}|\
        POST /api/v1/session|GET /api/v1/session|DELETE /api/v1/session|\
        PUT /api/v1/session/password|\
        GET /api/v1/sessions|DELETE /api/v1/sessions|DELETE /api/v1/sessions/{id}|\
        POST /api/v1/setup|POST /api/v1/password|\
        POST /api/v1/users|GET /api/v1/users|GET /api/v1/users/{id}|PATCH /api/v1/users/{id}|\
        DELETE /api/v1/users/{id}|POST /api/v1/users/{id}/password-link|\
        DELETE /api/v1/users/{id}/sessions|\
        POST /api/v1/organizations/{org}/members|GET /api/v1/organizations/{org}/members|\
        PATCH /api/v1/organizations/{org}/members/{id}|\
        DELETE /api/v1/organizations/{org}/members/{id}|\
        POST /api/v1/organizations/{org}/portal-links|\
        GET /api/v1/organizations/{org}/portal-links|\
        DELETE /api/v1/organizations/{org}/portal-links/{id}|\
        GET /api/v1/organizations/{org}/audit|GET /api/v1/organizations/{org}/audit/export|\
        GET /api/v1/audit|GET /api/v1/audit/export|\
        POST /api/v1/organizations/{org}/jobs|GET /api/v1/organizations/{org}/jobs|\
        POST /api/v1/organizations/{org}/jobs/count|\
        GET /api/v1/organizations/{org}/jobs/{id}|PATCH /api/v1/organizations/{org}/jobs/{id}|\
        POST /api/v1/organizations/{org}/jobs/{id}/pause|\
        POST /api/v1/organizations/{org}/jobs/{id}/resume|\
        POST /api/v1/organizations/{org}/jobs/{id}/cancel|\
        POST /api/v1/organizations/{org}/webhooks/{id}/resend-failed|\
        GET /api/v1/organizations/{org}/statistics|\
        GET /api/v1/organizations/{org}/webhooks/{id}/statistics|\
        GET /api/v1/statistics|GET /api/v1/organizations/{org}/failures|\
        POST /api/v1/organizations/{org}/developers|GET /api/v1/organizations/{org}/developers|\
        GET /api/v1/organizations/{org}/developers/{email}|\
        PATCH /api/v1/organizations/{org}/developers/{email}|\
        DELETE /api/v1/organizations/{org}/developers/{email}|\
        POST /api/v1/organizations/{org}/packages|GET /api/v1/organizations/{org}/packages|\
        GET /api/v1/organizations/{org}/packages/{id}|\
        PATCH /api/v1/organizations/{org}/packages/{id}|\
        DELETE /api/v1/organizations/{org}/packages/{id}|\
        POST /api/v1/organizations/{org}/rate-plans|GET /api/v1/organizations/{org}/rate-plans|\
        GET /api/v1/organizations/{org}/rate-plans/{id}|\
        PATCH /api/v1/organizations/{org}/rate-plans/{id}|\
        DELETE /api/v1/organizations/{org}/rate-plans/{id}|\
        POST /api/v1/organizations/{org}/developer-rate-plans|\
        GET /api/v1/organizations/{org}/developer-rate-plans|\
        GET /api/v1/organizations/{org}/developer-rate-plans/{id}|\
        PATCH /api/v1/organizations/{org}/developer-rate-plans/{id}|\
        DELETE /api/v1/organizations/{org}/developer-rate-plans/{id}|\
        GET /api/v1/organizations/{org}/developer-rate-plans/{id}/usage|\
        POST /api/v1/organizations/{org}/notification-conditions|\
        GET /api/v1/organizations/{org}/notification-conditions|\
        GET /api/v1/organizations/{org}/notification-conditions/{id}|\
        PATCH /api/v1/organizations/{org}/notification-conditions/{id}|\
        DELETE /api/v1/organizations/{org}/notification-conditions/{id}|\
        POST /api/v1/organizations/{org}/usage|GET /api/v1/organizations/{org}/usage|\
        GET /api/v1/storage|GET /health/live|GET /health/ready|GET /metrics|GET /openapi.json"
        .split('|')
        .collect();
    assert_eq!(routes, expected);
}

#[test]
fn every_operation_is_described_and_documents_its_problems() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let what = format!("{method} {path}");
        assert!(
            ids.insert(operation["operationId"].as_str().unwrap().to_owned()),
            "{what}"
        );
        assert!(operation["summary"].is_string(), "{what}");
        let responses = operation["responses"].as_object().unwrap();
        if !path.starts_with("/api/") {
            continue;
        }
        assert!(
            responses.contains_key("401") && responses.contains_key("503"),
            "{what}"
        );
        assert_eq!(
            operation.get("requestBody").is_some(),
            responses.contains_key("422") && responses.contains_key("415"),
            "{what}"
        );
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["description"].is_string(), "{what}: {parameter}");
        }
        for (status, response) in responses {
            let problem = &response["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(
                *problem == "#/components/schemas/Problem",
                status.as_str() >= "400",
                "{what} {status}"
            );
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str));
                map.values().for_each(|value| references(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 20);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

/// Whoever reads the document and sends its examples is understood.
#[tokio::test]
async fn the_examples_are_accepted() {
    let document = document();
    let example = |schema: &str| -> Value {
        let properties = &document["components"]["schemas"][schema]["properties"];
        let mut value = json!({});
        for (name, property) in properties.as_object().unwrap() {
            if let Some(example) = property.get("example").filter(|e| !e.is_null()) {
                value[name] = example.clone();
            }
        }
        value
    };
    let app = App::new().await;
    app.post("/organizations", example("NewOrganization"))
        .await
        .expect(201);
    app.post("/tokens", example("NewToken")).await.expect(201);
    app.post("/event-types", example("NewEventType"))
        .await
        .expect(201);
    app.post("/organizations/acme/channels", example("NewChannel"))
        .await
        .expect(201);
    let made = app
        .post("/organizations/acme/webhooks", example("NewWebhook"))
        .await
        .expect(201);
    let events = "/api/v1/organizations/{org}/events";
    let body = &document["paths"][events]["post"]["requestBody"]["content"]["application/json"];
    let event = body["example"].clone();
    let accepted = app
        .post("/organizations/acme/events", event)
        .await
        .expect(202);
    assert_eq!(accepted["matched"], 1, "{made}");
    let webhook = made["id"].as_str().unwrap();
    let path = format!("/organizations/acme/webhooks/{webhook}/secret/rotate");
    app.raw(Method::POST, &path, example("RotateRequest").to_string())
        .await
        .expect(200);
    let mut condition = example("NewNotificationCondition");
    condition["webhooks"] = json!([webhook]);
    for (path, body) in [
        ("developers", example("NewDeveloper")),
        ("packages", example("NewPackage")),
        ("rate-plans", example("NewRatePlan")),
        ("developer-rate-plans", example("NewDeveloperRatePlan")),
        ("notification-conditions", condition),
    ] {
        app.post(&format!("/organizations/acme/{path}"), body)
            .await
            .expect(201);
    }
    let usage = "/api/v1/organizations/{org}/usage";
    let body = &document["paths"][usage]["post"]["requestBody"]["content"]["application/json"];
    let report = body["example"].clone();
    let receipt = app
        .post("/organizations/acme/usage", report)
        .await
        .expect(200);
    assert_eq!(receipt["accepted"], 1);
}
