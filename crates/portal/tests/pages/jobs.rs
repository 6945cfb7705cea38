//! Sending again in bulk: counted first, then done, with its progress.

use bellwire_core::{access::Role, outcome::Answer, time::SECOND, webhook::Webhook};

use crate::app::{App, Browser, Seen};

const NEW: &str = "/portal/acme/jobs/new";

struct World {
    app: App,
    ed: Browser,
    webhook: Webhook,
}

/// With three deliveries that were given up.
async fn world() -> World {
    let app = App::new("standard").await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    let webhook = app.webhook("Desk", "https://hooks.example/a", &[]).await;
    for _ in 0..3 {
        let event = app.event("booking.created", &[], "{}").await;
        app.give_up(event, Answer::Status(503)).await;
    }
    app.kit.clock.advance(SECOND);
    World { app, ed, webhook }
}

impl World {
    async fn start(&self) -> Seen {
        let id = self.webhook.id.to_string();
        let fields = [
            ("webhook", id.as_str()),
            ("state", "failed"),
            ("per_second", "1"),
        ];
        self.app.post(&self.ed, NEW, &fields).await
    }

    async fn run(&self) {
        for _ in 0..20 {
            let now = self.app.kit.service.now();
            self.app.kit.service.step_job(now).await.unwrap();
            self.app.kit.clock.advance(2 * SECOND);
        }
    }
}

fn path(seen: &Seen) -> String {
    let location = seen.is(303).location();
    location.split('?').next().unwrap().to_owned()
}

/// Counted first; then it runs, is live while it does, and ends.
#[tokio::test]
async fn what_failed_is_counted_and_sent_again() {
    let world = world().await;
    let (app, ed) = (&world.app, &world.ed);
    let asked = format!("{NEW}?webhook={}&answer=5xx&period=24h", world.webhook.id);
    let page = app.get(ed, &asked).await;
    page.is(200)
        .has("3 deliveries would be sent again.")
        .has("Send 3 again")
        .has("10 a second · about a second")
        .has("selected>Last 24 hours");
    app.get(ed, &format!("{NEW}?answer=404"))
        .await
        .has("Nothing is to be sent again")
        .has_not("name=\"per_second\"");
    let started = world.start().await;
    assert!(started.is(303).location().ends_with("?done=started"));
    let path = path(&started);
    let running = app.get(ed, &path).await;
    running
        .is(200)
        .has("hx-trigger=\"every 2s\"")
        .has("0 of 3")
        .has("value=\"0\"");
    // What is under way already is not begun twice.
    let second = world.start().await;
    second
        .is(409)
        .has("Another resend is about the same deliveries")
        .has("href=\"/portal/acme/jobs\"");
    world.run().await;
    let done = app.get(ed, &path).await;
    done.has("Finished. Sent again: 3.")
        .has("3 of 3")
        .has_not("every 2s")
        .has_not("/pause");
    app.get(ed, "/portal/acme/jobs")
        .await
        .has("finished")
        .has("ed@acme.example")
        .has(&path);
    // All three are on their way again.
    app.get(ed, &asked).await.has("Nothing is to be sent again");
    let over = app.post(ed, &format!("{path}/pause"), &[]).await;
    assert!(over.is(303).location().ends_with("?done=over"));
}

#[tokio::test]
async fn a_job_is_halted_goes_on_at_another_pace_and_is_ended() {
    let world = world().await;
    let (app, ed) = (&world.app, &world.ed);
    let path = path(&world.start().await);
    app.post(ed, &format!("{path}/pause"), &[]).await.is(303);
    let paused = app.get(ed, &path).await;
    paused
        .has("Paused by ed@acme.example")
        .has_not("every 2s")
        .has("/resume");
    app.post(ed, &format!("{path}/rate"), &[("per_second", "50")])
        .await
        .is(303);
    app.post(ed, &format!("{path}/rate"), &[("per_second", "many")])
        .await
        .is(422);
    app.post(ed, &format!("{path}/resume"), &[]).await.is(303);
    app.get(ed, &path).await.has("Sending, 50 a second.");
    let asked = app.get(ed, &format!("{path}/cancel")).await;
    asked.is(200).has("class=\"ask\"").has("End this resend?");
    app.get(ed, &path).await.has("Sending, 50 a second.");
    app.post(ed, &format!("{path}/cancel"), &[]).await.is(303);
    app.get(ed, &path).await.has("Cancelled by ed@acme.example");
}

/// Who may only look, who is somebody's customer, and whose job it is not.
#[tokio::test]
async fn who_may_not_sends_nothing_again() {
    let world = world().await;
    let app = &world.app;
    let vic = app.user("vic@acme.example", Role::Viewer).await;
    app.get(&vic, NEW).await.is(403);
    app.post(&vic, NEW, &[("state", "failed"), ("per_second", "1")])
        .await
        .is(403);
    app.get(&vic, "/portal/acme/jobs")
        .await
        .is(200)
        .has("Nothing was sent again in bulk yet")
        .has_not("/jobs/new");
    let path = path(&world.start().await);
    app.get(&vic, &path).await.is(200).has_not("/pause");
    let customer = app.customer(&["account:a"]).await;
    app.webhook("Own", "https://hooks.example/own", &["account:a"])
        .await;
    app.get(&customer, &path).await.is(404);
    app.get(&customer, "/portal/acme/jobs").await.has_not(&path);
    // They name one of their own webhooks first.
    app.get(&customer, NEW)
        .await
        .is(200)
        .has("Which one do you mean?")
        .has("Own")
        .has_not("Desk");
    let other = format!("{NEW}?webhook={}", world.webhook.id);
    app.get(&customer, &other)
        .await
        .is(200)
        .has("there is no such webhook")
        .has_not("Desk")
        .has_not("would be sent again");
}

/// A webhook that is off takes nothing: that is said before anything is counted.
#[tokio::test]
async fn a_webhook_that_is_off_has_to_be_enabled_first() {
    let world = world().await;
    let (app, ed) = (&world.app, &world.ed);
    let page = format!("/portal/acme/webhooks/{}", world.webhook.id);
    app.get(ed, &page)
        .await
        .has(&format!("/jobs/new?webhook={}", world.webhook.id));
    app.post(ed, &format!("{page}/enabled"), &[("enabled", "")])
        .await
        .is(303);
    app.get(ed, &format!("{NEW}?webhook={}", world.webhook.id))
        .await
        .is(200)
        .has("This is switched off")
        .has(&page)
        .has_not("would be sent again");
}
