//! How everything fares: of an organization for its members, of all of them for who runs the server.

use bellwire_core::{
    access::Role,
    outcome::{Answer, Cause},
    time::{DAY, HOUR, SECOND},
};

use crate::{app::App, languages::keys};

const PATH: &str = "/portal/acme/overview";

/// Counts, rates, latency, the endpoints that stand out; over the period that the URL names.
#[tokio::test]
async fn an_organization_sees_how_its_endpoints_fare() {
    let app = App::new("standard").await;
    let ann = app.user("ann@acme.example", Role::Viewer).await;
    app.get(&ann, PATH)
        .await
        .is(200)
        .has("Nothing was sent in this period")
        .has("Nothing failed in this period");
    let desk = app
        .webhook("Desk <b>", "https://hooks.example/a", &[])
        .await;
    for number in 0..3 {
        let event = app.event("a.b", &[], "{}").await;
        app.attempt(event, 1, Answer::Status(200)).await;
        if number == 0 {
            app.kit.clock.advance(2 * HOUR);
        }
    }
    let failed = app.event("a.b", &[], "{}").await;
    app.attempt(failed, 1, Answer::None(Cause::Refused)).await;
    // What began at this very moment is in no period that ends with it.
    app.kit.clock.advance(SECOND);
    let day = app.get(&ann, PATH).await;
    day.is(200)
        .has("75.0 %")
        .has("1 of 4 attempts failed")
        .has("Last 24 hours: 3 delivered, 1 failed")
        .has("Desk &#60;b&#62;")
        .has_not("Desk <b>")
        .has(&format!("id=\"slow-{}\"", desk.id))
        .has(&format!("id=\"failing-{}\"", desk.id))
        .has("hx-trigger=\"every 5s\"")
        .has("aria-current=\"page\"");
    let hour = app.get(&ann, &format!("{PATH}?period=1h")).await;
    hour.has("1 of 3 attempts failed").has("66.7 %");
    app.kit.clock.advance(3 * DAY);
    // That session has ended meanwhile.
    let ann = app.user("bob@acme.example", Role::Viewer).await;
    app.get(&ann, PATH).await.has("0 of 0 attempts failed");
    let week = app.get(&ann, &format!("{PATH}?period=7d")).await;
    week.has("1 of 4 attempts failed");
    assert!(week.text.matches("<rect class=\"bar").count() >= 2);
    // The rest of a made-up period is a day.
    app.get(&ann, &format!("{PATH}?period=9y")).await.is(200);
}

/// What waits, what a pause holds, and how late the oldest is.
#[tokio::test]
async fn what_waits_is_counted() {
    let app = App::new("standard").await;
    let ann = app.user("ann@acme.example", Role::Viewer).await;
    let paused = app.webhook("Off", "https://hooks.example/p", &[]).await;
    let service = &app.kit.service;
    let by = bellwire_testkit::service::by("test");
    let access = bellwire_core::access::Access::everything();
    let pause = service.pause_webhook("acme", paused.id, &access, &by);
    pause.await.unwrap();
    app.event("a.b", &[], "{}").await;
    app.event("a.b", &[], "{}").await;
    let seen = app.get(&ann, PATH).await;
    seen.is(200).has("2 on hold");
}

/// A customer who came through a link sees no organization's overview, and nobody the platform's who
/// does not run it.
#[tokio::test]
async fn an_overview_is_for_those_whose_it_is() {
    let app = App::new("standard").await;
    for channels in [&[][..], &["account:a"]] {
        let customer = app.customer(channels).await;
        app.get(&customer, PATH).await.is(403);
        app.get(&customer, "/overview").await.is(403);
        app.get(&customer, "/portal/acme/webhooks")
            .await
            .is(200)
            .has_not("/overview");
    }
    let ann = app.user("ann@acme.example", Role::Admin).await;
    app.get(&ann, "/overview").await.is(403);
    assert!(
        app.open("/overview")
            .await
            .is(303)
            .location()
            .starts_with("/sign-in")
    );
    app.get(&ann, "/portal/acme/webhooks")
        .await
        .has_not("All organizations");
}

/// Who runs the server sees all organizations, the one with most failures first, and the server.
#[tokio::test]
async fn who_runs_the_server_sees_all_of_it() {
    let app = App::new("standard").await;
    let mut op = app.operator().await;
    // With one organization, home is that one's, as for everybody.
    let home = app.get(&op, "/").await;
    assert_eq!(home.is(303).location(), "/portal/acme/webhooks");
    app.kit.organization("zeta", "standard").await;
    let home = app.get(&op, "/").await;
    assert_eq!(home.is(303).location(), "/overview");
    app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let event = app.event("a.b", &[], "{}").await;
    app.attempt(event, 1, Answer::Status(500)).await;
    app.kit.clock.advance(SECOND);
    let seen = app.get(&op, "/overview?period=1h").await;
    seen.is(200)
        .has("All organizations")
        .has("1 of 1 attempts failed")
        .has("href=\"/portal/acme/overview\"")
        .has("href=\"/portal/zeta/overview\"")
        .has("SQLite")
        .has(env!("CARGO_PKG_VERSION"));
    let (acme, zeta) = (
        seen.text.find("id=\"to-acme\"").unwrap(),
        seen.text.find("id=\"to-zeta\"").unwrap(),
    );
    assert!(acme < zeta, "what fails comes first");
    // From an organization's page one comes back to all of them.
    app.get(&op, "/portal/zeta/overview")
        .await
        .is(200)
        .has("href=\"/overview\"");
    for language in ["en", "it", "de", "fil"] {
        op.language = language;
        let seen = app.get(&op, "/overview").await;
        seen.is(200).has(&format!("<html lang=\"{language}\""));
        assert_eq!(keys(&seen), [""; 0], "{language}");
        seen.has_not(" style=");
    }
}
