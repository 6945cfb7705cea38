//! The Webhooks page and notifications on rate plans, as an operator of the profile `apigee` clicks
//! through them: APG-1 to APG-7, APG-16 to APG-22.

use serde_json::json;

use crate::{
    driver::{Browser, DESK, PHONE, Window},
    house::House,
    words::said,
};

const PLAN: &str = "/portal/acme/rate-plans/location_adjustable";

/// What "Notify At" shows, one by one.
fn fires(browser: &Browser) -> Vec<String> {
    let text = browser.text("#fires .tags");
    text.split_whitespace().map(str::to_owned).collect()
}

#[track_caller]
fn fires_at(browser: &Browser, expected: &[&str]) {
    browser.until(&format!("Notify At {expected:?}"), |browser| {
        fires(browser) == expected
    });
}

/// Opens "+Notify" where it stands: a dialog over the page.
#[track_caller]
fn notify(browser: &Browser) {
    browser.press("+Notify");
    browser.until("a dialog", |browser| {
        browser.count("dialog[open] form.broad") == 1
    });
}

#[track_caller]
fn sound(browser: &Browser) {
    assert_eq!(browser.faults(), [""; 0], "{}", browser.path());
    let fits = "return document.documentElement.scrollWidth <= window.innerWidth";
    assert_eq!(browser.run(fits), json!(true), "{}", browser.path());
}

/// APG-2 to APG-7: Publish > Monetization > Webhooks: "+ Webhook", Name and URL required, "Save";
/// the switch; "Edit" and "Update Webhook"; search; "Delete".
#[test]
fn apg_2_to_7_webhooks_are_managed_in_apigees_words() {
    let house = House::new("apigee");
    let browser = house.browser(DESK);
    browser.go("/portal/acme/webhooks");
    let crumbs = browser.text("ol.crumbs");
    let crumbs: Vec<&str> = crumbs
        .lines()
        .map(|line| line.trim_start_matches('/').trim())
        .collect();
    assert_eq!(crumbs, ["Publish", "Monetization", "Webhooks"]);
    assert!(browser.text("nav").contains("Publish › Monetization"));
    sound(&browser);

    browser.press("+ Webhook");
    browser.says("Add webhook");
    browser.fill("#url", &house.endpoint.url("/desk"));
    browser.press("Save");
    browser.says("One field needs your attention.");
    browser.fill("#name", "Desk");
    sound(&browser);
    browser.press("Save");
    browser.says("Created. It is live.");
    let switched = |browser: &Browser, on: bool| {
        browser.count(&format!("button.switch[aria-checked='{on}']")) == 1
    };
    browser.until("enabled", |browser| switched(browser, true));
    browser.click("button.switch");
    browser.until("disabled", |browser| switched(browser, false));
    browser.click("button.switch");
    browser.until("enabled again", |browser| switched(browser, true));

    browser.press("Actions");
    browser.press("Edit");
    browser.fill("#name", "Front desk");
    browser.press("Update Webhook");
    browser.says("Front desk");
    sound(&browser);

    house.webhook("Till", "/till");
    browser.go("/portal/acme/webhooks");
    browser.fill("#q", "till");
    browser.until("found", |browser| {
        let rows = browser.text("tbody");
        rows.contains("Till") && !rows.contains("Front desk")
    });
    browser.press("Actions");
    browser.press("Delete");
    browser.until("a dialog", |browser| browser.count("dialog[open]") == 1);
    browser.press("OK");
    browser.says("Removed.");
    assert!(!browser.text("tbody").contains("Till"));
}

/// APG-1, APG-16 to APG-22: a package, a plan, "+Notify" once it is published, the dialog with all it
/// has; a callback arrives when the target is approached; "Save Notification", "Delete Notification".
#[test]
fn apg_16_to_22_notifications_are_set_up_from_nothing() {
    let house = House::new("apigee");
    let browser = house.browser(DESK);
    browser.go("/portal/acme/rate-plans");
    browser.says("Three steps to your first notification");
    sound(&browser);
    browser.press("New rate plan");
    browser.says("New package");
    browser.fill("#name", "Location");
    browser.fill("#products", "Maps");
    browser.press("Save");
    browser.says("The package was created.");
    browser.press("New rate plan");
    browser.fill("#name", "Adjustable");
    sound(&browser);
    browser.press("Save");
    browser.says("This is a draft");
    assert_eq!(browser.path(), format!("{PLAN}?done=created"));
    assert_eq!(browser.count("main a[href$='/notify']"), 0, "APG-16");
    browser.click("main form button.main");
    browser.says("Published. Notifications are sent from now on.");

    // Without a webhook, the way to one.
    notify(&browser);
    browser.says("There is no webhook yet.");
    browser.press("Cancel");
    browser.until("closed", |browser| browser.count("dialog[open]") == 0);
    house.webhook("Desk", "/desk");
    house.webhook("Till", "/till");

    // APG-17: beside the plans of packages as well.
    browser.go("/portal/acme/packages");
    assert!(browser.text("thead").contains("Actions"));
    sound(&browser);
    notify(&browser);
    browser.says("Notification Intervals");
    browser.press("Cancel");

    // APG-18, APG-19: exact, then a range in steps of 10, then of 20; each told as one types.
    browser.go(PLAN);
    notify(&browser);
    sound(&browser);
    browser.fill("#from-1", "80");
    fires_at(&browser, &["80%"]);
    browser.fill("#to-1", "120");
    fires_at(&browser, &["80%", "90%", "100%", "110%", "120%"]);
    browser.fill("#step-1", "20");
    fires_at(&browser, &["80%", "100%", "120%"]);
    // APG-20
    browser.press("+ Add");
    browser.until("a second row", |browser| {
        browser.count("input[name=from]:not([type=hidden])") == 2
    });
    browser.fill("#from-2", "150");
    fires_at(&browser, &["80%", "100%", "120%", "150%"]);
    // What is wrong is told in the dialog; nothing is lost, and nothing stored.
    browser.press("Create Notification");
    browser.says("Choose at least one webhook.");
    browser.fill("#to-1", "70");
    browser.says("Condition 1: The range begins at 80%");
    browser.click("dialog input[name=webhook]");
    browser.press("Create Notification");
    browser.until("told at its field", |browser| {
        browser
            .text("#to-1-note")
            .contains("The range begins at 80%")
    });
    sound(&browser);
    assert_eq!(browser.count("dialog[open]"), 1);
    browser.fill("#to-1", "120");
    // APG-21
    browser.press("Create Notification");
    browser.says("The notification was created.");
    browser.says("80% to 120%, every 20%");
    sound(&browser);

    // Somebody buys it and uses it, and the webhook that was chosen is called.
    browser.go("/portal/acme/developers");
    browser.press("New developer");
    browser.fill("#email", "ada@example.com");
    browser.fill("#first_name", "Ada");
    sound(&browser);
    browser.press("Save");
    browser.press("Add rate plan");
    browser.fill("#quota_target", "1000");
    sound(&browser);
    browser.press("Save");
    browser.says("Added. Usage counts from the start on.");
    sound(&browser);
    let record = json!({"id": "one", "developer": "ada@example.com",
                        "rate_plan": "location_adjustable", "count": 800});
    house.post("/organizations/acme/usage", &json!({"records": [record]}));
    browser.until("called", |_| house.endpoint.count() == 1);
    let call = &house.endpoint.received()[0].json();
    assert_eq!(call["quotaPercentUsed"], 80);
    browser.go(PLAN);
    browser.says("80% · 800 of 1,000");
    sound(&browser);

    // APG-22
    browser.click("main a[href*='/notifications/'][data-dialog]");
    browser.until("a dialog", |browser| {
        browser.count("dialog[open] form.broad") == 1
    });
    fires_at(&browser, &["80%", "100%", "120%", "150%"]);
    browser.fill("#from-2", "140");
    fires_at(&browser, &["80%", "100%", "120%", "140%"]);
    browser.press("Save Notification");
    browser.says("The notification was saved.");
    browser.says("140%");
    browser.click("main a[href*='/notifications/'][data-dialog]");
    browser.until("a dialog", |browser| {
        browser.count("dialog[open] form.broad") == 1
    });
    browser.press("Delete Notification");
    browser.says("Delete this notification?");
    sound(&browser);
    browser.click("dialog button.danger");
    browser.says("The notification was deleted.");
    browser.says("Nobody is notified yet.");
}

/// APG-16 to APG-21 in every language, on a phone: the label of "+Notify" stays, nothing is wider than
/// the screen.
#[test]
fn apg_16_to_21_in_every_language_on_a_phone() {
    let house = House::new("apigee");
    market(&house);
    house.webhook("Desk", "/desk");
    for (index, language) in ["en", "it", "de", "fil"].into_iter().enumerate() {
        let t = |key: &str| said(language, key);
        let browser = house.browser(Window { language, ..PHONE });
        for path in [
            "rate-plans",
            "packages",
            "developers",
            "new/developer-rate-plan",
        ] {
            browser.go(&format!("/portal/acme/{path}"));
            sound(&browser);
        }
        browser.go(PLAN);
        sound(&browser);
        notify(&browser);
        browser.says(&t("notify-title"));
        let percent = (50 + index).to_string();
        browser.fill("#from-1", &percent);
        browser.until("told", |browser| {
            browser.text("#fires .tags").contains(&percent)
        });
        sound(&browser);
        // The only webhook there is, is chosen already.
        browser.press(&t("notify-create"));
        browser.says(&t("notify-done-created"));
        let rows = "tr[id^='notification-']";
        assert_eq!(browser.count(rows), index + 1, "{language}");
    }
}

/// A package, a published plan, and Ada who has used 82 % of her target.
pub(crate) fn market(house: &House) {
    let made = [
        (
            "packages",
            json!({"name": "Location", "products": ["Maps", "Places"]}),
        ),
        (
            "rate-plans",
            json!({"package": "location", "name": "Adjustable", "period_months": 1, "published": true}),
        ),
        (
            "rate-plans",
            json!({"package": "location", "name": "Yearly", "period_months": 12}),
        ),
    ];
    for (path, body) in made {
        house.post(&format!("/organizations/acme/{path}"), &body);
    }
    for (email, first, last, target, used) in [
        ("ada@example.com", "Ada", "Lovelace", 1_000, 820),
        ("grace@example.com", "Grace", "Hopper", 50_000, 12_345),
        ("maria@example.com", "Maria", "Rossi", 200, 251),
        ("quiet@example.com", "", "", 0, 7),
    ] {
        let body = json!({"email": email, "first_name": first, "last_name": last});
        house.post("/organizations/acme/developers", &body);
        let body = json!({"developer": email, "rate_plan": "location_adjustable",
                          "quota_target": target, "start": "2026-01-31T00:00:00Z"});
        house.post("/organizations/acme/developer-rate-plans", &body);
        let record = json!({"id": email, "developer": email,
                            "rate_plan": "location_adjustable", "count": used});
        house.post("/organizations/acme/usage", &json!({"records": [record]}));
    }
}
