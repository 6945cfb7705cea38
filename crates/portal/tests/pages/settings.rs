//! The settings of an organization: what it is, how its pages look, what it lets in; and who sees
//! which of them.

use bellwire_core::access::Role;

use crate::{
    app::{App, Browser, Seen},
    languages::keys,
};

const AT: &str = "/portal/acme/settings";

fn at(rest: &str) -> String {
    format!("{AT}{rest}")
}

/// As much of a PNG of 320 by 64 pixels as anybody looks at.
const A_PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x01\x40\0\0\0\x40\x08\x06\0\0\0\xff\xfe";

/// Each page for those who have the right that its part of the API needs.
#[tokio::test]
async fn who_may_not_manage_has_an_account_and_nothing_else() {
    let app = App::new("standard").await;
    let ann = app.user("ann@acme.example", Role::Admin).await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    let customer = app.customer(&[]).await;
    let seen = app.get(&ann, AT).await;
    assert_eq!(seen.is(303).location(), at("/organization"));
    let seen = app.get(&ed, AT).await;
    assert_eq!(seen.is(303).location(), at("/account"));
    app.get(&customer, AT).await.is(404);
    for page in [
        "/organization",
        "/appearance",
        "/members",
        "/tokens",
        "/portal-links",
        "/audit",
    ] {
        app.get(&ann, &at(page)).await.is(200);
        for other in [&ed, &customer] {
            app.get(other, &at(page)).await.is(403);
        }
    }
    for page in ["/storage", "/delete"] {
        for other in [&ann, &ed, &customer] {
            app.get(other, &at(page)).await.is(403);
        }
    }
    app.get(&ed, &at("/account"))
        .await
        .is(200)
        .has_not("Members");
    app.get(&customer, &at("/account")).await.is(403);
    for (page, fields) in [
        ("/members", [("email", "x@acme.example"), ("role", "admin")]),
        ("/tokens", [("name", "x"), ("role", "admin")]),
        ("/portal-links", [("name", "x"), ("role", "editor")]),
        (
            "/organization",
            [("name", "x"), ("default_profile", "wink")],
        ),
        ("/delete", [("slug", "acme"), ("", "")]),
    ] {
        app.post(&ed, &at(page), &fields).await.is(403);
    }
    assert!(
        app.kit
            .service
            .tokens(Some("acme"))
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn the_organization_is_changed_and_what_is_wrong_comes_back() {
    let app = App::new("standard").await;
    let ann = app.user("ann@acme.example", Role::Admin).await;
    let page = app.get(&ann, &at("/organization")).await;
    page.is(200)
        .has("value=\"standard\" checked")
        .has("<code>acme</code>")
        .has_not("Delete organization");
    let fields = [
        ("name", "Acme <b>"),
        ("default_profile", "wink"),
        ("strict_event_types", "1"),
    ];
    let seen = app.post(&ann, &at("/organization"), &fields).await;
    assert_eq!(seen.is(303).location(), at("/organization?done=saved"));
    app.get(&ann, &at("/organization?done=saved"))
        .await
        .has("Saved.")
        .has("Acme &#60;b&#62;");
    let now = app.kit.service.tenant("acme").unwrap().organization.clone();
    assert_eq!(now.default_profile, "wink");
    assert!(now.strict_event_types);
    let fields = [("name", "  "), ("default_profile", "none")];
    app.post(&ann, &at("/organization"), &fields)
        .await
        .is(422)
        .has("id=\"name-note\" role=\"alert\"")
        .has("id=\"default_profile-note\" role=\"alert\"");
    let now = app.kit.service.tenant("acme").unwrap().organization.clone();
    assert_eq!(now.name, "Acme <b>");
}

/// Whoever runs the server ends an organization, and only with its name typed.
#[tokio::test]
async fn an_organization_ends_when_its_name_is_typed() {
    let app = App::new("standard").await;
    let op = app.operator().await;
    app.get(&op, &at("/organization"))
        .await
        .has("data-dialog")
        .has("Delete organization");
    app.get(&op, &at("/delete"))
        .await
        .is(200)
        .has("There is no way back");
    app.post(&op, &at("/delete"), &[("slug", "Acme")])
        .await
        .is(422)
        .has("exactly as shown");
    assert!(app.kit.service.tenant("acme").is_ok());
    let seen = app.post(&op, &at("/delete"), &[("slug", "acme")]).await;
    assert_eq!(
        seen.is(303).location(),
        "/portal-organizations?done=deleted"
    );
    assert!(app.kit.service.tenant("acme").is_err());
    app.get(&op, "/portal-organizations?done=deleted")
        .await
        .is(200)
        .has("Deleted.")
        .has("New organization");
}

/// A token is shown once, lets a program in as its role says, and stops when it is revoked.
#[tokio::test]
async fn a_token_is_shown_once_and_revoked() {
    let app = App::new("standard").await;
    let ann = app.user("ann@acme.example", Role::Admin).await;
    app.get(&ann, &at("/tokens")).await.has("No tokens yet");
    app.post(&ann, &at("/tokens"), &[("name", ""), ("role", "king")])
        .await
        .is(422)
        .has("Choose a role.");
    let fields = [("name", "shop <b>"), ("role", "editor"), ("lasts", "30")];
    let shown = app.post(&ann, &at("/tokens"), &fields).await;
    shown
        .is(200)
        .has("shown only once")
        .has("shop &#60;b&#62;")
        .has("data-copy=\"once\"");
    assert_eq!(shown.headers["cache-control"], "no-store");
    let secret = shown.text.split("<pre id=\"once\" tabindex=\"0\">").nth(1);
    let secret = secret.unwrap().split('<').next().unwrap();
    let bearer = format!("Bearer {secret}");
    let api = "/api/v1/organizations/acme/webhooks";
    let body = br#"{"url":"https://hooks.example/a"}"#;
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    app.arrive(api, &headers, body).await.is(201);
    let list = app.get(&ann, &at("/tokens")).await;
    list.has("shop &#60;b&#62;")
        .has("2025-12-21")
        .has_not(secret);
    let asked = list.link("/revoke");
    app.get(&ann, &asked).await.is(200).has("data-cancel");
    let seen = app.post(&ann, &asked, &[]).await;
    assert_eq!(seen.is(303).location(), at("/tokens?done=revoked"));
    app.arrive(api, &headers, body).await.is(401);
    let list = app.get(&ann, &at("/tokens")).await;
    list.has("Revoked").has_not("/revoke\"");
    app.get(&ann, &asked).await.is(404);
}

/// WNK-2: a customer comes in through a link that is made here, sees what it names, and is out when it
/// is revoked.
#[tokio::test]
async fn a_portal_link_lets_a_customer_in_once() {
    let app = App::new("standard").await;
    let ann = app.user("ann@acme.example", Role::Admin).await;
    app.webhook("Cool", "https://hooks.example/a", &["account:cool"])
        .await;
    app.webhook("Other", "https://hooks.example/b", &["account:other"])
        .await;
    let fields = [
        ("name", "Cool Travel"),
        ("role", "viewer"),
        ("channels", "account:cool"),
        ("expires_in_s", "300"),
        ("session_s", "3600"),
        ("embed_origins", "https://app.example\r\nhttps://b.example"),
    ];
    let shown = app.post(&ann, &at("/portal-links"), &fields).await;
    shown.is(200).has("expires in 5 minutes");
    let link = shown.text.split("/enter/").nth(1).unwrap();
    let path = format!("/enter/{}", link.split('<').next().unwrap());
    let entered = app.open(&path).await;
    entered.is(303);
    let cookie = entered.headers["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap();
    let customer = app.nobody().with_cookie(cookie);
    let list = app.get(&customer, "/portal/acme/webhooks").await;
    list.is(200)
        .has("Cool")
        .has_not("Other")
        .has_not("/webhooks/new");
    assert!(
        list.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .ends_with("frame-ancestors https://app.example https://b.example")
    );
    app.open(&path).await.is(410);
    let links = app.get(&ann, &at("/portal-links")).await;
    links.has("Cool Travel").has("Opened").has("account:cool");
    let seen = app.post(&ann, &links.link("/revoke"), &[]).await;
    assert_eq!(seen.is(303).location(), at("/portal-links?done=revoked"));
    app.get(&customer, "/portal/acme/webhooks").await.is(303);
    // All that is wrong is told at its field.
    let fields = [
        ("name", ""),
        ("role", "editor"),
        ("channels", "a:b\u{7}"),
        ("expires_in_s", "300"),
        ("session_s", "3600"),
        ("embed_origins", "app.example"),
    ];
    app.post(&ann, &at("/portal-links"), &fields)
        .await
        .is(422)
        .has("id=\"name-note\" role=\"alert\"")
        .has("id=\"channels-note\" role=\"alert\"")
        .has("id=\"embed_origins-note\" role=\"alert\"");
}

async fn upload(app: &App, ann: &Browser, accent: &str, logo: &[u8]) -> Seen {
    let mut body = Vec::new();
    for (name, value) in [("csrf", ann.csrf()), ("accent", accent)] {
        body.extend(
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .bytes(),
        );
    }
    body.extend(
        b"--x\r\nContent-Disposition: form-data; name=\"logo\"; filename=\"a\"\r\nContent-Type: \
          image/png\r\n\r\n",
    );
    body.extend(logo);
    body.extend(b"\r\n--x--\r\n");
    let headers = [
        ("cookie", ann.cookie()),
        ("content-type", "multipart/form-data; boundary=x"),
    ];
    app.arrive(&at("/appearance"), &headers, &body).await
}

/// Colour and logo are on every page of the organization, also for its customers, from files that
/// browsers keep and that nothing of the page's policy has to be given up for.
#[tokio::test]
async fn colour_and_logo_are_on_every_page() {
    let app = App::new("standard").await;
    let ann = app.user("ann@acme.example", Role::Admin).await;
    let customer = app.customer(&[]).await;
    app.get(&ann, &at("/appearance")).await.is(200);
    upload(&app, &ann, "#0B6E4F", A_PNG).await.is(303);
    for (who, path) in [
        (&ann, "/portal/acme/webhooks"),
        (&customer, "/portal/acme/events"),
        (&customer, "/portal/acme/nothing"),
    ] {
        let page = app.get(who, path).await;
        page.has("width=\"160\" height=\"32\" alt=\"acme\"");
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("style-src 'self'; script-src 'self'; img-src 'self'"));
        let css = page.text.split("href=\"/portal/acme/appearance/").nth(1);
        let css = css.unwrap().split('"').next().unwrap().to_owned();
        let css = app.open(&format!("/portal/acme/appearance/{css}")).await;
        css.is(200).has("--accent:#0b6e4f");
        assert_eq!(css.headers["content-type"], "text/css; charset=utf-8");
        let logo = page.text.split("src=\"/portal/acme/appearance/").nth(1);
        let logo = logo.unwrap().split('"').next().unwrap().to_owned();
        let logo = app.open(&format!("/portal/acme/appearance/{logo}")).await;
        logo.is(200).has("IHDR");
        assert_eq!(logo.headers["content-type"], "image/png");
        for file in [&css, &logo] {
            let kept = file.headers["cache-control"].to_str().unwrap();
            assert!(kept.contains("immutable"), "{kept}");
            assert_eq!(file.headers["x-content-type-options"], "nosniff");
        }
    }
    for wrong in ["0b6e4f.css", "x.png", "..%2f"] {
        app.open(&format!("/portal/acme/appearance/{wrong}"))
            .await
            .is(404);
    }
    // An SVG can carry scripts, and a colour is six digits; nothing changes.
    let seen = upload(&app, &ann, "red", b"<svg onload='alert(1)'/>").await;
    seen.is(422)
        .has("export it as PNG")
        .has("id=\"accent-note\" role=\"alert\"")
        .has("id=\"logo-note\" role=\"alert\"");
    let now = app.kit.service.tenant("acme").unwrap();
    assert!(now.organization.appearance.logo.is_some());
    // And back to ours.
    let fields = [("accent", ""), ("no_logo", "1")];
    app.post(&ann, &at("/appearance"), &fields).await.is(303);
    app.get(&ann, "/portal/acme/webhooks")
        .await
        .has_not("/appearance/")
        .has("Bellwire");
    let log = app.get(&ann, &at("/audit?what=organization.")).await;
    log.has("#0b6e4f").has("Png 320x64");
}

/// The log tells what was before and after, and is narrowed by who, what and when.
#[tokio::test]
async fn the_audit_log_tells_before_and_after() {
    let app = App::new("standard").await;
    let ann = app.user("ann@acme.example", Role::Admin).await;
    let fields = [("name", "<i>Acme</i>"), ("default_profile", "standard")];
    app.post(&ann, &at("/organization"), &fields).await.is(303);
    app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let log = app.get(&ann, &at("/audit")).await;
    log.is(200)
        .has("organization.updated")
        .has("&#60;i&#62;Acme&#60;/i&#62;</ins>")
        .has("acme</del>")
        .has("webhook.created")
        .has("/audit/export")
        .has_not("whsec_");
    let narrowed = at("/audit?what=organization.&actor=ann%40acme.example&period=day");
    app.get(&ann, &narrowed)
        .await
        .has("organization.updated")
        .has_not("webhook.created");
    app.get(&ann, &at("/audit?actor=nobody"))
        .await
        .has("Nothing found");
}

/// What takes space, and how long it is kept: for those who run the server.
#[tokio::test]
async fn storage_is_for_those_who_run_the_server() {
    let app = App::new("standard").await;
    let op = app.operator().await;
    app.webhook("Desk", "https://hooks.example/a", &[]).await;
    app.event("a.b", &[], "{}").await;
    app.get(&op, &at("/storage"))
        .await
        .is(200)
        .has("SQLite")
        .has("retention.payloads")
        .has("For ever")
        .has("class=\"bar-share\"");
}

/// Every page is whole in each of the four languages, with something in it and empty.
#[tokio::test]
async fn every_page_of_the_settings_is_whole_in_every_language() {
    let app = App::new("advocate").await;
    let mut op = app.operator().await;
    let ann = app.user("ann@acme.example", Role::Admin).await;
    let member = app.get(&ann, &at("/members")).await.link("/role");
    let mut pages: Vec<String> = [
        "/organization",
        "/delete",
        "/appearance",
        "/members",
        "/tokens",
        "/portal-links",
        "/audit",
        "/storage",
        "/account",
        "/account/sign-out",
    ]
    .iter()
    .map(|page| at(page))
    .collect();
    pages.extend([
        member.replace("/role", "/remove"),
        member,
        "/portal-organizations".to_owned(),
        "/portal-organizations/new".to_owned(),
        "/portal-organizations?q=nothing%20like%20it".to_owned(),
    ]);
    for round in 0..2 {
        for language in ["en", "it", "de", "fil"] {
            op.language = language;
            for path in &pages {
                let seen = app.get(&op, path).await;
                seen.is(200).has(&format!("<html lang=\"{language}\""));
                assert_eq!(keys(&seen), [""; 0], "{path} in {language}");
                seen.has_not(" style=").has_not("<style");
            }
        }
        if round == 0 {
            let fields = [("name", "shop"), ("role", "viewer"), ("lasts", "")];
            app.post(&ann, &at("/tokens"), &fields).await.is(200);
            let fields = [
                ("name", "Cool"),
                ("role", "viewer"),
                ("expires_in_s", "300"),
                ("session_s", "3600"),
            ];
            app.post(&ann, &at("/portal-links"), &fields).await.is(200);
            for list in ["/tokens", "/portal-links"] {
                pages.push(app.get(&ann, &at(list)).await.link("/revoke"));
            }
        }
    }
}
