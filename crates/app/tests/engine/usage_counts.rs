//! Usage against a target, in virtual time: what is counted, once, through crashes, changes and much at
//! a time.

use std::collections::HashMap;

use bellwire_core::{
    delivery::State,
    ids::{DeveloperPlanId, WebhookId},
    ports::{MAX_FIRED, Window},
    service::{ConditionPatch, DeveloperPlanPatch, Error, NewUsage, UsageFilter},
    time::{DAY, MINUTE},
    usage::UsageTarget,
};
use bellwire_testkit::service::by;

use crate::{
    shop::{ADA, Shop, URL, percentages},
    stores::{On, scenarios},
    world::ORG,
};

scenarios![
    a_record_counts_once,
    what_was_counted_before_a_crash_is_delivered_after_it_and_fires_no_more,
    a_report_that_fires_much_is_counted_in_many_steps,
    a_change_applies_from_the_next_report_on,
];

/// APG-27d: a record counts once: within a report, in another one, in another spelling, after weeks.
async fn a_record_counts_once(on: On) {
    let shop = Shop::new(on, 100).await;
    let webhook = shop.hook(URL).await;
    shop.notify("%= 80 to 100", &[webhook]).await;
    let record = shop.record(50);
    let receipt = shop.report(vec![record.clone(), record.clone()]).await;
    assert_eq!((receipt.accepted, receipt.repeated), (1, 1));
    let spelled = NewUsage {
        developer: "Ada@Example.COM".to_owned(),
        ..record.clone()
    };
    let another = shop.record(30);
    let receipt = shop.report(vec![spelled, another, record.clone()]).await;
    assert_eq!((receipt.accepted, receipt.repeated), (1, 2));
    assert_eq!(percentages(&receipt.fired), [80]);
    shop.world.pass(20 * DAY).await;
    let receipt = shop.report(vec![record]).await;
    assert_eq!(
        (receipt.accepted, receipt.repeated, receipt.fired.len()),
        (0, 1, 0)
    );
    assert_eq!(shop.told(URL), [80]);
}

/// What was acknowledged is there after a crash: deliveries, counts, and the level that fired.
async fn what_was_counted_before_a_crash_is_delivered_after_it_and_fires_no_more(on: On) {
    let mut shop = Shop::new(on, 1000).await;
    let webhook = shop.hook(URL).await;
    shop.notify("%= 80 to 120 by 10", &[webhook]).await;
    shop.world.always(URL, 503);
    let record = shop.record(905);
    let receipt = shop
        .world
        .service()
        .report_usage(ORG, vec![record.clone()])
        .await
        .unwrap();
    assert_eq!(percentages(&receipt.fired), [80, 90]);
    shop.world.restart().await;
    shop.world.always(URL, 200);
    shop.world.pass(6 * MINUTE).await;
    let mut told = shop.told(URL);
    // What was sent before the crash was answered 503.
    told.sort_unstable();
    told.dedup();
    assert_eq!(told, [80, 90]);
    for fired in &receipt.fired {
        assert_eq!(shop.world.state(fired.event_id).await, State::Delivered);
    }
    let again = shop.report(vec![record]).await;
    assert_eq!(
        (again.accepted, again.repeated, again.fired.len()),
        (0, 1, 0)
    );
    assert!(shop.uses(94).await.is_empty(), "999");
    assert_eq!(shop.uses(1).await, [100]);
}

/// More fires than one transaction makes events of, and more records than one chunk has: each
/// percentage of each developer fires once, and the counters are right.
async fn a_report_that_fires_much_is_counted_in_many_steps(on: On) {
    let shop = Shop::new(on, 10).await;
    let webhook = shop.hook(URL).await;
    shop.notify("%= 10 to 100", &[webhook]).await;
    let emails: Vec<String> = (0..60).map(|n| format!("dev{n}@example.com")).collect();
    for email in &emails {
        shop.developer(email).await;
        shop.sell(email, 10).await;
    }
    let records: Vec<NewUsage> = (0..10)
        .flat_map(|_| emails.iter())
        .map(|email| NewUsage {
            developer: email.clone(),
            application: None,
            ..shop.record(1)
        })
        .collect();
    assert!(emails.len() * 10 > 2 * MAX_FIRED);
    let receipt = shop.report(records.clone()).await;
    assert_eq!((receipt.accepted, receipt.repeated), (600, 0));
    let mut fired: HashMap<&str, Vec<u32>> = HashMap::new();
    for one in &receipt.fired {
        fired.entry(&one.developer).or_default().push(one.percent);
    }
    assert_eq!(fired.len(), emails.len());
    let all: Vec<u32> = (1..=10).map(|tenth| tenth * 10).collect();
    assert!(
        fired.values().all(|percentages| *percentages == all),
        "{fired:?}"
    );
    assert_eq!(shop.told(URL).len(), 600);
    let again = shop.report(records).await;
    assert_eq!(
        (again.accepted, again.repeated, again.fired.len()),
        (0, 600, 0)
    );
    let used = shop.world.service().usage(
        ORG,
        UsageFilter::default(),
        Window {
            offset: 0,
            limit: 100,
        },
    );
    let used = used.await.unwrap();
    let counts: Vec<u64> = used.items.iter().map(|item| item.count).collect();
    assert_eq!(counts, [vec![0], vec![10; 60]].concat());
}

/// APG-22: another percentage, another webhook, another target: from the next report on.
async fn a_change_applies_from_the_next_report_on(on: On) {
    let shop = Shop::new(on, 1000).await;
    let webhook = shop.hook(URL).await;
    let condition = shop.notify("%= 80", &[webhook]).await;
    let service = shop.world.service();
    assert!(shop.uses(500).await.is_empty());
    let patch = ConditionPatch {
        targets: Some(vec![UsageTarget::list(&[60, 75]).unwrap()]),
        webhooks: None,
    };
    service
        .update_condition(ORG, condition, patch, &by("ann"))
        .await
        .unwrap();
    assert_eq!(shop.uses(100).await, [60]);
    // A target that is lowered: what it makes of the count fires with the next report.
    let plan = plan_of(&shop).await;
    set_target(&shop, plan, 800).await;
    assert_eq!(shop.uses(1).await, [75]);
    // One that is raised arms nothing again.
    set_target(&shop, plan, 10_000).await;
    assert!(shop.uses(5500).await.is_empty(), "61 %, and 75 % were seen");
    assert!(shop.uses(1500).await.is_empty(), "76 %");
    service
        .delete_condition(ORG, condition, &by("ann"))
        .await
        .unwrap();
    assert!(shop.uses(1_000_000).await.is_empty());
    assert_eq!(shop.told(URL), [60, 75]);
    // With a webhook that is not there nothing is stored.
    let wrong = ConditionPatch {
        targets: None,
        webhooks: Some(vec![WebhookId::from_bytes([9; 16])]),
    };
    let refused = service
        .update_condition(ORG, condition, wrong, &by("ann"))
        .await;
    assert!(
        matches!(refused, Err(Error::NotFound("notification condition"))),
        "{refused:?}"
    );
}

async fn plan_of(shop: &Shop) -> DeveloperPlanId {
    let one = Window {
        offset: 0,
        limit: 1,
    };
    let plans = shop
        .world
        .service()
        .developer_plans(ORG, Some(ADA.to_owned()), None, one)
        .await
        .unwrap();
    plans.items[0].document.id
}

async fn set_target(shop: &Shop, plan: DeveloperPlanId, target: u64) {
    let patch = DeveloperPlanPatch {
        quota_target: Some(target),
        ..DeveloperPlanPatch::default()
    };
    let service = shop.world.service();
    service
        .update_developer_plan(ORG, plan, patch, &by("ann"))
        .await
        .unwrap();
}
