//! The event log and one event.

use bellwire_core::{
    access::Role,
    outcome::{Answer, Cause},
    time::DAY,
};

use crate::app::App;

/// ADV-6, ADV-7: type and period narrow the list, together; the period is that of the last update.
#[tokio::test]
async fn type_and_period_narrow_the_log() {
    let app = App::new("advocate").await;
    app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let old = app.event("coupon.created", &[], "{}").await;
    let touched = app.event("reward.created", &[], "{}").await;
    app.kit.clock.advance(10 * DAY);
    let ann = app.user("ann@acme.example", Role::Viewer).await;
    app.attempt(touched, 1, Answer::Status(500)).await;
    let new = app.event("coupon.created", &[], "{}").await;
    let list = |query: &'static str| {
        let (app, ann) = (&app, &ann);
        async move { app.get(ann, &format!("/portal/acme/events?{query}")).await }
    };
    let all = list("").await;
    for id in [old, touched, new] {
        all.has(&id.to_string());
    }
    let day = list("period=24h").await;
    day.has(&touched.to_string())
        .has(&new.to_string())
        .has_not(&old.to_string());
    let both = list("period=24h&type=coupon.created").await;
    both.has(&new.to_string())
        .has_not(&touched.to_string())
        .has_not(&old.to_string());
    let failed = list("state=pending&q=nothing-like-it").await;
    failed.has("Nothing found");
    list("cursor=nonsense").await.is(200);
}

/// ADV-8, ADV-9, ADV-10: everything about one event, each attempt with its answer or that it timed out.
#[tokio::test]
async fn an_event_shows_its_payload_and_every_attempt() {
    let app = App::new("advocate").await;
    let ann = app.user("ann@acme.example", Role::Editor).await;
    app.webhook("Desk", "https://hooks.example/a", &[]).await;
    app.webhook("Elsewhere", "https://hooks.example/b", &["account:x"])
        .await;
    let markup = r#"{"name":"<script>alert('x')</script>","n":1.50}"#;
    let event = app.event("coupon.created", &[], markup).await;
    app.attempt(event, 1, Answer::None(Cause::FirstByteTimeout))
        .await;
    app.attempt(event, 2, Answer::Status(200)).await;
    let page = app.get(&ann, &format!("/portal/acme/events/{event}")).await;
    page.is(200)
        .has("Webhook Details")
        .has("Webhook ID")
        .has("Date Created")
        .has("Event Data")
        .has("Subscription Details")
        .has("timed out")
        .has("Attempt 2")
        .has("First byte")
        .has("1.50")
        .has("Elsewhere")
        .has("curl")
        .has_not("<script>alert")
        .has_not("<b>oops");
    let path = format!("/portal/acme/events/{event}/resend");
    let sent = app.post(&ann, &path, &[]).await;
    assert!(sent.is(303).location().ends_with("?done=resent"));
}

/// EVI-15: a webhook's page shows its last 10 requests, newest first.
#[tokio::test]
async fn a_webhook_shows_its_last_ten_requests() {
    let app = App::new("eventinsight").await;
    let ann = app.user("ann@acme.example", Role::Viewer).await;
    let webhook = app.webhook("Desk", "https://hooks.example/a", &[]).await;
    for number in 0..12 {
        let event = app
            .event("user.new", &[], &format!("{{\"id\":{number}}}"))
            .await;
        app.attempt(event, 1, Answer::Status(200)).await;
    }
    let page = app
        .get(&ann, &format!("/portal/acme/webhooks/{}", webhook.id))
        .await;
    page.is(200)
        .has("Last 10 requests")
        .has("Everything sent arrives");
    assert_eq!(
        page.text
            .matches("class=\"row\" href=\"/portal/acme/events/")
            .count(),
        10
    );
}

/// ADV-10: of a delivery with many attempts the newest are shown, and the rest is a link away; no time
/// is told as programs write it.
#[tokio::test]
async fn the_rest_of_many_attempts_is_a_link_away() {
    let app = App::new("advocate").await;
    let ann = app.user("ann@acme.example", Role::Editor).await;
    app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let event = app.event("coupon.created", &[], "{}").await;
    for number in 1..=25 {
        app.attempt(event, number, Answer::Status(503)).await;
    }
    let path = format!("/portal/acme/events/{event}");
    let page = app.get(&ann, &path).await;
    page.has("The first 20 of 25")
        .has("Attempt 25")
        .has("Attempt 26 follows")
        .has_not("<h3>Attempt 5<");
    let raw = app.kit.service.now().to_string();
    let raw = raw.get(..11).unwrap();
    // What was sent stands as it was sent.
    let read: String = page
        .text
        .split("<pre")
        .map(|part| part.split_once("</pre>").map_or(part, |(_, rest)| rest))
        .collect();
    let told = read.split(raw).count();
    let marked = read.split(&format!("datetime=\"{raw}")).count();
    assert_eq!(told, marked, "a time that is no <time>");
    let rest = page.link("&from=20");
    let one = app.get(&ann, &rest).await;
    one.has("<h3>Attempt 5<")
        .has("Show everybody it was sent to");
}

/// ADV-9: what still waits is taken back, after a question.
#[tokio::test]
async fn a_delivery_that_waits_is_cancelled() {
    let app = App::new("standard").await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    let vic = app.user("vic@acme.example", Role::Viewer).await;
    app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let event = app.event("booking.created", &[], "{}").await;
    let other = app.event("booking.created", &[], "{}").await;
    let path = format!("/portal/acme/events/{event}");
    let page = app.get(&ed, &path).await;
    let ask = page.link("/cancel?");
    app.get(&vic, &path).await.has_not("/cancel?");
    app.post(&vic, &ask, &[]).await.is(403);
    // A delivery of another event is not one of this one.
    let wrong = ask.replace(&event.to_string(), &other.to_string());
    app.post(&ed, &wrong, &[]).await.is(404);
    app.get(&ed, &ask)
        .await
        .is(200)
        .has("class=\"ask\"")
        .has("“Desk” will not receive this event any more.");
    app.get(&ed, &path).await.has("pending");
    let done = app.post(&ed, &ask, &[]).await;
    assert!(done.is(303).location().ends_with("?done=cancelled"));
    app.get(&ed, &path)
        .await
        .has("Cancelled by hand.")
        .has_not("/cancel?");
    let late = app.post(&ed, &ask, &[]).await;
    assert!(late.is(303).location().ends_with("?done=not-pending"));
}
