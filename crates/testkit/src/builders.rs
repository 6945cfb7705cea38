//! Nouns with sensible defaults, so that a test says only what it is about.
//!
//! Ids are new each time; every time is [`START`] unless told otherwise.

use std::sync::{Arc, LazyLock};

use bellwire_core::{
    event::Event,
    ids::{IdSource, OrganizationId},
    organization::{EventType, Organization},
    outcome::Header,
    policy::{DisableReason, RetryRule, Timeouts},
    time::Time,
    webhook::{Disabled, Overrides, Secret, Settings, Webhook},
};
use bytes::Bytes;
use serde_json::value::RawValue;

/// When tests begin: 2025-11-21T08:00:00Z.
pub const START: Time = Time::from_millis(1_763_712_000_000);

/// The secret of webhooks that are not about secrets: 24 bytes of `s`.
pub const SECRET: &str = "whsec_c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nz";

/// A new id, different from every other in this process and greater than those before it.
#[must_use]
pub fn id<I: From<uuid::Uuid>>() -> I {
    static SOURCE: LazyLock<IdSource> = LazyLock::new(IdSource::default);
    SOURCE.next(START, 0x5eed)
}

/// An organization of this slug with the standard profile.
pub fn organization(slug: &str) -> OrganizationBuilder {
    OrganizationBuilder(Organization {
        id: id(),
        slug: slug.to_owned(),
        name: slug.to_owned(),
        default_profile: "standard".to_owned(),
        strict_event_types: false,
        appearance: bellwire_core::appearance::Appearance::default(),
        created_at: START,
        updated_at: START,
    })
}

/// An enabled webhook of this organization that listens to everything.
pub fn webhook(organization_id: OrganizationId) -> WebhookBuilder {
    let id = id();
    WebhookBuilder(Webhook {
        id,
        organization_id,
        revision: 1,
        settings: Settings {
            name: "a webhook".to_owned(),
            url: format!("https://hooks.example/{id}"),
            event_types: Vec::new(),
            direct: false,
            channels: Vec::new(),
            profile: "standard".to_owned(),
            headers: Vec::new(),
            overrides: Overrides::default(),
        },
        disabled: None,
        paused: None,
        drain: None,
        secrets: vec![Secret {
            value: SECRET.to_owned(),
            created_at: START,
            expires_at: None,
        }],
        cancelled_up_to: None,
        created_at: START,
        created_by: "test".to_owned(),
        updated_at: START,
        updated_by: "test".to_owned(),
        deleted_at: None,
    })
}

/// An event of this organization: `booking.created` with a small object.
pub fn event(organization_id: OrganizationId) -> EventBuilder {
    EventBuilder(Event {
        id: id(),
        organization_id,
        external_id: None,
        event_type: "booking.created".to_owned(),
        channels: Vec::new(),
        data: Bytes::from_static(br#"{"id":7,"price":1.10}"#),
        time: START,
        created_at: START,
        unknown_type: false,
        test: false,
    })
}

/// An event type of this catalogue (`None`: the platform's), without schema and example.
pub fn event_type(organization_id: Option<OrganizationId>, name: &str) -> EventTypeBuilder {
    EventTypeBuilder(EventType {
        id: id(),
        organization_id,
        name: name.to_owned(),
        description: String::new(),
        schema: None,
        example: None,
        created_at: START,
        updated_at: START,
    })
}

/// Builds an [`Organization`].
#[derive(Debug, Clone)]
#[must_use]
pub struct OrganizationBuilder(Organization);

impl OrganizationBuilder {
    /// Its display name.
    pub fn name(mut self, name: &str) -> Self {
        self.0.name = name.to_owned();
        self
    }

    /// The profile of its webhooks that name none.
    pub fn default_profile(mut self, profile: &str) -> Self {
        self.0.default_profile = profile.to_owned();
        self
    }

    /// It refuses events of unknown types.
    pub fn strict(mut self) -> Self {
        self.0.strict_event_types = true;
        self
    }

    /// When it was made and last changed.
    pub fn at(mut self, time: Time) -> Self {
        self.0.created_at = time;
        self.0.updated_at = time;
        self
    }

    /// The organization.
    #[must_use]
    pub fn build(self) -> Organization {
        self.0
    }
}

/// Builds a [`Webhook`].
#[derive(Debug, Clone)]
#[must_use]
pub struct WebhookBuilder(Webhook);

impl WebhookBuilder {
    /// Its name.
    pub fn name(mut self, name: &str) -> Self {
        self.0.settings.name = name.to_owned();
        self
    }

    /// Where it sends.
    pub fn url(mut self, url: &str) -> Self {
        self.0.settings.url = url.to_owned();
        self
    }

    /// Its profile.
    pub fn profile(mut self, profile: &str) -> Self {
        self.0.settings.profile = profile.to_owned();
        self
    }

    /// The patterns it listens to.
    pub fn event_types<const N: usize>(mut self, patterns: [&str; N]) -> Self {
        self.0.settings.event_types = patterns.map(str::to_owned).into();
        self
    }

    /// The channels it listens to.
    pub fn channels<const N: usize>(mut self, channels: [&str; N]) -> Self {
        self.0.settings.channels = channels.map(str::to_owned).into();
        self
    }

    /// It receives only what is addressed to it.
    pub fn direct(mut self) -> Self {
        self.0.settings.direct = true;
        self
    }

    /// One more header of its own.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.0.settings.headers.push(Header {
            name: name.to_owned(),
            value: value.to_owned(),
        });
        self
    }

    /// Its own retry rule.
    pub fn retry(mut self, rule: RetryRule) -> Self {
        self.0.settings.overrides.retry = Some(rule);
        self
    }

    /// Its own time-outs.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.0.settings.overrides.timeouts = Some(timeouts);
        self
    }

    /// Its own number of requests at once.
    pub fn max_concurrency(mut self, at_once: u16) -> Self {
        self.0.settings.overrides.max_concurrency = Some(at_once);
        self
    }

    /// Its only secret.
    pub fn secret(mut self, value: &str) -> Self {
        self.0.secrets = vec![Secret {
            value: value.to_owned(),
            created_at: START,
            expires_at: None,
        }];
        self
    }

    /// It is switched off, for this reason, since [`START`].
    pub fn disabled(mut self, reason: DisableReason) -> Self {
        self.0.disabled = Some(Disabled { reason, at: START });
        self
    }

    /// When it was made and last changed.
    pub fn at(mut self, time: Time) -> Self {
        self.0.created_at = time;
        self.0.updated_at = time;
        self
    }

    /// The webhook.
    #[must_use]
    pub fn build(self) -> Webhook {
        self.0
    }
}

/// Builds an [`Event`].
#[derive(Debug, Clone)]
#[must_use]
pub struct EventBuilder(Event);

impl EventBuilder {
    /// Its type.
    pub fn event_type(mut self, name: &str) -> Self {
        self.0.event_type = name.to_owned();
        self
    }

    /// Its channels.
    pub fn channels<const N: usize>(mut self, channels: [&str; N]) -> Self {
        self.0.channels = channels.map(str::to_owned).into();
        self
    }

    /// Its data, verbatim.
    pub fn data(mut self, json: impl Into<Bytes>) -> Self {
        self.0.data = json.into();
        self
    }

    /// The producer's id.
    pub fn external_id(mut self, text: &str) -> Self {
        self.0.external_id = Some(text.to_owned());
        self
    }

    /// When it happened and was accepted.
    pub fn at(mut self, time: Time) -> Self {
        self.0.time = time;
        self.0.created_at = time;
        self
    }

    /// A test button made it.
    pub fn test(mut self) -> Self {
        self.0.test = true;
        self
    }

    /// The event.
    #[must_use]
    pub fn build(self) -> Event {
        self.0
    }

    /// The event, shared.
    #[must_use]
    pub fn shared(self) -> Arc<Event> {
        Arc::new(self.0)
    }
}

/// Builds an [`EventType`].
#[derive(Debug, Clone)]
#[must_use]
pub struct EventTypeBuilder(EventType);

impl EventTypeBuilder {
    /// What it means.
    pub fn description(mut self, text: &str) -> Self {
        self.0.description = text.to_owned();
        self
    }

    /// The schema of its data.
    ///
    /// # Panics
    /// When the text is not JSON.
    pub fn schema(mut self, json: &str) -> Self {
        self.0.schema = Some(raw(json));
        self
    }

    /// Data of an example.
    ///
    /// # Panics
    /// When the text is not JSON.
    pub fn example(mut self, json: &str) -> Self {
        self.0.example = Some(raw(json));
        self
    }

    /// The event type.
    #[must_use]
    pub fn build(self) -> EventType {
        self.0
    }
}

/// JSON as it is written.
///
/// # Panics
/// When the text is not JSON.
#[must_use]
pub fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).expect("a test's JSON is JSON")
}

#[cfg(test)]
mod tests {
    use bellwire_core::{ids::WebhookId, signature};

    use super::*;

    #[test]
    fn the_defaults_are_usable() {
        assert_eq!(START.to_string(), "2025-11-21T08:00:00Z");
        assert_eq!(signature::check_secret(SECRET), Ok(()));
        let (one, two): (WebhookId, WebhookId) = (id(), id());
        assert!(one < two);
        assert!(webhook(id()).build().is_enabled());
    }
}
