//! How everything fares, and the catalogue of event types, as people look at them.

use serde_json::json;

use crate::{
    driver::{DESK, PHONE},
    house::House,
};

/// The overview follows what happens without a new page, keeps open what was opened, and asks nobody
/// while nobody looks.
#[test]
fn an_overview_follows_what_happens() {
    let house = House::new("standard");
    house.webhook("Works", "/works");
    house.webhook("Broken", "/broken");
    let browser = house.browser(DESK);
    browser.go("/portal/acme/overview");
    browser.says("Nothing was sent in this period");
    assert_eq!(browser.faults(), [""; 0]);
    browser.press("Last hour");
    browser.until("the hour", |browser| {
        browser.path() == "/portal/acme/overview?period=1h"
    });
    browser.run("window.mark = 'the same page'");
    browser.press("The same as a table");
    house.event("order.paid", json!({"id": 1}));
    browser.until("it shows", |browser| {
        !browser.text("#fares").contains("0 of 0 attempts failed")
    });
    assert_eq!(browser.run("return window.mark"), "the same page");
    assert_eq!(browser.count("#chart-table[open]"), 1);
    assert_eq!(browser.faults(), [""; 0]);
    // In a tab that is hidden nothing is asked.
    let asks = "const part = document.getElementById('fares');
        const asking = new CustomEvent('htmx:beforeRequest',
            {bubbles: true, cancelable: true, detail: {elt: part}});
        part.dispatchEvent(asking);
        return !asking.defaultPrevented";
    assert_eq!(browser.run(asks), true);
    browser.run("Object.defineProperty(document, 'hidden', {get: () => true})");
    assert_eq!(browser.run(asks), false);
    browser.click("section[aria-labelledby='failing-title'] a.row");
    browser.until("the webhook", |browser| browser.text("h1") == "Broken");
}

/// Who runs the server sees all organizations, goes into one, and comes back.
#[test]
fn all_organizations_are_looked_at_together() {
    let house = House::new("standard");
    let other = json!({"id": "zeta", "name": "Zeta Travel"});
    house.post("/organizations", &other);
    house.webhook("Works", "/works");
    house.event("order.paid", json!({"id": 1}));
    for window in [DESK, PHONE] {
        let browser = house.browser(window);
        browser.go("/");
        browser.until("all of them", |browser| browser.path() == "/overview");
        browser.says("Zeta Travel");
        browser.until("counted", |browser| {
            browser.text("#fares").contains("0 of 1 attempts failed")
        });
        assert_eq!(browser.faults(), [""; 0]);
        let wide = browser.run("return document.documentElement.scrollWidth");
        assert!(wide.as_u64() <= Some(window.width.into()), "{wide}");
        browser.click("#to-zeta");
        browser.until("one", |browser| browser.path() == "/portal/zeta/overview");
        browser.go("/portal/acme/overview");
        assert!(browser.count("a[href='/overview']") > 0);
    }
}

/// A type is added, found, tried with other data, changed and removed.
#[test]
fn an_event_type_is_added_tried_and_removed() {
    let house = House::new("standard");
    house.webhook("Desk", "/desk");
    let browser = house.browser(DESK);
    browser.go("/portal/acme/event-types");
    assert_eq!(browser.faults(), [""; 0]);
    browser.click("main a.main[href$='/new-event-type']");
    browser.fill("#name", "order.paid");
    browser.fill("#description", "An order was paid");
    browser.fill("#example", "{\"id\": 1, \"total\": }");
    browser.press("Save");
    browser.says("line 1 column");
    assert_eq!(browser.faults(), [""; 0]);
    browser.fill("#example", "{\"id\": 1, \"total\": 12.50}");
    let schema = json!({"type": "object", "required": ["id"], "properties": {
        "id": {"type": "integer", "description": "Ours"}, "total": {"type": "number"}}});
    browser.fill("#schema", &schema.to_string());
    browser.press("Save");
    browser.says("Added to the catalogue.");
    browser.says("12.50");
    browser.says("Ours");
    assert_eq!(browser.faults(), [""; 0]);
    // Tried with data that are no JSON, then with others than the example.
    browser.fill("#body", "{");
    browser.click("#test form button");
    browser.until("refused", |browser| {
        browser.text("#test-answer").contains("line 1 column")
    });
    browser.fill("#body", "{\"id\": 77}");
    browser.click("#test form button");
    browser.until("answered", |browser| {
        browser.text("#test-answer").contains("200")
    });
    let received = house.endpoint.received();
    assert!(
        received
            .iter()
            .any(|one| one.body.windows(2).any(|pair| pair == b"77")),
        "the data that were typed"
    );
    browser.go("/portal/acme/event-types?q=order");
    browser.press("order.paid");
    browser.press("Remove");
    browser.until("asked", |browser| browser.count("dialog[open] .ask") == 1);
    browser.press("OK");
    browser.says("Removed from the catalogue.");
}
