//! What usage notifications are made of: developers, packages, rate plans.

use bellwire_core::{
    audit::AuditFilter,
    ports::Window,
    service::{
        DeveloperPatch, MAX_APPLICATIONS, NewDeveloper, NewDeveloperPlan, NewPackage, NewRatePlan,
        NewUsage, PackagePatch, RatePlanPatch, Service,
    },
    time::{HOUR, Time},
    usage::Attribute,
};
use bellwire_testkit::{builders::START, service::by};

use crate::{World, actions, conflict, fields, missing};

pub(crate) const ALL: Window = Window {
    offset: 0,
    limit: 100,
};
pub(crate) const ADA: &str = "ada@example.com";
pub(crate) const PLAN: &str = "location_adjustable";

pub(crate) fn developer(email: &str) -> NewDeveloper {
    NewDeveloper {
        email: email.to_owned(),
        applications: Some(vec!["weather".to_owned()]),
        ..NewDeveloper::default()
    }
}

pub(crate) fn package(name: &str) -> NewPackage {
    NewPackage {
        name: name.to_owned(),
        products: Some(vec!["Maps".to_owned()]),
        ..NewPackage::default()
    }
}

pub(crate) fn rate_plan(package: &str, name: &str) -> NewRatePlan {
    NewRatePlan {
        package: package.to_owned(),
        name: name.to_owned(),
        published: Some(true),
        ..NewRatePlan::default()
    }
}

pub(crate) fn bought(start: Time, end: Option<Time>) -> NewDeveloperPlan {
    NewDeveloperPlan {
        developer: ADA.to_owned(),
        rate_plan: PLAN.to_owned(),
        quota_target: 1000,
        start: Some(start),
        end,
    }
}

pub(crate) fn used(id: &str, count: u64) -> NewUsage {
    NewUsage {
        id: id.to_owned(),
        developer: ADA.to_owned(),
        rate_plan: PLAN.to_owned(),
        application: None,
        count: Some(count),
        time: None,
    }
}

/// A package, a published rate plan, and Ada, who has not bought it.
pub(crate) async fn catalogue(service: &Service) {
    let by = by("ann");
    service
        .create_package("acme", package("Location"), &by)
        .await
        .unwrap();
    let plan = rate_plan("location", "Adjustable");
    let plan = service.create_rate_plan("acme", plan, &by).await.unwrap();
    assert_eq!(plan.document.id, PLAN);
    service
        .create_developer("acme", developer(ADA), &by)
        .await
        .unwrap();
}

/// APG-27d: developers are made, changed, listed and deleted; the address is the id, in any letters.
#[tokio::test]
async fn apg_27d_a_developer_is_known_by_an_address() {
    let world = World::new("apigee").await;
    let service = &world.kit.service;
    let new = developer("Ada@Example.com");
    let made = service
        .create_developer("acme", new.clone(), &by("ann"))
        .await
        .unwrap();
    assert_eq!(made.document.email, ADA);
    assert_eq!(
        (made.stamp.created_at, made.stamp.created_by.as_str()),
        (START, "ann")
    );
    assert_eq!(
        service.developer("acme", "ADA@example.com").await.unwrap(),
        made
    );
    let again = service
        .create_developer("acme", developer(ADA), &by("ann"))
        .await;
    assert_eq!(conflict(again), "taken");

    world.kit.clock.advance(HOUR);
    let patch = DeveloperPatch {
        first_name: Some("Ada".to_owned()),
        ..DeveloperPatch::default()
    };
    let changed = service
        .update_developer("acme", "Ada@example.com", patch.clone(), &by("bob"))
        .await
        .unwrap();
    assert_eq!(changed.document.first_name, "Ada");
    assert_eq!(changed.document.applications, ["weather"]);
    assert_eq!(
        (
            changed.stamp.created_by.as_str(),
            changed.stamp.updated_by.as_str()
        ),
        ("ann", "bob")
    );
    assert_eq!(changed.stamp.updated_at, START + HOUR);
    // What changes nothing leaves no trace.
    world.kit.clock.advance(HOUR);
    let same = service
        .update_developer("acme", ADA, patch, &by("eve"))
        .await
        .unwrap();
    assert_eq!(same, changed);

    service
        .create_developer("acme", developer("grace@example.com"), &by("ann"))
        .await
        .unwrap();
    let list = |text: Option<&str>| service.developers("acme", text.map(str::to_owned), ALL);
    let all = list(None).await.unwrap();
    assert_eq!((all.total, all.items[0].document.email.as_str()), (2, ADA));
    let found = list(Some("GRACE")).await.unwrap();
    assert_eq!((found.total, found.items.len()), (1, 1));
    let second = Window {
        offset: 1,
        limit: 1,
    };
    let second = service.developers("acme", None, second).await.unwrap();
    assert_eq!(second.items[0].document.email, "grace@example.com");
    assert_eq!(second.total, 2);

    service
        .delete_developer("acme", ADA, &by("ann"))
        .await
        .unwrap();
    assert_eq!(missing(service.developer("acme", ADA).await), "developer");
    assert_eq!(
        missing(service.delete_developer("acme", ADA, &by("ann")).await),
        "developer"
    );
    assert_eq!(
        missing(service.developers("else", None, ALL).await),
        "organization"
    );
    assert_eq!(
        actions(&world, Some("acme")).await[..4],
        [
            "developer.deleted",
            "developer.created",
            "developer.updated",
            "developer.created"
        ]
    );
    let of_ada = AuditFilter {
        subject: Some(ADA.to_owned()),
        ..AuditFilter::default()
    };
    let page = service.audit(Some("acme"), of_ada, None, 10).await.unwrap();
    let updated = &page.items[1];
    assert_eq!(
        (updated.label.as_str(), updated.actor.name.as_str()),
        ("Ada", "bob")
    );
    assert!(
        updated
            .before
            .as_ref()
            .unwrap()
            .contains(r#""first_name":"""#)
    );
    assert!(
        updated
            .after
            .as_ref()
            .unwrap()
            .contains(r#""first_name":"Ada""#)
    );
}

#[tokio::test]
async fn everything_wrong_with_a_developer_is_named_at_once() {
    let world = World::new("apigee").await;
    let service = &world.kit.service;
    let attribute = |name: &str| Attribute {
        name: name.to_owned(),
        value: "gold\0".to_owned(),
    };
    let wrong = NewDeveloper {
        email: "ada".to_owned(),
        first_name: Some("\n".to_owned()),
        last_name: Some("x".repeat(256)),
        company: Some("\u{7f}".to_owned()),
        applications: Some(vec!["a".to_owned(), "a".to_owned()]),
        attributes: Some(vec![attribute(""), attribute("tier")]),
    };
    assert_eq!(
        fields(service.create_developer("acme", wrong, &by("ann")).await),
        [
            "email",
            "first_name",
            "last_name",
            "company",
            "applications[1]",
            "attributes[0].name",
            "attributes[0].value",
            "attributes[1].value"
        ]
    );
    let many = NewDeveloper {
        applications: Some((0..=MAX_APPLICATIONS).map(|n| n.to_string()).collect()),
        ..developer(ADA)
    };
    assert_eq!(
        fields(service.create_developer("acme", many, &by("ann")).await),
        ["applications"]
    );
    assert_eq!(
        service.developers("acme", None, ALL).await.unwrap().total,
        0
    );
}

/// APG-27d: packages with products, and rate plans of 1 to 24 months; ids follow from names.
#[tokio::test]
async fn apg_27d_packages_and_rate_plans_have_ids_that_follow_from_their_names() {
    let world = World::new("apigee").await;
    let service = &world.kit.service;
    let by = by("ann");
    catalogue(service).await;
    let given = NewPackage {
        id: Some("P.1-x".to_owned()),
        ..package("Payments & more")
    };
    let made = service.create_package("acme", given, &by).await.unwrap();
    assert_eq!(made.document.id, "P.1-x");
    let again = service
        .create_package("acme", package("LOCATION"), &by)
        .await;
    assert_eq!(conflict(again), "taken");
    let plan = rate_plan("P.1-x", "Gold / yearly");
    let plan = service
        .create_rate_plan("acme", plan, &by)
        .await
        .unwrap()
        .document;
    assert_eq!(plan.id, "p.1-x_gold___yearly");
    assert_eq!((plan.months.get(), plan.published), (1, true));
    let draft = NewRatePlan {
        months: Some(24),
        published: None,
        ..rate_plan("location", "Draft")
    };
    let draft = service
        .create_rate_plan("acme", draft, &by)
        .await
        .unwrap()
        .document;
    assert_eq!((draft.months.get(), draft.published), (24, false));

    let wrong = NewRatePlan {
        id: Some("a b".to_owned()),
        months: Some(25),
        ..rate_plan("location", "x")
    };
    assert_eq!(
        fields(service.create_rate_plan("acme", wrong, &by).await),
        ["months", "id"]
    );
    let wrong = rate_plan("nothing", " ");
    assert_eq!(
        fields(service.create_rate_plan("acme", wrong, &by).await),
        ["package", "name"]
    );
    let wrong = NewPackage {
        id: Some(String::new()),
        products: Some(vec![String::new()]),
        ..package("a\nb")
    };
    assert_eq!(
        fields(service.create_package("acme", wrong, &by).await),
        ["name", "id", "products[0]"]
    );

    let of_location = service
        .rate_plans("acme", Some("location".to_owned()), ALL)
        .await
        .unwrap();
    assert_eq!(of_location.total, 2);
    assert_eq!(
        service.rate_plans("acme", None, ALL).await.unwrap().total,
        3
    );
    assert_eq!(
        service
            .packages("acme", Some("payments".to_owned()), ALL)
            .await
            .unwrap()
            .total,
        1
    );
    let renamed = PackagePatch {
        name: Some("Places".to_owned()),
        ..PackagePatch::default()
    };
    let renamed = service
        .update_package("acme", "location", renamed, &by)
        .await
        .unwrap();
    assert_eq!(
        (renamed.document.id.as_str(), renamed.document.name.as_str()),
        ("location", "Places")
    );

    // What others need stays.
    assert_eq!(
        conflict(service.delete_package("acme", "location", &by).await),
        "in_use"
    );
    service
        .delete_rate_plan("acme", &draft.id, &by)
        .await
        .unwrap();
    let new = bought(START, None);
    let sold = service
        .create_developer_plan("acme", new, &by)
        .await
        .unwrap()
        .document
        .id;
    assert_eq!(
        conflict(service.delete_rate_plan("acme", PLAN, &by).await),
        "in_use"
    );
    let longer = RatePlanPatch {
        months: Some(3),
        ..RatePlanPatch::default()
    };
    let changed = service
        .update_rate_plan("acme", PLAN, longer.clone(), &by)
        .await;
    assert_eq!(
        conflict(changed),
        "in_use",
        "its periods are the developers'"
    );
    service
        .delete_developer_plan("acme", sold, &by)
        .await
        .unwrap();
    let changed = service
        .update_rate_plan("acme", PLAN, longer, &by)
        .await
        .unwrap();
    assert_eq!(changed.document.months.get(), 3);
    service.delete_rate_plan("acme", PLAN, &by).await.unwrap();
    service
        .delete_package("acme", "location", &by)
        .await
        .unwrap();
    assert_eq!(
        missing(service.package("acme", "location").await),
        "package"
    );
    assert_eq!(missing(service.rate_plan("acme", PLAN).await), "rate plan");
}
