//! The log, what fails, and sending again, as people click through them.

use bellwire_testkit::receiver::Behaviour;
use serde_json::json;

use crate::{
    driver::{Browser, DESK, PHONE},
    house::House,
};

fn choose(browser: &Browser, field: &str, value: &str) {
    browser.run(&format!(
        "const field = document.getElementById('{field}'); field.value = '{value}'; \
         field.dispatchEvent(new Event('change', {{bubbles: true}}))"
    ));
}

/// ADV-5, ADV-6, ADV-7, ADV-8, ADV-9, ADV-10: from the list of webhooks to the log, narrowed by type
/// and period, kept as a view, to one event, its payload, and each attempt with its answer.
#[test]
fn the_log_is_narrowed_and_leads_to_each_attempt() {
    let house = House::new("advocate");
    house.webhook("Broken", "/broken");
    house.webhook("Works", "/works");
    for name in ["reward.created", "coupon.created"] {
        house.post("/organizations/acme/event-types", &json!({"name": name}));
    }
    house.event("reward.created", json!({"id": 1}));
    let coupon = house.event("coupon.created", json!({"code": "<i>X</i>"}));
    let browser = house.browser(DESK);
    browser.press("View Logs");
    browser.says("Webhooks Event Log");
    browser.says("All Types");
    browser.says("All time");
    assert_eq!(browser.faults(), [""; 0]);
    choose(&browser, "type", "coupon.created");
    browser.until("narrowed by type", |browser| {
        let list = browser.text("#events");
        browser.path().contains("type=coupon.created") && !list.contains("reward.created")
    });
    choose(&browser, "period", "24h");
    browser.until("narrowed by period", |browser| {
        browser.path().contains("period=24h") && browser.text("#events").contains("coupon")
    });
    // The view is kept, and is there again on a page without filters.
    browser.click(".views summary");
    browser.fill("#view-name", "Coupons today");
    assert_eq!(browser.faults(), [""; 0]);
    browser.click(".views .keep button");
    browser.says("Kept in this browser.");
    browser.go("/portal/acme/events");
    browser.press("Coupons today");
    browser.until("the view", |browser| {
        browser.count(".views a[aria-current='true']") == 1
            && browser.path().contains("type=coupon.created")
    });
    // An id is found as one.
    browser.go("/portal/acme/events");
    browser.fill("#q", &coupon);
    browser.click("#filters button");
    browser.says("Found by its ID.");
    browser.press("coupon.created");
    browser.says("Webhook Details");
    for word in [
        "Webhook ID",
        "Date Created",
        "Event Data",
        "Subscription Details",
    ] {
        browser.says(word);
    }
    browser.until("attempts", |browser| {
        browser.run("location.reload()");
        let page = browser.text("main");
        page.contains("500") && page.contains("200") && page.contains("<i>X</i>")
    });
    assert_eq!(browser.count(".attempts svg.timing"), 2);
    browser.click(".attempts details summary");
    browser.says("POST http://");
    browser.says("curl");
    assert_eq!(browser.faults(), [""; 0]);
    // What waits for its next attempt is taken back, after a question.
    browser.press("Cancel");
    browser.until("asked", |browser| browser.count("dialog[open] .ask") == 1);
    assert_eq!(browser.faults(), [""; 0]);
    browser.click("dialog button.danger");
    browser.says("Cancelled by hand.");
}

/// EVI-13, EVI-15: what failed is seen, counted and sent again, and the page follows it to its end.
#[test]
fn what_failed_is_sent_again_and_its_progress_is_live() {
    let house = House::new("eventinsight");
    let webhook = house.webhook("Desk", "/broken");
    for number in 0..12 {
        house.event("user.new", json!({"id": number}));
    }
    let browser = house.browser(DESK);
    browser.until("all failed", |browser| {
        browser.go("/portal/acme/failures");
        browser.text("main").contains("12 failed requests")
    });
    browser.says("12 deliveries given up");
    assert_eq!(browser.faults(), [""; 0]);
    browser.go(&format!("/portal/acme/webhooks/{webhook}"));
    assert_eq!(
        browser.count("#last ~ * tbody tr, .card[aria-labelledby='last'] tbody tr"),
        10
    );
    browser.go("/portal/acme/failures");
    house.endpoint.always("/broken", Behaviour::Status(200));
    browser.press("Send these again…");
    browser.says("12 deliveries would be sent again.");
    assert_eq!(browser.faults(), [""; 0]);
    browser.press("Send 12 again");
    browser.says("Sent again: 12.");
    browser.until("not asked for any more", |browser| {
        browser.count("#job[hx-trigger]") == 0
    });
    assert_eq!(browser.faults(), [""; 0]);
    browser.until("arrived", |browser| {
        browser.go("/portal/acme/events?state=delivered");
        browser.count("#events tbody tr") == 12
    });
    browser.go("/portal/acme/jobs");
    browser.says("12 of 12");
    assert_eq!(browser.faults(), [""; 0]);
}

/// On a phone nothing is wider than the screen.
#[test]
fn failures_and_resends_fit_a_phone() {
    let house = House::new("eventinsight");
    house.webhook("Reception desk with quite a long name", "/broken");
    house.event("user.new", json!({"id": 1}));
    let browser = house.browser(PHONE);
    browser.until("failed", |browser| {
        browser.go("/portal/acme/failures");
        browser.text("main").contains("One failed request")
    });
    for path in [
        "/portal/acme/failures",
        "/portal/acme/jobs/new",
        "/portal/acme/jobs",
    ] {
        browser.go(path);
        let wide = browser.run("return document.documentElement.scrollWidth");
        assert!(
            wide.as_u64().is_some_and(|wide| wide <= 390),
            "{path}: {wide}"
        );
        assert_eq!(browser.faults(), [""; 0], "{path}");
    }
}
