//! Links that work once, by API and by page: for the first operator, and for choosing a password.

use bellwire_core::{
    access::{Actor, Role},
    service::{PASSWORD_LINK_US, SIGN_IN_LINK_US},
    time::DAY,
};
use http::Method;
use serde_json::{Value, json};

use crate::{
    app::App,
    browser::{Browser, ORIGIN, acme, acme_with, altered, check_page, text_of},
    visitors::PASSWORD,
};

const ANN: &str = "ann@example.com";
const NEW_PASSWORD: &str = "walnut ferry cobalt anthem";

fn set_up(link: &str, password: &str) -> Value {
    json!({"link": link, "email": ANN, "name": "Ann", "password": password})
}

async fn first_operator_link(app: &App) -> String {
    let link = app.kit.service.first_operator_link().await.unwrap();
    link.expect("there is no operator yet")
}

async fn password_link(app: &App, user: &str) -> String {
    let made = app
        .post(&format!("/users/{user}/password-link"), Value::Null)
        .await
        .expect(201);
    text_of(made["url"].as_str().unwrap(), "password")
}

#[tokio::test]
async fn the_first_operator_is_made_once_by_the_link_of_the_start() {
    let app = acme().await;
    let former = first_operator_link(&app).await;
    let link = first_operator_link(&app).await;
    let mut browser = Browser::default();
    let answer = browser
        .api(&app, Method::POST, "/setup", &set_up(&former, PASSWORD))
        .await;
    answer.problem(410, "link_revoked", "");
    let answer = browser
        .api(
            &app,
            Method::POST,
            "/setup",
            &set_up(&altered(&link), PASSWORD),
        )
        .await;
    answer.problem(404, "not_found", "");
    // What is wrong with the rest does not use the link up.
    let answer = browser
        .api(&app, Method::POST, "/setup", &set_up(&link, "annexample"))
        .await;
    answer.problem(422, "invalid_request", "password");

    let made = browser
        .api(&app, Method::POST, "/setup", &set_up(&link, PASSWORD))
        .await
        .expect(200);
    assert_eq!(made["user"]["operator"], true);
    browser.csrf = made["csrf_token"].as_str().map(str::to_owned);
    let body = json!({"email": "ben@example.com"});
    browser
        .api(&app, Method::POST, "/users", &body)
        .await
        .expect(201);
    let answer = Browser::default()
        .api(&app, Method::POST, "/setup", &set_up(&link, PASSWORD))
        .await;
    answer.problem(410, "link_used", "");
    assert_eq!(app.kit.service.first_operator_link().await.unwrap(), None);
}

#[tokio::test]
async fn a_link_for_the_first_operator_is_over_after_a_day() {
    let app = acme().await;
    let link = first_operator_link(&app).await;
    app.kit.clock.advance(DAY);
    let answer = Browser::default()
        .api(&app, Method::POST, "/setup", &set_up(&link, PASSWORD))
        .await;
    answer.problem(410, "link_expired", "");
    let page = Browser::default()
        .open(&app, &format!("/setup/{link}"))
        .await;
    check_page(&page, 410, "'none'");
    assert!(page.text.contains("This link has expired"), "{}", page.text);
}

#[tokio::test]
async fn the_page_of_the_first_operator_works_without_scripts() {
    let app = acme().await;
    let link = first_operator_link(&app).await;
    let path = format!("/setup/{link}");
    let mut browser = Browser::default();
    let page = browser.open(&app, &path).await;
    check_page(&page, 200, "'none'");
    assert!(page.text.contains("<form method=\"post\">"));
    assert_eq!(page.headers["referrer-policy"], "same-origin");

    let weak = [("email", ANN), ("name", "A<b>"), ("password", "short")];
    let page = browser.submit(&app, &path, &weak, ORIGIN).await;
    check_page(&page, 422, "'none'");
    assert!(
        page.text.contains("at least 10 characters"),
        "{}",
        page.text
    );
    assert!(page.text.contains("value=\"A&lt;b&gt;\""), "{}", page.text);
    assert!(!page.text.contains("short"), "{}", page.text);
    assert!(!browser.holds("__Host-bellwire"));

    let fields = [("email", ANN), ("name", "Ann"), ("password", PASSWORD)];
    let page = browser
        .submit(&app, &path, &fields, "https://evil.example")
        .await;
    check_page(&page, 403, "'none'");
    let page = browser.submit(&app, &path, &fields, ORIGIN).await;
    check_page(&page, 200, "'none'");
    let me = browser.get(&app, "/session").await.expect(200);
    assert_eq!(me["platform_role"], "admin");
    let page = browser.open(&app, &path).await;
    check_page(&page, 410, "'none'");
    let page = browser
        .open(&app, &format!("/setup/{}", altered(&link)))
        .await;
    check_page(&page, 404, "'none'");
}

#[tokio::test]
async fn a_password_is_chosen_once_by_a_link() {
    let (app, id) = acme_with(ANN, Role::Editor).await;
    let former = password_link(&app, &id.to_string()).await;
    let link = password_link(&app, &id.to_string()).await;
    let mut elsewhere = Browser::signed_in(&app, ANN).await;
    let choose = |link: &str, password: &str| json!({"link": link, "password": password});
    let mut browser = Browser::default();
    for (body, status, code, field) in [
        (choose(&former, NEW_PASSWORD), 410, "link_revoked", ""),
        (choose(&altered(&link), NEW_PASSWORD), 404, "not_found", ""),
        (choose("bwl_x", NEW_PASSWORD), 404, "not_found", ""),
        (
            choose(&link, "password123"),
            422,
            "invalid_request",
            "password",
        ),
    ] {
        let answer = browser.api(&app, Method::POST, "/password", &body).await;
        answer.problem(status, code, field);
    }
    elsewhere.get(&app, "/session").await.expect(200);
    let body = choose(&link, NEW_PASSWORD);
    let answer = browser.api(&app, Method::POST, "/password", &body).await;
    assert_eq!(answer.expect(200)["user"]["email"], ANN);
    browser.get(&app, "/session").await.expect(200);
    elsewhere
        .get(&app, "/session")
        .await
        .problem(401, "unauthenticated", "");
    let answer = browser.api(&app, Method::POST, "/password", &body).await;
    answer.problem(410, "link_used", "");

    let late = password_link(&app, &id.to_string()).await;
    app.kit.clock.advance(PASSWORD_LINK_US);
    let body = choose(&late, PASSWORD);
    let answer = browser.api(&app, Method::POST, "/password", &body).await;
    answer.problem(410, "link_expired", "");
}

#[tokio::test]
async fn a_link_is_good_for_what_it_was_made_for_only() {
    let (app, id) = acme_with(ANN, Role::Editor).await;
    let password = password_link(&app, &id.to_string()).await;
    let first = first_operator_link(&app).await;
    let body = json!({"name": "Cool"});
    let made = app.post("/organizations/acme/portal-links", body).await;
    let portal = text_of(made.expect(201)["url"].as_str().unwrap(), "enter");
    let mut browser = Browser::default();
    for link in [&password, &portal] {
        let answer = browser
            .api(&app, Method::POST, "/setup", &set_up(link, PASSWORD))
            .await;
        answer.problem(404, "not_found", "");
    }
    for link in [&first, &portal] {
        let body = json!({"link": link, "password": PASSWORD});
        let answer = browser.api(&app, Method::POST, "/password", &body).await;
        answer.problem(404, "not_found", "");
        let page = browser.open(&app, &format!("/password/{link}")).await;
        check_page(&page, 404, "'none'");
    }
    for link in [&first, &password] {
        let page = browser.open(&app, &format!("/enter/{link}")).await;
        check_page(&page, 404, "*");
    }
}

#[tokio::test]
async fn the_page_of_a_password_works_without_scripts() {
    let (app, id) = acme_with(ANN, Role::Editor).await;
    let link = password_link(&app, &id.to_string()).await;
    let path = format!("/password/{link}");
    let mut browser = Browser::default();
    let page = browser.open(&app, &path).await;
    check_page(&page, 200, "'none'");
    assert!(page.text.contains(ANN));
    let fields = |password| [("email", ANN), ("password", password)];
    let page = browser
        .submit(&app, &path, &fields("password123"), ORIGIN)
        .await;
    check_page(&page, 422, "'none'");
    let page = browser
        .submit(&app, &path, &fields(NEW_PASSWORD), ORIGIN)
        .await;
    check_page(&page, 200, "'none'");
    browser.get(&app, "/session").await.expect(200);
    let page = browser.submit(&app, &path, &fields(PASSWORD), ORIGIN).await;
    check_page(&page, 410, "'none'");
}

/// A link of the machine signs in once; programs that look where it leads use nothing up.
#[tokio::test]
async fn a_sign_in_link_is_opened_once() {
    let (app, id) = acme_with(ANN, Role::Editor).await;
    let link = app.kit.service.sign_in_link(id, &Actor::system()).await;
    let link = link.unwrap();
    let path = format!("/sign-in/link/{link}");
    let mut browser = Browser::default();
    let made_up = format!("/sign-in/link/{}", altered(&link));
    let page = browser.open(&app, &made_up).await;
    check_page(&page, 404, "'none'");
    let entered = browser.open(&app, &path).await;
    assert_eq!(
        (entered.status.as_u16(), &entered.headers["location"]),
        (303, &"/".parse().unwrap())
    );
    let session = browser.get(&app, "/session").await.expect(200);
    assert_eq!(session["user"]["email"], ANN);
    let page = Browser::default().open(&app, &path).await;
    check_page(&page, 410, "'none'");
    let late = app.kit.service.sign_in_link(id, &Actor::system()).await;
    app.kit.clock.advance(SIGN_IN_LINK_US);
    let path = format!("/sign-in/link/{}", late.unwrap());
    check_page(&browser.open(&app, &path).await, 410, "'none'");
}

/// Where nobody set one, the pages say so; nothing is begun.
#[tokio::test]
async fn without_an_identity_provider_nobody_signs_in_through_one() {
    let app = App::new().await;
    let mut browser = Browser::default();
    for path in [
        "/sign-in/oidc",
        "/sign-in/oidc?return_to=/portal/acme",
        "/sign-in/oidc/callback?state=x&code=y",
    ] {
        let page = browser.open(&app, path).await;
        check_page(&page, 404, "'none'");
        assert!(
            page.text.contains("`oidc.issuer` is not set"),
            "{}",
            page.text
        );
    }
    let page = browser
        .open(&app, "/sign-in/oidc?return_to=//evil.example")
        .await;
    check_page(&page, 400, "'none'");
}
