//! The catalogue: found, read, tried, made, changed, removed.

use bellwire_core::access::Role;

use crate::app::{App, Seen};

const LIST: &str = "/portal/acme/event-types";
const NEW: &str = "/portal/acme/new-event-type";

/// Grouped by what names begin with, found by name and by description.
#[tokio::test]
async fn the_catalogue_is_grouped_and_searched() {
    let app = App::new("standard").await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    app.event_type("booking.created", Some(r#"{"id":1}"#)).await;
    app.event_type("booking.cancelled", None).await;
    app.event_type("invoice.paid", None).await;
    let seen = app.get(&ed, LIST).await;
    seen.is(200)
        .has("<caption>booking</caption>")
        .has("<caption>invoice</caption>")
        .has("About invoice.paid &#60;b&#62;.")
        .has("New event type");
    let found = app.get(&ed, &format!("{LIST}?q=CANCEL")).await;
    found.has("booking.cancelled").has_not("booking.created");
    let found = app.get(&ed, &format!("{LIST}?q=about%20invoice")).await;
    found.has("invoice.paid").has_not("booking.created");
    app.get(&ed, &format!("{LIST}?q=none%20such"))
        .await
        .has("Nothing found");
}

/// One type: its fields, its example, who listens, its last events.
#[tokio::test]
async fn a_type_shows_its_fields_its_listeners_and_its_last_events() {
    let app = App::new("standard").await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    app.event_type("booking.created", Some(r#"{"id":1,"total":1.50}"#))
        .await;
    app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let event = app.event("booking.created", &[], r#"{"id":1}"#).await;
    let seen = app.get(&ed, &format!("{LIST}/booking.created")).await;
    seen.is(200)
        .has("integer")
        .has("Whose.")
        .has("1.50")
        .has("Desk")
        .has(&event.to_string())
        .has("/portal/acme/events?type=booking.created")
        .has("Send test");
    app.get(&ed, &format!("{LIST}/none.such")).await.is(404);
}

/// Customers see what it means and an example; not the producer's schema, and nobody else's webhooks.
#[tokio::test]
async fn a_customer_sees_names_descriptions_and_examples() {
    let app = App::new("standard").await;
    app.event_type("booking.created", Some(r#"{"id":42}"#))
        .await;
    app.webhook("Own", "https://hooks.example/own", &["account:a"])
        .await;
    app.webhook("Foreign", "https://hooks.example/other", &["account:b"])
        .await;
    let other = app
        .event("booking.created", &["account:b"], r#"{"id":2}"#)
        .await;
    let customer = app.customer(&["account:a"]).await;
    app.get(&customer, LIST)
        .await
        .is(200)
        .has("booking.created")
        .has_not("New event type");
    let path = format!("{LIST}/booking.created");
    app.get(&customer, &path)
        .await
        .is(200)
        .has("42")
        .has("About booking.created")
        .has("Own")
        .has_not("Foreign")
        .has_not("Whose.")
        .has_not(&other.to_string())
        .has_not("/edit");
    for path in [
        NEW.to_owned(),
        format!("{path}/edit"),
        format!("{path}/remove"),
    ] {
        app.get(&customer, &path).await.is(403);
        app.post(&customer, &path, &[("name", "a.b")]).await.is(403);
    }
    // Nor may one send to another's webhook.
    let tenant = app.kit.service.tenant("acme").unwrap();
    let foreign = tenant
        .routes
        .iter()
        .find(|route| route.webhook.settings.name == "Foreign");
    let id = foreign.unwrap().webhook.id.to_string();
    let fields = [("webhook", id.as_str()), ("body", "{}")];
    app.post(&customer, &format!("{path}/test"), &fields)
        .await
        .is(404);
    let viewer = app.user("vic@acme.example", Role::Viewer).await;
    app.get(&viewer, NEW).await.is(403);
    app.get(&viewer, &path).await.is(200).has_not("Send test");
}

/// Made, changed, removed; what is wrong is told at its field with line and column.
#[tokio::test]
async fn a_type_is_made_changed_and_removed() {
    let app = App::new("standard").await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    app.get(&ed, LIST)
        .await
        .has("New event type")
        .has("No event types yet")
        .has("curl ")
        .has("webhook.disabled");
    app.get(&ed, NEW).await.is(200).has("booking.created");
    let wrong = [
        ("name", "not a name"),
        ("description", "Kept <i>"),
        ("example", "{\n  \"id\": }"),
        ("schema", "{}"),
    ];
    app.post(&ed, NEW, &wrong)
        .await
        .is(422)
        .has("line 2 column 9")
        .has("Kept &#60;i&#62;");
    let wrong = [
        ("name", "not a name"),
        ("example", "{\n  \"id\": \"x\"\n}"),
        (
            "schema",
            "{\"properties\":\n {\"id\": {\"type\": \"integer\"}}}",
        ),
    ];
    app.post(&ed, NEW, &wrong)
        .await
        .is(422)
        .has("is not an event type")
        .has("(line 2, column 9)");
    let right = [
        ("name", "order.paid"),
        ("description", "Paid."),
        ("example", "{\r\n  \"id\": 1.50\r\n}"),
        ("schema", ""),
    ];
    let made = app.post(&ed, NEW, &right).await;
    let one = format!("{LIST}/order.paid");
    assert_eq!(made.is(303).location(), format!("{one}?done=created"));
    let stored = app.kit.service.event_type(Some("acme"), "order.paid");
    let stored = stored.unwrap();
    let example = stored.event_type.example.as_ref().unwrap();
    assert_eq!(example.get(), "{\n  \"id\": 1.50\n}");
    assert!(stored.event_type.schema.is_none());
    let again = app.post(&ed, NEW, &right).await;
    again.is(422).has("in this catalogue already");
    let filled = app.get(&ed, &format!("{one}/edit")).await;
    filled.is(200).has("1.50").has("Paid.");
    let fields = [
        ("description", "All of it."),
        ("example", ""),
        ("schema", "true"),
    ];
    app.post(&ed, &format!("{one}/edit"), &fields).await.is(303);
    let stored = app.kit.service.event_type(Some("acme"), "order.paid");
    let stored = stored.unwrap();
    assert_eq!(stored.event_type.description, "All of it.");
    assert!(stored.event_type.example.is_none());
    let asked = app.get(&ed, &format!("{one}/remove")).await;
    asked.is(200).has("Remove this event type?").has(">OK<");
    let removed = app.post(&ed, &format!("{one}/remove"), &[]).await;
    assert_eq!(removed.is(303).location(), format!("{LIST}?done=removed"));
    app.get(&ed, &one).await.is(404);
    // What is the platform's or Bellwire's own stays.
    for theirs in ["webhook.disabled", "none.such"] {
        let path = format!("{LIST}/{theirs}/remove");
        app.post(&ed, &path, &[]).await.is(404);
    }
}

/// Data that are none are refused before anything is sent, with the place.
#[tokio::test]
async fn a_test_says_where_its_data_are_wrong() {
    let app = App::new("standard").await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    app.event_type("booking.created", Some(r#"{"id":1}"#)).await;
    let webhook = app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let id = webhook.id.to_string();
    let path = format!("{LIST}/booking.created/test");
    let fields = |body| [("webhook", id.as_str()), ("body", body)];
    let sent = |seen: &Seen| seen.text.contains("See the whole request");
    let whole = app.post(&ed, &path, &fields("{\n\"id\": x}")).await;
    whole
        .is(422)
        .has("line 2 column 7")
        .has("<html")
        .has("&#34;id&#34;: x}");
    assert!(!sent(&whole));
    let log = app.get(&ed, "/portal/acme/events").await;
    log.has_not("booking.created</a>");
}
