//! Usage against a target, in virtual time: what fires, when, and to whom.

use std::collections::HashMap;

use bellwire_core::{
    access::Access,
    delivery::{Kind, State},
    ids::WebhookId,
    ports::Window,
    service::{NewUsage, UsageFilter, WebhookPatch},
    time::{DAY, MINUTE},
    usage::EVENT_TYPE,
};
use bellwire_testkit::service::by;

use crate::{
    shop::{ADA, PLAN, Shop, URL, percentages},
    stores::{On, scenarios},
    world::{ORG, START},
};

scenarios![
    a_percentage_fires_when_its_count_is_reached,
    a_jump_fires_each_percentage_in_order,
    a_small_target_and_a_large_percentage_fire_too,
    a_new_period_fires_again_and_a_late_record_counts_in_its_own,
    without_a_target_a_published_plan_and_an_enabled_webhook_nothing_is_called,
    each_webhook_that_is_selected_gets_one_call,
    whoever_listens_to_the_type_hears_of_it_and_nobody_twice,
    server_errors_are_retried_three_times_and_nothing_else_is,
];

/// APG-24, APG-27c: of 1000, 799 fire nothing, 800 fire 80 %, 801 nothing.
async fn a_percentage_fires_when_its_count_is_reached(on: On) {
    let shop = Shop::new(on, 1000).await;
    let webhook = shop.hook(URL).await;
    shop.notify("%= 80 to 120 by 10", &[webhook]).await;
    assert!(shop.uses(799).await.is_empty());
    assert!(shop.told(URL).is_empty());
    let receipt = shop.report(vec![shop.record(1)]).await;
    assert_eq!(percentages(&receipt.fired), [80]);
    assert_eq!(receipt.fired[0].webhooks, [webhook]);
    assert_eq!(receipt.fired[0].developer, ADA);
    assert_eq!(receipt.fired[0].rate_plan, PLAN);
    assert!(shop.uses(1).await.is_empty());
    assert_eq!(shop.told(URL), [80]);

    // APG-15: the body is the callback and nothing else, byte for byte what the log keeps.
    let got = &shop.world.got(URL)[0];
    assert_eq!(
        String::from_utf8(got.request.body.to_vec()).unwrap(),
        concat!(
            r#"{"orgName":"acme","developerEmail":"ada@example.com","developerFirstName":"Ada","#,
            r#""developerLastName":"Lovelace","companyName":"Analytical Engines","#,
            r#""applicationName":"weather","packageName":"Location","packageId":"location","#,
            r#""ratePlanId":"location_adjustable","ratePlanName":"Adjustable","#,
            r#""ratePlanType":"USAGE_TARGET","developerRatePlanQuotaTarget":1000,"#,
            r#""quotaPercentUsed":80,"ratePlanStartDate":1767225600000,"ratePlanEndDate":null,"#,
            r#""nextBillingCycleStartDate":1769904000000,"products":["Maps","Places"],"#,
            r#""developerCustomAttributes":[{"name":"tier","value":"gold"}],"#,
            r#""triggerTime":1767225600000,"triggerReason":"RATEPLANQUOTAUSAGE","#,
            r#""developerQuotaResetDate":"2026-02-01 00:00:00"}"#,
        )
    );
    let event = receipt.fired[0].event_id;
    assert_eq!(shop.world.state(event).await, State::Delivered);
    let access = Access::everything();
    let explained = shop.world.service().explain_stored(ORG, event, &access);
    let stored = explained.await.unwrap().event.unwrap();
    assert_eq!(stored.event_type, EVENT_TYPE);
    assert_eq!(stored.channels, ["developer:ada@example.com"]);
    assert!(!stored.unknown_type && !stored.test && stored.external_id.is_none());
}

/// APG-26, APG-27c: a batch that takes the count from 750 to 1010 fires 80, 90 and 100, in this order.
async fn a_jump_fires_each_percentage_in_order(on: On) {
    let shop = Shop::new(on, 1000).await;
    let webhook = shop.hook(URL).await;
    shop.notify("%= 80 to 120 by 10", &[webhook]).await;
    assert!(shop.uses(750).await.is_empty());
    let batch: Vec<NewUsage> = (0..26).map(|_| shop.record(10)).collect();
    let receipt = shop.report(batch).await;
    assert_eq!(percentages(&receipt.fired), [80, 90, 100]);
    assert_eq!(shop.told(URL), [80, 90, 100]);
    // The same in one record, and transactions past the target are counted on.
    assert_eq!(shop.uses(190).await, [110, 120]);
    assert_eq!(shop.told(URL), [80, 90, 100, 110, 120]);
    assert!(shop.uses(100_000).await.is_empty());
    let used = shop
        .world
        .service()
        .usage(
            ORG,
            UsageFilter::default(),
            Window {
                offset: 0,
                limit: 10,
            },
        )
        .await
        .unwrap();
    assert_eq!((used.total, used.items[0].count), (1, 101_200));
    assert_eq!(used.items[0].percent, Some(10_120));
}

/// APG-24, APG-27c: of 3, 80 % are reached at 3; of 1000, 150 % at 1500.
async fn a_small_target_and_a_large_percentage_fire_too(on: On) {
    let shop = Shop::new(on, 3).await;
    let webhook = shop.hook(URL).await;
    shop.notify("%= 80", &[webhook]).await;
    shop.notify("%= 150", &[webhook]).await;
    assert!(shop.uses(1).await.is_empty());
    assert!(shop.uses(1).await.is_empty());
    assert_eq!(shop.uses(1).await, [80]);

    let grace = "grace@example.com";
    shop.developer(grace).await;
    shop.sell(grace, 1000).await;
    let of_grace = |count| NewUsage {
        developer: grace.to_owned(),
        ..shop.record(count)
    };
    assert_eq!(
        percentages(&shop.report(vec![of_grace(1499)]).await.fired),
        [80]
    );
    assert_eq!(
        percentages(&shop.report(vec![of_grace(1)]).await.fired),
        [150]
    );
    assert_eq!(shop.told(URL), [80, 80, 150]);
}

/// APG-27c: a new period arms every percentage again. A record counts in the period of its own time,
/// also when it is reported later.
async fn a_new_period_fires_again_and_a_late_record_counts_in_its_own(on: On) {
    let shop = Shop::new(on, 1000).await;
    let webhook = shop.hook(URL).await;
    shop.notify("%= 80 to 100", &[webhook]).await;
    assert_eq!(shop.uses(850).await, [80]);
    // The plan starts on January 1st; its first period has 31 days.
    shop.world.pass(31 * DAY - 1).await;
    assert_eq!(shop.uses(50).await, [90]);
    shop.world.pass(1).await;
    assert_eq!(shop.uses(850).await, [80], "February begins at nothing");
    let january = START + 30 * DAY;
    assert_eq!(shop.used_at(100, january).await, [100], "January had 900");
    assert!(shop.uses(49).await.is_empty(), "February has 899");
    assert_eq!(shop.uses(1).await, [90]);
    assert_eq!(shop.told(URL), [80, 90, 80, 100, 90]);
    let resets = shop
        .world
        .got(URL)
        .into_iter()
        .map(|got| got.json()["developerQuotaResetDate"].as_str().unwrap()[..10].to_owned());
    assert_eq!(
        resets.collect::<Vec<_>>(),
        [
            "2026-02-01",
            "2026-02-01",
            "2026-03-01",
            "2026-02-01",
            "2026-03-01"
        ]
    );
}

/// APG-27c: a target of 0 and a plan that is not published fire nothing; APG-13: a disabled webhook is
/// not triggered.
async fn without_a_target_a_published_plan_and_an_enabled_webhook_nothing_is_called(on: On) {
    let shop = Shop::new(on, 0).await;
    let webhook = shop.hook(URL).await;
    shop.notify("%= 10 to 100", &[webhook]).await;
    assert!(shop.uses(1_000_000).await.is_empty());

    let grace = "grace@example.com";
    shop.developer(grace).await;
    shop.sell(grace, 1000).await;
    let of_grace = |count| NewUsage {
        developer: grace.to_owned(),
        ..shop.record(count)
    };
    shop.publish(false).await;
    let receipt = shop.report(vec![of_grace(155)]).await;
    assert_eq!((receipt.accepted, receipt.fired.len()), (1, 0));
    shop.publish(true).await;
    // What was reached meanwhile is past; the next percentage is not.
    assert_eq!(
        percentages(&shop.report(vec![of_grace(50)]).await.fired),
        [20]
    );
    assert_eq!(shop.told(URL), [20]);

    enable(&shop, webhook, false).await;
    let receipt = shop.report(vec![of_grace(100)]).await;
    assert_eq!(
        percentages(&receipt.fired),
        [30],
        "the log says that it was reached"
    );
    assert!(receipt.fired[0].webhooks.is_empty());
    assert!(
        shop.world
            .deliveries(receipt.fired[0].event_id)
            .await
            .is_empty()
    );
    enable(&shop, webhook, true).await;
    // What is made at the very moment of the disable counts as made just behind it.
    shop.world.pass(MINUTE).await;
    assert_eq!(shop.told(URL), [20], "nothing is sent later");
    assert_eq!(
        percentages(&shop.report(vec![of_grace(100)]).await.fired),
        [40]
    );
    assert_eq!(shop.told(URL), [20, 40]);
}

/// APG-21, APG-27c: every webhook that is selected gets one call for each percentage, also when
/// conditions overlap, and when a webhook is deleted that a condition still names.
async fn each_webhook_that_is_selected_gets_one_call(on: On) {
    let shop = Shop::new(on, 100).await;
    let other = "https://other.example/callback";
    let gone = "https://gone.example/callback";
    let one = shop.hook(URL).await;
    let two = shop.hook(other).await;
    let three = shop.hook(gone).await;
    shop.notify("%= 80 to 100", &[one, two, three]).await;
    shop.notify("%= 90", &[two]).await;
    shop.world
        .service()
        .delete_webhook(ORG, three, true, &by("ann"))
        .await
        .unwrap();
    let receipt = shop.report(vec![shop.record(95)]).await;
    assert_eq!(percentages(&receipt.fired), [80, 90]);
    assert_eq!(shop.told(URL), [80, 90]);
    assert_eq!(shop.told(other), [80, 90]);
    assert!(shop.told(gone).is_empty());
    for fired in &receipt.fired {
        let deliveries = shop.world.deliveries(fired.event_id).await;
        assert_eq!(deliveries.len(), 2);
        assert!(deliveries.iter().all(|one| one.kind == Kind::Addressed));
    }
}

/// APG-32: a direct webhook gets what addresses it and nothing else. Webhooks of other profiles hear of
/// it by type like of any event; one that matches and is addressed gets one delivery.
async fn whoever_listens_to_the_type_hears_of_it_and_nobody_twice(on: On) {
    let shop = Shop::new(on, 100).await;
    let world = &shop.world;
    let urls = ["all", "named", "ada", "grace", "bookings", "both"]
        .map(|name| format!("https://{name}.example/hook"));
    let texts = |texts: &[&str]| Some(texts.iter().map(|&text| text.to_owned()).collect());
    let [all, named, ada, grace, bookings, both] = &urls;
    world.webhook("standard", all, |_| {}).await;
    let types = |types: &'static [&'static str]| {
        move |new: &mut bellwire_core::service::NewWebhook| {
            new.event_types = Some(types.iter().map(|&text| text.to_owned()).collect());
        }
    };
    world.webhook("standard", named, types(&["quota.*"])).await;
    world
        .webhook("standard", bookings, types(&["booking.created"]))
        .await;
    for (url, email) in [(ada, ADA), (grace, "grace@example.com")] {
        let channel = format!("developer:{email}");
        world
            .webhook("standard", url, |new| new.channels = texts(&[&channel]))
            .await;
    }
    let unselected = shop.hook(URL).await;
    let both = (both, world.webhook("standard", both, |_| {}).await);
    shop.notify("%= 80", &[both.1]).await;

    let receipt = shop.report(vec![shop.record(80)]).await;
    let event = receipt.fired[0].event_id;
    for url in [all, named, ada, both.0] {
        let got = world.got(url);
        assert_eq!(got.len(), 1, "{url}");
        let body = got[0].json();
        assert_eq!(body["type"], EVENT_TYPE);
        assert_eq!(body["data"]["quotaPercentUsed"], 80);
        let entry = world.service().event_type(Some(ORG), EVENT_TYPE).unwrap();
        assert!(entry.validator.as_ref().unwrap().is_valid(&body["data"]));
    }
    for url in [grace, bookings, &URL.to_owned()] {
        assert!(world.got(url).is_empty(), "{url}");
    }
    let kinds: HashMap<WebhookId, Kind> = world
        .deliveries(event)
        .await
        .iter()
        .map(|delivery| (delivery.webhook_id, delivery.kind))
        .collect();
    assert_eq!(kinds.len(), 4);
    assert_eq!(kinds[&both.1], Kind::Addressed);
    assert!(!kinds.contains_key(&unselected));
    assert_eq!(receipt.fired[0].webhooks.len(), 4);
}

/// APG-29, APG-31: 503 four times: calls at 0, 5, 10 and 15 minutes, then it has failed. 404: one call.
async fn server_errors_are_retried_three_times_and_nothing_else_is(on: On) {
    let shop = Shop::new(on, 100).await;
    let other = "https://other.example/callback";
    let (one, two) = (shop.hook(URL).await, shop.hook(other).await);
    shop.world.always(URL, 503);
    shop.world.always(other, 404);
    shop.notify("%= 80", &[one]).await;
    shop.notify("%= 90", &[two]).await;
    let receipt = shop.report(vec![shop.record(90)]).await;
    shop.world.pass(DAY).await;
    let minutes = [0, 5, 10, 15].map(|minutes| minutes * MINUTE);
    assert_eq!(shop.world.times(URL), minutes);
    assert_eq!(shop.world.times(other), [0]);
    let bodies: Vec<_> = shop
        .world
        .got(URL)
        .into_iter()
        .map(|got| got.request.body)
        .collect();
    assert!(
        bodies.windows(2).all(|pair| pair[0] == pair[1]),
        "the callback stays what it was"
    );
    assert_eq!(percentages(&receipt.fired), [80, 90]);
    for fired in receipt.fired {
        assert_eq!(shop.world.state(fired.event_id).await, State::Failed);
    }
}

async fn enable(shop: &Shop, webhook: WebhookId, enabled: bool) {
    let patch = WebhookPatch {
        enabled: Some(enabled),
        ..WebhookPatch::default()
    };
    let service = shop.world.service();
    let access = Access::everything();
    service
        .update_webhook(ORG, webhook, patch, &access, &by("ann"))
        .await
        .unwrap();
    shop.world.settle().await;
}
