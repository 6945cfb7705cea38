//! Apigee Edge monetization: the notification itself, four times at five minutes' distance.

use super::*;

/// APG-28: every 2xx is success, and nothing else is.
#[test]
fn apigee_accepts_2xx() {
    let policy = &profile("apigee").policy;
    for status in 100..=599 {
        let success = policy.classify(Answer::Status(status)) == Class::Success;
        assert_eq!(success, (200..300).contains(&status), "{status}");
    }
}

/// APG-29: a 5xx is retried up to three times, five minutes apart: 0, 5, 10 and 15 min.
#[test]
fn apigee_tries_a_5xx_four_times() {
    let policy = &profile("apigee").policy;
    for status in [500, 502, 503, 599] {
        let life = live(policy, 0.9, always(Outcome::status(status)));
        assert_eq!(life.minutes(), [0, 5, 10, 15], "{status}");
        assert!(!life.delivered);
    }
    let life = live(policy, 0.0, |attempt| {
        Outcome::status(if attempt < 3 { 500 } else { 202 })
    });
    assert_eq!(life.minutes(), [0, 5, 10]);
    assert!(life.delivered);
}

/// APG-30: a time-out, a refused connection, a DNS or TLS failure are treated like a 5xx; read and
/// connect time-outs are three seconds each.
#[test]
fn apigee_treats_no_answer_like_a_5xx() {
    let policy = &profile("apigee").policy;
    for cause in [
        Cause::ConnectTimeout,
        Cause::FirstByteTimeout,
        Cause::TotalTimeout,
        Cause::Refused,
        Cause::Dns,
        Cause::Tls,
        Cause::Reset,
        Cause::Unreachable,
    ] {
        let life = live(policy, 0.0, always(Outcome::none(cause)));
        assert_eq!(life.minutes(), [0, 5, 10, 15], "{cause:?}");
    }
    let Timeouts {
        connect_ms,
        first_byte_ms,
        total_ms,
    } = policy.timeouts;
    assert_eq!((connect_ms, first_byte_ms), (3000, 3000));
    assert!(
        total_ms >= connect_ms + first_byte_ms,
        "the total does not cut them short"
    );
}

/// APG-31: any other answer is failure, not retried.
#[test]
fn apigee_tries_anything_else_once() {
    let policy = &profile("apigee").policy;
    for status in [100, 199, 301, 302, 400, 401, 404, 410, 429, 499] {
        let life = live(policy, 0.0, always(Outcome::status(status)));
        assert_eq!(life.attempts, [0], "{status}");
        assert!(!life.delivered);
        assert_eq!(life.disabled, None);
    }
}

/// APG-32: Apigee's webhooks are direct. APG-11: they have a name. APG-15: the body is the
/// notification itself, as it was written.
#[test]
fn apigee_sends_the_notification_itself() {
    let profile = profile("apigee");
    assert!(profile.direct);
    assert!(profile.requires_name);
    let data = "{ \"orgName\": \"acme\",\n  \"quotaPercentUsed\": 80 }";
    assert_eq!(body(&profile, &event("quota.used", data)), data);
}
