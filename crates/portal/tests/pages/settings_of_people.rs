//! The settings of people: members and their roles, and everybody's own account.

use bellwire_core::access::Role;

use crate::app::App;

const MEMBERS: &str = "/portal/acme/settings/members";
const ACCOUNT: &str = "/portal/acme/settings/account";
const PASSWORD: &str = "plum gravel orbit lantern";

/// Somebody new gets a link to choose a password by; somebody who is a user already is taken in.
#[tokio::test]
async fn a_member_is_added_given_another_role_and_removed() {
    let app = App::new("standard").await;
    app.kit.organization("other", "standard").await;
    let ann = app.user("ann@acme.example", Role::Admin).await;
    let fields = [
        ("email", "Ben@Acme.example"),
        ("name", "Ben <b>"),
        ("role", "viewer"),
    ];
    let shown = app.post(&ann, MEMBERS, &fields).await;
    shown.is(200).has("ben@acme.example").has("shown only once");
    let link = shown.text.split("/password/").nth(1).unwrap();
    let link = format!("/password/{}", link.split('<').next().unwrap());
    app.open(&link).await.is(200);
    let list = app.get(&ann, MEMBERS).await;
    list.has("Ben &#60;b&#62;")
        .has("Has not chosen a password")
        .has("You")
        // It makes its bearer that user, so only whoever runs the server may make another.
        .has_not("New password link");
    app.post(&ann, MEMBERS, &fields)
        .await
        .is(409)
        .has("is a member already");
    app.post(
        &ann,
        MEMBERS,
        &[("email", "no address"), ("role", "viewer")],
    )
    .await
    .is(422)
    .has("id=\"email-note\" role=\"alert\"")
    .has("value=\"no address\"");
    let users = app.kit.service.users(Some("ben@"), None, 2).await.unwrap();
    let ben = users.items[0].clone();
    let own = |what: &str| format!("{MEMBERS}/{}/{what}", ben.id);
    app.get(&ann, &own("role"))
        .await
        .is(200)
        .has("value=\"viewer\" checked");
    let seen = app.post(&ann, &own("role"), &[("role", "editor")]).await;
    assert_eq!(seen.is(303).location(), format!("{MEMBERS}?done=role"));
    let now = app.kit.service.user(ben.id).await.unwrap();
    assert_eq!(now.memberships[0].role, Role::Editor);
    // Of another organization there is no such member.
    let op = app.operator().await;
    let elsewhere = own("role").replace("acme", "other");
    app.get(&op, &elsewhere).await.is(404);
    app.get(&op, MEMBERS).await.has("New password link");
    app.post(&op, &own("password-link"), &[])
        .await
        .is(200)
        .has("/password/");
    app.open(&link).await.is(410);
    app.post(&ann, &own("password-link"), &[]).await.is(403);
    app.get(&ann, &own("remove")).await.has("data-cancel");
    let seen = app.post(&ann, &own("remove"), &[]).await;
    assert_eq!(seen.is(303).location(), format!("{MEMBERS}?done=removed"));
    assert!(
        app.kit
            .service
            .user(ben.id)
            .await
            .unwrap()
            .memberships
            .is_empty()
    );
}

/// Nobody takes their own rights away without being told what that means.
#[tokio::test]
async fn who_would_lock_themselves_out_is_told() {
    let app = App::new("standard").await;
    let ann = app.user("ann@acme.example", Role::Admin).await;
    let list = app.get(&ann, MEMBERS).await;
    let role = list.link("/role");
    app.get(&ann, &role)
        .await
        .has("This is you.")
        .has("only another admin");
    let remove = list.link("/remove");
    app.get(&ann, &remove)
        .await
        .has("This is you.")
        .has("only another admin");
    let seen = app.post(&ann, &remove, &[]).await;
    assert_eq!(seen.is(303).location(), "/");
    app.get(&ann, MEMBERS).await.is(303);
}

/// What somebody is called, and in which language they are spoken to.
#[tokio::test]
async fn everybody_has_an_account() {
    let app = App::new("standard").await;
    let vic = app.user("vic@acme.example", Role::Viewer).await;
    let page = app.get(&vic, ACCOUNT).await;
    page.is(200)
        .has("vic@acme.example")
        .has("This browser")
        .has("Current password");
    let fields = [("name", "Vic & Co"), ("language", "de")];
    let seen = app.post(&vic, ACCOUNT, &fields).await;
    assert_eq!(seen.is(303).location(), format!("{ACCOUNT}?done=saved"));
    let cookie = seen.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("bellwire-language=de;"), "{cookie}");
    app.get(&vic, ACCOUNT)
        .await
        .has("<html lang=\"de\"")
        .has("value=\"Vic &#38; Co\"");
    app.post(&vic, ACCOUNT, &[("name", ""), ("language", "")])
        .await
        .is(422)
        .has("id=\"name-note\" role=\"alert\"");
}

/// The password that holds is asked for; with a new one every other browser is out.
#[tokio::test]
async fn a_password_is_changed_by_who_knows_it() {
    let app = App::new("standard").await;
    let vic = app.user("vic@acme.example", Role::Viewer).await;
    let change = format!("{ACCOUNT}/password");
    let new = "copper lantern thistle";
    for (current, wanted, field) in [
        ("not the one", new, "current_password"),
        (PASSWORD, "short", "new_password"),
    ] {
        let fields = [("current_password", current), ("new_password", wanted)];
        app.post(&vic, &change, &fields)
            .await
            .is(422)
            .has(&format!("id=\"{field}-note\" role=\"alert\""))
            .has_not(&format!("value=\"{current}\""));
    }
    let fields = [("current_password", PASSWORD), ("new_password", new)];
    let seen = app.post(&vic, &change, &fields).await;
    assert_eq!(seen.is(303).location(), format!("{ACCOUNT}?done=password"));
    let cookie = seen.headers["set-cookie"].to_str().unwrap();
    let here = app.nobody().with_cookie(cookie.split(';').next().unwrap());
    app.get(&here, ACCOUNT).await.is(200);
    app.get(&vic, ACCOUNT).await.is(303);
}

/// Every browser somebody is signed in on is listed, and ended one by one or all at once.
#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let app = App::new("standard").await;
    let vic = app.user("vic@acme.example", Role::Viewer).await;
    let phone = app.again("vic@acme.example").await;
    let page = app.get(&vic, ACCOUNT).await;
    let end = page
        .text
        .split("action=\"")
        .find(|part| part.contains("/end\""));
    let end = end.unwrap().split('"').next().unwrap().to_owned();
    let seen = app.post(&vic, &end, &[]).await;
    assert_eq!(seen.is(303).location(), format!("{ACCOUNT}?done=ended"));
    app.get(&phone, ACCOUNT).await.is(303);
    app.get(&vic, ACCOUNT).await.is(200).has_not("/end\"");
    let phone = app.again("vic@acme.example").await;
    let everywhere = format!("{ACCOUNT}/sign-out");
    app.get(&vic, &everywhere).await.is(200).has("data-cancel");
    let seen = app.post(&vic, &everywhere, &[]).await;
    assert_eq!(seen.is(303).location(), "/sign-in");
    for browser in [&vic, &phone] {
        app.get(browser, ACCOUNT).await.is(303);
    }
}
