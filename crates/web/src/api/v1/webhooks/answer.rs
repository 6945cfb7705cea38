//! How a webhook is shown: what its owner chose, and how it fares.

use std::collections::BTreeMap;

use bellwire_core::{
    ids::WebhookId,
    outcome::{Answer, Cause},
    policy::{Counters, DisableReason},
    ports,
    service::Service,
    time::Time,
    webhook,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{headers::masked, overrides::Overrides};
use crate::{api::v1::shape::CauseName, problem::Problem};

/// A customer's subscription.
#[derive(Debug, Serialize, ToSchema)]
pub struct Webhook {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    id: WebhookId,
    /// For people.
    #[schema(example = "Reception desk")]
    name: String,
    /// Where requests are sent.
    #[schema(example = "https://example.com/hook")]
    url: String,
    /// Patterns of event types; empty means all.
    #[schema(example = json!(["booking.*"]))]
    event_types: Vec<String>,
    /// It receives only what is addressed to it by id.
    direct: bool,
    /// Channels of interest; empty means all.
    #[schema(example = json!(["account:cool"]))]
    channels: Vec<String>,
    /// Whether anything is sent to it.
    enabled: bool,
    /// Why nothing is; null while it is enabled.
    #[schema(required)]
    disabled: Option<DisabledInfo>,
    /// Since when its deliveries are held, and who wanted it; null while it is not paused.
    #[schema(required)]
    paused: Option<PausedInfo>,
    /// How fast what a pause held is being sent; null when nothing of it is left, or no rate was
    /// chosen.
    #[schema(required)]
    drain: Option<DrainInfo>,
    /// Why nothing can be sent to it although it is enabled, and what to do; its deliveries wait
    /// until then. Null when nothing is in the way.
    #[schema(required)]
    problem: Option<String>,
    /// The name of its profile.
    #[schema(example = "standard")]
    profile: String,
    /// Names of the headers of its own; their values are not shown.
    #[schema(value_type = std::collections::BTreeMap<String, String>, example = json!({"x-api-key": "****"}))]
    headers: BTreeMap<String, &'static str>,
    /// Its own numbers in place of the profile's.
    overrides: Overrides,
    /// Counts changes, from 1.
    #[schema(minimum = 1)]
    revision: u32,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// Who made it.
    created_by: String,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Time,
    /// Who changed it last.
    updated_by: String,
    /// How it fares.
    health: Health,
}

/// Why and since when a webhook is disabled.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDisabled)]
pub struct DisabledInfo {
    /// The kind of reason.
    reason: DisabledReason,
    /// The reason in plain words.
    #[schema(example = "It was switched off by hand.")]
    sentence: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
}

/// Since when a webhook is paused.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookPaused)]
pub struct PausedInfo {
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// Who paused it.
    by: String,
    /// How many deliveries are held. Only where one webhook is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<Waiting>,
}

/// How fast what a pause held is being sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDrain)]
pub struct DrainInfo {
    /// Requests a second, at most.
    per_second: u32,
    /// What was made up to then is what the pause held.
    #[schema(value_type = String, format = DateTime)]
    up_to: Time,
    /// How many of them are left, but for those that are tried again later. Only where one webhook
    /// is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<Waiting>,
}

/// How many deliveries wait. Counting ends at 100000.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = WaitingCount)]
pub struct Waiting {
    /// How many.
    count: u64,
    /// There may be more.
    or_more: bool,
}

impl From<ports::Waiting> for Waiting {
    fn from(waiting: ports::Waiting) -> Self {
        Self {
            count: waiting.count,
            or_more: waiting.or_more,
        }
    }
}

/// The kind of reason that a webhook is disabled for.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisabledReason {
    /// Somebody switched it off.
    Manual,
    /// Too many answers of one class.
    TooManyErrors,
    /// Nothing but failures for too long.
    FailingSince,
    /// The endpoint answered that it is gone for good.
    Status,
}

impl From<webhook::Disabled> for DisabledInfo {
    fn from(disabled: webhook::Disabled) -> Self {
        Self {
            reason: match disabled.reason {
                DisableReason::Manual => DisabledReason::Manual,
                DisableReason::TooManyErrors { .. } => DisabledReason::TooManyErrors,
                DisableReason::FailingSince { .. } => DisabledReason::FailingSince,
                DisableReason::Status { .. } => DisabledReason::Status,
            },
            sentence: disabled.reason.sentence().into(),
            at: disabled.at,
        }
    }
}

/// How a webhook fares, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// The last attempt that counts was a success.
    Healthy,
    /// There were failures since the last success.
    Failing,
    /// Nothing is sent to it.
    Disabled,
    /// Nothing was sent to it yet.
    Idle,
}

/// How a webhook fares.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// In one word.
    state: HealthState,
    /// Failures since the last success.
    counters: FailureCounters,
    /// The first failure since the last success; null when there was none.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    failing_since: Option<Time>,
    /// The last attempt; null when there was none.
    #[schema(required)]
    last_attempt: Option<LastAttempt>,
}

/// Failures since the last success.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailureCounters {
    /// Of any kind.
    failures: u32,
    /// Answers 3xx.
    redirects: u32,
    /// Answers 4xx.
    client_errors: u32,
    /// Answers 5xx.
    server_errors: u32,
}

/// The last attempt in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct LastAttempt {
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// The HTTP status; null when there was no answer.
    #[schema(required)]
    status: Option<u16>,
    /// Why there is no status; null when there is one.
    #[schema(required)]
    cause: Option<CauseName>,
    /// It ran out of time waiting for the other side.
    timed_out: bool,
}

impl Health {
    fn new(enabled: bool, counters: Counters, last: Option<(Time, Answer)>) -> Self {
        let state = if !enabled {
            HealthState::Disabled
        } else if counters.failures > 0 {
            HealthState::Failing
        } else if last.is_some() {
            HealthState::Healthy
        } else {
            HealthState::Idle
        };
        let last_attempt = last.map(|(at, answer)| {
            let (status, cause) = match answer {
                Answer::Status(status) => (Some(status), None),
                Answer::None(cause) => (None, Some(cause)),
            };
            LastAttempt {
                at,
                status,
                cause: cause.map(CauseName),
                timed_out: cause.is_some_and(Cause::is_timeout),
            }
        });
        Self {
            state,
            counters: FailureCounters {
                failures: counters.failures,
                redirects: counters.redirects,
                client_errors: counters.client_errors,
                server_errors: counters.server_errors,
            },
            failing_since: counters.failing_since,
            last_attempt,
        }
    }
}

impl Webhook {
    /// The answer for a webhook of this health; none yet for a new one.
    #[must_use]
    pub fn new(
        service: &Service,
        webhook: webhook::Webhook,
        health: Option<ports::Health>,
    ) -> Self {
        let problem = service.problem(&webhook);
        let enabled = webhook.is_enabled();
        let health = match health {
            Some(health) => {
                let last = health
                    .last_attempt
                    .map(|attempt| (attempt.at, attempt.answer));
                Health::new(enabled, health.counters, last)
            }
            None => Health::new(enabled, Counters::default(), None),
        };
        let settings = webhook.settings;
        Self {
            id: webhook.id,
            headers: masked(&settings.headers),
            name: settings.name,
            url: settings.url,
            event_types: settings.event_types,
            direct: settings.direct,
            channels: settings.channels,
            enabled,
            disabled: webhook.disabled.map(DisabledInfo::from),
            paused: webhook.paused.map(|paused| PausedInfo {
                at: paused.at,
                by: paused.by,
                held: None,
            }),
            drain: webhook.drain.map(|drain| DrainInfo {
                per_second: drain.per_second,
                up_to: drain.up_to,
                left: None,
            }),
            problem: problem.map(Into::into),
            profile: settings.profile,
            overrides: settings.overrides.into(),
            revision: webhook.revision,
            created_at: webhook.created_at,
            created_by: webhook.created_by,
            updated_at: webhook.updated_at,
            updated_by: webhook.updated_by,
            health,
        }
    }

    /// The same with what a pause holds, or a drain has left, counted.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn counted(mut self, service: &Service) -> Result<Self, Problem> {
        if let Some(paused) = &mut self.paused {
            let all = Time::from_micros(i64::MAX);
            paused.held = Some(service.waiting(self.id, all).await?.into());
        }
        if let Some(drain) = &mut self.drain {
            drain.left = Some(service.waiting(self.id, drain.up_to).await?.into());
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_is_one_word_for_each_case() {
        let failing = Counters {
            failures: 2,
            ..Counters::default()
        };
        let last = Some((Time::EPOCH, Answer::None(Cause::FirstByteTimeout)));
        let ok = Some((Time::EPOCH, Answer::Status(200)));
        for (enabled, counters, last, state) in [
            (true, Counters::default(), None, HealthState::Idle),
            (true, Counters::default(), ok, HealthState::Healthy),
            (true, failing, last, HealthState::Failing),
            (false, failing, last, HealthState::Disabled),
        ] {
            assert_eq!(Health::new(enabled, counters, last).state, state);
        }
        let shown = Health::new(true, failing, last).last_attempt.unwrap();
        assert!(shown.timed_out && shown.status.is_none());
    }
}
