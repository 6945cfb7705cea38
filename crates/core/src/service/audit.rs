//! The audit log: what it says of a change (the noun before and after, as the API shows it, without
//! what nobody may read there), and reading it.

use serde_json::{Value, json, value::RawValue};

use super::{Error, Service};
use crate::{
    access::Actor,
    audit::{AuditFilter, Entry},
    ids::{AuditId, OrganizationId},
    organization::{Channel, EventType, Organization},
    ports::{Page, Token, TokenScope},
    webhook::Webhook,
};

/// Stands for what the log does not show.
pub(super) const MASKED: &str = "***";

/// What a change is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subject {
    /// Whose it is; `None` for what belongs to the platform.
    pub(super) organization_id: Option<OrganizationId>,
    /// What the API calls it.
    pub(super) id: String,
    /// What people call it.
    pub(super) label: String,
}

impl Subject {
    /// Something in an organization.
    pub(super) fn of(at: OrganizationId, id: impl ToString, label: &str) -> Self {
        Self {
            organization_id: Some(at),
            ..Self::platform(id, label)
        }
    }

    /// Something that belongs to no organization.
    pub(super) fn platform(id: impl ToString, label: &str) -> Self {
        Self {
            organization_id: None,
            id: id.to_string(),
            label: label.to_owned(),
        }
    }
}

/// Something that the log tells of.
pub(super) trait Logged {
    /// What a change of it is of.
    fn subject(&self) -> Subject;
    /// What it is.
    fn shown(&self) -> Value;
}

impl Service {
    /// The entry of a change. `before` is absent when something is made, `after` when it goes.
    pub(super) fn entry<T: Logged>(
        &self,
        by: &Actor,
        action: &str,
        before: Option<&T>,
        after: Option<&T>,
    ) -> Entry {
        let subject = after.or(before).map(Logged::subject);
        self.entry_about(
            by,
            action,
            subject.unwrap_or_else(|| Subject::platform("", "")),
            before.map(Logged::shown),
            after.map(Logged::shown),
        )
    }

    /// The entry of a change of something that is shown with what only the service knows.
    pub(super) fn entry_about(
        &self,
        by: &Actor,
        action: &str,
        subject: Subject,
        before: Option<Value>,
        after: Option<Value>,
    ) -> Entry {
        Entry {
            id: self.new_id(),
            at: self.now(),
            organization_id: subject.organization_id,
            actor: by.clone(),
            action: action.to_owned(),
            subject: subject.id,
            label: subject.label,
            before: before.map(|value| value.to_string()),
            after: after.map(|value| value.to_string()),
        }
    }

    /// Notes what has been done already. A log that cannot be written does not undo it: an error
    /// here would only make the caller do it again.
    pub(super) async fn note_done(&self, by: &Actor, action: &str, subject: Subject, made: Value) {
        let entry = self.entry_about(by, action, subject, None, Some(made));
        if let Err(error) = self.store().note(vec![entry]).await {
            tracing::error!(%error, action, by = by.name, "the audit log could not be written");
        }
    }

    /// Notes that somebody was shown the secrets of a webhook. Before they are shown, so that nobody
    /// sees them unseen.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn secret_shown(&self, webhook: &Webhook, by: &Actor) -> Result<(), Error> {
        let subject = webhook.subject();
        let entry = self.entry_about(by, "webhook.secret_shown", subject, None, None);
        Ok(self.store().note(vec![entry]).await?)
    }

    /// Entries newest first, before the one given: of an organization, or of all and the platform
    /// when `slug` is `None`. A page may be short and still have a next.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization.
    pub async fn audit(
        &self,
        slug: Option<&str>,
        filter: AuditFilter,
        before: Option<AuditId>,
        limit: usize,
    ) -> Result<Page<Entry, AuditId>, Error> {
        let organization_id = match slug {
            Some(slug) => Some(self.tenant(slug)?.organization.id),
            None => filter.organization_id,
        };
        let filter = AuditFilter {
            organization_id,
            ..filter
        };
        Ok(self.store().audit(&filter, before, limit.max(1)).await?)
    }
}

fn parsed(raw: Option<&RawValue>) -> Value {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or(Value::Null)
}

impl Logged for Organization {
    fn subject(&self) -> Subject {
        Subject::of(self.id, &self.slug, &self.name)
    }

    fn shown(&self) -> Value {
        let mut shown = json!({
            "slug": self.slug,
            "name": self.name,
            "default_profile": self.default_profile,
            "strict_event_types": self.strict_event_types,
        });
        if let Some(accent) = self.appearance.accent {
            shown["accent"] = accent.to_string().into();
        }
        if let Some(logo) = &self.appearance.logo {
            // The picture itself would be most of the log.
            shown["logo"] = format!("{logo:?}").into();
        }
        shown
    }
}

impl Logged for EventType {
    fn subject(&self) -> Subject {
        Subject {
            organization_id: self.organization_id,
            ..Subject::platform(&self.name, &self.name)
        }
    }

    fn shown(&self) -> Value {
        json!({
            "name": self.name,
            "description": self.description,
            "schema": parsed(self.schema.as_deref()),
            "example": parsed(self.example.as_deref()),
        })
    }
}

/// A channel does not say whose it is.
pub(super) struct ChannelOf<'c>(pub(super) OrganizationId, pub(super) &'c Channel);

impl Logged for ChannelOf<'_> {
    fn subject(&self) -> Subject {
        Subject::of(self.0, &self.1.key, &self.1.label)
    }

    fn shown(&self) -> Value {
        let Channel {
            key, label, kind, ..
        } = self.1;
        json!({ "key": key, "label": label, "kind": kind })
    }
}

impl Logged for Webhook {
    fn subject(&self) -> Subject {
        Subject::of(self.organization_id, self.id, &self.settings.name)
    }

    /// Headers and secrets by number or name only.
    fn shown(&self) -> Value {
        let settings = &self.settings;
        let headers: serde_json::Map<String, Value> = settings
            .headers
            .iter()
            .map(|header| (header.name.clone(), MASKED.into()))
            .collect();
        let secrets: Vec<Value> = self
            .secrets
            .iter()
            .map(|secret| {
                json!({
                    "secret": MASKED,
                    "created_at": secret.created_at,
                    "expires_at": secret.expires_at,
                })
            })
            .collect();
        json!({
            "id": self.id,
            "name": settings.name,
            "url": settings.url,
            "event_types": settings.event_types,
            "direct": settings.direct,
            "channels": settings.channels,
            "enabled": self.is_enabled(),
            "disabled": self.disabled.as_ref().map(|disabled| json!({
                "sentence": disabled.reason.sentence(),
                "at": disabled.at,
            })),
            "paused": self.paused.as_ref().map(|paused| json!({"at": paused.at, "by": paused.by})),
            "drain": self.drain.map(|drain| json!({
                "per_second": drain.per_second,
                "up_to": drain.up_to,
            })),
            "profile": settings.profile,
            "headers": headers,
            "overrides": settings.overrides,
            "secrets": secrets,
            "revision": self.revision,
        })
    }
}

impl Logged for Token {
    fn subject(&self) -> Subject {
        match self.scope {
            TokenScope::Platform => Subject::platform(self.id, &self.name),
            TokenScope::Organization(at) => Subject::of(at, self.id, &self.name),
        }
    }

    fn shown(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "role": self.role,
            "expires_at": self.expires_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::WebhookId,
        outcome::Header,
        time::Time,
        webhook::{Secret, Settings},
    };

    #[test]
    fn nothing_secret_of_a_webhook_is_shown() {
        let webhook = Webhook {
            id: WebhookId::from_bytes([1; 16]),
            organization_id: OrganizationId::from_bytes([2; 16]),
            revision: 3,
            settings: Settings {
                name: "Orders".to_owned(),
                url: "https://example.com/hook".to_owned(),
                event_types: Vec::new(),
                direct: false,
                channels: Vec::new(),
                profile: "standard".to_owned(),
                headers: vec![Header {
                    name: "x-api-key".to_owned(),
                    value: "nobody reads this".to_owned(),
                }],
                overrides: Default::default(),
            },
            disabled: None,
            paused: None,
            drain: None,
            secrets: vec![Secret {
                value: "whsec_nobody reads this".to_owned(),
                created_at: Time::EPOCH,
                expires_at: None,
            }],
            cancelled_up_to: None,
            created_at: Time::EPOCH,
            created_by: "ann".to_owned(),
            updated_at: Time::EPOCH,
            updated_by: "ann".to_owned(),
            deleted_at: None,
        };
        let shown = webhook.shown();
        assert!(!shown.to_string().contains("nobody reads this"), "{shown}");
        assert_eq!(shown["headers"]["x-api-key"], MASKED);
        assert_eq!(shown["secrets"][0]["secret"], MASKED);
        assert_eq!(shown["revision"], 3);
    }
}
