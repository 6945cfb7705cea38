//! Bellwire's own events: what waits in the outbox becomes events, through the same stages as
//! anybody's.
//!
//! A notice is told to the organization whose webhook it is about, and to the operator's, each as an
//! event whose external id is the notice's: told twice, it is one event. Who is told is matched now, so
//! a webhook that was disabled meanwhile hears nothing. Nobody left to hear it: nothing is stored.
//!
//! Many are told in one go: what goes to one organization is one call to the store, and the calls for
//! several are under way together, so that they share a commit.

use std::{
    collections::{BTreeMap, HashMap, hash_map::Entry},
    sync::Arc,
};

use bytes::Bytes;
use futures_util::future::join_all;

use super::{Error, Incoming, Service};
use crate::{
    ids::{OrganizationId, WebhookId},
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
        if notices.is_empty() {
            return Ok(told);
        }
        let mut post = Post::default();
        for notice in &notices {
            match self.address(notice, &mut post).await {
                Ok(()) => {}
                Err(error @ Error::Unavailable(_)) => return Err(error),
                Err(error) => refused(&error, notice),
            }
        }
        let sent = post.bags.values().map(|bag| self.send(bag));
        for made in join_all(sent).await {
            told.events.extend(made?);
        }
        let ids: Vec<_> = notices.iter().map(|notice| notice.id).collect();
        self.store().forget_notices(&ids).await?;
        told.notices = notices.len();
        Ok(told)
    }

    /// Writes down what a notice says, to whoever hears of it.
    async fn address<'n>(&self, notice: &'n Notice, post: &mut Post<'n>) -> Result<(), Error> {
        let id = notice.organization_id;
        if self.snapshot().organization_by_id(id).is_none() {
            // It may be younger than what this process knows.
            self.refresh(id).await?;
        }
        let Some(origin) = self.snapshot().organization_by_id(id) else {
            return Ok(());
        };
        let webhook = match post.webhooks.entry(notice.webhook_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                unknown.insert(self.store().webhook(id, notice.webhook_id).await?)
            }
        };
        let Some(webhook) = webhook else {
            return Ok(());
        };
        let slug = &origin.organization.slug;
        let operator = self.snapshot().operator();
        let operator = operator.filter(|operator| operator.organization.id != id);
        let own = (Arc::clone(&origin), webhook.settings.channels.clone());
        let theirs = operator.map(|operator| (operator, vec![format!("organization:{slug}")]));
        for (tenant, channels) in [Some(own), theirs].into_iter().flatten() {
            if !hears(&tenant, notice, &channels) {
                continue;
            }
            let incoming = Incoming {
                event_type: notice.kind.as_str().to_owned(),
                data: Bytes::from(notice.data(webhook, slug).to_string()),
                channels,
                time: Some(notice.at),
                external_id: Some(notice.external_id()),
                webhooks: Vec::new(),
            };
            let bag = post.bags.entry(tenant.organization.id).or_insert(Bag {
                tenant,
                letters: Vec::new(),
            });
            bag.letters.push((notice, incoming));
        }
        Ok(())
    }

    /// Stores the events for one organization, all in one go; the kinds of those that are new. Where
    /// one of them is refused, each goes by itself.
    async fn send(&self, bag: &Bag<'_>) -> Result<Vec<Kind>, Error> {
        let all = bag.letters.iter().map(|(_, incoming)| incoming.clone());
        match self.ingest_own(&bag.tenant, all.collect()).await {
            Ok(stored) => Ok(bag.kinds_of(stored)),
            Err(error @ Error::Unavailable(_)) => Err(error),
            Err(_) => {
                let mut kinds = Vec::new();
                for (notice, incoming) in &bag.letters {
                    match self.ingest_own(&bag.tenant, vec![incoming.clone()]).await {
                        Ok(stored) => kinds.extend(stored.contains(&true).then_some(notice.kind)),
                        Err(error @ Error::Unavailable(_)) => return Err(error),
                        // Told before, when the webhook had another name: once is enough.
                        Err(Error::KeyReused(_)) => {}
                        // It would be refused again for ever, and keep the others from being told.
                        Err(error) => refused(&error, notice),
                    }
                }
                Ok(kinds)
            }
        }
    }
}

/// What is to be sent, by the organization it goes to.
#[derive(Default)]
struct Post<'n> {
    bags: BTreeMap<OrganizationId, Bag<'n>>,
    /// Webhooks that notices are about; `None` when there is none any more.
    webhooks: HashMap<WebhookId, Option<Webhook>>,
}

/// What goes to one organization.
struct Bag<'n> {
    tenant: Arc<Tenant>,
    letters: Vec<(&'n Notice, Incoming)>,
}

impl Bag<'_> {
    /// The kinds of those that were stored.
    fn kinds_of(&self, stored: Vec<bool>) -> Vec<Kind> {
        let kinds = self.letters.iter().map(|(notice, _)| notice.kind);
        let told = kinds.zip(stored).filter(|(_, stored)| *stored);
        told.map(|(kind, _)| kind).collect()
    }
}

fn hears(tenant: &Tenant, notice: &Notice, channels: &[String]) -> bool {
    let kind = notice.kind.as_str();
    tenant
        .candidates(kind, &[])
        .any(|route| matching::verdict(&route.webhook, kind, channels, &[]).delivers())
}

fn refused(error: &Error, notice: &Notice) {
    tracing::error!(
        %error, notice = %notice.id, webhook = %notice.webhook_id, kind = %notice.kind,
        "an event of Bellwire's own could not be made"
    );
}
