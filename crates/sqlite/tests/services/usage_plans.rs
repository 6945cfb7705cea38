//! What developers have bought, and at which percentages of it which webhooks are called.

use bellwire_core::{
    ids::{ConditionId, DeveloperPlanId, WebhookId},
    service::{
        ConditionPatch, DeveloperPlanPatch, Error, MAX_CONDITIONS, MAX_QUOTA_TARGET, NewCondition,
        NewDeveloperPlan,
    },
    time::{DAY, Time},
    usage::UsageTarget,
};
use bellwire_testkit::{builders::START, service::by};

use crate::{
    World, conflict, fields, missing,
    usage::{ADA, ALL, PLAN, bought, catalogue, rate_plan, used},
};

/// APG-27d: what a developer has bought has a target and dates, and lies over nothing else of the same.
#[tokio::test]
async fn apg_27d_a_developer_has_a_rate_plan_once_at_a_time() {
    let world = World::new("apigee").await;
    let service = &world.kit.service;
    let by = by("ann");
    catalogue(service).await;
    let first = bought(START, Some(START + 10 * DAY));
    let first = service
        .create_developer_plan("acme", first, &by)
        .await
        .unwrap()
        .document;
    let over = bought(START + 5 * DAY, None);
    assert_eq!(
        conflict(service.create_developer_plan("acme", over, &by).await),
        "plan_overlap"
    );
    let next = bought(START + 10 * DAY, None);
    let next = service
        .create_developer_plan("acme", next, &by)
        .await
        .unwrap()
        .document;
    let longer = DeveloperPlanPatch {
        end: Some(None),
        ..DeveloperPlanPatch::default()
    };
    let refused = service
        .update_developer_plan("acme", first.id, longer, &by)
        .await;
    assert_eq!(conflict(refused), "plan_overlap");

    let wrong = NewDeveloperPlan {
        developer: "nobody@example.com".to_owned(),
        rate_plan: "nothing".to_owned(),
        quota_target: MAX_QUOTA_TARGET + 1,
        start: Some(Time::from_millis(-1)),
        end: Some(START),
    };
    assert_eq!(
        fields(service.create_developer_plan("acme", wrong, &by).await),
        ["developer", "rate_plan", "quota_target", "start"]
    );
    let wrong = bought(START, Some(START));
    assert_eq!(
        fields(service.create_developer_plan("acme", wrong, &by).await),
        ["end"]
    );

    // Another start, until something was counted.
    let start = |time| DeveloperPlanPatch {
        start: Some(time),
        ..DeveloperPlanPatch::default()
    };
    let earlier = start(START - DAY);
    let moved = service
        .update_developer_plan("acme", first.id, earlier, &by)
        .await
        .unwrap();
    assert_eq!(moved.document.start, START - DAY);
    service
        .report_usage("acme", vec![used("1", 1)])
        .await
        .unwrap();
    let refused = service
        .update_developer_plan("acme", first.id, start(START), &by)
        .await;
    assert_eq!(conflict(refused), "in_use");
    let target = DeveloperPlanPatch {
        quota_target: Some(5),
        ..DeveloperPlanPatch::default()
    };
    let changed = service
        .update_developer_plan("acme", first.id, target, &by)
        .await
        .unwrap();
    assert_eq!(changed.document.quota_target, 5);

    let list = |developer: Option<&str>, plan: Option<&str>| {
        let (developer, plan) = (developer.map(str::to_owned), plan.map(str::to_owned));
        service.developer_plans("acme", developer, plan, ALL)
    };
    assert_eq!(
        list(Some("ADA@example.com"), Some(PLAN))
            .await
            .unwrap()
            .total,
        2
    );
    assert_eq!(list(None, Some("other")).await.unwrap().total, 0);
    // It goes with the developer.
    service.delete_developer("acme", ADA, &by).await.unwrap();
    assert_eq!(
        missing(service.developer_plan("acme", next.id).await),
        "developer rate plan"
    );
    assert_eq!(list(None, None).await.unwrap().total, 0);
}

/// APG-27: conditions and actions are made, changed and deleted; with an unknown plan or webhook
/// nothing is stored.
#[tokio::test]
async fn apg_27_a_condition_names_percentages_and_webhooks_that_there_are() {
    let world = World::new("apigee").await;
    let service = &world.kit.service;
    let by = by("ann");
    catalogue(service).await;
    let one = world.kit.webhook("acme", "https://one.example/").await.id;
    let two = world.kit.webhook("acme", "https://two.example/").await.id;
    let target = |text: &str| text.parse::<UsageTarget>().unwrap();
    let new = NewCondition {
        rate_plan: PLAN.to_owned(),
        targets: vec![target("%= 80 to 120 by 10"), target("%= 150")],
        webhooks: vec![one, two],
    };
    let made = service
        .create_condition("acme", new.clone(), &by)
        .await
        .unwrap();
    assert_eq!(
        service.condition("acme", made.document.id).await.unwrap(),
        made
    );

    let nobody = WebhookId::from_bytes([9; 16]);
    let wrong = NewCondition {
        rate_plan: "nothing".to_owned(),
        targets: Vec::new(),
        webhooks: vec![one, nobody, one],
    };
    assert_eq!(
        fields(service.create_condition("acme", wrong, &by).await),
        ["rate_plan", "targets", "webhooks[1]", "webhooks[2]"]
    );
    let wrong = NewCondition {
        targets: vec![target("%= 1 to 1000 by 1"), target("%= 2000")],
        webhooks: Vec::new(),
        ..new.clone()
    };
    assert_eq!(
        fields(service.create_condition("acme", wrong, &by).await),
        ["targets", "webhooks"]
    );
    assert_eq!(
        service.conditions("acme", None, ALL).await.unwrap().total,
        1
    );

    // A webhook of another organization is none.
    world.kit.organization("other", "apigee").await;
    let theirs = world
        .kit
        .webhook("other", "https://theirs.example/")
        .await
        .id;
    let patch = |webhooks: Vec<WebhookId>| ConditionPatch {
        targets: None,
        webhooks: Some(webhooks),
    };
    let id = made.document.id;
    let refused = service
        .update_condition("acme", id, patch(vec![theirs]), &by)
        .await;
    assert_eq!(fields(refused), ["webhooks[0]"]);
    // One that was deleted since may stay, and does not come back.
    service
        .delete_webhook("acme", two, true, &by)
        .await
        .unwrap();
    let retargeted = ConditionPatch {
        targets: Some(vec![UsageTarget::list(&[70, 60]).unwrap()]),
        webhooks: None,
    };
    let changed = service
        .update_condition("acme", id, retargeted, &by)
        .await
        .unwrap();
    assert_eq!(changed.document.webhooks, [one, two]);
    service
        .update_condition("acme", id, patch(vec![one]), &by)
        .await
        .unwrap();
    let refused = service
        .update_condition("acme", id, patch(vec![one, two]), &by)
        .await;
    assert_eq!(fields(refused), ["webhooks[1]"]);

    let of_plan = service
        .conditions("acme", Some(PLAN.to_owned()), ALL)
        .await
        .unwrap();
    assert_eq!(of_plan.total, 1);
    assert_eq!(
        service
            .conditions("acme", Some("other".to_owned()), ALL)
            .await
            .unwrap()
            .total,
        0
    );
    service.delete_condition("acme", id, &by).await.unwrap();
    assert_eq!(
        missing(service.condition("acme", id).await),
        "notification condition"
    );
}

/// What one record can fire is limited for all conditions of a plan together.
#[tokio::test]
async fn a_rate_plan_has_a_limited_number_of_conditions_and_percentages() {
    let world = World::new("apigee").await;
    let service = &world.kit.service;
    let by = by("ann");
    catalogue(service).await;
    let webhook = world.kit.webhook("acme", "https://one.example/").await.id;
    let new = |text: &str| NewCondition {
        rate_plan: PLAN.to_owned(),
        targets: vec![text.parse().unwrap()],
        webhooks: vec![webhook],
    };
    let first = service
        .create_condition("acme", new("%= 1 to 900 by 1"), &by)
        .await
        .unwrap();
    // The same percentages again are no more of them.
    service
        .create_condition("acme", new("%= 1 to 500 by 1"), &by)
        .await
        .unwrap();
    let refused = service
        .create_condition("acme", new("%= 800 to 1001 by 1"), &by)
        .await;
    assert_eq!(conflict(refused), "too_many_conditions");
    service
        .create_condition("acme", new("%= 801 to 1000 by 1"), &by)
        .await
        .unwrap();
    let more = ConditionPatch {
        targets: Some(vec![
            "%= 1 to 900 by 1".parse().unwrap(),
            "%= 5000".parse().unwrap(),
        ]),
        webhooks: None,
    };
    let refused = service
        .update_condition("acme", first.document.id, more, &by)
        .await;
    assert_eq!(conflict(refused), "too_many_conditions");
    for _ in 3..MAX_CONDITIONS {
        service
            .create_condition("acme", new("%= 80"), &by)
            .await
            .unwrap();
    }
    let refused = service.create_condition("acme", new("%= 80"), &by).await;
    assert_eq!(conflict(refused), "too_many_conditions");
}

/// Nothing of another organization is found, by any use case.
#[tokio::test]
async fn nothing_of_another_organization_is_found() {
    let world = World::new("apigee").await;
    let service = &world.kit.service;
    let by = by("ann");
    catalogue(service).await;
    let plan = bought(START, None);
    let plan: DeveloperPlanId = service
        .create_developer_plan("acme", plan, &by)
        .await
        .unwrap()
        .document
        .id;
    let webhook = world.kit.webhook("acme", "https://one.example/").await.id;
    let condition = NewCondition {
        rate_plan: PLAN.to_owned(),
        targets: vec!["%= 80".parse().unwrap()],
        webhooks: vec![webhook],
    };
    let condition: ConditionId = service
        .create_condition("acme", condition, &by)
        .await
        .unwrap()
        .document
        .id;
    world.kit.organization("other", "apigee").await;
    assert_eq!(missing(service.developer("other", ADA).await), "developer");
    assert_eq!(
        missing(service.package("other", "location").await),
        "package"
    );
    assert_eq!(missing(service.rate_plan("other", PLAN).await), "rate plan");
    assert_eq!(
        missing(service.developer_plan("other", plan).await),
        "developer rate plan"
    );
    assert_eq!(
        missing(service.condition("other", condition).await),
        "notification condition"
    );
    assert_eq!(
        missing(service.plan_usage("other", plan, 10).await),
        "developer rate plan"
    );
    assert_eq!(
        missing(service.delete_condition("other", condition, &by).await),
        "notification condition"
    );
    assert_eq!(
        fields(service.report_usage("other", vec![used("1", 1)]).await),
        ["records[0].developer"]
    );
    assert!(matches!(
        service
            .create_rate_plan("other", rate_plan("location", "x"), &by)
            .await,
        Err(Error::Invalid(_))
    ));
}
