//! The pages of links, which the API's crate has too, in this design and in each language.

use crate::{app::App, languages::keys};

/// The first operator: asked in the reader's language, told what is wrong, and signed in.
#[tokio::test]
async fn the_first_operator_is_made_in_their_language() {
    let app = App::new("standard").await;
    let link = app.kit.service.first_operator_link().await.unwrap();
    let path = format!("/setup/{}", link.unwrap());
    let mut browser = app.nobody();
    for (language, title) in [
        ("en", "Set up Bellwire"),
        ("it", "Configura Bellwire"),
        ("de", "Bellwire einrichten"),
        ("fil", "I-set up ang Bellwire"),
    ] {
        browser.language = language;
        let seen = app.get(&browser, &path).await;
        seen.is(200)
            .has(title)
            .has(&format!("<html lang=\"{language}\""))
            .has("href=\"/assets/portal-")
            .has_not("<style");
        assert_eq!(keys(&seen), [""; 0], "{language}");
    }
    let fields = [("email", "op@"), ("name", "Op <b>"), ("password", "short")];
    let seen = app.post_with(&browser, &path, &fields, &[]).await;
    seen.is(422)
        .has("id=\"email-note\" role=\"alert\"")
        .has("id=\"password-note\" role=\"alert\"")
        .has("value=\"Op &#60;b&#62;\"")
        .has_not("value=\"short\"");
    let fields = [
        ("email", "op@acme.example"),
        ("name", "Op <b>"),
        ("password", "plum gravel orbit lantern"),
    ];
    browser.language = "de";
    let seen = app.post_with(&browser, &path, &fields, &[]).await;
    seen.is(200).has("Portal öffnen").has_not("<b>");
    let cookie = seen.headers["set-cookie"].to_str().unwrap();
    let op = browser.with_cookie(cookie.split(';').next().unwrap());
    app.get(&op, "/portal-organizations").await.is(200);
    app.get(&browser, &path).await.is(410);
}

/// A link that leads nowhere says so in this design, and can be read where the portal would have been
/// embedded.
#[tokio::test]
async fn a_link_that_leads_nowhere_is_told() {
    let app = App::new("standard").await;
    let mut browser = app.nobody();
    browser.language = "it";
    for path in [
        "/setup/bwl_x",
        "/password/bwl_x",
        "/enter/bwl_x",
        "/sign-in/link/bwl_x",
    ] {
        let seen = app.get(&browser, path).await;
        seen.is(404)
            .has("<html lang=\"it\"")
            .has("Qui non c&#39;è nulla")
            .has("href=\"/assets/portal-");
        let policy = seen.headers["content-security-policy"].to_str().unwrap();
        let anybody = policy.ends_with("frame-ancestors *");
        assert_eq!(anybody, path.starts_with("/enter/"), "{path}: {policy}");
        assert!(policy.contains("script-src 'self'"), "{policy}");
    }
}
