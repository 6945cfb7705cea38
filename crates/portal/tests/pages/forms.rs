//! What the forms of webhooks do.

use bellwire_core::{access::Role, service::NewChannel};
use bellwire_testkit::service::by;

use crate::app::{App, Browser};

const NEW: &str = "/portal/acme/webhooks/new";

async fn editor(app: &App) -> Browser {
    app.user("ed@acme.example", Role::Editor).await
}

/// ADV-4, EVI-7 to EVI-11, WNK-3 to WNK-9: a webhook is made with a form, and is live at once.
#[tokio::test]
async fn a_webhook_is_made_and_is_in_the_list() {
    let app = App::new("standard").await;
    let ed = editor(&app).await;
    app.get(&ed, "/portal/acme/webhooks")
        .await
        .has("Nothing is sent anywhere yet");
    let fields = [
        ("name", "Reception <desk>"),
        ("url", "https://hooks.example/a"),
        ("enabled", "1"),
        ("other_types", "booking.*, user.new"),
        ("other_channels", "account:cool"),
        ("headers", "X-Api-Key: s3cret"),
        ("retry", "fixed"),
        ("interval_s", "60"),
        ("max_attempts", "5"),
        ("per_second", "20"),
    ];
    let seen = app.post(&ed, NEW, &fields).await;
    assert_eq!(
        seen.is(303).location(),
        "/portal/acme/webhooks?done=created"
    );
    let list = app.get(&ed, "/portal/acme/webhooks?done=created").await;
    list.has("Reception &#60;desk&#62;")
        .has("Created. It is live.")
        .has_not("<desk>");
    let tenant = app.kit.service.tenant("acme").unwrap();
    let settings = &tenant.routes[0].webhook.settings;
    assert_eq!(settings.event_types, ["booking.*", "user.new"]);
    assert_eq!(settings.channels, ["account:cool"]);
    assert_eq!(settings.headers[0].value, "s3cret");
    assert_eq!(settings.overrides.rate_limit.unwrap().per_second, 20);

    // A header that was not touched stays as it was, and is never shown.
    let path = format!("/portal/acme/webhooks/{}/edit", tenant.routes[0].webhook.id);
    let form = app.get(&ed, &path).await;
    form.is(200)
        .has("x-api-key: ••••••••")
        .has("booking.*, user.new")
        .has_not("s3cret");
    let fields = [
        ("name", "Desk"),
        ("url", "https://hooks.example/b"),
        ("enabled", "1"),
        ("all_types", "1"),
        ("headers", "x-api-key: ••••••••"),
    ];
    app.post(&ed, &path, &fields).await.is(303);
    let tenant = app.kit.service.tenant("acme").unwrap();
    let settings = &tenant.routes[0].webhook.settings;
    assert_eq!(settings.url, "https://hooks.example/b");
    assert_eq!(settings.headers[0].value, "s3cret");
    assert!(settings.event_types.is_empty() && settings.overrides.rate_limit.is_none());
}

/// What is wrong is told at its field, all of it at once, and nothing that was typed is lost.
#[tokio::test]
async fn what_is_wrong_comes_back_in_the_form() {
    let app = App::new("standard").await;
    let ed = editor(&app).await;
    let fields = [
        ("name", "Kept"),
        ("url", "ftp://hooks.example/"),
        ("other_types", "not a type!"),
        ("per_second", "many"),
    ];
    let seen = app.post(&ed, NEW, &fields).await;
    seen.is(422)
        .has("value=\"Kept\"")
        .has("value=\"ftp://hooks.example/\"")
        .has("aria-invalid=\"true\"")
        .has("URLs cannot be called")
        .has("<code>many</code> is no whole number");
    assert!(app.kit.service.tenant("acme").unwrap().routes.is_empty());
}

/// While one types, the rules are asked, and nothing is stored.
#[tokio::test]
async fn a_url_is_judged_while_it_is_typed() {
    let app = App::new("wink").await;
    let ed = editor(&app).await;
    let check = "/portal/acme/webhooks/check";
    let part = [("hx-request", "true")];
    for (url, said) in [
        ("https://hooks.example/a", "Looks good"),
        ("hooks.example", "begins with https://"),
        ("http://hooks.example/", "requires https"),
        ("https://u:p@hooks.example/", "password is in the URL"),
    ] {
        let fields = [("field", "url"), ("url", url)];
        let mut all = vec![("csrf", ed.csrf())];
        all.extend(fields);
        let seen = app.post_with(&ed, check, &all, &part).await;
        seen.is(200)
            .has("id=\"url-note\"")
            .has(said)
            .has_not("<html");
    }
    assert!(app.kit.service.tenant("acme").unwrap().routes.is_empty());
}

/// WNK-12: OK removes, Cancel keeps.
#[tokio::test]
async fn removing_asks_first() {
    let app = App::new("standard").await;
    let ed = editor(&app).await;
    let webhook = app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let path = format!("/portal/acme/webhooks/{}/remove", webhook.id);
    let asked = app.get(&ed, &path).await;
    asked
        .is(200)
        .has("Remove this webhook?")
        .has(">OK<")
        .has("data-cancel");
    // With something that waits, the loss is asked for by itself.
    app.event("a.b", &[], "{}").await;
    app.post(&ed, &path, &[])
        .await
        .is(409)
        .has("name=\"force\"");
    let seen = app.post(&ed, &path, &[("force", "1")]).await;
    assert_eq!(
        seen.is(303).location(),
        "/portal/acme/webhooks?done=removed"
    );
    app.get(&ed, "/portal/acme/webhooks").await.has_not("Desk");
}

/// EVI-9, WNK-10: the switch; pausing and resuming.
#[tokio::test]
async fn a_webhook_is_switched_and_paused() {
    let app = App::new("standard").await;
    let ed = editor(&app).await;
    let webhook = app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let path = |rest: &str| format!("/portal/acme/webhooks/{}/{rest}", webhook.id);
    let now = || async { app.kit.service.webhook("acme", webhook.id).await.unwrap() };
    let csrf = [("csrf", ed.csrf()), ("enabled", "")];
    let part = [("hx-request", "true")];
    let row = app.post_with(&ed, &path("enabled"), &csrf, &part).await;
    row.is(200)
        .has("aria-checked=\"false\"")
        .has("Disabled")
        .has_not("<html");
    assert!(now().await.disabled.is_some());
    app.post(&ed, &path("enabled"), &[("enabled", "1")])
        .await
        .is(303);
    assert!(now().await.disabled.is_none());
    app.post(&ed, &path("pause"), &[]).await.is(303);
    assert!(now().await.is_paused());
    app.get(&ed, &path("")[..path("").len() - 1])
        .await
        .has("Paused by ed@acme.example");
    app.post(&ed, &path("resume"), &[]).await.is(303);
    assert!(!now().await.is_paused());
}

/// The secret is shown to who asks for it, which is noted, and to nobody else.
#[tokio::test]
async fn a_secret_is_shown_on_demand_and_rotated() {
    let app = App::new("standard").await;
    let ed = editor(&app).await;
    let webhook = app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let path = format!("/portal/acme/webhooks/{}", webhook.id);
    app.get(&ed, &path)
        .await
        .is(200)
        .has_not(&webhook.secrets[0].value);
    let shown = app.post(&ed, &format!("{path}/secret"), &[]).await;
    shown.is(200).has(&webhook.secrets[0].value);
    app.post(&ed, &format!("{path}/rotate"), &[]).await.is(303);
    let now = app.kit.service.webhook("acme", webhook.id).await.unwrap();
    assert_eq!(now.secrets.len(), 2);
    app.post(&ed, &format!("{path}/rotate"), &[("at_once", "1")])
        .await
        .is(303);
    let now = app.kit.service.webhook("acme", webhook.id).await.unwrap();
    assert_eq!(now.secrets.len(), 1);
}

/// WNK-10: who saves second is told what the first one did, loses nothing, and decides. A pause is no
/// change of what the form asks for.
#[tokio::test]
async fn two_who_change_the_same_webhook_do_not_undo_each_other() {
    let app = App::new("standard").await;
    let ed = editor(&app).await;
    let webhook = app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let path = format!("/portal/acme/webhooks/{}/edit", webhook.id);
    let opened = app.get(&ed, &path).await;
    opened.has("name=\"revision\" value=\"1\"");
    let fields = |name: &'static str, revision: &'static str| {
        [
            ("name", name),
            ("url", "https://hooks.example/a"),
            ("enabled", "1"),
            ("was_enabled", "1"),
            ("all_types", "1"),
            ("revision", revision),
        ]
    };
    let now = || async { app.kit.service.webhook("acme", webhook.id).await.unwrap() };
    app.post(&ed, &path, &fields("Ann's", "1")).await.is(303);
    let conflict = app.post(&ed, &path, &fields("Ben's <b>", "1")).await;
    conflict
        .is(409)
        .has("ed@acme.example has changed this since you opened it")
        .has(": Name.")
        .has("value=\"Ben&#39;s &#60;b&#62;\"")
        .has("name=\"revision\" value=\"2\"");
    assert_eq!(now().await.settings.name, "Ann's");
    let pause = format!("/portal/acme/webhooks/{}/pause", webhook.id);
    app.post(&ed, &pause, &[]).await.is(303);
    app.post(&ed, &path, &fields("Ben's", "2")).await.is(303);
    let after = now().await;
    assert_eq!(
        (after.settings.name.as_str(), after.is_paused()),
        ("Ben's", true)
    );
}

/// APG-32: a webhook that receives only what is addressed to it says so, and "everything" is everything.
#[tokio::test]
async fn only_what_is_addressed_is_said_plainly() {
    let app = App::new("apigee").await;
    let ed = editor(&app).await;
    app.get(&ed, NEW)
        .await
        .has("Only what is addressed to it")
        .has("name=\"direct\" value=\"1\" data-hides=\"undirected\" checked");
    let base = [
        ("name", "Desk"),
        ("enabled", "1"),
        ("all_types", "1"),
        ("asks_direct", "1"),
    ];
    let make = |url: &'static str, direct: &'static str| {
        let mut fields = base.to_vec();
        fields.extend([("url", url), ("direct", direct)]);
        fields
    };
    app.post(&ed, NEW, &make("https://hooks.example/a", "1"))
        .await
        .is(303);
    app.post(&ed, NEW, &make("https://hooks.example/b", ""))
        .await
        .is(303);
    let tenant = app.kit.service.tenant("acme").unwrap();
    let direct: Vec<bool> = tenant
        .routes
        .iter()
        .map(|route| route.webhook.settings.direct)
        .collect();
    assert_eq!(direct, [true, false]);
    app.get(&ed, "/portal/acme/webhooks")
        .await
        .has("addressed only")
        .has("everything");
    let plain = App::new("standard").await;
    let ed = editor(&plain).await;
    plain.get(&ed, NEW).await.has_not("name=\"direct\"");
}

/// WNK-6, EVI-12: many channels are looked for; those that are chosen stay, and none is lost by saving.
#[tokio::test]
async fn many_channels_are_looked_for() {
    let app = App::new("wink").await;
    let ed = editor(&app).await;
    for number in 0..40 {
        let new = NewChannel {
            key: format!("account:{number:02}"),
            label: Some(format!("Hotel {number} <b>")),
            ..NewChannel::default()
        };
        let by = by("test");
        let made = app.kit.service.create_channel("acme", new, &by);
        made.await.unwrap();
    }
    let webhook = app
        .webhook("Desk", "https://hooks.example/a", &["account:07"])
        .await;
    app.get(&ed, NEW)
        .await
        .has("id=\"channels_search\"")
        .has("name=\"other_channels\"")
        .has_not("Hotel 39");
    let path = format!("/portal/acme/webhooks/{}/edit", webhook.id);
    app.get(&ed, &path)
        .await
        .has("name=\"channels\" value=\"account:07\" checked")
        .has_not("Hotel 39");
    let found = app
        .get(
            &ed,
            "/portal/acme/webhooks/channels?channels_search=hotel+39&channels=account%3A07",
        )
        .await;
    found
        .is(200)
        .has("value=\"account:07\" checked")
        .has("value=\"account:39\"")
        .has("Hotel 39 &#60;b&#62;")
        .has_not("account:38")
        .has_not("<html");
}
