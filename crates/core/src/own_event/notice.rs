//! A notice: what a store keeps of something that is to be told, written in the transaction that it
//! follows from, and removed once the event about it is stored.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{FAILING_AFTER, Kind};
use crate::{
    ids::{DeliveryId, EventId, NoticeId, OrganizationId, WebhookId},
    outcome::Answer,
    policy::{Counters, DisableReason},
    ports::Record,
    time::Time,
    webhook::Webhook,
};

/// Something that is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id; the external id of the events about it, so that it is told once.
    pub id: NoticeId,
    /// Whose webhook it is.
    pub organization_id: OrganizationId,
    /// Which webhook.
    pub webhook_id: WebhookId,
    /// What is told.
    pub kind: Kind,
    /// When it happened.
    pub at: Time,
    /// The rest, as it was then.
    pub facts: Facts,
}

/// What a notice says, beside its webhook. No secrets, and nothing of an event's data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// What happened, in a sentence.
    pub reason: String,
    /// Why a webhook is disabled, as a word: `manual`, `too_many_errors`, `failing_since`, `status`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// Since when it has been so.
    pub since: Option<Time>,
    /// The webhook's failures since its last success.
    pub failures: Counters,
    /// The attempt that it follows from.
    pub last_attempt: Option<Last>,
    /// Its delivery.
    pub delivery_id: Option<DeliveryId>,
    /// The event that was sent.
    pub event_id: Option<EventId>,
    /// Its type.
    #[serde(default)]
    pub event_type: Option<String>,
}

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// When it began.
    pub at: Time,
    /// Which of its delivery's attempts it was, from 1.
    pub number: u32,
    /// The status that was answered.
    pub status: Option<u16>,
    /// Why there was none.
    pub cause: Option<String>,
}

impl Notice {
    /// What follows from a record. `before` are the webhook's counters before it, `after` behind it.
    #[must_use]
    pub fn of_record(
        id: NoticeId,
        kind: Kind,
        record: &Record,
        (before, after): (&Counters, &Counters),
        disabled: Option<&DisableReason>,
    ) -> Self {
        let attempt = &record.attempt;
        let (status, cause) = match attempt.answer {
            Answer::Status(status) => (Some(status), None),
            Answer::None(cause) => (None, Some(cause.as_str().to_owned())),
        };
        let (failures, since) = match kind {
            Kind::Recovered => (before, before.failing_since.or(before.told_at)),
            Kind::Disabled => (after, Some(record.now)),
            Kind::Failing | Kind::Exhausted => (after, after.failing_since),
        };
        let reason = match (kind, disabled) {
            (Kind::Disabled, Some(reason)) => reason.sentence().into(),
            (Kind::Disabled, None) => DisableReason::Manual.sentence().into(),
            (Kind::Failing, _) => format!(
                "Its last {} attempts have failed; it is told as failing from the \
                 {FAILING_AFTER}th on.",
                after.failures
            ),
            (Kind::Recovered, _) => format!(
                "An attempt has succeeded again, after {} failed ones in a row.",
                before.failures
            ),
            (Kind::Exhausted, _) => format!(
                "Attempt {} has failed, and its profile allows no further one: the delivery has \
                 failed for good.",
                attempt.number
            ),
        };
        Self {
            id,
            organization_id: attempt.organization_id,
            webhook_id: attempt.webhook_id,
            kind,
            at: record.now,
            facts: Facts {
                reason,
                reason_code: disabled.map(|reason| reason.code().to_owned()),
                since,
                failures: *failures,
                last_attempt: Some(Last {
                    at: attempt.at,
                    number: attempt.number,
                    status,
                    cause,
                }),
                delivery_id: Some(attempt.delivery_id),
                event_id: Some(attempt.event_id),
                event_type: Some(record.event_type.to_string()),
            },
        }
    }

    /// That somebody has switched a webhook off.
    #[must_use]
    pub fn of_hand(id: NoticeId, webhook: &Webhook, failures: Counters, at: Time) -> Self {
        let reason = DisableReason::Manual;
        Self {
            id,
            organization_id: webhook.organization_id,
            webhook_id: webhook.id,
            kind: Kind::Disabled,
            at,
            facts: Facts {
                reason: reason.sentence().into(),
                reason_code: Some(reason.code().to_owned()),
                since: Some(at),
                failures,
                last_attempt: None,
                delivery_id: None,
                event_id: None,
                event_type: None,
            },
        }
    }

    /// The external id of the events about it.
    #[must_use]
    pub fn external_id(&self) -> String {
        format!("bellwire:{}", self.id)
    }

    /// The data of the event about it.
    #[must_use]
    pub fn data(&self, webhook: &Webhook, organization: &str) -> Value {
        let facts = &self.facts;
        let mut data = json!({
            "webhook": {
                "id": webhook.id,
                "name": webhook.settings.name,
                "url": webhook.settings.url,
            },
            "organization": organization,
            "reason": facts.reason,
            "since": facts.since,
            "failures": {
                "total": facts.failures.failures,
                "redirects": facts.failures.redirects,
                "client_errors": facts.failures.client_errors,
                "server_errors": facts.failures.server_errors,
            },
            "last_attempt": facts.last_attempt,
            "delivery_id": facts.delivery_id,
            "event_id": facts.event_id,
            "event_type": facts.event_type,
        });
        if let Some(code) = &facts.reason_code {
            data["reason_code"] = Value::from(code.as_str());
        }
        data
    }
}
