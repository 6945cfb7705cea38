//! The Webhooks page in the words of Apigee: APG-2 to APG-7.

use bellwire_core::access::Role;

use crate::app::App;

const LIST: &str = "/portal/acme/webhooks";

/// APG-2: Publish > Monetization > Webhooks, in the menu and above the page.
#[tokio::test]
async fn apg_2_the_way_to_webhooks() {
    let app = App::new("apigee").await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    app.get(&ed, LIST)
        .await
        .is(200)
        .has("Publish › Monetization")
        .has("<ol class=\"crumbs\"><li>Publish</li><li>Monetization</li><li aria-current=\"page\">Webhooks</li></ol>");
    // Where the profile has no such way, none is shown.
    let app = App::new("advocate").await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    app.get(&ed, LIST).await.has_not("class=\"crumbs\"");
}

/// APG-4: "+ Webhook": Name and URL are both required; "Save" lists it, enabled.
#[tokio::test]
async fn apg_4_a_webhook_needs_name_and_url_and_is_enabled() {
    let app = App::new("apigee").await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    app.get(&ed, LIST).await.has(">+ Webhook</a>");
    let path = format!("{LIST}/new");
    let form = app.get(&ed, &path).await;
    form.is(200)
        .has("<h1>Add webhook</h1>")
        .has("name=\"enabled\" value=\"1\" checked")
        .has(">Save</button>");
    for name in ["name", "url"] {
        let field = form.text.split(&format!("<input id=\"{name}\"")).nth(1);
        let field = field.and_then(|rest| rest.split('>').next()).expect(name);
        assert!(field.contains(" required "), "{name}: {field}");
    }
    for (name, url) in [("", "https://hooks.example/a"), ("Desk", "")] {
        let fields = [
            ("name", name),
            ("url", url),
            ("profile", "apigee"),
            ("all_types", "1"),
            ("enabled", "1"),
        ];
        app.post(&ed, &path, &fields)
            .await
            .is(422)
            .has("One field needs your attention.");
    }
    assert!(app.kit.service.tenant("acme").unwrap().routes.is_empty());
    let fields = [
        ("name", "Desk"),
        ("url", "https://hooks.example/a"),
        ("profile", "apigee"),
        ("all_types", "1"),
        ("enabled", "1"),
    ];
    let seen = app.post(&ed, &path, &fields).await;
    assert_eq!(seen.is(303).location(), format!("{LIST}?done=created"));
    app.get(&ed, LIST)
        .await
        .has("Desk")
        .has("aria-checked=\"true\"");
}

/// APG-3, APG-5, APG-6, APG-7: the row's menu edits ("Update Webhook") and deletes, its switch
/// enables and disables, the list is searched.
#[tokio::test]
async fn apg_5_6_7_a_row_edits_switches_and_deletes() {
    let app = App::new("apigee").await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    let webhook = app.webhook("Desk", "https://hooks.example/a", &[]).await;
    app.webhook("Till", "https://hooks.example/b", &[]).await;
    let one = format!("{LIST}/{}", webhook.id);
    let edit = format!("href=\"{one}/edit\"");
    let list = app.get(&ed, LIST).await;
    list.has(&edit)
        .has("</svg>Edit</a>")
        .has("</svg>Delete</a>");
    app.get(&ed, &format!("{LIST}?q=till"))
        .await
        .has("Till")
        .has_not("Desk");
    let form = app.get(&ed, &format!("{one}/edit")).await;
    form.is(200).has(">Update Webhook</button>");
    app.post(&ed, &format!("{one}/enabled"), &[("enabled", "")])
        .await
        .is(303);
    app.get(&ed, &format!("{LIST}?q=desk"))
        .await
        .has("aria-checked=\"false\"");
    app.get(&ed, &format!("{one}/remove"))
        .await
        .is(200)
        .has("Delete this webhook?");
    app.post(&ed, &format!("{one}/remove"), &[]).await.is(303);
    app.get(&ed, LIST).await.has_not("Desk");
    // The other profiles keep their words.
    let app = App::new("standard").await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    app.webhook("Desk", "https://hooks.example/a", &[]).await;
    app.get(&ed, LIST)
        .await
        .has("</svg>Update</a>")
        .has("</svg>Remove</a>")
        .has("Create webhook");
}
