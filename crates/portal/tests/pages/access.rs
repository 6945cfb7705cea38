//! Who sees what, and whose forms are taken.

use bellwire_core::{access::Role, outcome::Answer};

use crate::app::App;

#[tokio::test]
async fn nobody_is_sent_to_sign_in_and_back() {
    let app = App::new("standard").await;
    let seen = app.open("/portal/acme/events?type=a.b").await;
    assert_eq!(
        seen.is(303).location(),
        "/sign-in?return_to=%2Fportal%2Facme%2Fevents%3Ftype%3Da.b"
    );
    app.open("/sign-in?return_to=%2F%2Fevil.example")
        .await
        .is(200)
        .has("name=\"return_to\" value=\"/\"");
    let assets = app.open("/sign-in").await;
    let style = assets.text.split("href=\"/assets/").nth(1).unwrap();
    let style = style.split('"').next().unwrap();
    let file = app.open(&format!("/assets/{style}")).await;
    file.is(200).has("--accent");
    assert!(
        file.headers["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
    app.open("/assets/portal-000000000000.css").await.is(404);
}

/// Who may only look gets no buttons, and no form that they make up is taken.
#[tokio::test]
async fn who_may_only_look_changes_nothing() {
    let app = App::new("standard").await;
    let webhook = app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let path = format!("/portal/acme/webhooks/{}", webhook.id);
    let viewer = app.user("vic@acme.example", Role::Viewer).await;
    let page = app.get(&viewer, "/portal/acme/webhooks").await;
    page.is(200)
        .has("Desk")
        .has_not("/edit")
        .has_not("Create webhook");
    app.get(&viewer, &path)
        .await
        .is(200)
        .has_not("Reveal")
        .has_not("Send test");
    for below in ["edit", "remove", "rotate"] {
        app.get(&viewer, &format!("{path}/{below}")).await.is(403);
    }
    for below in [
        "enabled", "pause", "remove", "rotate", "secret", "test", "edit",
    ] {
        let seen = app.post(&viewer, &format!("{path}/{below}"), &[]).await;
        seen.is(403).has_not("whsec_");
    }
    let fields = [("url", "https://b.example/"), ("all_types", "1")];
    app.post(&viewer, "/portal/acme/webhooks/new", &fields)
        .await
        .is(403);
    let now = app.kit.service.webhook("acme", webhook.id).await.unwrap();
    assert_eq!(now, webhook);
}

#[tokio::test]
async fn a_form_must_be_ours_and_of_this_session() {
    let app = App::new("standard").await;
    let webhook = app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let path = format!("/portal/acme/webhooks/{}/remove", webhook.id);
    let ann = app.user("ann@acme.example", Role::Admin).await;
    app.post_with(&ann, &path, &[], &[]).await.is(403);
    app.post_with(&ann, &path, &[("csrf", "wrong")], &[])
        .await
        .is(403);
    for foreign in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ] {
        app.post_with(&ann, &path, &[], &[foreign]).await.is(403);
    }
    let out = app
        .post_with(&ann, "/sign-out", &[("csrf", "wrong")], &[])
        .await;
    out.is(403);
    let now = app.kit.service.webhook("acme", webhook.id).await.unwrap();
    assert_eq!(now.deleted_at, None);
    app.post(&ann, "/sign-out", &[])
        .await
        .is(200)
        .has("Signed out");
    app.get(&ann, "/portal/acme/webhooks").await.is(303);
}

/// Another organization's things, and an organization that is not one's own, are not there.
#[tokio::test]
async fn what_is_of_others_does_not_exist() {
    let app = App::new("standard").await;
    app.kit.organization("other", "standard").await;
    let ann = app.user("ann@acme.example", Role::Admin).await;
    app.get(&ann, "/portal/other/webhooks").await.is(404);
    app.get(&ann, "/portal/none/webhooks").await.is(404);
    app.get(&ann, "/portal/acme/webhooks/nonsense")
        .await
        .is(404);
    let id = "0193a5b0-7f2c-7d11-8a4e-2f6b1c0d9e8f";
    app.get(&ann, &format!("/portal/acme/webhooks/{id}"))
        .await
        .is(404);
    app.get(&ann, &format!("/portal/acme/events/{id}"))
        .await
        .is(404);
}

/// WNK-6: a customer who came through a link sees their own account and nothing of another.
#[tokio::test]
async fn a_customer_sees_their_own_channels_only() {
    let app = App::new("standard").await;
    let own = app
        .webhook("Own", "https://hooks.example/own", &["account:a"])
        .await;
    let other = app
        .webhook("Other", "https://hooks.example/other", &["account:b"])
        .await;
    let event = app.event("booking.created", &["account:b"], "{}").await;
    app.attempt(event, 1, Answer::Status(200)).await;
    let customer = app.customer(&["account:a"]).await;
    let list = app.get(&customer, "/portal/acme/webhooks").await;
    list.is(200).has("Own").has_not("Other");
    let path = |webhook: &bellwire_core::webhook::Webhook, rest: &str| {
        format!("/portal/acme/webhooks/{}{rest}", webhook.id)
    };
    app.get(&customer, &path(&own, "")).await.is(200);
    for rest in ["", "/edit", "/remove"] {
        app.get(&customer, &path(&other, rest)).await.is(404);
    }
    for rest in ["/secret", "/enabled", "/remove", "/test", "/pause"] {
        let seen = app.post(&customer, &path(&other, rest), &[]).await;
        seen.is(404).has_not("whsec_");
    }
    app.get(&customer, &format!("/portal/acme/events/{event}"))
        .await
        .is(404);
    app.get(&customer, "/portal/acme/events")
        .await
        .is(200)
        .has_not("booking.created");
    // Nor may one listen to another's, or to everybody's.
    for channels in [&[("channels", "account:b")][..], &[]] {
        let mut fields = vec![("url", "https://x.example/"), ("all_types", "1")];
        fields.extend(channels);
        app.post(&customer, "/portal/acme/webhooks/new", &fields)
            .await
            .is(422);
    }
}

/// Only the origins of the link may embed the portal; who is signed out is told what to do there.
#[tokio::test]
async fn a_customers_pages_can_be_embedded_where_the_link_says() {
    let app = App::new("standard").await;
    let customer = app.customer(&[]).await;
    let ann = app.user("ann@acme.example", Role::Admin).await;
    let path = "/portal/acme/webhooks";
    let policy = |seen: &crate::app::Seen| {
        let policy = seen.headers["content-security-policy"].to_str();
        policy.unwrap().rsplit("; ").next().unwrap().to_owned()
    };
    let own = app.get(&customer, path).await;
    assert_eq!(policy(&own), "frame-ancestors https://app.example");
    let users = app.get(&ann, path).await;
    assert_eq!(policy(&users), "frame-ancestors 'none'");
    let nobody = app.open_framed(path).await;
    nobody
        .is(401)
        .has("open the portal again")
        .has_not("<form")
        .has_not("href=\"/sign-in");
    assert_eq!(policy(&nobody), "frame-ancestors *");
}
