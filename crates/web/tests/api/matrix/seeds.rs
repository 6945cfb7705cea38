//! What is in `acme`: one of everything that a path can name. It is about the channel `account:y`.

use axum::body::Body;
use bellwire_core::{
    access::Role,
    outcome::Answer,
    service::{NewMember, NewPortalLink},
};
use bellwire_testkit::service::by;
use http::Request;
use serde_json::json;

use crate::{app::App, made};

const NO_ID: &str = "00000000-0000-7000-8000-000000000000";

/// The ids of what is there.
pub(super) struct Seeds {
    webhook: String,
    event: String,
    delivery: String,
    token: String,
    link: String,
    user: String,
    job: String,
    bought: String,
    condition: String,
    inspector: String,
    inspected: String,
}

impl Seeds {
    pub(super) async fn plant(app: &App) -> Self {
        let channel = json!({"key": "account:y", "label": "Y"});
        app.post("/organizations/acme/channels", channel)
            .await
            .expect(201);
        for path in ["/event-types", "/organizations/acme/event-types"] {
            app.post(path, json!({"name": "booking.created"}))
                .await
                .expect(201);
        }
        let webhook = app.webhook(json!({"channels": ["account:y"]})).await;
        let event = app
            .event(json!({"type": "booking.created", "data": 1, "channels": ["account:y"]}))
            .await;
        let shown = app
            .get(&format!("/organizations/acme/events/{event}"))
            .await;
        let delivery = shown.expect(200)["deliveries"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let made = made::delivery_of(app, &event).await;
        made::attempt(app, &made, 1, Answer::Status(500)).await;
        let path = format!("/organizations/acme/webhooks/{webhook}/resend-failed");
        let job = app.post(&path, json!({})).await.expect(202);
        let token = json!({"name": "producer", "organization": "acme"});
        let token = app.post("/tokens", token).await.expect(201);
        let service = &app.kit.service;
        let link = NewPortalLink {
            name: "A customer".to_owned(),
            ..NewPortalLink::default()
        };
        let (link, _) = service
            .create_portal_link("acme", link, &by("test"))
            .await
            .unwrap();
        let (bought, condition) = shop(app, &webhook).await;
        let (inspector, inspected) = inspect(app).await;
        let member = NewMember {
            email: "member@example.com".to_owned(),
            name: None,
            role: Role::Viewer,
        };
        let member = service
            .add_member("acme", member, &by("test"))
            .await
            .unwrap();
        Self {
            webhook,
            event,
            delivery,
            token: token["id"].as_str().unwrap().to_owned(),
            link: link.id.to_string(),
            user: member.user.id.to_string(),
            job: job["id"].as_str().unwrap().to_owned(),
            bought,
            condition,
            inspector,
            inspected,
        }
    }

    /// The path with everything in it that is to be named: what is there, or what is not.
    pub(super) fn fill(&self, path: &str, org: &str, absent: bool) -> String {
        let mut before = "";
        let mut filled = Vec::new();
        for segment in path.split('/') {
            let there = match (before, segment) {
                ("organizations", "{org}") => org,
                (_, segment) if !segment.starts_with('{') => segment,
                ("event-types", _) if absent => "no.such",
                ("channels", _) if absent => "no:such",
                ("developers", _) if absent => "nobody@example.com",
                ("packages" | "monetization-packages" | "rate-plans", _) if absent => "no.such",
                ("event-types", _) => "booking.created",
                ("channels", _) => "account:y",
                // The text of a link.
                ("enter" | "setup" | "password", _) => "bwl_nonsense",
                ("attempts", _) => "1",
                _ if absent => NO_ID,
                ("webhooks", _) => &self.webhook,
                ("events", _) => &self.event,
                ("deliveries", _) => &self.delivery,
                ("jobs", _) => &self.job,
                ("inspectors", _) => &self.inspector,
                ("requests", _) => &self.inspected,
                ("developers", _) => "ada@example.com",
                ("packages" | "monetization-packages", _) => "location",
                ("rate-plans", _) => "location_adjustable",
                ("developer-rate-plans" | "developer-rateplans", _) => &self.bought,
                ("notification-conditions", _) => &self.condition,
                // What a sample is about, part by part.
                ("test", _) => "ada@example.com",
                ("{email}", _) => "weather-app",
                ("{application}", _) => "Maps",
                ("{product}", _) => "location_adjustable",
                ("{plan}", _) => "RATEPLANQUOTAUSAGE",
                ("tokens", _) => &self.token,
                ("portal-links", _) => &self.link,
                ("members" | "users", _) => &self.user,
                ("sessions", _) => NO_ID,
                _ => panic!("{path}: nothing is seeded for {segment}"),
            };
            filled.push(there.to_owned());
            before = segment;
        }
        filled.join("/")
    }

    /// Whether a path that is read names something that is about `account:y`.
    pub(super) fn is_hidden(&self, path: &str) -> bool {
        [
            "/webhooks/{id}",
            "/events/{id}",
            "/channels/{key}",
            "/jobs/{id}",
            "/deliveries/{id}",
            "/inspectors/{id}",
        ]
        .iter()
        .any(|part| path.contains(part))
    }
}

/// An inspector of the organization itself, and a request that arrived there.
async fn inspect(app: &App) -> (String, String) {
    let path = "/organizations/acme/inspectors";
    let made = app.post(path, json!({})).await.expect(201);
    let url = made["url"].as_str().unwrap();
    let sent = Request::post(url).body(Body::from("{}")).unwrap();
    assert_eq!(app.send(sent).await.status, 200);
    let id = made["id"].as_str().unwrap().to_owned();
    let arrived = app.get(&format!("{path}/{id}/requests")).await.expect(200);
    let request = arrived["items"][0]["id"].as_str().unwrap().to_owned();
    (id, request)
}

/// Something that is sold, bought and notified of; the ids of the developer rate plan and of the
/// notification condition.
async fn shop(app: &App, webhook: &str) -> (String, String) {
    let mut ids = Vec::new();
    for (path, body) in [
        (
            "developers",
            json!({"email": "ada@example.com", "applications": ["weather-app"]}),
        ),
        (
            "packages",
            json!({"name": "Location", "products": ["Maps"]}),
        ),
        (
            "rate-plans",
            json!({"package": "location", "name": "Adjustable"}),
        ),
        (
            "developer-rate-plans",
            json!({
                "developer": "ada@example.com",
                "rate_plan": "location_adjustable",
                "quota_target": 1000
            }),
        ),
        (
            "notification-conditions",
            json!({
                "rate_plan": "location_adjustable",
                "thresholds": [80],
                "webhooks": [webhook]
            }),
        ),
    ] {
        let path = format!("/organizations/acme/{path}");
        let made = app.post(&path, body).await.expect(201);
        ids.push(made["id"].as_str().unwrap_or_default().to_owned());
    }
    (ids[3].clone(), ids[4].clone())
}
