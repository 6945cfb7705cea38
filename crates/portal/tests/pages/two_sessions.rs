//! One browser, two sessions: a user's and a customer's. And pages within somebody else's page.

use bellwire_core::access::Role;

use crate::app::{App, Browser};

const PAGE: &str = "/portal/acme/webhooks";

/// What was opened last is what is looked at, and there is a way to the other and back.
#[tokio::test]
async fn what_was_opened_last_is_looked_at_until_one_says_otherwise() {
    let app = App::new("standard").await;
    app.webhook("Own", "https://hooks.example/a", &["account:a"])
        .await;
    app.webhook("Other", "https://hooks.example/b", &["account:b"])
        .await;
    let ann = app.user("ann@acme.example", Role::Admin).await;
    let customer = app.customer(&["account:a"]).await;
    let both = ann.with_cookie(customer.cookie());
    let seen = app.get(&both, PAGE).await;
    seen.is(200)
        .has_not("Other")
        .has("as a customer would")
        .has("Continue as ann@acme.example");
    // Back, which is noted.
    let switch = |browser: &Browser, csrf: &str| {
        let fields = [
            ("csrf".to_owned(), csrf.to_owned()),
            ("return_to".to_owned(), PAGE.to_owned()),
        ];
        let browser = browser.clone();
        let app = &app;
        async move {
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            app.post_with(&browser, "/look-as", &fields, &[]).await
        }
    };
    let seen = switch(&both, customer.csrf()).await;
    assert_eq!(seen.is(303).location(), PAGE);
    let cookie = seen.headers["set-cookie"].to_str().unwrap();
    let as_ann = both.with_cookie(cookie.split(';').next().unwrap());
    let seen = app.get(&as_ann, PAGE).await;
    seen.has("Other")
        .has_not("as a customer would")
        .has("Continue as A customer");
    // Another link is opened: that is what is looked at then, whatever was chosen before.
    let next = app.customer(&["account:b"]).await;
    let chosen = cookie.split(';').next().unwrap();
    let both = ann.with_cookie(next.cookie()).with_cookie(chosen);
    app.get(&both, PAGE).await.has("Other").has_not("Own");
    // Nobody else's page can make somebody change.
    switch(&both, "wrong").await.is(403);
    let fields = [("csrf", next.csrf())];
    let foreign = [("sec-fetch-site", "cross-site")];
    app.post_with(&both, "/look-as", &fields, &foreign)
        .await
        .is(403);
    // Who signs in after that is who looks.
    let again = app.again("ann@acme.example").await;
    let both = again.with_cookie(next.cookie());
    app.get(&both, PAGE).await.has("Own").has("Other");
}

/// A refusal can be read where the portal would have been embedded, and so can the end.
#[tokio::test]
async fn in_a_frame_nothing_is_blank() {
    let app = App::under("standard", "https://hooks.example").await;
    let customer = app.customer(&["account:a"]).await;
    let framed = [("sec-fetch-dest", "iframe")];
    let policy = |seen: &crate::app::Seen| {
        let policy = seen.headers["content-security-policy"].to_str();
        policy.unwrap().rsplit("; ").next().unwrap().to_owned()
    };
    let own = "frame-ancestors https://app.example";
    for (path, status) in [
        (PAGE, 200),
        ("/portal/acme/nothing", 404),
        ("/portal/acme/settings/members", 403),
    ] {
        let seen = app.get_with(&customer, path, &framed).await;
        seen.is(status);
        assert_eq!(policy(&seen), own, "{path}");
    }
    // What nobody knows who asks for has nothing to click on, and is for any frame.
    let seen = app
        .get_with(&customer, "/portal/other/webhooks", &framed)
        .await;
    seen.is(404).has_not("<form").has_not("<a class=\"button");
    assert_eq!(policy(&seen), "frame-ancestors *");
    let late = [("csrf", "wrong"), ("name", "x")];
    let seen = app
        .post_with(&customer, "/portal/acme/webhooks/new", &late, &framed)
        .await;
    seen.is(403);
    assert_eq!(policy(&seen), "frame-ancestors *");
    // Choices are kept for the frame.
    let fields = [("language", "de"), ("return_to", PAGE)];
    let seen = app
        .post_with(&customer, "/preferences", &fields, &framed)
        .await;
    let cookie = seen.is(303).headers["set-cookie"].to_str().unwrap();
    assert!(
        cookie.ends_with("SameSite=None; Secure; Partitioned"),
        "{cookie}"
    );
    let fields = [("csrf", customer.csrf())];
    let seen = app
        .post_with(&customer, "/sign-out", &fields, &framed)
        .await;
    seen.is(200).has("Go back to where you came from");
    assert_eq!(policy(&seen), own);
}
