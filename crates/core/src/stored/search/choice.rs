//! Whether an event is one that the filter shows.

use crate::{
    delivery::Delivery,
    event::Event,
    ids::EventId,
    outcome::Answer,
    ports::{EventFilter, EventSummary},
};

/// A delivery, and what its attempts came back with.
#[derive(Debug, Clone)]
pub struct Tried {
    /// The delivery, as everybody is to see it.
    pub delivery: Delivery,
    /// The answers; need not be read unless [`Choice::asks_for_answers`].
    pub answers: Vec<Answer>,
}

/// A filter, made ready.
#[derive(Debug)]
pub struct Choice<'f> {
    filter: &'f EventFilter,
    text: Option<Text>,
}

impl<'f> Choice<'f> {
    pub(super) fn new(filter: &'f EventFilter) -> Self {
        Self {
            filter,
            text: filter.text.as_deref().map(Text::new),
        }
    }

    /// Whether the data of events must be read.
    #[must_use]
    pub const fn asks_for_data(&self) -> bool {
        self.text.is_some()
    }

    /// The part of the filter that the event alone decides; `data` need not be there unless
    /// [`Self::asks_for_data`].
    #[must_use]
    pub fn takes_event(&self, event: &Event, data: &[u8]) -> bool {
        let filter = self.filter;
        let is = |wanted: &Option<String>, found: &str| {
            wanted.as_ref().is_none_or(|wanted| *wanted == *found)
        };
        let external_id = event.external_id.as_deref();
        is(&filter.event_type, &event.event_type)
            && filter.test.is_none_or(|wanted| event.test == wanted)
            && filter
                .channel
                .as_ref()
                .is_none_or(|wanted| event.channels.contains(wanted))
            && filter
                .external_id
                .as_deref()
                .is_none_or(|wanted| external_id == Some(wanted))
            && filter
                .created_since
                .is_none_or(|since| event.created_at >= since)
            && filter
                .created_until
                .is_none_or(|until| event.created_at < until)
            && filter.corner.as_ref().is_none_or(|corner| {
                // Asking for a channel must not tell whether the event is on one of others too.
                let own = |channel: &String| corner.channels.contains(channel);
                corner.shows(event) && filter.channel.as_ref().is_none_or(own)
            })
            && self.text.as_ref().is_none_or(|text| text.is_in(data))
    }

    /// Whether the answers of this delivery must be read.
    #[must_use]
    pub fn asks_for_answers(&self, delivery: &Delivery) -> bool {
        (self.filter.status.is_some() || self.filter.cause.is_some())
            && delivery.attempts > 0
            && self.is_meant(delivery)
    }

    fn is_meant(&self, delivery: &Delivery) -> bool {
        let filter = self.filter;
        filter
            .webhook
            .is_none_or(|wanted| wanted == delivery.webhook_id)
            && (filter.states.is_empty() || filter.states.contains(&delivery.state))
            && (!filter.tried || delivery.attempts > 0)
    }

    fn takes_delivery(&self, tried: &Tried) -> bool {
        let filter = self.filter;
        self.is_meant(&tried.delivery)
            && filter.status.is_none_or(|wanted| {
                tried
                    .answers
                    .iter()
                    .any(|answer| matches!(answer, Answer::Status(status) if wanted.takes(*status)))
            })
            && filter
                .cause
                .is_none_or(|wanted| tried.answers.contains(&Answer::None(wanted)))
    }

    /// The event as the list shows it, if it does. [`Self::takes_event`] has been asked before.
    #[must_use]
    pub fn decide(&self, event: Event, deliveries: &[Tried]) -> Option<EventSummary> {
        let filter = self.filter;
        // Without a wish for a delivery nothing is missing.
        let mut wanted = filter.webhook.is_none()
            && filter.states.is_empty()
            && !filter.tried
            && filter.status.is_none()
            && filter.cause.is_none();
        let named = filter.id.as_deref();
        let mut is_named = named.is_none_or(|named| {
            event.external_id.as_deref() == Some(named)
                || named.parse::<EventId>().is_ok_and(|id| id == event.id)
        });
        let mut counts = [0; crate::delivery::State::ALL.len()];
        let mut updated_at = event.created_at;
        for tried in deliveries {
            let delivery = &tried.delivery;
            let corner = filter.corner.as_ref();
            if !corner.is_none_or(|corner| corner.has(delivery.webhook_id)) {
                continue;
            }
            counts[delivery.state as usize] += 1;
            updated_at = updated_at.max(delivery.updated_at);
            wanted |= self.takes_delivery(tried);
            is_named |= named.is_some_and(|named| named.parse().is_ok_and(|id| delivery.id == id));
        }
        let fits = wanted
            && is_named
            && filter.updated_since.is_none_or(|since| updated_at >= since)
            && filter.updated_until.is_none_or(|until| updated_at < until);
        fits.then_some(EventSummary {
            event: Event {
                data: bytes::Bytes::new(),
                ..event
            },
            deliveries: counts,
            updated_at,
        })
    }
}

/// A text that is looked for in any case.
#[derive(Debug)]
enum Text {
    /// Bytes compare, whatever is around them.
    Ascii(Vec<u8>),
    /// Case is more than a bit.
    Other(String),
}

impl Text {
    fn new(text: &str) -> Self {
        if text.is_ascii() {
            Self::Ascii(text.to_ascii_lowercase().into_bytes())
        } else {
            Self::Other(text.to_lowercase())
        }
    }

    fn is_in(&self, data: &[u8]) -> bool {
        match self {
            Self::Ascii(text) => match text.split_first() {
                None => true,
                Some((first, _)) => {
                    let (lower, upper) = (*first, first.to_ascii_uppercase());
                    (0..(data.len() + 1).saturating_sub(text.len())).any(|at| {
                        (data[at] == lower || data[at] == upper)
                            && data[at..at + text.len()].eq_ignore_ascii_case(text)
                    })
                }
            },
            Self::Other(text) => {
                std::str::from_utf8(data).is_ok_and(|data| data.to_lowercase().contains(text))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_found_in_any_case_and_at_either_end() {
        let data = br#"{"name":"Jos\u00e9 van der Berg","city":"K\u00f6ln"}"#;
        for text in ["VAN DER", "van der", "{\"NAME", "ln\"}", "k\\u00F6"] {
            assert!(Text::new(text).is_in(data), "{text}");
        }
        for text in ["van  der", "\"}}", "köln"] {
            assert!(!Text::new(text).is_in(data), "{text}");
        }
        assert!(Text::new("KÖLN").is_in("{\"city\":\"Köln\"}".as_bytes()));
        assert!(!Text::new("longer than it").is_in(b"{}"));
        assert!(!Text::new("ö").is_in(b""));
    }
}
