//! Test events: what a person sends to one webhook to see whether it works.
//!
//! One attempt, to an inactive webhook too, counted by no counter, logged like any other (EVI-13 to
//! EVI-15). What it carries: the data given; else, for a profile whose test is about whoever asks
//! (EVI-14), the signed-in user; else the catalogue's example of the type; else, for the profile's own
//! test type, the profile's sample.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;

use super::{
    Error, FieldError, Service,
    audit::{Logged as _, Subject},
    checks::MAX_DEPTH,
    validate,
};
use crate::{
    access::Actor,
    delivery::Kind,
    event::Event,
    ids::{DeliveryId, EventId, WebhookId},
    json, matching,
    said::Said,
    say,
    service::checks::too_deep,
    snapshot::{CatalogueType, Route, Tenant},
    user::User,
};

/// What to send as a test.
#[derive(Debug, Clone, Default)]
pub struct TestEvent {
    /// Its type; the profile's own test type when absent.
    pub event_type: Option<String>,
    /// Its data; as the head of this file says, when absent.
    pub data: Option<Bytes>,
    /// The user who asks, when it is one.
    pub user: Option<Arc<User>>,
}

/// A test on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tested {
    /// The event that was made for it.
    pub event_id: EventId,
    /// Its only delivery.
    pub delivery_id: DeliveryId,
}

impl Service {
    /// Sends a test event to one webhook, enabled or not: one attempt, counted by no counter.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a type that is unknown or has no example, or data that are none;
    /// [`Error::NotFound`]; [`Error::Conflict`] (`profile_missing`).
    pub async fn test_webhook(
        &self,
        slug: &str,
        webhook_id: WebhookId,
        test: TestEvent,
        by: &Actor,
    ) -> Result<Tested, Error> {
        let tenant = self.tenant(slug)?;
        let route = tenant.route(webhook_id).ok_or(Error::NotFound("webhook"))?;
        if route.held {
            return Err(Error::Conflict {
                code: "profile_missing",
                message: validate::held(&route.webhook.settings.profile),
            });
        }
        let (event_type, data) = self.test_data(&tenant, route, test)?;
        let now = self.now();
        let event = Event {
            id: self.new_id(),
            organization_id: tenant.organization.id,
            external_id: None,
            data,
            event_type,
            channels: route.webhook.settings.channels.clone(),
            time: now,
            created_at: now,
            unknown_type: false,
            test: true,
        };
        let event_id = event.id;
        let kind = event.event_type.clone();
        let delivery = self.enqueue_for(event, webhook_id, Kind::Test).await?;
        let shown = json!({"event": event_id, "type": kind, "delivery": delivery.id});
        let subject: Subject = route.webhook.subject();
        self.note_done(by, "webhook.tested", subject, shown).await;
        Ok(Tested {
            event_id,
            delivery_id: delivery.id,
        })
    }

    /// The type and the data of a test.
    fn test_data(
        &self,
        tenant: &Tenant,
        route: &Route,
        test: TestEvent,
    ) -> Result<(String, Bytes), Error> {
        let profile = &route.profile;
        let event_type = test.event_type.unwrap_or_else(|| profile.test_type.clone());
        if let Err(message) = matching::check_event_type(&event_type) {
            return Err(wrong("type", message));
        }
        let known = self.catalogued(tenant, &event_type);
        let is_profiles = event_type == profile.test_type;
        if let Some(data) = test.data {
            if known.is_none() && !is_profiles && tenant.organization.strict_event_types {
                return Err(wrong(
                    "type",
                    say!(
                        "rule-unknown-type",
                        "`{name}` is not in the catalogue of event types; add it first",
                        name = event_type
                    ),
                ));
            }
            if !json::check_depth(&data, MAX_DEPTH) {
                return Err(wrong("data", too_deep()));
            }
            return Ok((event_type, data));
        }
        if profile.test_user {
            let data = test
                .user
                .map_or_else(|| profile.test_data.clone(), |user| own_data(&user));
            return Ok((event_type, data));
        }
        let data = match known {
            Some(entry) => match (&entry.event_type.example, is_profiles) {
                (Some(example), _) => Bytes::from(example.get().to_owned()),
                (None, true) => profile.test_data.clone(),
                (None, false) => {
                    let message = say!(
                        "rule-no-example",
                        "`{name}` has no example in the catalogue; add one to it, or send `data`",
                        name = event_type
                    );
                    return Err(wrong("data", message));
                }
            },
            None if is_profiles => profile.test_data.clone(),
            None => {
                let message = say!(
                    "rule-unknown-type-or-data",
                    "`{name}` is not in the catalogue of event types; add it with an example, or \
                     send `data`",
                    name = event_type
                );
                return Err(wrong("type", message));
            }
        };
        Ok((event_type, data))
    }

    fn catalogued(&self, tenant: &Tenant, event_type: &str) -> Option<Arc<CatalogueType>> {
        tenant.event_type(event_type).or_else(|| {
            let platform = self.snapshot().platform_event_types();
            platform.get(event_type).cloned()
        })
    }
}

fn wrong(field: &str, message: Said) -> Error {
    Error::Invalid(vec![FieldError::new(field, message)])
}

/// A user as the data of an event, with the names that EVI-17 has where there is something to put
/// there. There is one name: what stands before its first blank counts as the first.
fn own_data(user: &User) -> Bytes {
    let (first, last) = match user.name.split_once(' ') {
        Some((first, last)) => (first, Some(last.trim_start())),
        None => (user.name.as_str(), None),
    };
    let data = json!({
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "name_first": first,
        "name_infix": null,
        "name_last": last,
        "language": user.language,
    });
    Bytes::from(data.to_string())
}
