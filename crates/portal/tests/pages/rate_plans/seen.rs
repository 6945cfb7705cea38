//! Two people have the same form open: the second one is told, keeps what they typed, and decides.

use bellwire_core::{access::Role, ports::Window};

use super::{PLAN, ada, house};
use crate::app::{Browser, Seen};

/// The value of the hidden field that says what the form showed.
fn word(seen: &Seen) -> String {
    let (_, rest) = seen
        .text
        .split_once("name=\"seen\" value=\"")
        .unwrap_or_else(|| panic!("no word in:\n{}", seen.text));
    rest.split('"').next().unwrap_or_default().to_owned()
}

const TOLD: &str = "Somebody has changed this since you opened it.";

async fn is_told(
    app: &crate::app::App,
    browser: &Browser,
    (form, action): (&str, &str),
    first: &[(&str, &str)],
    second: &[(&str, &str)],
) {
    let opened = word(app.get(browser, form).await.is(200));
    app.post(
        browser,
        action,
        &[first, &[("seen", opened.as_str())]].concat(),
    )
    .await
    .is(303);
    let late = [second, &[("seen", opened.as_str())]].concat();
    let seen = app.post(browser, action, &late).await;
    seen.is(409).has(TOLD);
    // What was typed stands there still, and sent again it is meant.
    let again = word(&seen);
    assert_ne!(again, opened);
    app.post(
        browser,
        action,
        &[second, &[("seen", again.as_str())]].concat(),
    )
    .await
    .is(303);
}

#[tokio::test]
async fn who_saves_a_form_second_is_told() {
    let (app, ed) = house("apigee").await;
    ada(&app, 100, 1).await;
    let service = &app.kit.service;
    let bought = service
        .developer_plans(
            "acme",
            Some("ada@example.com".to_owned()),
            None,
            Window {
                offset: 0,
                limit: 1,
            },
        )
        .await
        .unwrap();
    let start = bought.items[0].document.start.to_string();
    let bought = format!(
        "/portal/acme/developer-rate-plans/{}/edit",
        bought.items[0].document.id
    );
    let ada = "/portal/acme/developers/ada%40example.com/edit";
    let package = "/portal/acme/packages/location/edit";
    let plan = format!("{PLAN}/edit");
    let names = |name| [("name", name), ("months", "1"), ("first_name", name)];
    for path in [package, &plan, ada] {
        is_told(&app, &ed, (path, path), &names("One"), &names("Two")).await;
    }
    let targets = |target| [("quota_target", target), ("start", &start[..19])];
    is_told(
        &app,
        &ed,
        (&bought, &bought),
        &targets("200"),
        &targets("300"),
    )
    .await;
    let package = service.package("acme", "location").await.unwrap();
    assert_eq!(package.document.name, "Two");

    app.event_type("booking.created", None).await;
    let path = "/portal/acme/event-types/booking.created/edit";
    let texts = |text| [("description", text), ("example", "")];
    let ann = app.user("ann@acme.example", Role::Admin).await;
    is_told(&app, &ann, (path, path), &texts("One"), &texts("Two")).await;

    let path = "/portal/acme/settings/organization";
    let named = |name| [("name", name), ("default_profile", "apigee")];
    is_told(&app, &ann, (path, path), &named("One"), &named("Two")).await;
}
