//! What a posted event must be: stage 1. Everything wrong is named at once.

use std::sync::Arc;

use super::{Error, FieldError, Incoming, Service};
use crate::{
    ids::WebhookId,
    json, matching, own_event,
    said::Said,
    say, schema,
    snapshot::{CatalogueType, Tenant},
    time::{DAY, Time},
};

/// The most events in one request.
pub const MAX_BATCH: usize = 1000;
/// The most deliveries that a request of several events may come to. They are stored together or
/// not at all, and everybody else's writes wait meanwhile: about a quarter of a second.
pub const MAX_DELIVERIES: usize = 20_000;
/// The most channels on one event, and the most webhooks it may name.
pub const MAX_CHANNELS: usize = 50;
/// The deepest nesting of `data`: less than what any reader behind it can take (serde_json 127).
pub const MAX_DEPTH: usize = 100;
/// The longest external id, in bytes.
pub const MAX_EXTERNAL_ID_BYTES: usize = 255;

/// What checking a request came to.
pub(super) struct Checked {
    /// For each event, whether its type is unknown.
    pub(super) unknown: Vec<bool>,
    pub(super) refusal: Option<Refusal>,
}

/// Why a request is refused, unless it is the repeat of one that was not.
pub(super) struct Refusal {
    /// The events that are wrong.
    pub(super) events: Vec<usize>,
    pub(super) error: Error,
}

impl Service {
    /// Checks every event.
    pub(super) fn validate(
        &self,
        tenant: &Tenant,
        incoming: &[Incoming],
        now: Time,
    ) -> Result<Checked, Error> {
        if incoming.is_empty() || incoming.len() > MAX_BATCH {
            return Err(Error::Invalid(vec![FieldError::new(
                "events",
                format!(
                    "a request carries 1 to {MAX_BATCH} events, this one has {}",
                    incoming.len()
                ),
            )]));
        }
        let platform = self.snapshot().platform_event_types();
        let mut errors = Vec::new();
        let mut too_large = None;
        let mut wrong = Vec::new();
        let mut unknown = Vec::with_capacity(incoming.len());
        for (index, event) in incoming.iter().enumerate() {
            let entry = tenant
                .event_types
                .get(&event.event_type)
                .or_else(|| platform.get(&event.event_type));
            unknown.push(entry.is_none());
            if event.data.len() > self.options().max_event_bytes {
                wrong.push(index);
                too_large.get_or_insert_with(|| {
                    Error::TooLarge(say!(
                        "refused-event-size",
                        "{field}: {bytes} bytes are more than the {max} bytes that one event may \
                         have; send a link to the rest",
                        field = field(incoming, index, "data"),
                        bytes = event.data.len(),
                        max = self.options().max_event_bytes
                    ))
                });
                continue;
            }
            check(tenant, event, entry, now, |name, message| {
                wrong.push(index);
                errors.push(FieldError::new(field(incoming, index, name), message));
            });
        }
        let refusal = (!wrong.is_empty()).then(|| Refusal {
            events: wrong,
            error: too_large.unwrap_or(Error::Invalid(errors)),
        });
        Ok(Checked { unknown, refusal })
    }
}

/// What is said of data that nobody behind could read.
pub(super) fn too_deep() -> Said {
    say!(
        "rule-depth",
        "it is nested deeper than {max} levels",
        max = MAX_DEPTH
    )
}

/// What is said of a webhook that there is not, or that is none of theirs.
pub(super) fn no_webhook(id: WebhookId) -> Said {
    say!(
        "rule-no-webhook",
        "the organization has no webhook {id}; list its webhooks to see their ids",
        id
    )
}

/// `events[3].type` in a batch, `type` for a single event.
fn field(incoming: &[Incoming], index: usize, name: &str) -> String {
    if incoming.len() == 1 {
        name.to_owned()
    } else {
        format!("events[{index}].{name}")
    }
}

fn check(
    tenant: &Tenant,
    event: &Incoming,
    entry: Option<&Arc<CatalogueType>>,
    now: Time,
    mut wrong: impl FnMut(&str, Said),
) {
    match (entry, matching::check_event_type(&event.event_type)) {
        _ if own_event::is_reserved(&event.event_type) => {
            wrong("type", own_event::reserved(&event.event_type));
            return;
        }
        (None, Err(message)) => wrong("type", message),
        (None, Ok(())) if tenant.organization.strict_event_types => wrong(
            "type",
            say!(
                "rule-not-in-catalogue",
                "`{name}` is not in the catalogue of event types, and this organization accepts \
                 only those that are; add it to the catalogue first",
                name = event.event_type
            ),
        ),
        _ => {}
    }
    if event.channels.len() > MAX_CHANNELS {
        wrong(
            "channels",
            format!("an event carries at most {MAX_CHANNELS} channels").into(),
        );
    }
    for (index, channel) in event.channels.iter().enumerate() {
        if let Err(message) = matching::check_channel(channel) {
            wrong(&format!("channels[{index}]"), message);
        }
    }
    if event.webhooks.len() > MAX_CHANNELS {
        wrong(
            "webhooks",
            format!("an event addresses at most {MAX_CHANNELS} webhooks").into(),
        );
    }
    for (index, id) in event.webhooks.iter().enumerate() {
        if tenant.route(*id).is_none() {
            wrong(&format!("webhooks[{index}]"), no_webhook(*id));
        } else if event.webhooks[..index].contains(id) {
            wrong(
                &format!("webhooks[{index}]"),
                say!("rule-webhook-twice", "webhook {id} is named twice", id),
            );
        }
    }
    if let Some(id) = &event.external_id
        && (id.is_empty() || id.len() > MAX_EXTERNAL_ID_BYTES || id.chars().any(char::is_control))
    {
        wrong(
            "id",
            format!("an id has 1 to {MAX_EXTERNAL_ID_BYTES} bytes and no control characters")
                .into(),
        );
    }
    if let Some(time) = event.time
        && (time < Time::EPOCH || time > now + DAY)
    {
        wrong(
            "time",
            format!("{time} is before 1970 or more than a day in the future").into(),
        );
    }
    if !json::check_depth(&event.data, MAX_DEPTH) {
        wrong("data", too_deep());
    } else if let Some(validator) = entry.and_then(|entry| entry.validator.as_ref()) {
        match serde_json::from_slice::<serde_json::Value>(&event.data) {
            Err(error) => wrong(
                "data",
                say!(
                    "rule-json",
                    "it is not JSON: {error}",
                    error = Said::from(error.to_string())
                ),
            ),
            Ok(data) => {
                for (path, message) in schema::findings(validator, &data, 10) {
                    let kind = &event.event_type;
                    let message = say!(
                        "rule-schema-of",
                        "it does not fit the schema of `{kind}`: {message}",
                        kind,
                        message = Said::from(message)
                    );
                    wrong(&format!("data{path}"), message);
                }
            }
        }
    }
}
