//! How the audit log is read in bounded pieces, and the entry that a store writes by itself. The
//! same in every store.

use std::sync::Arc;

use serde_json::json;

use crate::{
    access::Actor,
    audit::{AuditFilter, Entry},
    entropy::Entropy,
    ids::{AuditId, IdSource, OrganizationId, WebhookId},
    ports::Page,
    time::{DAY, DurationUs, Time},
    webhook::Disabled,
};

/// Entries that one call looks at: what bounds a search that finds little.
pub const LOOK_AT: usize = 5_000;

/// Ids tell the time, but of a process whose clock was set back they run ahead of it, and clocks of
/// nodes differ. A search by time walks this much more on both sides and then looks at the times.
const SLACK_US: DurationUs = DAY;
/// From here on (the year 10889) a time does not fit into an id.
const IDS_END_MS: i64 = (1 << 48) - SLACK_US / 1_000;

/// The ids that a search has to look at: from the first one on, up to but without the second.
#[must_use]
pub fn bounds(filter: &AuditFilter, before: Option<AuditId>) -> (AuditId, AuditId) {
    let lowest = AuditId::from_bytes([0; 16]);
    let highest = AuditId::from_bytes([0xff; 16]);
    let slack = Time::EPOCH + SLACK_US;
    let from = filter
        .since
        .map_or(lowest, |since| AuditId::floor(since.max(slack) - SLACK_US));
    let until = filter
        .until
        .filter(|until| until.as_millis() < IDS_END_MS)
        .map_or(highest, |until| {
            AuditId::floor(until.max(Time::EPOCH) + SLACK_US)
        });
    (from, before.map_or(until, |before| before.min(until)))
}

/// The page of what a search found. `found` has one entry more than `limit` when there are more;
/// `looked_to` is the id that the search has come to, when it did not come to the end.
#[must_use]
pub fn page(
    mut found: Vec<Entry>,
    limit: usize,
    looked_to: Option<AuditId>,
) -> Page<Entry, AuditId> {
    let next = if found.len() > limit {
        found.truncate(limit);
        found.last().map(|entry| entry.id)
    } else {
        looked_to
    };
    Page { items: found, next }
}

/// Ids for entries that a store writes by itself.
pub struct Ids {
    source: IdSource,
    entropy: Arc<dyn Entropy>,
}

impl Ids {
    /// Ids with these random bits.
    #[must_use]
    pub fn new(entropy: Arc<dyn Entropy>) -> Self {
        Self {
            source: IdSource::default(),
            entropy,
        }
    }

    /// The next id.
    #[must_use]
    pub fn next<I: From<uuid::Uuid>>(&self, now: Time) -> I {
        self.source.next(now, self.entropy.u64())
    }
}

/// A webhook that a threshold disables, as far as the log wants it.
#[derive(Debug, Clone, Copy)]
pub struct Disabling<'w> {
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Its id.
    pub webhook_id: WebhookId,
    /// Its name.
    pub name: &'w str,
    /// Its revision since.
    pub revision: u32,
    /// Which threshold, and when.
    pub disabled: &'w Disabled,
}

impl Disabling<'_> {
    /// The entry of the log, in the words of the API.
    #[must_use]
    pub fn entry(&self, id: AuditId) -> Entry {
        let Disabled { reason, at } = self.disabled;
        let kind = reason.code();
        let before = json!({ "enabled": true, "revision": self.revision.saturating_sub(1) });
        let after = json!({
            "enabled": false,
            "disabled": { "reason": kind, "sentence": reason.sentence(), "at": at },
            "revision": self.revision,
        });
        Entry {
            id,
            at: *at,
            organization_id: Some(self.organization_id),
            actor: Actor::system(),
            action: "webhook.disabled".to_owned(),
            subject: self.webhook_id.to_string(),
            label: self.name.to_owned(),
            before: Some(before.to_string()),
            after: Some(after.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{policy::DisableReason, time::HOUR};

    #[test]
    fn a_search_by_time_walks_a_day_more_on_both_sides() {
        let at = Time::from_millis(1_763_700_000_000);
        let filter = AuditFilter {
            since: Some(at),
            until: Some(at + HOUR),
            ..AuditFilter::default()
        };
        let (from, until) = bounds(&filter, None);
        assert_eq!(from.time(), at - DAY);
        assert_eq!(until.time(), at + HOUR + DAY);
        let before = AuditId::floor(at);
        assert_eq!(bounds(&filter, Some(before)), (from, before));
        assert_eq!(
            bounds(&filter, Some(AuditId::from_bytes([0xff; 16]))),
            (from, until)
        );
        let endless = AuditFilter {
            since: Some(Time::from_micros(i64::MIN)),
            until: Some(Time::from_micros(i64::MAX)),
            ..AuditFilter::default()
        };
        for filter in [AuditFilter::default(), endless] {
            let (from, until) = bounds(&filter, None);
            assert_eq!((*from.as_bytes(), *until.as_bytes()), ([0; 16], [0xff; 16]));
        }
    }

    #[test]
    fn what_a_threshold_did_is_told_in_the_words_of_the_api() {
        let reason = DisableReason::TooManyErrors {
            class: "5xx".to_owned(),
            count: 1_000,
        };
        let entry = Disabling {
            organization_id: OrganizationId::from_bytes([1; 16]),
            webhook_id: WebhookId::from_bytes([2; 16]),
            name: "Orders",
            revision: 4,
            disabled: &Disabled {
                reason,
                at: Time::from_millis(1_763_700_000_000),
            },
        }
        .entry(AuditId::from_bytes([3; 16]));
        assert_eq!(entry.actor, Actor::system());
        assert_eq!(
            entry.before.as_deref(),
            Some(r#"{"enabled":true,"revision":3}"#)
        );
        let after: serde_json::Value =
            serde_json::from_str(entry.after.as_deref().unwrap_or_default()).expect("JSON");
        assert_eq!(after["disabled"]["reason"], "too_many_errors");
        assert_eq!(after["disabled"]["at"], "2025-11-21T04:40:00Z");
        assert_eq!(after["revision"], 4);
    }
}
