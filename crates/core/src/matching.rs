//! Stage 2, match: which webhooks an event goes to, and why not the others.
//!
//! Pure and without a query: stage 1 calls [`verdict`] for each webhook of the organization's
//! snapshot, stage 7 calls it again to explain. The texts that customers write (patterns, channels)
//! are checked here too, where they are given meaning.

use crate::{
    ids::WebhookId,
    own_event,
    said::{Fact, Said},
    say, usage,
    webhook::Webhook,
};

/// The longest name of an event type, pattern or channel, in bytes.
pub const MAX_NAME_BYTES: usize = 128;

/// Checks the name of an event type: segments of letters, digits, `_` and `-`, joined by dots.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub fn check_event_type(text: &str) -> Result<(), Said> {
    check_length(text)?;
    if is_name(text) {
        Ok(())
    } else {
        Err(say!(
            "rule-event-type",
            "`{text}` is not an event type: write letters, digits, `_` and `-` in segments joined \
             by dots, for example `booking.created`",
            text = shown(text)
        ))
    }
}

/// Checks a pattern: the name of an event type, or `prefix.*`.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub fn check_pattern(text: &str) -> Result<(), Said> {
    if text == "*" {
        return Err(say!(
            "rule-pattern-all",
            "`*` is not a pattern: leave the list empty for all event types"
        ));
    }
    check_length(text)?;
    if is_name(text.strip_suffix(".*").unwrap_or(text)) {
        Ok(())
    } else {
        Err(say!(
            "rule-pattern",
            "`{text}` is not a pattern: write an event type such as `booking.created`, or \
             `booking.*` for all that begin with `booking.`",
            text = shown(text)
        ))
    }
}

/// Checks the key of a channel: printable, without blanks.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub fn check_channel(text: &str) -> Result<(), Said> {
    check_length(text)?;
    if text
        .chars()
        .any(|letter| letter.is_whitespace() || letter.is_control())
    {
        return Err(say!(
            "rule-channel",
            "`{text}` is not a channel: write it without blanks, for example `account:cool`",
            text = shown(text)
        ));
    }
    Ok(())
}

/// Whether a pattern that [`check_pattern`] accepts covers this event type. `booking.*` covers
/// `booking.created` and `booking.payment.failed`, but not `booking`.
#[must_use]
pub fn pattern_matches(pattern: &str, event_type: &str) -> bool {
    match pattern.strip_suffix('*') {
        // What is left ends in its dot, so `booking.*` does not cover `bookings.created`.
        Some(prefix) => event_type.len() > prefix.len() && event_type.starts_with(prefix),
        None => pattern == event_type,
    }
}

/// Whether an event goes to a webhook, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Type and channels match.
    Matched,
    /// The producer named this webhook.
    Addressed,
    /// It is disabled or deleted.
    Disabled,
    /// It receives only what is addressed to it (APG-32).
    Direct,
    /// None of its patterns covers the type.
    EventType,
    /// It listens to channels, and the event is on none of them.
    Channel,
}

impl Verdict {
    /// Whether there is a delivery.
    #[must_use]
    pub const fn delivers(&self) -> bool {
        matches!(self, Self::Matched | Self::Addressed)
    }

    /// Why it did or did not match, for people.
    #[must_use]
    pub fn sentence(&self, webhook: &Webhook, event_type: &str, channels: &[String]) -> Said {
        match self {
            Self::Matched if webhook.settings.event_types.is_empty() => {
                say!("match-all", "It listens to all event types.")
            }
            Self::Matched => say!("match-type", "It listens to `{name}`.", name = event_type),
            Self::Addressed => say!("match-addressed", "The event was addressed to it."),
            Self::Disabled => match (&webhook.deleted_at, &webhook.disabled) {
                (Some(at), _) => say!("match-deleted", "It was deleted on {at}.", at),
                (None, Some(disabled)) => {
                    say!(
                        "match-disabled",
                        "It is disabled. {why}",
                        why = disabled.reason.sentence()
                    )
                }
                (None, None) => say!("match-was-disabled", "It was disabled at the time."),
            },
            Self::Direct if event_type == usage::EVENT_TYPE => {
                say!(
                    "match-condition",
                    "It receives only what is addressed to it: no notification condition for this \
                     percentage names it, or it was disabled when the percentage was reached."
                )
            }
            Self::Direct => {
                say!(
                    "match-direct",
                    "It receives only events that are addressed to it, and this one was not."
                )
            }
            Self::EventType if webhook.settings.event_types.is_empty() => say!(
                "match-own",
                "It listens to all event types but Bellwire's own; `{name}` is one of those, and \
                 has to be named.",
                name = event_type
            ),
            Self::EventType => say!(
                "match-other-type",
                "It listens to {types}, and the event is a `{name}`.",
                types = quoted(&webhook.settings.event_types),
                name = event_type
            ),
            Self::Channel if channels.is_empty() => say!(
                "match-no-channel",
                "It listens to {own}, and the event is on no channel.",
                own = quoted(&webhook.settings.channels)
            ),
            Self::Channel => say!(
                "match-other-channel",
                "It listens to {own}, and the event is on {channels}.",
                own = quoted(&webhook.settings.channels),
                channels = quoted(channels)
            ),
        }
    }
}

/// Whether the event goes to the webhook. `addressed` are the webhooks that the producer named.
#[must_use]
pub fn verdict(
    webhook: &Webhook,
    event_type: &str,
    channels: &[String],
    addressed: &[WebhookId],
) -> Verdict {
    let settings = &webhook.settings;
    if !webhook.is_enabled() {
        Verdict::Disabled
    } else if addressed.contains(&webhook.id) {
        Verdict::Addressed
    } else if settings.direct {
        Verdict::Direct
    } else if !listens(&settings.event_types, event_type) {
        Verdict::EventType
    } else if !settings.channels.is_empty()
        && !on_channels(&settings.channels, event_type, channels)
    {
        Verdict::Channel
    } else {
        Verdict::Matched
    }
}

/// Whether one of the patterns covers the type. None means all, but for Bellwire's own events, which
/// have to be named.
fn listens(patterns: &[String], event_type: &str) -> bool {
    if patterns.is_empty() {
        return own_event::Kind::of(event_type).is_none();
    }
    patterns
        .iter()
        .any(|pattern| pattern_matches(pattern, event_type))
}

/// Whether a webhook that listens to some channels gets an event on these. An event about a webhook
/// is for those who see that webhook: all its channels must be theirs.
fn on_channels(own: &[String], event_type: &str, channels: &[String]) -> bool {
    if own_event::Kind::of(event_type).is_some() {
        return !channels.is_empty() && channels.iter().all(|channel| own.contains(channel));
    }
    own.iter().any(|channel| channels.contains(channel))
}

fn is_name(text: &str) -> bool {
    text.split('.').all(|segment| {
        !segment.is_empty()
            && segment
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    })
}

fn check_length(text: &str) -> Result<(), Said> {
    if text.is_empty() {
        Err(say!("rule-empty", "it may not be empty"))
    } else if text.len() > MAX_NAME_BYTES {
        Err(say!(
            "rule-bytes",
            "it has at most {max} bytes, this has {length}; shorten it",
            max = MAX_NAME_BYTES,
            length = text.len()
        ))
    } else {
        Ok(())
    }
}

/// A text fit for a message: without what would break the line.
fn shown(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

/// At most three of the texts, quoted; the rest as a number.
fn quoted(texts: &[String]) -> Fact {
    let first = texts
        .iter()
        .take(3)
        .map(|text| format!("`{text}`"))
        .collect::<Vec<_>>()
        .join(", ");
    match texts.len() {
        0..=3 => Fact::Plain(first),
        count => Fact::Said(say!(
            "match-more",
            "{first} and {count} more",
            first,
            count = count - 3
        )),
    }
}
