//! Webhooks, from the first one to its removal, as people click through it.

use serde_json::json;

use crate::{
    driver::{DESK, Window},
    house::House,
};

/// ADV-4, EVI-8 to EVI-14, WNK-3 to WNK-12: made, tried, switched off, updated, removed.
#[test]
fn a_webhook_is_made_tried_updated_and_removed() {
    let house = House::new("standard");
    let browser = house.browser(DESK);
    browser.says("Nothing is sent anywhere yet");
    assert_eq!(browser.faults(), [""; 0]);

    browser.press("Create webhook");
    browser.fill("#url", "hooks.example");
    browser.says("begins with https://");
    browser.fill("#name", "Reception desk");
    browser.fill("#url", &house.endpoint.url("/desk"));
    browser.until("judged", |browser| browser.count("#url-note.right") == 1);
    assert_eq!(browser.faults(), [""; 0]);
    browser.press("Save");
    browser.says("Created. It is live.");
    assert!(browser.path().starts_with("/portal/acme/webhooks?"));
    assert_eq!(browser.faults(), [""; 0]);

    // It is live: an event arrives.
    house.event("booking.created", json!({"id": 1}));
    browser.until("delivered", |browser| {
        browser.go("/portal/acme/webhooks");
        browser.text("tbody").contains("Healthy")
    });

    browser.press("Reception desk");
    browser.says("Everything sent arrives");
    assert_eq!(browser.faults(), [""; 0]);
    // EVI-14: the answer is shown at once, without a new page.
    browser.click("#test form button");
    browser.until("answered", |browser| {
        browser.text("#test-answer").contains("200")
    });
    browser.press("Reveal");
    browser.until("shown", |browser| {
        browser.text("#secret-shown").contains("whsec_")
    });

    browser.go("/portal/acme/webhooks");
    browser.click("button.switch");
    browser.until("off", |browser| browser.text("tbody").contains("Disabled"));
    browser.click("button.switch");
    browser.until("on", |browser| !browser.text("tbody").contains("Disabled"));

    browser.press("Actions");
    browser.press("Update");
    browser.fill("#name", "Front desk");
    browser.press("Save");
    browser.says("Saved. The change is live.");
    browser.says("Front desk");

    browser.press("Actions");
    browser.press("Remove");
    browser.until("asked", |browser| browser.count("dialog[open] .ask") == 1);
    assert_eq!(browser.faults(), [""; 0]);
    browser.press("Cancel");
    browser.until("closed", |browser| browser.count("dialog[open]") == 0);
    browser.says("Front desk");
    browser.press("Actions");
    browser.press("Remove");
    browser.press("OK");
    browser.says("Removed.");
    browser.says("Nothing is sent anywhere yet");
}

/// ADV-5 to ADV-10, EVI-13, EVI-15: from the list to the log, narrowed, to one event and each of its
/// attempts.
#[test]
fn the_log_leads_to_an_event_and_its_attempts() {
    let house = House::new("advocate");
    house.webhook("Broken", "/broken");
    house.webhook("Works", "/works");
    house.event("reward.created", json!({"id": 1}));
    house.event("coupon.created", json!({"code": "<i>X</i>"}));
    let browser = house.browser(DESK);
    browser.says("Webhook Subscriptions");
    browser.press("View Logs");
    browser.says("Webhooks Event Log");
    browser.run("const type = document.getElementById('q'); type.value = 'code'");
    browser.click("#filters button");
    browser.until("narrowed", |browser| {
        let list = browser.text("#events");
        list.contains("coupon.created") && !list.contains("reward.created")
    });
    assert_eq!(browser.faults(), [""; 0]);
    browser.press("coupon.created");
    browser.says("Webhook Details");
    browser.until("attempts", |browser| {
        browser.run("location.reload()");
        let page = browser.text("main");
        page.contains("500") && page.contains("200") && page.contains("<i>X</i>")
    });
    browser.click(".attempts details summary");
    browser.says("POST http://");
    assert_eq!(browser.faults(), [""; 0]);
}

/// The main flow in each language: a webhook is made, and the list says so.
#[test]
fn the_main_flow_in_every_language() {
    let house = House::new("standard");
    for (language, create, save, done) in [
        ("it", "Crea webhook", "Salva", "Creato. È già attivo."),
        (
            "de",
            "Webhook anlegen",
            "Speichern",
            "Angelegt und ab sofort in Betrieb.",
        ),
        (
            "fil",
            "Gumawa ng webhook",
            "I-save",
            "Nagawa na at gumagana na.",
        ),
    ] {
        let browser = house.browser(Window { language, ..DESK });
        browser.press(create);
        browser.fill("#name", language);
        browser.fill("#url", &house.endpoint.url(&format!("/{language}")));
        browser.press(save);
        browser.says(done);
        assert_eq!(browser.faults(), [""; 0], "{language}");
    }
}
