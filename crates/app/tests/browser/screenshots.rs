//! Pictures of every page, light, dark and on a phone: for people who design and for the README.

use std::{fs, path::PathBuf};

use serde_json::json;

use crate::{
    driver::{Browser, DESK, PHONE, Window},
    house::House,
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
        ("event", format!("/portal/acme/events/{last}")),
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
