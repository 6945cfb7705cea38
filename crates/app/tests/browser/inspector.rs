//! The inspector as a customer's first receiver, as people click through it.

use crate::{driver::DESK, house::House};

/// EVI-16: a private URL is made, a webhook is made that calls it, a test is sent, and it arrives
/// before one's eyes, signed as it should be.
#[test]
fn a_request_is_seen_arriving_and_its_signature_is_right() {
    let house = House::new("standard");
    let browser = house.browser(DESK);
    browser.go("/portal/acme/inspector");
    browser.says("See what is sent, before you build a receiver");
    assert_eq!(browser.faults(), [""; 0]);
    browser.press("Create private URL");
    browser.says("Waiting for the first request");
    assert_eq!(browser.faults(), [""; 0]);
    let page = browser.path();
    let url = browser.text("#url");
    assert!(url.starts_with(&house.server.url), "{url}");

    // What anybody sends appears by itself, as text.
    let markup = "{\"name\": \"<img src=x onerror=document.title='ran'>\"}";
    let answer = ureq::post(format!("{url}/orders?x=1")).send(markup);
    assert_eq!(answer.expect("an answer").status(), 200);
    browser.until("arrived", |browser| {
        browser.text("#inspected").contains("POST /orders?x=1")
    });
    assert_eq!(browser.count("#inspected img"), 0);
    assert!(
        browser
            .text("#told")
            .contains("POST /orders?x=1 has arrived")
    );
    browser.says("It carries no signature.");
    assert_eq!(browser.faults(), [""; 0]);

    // A webhook that calls it, with the URL filled in.
    browser.press("Create webhook");
    browser.until("filled in", |browser| {
        let filled = browser.run("return document.getElementById('url')?.value ?? ''");
        filled == url.as_str()
    });
    browser.fill("#name", "My first receiver");
    browser.press("Save");
    browser.says("Created. It is live.");
    browser.press("My first receiver");
    browser.click("#test form button");
    browser.until("answered", |browser| {
        browser.text("#test-answer").contains("200")
    });

    browser.go(&page);
    browser.until("judged", |browser| {
        let verdict = browser.text("#verdict");
        verdict.contains("Signed correctly by") && verdict.contains("My first receiver")
    });
    // It is a request of ours: its event is a click away.
    browser.until("recorded", |browser| {
        browser.text("#inspected").contains("attempt 1")
    });
    assert_eq!(browser.faults(), [""; 0]);

    // The next one comes while one looks, and what is looked at stays when it was chosen.
    // By script: the list may be drawn anew between finding and clicking.
    browser.run("document.querySelector('.inbox li:last-child a').click()");
    browser.until("chosen", |browser| browser.path().contains("request="));
    let answer = ureq::get(&url).call();
    assert_eq!(answer.expect("an answer").status(), 200);
    browser.until("listed", |browser| browser.text(".inbox").contains("GET /"));
    assert_eq!(browser.text("#request-title"), "POST /orders?x=1");

    // An error, to see how it is tried again.
    browser.run("document.getElementById('status').value = '503'");
    browser.press("Save");
    browser.says("The next request gets this answer");
    let answer = ureq::get(&url).call();
    assert!(
        matches!(answer, Err(ureq::Error::StatusCode(503))),
        "{answer:?}"
    );

    browser.press("Clear");
    browser.until("asked", |browser| browser.count("dialog[open] .ask") == 1);
    assert_eq!(browser.faults(), [""; 0]);
    browser.click("dialog[open] button.main");
    browser.says("Waiting for the first request");
    browser.press("Remove");
    browser.until("asked", |browser| browser.count("dialog[open] .ask") == 1);
    browser.click("dialog[open] button.main");
    browser.says("See what is sent");
}
