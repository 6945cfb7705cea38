//! The ways through the portal that requirements.md describes, in each language and at the width of a
//! phone, and the menu paths that it gives.

use serde_json::json;

use crate::{
    driver::{Browser, DESK, PHONE, Window},
    house::{EMAIL, House, PASSWORD},
    words::said,
};

const LANGUAGES: [&str; 4] = ["en", "it", "de", "fil"];

/// ADV-3 to ADV-10, EVI-8 to EVI-10, EVI-13 to EVI-15, WNK-2 to WNK-5, WNK-8, WNK-9: sign in, make a
/// webhook, send a test, find it in the log, open the event, send it again; in every language.
#[test]
fn from_signing_in_to_sending_again_in_every_language() {
    let house = House::new("standard");
    for language in LANGUAGES {
        walk(&house, Window { language, ..DESK });
    }
}

/// The same at the width of a phone: nothing is wider than the screen on the way.
#[test]
fn from_signing_in_to_sending_again_on_a_phone() {
    let house = House::new("standard");
    for language in LANGUAGES {
        walk(&house, Window { language, ..PHONE });
    }
}

fn walk(house: &House, window: Window) {
    let language = window.language;
    let t = |key: &str| said(language, key);
    let browser = Browser::open(&house.server.url, window);
    browser.go("/portal/acme/webhooks");
    browser.says(&t("sign-in-title"));
    fits(&browser, window);
    browser.fill("#email", EMAIL);
    browser.fill("#password", PASSWORD);
    browser.click("form.stack button.main");
    browser.says(&t("word-webhooks"));
    fits(&browser, window);

    // A webhook is made, and is live at once.
    browser.click("main a.main[href$='/webhooks/new']");
    browser.says(&t("word-url"));
    fits(&browser, window);
    let name = format!("Desk {language} {}", window.width);
    browser.fill("#name", &name);
    let url = house.endpoint.url(&format!("/{language}/{}", window.width));
    browser.fill("#url", &url);
    browser.click("#webhook-form button.main");
    browser.says(&t("done-created"));
    fits(&browser, window);

    // A test, whose answer is shown at once, and the event behind it.
    browser.press(&name);
    browser.says(&t("health-new"));
    fits(&browser, window);
    browser.click("#test form button");
    browser.until("answered", |browser| {
        browser.text("#test-answer").contains("200")
    });
    browser.click("#test-answer a[href*='/events/']");
    browser.until("the event", |browser| browser.text("main").contains(&url));
    fits(&browser, window);
    assert_eq!(browser.faults(), [""; 0], "{language}");

    // An event that the producer posts is in the log, and is sent again from its page.
    let kind = format!("walk.{language}{}", window.width);
    let event = house.event(&kind, json!({"id": 1}));
    browser.click("nav a[href='/portal/acme/events']");
    browser.says(&t("word-log"));
    browser.says(&kind);
    fits(&browser, window);
    browser.press(&kind);
    browser.until("the event", |browser| browser.path().contains(&event));
    browser.until("delivered", |browser| {
        browser.run("location.reload()");
        browser.count(".attempts li.ok") > 0
    });
    browser.click("form[action$='/resend'] button");
    browser.says(&t("done-resent"));
    fits(&browser, window);
}

fn fits(browser: &Browser, window: Window) {
    let wide = browser.run("return document.documentElement.scrollWidth");
    let wide = wide.as_u64().unwrap_or(u64::MAX);
    assert!(
        wide <= u64::from(window.width),
        "{} in {}: {wide} wide",
        browser.path(),
        window.language
    );
}

/// ADV-3: user-profile menu, Settings, left column, Webhooks, the page "Webhook Subscriptions".
#[test]
fn the_way_to_the_subscriptions_is_the_one_that_is_described() {
    let house = House::new("advocate");
    let browser = house.browser(DESK);
    browser.go("/portal/acme/events");
    browser.click(".top .menu > summary");
    browser.press("Settings");
    browser.until("settings", |browser| browser.path().contains("/settings"));
    browser.click(".side nav a[href='/portal/acme/webhooks']");
    browser.says("Webhook Subscriptions");
    assert_eq!(browser.text("h1"), "Webhook Subscriptions");
    // ADV-4: the form, its fields and its button.
    browser.press("Create Subscription");
    browser.says("Post to URL");
    assert_eq!(browser.count("#url[required]"), 1);
    browser.says("Webhook Name");
    assert_eq!(browser.count("#name[required]"), 0);
    browser.fill("#url", &house.endpoint.url("/advocate"));
    browser.click("#webhook-form button.main");
    browser.says("Created. It is live.");
    // ADV-5 to ADV-7: the log, with filters that begin at everything.
    browser.press("View Logs");
    browser.until("the log", |browser| {
        browser.text("h1") == "Webhooks Event Log"
    });
    let chosen = |name: &str| {
        let script = format!(
            "return document.querySelector('select[name={name}]').selectedOptions[0].textContent"
        );
        let text = browser.run(&script);
        text.as_str().unwrap_or_default().trim().to_owned()
    };
    assert_eq!(chosen("type"), "All Types");
    assert_eq!(chosen("period"), "All time");
}

/// EVI-7, EVI-11, EVI-12: Settings, Integrations, Couplings, "New Webhook"; triggers that are switched
/// on; conferences as a second filter.
#[test]
fn a_coupling_listens_to_its_triggers_of_its_conferences() {
    let house = House::new("eventinsight");
    for name in ["user.new", "user.update", "user.delete", "company.new"] {
        house.post("/organizations/acme/event-types", &json!({"name": name}));
    }
    for (key, label) in [
        ("conference:42", "Spring days"),
        ("conference:43", "Autumn days"),
    ] {
        let body = json!({"key": key, "label": label, "kind": "conference"});
        house.post("/organizations/acme/channels", &body);
    }
    let browser = house.browser(DESK);
    browser.go("/portal/acme/events");
    assert!(
        browser
            .text(".side nav")
            .contains("Settings › Integrations"),
        "{}",
        browser.text(".side nav")
    );
    browser.click(".side nav a[href='/portal/acme/webhooks']");
    browser.until("couplings", |browser| browser.text("h1") == "Couplings");
    browser.press("New Webhook");
    browser.says("Triggers");
    browser.says("Is active");
    browser.fill("#name", "Badge printer");
    browser.fill("#url", &house.endpoint.url("/badges"));
    browser.run("document.querySelector('input[name=all_types]').click()");
    browser.click("input[name='types'][value='user.new']");
    browser.click("input[name='types'][value='user.delete']");
    browser.says("Spring days");
    browser.click("input[name='channels'][value='conference:42']");
    assert_eq!(browser.faults(), [""; 0]);
    browser.click("#webhook-form button.main");
    browser.says("Created. It is live.");
    let posted = |kind: &str, channel: &str| {
        let body = json!({"type": kind, "data": {"id": 1}, "channels": [channel]});
        house.post("/organizations/acme/events", &body)["matched"].clone()
    };
    assert_eq!(posted("user.new", "conference:42"), 1);
    assert_eq!(posted("user.new", "conference:43"), 0, "another conference");
    assert_eq!(posted("user.update", "conference:42"), 0, "another trigger");
    assert_eq!(posted("user.delete", "conference:42"), 1);
    // EVI-13, EVI-15: the log of this webhook alone.
    browser.press("Badge printer");
    browser.says("Last 10 requests");
    browser.until("both", |browser| {
        browser.run("location.reload()");
        browser.count("section[aria-labelledby='last'] tbody tr") == 2
    });
}

/// WNK-2, WNK-3, WNK-6, WNK-7, WNK-10, WNK-11: the profile icon leads to the webhooks; a webhook hears
/// of its account, and of the events that were chosen, more or fewer later.
#[test]
fn a_webhook_hears_of_its_account_and_of_what_was_chosen() {
    let house = House::new("wink");
    for name in ["booking.created", "booking.cancelled"] {
        house.post("/organizations/acme/event-types", &json!({"name": name}));
    }
    for (key, label) in [
        ("account:cool", "Hotel Cool"),
        ("account:warm", "Hotel Warm"),
    ] {
        let body = json!({"key": key, "label": label, "kind": "account"});
        house.post("/organizations/acme/channels", &body);
    }
    let browser = house.browser(DESK);
    browser.go("/portal/acme/events");
    browser.click(".top .menu > summary");
    browser.click(".top .menu .list a[href='/portal/acme/webhooks']");
    browser.says("Create new webhook");
    browser.press("Create new webhook");
    browser.says("Entity name");
    browser.says("Webhook URL");
    let enabled = "return document.querySelector('input[name=enabled]').checked";
    assert_eq!(browser.run(enabled), true, "WNK-5");
    browser.fill("#name", "Front office");
    browser.fill("#url", &house.endpoint.url("/office"));
    browser.run("document.querySelector('input[name=all_types]').click()");
    browser.click("input[name='types'][value='booking.created']");
    browser.click("input[name='channels'][value='account:cool']");
    browser.click("#webhook-form button.main");
    browser.says("Created. It is live.");
    let posted = |kind: &str, channel: &str| {
        let body = json!({"type": kind, "data": {"id": 1}, "channels": [channel]});
        house.post("/organizations/acme/events", &body)["matched"].clone()
    };
    assert_eq!(posted("booking.created", "account:cool"), 1);
    assert_eq!(posted("booking.created", "account:warm"), 0, "WNK-6");
    assert_eq!(posted("booking.cancelled", "account:cool"), 0, "WNK-7");
    // More events: live once it is saved, back in the list.
    browser.press("Actions");
    browser.press("Update");
    browser.click("input[name='types'][value='booking.cancelled']");
    browser.click("#webhook-form button.main");
    browser.says("Saved. The change is live.");
    assert!(browser.path().starts_with("/portal/acme/webhooks?"));
    assert_eq!(posted("booking.cancelled", "account:cool"), 1, "WNK-10");
}
