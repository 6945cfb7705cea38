//! The rules as pure functions: tables for what each rule means, properties for what holds of all.

use bellwire_core::{
    outcome::{Answer, Cause, Outcome},
    policy::{
        Class, Counters, DisableReason, DisableRule, MAX_DELAY_S, MAX_RETRY_AFTER_US, Next, Policy,
        RetryRule, RetryRules, SuccessRule, Timeouts,
    },
    time::{DAY, HOUR, MINUTE, SECOND, Time},
};
use proptest::prelude::*;

fn success(texts: &[&str]) -> Result<SuccessRule, String> {
    SuccessRule::try_from(
        texts
            .iter()
            .map(|&text| text.to_owned())
            .collect::<Vec<_>>(),
    )
}

fn policy(rule: &RetryRule) -> Policy {
    Policy {
        success: success(&["2xx"]).unwrap(),
        retry: RetryRules::uniform(rule),
        honour_retry_after: true,
        timeouts: Timeouts {
            connect_ms: 1,
            first_byte_ms: 1,
            total_ms: 1,
        },
        disable: DisableRule::default(),
    }
}

#[test]
fn a_success_rule_is_read_and_written_alike() {
    for (texts, accepted, refused) in [
        (
            &["2xx"][..],
            &[200, 204, 299][..],
            &[199, 300, 404, 500][..],
        ),
        (&["200"], &[200], &[201, 202, 204, 100]),
        (&["200", "202", "3xx"], &[200, 202, 301], &[201, 404]),
    ] {
        let rule = success(texts).unwrap();
        for &status in accepted {
            assert!(rule.accepts(status), "{texts:?} {status}");
        }
        for &status in refused {
            assert!(!rule.accepts(status), "{texts:?} {status}");
        }
        assert_eq!(Vec::<String>::from(rule), texts);
    }
    for wrong in [
        &[][..],
        &["6xx"],
        &["20x"],
        &["2"],
        &["2000"],
        &["ok"],
        &["2XX"],
        &["0xx"],
        &["2é"],
    ] {
        assert!(success(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn every_answer_has_a_class() {
    let policy = Policy {
        success: success(&["200"]).unwrap(),
        ..policy(&RetryRule::None)
    };
    for (status, class) in [
        (200, Class::Success),
        (201, Class::OtherStatus),
        (204, Class::OtherStatus),
        (100, Class::OtherStatus),
        (301, Class::Redirect),
        (404, Class::ClientError),
        (503, Class::ServerError),
        (600, Class::OtherStatus),
        (999, Class::OtherStatus),
        (0, Class::OtherStatus),
    ] {
        assert_eq!(policy.classify(Answer::Status(status)), class, "{status}");
    }
    for cause in Cause::ALL {
        assert_eq!(policy.classify(Answer::None(cause)), Class::NoAnswer);
    }
}

#[test]
fn the_limits_of_a_retry_rule_are_checked() {
    let fixed = |interval_s, max_attempts| RetryRule::Fixed {
        interval_s,
        max_attempts,
    };
    let schedule = |delays_s: &[u32], jitter_percent| RetryRule::Schedule {
        delays_s: delays_s.to_vec(),
        jitter_percent,
    };
    for right in [
        RetryRule::None,
        fixed(1, 1),
        fixed(MAX_DELAY_S, 1000),
        schedule(&[], 0),
        schedule(&[1; 999], 100),
    ] {
        assert_eq!(right.check(), Ok(()));
    }
    for wrong in [
        fixed(0, 5),
        fixed(1, 0),
        fixed(1, 1001),
        fixed(MAX_DELAY_S + 1, 5),
        schedule(&[1; 1000], 0),
        schedule(&[5, 0], 0),
        schedule(&[5], 101),
    ] {
        assert!(wrong.check().is_err(), "{wrong:?}");
    }
}

#[test]
fn a_delay_counts_from_the_beginning_and_nothing_is_tried_before_the_end() {
    let policy = policy(&RetryRule::Fixed {
        interval_s: 10,
        max_attempts: 3,
    });
    let began = Time::from_millis(1_000_000);
    let failed = Outcome::status(500);
    let next = |ended| policy.next(failed, 1, began, ended, 0.0);
    assert_eq!(next(began + 3 * SECOND), Next::RetryAt(began + 10 * SECOND));
    assert_eq!(
        next(began + 15 * SECOND),
        Next::RetryAt(began + 15 * SECOND)
    );
    assert_eq!(policy.next(failed, 3, began, began, 0.0), Next::Fail);
}

#[test]
fn an_event_without_a_body_is_not_tried_again() {
    let policy = policy(&RetryRule::Fixed {
        interval_s: 10,
        max_attempts: 3,
    });
    let now = Time::EPOCH;
    let outcome = Outcome::none(Cause::Envelope);
    assert_eq!(policy.next(outcome, 1, now, now, 0.0), Next::Fail);
    let refused = Outcome::none(Cause::Refused);
    assert_ne!(policy.next(refused, 1, now, now, 0.0), Next::Fail);
}

#[test]
fn retry_after_is_ignored_where_it_is_not_honoured() {
    let policy = Policy {
        honour_retry_after: false,
        ..policy(&RetryRule::Fixed {
            interval_s: 10,
            max_attempts: 3,
        })
    };
    let outcome = Outcome {
        retry_after: Some(HOUR),
        ..Outcome::status(503)
    };
    let now = Time::EPOCH;
    assert_eq!(
        policy.next(outcome, 1, now, now, 0.0),
        Next::RetryAt(now + 10 * SECOND)
    );
}

#[test]
fn each_class_has_its_own_threshold() {
    let rule = DisableRule {
        after_redirects: Some(2),
        after_client_errors: Some(3),
        after_server_errors: Some(4),
        ..DisableRule::default()
    };
    for (class, status, threshold, name) in [
        (Class::Redirect, 302, 2, "3xx"),
        (Class::ClientError, 404, 3, "4xx"),
        (Class::ServerError, 500, 4, "5xx"),
    ] {
        let mut counters = Counters::default();
        for count in 1..=threshold {
            let (after, reason) = rule.fold(counters, class, Answer::Status(status), Time::EPOCH);
            counters = after;
            let expected = (count == threshold).then(|| DisableReason::TooManyErrors {
                class: name.to_owned(),
                count,
            });
            assert_eq!(reason, expected);
        }
    }
}

#[test]
fn a_status_that_says_goodbye_disables_at_once() {
    let rule = DisableRule {
        on_statuses: vec![410],
        ..DisableRule::default()
    };
    let fold = |status| {
        rule.fold(
            Counters::default(),
            Class::ClientError,
            Answer::Status(status),
            Time::EPOCH,
        )
        .1
    };
    assert_eq!(fold(410), Some(DisableReason::Status { status: 410 }));
    assert_eq!(fold(404), None);
}

fn rules() -> impl Strategy<Value = RetryRule> {
    prop_oneof![
        Just(RetryRule::None),
        (1..100_000_u32, 1..200_u32).prop_map(|(interval_s, max_attempts)| RetryRule::Fixed {
            interval_s,
            max_attempts
        }),
        (prop::collection::vec(1..100_000_u32, 0..30), 0..=100_u8).prop_map(
            |(delays_s, jitter_percent)| RetryRule::Schedule {
                delays_s,
                jitter_percent
            }
        ),
    ]
}

fn failures() -> impl Strategy<Value = Outcome> {
    let answer = prop_oneof![
        (300..600_u16).prop_map(Answer::Status),
        prop::sample::select(&Cause::ALL[..10]).prop_map(Answer::None),
    ];
    let retry_after = prop::option::of(-DAY..3 * DAY);
    (answer, retry_after).prop_map(|(answer, retry_after)| Outcome {
        answer,
        retry_after,
    })
}

proptest! {
    /// A delivery that only fails makes exactly as many attempts as its rule says, each after the
    /// one before it, and then it has failed.
    #[test]
    fn attempts_are_counted(rule in rules(), outcome in failures(), jitter in 0.0..1.0_f64) {
        let policy = policy(&rule);
        let mut now = Time::from_millis(1_700_000_000_000);
        for attempt in 1..=rule.max_attempts() {
            match policy.step(outcome, attempt, Counters::default(), now, jitter).next {
                Next::RetryAt(at) => {
                    prop_assert!(attempt < rule.max_attempts());
                    prop_assert!(at > now);
                    now = at;
                }
                next => {
                    prop_assert_eq!(next, Next::Fail);
                    prop_assert_eq!(attempt, rule.max_attempts());
                }
            }
        }
    }

    /// `Retry-After` never brings an attempt forward, and puts it off by a day at most.
    #[test]
    fn retry_after_only_delays(
        rule in rules(),
        outcome in failures(),
        took in 0..2 * MINUTE,
        jitter in 0.0..1.0_f64,
    ) {
        let policy = policy(&rule);
        let began = Time::from_millis(1_700_000_000_000);
        let ended = began + took;
        let without = Outcome { retry_after: None, ..outcome };
        match (
            policy.next(without, 1, began, ended, jitter),
            policy.next(outcome, 1, began, ended, jitter),
        ) {
            (Next::RetryAt(by_rule), Next::RetryAt(asked)) => {
                prop_assert!(asked >= by_rule);
                prop_assert!(asked <= by_rule.max(ended + MAX_RETRY_AFTER_US));
            }
            (by_rule, asked) => prop_assert_eq!(by_rule, asked),
        }
    }

    /// Jitter stretches a delay, by its percentage at most.
    #[test]
    fn jitter_is_bounded(delay_s in 1..MAX_DELAY_S, percent in 0..=100_u8, jitter in 0.0..1.0_f64) {
        let rule = RetryRule::Schedule { delays_s: vec![delay_s], jitter_percent: percent };
        let delay = rule.delay(1, jitter).unwrap();
        let shortest = i64::from(delay_s) * SECOND;
        prop_assert!(delay >= shortest);
        prop_assert!(delay <= shortest + shortest * i64::from(percent) / 100);
    }

    /// The counters say what was answered since the last success, whatever came before.
    #[test]
    fn counters_count_since_the_last_success(statuses in prop::collection::vec(prop_oneof![
        Just(Answer::Status(200)),
        (300..600_u16).prop_map(Answer::Status),
        Just(Answer::None(Cause::FirstByteTimeout)),
    ], 0..60)) {
        let policy = policy(&RetryRule::None);
        let mut counters = Counters::default();
        for (second, &answer) in statuses.iter().enumerate() {
            let now = Time::from_millis(second as i64 * 1_000);
            counters = policy.disable.fold(counters, policy.classify(answer), answer, now).0;
        }
        let since = statuses.iter().rposition(|&answer| answer == Answer::Status(200)).map_or(0, |at| at + 1);
        let failures = &statuses[since..];
        let of = |class| failures.iter().filter(|&&answer| policy.classify(answer) == class).count() as u32;
        prop_assert_eq!(counters, Counters {
            redirects: of(Class::Redirect),
            client_errors: of(Class::ClientError),
            server_errors: of(Class::ServerError),
            failures: failures.len() as u32,
            failing_since: (!failures.is_empty()).then(|| Time::from_millis(since as i64 * 1_000)),
            told_at: None,
        });
    }
}
