//! Jobs over HTTP: counted, started, followed, changed, and everything that is refused.

use serde_json::{Value, json};

use crate::{
    app::App,
    browser::{Browser, acme, text_of},
};

const JOBS: &str = "/organizations/acme/jobs";
const NO_ID: &str = "00000000-0000-7000-8000-000000000000";

/// So many events whose delivery to this webhook was cancelled by hand.
async fn cancelled(app: &App, count: usize, channels: Value) -> Vec<String> {
    let mut events = Vec::new();
    for _ in 0..count {
        let event = json!({"type": "a.b", "data": 1, "channels": channels});
        let event = app.event(event).await;
        let shown = app
            .get(&format!("/organizations/acme/events/{event}"))
            .await
            .expect(200);
        for delivery in shown["deliveries"].as_array().unwrap() {
            let id = delivery["id"].as_str().unwrap();
            let path = format!("/organizations/acme/deliveries/{id}/cancel");
            app.post(&path, Value::Null).await.expect(200);
        }
        events.push(event);
    }
    events
}

/// A job of what was cancelled of a webhook.
fn of(webhook: &str) -> Value {
    json!({"kind": "resend", "filter": {"webhook": webhook, "states": ["cancelled"]}})
}

async fn start(app: &App, body: Value) -> String {
    let job = app.post(JOBS, body).await.expect(202);
    job["id"].as_str().unwrap().to_owned()
}

/// EVI-16 in bulk: first the count, then a job with progress, until it is over.
#[tokio::test]
async fn a_job_is_counted_started_and_followed() {
    let app = App::acme().await;
    let webhook = app.webhook(json!({})).await;
    let events = cancelled(&app, 3, json!([])).await;
    let mut filter = of(&webhook);
    let count = app
        .post(
            &format!("{JOBS}/count"),
            json!({"filter": filter["filter"]}),
        )
        .await
        .expect(200);
    assert_eq!(count["count"], 3);
    assert_eq!(
        (&count["complete"], &count["skipped"]["total"]),
        (&json!(true), &json!(0))
    );
    filter["per_second"] = json!(100);
    let job = app.post(JOBS, filter).await.expect(202);
    let id = job["id"].as_str().unwrap();
    assert_eq!(
        (&job["state"], &job["kind"], &job["per_second"]),
        (&json!("running"), &json!("resend"), &json!(100))
    );
    assert_eq!((&job["total"], &job["done"]), (&json!(3), &json!(0)));
    assert_eq!(job["filter"]["states"], json!(["cancelled"]));
    assert_eq!(job["created_by"], "ops");
    assert!(job["estimated_end_at"].is_string(), "{job}");
    let service = &app.kit.service;
    service.step_job(service.now()).await.unwrap();
    let job = app.get(&format!("{JOBS}/{id}")).await.expect(200);
    assert_eq!(
        (&job["state"], &job["done"]),
        (&json!("finished"), &json!(3))
    );
    assert_eq!(job["estimated_end_at"], Value::Null);
    let listed = app.get(JOBS).await.expect(200);
    assert_eq!(listed["items"][0], job);
    let shown = app
        .get(&format!("/organizations/acme/events/{}", events[0]))
        .await
        .expect(200);
    assert_eq!(shown["deliveries"][1]["kind"], "resent");
    assert_eq!(shown["deliveries"][1]["state"], "pending");
    // The next one finds that they are on their way.
    let count = app
        .post(
            &format!("{JOBS}/count"),
            json!({"filter": of(&webhook)["filter"]}),
        )
        .await
        .expect(200);
    assert_eq!(
        (&count["count"], &count["skipped"]["sent_again"]),
        (&json!(0), &json!(3))
    );
}

#[tokio::test]
async fn a_job_is_halted_resumed_changed_and_ended() {
    let app = App::acme().await;
    let webhook = app.webhook(json!({})).await;
    cancelled(&app, 1, json!([])).await;
    let id = start(&app, of(&webhook)).await;
    let at = format!("{JOBS}/{id}");
    let act = async |verb: &str| app.post(&format!("{at}/{verb}"), Value::Null).await;
    for _ in 0..2 {
        assert_eq!(act("pause").await.expect(200)["state"], "paused");
    }
    let faster = app.patch(&at, json!({"per_second": 77})).await.expect(200);
    assert_eq!(
        (&faster["per_second"], &faster["state"]),
        (&json!(77), &json!("paused"))
    );
    assert_eq!(act("resume").await.expect(200)["state"], "running");
    assert_eq!(act("cancel").await.expect(200)["state"], "cancelled");
    for verb in ["pause", "resume", "cancel"] {
        act(verb).await.problem(409, "job_over", "");
    }
    app.patch(&at, json!({"per_second": 5}))
        .await
        .problem(409, "job_over", "");
    let log = app
        .get("/organizations/acme/audit?action=job.")
        .await
        .expect(200);
    let actions: Vec<&str> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions,
        [
            "job.cancelled",
            "job.resumed",
            "job.rate_changed",
            "job.paused",
            "job.started"
        ]
    );
}

#[tokio::test]
async fn a_wrong_filter_or_rate_is_named() {
    let app = App::acme().await;
    let webhook = app.webhook(json!({})).await;
    let before = app.stored().await;
    for (filter, field, message) in [
        (
            json!({"webhook": NO_ID}),
            "filter.webhook",
            "no such webhook",
        ),
        (json!({"webhook": "x"}), "filter.webhook", "not an id"),
        (json!({"states": []}), "filter.states", "leave it out"),
        (
            json!({"states": ["pending"]}),
            "filter.states[0]",
            "only `failed`",
        ),
        (
            json!({"states": ["failed", "lost"]}),
            "filter.states[1]",
            "only `failed`",
        ),
        (json!({"since": "yesterday"}), "filter.since", "RFC 3339"),
        (
            json!({"since": "2999-01-01T00:00:00Z"}),
            "filter.since",
            "in the future",
        ),
        (
            json!({"since": "2025-01-02T00:00:00Z", "until": "2025-01-02T00:00:00Z"}),
            "filter.until",
            "later than `since`",
        ),
        (json!({"type": "a..b"}), "filter.type", ""),
        (
            json!({"channel": "a b"}),
            "filter.channel",
            "without blanks",
        ),
        (json!({"status": "9xx"}), "filter.status", "such as `5xx`"),
        (json!({"cause": "rain"}), "filter.cause", "`reset`"),
        (
            json!({"status": "500", "cause": "reset"}),
            "filter.cause",
            "leave one",
        ),
        (json!({"state": "failed"}), "filter.state", "unknown field"),
        (json!([]), "filter", "expected an object"),
    ] {
        for path in [JOBS.to_owned(), format!("{JOBS}/count")] {
            let mut body = json!({"filter": filter});
            if path == JOBS {
                body["kind"] = json!("resend");
            }
            let answer = app.post(&path, body).await;
            let said = answer.problem(422, "invalid_request", field);
            assert!(said.contains(message), "{filter}: {said}");
        }
    }
    for (body, field, message) in [
        (
            json!({"kind": "resend", "per_second": 0}),
            "per_second",
            "1 to 10000",
        ),
        (
            json!({"kind": "resend", "per_second": 10_001}),
            "per_second",
            "1 to 10000",
        ),
        (
            json!({"kind": "resend", "per_second": -1}),
            "per_second",
            "-1",
        ),
        (
            json!({"kind": "resend", "per_second": 1.5}),
            "per_second",
            "1.5",
        ),
        (json!({"kind": "delete"}), "kind", "resend"),
        (json!({}), "kind", "missing field"),
        (
            json!({"kind": "resend", "rate": 5}),
            "rate",
            "unknown field",
        ),
    ] {
        let said = app
            .post(JOBS, body)
            .await
            .problem(422, "invalid_request", field);
        assert!(said.contains(message), "{said}");
    }
    let failed = format!("/organizations/acme/webhooks/{webhook}/resend-failed");
    for (body, field) in [
        (json!({"since": "2999-01-01T00:00:00Z"}), "since"),
        (json!({"per_second": 0}), "per_second"),
        (json!({"until": "2999-01-01T00:00:00Z"}), "until"),
    ] {
        let answer = app.post(&failed, body).await;
        answer.problem(422, "invalid_request", field);
    }
    app.post(
        &format!("/organizations/acme/webhooks/{NO_ID}/resend-failed"),
        json!({}),
    )
    .await
    .problem(404, "not_found", "");
    app.get(&format!("{JOBS}/{NO_ID}"))
        .await
        .problem(404, "not_found", "");
    app.get(&format!("{JOBS}?state=running"))
        .await
        .problem(400, "invalid_query", "state");
    app.get(&format!("{JOBS}?cursor=x"))
        .await
        .problem(400, "invalid_cursor", "cursor");
    assert_eq!(app.stored().await, before);
    assert_eq!(app.get(JOBS).await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn a_webhook_that_takes_nothing_and_jobs_about_the_same_are_conflicts() {
    let app = App::acme().await;
    let webhook = app.webhook(json!({})).await;
    let other = app.webhook(json!({"url": "https://hooks.example/b"})).await;
    let first = start(&app, of(&webhook)).await;
    for body in [of(&webhook), json!({"kind": "resend"})] {
        let said = app.post(JOBS, body).await.problem(409, "job_overlap", "");
        assert!(said.contains(&first), "{said}");
    }
    start(&app, of(&other)).await;
    let hook = format!("/organizations/acme/webhooks/{webhook}");
    app.post(&format!("{JOBS}/{first}/pause"), Value::Null)
        .await
        .expect(200);
    app.patch(&hook, json!({"enabled": false}))
        .await
        .expect(200);
    app.post(JOBS, of(&webhook))
        .await
        .problem(409, "webhook_disabled", "");
    app.post(&format!("{hook}/resend-failed"), json!({}))
        .await
        .problem(409, "webhook_disabled", "");
    app.post(&format!("{JOBS}/{first}/resume"), Value::Null)
        .await
        .problem(409, "webhook_disabled", "");
    app.delete(&format!("{hook}?force=true")).await.expect(204);
    app.post(JOBS, of(&webhook))
        .await
        .problem(409, "webhook_deleted", "");
    let job = app.get(&format!("{JOBS}/{first}")).await.expect(200);
    assert_eq!(
        job["state"], "paused",
        "it can still be looked at, and ended"
    );
}

/// Another organization's jobs do not exist.
#[tokio::test]
async fn jobs_are_of_one_organization() {
    let app = App::acme().await;
    app.kit.organization("other", "standard").await;
    let webhook = app.webhook(json!({})).await;
    let id = start(&app, of(&webhook)).await;
    let path = format!("/organizations/other/jobs/{id}");
    app.get(&path).await.problem(404, "not_found", "");
    app.post(&format!("{path}/cancel"), Value::Null)
        .await
        .problem(404, "not_found", "");
    let listed = app.get("/organizations/other/jobs").await.expect(200);
    assert_eq!(listed["items"], json!([]));
    app.post("/organizations/other/jobs", of(&webhook))
        .await
        .problem(422, "invalid_request", "filter.webhook");
}

/// Who came for some channels resends to their own webhooks, and only what is about those channels.
#[tokio::test]
async fn a_customer_starts_jobs_on_their_own_webhooks_only() {
    let app = acme().await;
    let theirs = app
        .webhook(json!({"channels": ["account:y"], "url": "https://hooks.example/y"}))
        .await;
    let own = app.webhook(json!({"channels": ["account:x"]})).await;
    cancelled(&app, 2, json!(["account:x"])).await;
    let unseen = start(&app, of(&theirs)).await;
    let link = json!({"name": "X", "channels": ["account:x"]});
    let link = app
        .post("/organizations/acme/portal-links", link)
        .await
        .expect(201);
    let mut browser = Browser::default();
    let text = text_of(link["url"].as_str().unwrap(), "enter");
    browser.open(&app, &format!("/enter/{text}")).await;
    let me = browser.get(&app, "/session").await.expect(200);
    browser.csrf = Some(me["csrf_token"].as_str().unwrap().to_owned());
    let mut post =
        async |path: &str, body: Value| browser.api(&app, http::Method::POST, path, &body).await;
    let answer = post(JOBS, json!({"kind": "resend"})).await;
    let said = answer.problem(422, "invalid_request", "filter.webhook");
    assert!(said.contains("one of yours"), "{said}");
    post(JOBS, of(&theirs))
        .await
        .problem(422, "invalid_request", "filter.webhook");
    let job = post(JOBS, of(&own)).await.expect(202);
    assert_eq!(job["total"], 2);
    let own_job = job["id"].as_str().unwrap().to_owned();
    post(&format!("{JOBS}/{unseen}/cancel"), Value::Null)
        .await
        .problem(404, "not_found", "");
    let listed = browser.get(&app, JOBS).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed["items"][0]["id"], json!(own_job));
    browser
        .get(&app, &format!("{JOBS}/{unseen}"))
        .await
        .problem(404, "not_found", "");
}

/// Pages of jobs meet, newest first.
#[tokio::test]
async fn jobs_are_listed_in_pages() {
    let app = App::acme().await;
    let mut started = Vec::new();
    for n in 0..3 {
        let url = format!("https://hooks.example/{n}");
        let webhook = app.webhook(json!({"url": url})).await;
        started.push(start(&app, of(&webhook)).await);
    }
    started.reverse();
    let mut listed: Vec<String> = Vec::new();
    let mut path = format!("{JOBS}?limit=2");
    loop {
        let page = app.get(&path).await.expect(200);
        for job in page["items"].as_array().unwrap() {
            listed.push(job["id"].as_str().unwrap().to_owned());
        }
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("{JOBS}?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(listed, started);
}
