//! Bellwire's own events: what waits in the outbox becomes events, through the same stages as
//! anybody's.
//!
//! A notice is told to the organization whose webhook it is about, and to the operator's, each as an
//! event whose external id is the notice's: told twice, it is one event. Who is told is matched now, so
//! a webhook that was disabled meanwhile hears nothing. Nobody left to hear it: nothing is stored.

use std::sync::Arc;

use bytes::Bytes;

use super::{Error, Incoming, Service};
use crate::{
    matching,
    own_event::{Kind, Notice},
    snapshot::Tenant,
    webhook::Webhook,
};

/// Notices in one step.
const STEP: usize = 100;

/// What one step of telling came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Notices that are done with.
    pub notices: usize,
    /// Events that were made, by kind.
    pub events: Vec<Kind>,
}

impl Service {
    /// Names the organization whose webhooks hear of all organizations' webhooks: the operator's own.
    /// It need not exist yet.
    pub fn tell_operator(&self, slug: Option<String>) {
        self.snapshot().set_operator(slug);
    }

    /// Tells what waits to be told, a limited number; call it again until nothing was left.
    ///
    /// # Errors
    /// When the store cannot be used. What was not told stays, and is given again after
    /// [`TAKEN_US`](crate::ports::TAKEN_US).
    pub async fn tell(&self) -> Result<Told, Error> {
        let notices = self.store().take_notices(self.now(), STEP).await?;
        let mut told = Told::default();
        for notice in &notices {
            match self.tell_one(notice).await {
                Ok(events) => told.events.extend((0..events).map(|_| notice.kind)),
                Err(error @ Error::Unavailable(_)) => return Err(error),
                // It would be refused again for ever, and keep the others from being told.
                Err(error) => tracing::error!(
                    %error, notice = %notice.id, webhook = %notice.webhook_id, kind = %notice.kind,
                    "an event of Bellwire's own could not be made"
                ),
            }
            self.store().forget_notices(&[notice.id]).await?;
            told.notices += 1;
        }
        Ok(told)
    }

    /// How many events were made of a notice.
    async fn tell_one(&self, notice: &Notice) -> Result<usize, Error> {
        let id = notice.organization_id;
        if self.snapshot().organization_by_id(id).is_none() {
            // It may be younger than what this process knows.
            self.refresh(id).await?;
        }
        let Some(origin) = self.snapshot().organization_by_id(id) else {
            return Ok(0);
        };
        let Some(webhook) = self.store().webhook(id, notice.webhook_id).await? else {
            return Ok(0);
        };
        let own = webhook.settings.channels.clone();
        let mut events = usize::from(
            self.tell_to(&origin, notice, &webhook, &origin, own)
                .await?,
        );
        if let Some(operator) = self.snapshot().operator()
            && operator.organization.id != id
        {
            let channels = vec![format!("organization:{}", origin.organization.slug)];
            let made = self
                .tell_to(&operator, notice, &webhook, &origin, channels)
                .await?;
            events += usize::from(made);
        }
        Ok(events)
    }

    async fn tell_to(
        &self,
        tenant: &Arc<Tenant>,
        notice: &Notice,
        webhook: &Webhook,
        origin: &Tenant,
        channels: Vec<String>,
    ) -> Result<bool, Error> {
        let kind = notice.kind.as_str();
        let hears = tenant
            .candidates(kind, &[])
            .any(|route| matching::verdict(&route.webhook, kind, &channels, &[]).delivers());
        if !hears {
            return Ok(false);
        }
        let data = notice.data(webhook, &origin.organization.slug).to_string();
        let incoming = Incoming {
            event_type: kind.to_owned(),
            data: Bytes::from(data),
            channels,
            time: Some(notice.at),
            external_id: Some(notice.external_id()),
            webhooks: Vec::new(),
        };
        match self.ingest_own(tenant, incoming).await {
            Ok(stored) => Ok(stored),
            // Told before, when the webhook had another name: once is enough.
            Err(Error::KeyReused(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
