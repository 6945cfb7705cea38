//! The standard profile: the Standard Webhooks specification.

use super::*;

/// Any 2xx is success, and the body is `{type, timestamp, data}` with the data as it came.
#[test]
fn standard_has_the_body_of_the_specification() {
    let profile = profile("standard");
    let event = event(
        "contact.created",
        r#"{"n":12345678901234567890,"m":1.10,"x":1e400}"#,
    );
    assert_eq!(
        body(&profile, &event),
        "{\"type\":\"contact.created\",\"timestamp\":\"2025-11-21T08:34:56.12Z\",\
         \"data\":{\"n\":12345678901234567890,\"m\":1.10,\"x\":1e400}}"
    );
    for status in [200, 201, 204, 299] {
        assert!(live(&profile.policy, 0.0, always(Outcome::status(status))).delivered);
    }
}

/// Every failure is retried, further and further apart, over about three days; jitter stretches
/// each delay, and by no more than its bound.
#[test]
fn standard_retries_over_about_three_days() {
    let policy = &profile("standard").policy;
    let failure = always(Outcome::status(500));
    let steady = live(policy, 0.0, &failure).attempts;
    let stretched = live(policy, 0.999_999, &failure).attempts;
    let hours = |attempts: &[DurationUs]| attempts.last().unwrap() / HOUR;
    assert!((72..=84).contains(&hours(&steady)), "{} h", hours(&steady));
    assert!(
        (72..=84).contains(&hours(&stretched)),
        "{} h",
        hours(&stretched)
    );
    assert_eq!(steady.len(), stretched.len());
    let delays = |attempts: &[DurationUs]| -> Vec<DurationUs> {
        attempts.windows(2).map(|pair| pair[1] - pair[0]).collect()
    };
    let (steady, stretched) = (delays(&steady), delays(&stretched));
    assert!(steady.is_sorted(), "{steady:?}");
    for (steady, stretched) in steady.iter().zip(&stretched) {
        assert!(stretched >= steady);
        assert!(*stretched <= steady + steady / 10, "at most 10 percent");
    }
    for failure in [
        Outcome::status(302),
        Outcome::status(404),
        Outcome::none(Cause::Dns),
    ] {
        assert_eq!(
            live(policy, 0.0, always(failure)).attempts.len(),
            steady.len() + 1
        );
    }
}

/// `Retry-After` only ever delays.
#[test]
fn standard_honours_retry_after() {
    let policy = &profile("standard").policy;
    let at = |retry_after| {
        let outcome = Outcome {
            retry_after,
            ..Outcome::status(503)
        };
        live(policy, 0.0, |attempt| {
            if attempt == 1 {
                outcome
            } else {
                Outcome::status(200)
            }
        })
        .attempts[1]
    };
    assert_eq!(at(None), 5 * SECOND);
    assert_eq!(at(Some(0)), 5 * SECOND);
    assert_eq!(at(Some(2 * SECOND)), 5 * SECOND);
    assert_eq!(at(Some(2 * MINUTE)), 2 * MINUTE);
    assert_eq!(at(Some(300 * DAY)), DAY, "a day at most");
}

/// 410 disables the webhook at once.
#[test]
fn standard_disables_at_410() {
    let life = live(
        &profile("standard").policy,
        0.0,
        always(Outcome::status(410)),
    );
    assert_eq!(life.attempts, [0]);
    assert_eq!(life.disabled, Some(DisableReason::Status { status: 410 }));
}

/// Five days of nothing but failure disable; a success begins the count anew.
#[test]
fn standard_disables_after_five_days_of_nothing_but_failure() {
    let policy = &profile("standard").policy;
    let mut counters = Counters::default();
    let mut disabled_at = None;
    for hour in 0..300 {
        let answer = match hour {
            100 => Outcome::status(200),
            hour if hour % 3 == 0 => Outcome::none(Cause::ConnectTimeout),
            hour if hour % 3 == 1 => Outcome::status(500),
            _ => Outcome::status(404),
        };
        let step = policy.step(answer, 1, counters, START + hour * HOUR, 0.0);
        counters = step.counters;
        if let Some(reason) = step.disable {
            let since = START + 101 * HOUR;
            assert_eq!(reason, DisableReason::FailingSince { since });
            disabled_at = Some(hour);
            break;
        }
    }
    assert_eq!(disabled_at, Some(101 + 5 * 24));
}
