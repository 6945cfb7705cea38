//! Nothing moves under one's eyes: what the browser itself counts as a shift of the layout, while a
//! page loads and when a part of it comes anew.

use serde_json::json;

use crate::{
    driver::{Browser, DESK, PHONE},
    house::House,
};

/// Google's "good" is 0.1; a fifth of that is what nobody sees.
const MOST: f64 = 0.02;

/// The sum of the shifts since the page was opened that nobody caused by typing or clicking.
fn shifted(browser: &Browser) -> f64 {
    let sum = browser.run_async(
        "const done = arguments[arguments.length - 1];
         let sum = 0;
         const add = entries => {
           for (const one of entries) { if (!one.hadRecentInput) sum += one.value; }
         };
         const observer = new PerformanceObserver(list => add(list.getEntries()));
         observer.observe({type: 'layout-shift', buffered: true});
         requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
           add(observer.takeRecords());
           observer.disconnect();
           done(sum);
         }, 100)));",
    );
    sum.as_f64().expect("a number")
}

/// Whether the browser counts at all: something is moved on purpose.
fn check_that_it_counts(browser: &Browser) {
    // Again and again: what moves right after the window got its size is taken for the reader's doing.
    browser.until("the browser counts what moves", |browser| {
        browser.run(
            "const big = document.createElement('p');
             big.textContent = 'x '.repeat(400);
             document.querySelector('main').prepend(big);",
        );
        shifted(browser) > MOST
    });
}

/// The main pages, at a desk and on a phone, as they load and as they change by themselves.
#[test]
fn nothing_moves_by_itself() {
    let house = House::new("standard");
    let example = json!({"name": "order.paid", "example": {"id": 1}});
    house.post("/organizations/acme/event-types", &example);
    let webhook = house.webhook("Works", "/works");
    house.webhook("Broken", "/broken");
    let event = house.event("order.paid", json!({"id": 1}));
    for window in [DESK, PHONE] {
        let browser = house.browser(window);
        browser.until("delivered", |browser| {
            browser.go("/portal/acme/webhooks");
            let list = browser.text("tbody");
            list.contains("Failing") && list.contains("Healthy")
        });
        for path in [
            "/portal/acme/webhooks".to_owned(),
            "/portal/acme/webhooks/new".to_owned(),
            format!("/portal/acme/webhooks/{webhook}"),
            "/portal/acme/events".to_owned(),
            format!("/portal/acme/events/{event}"),
            "/portal/acme/event-types".to_owned(),
            "/portal/acme/event-types/order.paid".to_owned(),
            "/portal/acme/overview".to_owned(),
            "/overview".to_owned(),
        ] {
            browser.go(&path);
            let moved = shifted(&browser);
            assert!(moved < MOST, "{path} at {}: {moved}", window.width);
        }
        // Parts that come anew: the overview, the live log, the answer of a test.
        browser.go("/portal/acme/overview?period=1h");
        let before = browser.text("#fares");
        house.event("order.paid", json!({"id": 2}));
        browser.until("anew", |browser| browser.text("#fares") != before);
        let moved = shifted(&browser);
        assert!(
            moved < MOST,
            "the overview anew at {}: {moved}",
            window.width
        );
        browser.go("/portal/acme/events?live=1");
        let next = house.event("order.paid", json!({"id": 3}));
        browser.until("live", |browser| browser.text("#events").contains(&next));
        let moved = shifted(&browser);
        assert!(moved < MOST, "the live log at {}: {moved}", window.width);
        browser.go("/portal/acme/webhooks");
        check_that_it_counts(&browser);
    }
}
