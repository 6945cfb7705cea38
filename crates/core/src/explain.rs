//! Stage 7, view: which webhooks an event goes to, and which clause keeps it from each other one.
//!
//! Pure: stage 2's [`verdict`](matching::verdict), asked again and put into words. Of a stored event
//! the webhooks are looked at as they are set now, because that is what can be changed.

use crate::{
    delivery::{Delivery, State},
    event::Event,
    ids::{DeliveryId, WebhookId},
    matching::{self, Verdict},
    said::Said,
    say,
    time::Time,
    webhook::Webhook,
};

/// Why a webhook receives an event, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Type and channels match.
    Matched,
    /// The producer named this webhook.
    Addressed,
    /// It was sent there.
    Sent,
    /// It is disabled.
    Disabled,
    /// It receives only what is addressed to it.
    Direct,
    /// None of its patterns covers the event's type.
    EventType,
    /// It listens to channels, and the event is on none of them.
    Channel,
    /// It would match now, but it was made or changed after the event.
    Later,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::Matched,
        Self::Addressed,
        Self::Sent,
        Self::Disabled,
        Self::Direct,
        Self::EventType,
        Self::Channel,
        Self::Later,
    ];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Addressed => "addressed",
            Self::Sent => "sent",
            Self::Disabled => "disabled",
            Self::Direct => "direct",
            Self::EventType => "event_type",
            Self::Channel => "channel",
            Self::Later => "later",
        }
    }
}

impl From<Verdict> for Reason {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Matched => Self::Matched,
            Verdict::Addressed => Self::Addressed,
            Verdict::Disabled => Self::Disabled,
            Verdict::Direct => Self::Direct,
            Verdict::EventType => Self::EventType,
            Verdict::Channel => Self::Channel,
        }
    }
}

/// What becomes of an event at one webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The webhook.
    pub webhook_id: WebhookId,
    /// What it is called.
    pub name: String,
    /// Where it sends to.
    pub url: String,
    /// Whether it receives the event, or has received it.
    pub receives: bool,
    /// Why.
    pub reason: Reason,
    /// The same in plain words.
    pub sentence: Said,
    /// What the delivery waits for although the webhook receives the event; `None` when nothing.
    pub waits: Option<Said>,
    /// When the webhook was changed, where that was after the event: it may have been otherwise when
    /// the event came.
    pub changed_at: Option<Time>,
    /// The newest delivery of a stored event to it.
    pub delivery: Option<(DeliveryId, State)>,
}

impl Explained {
    fn of(webhook: &Webhook, reason: Reason, sentence: Said) -> Self {
        Self {
            webhook_id: webhook.id,
            name: webhook.settings.name.clone(),
            url: webhook.settings.url.clone(),
            receives: matches!(reason, Reason::Matched | Reason::Addressed | Reason::Sent),
            reason,
            sentence,
            waits: None,
            changed_at: None,
            delivery: None,
        }
    }
}

/// What would become of an event that was posted now. `problem` is what stands in the way of any
/// delivery to this webhook.
#[must_use]
pub fn posted(
    webhook: &Webhook,
    event_type: &str,
    channels: &[String],
    addressed: &[WebhookId],
    problem: Option<Said>,
) -> Explained {
    let verdict = matching::verdict(webhook, event_type, channels, addressed);
    let sentence = verdict.sentence(webhook, event_type, channels);
    let mut explained = Explained::of(webhook, verdict.into(), sentence);
    if explained.receives {
        explained.waits = problem.or_else(|| {
            let paused = webhook.paused.as_ref()?;
            Some(say!(
                "explain-paused",
                "It is paused since {at}: the delivery would be held until it is resumed.",
                at = paused.at
            ))
        });
    }
    explained
}

/// What became of a stored event at a webhook that it was sent to; `delivery` is the newest.
#[must_use]
pub fn sent(webhook: &Webhook, event: &Event, delivery: &Delivery) -> Explained {
    let sentence = say!(
        "explain-sent",
        "The event was sent to it; the delivery of {at} is {state}.",
        at = delivery.created_at,
        state = delivery.state.said()
    );
    Explained {
        changed_at: changed_at(webhook, event),
        delivery: Some((delivery.id, delivery.state)),
        ..Explained::of(webhook, Reason::Sent, sentence)
    }
}

/// Why a stored event was not sent to a webhook, by its present settings.
#[must_use]
pub fn not_sent(webhook: &Webhook, event: &Event) -> Explained {
    // Whom the event addressed got a delivery and is not asked about here.
    let verdict = matching::verdict(webhook, &event.event_type, &event.channels, &[]);
    let changed_at = changed_at(webhook, event);
    let (reason, sentence) = if verdict.delivers() {
        (Reason::Later, later(webhook, event))
    } else {
        let why = verdict.sentence(webhook, &event.event_type, &event.channels);
        let sentence = match changed_at {
            None => why,
            Some(at) => say!(
                "explain-changed",
                "{why} It was changed on {at}, after the event: when the event came it may have \
                 been set otherwise.",
                why,
                at
            ),
        };
        (verdict.into(), sentence)
    };
    Explained {
        changed_at,
        ..Explained::of(webhook, reason, sentence)
    }
}

fn changed_at(webhook: &Webhook, event: &Event) -> Option<Time> {
    (webhook.updated_at > event.created_at).then_some(webhook.updated_at)
}

fn later(webhook: &Webhook, event: &Event) -> Said {
    if event.test {
        say!("explain-test", "The event is a test of another webhook.")
    } else if webhook.created_at > event.created_at {
        say!(
            "explain-younger",
            "It would match, but it was made on {at}, after the event.",
            at = webhook.created_at
        )
    } else {
        say!(
            "explain-now",
            "It matches as it is set now; it was changed on {at}, and did not match when the event \
             came.",
            at = webhook.updated_at
        )
    }
}
