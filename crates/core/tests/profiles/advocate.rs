//! Advocate, a referral platform: every hour for three days, and disabled by its counters.

use super::*;

/// ADV-12: any status other than 200 is a failed delivery, 201 and 204 too.
#[test]
fn advocate_accepts_200_alone() {
    let policy = &profile("advocate").policy;
    for status in 100..=599 {
        let success = policy.classify(Answer::Status(status)) == Class::Success;
        assert_eq!(success, status == 200, "{status}");
    }
    for status in [201, 204] {
        assert_eq!(
            live(policy, 0.0, always(Outcome::status(status)))
                .attempts
                .len(),
            72
        );
    }
}

/// ADV-13: a failed delivery is retried one hour after the previous attempt; 72 attempts in all, the
/// last at +71 h, and no 73rd.
#[test]
fn advocate_tries_72_times_an_hour_apart() {
    let policy = &profile("advocate").policy;
    let hours: Vec<DurationUs> = (0..72).map(|hour| hour * HOUR).collect();
    for failure in [
        Outcome::status(500),
        Outcome::status(404),
        Outcome::status(302),
        Outcome::status(201),
        Outcome::none(Cause::FirstByteTimeout),
        Outcome::none(Cause::Refused),
    ] {
        let life = live(policy, 0.7, always(failure));
        assert_eq!(life.attempts, hours, "{failure:?}");
        assert!(!life.delivered);
        assert_eq!(life.disabled, None);
    }
}

/// ADV-13: … until one succeeds.
#[test]
fn advocate_stops_at_a_success() {
    let policy = &profile("advocate").policy;
    let life = live(policy, 0.0, |attempt| {
        Outcome::status(if attempt < 5 { 503 } else { 200 })
    });
    assert_eq!(life.attempts, [0, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR]);
    assert!(life.delivered);
    assert_eq!(life.counters, Counters::default());
}

/// ADV-14: disabled by the 1000th 4xx, the 2000th 5xx, the 2000th 3xx, and not by one less.
#[test]
fn advocate_disables_a_webhook_that_consistently_fails() {
    let policy = &profile("advocate").policy;
    for (status, threshold, class) in [(404, 1000, "4xx"), (500, 2000, "5xx"), (301, 2000, "3xx")] {
        let (counters, reason) = many(
            policy,
            Counters::default(),
            threshold - 1,
            Outcome::status(status),
        );
        assert_eq!(reason, None, "{status}");
        let (_, reason) = many(policy, counters, 1, Outcome::status(status));
        assert_eq!(
            reason,
            Some(DisableReason::TooManyErrors {
                class: class.to_owned(),
                count: threshold
            })
        );
    }
}

/// ADV-14: each class has its own counter; time-outs and connection failures count to none.
#[test]
fn advocate_counts_each_class_by_itself_and_timeouts_not_at_all() {
    let policy = &profile("advocate").policy;
    let (counters, reason) = many(policy, Counters::default(), 999, Outcome::status(404));
    assert_eq!(reason, None);
    let (counters, reason) = many(policy, counters, 1999, Outcome::status(500));
    assert_eq!(reason, None);
    let (counters, reason) = many(policy, counters, 1999, Outcome::status(302));
    assert_eq!(reason, None);
    let (counters, reason) = many(policy, counters, 5000, Outcome::status(204));
    assert_eq!(reason, None);
    let mut counters = counters;
    for cause in Cause::ALL {
        let (after, reason) = many(policy, counters, 3000, Outcome::none(cause));
        assert_eq!(reason, None, "{cause:?}");
        counters = after;
    }
    assert_eq!(
        (
            counters.client_errors,
            counters.server_errors,
            counters.redirects
        ),
        (999, 1999, 1999)
    );
    assert!(many(policy, counters, 1, Outcome::status(400)).1.is_some());
}

/// ADV-14: a success resets the counters.
#[test]
fn advocate_forgets_at_a_success() {
    let policy = &profile("advocate").policy;
    let (counters, _) = many(policy, Counters::default(), 999, Outcome::status(404));
    let (counters, _) = many(policy, counters, 1, Outcome::status(200));
    assert_eq!(counters, Counters::default());
    assert_eq!(many(policy, counters, 999, Outcome::status(404)).1, None);
}

/// ADV-16: `{id, type, tenantAlias, live, created, data}`, `created` in epoch milliseconds.
#[test]
fn advocate_has_its_envelope() {
    let profile = profile("advocate");
    let mut event = event("coupon.created", r#"{"code": "BOLT-9", "amount": 1.10}"#);
    assert_eq!(
        body(&profile, &event),
        "{\"id\":\"0193a5b0-7f2c-7d11-8a4e-2f6b1c0d9e8f\",\"type\":\"coupon.created\",\
         \"tenantAlias\":\"acme\",\"live\":true,\"created\":1763714096120,\
         \"data\":{\"code\": \"BOLT-9\", \"amount\": 1.10}}"
    );
    event.test = true;
    assert!(body(&profile, &event).contains("\"live\":false"));
    assert!(
        profile.one_per_url,
        "the same URL registered twice is one subscription"
    );
    assert!(!profile.requires_name, "ADV-4: the name is optional");
}

/// ADV-16: the known types are event types.
#[test]
fn advocate_types_are_event_types() {
    for name in [
        "user.created",
        "user.reward.balance.changed",
        "coupon.created",
        "reward.created",
        "referral.started",
        "referral.converted",
        "referral.ended",
        "referral.automoderation.complete",
        "email.referred.reward.earned",
        "email.referral.started",
        "email.referral.paid",
        "email.referral.rewardLimitReached",
        "theme.publish.finished",
        "export.created",
        "export.completed",
        "test",
    ] {
        assert_eq!(check_event_type(name), Ok(()));
    }
}
