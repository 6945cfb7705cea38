//! Webhooks, from the first one to its removal, as people click through it.

use serde_json::json;

use crate::{
    driver::{DESK, Window},
    house::House,
    words::said,
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

/// WNK-11: "Actions" on the row, "Update", edit, "Save", and back to the list. EVI-13: both debug tools
/// are there too.
#[test]
fn actions_update_save_and_back_to_the_list() {
    let house = House::new("standard");
    house.webhook("Reception desk", "/desk");
    let browser = house.browser(DESK);
    browser.says("Reception desk");
    browser.press("Actions");
    for action in [
        "Update",
        "Send test",
        "View log",
        "Pause",
        "Rotate secret",
        "Remove",
    ] {
        browser.says(action);
    }
    assert_eq!(browser.faults(), [""; 0]);
    browser.press("Update");
    browser.says("Update webhook");
    browser.fill("#name", "Front desk");
    browser.fill("#url", &house.endpoint.url("/front"));
    browser.press("Save");
    browser.says("Saved. The change is live.");
    assert!(browser.path().starts_with("/portal/acme/webhooks?"));
    browser.says("Front desk");
    assert!(!browser.text("tbody").contains("Reception desk"));
}

/// WNK-10: two people have the form open; the second one is told, and nothing that they typed is lost.
#[test]
fn who_saves_second_is_told() {
    let house = House::new("standard");
    let webhook = house.webhook("Desk", "/desk");
    let path = format!("/portal/acme/webhooks/{webhook}/edit");
    let (ann, ben) = (house.browser(DESK), house.browser(DESK));
    ann.go(&path);
    ben.go(&path);
    ann.fill("#name", "Ann's desk");
    ann.press("Save");
    ann.says("Saved. The change is live.");
    ben.fill("#name", "Ben's desk");
    ben.press("Save");
    ben.says("has changed this since you opened it");
    assert_eq!(
        ben.run("return document.getElementById('name').value"),
        "Ben's desk"
    );
    assert_eq!(ben.faults(), [""; 0]);
    ben.press("Save");
    ben.says("Saved. The change is live.");
    ben.says("Ben's desk");
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

/// What the rules say, while one types, after Save, and of an event that did not come, is said in the
/// reader's language.
#[test]
fn what_is_wrong_is_said_in_every_language() {
    let house = House::new("standard");
    let webhook = json!({
        "name": "Reception desk",
        "url": house.endpoint.url("/desk"),
        "event_types": ["room.cleaned"],
    });
    house.post("/organizations/acme/webhooks", &webhook);
    let event = house.event("booking.created", json!({"id": 1}));
    let filled = |language, key, places: &[(&str, &str)]| {
        places
            .iter()
            .fold(said(language, key), |text, (place, value)| {
                text.replace(&format!("{{ ${place} }}"), value)
            })
    };
    for language in ["it", "de", "fil"] {
        let browser = house.browser(Window { language, ..DESK });
        browser.go("/portal/acme/webhooks/new");
        browser.fill("#name", &"x".repeat(300));
        browser.fill("#url", "hooks.example");
        // The first letter is a capital now.
        let wrong = filled(language, "url-beginning", &[]);
        browser.says(&wrong[1..]);
        browser.fill("#url", "http://10.1.2.3/in");
        browser.until("warned", |browser| browser.count("#url-note.warn") == 1);
        let barred = filled(language, "barred-address", &[("ip", "10.1.2.3")]);
        browser.says(barred.split('`').next().expect("text"));
        browser.click("form button.main");
        let long = [("max", "255"), ("length", "300")];
        browser.says(&filled(language, "rule-characters", &long)[1..]);
        assert_eq!(browser.count(".note [lang=en]"), 0, "{language}");
        assert_eq!(browser.faults(), [""; 0], "{language}");

        browser.go(&format!("/portal/acme/events/{event}"));
        let kept = [("types", "room.cleaned"), ("name", "booking.created")];
        // Names stand as code, not between backticks.
        browser.says(&filled(language, "match-other-type", &kept).replace('`', ""));
        assert_eq!(browser.count("main [lang=en]"), 0, "{language}");
        browser.go("/portal/acme/events/0193a5b0-7f2c-7d11-8a4e-2f6b1c0d9e8f");
        assert_eq!(browser.count("[lang=en]"), 0, "{language}");
    }
}
