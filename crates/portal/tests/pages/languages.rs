//! Every page in every language, with something in it and empty.

use bellwire_core::{
    access::Role,
    outcome::{Answer, Cause},
};

use crate::app::{App, Seen};

/// What a page says that has a message which there is not: its key, which has only small letters
/// and hyphens between tags.
pub(crate) fn keys(seen: &Seen) -> Vec<&str> {
    seen.text
        .split('>')
        .filter_map(|part| part.split('<').next())
        .map(str::trim)
        .filter(|text| text.contains('-') && !text.contains(' '))
        .filter(|text| {
            text.split('-').count() > 1
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        })
        .collect()
}

/// APG-*, ADV-*, EVI-*, WNK-*: whatever the organization's profile, its pages are whole in each of the
/// four languages.
#[tokio::test]
async fn every_page_is_whole_in_every_language_and_profile() {
    for profile in ["standard", "advocate", "eventinsight"] {
        let app = App::new(profile).await;
        let mut ann = app.user("ann@acme.example", Role::Admin).await;
        let empty = ["/portal/acme/webhooks", "/portal/acme/events"];
        let webhook = app.webhook("Desk", "https://hooks.example/a", &[]).await;
        app.event_type("user.new", Some(r#"{"id":1}"#)).await;
        let event = app.event("user.new", &[], r#"{"id":1}"#).await;
        app.attempt(event, 1, Answer::Status(500)).await;
        app.attempt(event, 2, Answer::None(Cause::ConnectTimeout))
            .await;
        let lost = app.event("user.new", &[], r#"{"id":2}"#).await;
        app.give_up(lost, Answer::Status(503)).await;
        let begun = [("state", "failed"), ("per_second", "1")];
        let begun = app.post(&ann, "/portal/acme/jobs/new", &begun).await;
        let job = begun
            .is(303)
            .location()
            .split('?')
            .next()
            .unwrap()
            .to_owned();
        let one = format!("/portal/acme/webhooks/{}", webhook.id);
        let [waits, inspector, request] = crate::inspector::some(&app, &ann).await;
        let pages = [
            one.clone(),
            format!("{one}/edit"),
            format!("{one}/remove"),
            format!("{one}/rotate"),
            format!("/portal/acme/events/{event}"),
            app.get(&ann, &format!("/portal/acme/events/{event}"))
                .await
                .link("/cancel?"),
            format!("{job}/cancel"),
            job,
            "/portal/acme/jobs".to_owned(),
            "/portal/acme/jobs/new".to_owned(),
            "/portal/acme/failures".to_owned(),
            "/portal/acme/webhooks/new".to_owned(),
            "/portal/acme/webhooks?q=nothing".to_owned(),
            "/portal/acme/events?type=none".to_owned(),
            "/portal/acme/nothing".to_owned(),
            "/portal/acme/overview".to_owned(),
            "/portal/acme/overview?period=7d".to_owned(),
            "/portal/acme/event-types?q=nothing%20at%20all".to_owned(),
            "/portal/acme/event-types".to_owned(),
            "/portal/acme/new-event-type".to_owned(),
            "/portal/acme/event-types/user.new".to_owned(),
            "/portal/acme/event-types/user.new/edit".to_owned(),
            "/portal/acme/event-types/user.new/remove".to_owned(),
            "/portal/acme/inspector".to_owned(),
            waits.clone(),
            inspector.clone(),
            format!("{inspector}?request={request}"),
            format!("{inspector}/check?request={request}"),
            format!("{inspector}/clear"),
            format!("{inspector}/remove"),
            "/sign-in".to_owned(),
        ];
        for language in ["en", "it", "de", "fil"] {
            ann.language = language;
            for path in empty
                .iter()
                .map(|path| (*path).to_owned())
                .chain(pages.clone())
            {
                let seen = app.get(&ann, &path).await;
                let status = if path.ends_with("nothing") && !path.contains('?') {
                    404
                } else {
                    200
                };
                seen.is(status).has(&format!("<html lang=\"{language}\""));
                assert_eq!(keys(&seen), [""; 0], "{path} in {language}");
                let policy = seen.headers["content-security-policy"].to_str().unwrap();
                assert!(policy.contains("script-src 'self';"), "{policy}");
                seen.has_not(" style=").has_not("<style");
            }
        }
    }
}

/// The words of each profile, as requirements.md gives them.
///
/// ADV-3, ADV-4, ADV-5, ADV-6, ADV-7, EVI-7, EVI-9, EVI-11, WNK-3.
#[tokio::test]
async fn pages_use_the_words_of_the_profile() {
    for (profile, path, words) in [
        (
            "advocate",
            "webhooks",
            &["Webhook Subscriptions", "Create Subscription", "View Logs"][..],
        ),
        (
            "advocate",
            "webhooks/new",
            &["Post to URL", "Webhook Name", "Save"],
        ),
        (
            "advocate",
            "events",
            &["Webhooks Event Log", "All Types", "All time"],
        ),
        (
            "eventinsight",
            "webhooks",
            &["Couplings", "New Webhook", "Is active"],
        ),
        (
            "eventinsight",
            "webhooks/new",
            &["Triggers", "Endpoint URL"],
        ),
        ("wink", "webhooks", &["Create new webhook"]),
        (
            "wink",
            "webhooks/new",
            &["Entity name", "Webhook URL", "Enable"],
        ),
    ] {
        let app = App::new(profile).await;
        let ann = app.user("ann@acme.example", Role::Admin).await;
        if profile == "eventinsight" {
            app.webhook("Desk", "https://hooks.example/a", &[]).await;
        }
        let seen = app.get(&ann, &format!("/portal/acme/{path}")).await;
        for word in words {
            seen.has(word);
        }
    }
}

/// A language that was chosen stays, whatever the browser asks for.
#[tokio::test]
async fn the_language_is_chosen_once() {
    let app = App::new("standard").await;
    let ann = app.user("ann@acme.example", Role::Viewer).await;
    let fields = [
        ("language", "de"),
        ("return_to", "/portal/acme/webhooks?q=x"),
    ];
    let seen = app.post(&ann, "/preferences", &fields).await;
    assert_eq!(seen.is(303).location(), "/portal/acme/webhooks?q=x");
    let cookie = seen.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("bellwire-language=de; "), "{cookie}");
    let away = [("language", "de"), ("return_to", "https://evil.example/")];
    let seen = app.post(&ann, "/preferences", &away).await;
    assert_eq!(seen.location(), "/");
}
