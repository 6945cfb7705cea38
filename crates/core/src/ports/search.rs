//! Stage 7: which events a list shows, and where it goes on.

use std::time::Duration;

use super::query::EventSummary;
use crate::{
    delivery::State,
    event::Event,
    ids::{DeliveryId, EventId, WebhookId},
    job::StatusFilter,
    outcome::Cause,
    own_event,
    time::Time,
};

/// How long a search may go on before it answers with what it has. With what is around it an answer
/// stays within 50 ms.
pub const SEARCH_TIME: Duration = Duration::from_millis(35);

/// Which events a list shows. Everything given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Exactly this type (ADV-6).
    pub event_type: Option<String>,
    /// The event or one of its deliveries was last updated at or after this time (ADV-7).
    pub updated_since: Option<Time>,
    /// It was last updated before this time.
    pub updated_until: Option<Time>,
    /// The event was accepted at or after this time.
    pub created_since: Option<Time>,
    /// It was accepted before this time.
    pub created_until: Option<Time>,
    /// At least one delivery is in one of these states; in any, when there are none.
    pub states: Vec<State>,
    /// That delivery has been attempted.
    pub tried: bool,
    /// There is a delivery to this webhook. States, status and cause are then meant of it.
    pub webhook: Option<WebhookId>,
    /// An attempt of that delivery got such a status.
    pub status: Option<StatusFilter>,
    /// An attempt of that delivery got no answer, for this cause.
    pub cause: Option<Cause>,
    /// The event carries this channel.
    pub channel: Option<String>,
    /// Made by a test, or not.
    pub test: Option<bool>,
    /// Exactly this external id.
    pub external_id: Option<String>,
    /// The id of the event or of one of its deliveries, or its external id.
    pub id: Option<String>,
    /// The data contains this text, in any case.
    pub text: Option<String>,
    /// Only what is seen from here; everything, when absent.
    pub corner: Option<Corner>,
}

/// What somebody sees who came for some channels only: events that carry one of them, as if no
/// deliveries but those to these webhooks had been made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Corner {
    /// The channels.
    pub channels: Vec<String>,
    /// The webhooks.
    pub webhooks: Vec<WebhookId>,
}

impl Corner {
    /// Whether an event is seen.
    #[must_use]
    pub fn shows(&self, event: &Event) -> bool {
        let own = |channel: &String| self.channels.contains(channel);
        match own_event::Kind::of(&event.event_type) {
            // As `Access::shows` says.
            Some(_) => !event.channels.is_empty() && event.channels.iter().all(own),
            None => event.channels.iter().any(own),
        }
    }

    /// Whether deliveries to a webhook are seen.
    #[must_use]
    pub fn has(&self, webhook: WebhookId) -> bool {
        self.webhooks.contains(&webhook)
    }
}

/// Where a search goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventCursor {
    /// Events before this one have not been decided on.
    pub before: EventId,
    /// What a search by deliveries has not looked at: those before this one.
    pub position: DeliveryId,
}

impl EventCursor {
    /// The beginning.
    pub const START: Self = Self {
        before: EventId::from_bytes([0xff; 16]),
        position: DeliveryId::from_bytes([0xff; 16]),
    };

    /// As bytes.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(self.before.as_bytes());
        bytes[16..].copy_from_slice(self.position.as_bytes());
        bytes
    }

    /// From its bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let (mut before, mut position) = ([0; 16], [0; 16]);
        before.copy_from_slice(&bytes[..16]);
        position.copy_from_slice(&bytes[16..]);
        Self {
            before: EventId::from_bytes(before),
            position: DeliveryId::from_bytes(position),
        }
    }
}

/// One page of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// The events, newest first.
    pub items: Vec<EventSummary>,
    /// Where to go on; `None` at the end.
    pub next: Option<EventCursor>,
    /// The time was up before the page was full: everything that was accepted from this time on has
    /// been looked at. `None` when the page is full or nothing is left.
    pub searched_back_to: Option<Time>,
}
