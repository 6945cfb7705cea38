//! The five profiles, each from its real file, in virtual time: what four systems do, as facts.
//!
//! A delivery's life is [`Policy::step`] in a loop: no clock, no network, 72 hours in microseconds.

mod advocate;
mod apigee;
mod eventinsight;
mod files;
mod standard;
mod wink;

use std::sync::Arc;

use bellwire_core::{
    envelope::Facts,
    event::Event,
    ids::{EventId, OrganizationId},
    matching::check_event_type,
    outcome::{Answer, Cause, Outcome},
    policy::{Class, Counters, DisableReason, Next, Policy, Timeouts},
    profile::{Profile, Profiles},
    time::{DAY, DurationUs, HOUR, MINUTE, SECOND, Time},
};
use bytes::Bytes;

const START: Time = Time::from_millis(1_763_714_096_120);

fn profile(name: &str) -> Arc<Profile> {
    Profiles::embedded()
        .get(name)
        .expect("the profile is embedded")
}

/// What became of a delivery.
#[derive(Debug, PartialEq)]
struct Life {
    /// When each attempt was made, from the first on.
    attempts: Vec<DurationUs>,
    delivered: bool,
    counters: Counters,
    disabled: Option<DisableReason>,
}

impl Life {
    fn minutes(&self) -> Vec<i64> {
        self.attempts.iter().map(|at| at / MINUTE).collect()
    }
}

/// Lives through a delivery; `answer` is asked for the outcome of each attempt, counted from 1.
fn live(policy: &Policy, jitter: f64, answer: impl Fn(u32) -> Outcome) -> Life {
    let mut now = START;
    let mut life = Life {
        attempts: Vec::new(),
        delivered: false,
        counters: Counters::default(),
        disabled: None,
    };
    for attempt in 1..=10_000 {
        life.attempts.push(now.since(START));
        let step = policy.step(answer(attempt), attempt, life.counters, now, jitter);
        life.counters = step.counters;
        life.disabled = step.disable;
        if life.disabled.is_some() {
            return life; // disabling cancels what is pending (ADV-15)
        }
        match step.next {
            Next::RetryAt(at) => now = at,
            Next::Deliver => {
                life.delivered = true;
                return life;
            }
            Next::Fail => return life,
        }
    }
    panic!("a delivery does not live forever: {life:?}");
}

fn always(outcome: Outcome) -> impl Fn(u32) -> Outcome {
    move |_| outcome
}

/// Many deliveries of one attempt each, one after the other, to one webhook.
fn many(
    policy: &Policy,
    counters: Counters,
    count: u32,
    outcome: Outcome,
) -> (Counters, Option<DisableReason>) {
    let mut counters = counters;
    for n in 1..=count {
        let step = policy.step(outcome, 1, counters, START, 0.0);
        counters = step.counters;
        if step.disable.is_some() {
            assert_eq!(n, count, "disabled too early");
            return (counters, step.disable);
        }
    }
    (counters, None)
}

fn event(event_type: &str, data: &str) -> Event {
    Event {
        id: "0193a5b0-7f2c-7d11-8a4e-2f6b1c0d9e8f"
            .parse::<EventId>()
            .unwrap(),
        organization_id: OrganizationId::floor(START),
        external_id: None,
        event_type: event_type.to_owned(),
        channels: Vec::new(),
        data: Bytes::copy_from_slice(data.as_bytes()),
        time: START,
        created_at: START,
        unknown_type: false,
        test: false,
    }
}

fn body(profile: &Profile, event: &Event) -> String {
    let facts = Facts {
        event,
        organization: "acme",
    };
    let body = profile.envelope.render(&facts).unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

#[test]
fn there_are_five_profiles() {
    let profiles = Profiles::embedded();
    let names: Vec<&str> = profiles.names().collect();
    assert_eq!(
        names,
        ["advocate", "apigee", "eventinsight", "standard", "wink"]
    );
    for profile in profiles.iter() {
        assert_eq!(profile.content_type, "application/json");
        assert!(profile.described().name().is_some(), "{}", profile.name);
    }
}
