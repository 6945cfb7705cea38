//! Signing in and out, language, light and dark.

use crate::{
    driver::{Browser, DESK, PHONE},
    house::{EMAIL, House, PASSWORD},
};

/// WNK-2: who opens a page signs in, in their language, and is where they wanted to be.
#[test]
fn somebody_signs_in_where_they_wanted_to_be_and_out_again() {
    let house = House::new("standard");
    let browser = Browser::open(&house.server.url, DESK);
    browser.go("/portal/acme/events?period=7d");
    browser.says("Welcome back");
    browser.press("Deutsch");
    browser.says("Willkommen zurück");
    assert_eq!(browser.faults(), [""; 0]);
    browser.fill("#email", EMAIL);
    browser.fill("#password", "not the password");
    browser.click("form.stack button.main");
    browser.says("E-Mail-Adresse oder Passwort stimmt nicht.");
    browser.fill("#password", PASSWORD);
    browser.click("form.stack button.main");
    browser.says("Ereignisprotokoll");
    assert_eq!(browser.path(), "/portal/acme/events?period=7d");
    browser.click(".top details.menu > summary");
    browser.press("Dunkel");
    browser.until("dark", |browser| {
        browser.count("html[data-theme='dark']") == 1
    });
    browser.click(".top details.menu > summary");
    browser.press("Abmelden");
    browser.says("Abgemeldet");
    browser.go("/portal/acme/webhooks");
    browser.says("Willkommen zurück");
}

/// The main flow at the width of a phone: nothing is wider than the screen.
#[test]
fn pages_fit_a_phone() {
    let house = House::new("standard");
    house.webhook("Reception desk with quite a long name", "/a");
    let event = house.event("booking.created", serde_json::json!({"id": 1}));
    let browser = house.browser(PHONE);
    for path in [
        "/portal/acme/webhooks".to_owned(),
        "/portal/acme/webhooks/new".to_owned(),
        "/portal/acme/events".to_owned(),
        format!("/portal/acme/events/{event}"),
    ] {
        browser.go(&path);
        let wide = browser.run("return document.documentElement.scrollWidth");
        assert!(
            wide.as_u64().is_some_and(|wide| wide <= 390),
            "{path}: {wide}"
        );
        assert_eq!(browser.faults(), [""; 0], "{path}");
    }
}
