//! All organizations: found, and made by those who run the server.

use bellwire_core::access::Role;

use crate::app::App;

const ALL: &str = "/portal-organizations";

/// Who runs a server without any organization is led to making the first one.
#[tokio::test]
async fn the_first_organization_is_made_in_the_portal() {
    let app = App::new("standard").await;
    let op = app.operator().await;
    app.kit
        .service
        .delete_organization("acme", &bellwire_testkit::service::by("test"))
        .await
        .unwrap();
    let start = app.get(&op, "/").await;
    start.is(200).has("There is no organization yet");
    let new = start.link("/new");
    app.get(&op, &new)
        .await
        .is(200)
        .has("value=\"standard\" checked");
    let fields = [("slug", "Not a slug"), ("default_profile", "none")];
    app.post(&op, &new, &fields)
        .await
        .is(422)
        .has("value=\"Not a slug\"")
        .has("id=\"slug-note\" role=\"alert\"")
        .has("id=\"default_profile-note\" role=\"alert\"");
    let fields = [
        ("slug", "cool"),
        ("name", "Cool Travel"),
        ("default_profile", "eventinsight"),
    ];
    let seen = app.post(&op, &new, &fields).await;
    assert_eq!(seen.is(303).location(), "/portal/cool/webhooks");
    app.get(&op, "/portal/cool/webhooks")
        .await
        .is(200)
        .has("Couplings");
    app.post(&op, &new, &fields)
        .await
        .is(422)
        .has("There is an organization")
        .has("id=\"slug-note\" role=\"alert\"");
}

/// However many there are, one is found.
#[tokio::test]
async fn an_organization_is_found_among_many() {
    let app = App::new("standard").await;
    for number in 0..60 {
        app.kit
            .organization(&format!("org-{number:02}"), "standard")
            .await;
    }
    let op = app.operator().await;
    let first = app.get(&op, ALL).await;
    first.is(200).has("mono\">org-00<").has_not("org-59");
    let next = first.link("after=");
    app.get(&op, &next)
        .await
        .has("mono\">org-59<")
        .has_not("mono\">org-00<");
    app.get(&op, &format!("{ALL}?q=ORG-5"))
        .await
        .has("mono\">org-59<")
        .has_not("mono\">org-49<");
    app.get(&op, "/portal/acme/webhooks").await.has(ALL);
    // A member finds their own, makes none, and a customer finds nothing.
    let ann = app.user("ann@acme.example", Role::Admin).await;
    app.get(&ann, ALL)
        .await
        .is(200)
        .has("/portal/acme\"")
        .has_not("org-00")
        .has_not("/new\"");
    app.get(&ann, &format!("{ALL}/new")).await.is(403);
    let fields = [("slug", "mine"), ("default_profile", "standard")];
    app.post(&ann, &format!("{ALL}/new"), &fields).await.is(403);
    app.post_with(&op, &format!("{ALL}/new"), &fields, &[])
        .await
        .is(403);
    assert!(app.kit.service.tenant("mine").is_err());
    let customer = app.customer(&[]).await;
    app.get(&customer, ALL).await.is(303);
}
