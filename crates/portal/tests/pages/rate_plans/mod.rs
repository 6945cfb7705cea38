//! Rate plans, packages, developers and notifications: what an organization of the profile `apigee`
//! sets up by hand, page by page.

mod market;
mod notifications;
mod seen;
mod webhooks;

use bellwire_core::{
    access::Role,
    ports::Window,
    service::{NewCondition, NewDeveloper, NewDeveloperPlan, NewPackage, NewRatePlan, NewUsage},
    usage::{Condition, UsageTarget},
};
use bellwire_testkit::{builders::START, service::by};

use crate::{
    app::{App, Browser},
    languages::keys,
};

/// The plan that is published.
const PLAN: &str = "/portal/acme/rate-plans/location_adjustable";
/// The draft.
const DRAFT: &str = "/portal/acme/rate-plans/location_draft";

/// An organization of this profile with a package, a published plan and a draft, and somebody who may
/// edit.
async fn house(profile: &str) -> (App, Browser) {
    let app = App::new(profile).await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    let (service, by) = (&app.kit.service, by("test"));
    let package = NewPackage {
        name: "Location".to_owned(),
        products: Some(vec!["Maps".to_owned()]),
        ..NewPackage::default()
    };
    service.create_package("acme", package, &by).await.unwrap();
    for (name, published) in [("Adjustable", true), ("Draft", false)] {
        let plan = NewRatePlan {
            package: "location".to_owned(),
            name: name.to_owned(),
            published: Some(published),
            ..NewRatePlan::default()
        };
        service.create_rate_plan("acme", plan, &by).await.unwrap();
    }
    (app, ed)
}

/// Ada has bought the published plan with this target and used so much.
async fn ada(app: &App, target: u64, used: u64) {
    let (service, by) = (&app.kit.service, by("test"));
    let developer = NewDeveloper {
        email: "ada@example.com".to_owned(),
        first_name: Some("Ada".to_owned()),
        ..NewDeveloper::default()
    };
    service
        .create_developer("acme", developer, &by)
        .await
        .unwrap();
    let plan = NewDeveloperPlan {
        developer: "ada@example.com".to_owned(),
        rate_plan: "location_adjustable".to_owned(),
        quota_target: target,
        start: Some(START),
        end: None,
    };
    service
        .create_developer_plan("acme", plan, &by)
        .await
        .unwrap();
    let record = NewUsage {
        id: "one".to_owned(),
        developer: "ada@example.com".to_owned(),
        rate_plan: "location_adjustable".to_owned(),
        application: None,
        count: Some(used),
        time: None,
    };
    service.report_usage("acme", vec![record]).await.unwrap();
}

/// A notification on the published plan.
async fn notification(app: &App, targets: Vec<UsageTarget>) -> Condition {
    let webhook = app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let new = NewCondition {
        rate_plan: "location_adjustable".to_owned(),
        targets,
        webhooks: vec![webhook.id],
    };
    let service = &app.kit.service;
    let made = service.create_condition("acme", new, &by("test")).await;
    made.unwrap().document
}

/// All notifications that are stored.
async fn stored(app: &App) -> Vec<Condition> {
    let all = Window {
        offset: 0,
        limit: 100,
    };
    let listed = app.kit.service.conditions("acme", None, all).await.unwrap();
    listed.items.into_iter().map(|kept| kept.document).collect()
}

/// Every page of rate plans is whole in every language, empty and full, also for words that have
/// markup in them.
#[tokio::test]
async fn every_page_is_whole_in_every_language() {
    for profile in ["apigee", "standard"] {
        let empty = App::new(profile).await;
        let mut eve = empty.user("eve@acme.example", Role::Editor).await;
        let (app, mut ed) = house(profile).await;
        ada(&app, 1000, 820).await;
        let condition = notification(&app, vec![UsageTarget::range(80, 120, 10).unwrap()]).await;
        let service = &app.kit.service;
        let all = Window {
            offset: 0,
            limit: 1,
        };
        let bought = service.developer_plans("acme", None, None, all).await;
        let bought = bought.unwrap().items[0].document.id;
        let paths = [
            "rate-plans".to_owned(),
            "rate-plans?package=none".to_owned(),
            "packages".to_owned(),
            "packages?q=nothing-there".to_owned(),
            "developers".to_owned(),
            "developers?q=nothing-there".to_owned(),
            "new/package".to_owned(),
            "new/rate-plan".to_owned(),
            "new/developer".to_owned(),
            "new/developer-rate-plan".to_owned(),
            "webhooks".to_owned(),
            "webhooks/new".to_owned(),
        ];
        let full = [
            "rate-plans/location_adjustable".to_owned(),
            "rate-plans/location_draft".to_owned(),
            "rate-plans/location_adjustable/edit".to_owned(),
            "rate-plans/location_adjustable/remove".to_owned(),
            "rate-plans/location_adjustable/notify".to_owned(),
            format!("notifications/{}", condition.id),
            format!("notifications/{}/remove", condition.id),
            "packages/location/edit".to_owned(),
            "packages/location/remove".to_owned(),
            "developers/ada%40example.com".to_owned(),
            "developers/ada%40example.com/edit".to_owned(),
            "developers/ada%40example.com/remove".to_owned(),
            format!("developer-rate-plans/{bought}"),
            format!("developer-rate-plans/{bought}/edit"),
            format!("developer-rate-plans/{bought}/remove"),
        ];
        for language in ["en", "it", "de", "fil"] {
            (ed.language, eve.language) = (language, language);
            let of_both = paths
                .iter()
                .flat_map(|path| [(&app, &ed, path), (&empty, &eve, path)]);
            let of_full = full.iter().map(|path| (&app, &ed, path));
            for (app, who, path) in of_both.chain(of_full) {
                let seen = app.get(who, &format!("/portal/acme/{path}")).await;
                if seen.status == 303 {
                    assert_eq!(path, "new/rate-plan", "{}", seen.location());
                    continue;
                }
                seen.is(200).has(&format!("<html lang=\"{language}\""));
                assert_eq!(keys(&seen), [""; 0], "{path} in {language}");
                seen.has_not(" style=").has_not("<style");
            }
            // APG-16: the label stays the same.
            app.get(&ed, PLAN).await.has(">+Notify</a>");
        }
    }
}

/// What somebody writes is shown as text.
#[tokio::test]
async fn markup_in_names_is_text() {
    let app = App::new("apigee").await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    let (service, by) = (&app.kit.service, by("test"));
    let evil = "<b onclick=\"x\">\u{201c}evil\u{201d}</b>";
    let package = NewPackage {
        id: Some("evil".to_owned()),
        name: evil.to_owned(),
        description: Some(evil.to_owned()),
        products: Some(vec![evil.to_owned()]),
    };
    service.create_package("acme", package, &by).await.unwrap();
    let plan = NewRatePlan {
        id: Some("new".to_owned()),
        package: "evil".to_owned(),
        name: evil.to_owned(),
        description: Some(evil.to_owned()),
        published: Some(true),
        months: None,
    };
    service.create_rate_plan("acme", plan, &by).await.unwrap();
    let developer = NewDeveloper {
        email: "o'neil+<b>@example.com".to_owned(),
        last_name: Some(evil.to_owned()),
        ..NewDeveloper::default()
    };
    let has_developer = service
        .create_developer("acme", developer, &by)
        .await
        .is_ok();
    app.webhook(evil, "https://hooks.example/a", &[]).await;
    for path in [
        "rate-plans",
        "packages",
        "developers",
        "rate-plans/new",
        "rate-plans/new/notify",
        "rate-plans/new/remove",
        "packages/evil/edit",
        "new/rate-plan",
    ] {
        let seen = app.get(&ed, &format!("/portal/acme/{path}")).await;
        seen.is(200).has_not("<b onclick").has_not("<b>");
        if path != "developers" || has_developer {
            seen.has("&#60;b onclick");
        }
    }
}

/// Who may only look sees everything and changes nothing; a customer sees none of it.
#[tokio::test]
async fn who_may_do_what() {
    let (app, _) = house("apigee").await;
    ada(&app, 1000, 10).await;
    let condition = notification(&app, vec![UsageTarget::At(80)]).await;
    let view = app.user("vi@acme.example", Role::Viewer).await;
    let list = app.get(&view, "/portal/acme/rate-plans").await;
    list.is(200).has("Adjustable").has_not("+Notify");
    app.get(&view, PLAN)
        .await
        .is(200)
        .has("80%")
        .has_not("+Notify")
        .has_not("/edit");
    app.get(&view, "/portal/acme/packages").await.is(200);
    app.get(&view, "/portal/acme/developers").await.is(200);
    let one = format!("/portal/acme/notifications/{}", condition.id);
    for path in [
        "/portal/acme/new/package",
        "/portal/acme/new/rate-plan",
        "/portal/acme/new/developer",
        "/portal/acme/new/developer-rate-plan",
        &format!("{PLAN}/edit"),
        &format!("{PLAN}/notify"),
        &one,
    ] {
        app.get(&view, path).await.is(403);
    }
    let published = [("published", "")];
    app.post(&view, &format!("{PLAN}/published"), &published)
        .await
        .is(403);
    app.post(&view, &format!("{one}/remove"), &[]).await.is(403);

    // A customer, of some channels or of all.
    for channels in [&["account:cool"][..], &[]] {
        let customer = app.customer(channels).await;
        for path in ["rate-plans", "packages", "developers", "new/package"] {
            let seen = app.get(&customer, &format!("/portal/acme/{path}")).await;
            seen.is(403).has_not("Adjustable");
        }
        app.get(&customer, PLAN).await.is(403);
        app.get(&customer, &one).await.is(403);
        app.post(&customer, &format!("{PLAN}/published"), &published)
            .await
            .is(403);
        app.post(&customer, &format!("{one}/remove"), &[])
            .await
            .is(403);
        let webhooks = app.get(&customer, "/portal/acme/webhooks").await;
        webhooks.is(200).has_not("/rate-plans").has_not("/packages");
    }
    assert_eq!(stored(&app).await.len(), 1);
}
