//! What fails, grouped by webhook and by what came back.

use bellwire_core::{
    access::Role,
    outcome::{Answer, Cause},
    time::{DAY, SECOND},
};

use crate::app::App;

const PATH: &str = "/portal/acme/failures";

/// ADV-10, EVI-13: each group says what happened, how often and since when, and leads to an example
/// and to sending it again.
#[tokio::test]
async fn failures_are_grouped_and_lead_on() {
    let app = App::new("standard").await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    let vic = app.user("vic@acme.example", Role::Viewer).await;
    app.get(&ed, PATH)
        .await
        .is(200)
        .has("Nothing fails")
        .has_not("class=\"groups\"");
    let webhook = app
        .webhook("Desk <b>", "https://hooks.example/a", &[])
        .await;
    let mut events = Vec::new();
    for _ in 0..3 {
        let event = app.event("booking.created", &[], "{}").await;
        app.give_up(event, Answer::Status(503)).await;
        events.push(event);
    }
    let waiting = app.event("booking.created", &[], "{}").await;
    app.attempt(waiting, 1, Answer::None(Cause::Dns)).await;
    app.kit.clock.advance(SECOND);
    let page = app.get(&ed, PATH).await;
    page.is(200)
        .has("4 failed requests with 2 causes.")
        .has("Desk &#60;b&#62;")
        .has_not("Desk <b>")
        .has("503")
        .has("Name not found")
        .has("3 deliveries given up")
        .has("none given up")
        .has("class=\"spark\"")
        .has(&format!("/portal/acme/events/{}?delivery=", events[2]));
    let again = format!(
        "/portal/acme/jobs/new?webhook={}&#38;answer=503&#38;since=",
        webhook.id
    );
    assert_eq!(page.text.matches("/jobs/new?").count(), 1);
    page.has(&again);
    // Who may only look is not offered what they may not do.
    app.get(&vic, PATH).await.is(200).has_not("/jobs/new?");
    // The period is in the URL, and an example leads to the attempt itself.
    app.kit.clock.advance(3 * DAY);
    let ed = app.user("eve@acme.example", Role::Editor).await;
    app.get(&ed, PATH).await.has("Nothing fails");
    let week = app.get(&ed, &format!("{PATH}?period=7d&sort=count")).await;
    week.has("4 failed requests").has("selected>Last 7 days");
    let example = week.link("/portal/acme/events/");
    app.get(&ed, &example).await.is(200).has("Show everybody");
}

/// WNK-6: a customer sees what fails at their own webhooks.
#[tokio::test]
async fn a_customer_sees_their_own_failures_only() {
    let app = App::new("standard").await;
    app.webhook("Own", "https://hooks.example/own", &["account:a"])
        .await;
    app.webhook("Other", "https://hooks.example/other", &["account:b"])
        .await;
    for channel in ["account:a", "account:b"] {
        let event = app.event("booking.created", &[channel], "{}").await;
        app.give_up(event, Answer::Status(500)).await;
    }
    app.kit.clock.advance(SECOND);
    let customer = app.customer(&["account:a"]).await;
    app.get(&customer, PATH)
        .await
        .is(200)
        .has("Own")
        .has("One failed request with one cause.")
        .has_not("Other");
}
