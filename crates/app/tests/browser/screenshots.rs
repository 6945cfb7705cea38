//! Pictures of every page, light, dark and on a phone: for people who design and for the README.

use std::{fs, path::PathBuf};

use serde_json::json;

use crate::{
    driver::{Browser, DESK, PHONE, Window},
    house::House,
    rate_plans::market,
};

/// Every page renders in each look; with `BELLWIRE_SCREENSHOTS`, the pictures are kept there.
#[test]
fn screenshots() {
    let folder = std::env::var_os("BELLWIRE_SCREENSHOTS").map(PathBuf::from);
    let house = House::new("standard");
    for (name, description) in [
        ("booking.created", "A guest has booked."),
        ("booking.changed", "A booking was changed."),
        ("booking.cancelled", "A booking was cancelled."),
        ("invoice.paid", "An invoice was paid."),
        ("user.new", "Somebody signed up."),
    ] {
        let body = json!({"name": name, "description": description, "example": {"id": 42}});
        house.post("/organizations/acme/event-types", &body);
    }
    let desk = house.webhook("Reception desk", "/desk");
    house.webhook("Accounting", "/accounting");
    let broken = house.webhook("Newsletter", "/broken");
    let off = house.webhook("Old CRM", "/old");
    house.post(
        &format!("/organizations/acme/webhooks/{off}/pause"),
        &json!({}),
    );
    let mut last = String::new();
    for number in 0..14 {
        let kind = ["booking.created", "booking.changed", "invoice.paid"][number % 3];
        let guest = json!({"name": "Maria Rossi", "email": "maria@example.com"});
        last = house.event(
            kind,
            json!({"id": 4200 + number, "guest": guest, "nights": 3}),
        );
    }
    let [waits, inspector] = inspectors(&house);
    market(&house);
    let condition = json!({"rate_plan": "location_adjustable", "webhooks": [desk, broken],
                           "thresholds": [50, {"from": 80, "to": 120, "step": 10}]});
    let condition = house.post("/organizations/acme/notification-conditions", &condition);
    let condition = condition["id"].as_str().expect("an id").to_owned();
    let pages = [
        ("webhooks", "/portal/acme/webhooks".to_owned()),
        ("webhook-form", "/portal/acme/webhooks/new".to_owned()),
        ("webhook", format!("/portal/acme/webhooks/{desk}")),
        ("webhook-failing", format!("/portal/acme/webhooks/{broken}")),
        (
            "webhook-remove",
            format!("/portal/acme/webhooks/{desk}/remove"),
        ),
        ("events", "/portal/acme/events".to_owned()),
        ("settings", "/portal/acme/settings/organization".to_owned()),
        (
            "settings-appearance",
            "/portal/acme/settings/appearance".to_owned(),
        ),
        (
            "settings-members",
            "/portal/acme/settings/members".to_owned(),
        ),
        ("settings-tokens", "/portal/acme/settings/tokens".to_owned()),
        (
            "settings-links",
            "/portal/acme/settings/portal-links".to_owned(),
        ),
        ("settings-audit", "/portal/acme/settings/audit".to_owned()),
        (
            "settings-storage",
            "/portal/acme/settings/storage".to_owned(),
        ),
        (
            "settings-account",
            "/portal/acme/settings/account".to_owned(),
        ),
        ("organizations", "/portal-organizations".to_owned()),
        ("event", format!("/portal/acme/events/{last}")),
        ("failures", "/portal/acme/failures".to_owned()),
        ("resend", "/portal/acme/jobs/new".to_owned()),
        ("resends", "/portal/acme/jobs".to_owned()),
        ("inspectors", "/portal/acme/inspector".to_owned()),
        (
            "inspector-waiting",
            format!("/portal/acme/inspector/{waits}"),
        ),
        ("inspector", format!("/portal/acme/inspector/{inspector}")),
        ("overview", "/portal/acme/overview?period=1h".to_owned()),
        ("operator", "/overview".to_owned()),
        ("event-types", "/portal/acme/event-types".to_owned()),
        (
            "event-type",
            "/portal/acme/event-types/booking.created".to_owned(),
        ),
        ("event-type-form", "/portal/acme/new-event-type".to_owned()),
        ("rate-plans", "/portal/acme/rate-plans".to_owned()),
        (
            "rate-plan",
            "/portal/acme/rate-plans/location_adjustable".to_owned(),
        ),
        (
            "notification",
            format!("/portal/acme/notifications/{condition}"),
        ),
        ("packages", "/portal/acme/packages".to_owned()),
        ("developers", "/portal/acme/developers".to_owned()),
        (
            "developer",
            "/portal/acme/developers/ada%40example.com".to_owned(),
        ),
        (
            "developer-rate-plan-form",
            "/portal/acme/new/developer-rate-plan".to_owned(),
        ),
        ("nothing", "/portal/acme/nothing".to_owned()),
    ];
    for (look, window) in [
        ("light", DESK),
        ("dark", Window { dark: true, ..DESK }),
        ("phone", PHONE),
        (
            "phone-dark",
            Window {
                dark: true,
                ..PHONE
            },
        ),
    ] {
        let keep = |browser: &Browser, name: &str| {
            let picture = browser.picture();
            assert!(picture.starts_with(b"\x89PNG"), "{name} {look}");
            if let Some(folder) = &folder {
                fs::create_dir_all(folder).expect("a folder");
                fs::write(folder.join(format!("{name}-{look}.png")), picture).expect("written");
            }
        };
        let stranger = Browser::open(&house.server.url, window);
        stranger.go("/sign-in");
        keep(&stranger, "sign-in");
        drop(stranger);
        let browser = house.browser(window);
        browser.until("delivered", |browser| {
            browser.go("/portal/acme/webhooks");
            let list = browser.text("tbody");
            list.contains("Failing") && list.contains("Healthy")
        });
        for (name, path) in &pages {
            browser.go(path);
            keep(&browser, name);
            if *name == "webhook" {
                browser.click("#test form button");
                browser.until("answered", |browser| {
                    browser.text("#test-answer").contains("200")
                });
                keep(&browser, "webhook-tested");
            }
        }
    }
}

/// An inspector that waits, and one at which something has arrived.
fn inspectors(house: &House) -> [String; 2] {
    let make = |name: &str| {
        let made = house.post("/organizations/acme/inspectors", &json!({"name": name}));
        let text = |field: &str| made[field].as_str().expect("text").to_owned();
        (text("id"), text("url"))
    };
    let (waits, _) = make("New receiver");
    let (id, url) = make("Orders, first try");
    let calls = json!({"name": "Orders", "url": url, "event_types": ["order.paid"]});
    house.post("/organizations/acme/webhooks", &calls);
    let answer = ureq::get(format!("{url}/health?probe=1")).call();
    assert_eq!(answer.expect("an answer").status(), 200);
    let guest = json!({"name": "Maria Rossi", "email": "maria@example.com"});
    house.event("order.paid", json!({"id": 77, "guest": guest, "nights": 3}));
    [waits, id]
}
