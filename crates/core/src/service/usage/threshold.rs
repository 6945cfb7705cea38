//! The event of a percentage that was crossed, with its deliveries: stages 1 and 2 for what fires
//! within the store's transaction.
//!
//! The webhooks that conditions name are addressed; others that listen to the type get it like any
//! event, and none gets it twice (APG-32).

use std::sync::Arc;

use bytes::Bytes;
use uuid::Uuid;

use crate::{
    delivery::Kind,
    entropy::Entropy,
    event::Event,
    ids::IdSource,
    matching::{self, Verdict},
    ports::{Crossed, NewDelivery, NewEvent},
    service::Service,
    snapshot::Tenant,
    time::Time,
    usage::{Callback, EVENT_TYPE},
};

/// Makes events. It holds nothing of the service that could hold the store: a store may drop it last.
pub(super) struct Maker {
    ids: Arc<IdSource>,
    entropy: Arc<dyn Entropy>,
    tenant: Arc<Tenant>,
    now: Time,
}

impl Maker {
    pub(super) fn new(service: &Service, tenant: &Arc<Tenant>, now: Time) -> Self {
        Self {
            ids: service.ids(),
            entropy: Arc::clone(service.entropy()),
            tenant: Arc::clone(tenant),
            now,
        }
    }

    pub(super) fn event(&self, crossed: &Crossed<'_>) -> NewEvent {
        let organization = &self.tenant.organization;
        let callback = Callback {
            org_name: &organization.slug,
            developer: crossed.developer,
            application: crossed.application,
            package: crossed.package,
            plan: crossed.rate_plan,
            developer_plan: crossed.plan,
            percent: crossed.percent,
            period: crossed.period,
            triggered_at: self.now,
        };
        let channels = channels(&crossed.developer.email);
        let deliveries = self
            .tenant
            .candidates(EVENT_TYPE, crossed.webhooks)
            .filter_map(|route| {
                let webhook = &route.webhook;
                let kind = match matching::verdict(webhook, EVENT_TYPE, &channels, crossed.webhooks)
                {
                    Verdict::Matched => Kind::Matched,
                    Verdict::Addressed => Kind::Addressed,
                    _ => return None,
                };
                Some(NewDelivery {
                    id: self.id(),
                    webhook_id: webhook.id,
                    kind,
                    claimed: false,
                })
            })
            .collect();
        let event = Event {
            id: self.id(),
            organization_id: organization.id,
            external_id: None,
            event_type: EVENT_TYPE.to_owned(),
            channels,
            data: Bytes::from(callback.to_json()),
            time: self.now,
            created_at: self.now,
            unknown_type: false,
            test: false,
        };
        NewEvent {
            event: Arc::new(event),
            fingerprint: None,
            deliveries,
        }
    }

    fn id<I: From<Uuid>>(&self) -> I {
        self.ids.next(self.now, self.entropy.u64())
    }
}

/// What the event is about: the developer, where the address makes a channel.
fn channels(email: &str) -> Vec<String> {
    let channel = format!("developer:{email}");
    match matching::check_channel(&channel) {
        Ok(()) => vec![channel],
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_about_its_developer_if_a_channel_can_say_so() {
        assert_eq!(channels("ada@example.com"), ["developer:ada@example.com"]);
        let long = format!("{}@example.com", "a".repeat(200));
        assert!(channels(&long).is_empty());
    }
}
