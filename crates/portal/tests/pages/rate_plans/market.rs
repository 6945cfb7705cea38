//! Packages, rate plans, developers and what they bought: everything a notification needs (APG-27d),
//! set up by hand. APG-1: the three steps.

use bellwire_core::{access::Role, ports::Window, usage::UsageTarget};

use super::{PLAN, ada, house, notification};
use crate::app::{App, Seen};

/// APG-1: who has no notification yet is told the three steps, with links, and which is done.
#[tokio::test]
async fn apg_1_the_three_steps_are_told() {
    let app = App::new("apigee").await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    for path in ["/portal/acme/rate-plans", "/portal/acme/packages"] {
        let seen = app.get(&ed, path).await;
        seen.is(200)
            .has("Three steps to your first notification")
            .has("Add webhooks")
            .has("href=\"/portal/acme/webhooks/new\"")
            .has("Set up the callback handler")
            .has("href=\"/portal/acme/inspector\"")
            .has("Set up a notification on an adjustable rate plan")
            .has("href=\"/portal/acme/new/package\"")
            .has_not("<li class=\"done\">");
    }
    let (app, ed) = house("apigee").await;
    app.webhook("Desk", "https://hooks.example/a", &[]).await;
    app.get(&ed, "/portal/acme/rate-plans")
        .await
        .has("<li class=\"done\">");
    notification(&app, vec![UsageTarget::At(80)]).await;
    app.get(&ed, "/portal/acme/rate-plans")
        .await
        .has_not("Three steps");
}

/// APG-27d, APG-17: a package, its rate plan, publishing, editing, deleting.
#[tokio::test]
async fn a_package_and_its_rate_plan_are_set_up() {
    let app = App::new("apigee").await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    // Without a package there is nothing to sell.
    let seen = app.get(&ed, "/portal/acme/new/rate-plan").await;
    assert_eq!(seen.is(303).location(), "/portal/acme/new/package");
    let wrong = [("name", " "), ("products", "Maps\r\nMaps")];
    let seen = app.post(&ed, "/portal/acme/new/package", &wrong).await;
    seen.is(422)
        .has("2 fields need your attention.")
        .has("is named twice")
        .has("It may not be empty.");
    let fields = [
        ("name", "Location"),
        ("products", "Maps\r\n\r\n Places \r\n"),
        ("description", "Where\r\nthings are"),
    ];
    let seen = app.post(&ed, "/portal/acme/new/package", &fields).await;
    assert_eq!(
        seen.is(303).location(),
        "/portal/acme/packages?done=created"
    );
    let service = &app.kit.service;
    let package = service.package("acme", "location").await.unwrap().document;
    assert_eq!(package.products, ["Maps", "Places"]);
    assert_eq!(package.description, "Where\nthings are");
    let seen = app.post(&ed, "/portal/acme/new/package", &fields).await;
    seen.is(409)
        .has("There is a package <code>location</code> already");

    let path = "/portal/acme/new/rate-plan";
    app.get(&ed, &format!("{path}?package=location"))
        .await
        .is(200)
        .has("<option value=\"location\" selected>Location</option>");
    let wrong = [("package", "location"), ("name", "Big"), ("months", "25")];
    app.post(&ed, path, &wrong)
        .await
        .is(422)
        .has("25 is not a number of months from 1 to 24");
    let wrong = [("package", "location"), ("name", "Big"), ("months", "one")];
    app.post(&ed, path, &wrong)
        .await
        .is(422)
        .has("Enter a whole number from 1 to 24.");
    let fields = [
        ("package", "location"),
        ("name", "Adjustable"),
        ("months", "3"),
    ];
    let seen = app.post(&ed, path, &fields).await;
    assert_eq!(seen.is(303).location(), format!("{PLAN}?done=created"));
    let plan = || async {
        let found = service.rate_plan("acme", "location_adjustable").await;
        found.unwrap().document
    };
    assert!(!plan().await.published && plan().await.months.get() == 3);
    let page = app.get(&ed, PLAN).await;
    page.has("Adjustable (USAGE_TARGET)").has("3 months");
    app.post(&ed, &format!("{PLAN}/published"), &[("published", "1")])
        .await
        .is(303);
    assert!(plan().await.published);
    let fields = [("name", "Adaptable"), ("months", "1"), ("description", "x")];
    app.post(&ed, &format!("{PLAN}/edit"), &fields)
        .await
        .is(303);
    assert_eq!(plan().await.name, "Adaptable");
    assert!(plan().await.published, "editing leaves it published");
    let list = app.get(&ed, "/portal/acme/packages").await;
    list.has("Adaptable").has("Maps").has(">+Notify<");

    // A package that is sold stays; what nobody bought goes.
    let package = "/portal/acme/packages/location";
    let seen = app.post(&ed, &format!("{package}/remove"), &[]).await;
    seen.is(409).has("Rate plans sell this package.");
    app.get(&ed, &format!("{PLAN}/remove"))
        .await
        .is(200)
        .has("Delete this rate plan?");
    app.post(&ed, &format!("{PLAN}/remove"), &[]).await.is(303);
    app.get(&ed, PLAN).await.is(404);
    let fields = [
        ("name", "Places"),
        ("products", "Places"),
        ("description", ""),
    ];
    app.post(&ed, &format!("{package}/edit"), &fields)
        .await
        .is(303);
    app.get(&ed, "/portal/acme/packages?q=Places")
        .await
        .has("Places");
    app.post(&ed, &format!("{package}/remove"), &[])
        .await
        .is(303);
    app.get(&ed, "/portal/acme/packages")
        .await
        .has("No packages yet");
}

/// APG-27d: a developer, and what they buy: target, start, end, and when the quota is reset.
#[tokio::test]
async fn a_developer_buys_a_rate_plan() {
    let (app, ed) = house("apigee").await;
    let service = &app.kit.service;
    let path = "/portal/acme/new/developer";
    let wrong = [("email", "ada"), ("attributes", "tier gold")];
    app.post(&ed, path, &wrong)
        .await
        .is(422)
        .has("Write each line as “name: value”.")
        .has("value=\"ada\"");
    let fields = [
        ("email", "Ada@Example.com"),
        ("first_name", "Ada"),
        ("last_name", "Lovelace"),
        ("company", "Engines"),
        ("applications", "weather\r\ntides"),
        ("attributes", "tier: gold"),
    ];
    let seen = app.post(&ed, path, &fields).await;
    let ada = "/portal/acme/developers/ada%40example.com";
    assert_eq!(seen.is(303).location(), format!("{ada}?done=created"));
    app.get(&ed, ada)
        .await
        .is(200)
        .has("Ada Lovelace")
        .has("weather, tides")
        .has("tier: gold")
        .has("They have not bought anything yet.");
    app.get(&ed, "/portal/acme/developers?q=lovelace")
        .await
        .has("Ada Lovelace");
    app.get(&ed, "/portal/acme/developers?q=grace")
        .await
        .has("Nothing found");

    let buy = "/portal/acme/new/developer-rate-plan";
    app.get(
        &ed,
        &format!("{buy}?developer=ada%40example.com&rate_plan=location_adjustable"),
    )
    .await
    .is(200)
    .has("value=\"ada@example.com\"")
    .has("<option value=\"location_adjustable\" selected>");
    let wrong = [
        ("developer", "bob@example.com"),
        ("rate_plan", "location_adjustable"),
        ("quota_target", "1000"),
        ("start", "2026-11-01T00:00"),
    ];
    app.post(&ed, buy, &wrong)
        .await
        .is(422)
        .has("There is no developer <code>bob@example.com</code>");
    let wrong = [
        ("developer", "ada@example.com"),
        ("rate_plan", "location_adjustable"),
        ("quota_target", "many"),
        ("start", "soon"),
    ];
    app.post(&ed, buy, &wrong)
        .await
        .is(422)
        .has("Enter a whole number, 0 or more.")
        .has("Enter a date and a time");
    let fields = [
        ("developer", "ada@example.com"),
        ("rate_plan", "location_adjustable"),
        ("quota_target", "1000"),
        ("start", "2025-01-31T00:00"),
        ("end", ""),
    ];
    let seen = app.post(&ed, buy, &fields).await;
    let bought = seen.is(303).location().replace("?done=bought", "");
    app.post(&ed, buy, &fields).await.is(409);
    let all = Window {
        offset: 0,
        limit: 10,
    };
    let listed = service.developer_plans("acme", None, None, all).await;
    let stored = listed.unwrap().items.remove(0).document;
    assert_eq!(stored.start.to_string(), "2025-01-31T00:00:00Z");
    assert!(bought.ends_with(&stored.id.to_string()));
    let now = service.now();
    let period =
        bellwire_core::usage::Period::of(stored.start, bellwire_core::usage::Months::ONE, now);
    let reset = bellwire_core::usage::reset_date(period.unwrap().end);
    app.get(&ed, &bought)
        .await
        .is(200)
        .has("2025-01-31 00:00:00 UTC")
        .has(&format!("{reset} UTC"))
        .has("1,000")
        .has("Nothing was used yet.");
    let fields = [
        ("quota_target", "2000"),
        ("start", "2025-01-31T00:00"),
        ("end", "2030-01-01T12:30"),
    ];
    app.post(&ed, &format!("{bought}/edit"), &fields)
        .await
        .is(303);
    let listed = service.developer_plans("acme", None, None, all).await;
    let changed = listed.unwrap().items.remove(0).document;
    assert_eq!(changed.quota_target, 2000);
    assert_eq!(
        changed.end.map(|end| end.to_string()).as_deref(),
        Some("2030-01-01T12:30:00Z")
    );

    // What somebody has bought cannot be deleted; it is taken from them first.
    app.post(&ed, &format!("{PLAN}/remove"), &[])
        .await
        .is(409)
        .has("Developers have bought this rate plan.");
    app.get(&ed, &format!("{bought}/remove"))
        .await
        .is(200)
        .has("Remove this rate plan from the developer?");
    let seen = app.post(&ed, &format!("{bought}/remove"), &[]).await;
    assert_eq!(
        seen.is(303).location(),
        format!("{ada}?done=bought-removed")
    );
    let fields = [("first_name", "Augusta"), ("attributes", "tier: gold")];
    app.post(&ed, &format!("{ada}/edit"), &fields).await.is(303);
    let developer = service.developer("acme", "ada@example.com").await;
    let developer = developer.unwrap().document;
    assert_eq!(developer.first_name, "Augusta");
    assert_eq!(developer.attributes[0].value, "gold");
    app.post(&ed, &format!("{ada}/remove"), &[]).await.is(303);
    app.get(&ed, ada).await.is(404);
}

/// Lists are shown a page at a time, and usage too.
#[tokio::test]
async fn lists_are_paged() {
    use bellwire_core::service::{NewDeveloper, NewDeveloperPlan, NewRatePlan};
    use bellwire_testkit::{builders::START, service::by};

    let (app, ed) = house("apigee").await;
    ada(&app, 1000, 1).await;
    let service = &app.kit.service;
    for number in 0..26 {
        let plan = NewRatePlan {
            package: "location".to_owned(),
            name: format!("Plan {number}"),
            ..NewRatePlan::default()
        };
        let by = by("test");
        service.create_rate_plan("acme", plan, &by).await.unwrap();
        let email = format!("dev{number}@example.com");
        let developer = NewDeveloper {
            email: email.clone(),
            ..NewDeveloper::default()
        };
        service
            .create_developer("acme", developer, &by)
            .await
            .unwrap();
        let bought = NewDeveloperPlan {
            developer: email,
            rate_plan: "location_adjustable".to_owned(),
            quota_target: 10,
            start: Some(START),
            end: None,
        };
        service
            .create_developer_plan("acme", bought, &by)
            .await
            .unwrap();
    }
    for (path, rest) in [
        ("/portal/acme/rate-plans", 3),
        ("/portal/acme/developers", 2),
        (PLAN, 2),
    ] {
        let rows = |seen: &Seen| seen.text.matches("<td><a class=\"row\"").count();
        let first = app.get(&ed, path).await;
        let next = format!("{path}?skip=25");
        first.is(200).has(&format!("href=\"{next}"));
        assert_eq!(rows(&first), 25, "{path}");
        let last = app.get(&ed, &next).await;
        last.is(200).has_not("skip=50");
        assert_eq!(rows(&last), rest, "{path}");
    }
    app.get(&ed, "/portal/acme/packages")
        .await
        .has("Show all 28 rate plans")
        .has_not("Plan 9");
}
