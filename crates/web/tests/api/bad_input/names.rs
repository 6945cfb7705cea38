//! Names, ids and queries that are not accepted or lead nowhere.

use serde_json::json;

use super::{EVENTS, Refused, WEBHOOKS};
use crate::app::App;

#[tokio::test]
async fn an_organization_event_type_channel_or_token_with_a_wrong_field() {
    let refused = Refused::new(App::acme().await).await;
    for (path, body, field, message) in [
        ("/organizations", json!({}), "id", "missing field"),
        ("/organizations", json!({"id": "A b"}), "id", "a slug is"),
        (
            "/organizations",
            json!({"id": "x".repeat(64)}),
            "id",
            "a slug is",
        ),
        (
            "/organizations",
            json!({"id": "x", "name": "n".repeat(256)}),
            "name",
            "255 characters",
        ),
        (
            "/organizations",
            json!({"id": "x", "name": ""}),
            "name",
            "may not be empty",
        ),
        (
            "/organizations",
            json!({"id": "x", "default_profile": "y"}),
            "default_profile",
            "`y`",
        ),
        (
            "/organizations",
            json!({"id": "x", "slug": "x"}),
            "slug",
            "unknown field",
        ),
        (
            "/event-types",
            json!({"name": "a b"}),
            "name",
            "is not an event type",
        ),
        (
            "/event-types",
            json!({"name": "a", "schema": {"type": "no"}}),
            "schema",
            "",
        ),
        (
            "/event-types",
            json!({"name": "a", "schema": 7}),
            "schema",
            "",
        ),
        (
            "/event-types",
            json!({"name": "a", "schema": {"type": "string"}, "example": 1}),
            "example",
            "does not fit the schema",
        ),
        (
            "/event-types",
            json!({"name": "a", "scope": "platform"}),
            "scope",
            "unknown field",
        ),
        (
            "/organizations/acme/channels",
            json!({"key": "a b"}),
            "key",
            "without blanks",
        ),
        (
            "/organizations/acme/channels",
            json!({"key": "a", "kind": ""}),
            "kind",
            "one word",
        ),
        (
            "/organizations/acme/channels",
            json!({"label": "a"}),
            "key",
            "missing field",
        ),
        ("/tokens", json!({"name": ""}), "name", "may not be empty"),
        (
            "/tokens",
            json!({"name": "a", "organization": "x"}),
            "organization",
            "no organization",
        ),
        (
            "/tokens",
            json!({"name": "a", "scope": "x"}),
            "scope",
            "unknown field",
        ),
    ] {
        refused.post(path, body, field, message).await;
    }
    for body in [
        json!({"name": null}),
        json!({"id": "x"}),
        json!({"created_at": 1}),
    ] {
        let answer = refused.app.patch("/organizations/acme", body.clone()).await;
        assert_eq!(answer.status, 422, "{body}");
    }
    assert_eq!(refused.app.stored().await, refused.before);
}

#[tokio::test]
async fn a_query_that_is_misspelt_or_out_of_range() {
    let app = App::acme().await;
    let id = app.webhook(json!({})).await;
    for (path, field) in [
        (format!("{EVENTS}?tpye=a.b"), "tpye"),
        (format!("{EVENTS}?state=lost"), "state"),
        (format!("{EVENTS}?updated_since=noon"), "updated_since"),
        (format!("{EVENTS}?webhook=x"), "webhook"),
        (format!("{EVENTS}?limit=0"), "limit"),
        (format!("{EVENTS}?limit=101"), "limit"),
        (format!("{EVENTS}?type=a&type=b"), "type"),
        (format!("{WEBHOOKS}?enabled=yes"), "enabled"),
        (format!("{WEBHOOKS}?Q=x"), "Q"),
        (format!("{WEBHOOKS}/{id}/attempts?limit=x"), "limit"),
        ("/organizations?page=2".to_owned(), "page"),
        ("/tokens?organization=nobody".to_owned(), "organization"),
    ] {
        app.get(&path).await.problem(400, "invalid_query", field);
    }
    let before = app.stored().await;
    app.delete(&format!("{WEBHOOKS}/{id}?force=maybe"))
        .await
        .problem(400, "invalid_query", "force");
    app.post(
        &format!("{EVENTS}?dry_run=1"),
        json!({"type": "a.b", "data": 1}),
    )
    .await
    .problem(400, "invalid_query", "dry_run");
    assert_eq!(app.stored().await, before);
}

#[tokio::test]
async fn an_organization_or_id_that_is_unknown_or_somebody_elses() {
    let app = App::acme().await;
    let id = app.webhook(json!({})).await;
    let event = app.event(json!({"type": "a.b", "data": 1})).await;
    app.kit.organization("other", "standard").await;
    let before = app.stored().await;
    let unknown = "0193a5b0-7f2c-7d11-8a4e-2f6b1c0d9e8f";
    for path in [
        "/organizations/nobody".to_owned(),
        "/organizations/%FF".to_owned(),
        "/organizations/nobody/webhooks".to_owned(),
        format!("{WEBHOOKS}/{unknown}"),
        format!("{WEBHOOKS}/x"),
        format!("{WEBHOOKS}/{event}"),
        format!("{WEBHOOKS}/{unknown}/attempts"),
        format!("{WEBHOOKS}/{unknown}/secret"),
        format!("{EVENTS}/{unknown}"),
        format!("{EVENTS}/x"),
        format!("/organizations/other/webhooks/{id}"),
        format!("/organizations/other/events/{event}"),
        "/event-types/nope".to_owned(),
        "/organizations/acme/event-types/nope".to_owned(),
        "/organizations/acme/channels/nope".to_owned(),
    ] {
        app.get(&path).await.problem(404, "not_found", "");
    }
    let posted = json!({"type": "a.b", "data": 1});
    app.post("/organizations/nobody/events", posted)
        .await
        .problem(404, "not_found", "");
    for path in [
        format!("/organizations/other/webhooks/{id}/test"),
        format!("/organizations/other/webhooks/{id}/secret/rotate"),
        format!("/organizations/other/events/{event}/resend"),
        format!("{WEBHOOKS}/{unknown}/test"),
    ] {
        app.post(&path, json!({}))
            .await
            .problem(404, "not_found", "");
    }
    for path in [
        format!("/organizations/other/webhooks/{id}"),
        "/organizations/nobody".to_owned(),
        "/tokens/x".to_owned(),
        format!("/tokens/{unknown}"),
    ] {
        app.delete(&path).await.problem(404, "not_found", "");
    }
    let other = json!({"type": "a.b", "data": 1, "webhooks": [id]});
    app.post("/organizations/other/events", other)
        .await
        .problem(422, "invalid_request", "webhooks[0]");
    assert_eq!(app.stored().await, before);
}
