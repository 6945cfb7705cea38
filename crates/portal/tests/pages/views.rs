//! Finding things in the log: by what came back, by an id, by a webhook of many, by a view.

use bellwire_core::{
    access::Role,
    outcome::{Answer, Cause},
    service::Incoming,
};
use bytes::Bytes;

use crate::app::{App, Browser, Seen};

const LOG: &str = "/portal/acme/events";

async fn list(app: &App, browser: &Browser, query: &str) -> Seen {
    app.get(browser, &format!("{LOG}?{query}")).await
}

/// ADV-5 to ADV-7: what came back, and what waits for its next attempt.
#[tokio::test]
async fn answers_and_what_waits_for_a_retry_narrow_the_log() {
    let app = App::new("advocate").await;
    app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let ann = app.user("ann@acme.example", Role::Editor).await;
    let busy = app.event("coupon.created", &[], "{}").await;
    app.attempt(busy, 1, Answer::Status(503)).await;
    let lost = app.event("coupon.created", &[], "{}").await;
    app.give_up(lost, Answer::None(Cause::Dns)).await;
    let fresh = app.event("coupon.created", &[], "{}").await;
    let (busy, lost, fresh) = (busy.to_string(), lost.to_string(), fresh.to_string());
    for (query, there, not) in [
        ("answer=5xx", vec![&busy], vec![&lost, &fresh]),
        ("answer=503", vec![&busy], vec![&lost, &fresh]),
        ("answer=dns", vec![&lost], vec![&busy, &fresh]),
        ("state=retry", vec![&busy], vec![&lost, &fresh]),
        ("state=pending", vec![&busy, &fresh], vec![&lost]),
        ("state=failed&period=24h", vec![&lost], vec![&busy, &fresh]),
        ("test=1", vec![], vec![&busy, &lost, &fresh]),
    ] {
        let seen = list(&app, &ann, query).await;
        seen.is(200);
        for id in there {
            seen.has(id);
        }
        for id in not {
            seen.has_not(id);
        }
    }
    // What the log shows can be sent again, where that means something.
    list(&app, &ann, "answer=dns&period=7d")
        .await
        .has("/jobs/new?answer=dns&#38;period=7d");
    for query in ["state=delivered", "state=retry", "test=1", "q=x"] {
        list(&app, &ann, query).await.has_not("/jobs/new?");
    }
}

/// ADV-9: the id of an event, of one of its deliveries, or the producer's own is found as one; any
/// other text in the data.
#[tokio::test]
async fn ids_are_found_as_ids() {
    let app = App::new("standard").await;
    app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let ann = app.user("ann@acme.example", Role::Viewer).await;
    let incoming = Incoming {
        event_type: "booking.created".to_owned(),
        data: Bytes::from_static(b"{}"),
        external_id: Some("booking 47/11".to_owned()),
        ..Incoming::default()
    };
    let service = &app.kit.service;
    let own = service.ingest("acme", vec![incoming], None).await.unwrap()[0].event_id;
    let data = r#"{"note":"booking 47/11","ref":"0193a5b0-7f2c-7d11-8a4e-2f6b1c0d9e8f"}"#;
    let other = app.event("booking.changed", &[], data).await;
    let (own, other) = (own.to_string(), other.to_string());
    let by_own_id = list(&app, &ann, "q=booking+47%2F11").await;
    by_own_id.has(&own).has_not(&other).has("Found by its ID.");
    by_own_id.has("q=booking+47%2F11&#38;in=text");
    list(&app, &ann, "q=booking+47%2F11&in=text")
        .await
        .has(&other)
        .has_not(&format!("events/{own}"));
    list(&app, &ann, &format!("q={own}"))
        .await
        .has(&format!("events/{own}"))
        .has_not(&format!("events/{other}"));
    // An id of something else, in the data.
    list(&app, &ann, "q=0193a5b0-7f2c-7d11-8a4e-2f6b1c0d9e8f")
        .await
        .has(&other)
        .has_not(&own);
    let event = app.get(&ann, &format!("{LOG}/{own}")).await;
    event.has("booking 47/11");
}

/// Own views are kept in the browser, are marked, show their names as text, and are forgotten.
#[tokio::test]
async fn views_are_kept_and_forgotten() {
    let app = App::new("standard").await;
    let ann = app.user("ann@acme.example", Role::Viewer).await;
    let failed = list(&app, &ann, "state=failed&period=24h").await;
    failed.has("href=\"/portal/acme/events?period=24h&#38;state=failed\" aria-current=\"true\"");
    failed.has_not("name=\"query\"");
    let held = list(&app, &ann, "state=held&type=a.b").await;
    held.has("name=\"query\" value=\"type=a.b&#38;state=held\"");
    let fields = [("name", "Night <b>"), ("query", "type=a.b&state=held&x=1")];
    let kept = app.post(&ann, &format!("{LOG}/views"), &fields).await;
    assert_eq!(
        kept.is(303).location(),
        "/portal/acme/events?type=a.b&state=held&done=view-kept"
    );
    let cookie = kept.headers["set-cookie"].to_str().unwrap();
    assert!(
        cookie.contains("; Path=/portal/acme/events; HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let later = ann.with_cookie(&cookie);
    let page = list(&app, &later, "state=held&type=a.b").await;
    page.has("state=held\" aria-current=\"true\">Night &#60;b&#62;</a>")
        .has_not("<b>");
    let fields = [("name", "Night <b>")];
    let gone = app
        .post(&later, &format!("{LOG}/views/forget"), &fields)
        .await;
    let cookie = gone.is(303).headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("bellwire-views=;"), "{cookie}");
}

/// With many webhooks one types: a name, a part of one, or an id; what is chosen stays chosen. An event
/// says of how many it shows a part.
#[tokio::test]
async fn one_of_many_webhooks_is_looked_for() {
    let app = App::new("standard").await;
    let ann = app.user("ann@acme.example", Role::Viewer).await;
    let mut last = None;
    for number in 0..205 {
        let url = format!("https://hooks.example/{number}");
        let name = format!("Hotel {number}");
        last = Some(app.webhook(&name, &url, &["account:x"]).await);
    }
    let last = last.unwrap();
    let event = app.event("booking.created", &[], "{}").await;
    let sent = app.event("booking.created", &["account:x"], "{}").await;
    for query in [
        "Hotel+204".to_owned(),
        "hooks.example%2F204".to_owned(),
        last.id.to_string(),
    ] {
        list(&app, &ann, &format!("webhook={query}"))
            .await
            .is(200)
            .has("list=\"webhook-names\" value=\"Hotel 204\"")
            .has(&sent.to_string())
            .has_not(&event.to_string());
    }
    let several = list(&app, &ann, "webhook=Hotel+20&state=failed").await;
    several
        .has_not("Which one do you mean?")
        .has("value=\"Hotel 20\"");
    let several = list(&app, &ann, "webhook=otel+20&state=failed").await;
    several.has("Which one do you mean?").has(&format!(
        "/portal/acme/events?state=failed&#38;webhook={}",
        last.id
    ));
    list(&app, &ann, "webhook=nobody")
        .await
        .has("Nothing found");
    let page = app.get(&ann, &format!("{LOG}/{event}")).await;
    page.has("The first 50 of 205").has("others=50#others");
    let rest = app.get(&ann, &format!("{LOG}/{event}?others=200")).await;
    rest.has("201 to 205 of 205")
        .has("Hotel 204")
        .has_not("Hotel 1<");
    let all = app.get(&ann, &format!("{LOG}/{sent}")).await;
    all.has("The first 50 of 205").has("?from=50");
    let rest = app.get(&ann, &format!("{LOG}/{sent}?from=200")).await;
    rest.has("201 to 205 of 205").has_not("Hotel 1<");
}
