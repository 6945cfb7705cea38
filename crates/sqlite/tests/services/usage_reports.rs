//! Reports of usage: what is refused, what is counted, what is shown of it; and callbacks to try a
//! webhook with.

use bellwire_core::{
    access::Access,
    delivery::Kind,
    ids::WebhookId,
    ports::RECORD_IDS_US,
    service::{
        AHEAD_US, Error, MAX_COUNT, MAX_RECORDS, NewCondition, NewDeveloperPlan, NewUsage,
        NewWebhook, Sample, UsageFilter,
    },
    time::DAY,
};
use bellwire_testkit::{builders::START, service::by};
use serde_json::Value;

use crate::{
    World, actions, fields, missing,
    usage::{ADA, ALL, PLAN, bought, catalogue, developer, rate_plan, used},
};

async fn shop() -> World {
    let world = World::new("apigee").await;
    catalogue(&world.kit.service).await;
    let plan = bought(START - DAY, Some(START + 40 * DAY));
    let service = &world.kit.service;
    service
        .create_developer_plan("acme", plan, &by("ann"))
        .await
        .unwrap();
    world
}

async fn condition(world: &World, text: &str, webhooks: &[WebhookId]) {
    let new = NewCondition {
        rate_plan: PLAN.to_owned(),
        targets: vec![text.parse().unwrap()],
        webhooks: webhooks.to_vec(),
    };
    let service = &world.kit.service;
    service
        .create_condition("acme", new, &by("ann"))
        .await
        .unwrap();
}

/// Every wrong field is named with its record, and nothing of the report is counted.
#[tokio::test]
async fn a_report_with_anything_wrong_counts_nothing() {
    let world = shop().await;
    let service = &world.kit.service;
    let by = by("ann");
    service
        .create_rate_plan("acme", rate_plan("location", "Other"), &by)
        .await
        .unwrap();
    let of = |set: &dyn Fn(&mut NewUsage)| {
        let mut record = used("a", 1);
        set(&mut record);
        record
    };
    let records = vec![
        used("right", 1),
        of(&|it| it.id = String::new()),
        of(&|it| it.id = "x".repeat(256)),
        of(&|it| it.id = "a\u{85}b".to_owned()),
        of(&|it| it.developer = "nobody@example.com".to_owned()),
        of(&|it| it.rate_plan = "nothing".to_owned()),
        of(&|it| it.rate_plan = "location_other".to_owned()),
        of(&|it| it.count = Some(0)),
        of(&|it| it.count = Some(MAX_COUNT + 1)),
        of(&|it| it.application = Some("else".to_owned())),
        of(&|it| it.time = Some(START - RECORD_IDS_US - 1)),
        of(&|it| it.time = Some(START + AHEAD_US + 1)),
        of(&|it| it.time = Some(START - DAY - 1)),
        of(&|it| {
            it.id = "\n".to_owned();
            it.count = Some(0);
        }),
    ];
    let refused = service.report_usage("acme", records).await;
    let Err(Error::Invalid(errors)) = &refused else {
        panic!("{refused:?}");
    };
    let message = |field: &str| {
        let found = errors.iter().find(|error| error.field == field);
        found.map_or_else(String::new, |error| error.message.to_string())
    };
    assert!(message("records[4].developer").contains("there is no developer `nobody@example.com`"));
    assert!(message("records[5].rate_plan").contains("there is no rate plan `nothing`"));
    assert!(message("records[6].rate_plan").contains("has not bought `location_other`"));
    assert!(message("records[9].application").contains("no application `else`"));
    assert!(message("records[12].time").contains("did not have `location_adjustable` at"));
    assert_eq!(
        fields(refused),
        [
            "records[1].id",
            "records[2].id",
            "records[3].id",
            "records[4].developer",
            "records[5].rate_plan",
            "records[6].rate_plan",
            "records[7].count",
            "records[8].count",
            "records[9].application",
            "records[10].time",
            // Too long ago, and the developer did not have the plan then.
            "records[10].time",
            "records[11].time",
            "records[12].time",
            "records[13].id",
            "records[13].count"
        ]
    );
    let usage = service
        .usage("acme", UsageFilter::default(), ALL)
        .await
        .unwrap();
    assert_eq!((usage.items[0].count, usage.items[0].updated_at), (0, None));
    // And what was right of it can still be counted.
    let receipt = service
        .report_usage("acme", vec![used("right", 1)])
        .await
        .unwrap();
    assert_eq!((receipt.accepted, receipt.repeated), (1, 0));

    assert_eq!(
        fields(service.report_usage("acme", Vec::new()).await),
        ["records"]
    );
    let many = vec![used("a", 1); MAX_RECORDS + 1];
    assert_eq!(
        fields(service.report_usage("acme", many).await),
        ["records"]
    );
    assert_eq!(
        missing(service.report_usage("else", vec![used("a", 1)]).await),
        "organization"
    );
}

/// Of very much that is wrong, the first hundred fields are named, and how many there are.
#[tokio::test]
async fn very_much_that_is_wrong_is_named_in_part() {
    let world = shop().await;
    let service = &world.kit.service;
    let nobody = NewUsage {
        developer: "nobody@example.com".to_owned(),
        ..used("a", 1)
    };
    let refused = service.report_usage("acme", vec![nobody; 5000]).await;
    let Err(Error::Invalid(errors)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(errors.len(), 101);
    assert_eq!(errors[0].field, "records[0].developer");
    assert_eq!(errors[99].field, "records[99].developer");
    assert!(
        errors[100].message.contains("5000 fields are wrong"),
        "{:?}",
        errors[100]
    );
}

/// A record counts for the plan that was in force at its time, and is shown where it counted.
#[tokio::test]
async fn a_record_counts_for_the_plan_and_the_period_of_its_time() {
    let world = shop().await;
    let service = &world.kit.service;
    let former = NewDeveloperPlan {
        quota_target: 0,
        ..bought(START - 20 * DAY, Some(START - DAY))
    };
    let former = service
        .create_developer_plan("acme", former, &by("ann"))
        .await
        .unwrap();
    let at = |id: &str, count, time| NewUsage {
        time: Some(time),
        ..used(id, count)
    };
    let records = vec![
        at("1", 5, START - DAY - 1),
        at("2", 7, START - DAY),
        used("3", 11),
        NewUsage {
            count: None,
            application: Some("weather".to_owned()),
            ..used("4", 1)
        },
    ];
    let receipt = service.report_usage("acme", records).await.unwrap();
    assert_eq!(
        (receipt.accepted, receipt.repeated, receipt.fired.len()),
        (4, 0, 0)
    );
    let history = service
        .plan_usage("acme", former.document.id, 10)
        .await
        .unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!((history[0].start, history[0].count), (START - 20 * DAY, 5));
    assert_eq!(
        history[0].percent, None,
        "without a target there is no percentage"
    );

    let filter = UsageFilter {
        developer: Some("ADA@example.com".to_owned()),
        rate_plan: Some(PLAN.to_owned()),
    };
    let usage = service.usage("acme", filter, ALL).await.unwrap();
    assert_eq!(usage.total, 2);
    let [present, ended] = usage.items.as_slice() else {
        panic!("{usage:?}");
    };
    assert_eq!(
        (present.count, present.percent, present.updated_at),
        (19, Some(1), Some(START))
    );
    assert_eq!(present.period.map(|period| period.start), Some(START - DAY));
    assert_eq!((ended.count, ended.period), (0, None));
    // The next period begins with nothing, and the former is in the history.
    world.kit.clock.advance(32 * DAY);
    service
        .report_usage("acme", vec![used("5", 100)])
        .await
        .unwrap();
    let id = present.plan.id;
    let history = service.plan_usage("acme", id, 10).await.unwrap();
    let counts: Vec<u64> = history.iter().map(|period| period.count).collect();
    assert_eq!(counts, [100, 19]);
    assert_eq!(history[1].end, Some(history[0].start));
    assert_eq!(service.plan_usage("acme", id, 1).await.unwrap().len(), 1);
    let all = service
        .usage("acme", UsageFilter::default(), ALL)
        .await
        .unwrap();
    assert_eq!((all.items[0].count, all.items[0].percent), (100, Some(10)));
}

/// A webhook that another process has just made hears of what fires here: the catalogue that this one
/// matched against is refused, and looked at again.
#[tokio::test]
async fn what_fires_is_matched_against_the_present_catalogue() {
    let world = shop().await;
    let service = &world.kit.service;
    let other = world.other_process().await;
    let webhook = NewWebhook {
        name: Some("all".to_owned()),
        url: Some("https://all.example/".to_owned()),
        profile: Some("standard".to_owned()),
        ..NewWebhook::default()
    };
    let (webhook, _) = other
        .service
        .create_webhook("acme", webhook, &by("ann"))
        .await
        .unwrap();
    let selected = other.webhook("acme", "https://selected.example/").await.id;
    let new = NewCondition {
        rate_plan: PLAN.to_owned(),
        targets: vec!["%= 80".parse().unwrap()],
        webhooks: vec![selected],
    };
    other
        .service
        .create_condition("acme", new, &by("ann"))
        .await
        .unwrap();
    let receipt = service
        .report_usage("acme", vec![used("1", 800)])
        .await
        .unwrap();
    let mut webhooks = receipt.fired[0].webhooks.clone();
    webhooks.sort_unstable();
    assert_eq!(webhooks, [webhook.id, selected]);
    // Their lanes look into the store.
    let mut woken = world.kit.lanes.woken();
    woken.sort_unstable();
    assert_eq!(woken, webhooks);
    let readings = service.usage_readings();
    assert_eq!(
        (readings.accepted, readings.repeated, readings.fired),
        (1, 0, 1)
    );
    assert_eq!(readings.report.count(), 1);
}

/// The test of the original: a real callback, of the developer's plan as it is.
#[tokio::test]
async fn a_sample_shows_the_developers_plan_as_it_is() {
    let world = shop().await;
    let service = &world.kit.service;
    let webhook = world.kit.webhook("acme", "https://one.example/").await.id;
    let sample = Sample {
        webhook,
        developer: "ADA@example.com".to_owned(),
        application: "weather".to_owned(),
        product: "Maps".to_owned(),
        rate_plan: PLAN.to_owned(),
    };
    let body = |bytes: bytes::Bytes| serde_json::from_slice::<Value>(&bytes).unwrap();
    let shown = body(
        service
            .sample_callback("acme", sample.clone())
            .await
            .unwrap(),
    );
    assert_eq!(shown["developerEmail"], ADA);
    assert_eq!(shown["developerRatePlanQuotaTarget"], 1000);
    assert_eq!(shown["ratePlanStartDate"], (START - DAY).as_millis());
    assert_eq!(shown["quotaPercentUsed"], 80);
    condition(&world, "%= 60 to 90", &[webhook]).await;
    let shown = body(
        service
            .sample_callback("acme", sample.clone())
            .await
            .unwrap(),
    );
    assert_eq!(shown["quotaPercentUsed"], 60);

    for (wrong, noun) in [
        (
            Sample {
                webhook: WebhookId::from_bytes([9; 16]),
                ..sample.clone()
            },
            "webhook",
        ),
        (
            Sample {
                developer: "x@y".to_owned(),
                ..sample.clone()
            },
            "developer",
        ),
        (
            Sample {
                application: "x".to_owned(),
                ..sample.clone()
            },
            "application",
        ),
        (
            Sample {
                product: "x".to_owned(),
                ..sample.clone()
            },
            "product",
        ),
        (
            Sample {
                rate_plan: "x".to_owned(),
                ..sample.clone()
            },
            "rate plan",
        ),
    ] {
        assert_eq!(missing(service.sample_callback("acme", wrong).await), noun);
    }

    let tested = service
        .test_callback("acme", sample.clone(), &by("ann"))
        .await
        .unwrap();
    let access = Access::everything();
    let stored = service
        .explain_stored("acme", tested.event_id, &access)
        .await
        .unwrap();
    let event = stored.event.unwrap();
    assert_eq!(
        (event.event_type.as_str(), event.test),
        ("quota.threshold_reached", true)
    );
    let (sent, _) = stored.webhooks[0].delivery.unwrap();
    assert_eq!(sent, tested.delivery_id);
    let delivery = world
        .kit
        .service
        .store()
        .event(event.organization_id, event.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(delivery.deliveries[0].delivery.kind, Kind::Test);
    assert_eq!(actions(&world, Some("acme")).await[0], "webhook.tested");

    // Somebody who has not bought it: what it would look like.
    service
        .create_developer("acme", developer("grace@example.com"), &by("ann"))
        .await
        .unwrap();
    let of_grace = Sample {
        developer: "grace@example.com".to_owned(),
        ..sample
    };
    let shown = body(service.sample_callback("acme", of_grace).await.unwrap());
    assert_eq!(shown["developerEmail"], "grace@example.com");
    assert_eq!(shown["ratePlanStartDate"], START.as_millis());
    assert_eq!(shown["developerRatePlanQuotaTarget"], 1000);
}
