//! The settings as people click through them: a member, a token, a customer's way in, the colour of
//! the pages; and the portal within somebody else's page.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
};

use crate::{
    driver::{Browser, DESK, PHONE, Window},
    house::House,
};

/// What the page shows once.
fn shown_once(browser: &Browser) -> String {
    browser.until("shown once", |browser| browser.count("#once") == 1);
    browser.text("#once")
}

/// The path of a URL of ours: what stands before it is the server's public address.
fn path_of<'u>(url: &'u str, part: &str) -> &'u str {
    &url[url.find(part).expect("the path")..]
}

/// WNK-2: somebody is added and chooses a password, a program gets a token, and a customer comes in
/// through a link, all by hand.
#[test]
fn a_member_a_token_and_a_customers_way_in_are_made() {
    let house = House::new("standard");
    house.webhook("Reception desk", "/desk");
    let browser = house.browser(DESK);
    browser.go("/portal/acme/settings");
    browser.says("Default profile");
    assert_eq!(browser.faults(), [""; 0]);
    browser.fill("#name", "Acme Travel");
    browser.press("Save");
    browser.says("Saved.");

    browser.press("Members and roles");
    browser.says("Nobody is a member yet");
    browser.fill("#email", "ben@acme.example");
    browser.click("input[value='editor']");
    browser.press("Add a member");
    let link = shown_once(&browser);
    assert_eq!(browser.faults(), [""; 0]);
    let stranger = Browser::open(&house.server.url, DESK);
    stranger.go(path_of(&link, "/password/"));
    stranger.says("For ben@acme.example.");
    stranger.press("Italiano");
    stranger.says("Scegli una password");
    stranger.press("English");
    assert_eq!(stranger.faults(), [""; 0]);
    stranger.fill("#password", "short");
    stranger.press("Set the password");
    stranger.says("at least 10 characters");
    stranger.fill("#password", "copper lantern thistle");
    stranger.press("Set the password");
    stranger.says("Your password is set");
    stranger.go("/portal/acme/webhooks");
    stranger.says("Reception desk");
    stranger.go("/portal/acme/settings");
    stranger.says("Where you are signed in");
    assert_eq!(stranger.faults(), [""; 0]);
    browser.press("Done");
    browser.says("ben@acme.example");
    browser.press("Change role ben@acme.example");
    browser.until("asked", |browser| browser.count("dialog[open] .ask") == 1);
    assert_eq!(browser.faults(), [""; 0]);
    browser.click("dialog input[value='viewer']");
    browser.click("dialog button.main");
    browser.says("The role is changed.");
    assert_eq!(browser.faults(), [""; 0]);

    browser.press("API tokens");
    browser.fill("#name", "shop");
    browser.press("Create token");
    let token = shown_once(&browser);
    assert!(token.starts_with("bw_"), "{token}");
    browser.press("Done");
    assert_eq!(browser.faults(), [""; 0]);
    browser.press("Revoke shop");
    browser.until("asked", |browser| browser.count("dialog[open] .ask") == 1);
    browser.press("Cancel");
    browser.until("closed", |browser| browser.count("dialog[open]") == 0);
    browser.press("Revoke shop");
    browser.click("dialog button.main");
    browser.says("It no longer works.");

    browser.press("Portal links");
    assert_eq!(browser.faults(), [""; 0]);
    browser.fill("#name", "Cool Travel");
    browser.press("Create portal link");
    let link = shown_once(&browser);
    let customer = Browser::open(&house.server.url, PHONE);
    customer.go(path_of(&link, "/enter/"));
    customer.says("Reception desk");
    assert_eq!(customer.faults(), [""; 0]);
    // Somebody who tries a link of their own looks through it, and finds back.
    browser.press("Done");
    browser.fill("#name", "Warm Travel");
    browser.press("Create portal link");
    let link = shown_once(&browser);
    browser.go(path_of(&link, "/enter/"));
    browser.says("as a customer would");
    assert_eq!(browser.faults(), [""; 0]);
    browser.click("main .banner button");
    browser.until("back", |browser| {
        !browser.text("main").contains("as a customer would")
    });
    browser.go("/portal/acme/settings/audit");
    browser.says("link.used");
    browser.click(".changes summary");
    assert_eq!(browser.faults(), [""; 0]);
    browser.press("Storage");
    browser.says("retention.events");
    assert_eq!(browser.faults(), [""; 0]);
}

/// Whatever colour is chosen, pages can be read in the light and in the dark; and on a phone.
#[test]
fn pages_in_another_colour_can_be_read() {
    let house = House::new("standard");
    house.webhook("Reception desk", "/desk");
    for (window, colour) in [
        (DESK, "#ffe14d"),
        (
            Window {
                dark: true,
                ..PHONE
            },
            "#101080",
        ),
    ] {
        let browser = house.browser(window);
        browser.go("/portal/acme/settings/appearance");
        browser.fill("#accent", colour);
        browser.press("Save");
        browser.says("Saved.");
        let own = "return getComputedStyle(document.documentElement)\
                   .getPropertyValue('--accent').trim()";
        let accent = browser.run(own);
        assert_ne!(accent.as_str(), Some("#4338ca"));
        assert_ne!(accent.as_str(), Some("#a5b0ff"));
        for page in ["settings/appearance", "webhooks", "settings/members"] {
            browser.go(&format!("/portal/acme/{page}"));
            assert_eq!(browser.faults(), [""; 0], "{page} in {colour}");
            let wide = browser.run("return document.documentElement.scrollWidth");
            assert!(
                wide.as_u64()
                    .is_some_and(|wide| wide <= u64::from(window.width)),
                "{page}: {wide}"
            );
        }
    }
}

/// A page of somebody else's, at an origin of its own, that shows this URL in a frame.
fn embedding(src: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("bound"));
    serve(listener, src.to_owned());
    origin
}

fn serve(listener: TcpListener, src: String) {
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let Ok(reading) = stream.try_clone() else {
                return;
            };
            // The head of the request; what it asks for is always the same page.
            for line in BufReader::new(reading).lines().map_while(Result::ok) {
                if line.is_empty() {
                    break;
                }
            }
            let html = format!(
                "<!doctype html><title>Theirs</title><h1>Theirs</h1><iframe id=\"portal\" \
                 width=\"900\" height=\"600\" src=\"{src}\"></iframe>"
            );
            // A browser that went away is not this page's trouble.
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\
                 Content-Length: {}\r\n\r\n{html}",
                html.len()
            );
        }
    });
}

/// The portal is shown within pages of the origin that the link names, and within no other.
#[test]
fn the_portal_is_embedded_where_the_link_says_and_nowhere_else() {
    let house = House::new("standard");
    house.webhook("Reception desk", "/desk");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let allowed = format!("http://{}", listener.local_addr().expect("bound"));
    let body = serde_json::json!({"name": "Cool Travel", "embed_origins": [allowed]});
    let made = house.post("/organizations/acme/portal-links", &body);
    let url = made["url"].as_str().expect("a URL");
    let enter = path_of(url, "/enter/");
    serve(listener, format!("{}{enter}", house.server.url));
    let browser = Browser::open(&house.server.url, DESK);
    browser.go(&allowed);
    browser.says("Theirs");
    browser.enter_frame("#portal");
    browser.says("Reception desk");
    browser.press("Reception desk");
    browser.says("Last 10 requests");
    browser.leave_frame();
    // The same customer, signed in by now, on a page that was not named.
    let other = embedding(&format!("{}/portal/acme/webhooks", house.server.url));
    browser.go(&other);
    browser.says("Theirs");
    browser.enter_frame("#portal");
    browser.until("blocked", |browser| {
        browser.run("return location.protocol") == "chrome-error:"
    });
    assert!(!browser.text("body").contains("Reception desk"));
    browser.leave_frame();
    // When nobody is signed in, the frame says what to do.
    browser.go("/portal/acme/webhooks");
    browser.says("Reception desk");
    browser.click(".top details.menu > summary");
    browser.press("Sign out");
    browser.says("Signed out");
    browser.go(&other);
    browser.enter_frame("#portal");
    browser.says("open the portal again");
}
