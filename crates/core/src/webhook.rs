//! A customer's subscription, and how it is set.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{OrganizationId, WebhookId},
    outcome::Header,
    policy::{DisableReason, RetryRule, Timeouts},
    time::Time,
};

/// A customer's subscription. Each change makes a new revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// Counts changes, from 1.
    pub revision: u32,
    /// What its owner chose.
    pub settings: Settings,
    /// Why and since when it is disabled; `None` while it is enabled.
    pub disabled: Option<Disabled>,
    /// Since when nothing is sent to it although it is enabled; `None` while it is not paused.
    pub paused: Option<Paused>,
    /// How what a pause held is sent since it was resumed; `None` when nothing of it is left.
    pub drain: Option<Drain>,
    /// Signing secrets, newest first. Those with an end are leaving (rotation).
    pub secrets: Vec<Secret>,
    /// Deliveries made up to here are cancelled, even where their rows do not say so yet: bulk
    /// cancelling runs in chunks behind this mark.
    pub cancelled_up_to: Option<Time>,
    /// When it was made.
    pub created_at: Time,
    /// Who made it.
    pub created_by: String,
    /// When it was last changed.
    pub updated_at: Time,
    /// Who changed it last.
    pub updated_by: String,
    /// When it was deleted: it stays as a tombstone that history can name.
    pub deleted_at: Option<Time>,
}

impl Webhook {
    /// Whether deliveries may be sent to it.
    #[must_use]
    pub const fn is_enabled(&self) -> bool {
        self.disabled.is_none() && self.deleted_at.is_none()
    }

    /// Whether nothing but tests is sent to it for now.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.paused.is_some()
    }

    /// Whether something holds for it that must hold over all nodes together: then one of them
    /// sends, the owner of the lane.
    #[must_use]
    pub const fn is_exclusive(&self) -> bool {
        self.settings.is_exclusive() || self.drain.is_some()
    }

    /// How fast it may be sent to now: its own limit and that of a drain, the smaller of each.
    #[must_use]
    pub fn rate(&self) -> Option<RateLimit> {
        let own = self.settings.overrides.rate_limit;
        let drain = self.drain.map(Drain::rate);
        match (own, drain) {
            (Some(own), Some(drain)) => Some(RateLimit {
                per_second: own.per_second.min(drain.per_second),
                burst: Some(own.burst().min(drain.burst())),
            }),
            (own, drain) => own.or(drain),
        }
    }

    /// Whether a delivery made at this time was cancelled by a disable since, or by hand with
    /// everything else.
    #[must_use]
    pub fn cancels(&self, created_at: Time) -> bool {
        self.cancelled_up_to.is_some_and(|mark| created_at <= mark)
    }

    /// When a delivery counts as made that is stored at this time: behind the mark of a disable that
    /// is over, or of a clearing, even where the clock stands still or goes back.
    #[must_use]
    pub fn made_at(&self, now: Time) -> Time {
        match self.cancelled_up_to {
            Some(mark) if self.is_enabled() => now.max(mark + 1),
            _ => now,
        }
    }

    /// The secrets that sign at this time, newest first.
    pub fn signing_secrets(&self, now: Time) -> impl Iterator<Item = &Secret> {
        self.secrets
            .iter()
            .filter(move |secret| secret.expires_at.is_none_or(|end| now < end))
    }
}

/// What a webhook was at one of its revisions: what history keeps of it. Secrets are not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Which revision.
    pub revision: u32,
    /// What its owner had chosen.
    pub settings: Settings,
    /// Why and since when it was disabled.
    pub disabled: Option<Disabled>,
    /// When it was made.
    pub updated_at: Time,
    /// Who made it.
    pub updated_by: String,
}

/// Why and since when a webhook is disabled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disabled {
    /// Why.
    pub reason: DisableReason,
    /// Since when.
    pub at: Time,
}

/// Since when a webhook is paused, and who wanted it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    /// Since when.
    pub at: Time,
    /// Who paused it.
    pub by: String,
}

/// How what a pause held is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drain {
    /// Requests a second, at most.
    pub per_second: u32,
    /// What was made up to then is what the pause held: when the webhook was resumed.
    pub up_to: Time,
}

impl Drain {
    /// The limit of the lane while it drains. It makes up for a tenth of a second and not for more:
    /// an endpoint that comes back is not to be knocked over.
    #[must_use]
    pub fn rate(self) -> RateLimit {
        RateLimit {
            per_second: self.per_second,
            burst: Some(self.per_second.div_ceil(10).max(2)),
        }
    }
}

/// What a webhook's owner chooses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// For people; may be empty where the profile allows it.
    pub name: String,
    /// Where to send.
    pub url: String,
    /// Patterns of event types (`booking.created`, `booking.*`); none means all.
    pub event_types: Vec<String>,
    /// Receives only what is addressed to it by id.
    pub direct: bool,
    /// Channels of interest; none means all.
    pub channels: Vec<String>,
    /// The name of its profile.
    pub profile: String,
    /// Headers of its own, sent with each request. Encrypted at rest, masked where shown.
    pub headers: Vec<Header>,
    /// Its own numbers in place of the profile's.
    #[serde(default)]
    pub overrides: Overrides,
}

impl Settings {
    /// Whether something is set that must hold over all nodes together: then one of them sends, the
    /// owner of the lane.
    #[must_use]
    pub const fn is_exclusive(&self) -> bool {
        self.overrides.max_concurrency.is_some() || self.overrides.rate_limit.is_some()
    }
}

/// A webhook's own numbers in place of its profile's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    /// In place of the profile's time-outs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeouts: Option<Timeouts>,
    /// In place of the profile's retry rules, for every class of failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<RetryRule>,
    /// In place of the configured number of requests at once, and counted over all nodes together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_concurrency: Option<u16>,
    /// How fast it may be sent to, counted over all nodes together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
}

/// How fast a webhook may be sent to: in no stretch of time are there more requests than `burst`
/// and `per_second` for each of its seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Requests a second.
    pub per_second: u32,
    /// Requests at once after a quiet time; as many as in a second, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
}

impl RateLimit {
    /// Requests at once after a quiet time.
    #[must_use]
    pub fn burst(self) -> u32 {
        self.burst.unwrap_or(self.per_second)
    }
}

/// A signing secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// `whsec_` and base64 (Standard Webhooks).
    pub value: String,
    /// When it was made.
    pub created_at: Time,
    /// When it stops signing, after a rotation.
    pub expires_at: Option<Time>,
}

impl std::fmt::Debug for Secret {
    /// Never shows the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret")
            .field("created_at", &self.created_at)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
