//! The catalogue in memory: what stage 2 matches against and stage 5 sends by, without a query.
//!
//! One [`Tenant`] per organization, replaced as a whole when something of it changes; readers hold
//! an `Arc` and are never blocked for longer than it takes to clone one. The store stays the truth:
//! an enqueue names the generation it matched against, and the store refuses a stale one.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock},
};

use url::Url;

use crate::{
    ids::{OrganizationId, WebhookId},
    organization::{Channel, EventType, Organization},
    own_event::{self, Kinds},
    policy::{DisableRule, Policy},
    ports::OrganizationRecord,
    profile::{Profile, Profiles},
    schema,
    service::DEFAULT_PROFILE,
    usage,
    webhook::Webhook,
};

/// A webhook as it is sent to: with its rules worked out and its URL parsed.
#[derive(Debug)]
pub struct Route {
    /// The webhook at its current revision.
    pub webhook: Webhook,
    /// Its profile; another one that stands in for it when it is not configured.
    pub profile: Arc<Profile>,
    /// Its profile is not configured (any more): nothing can be sent to it, and its deliveries wait.
    /// One webhook must not keep the server, or its organization, from working.
    pub held: bool,
    /// The profile's rules with the webhook's overrides applied.
    pub policy: Arc<Policy>,
    /// The thresholds among them, for the store.
    pub disable: Arc<DisableRule>,
    /// Where to send.
    pub url: Arc<Url>,
    /// The slug of its organization, which envelopes may carry.
    pub organization: Arc<str>,
}

/// An event type with its schema compiled.
#[derive(Debug)]
pub struct CatalogueType {
    /// The entry.
    pub event_type: EventType,
    /// What checks data against the schema.
    pub validator: Option<jsonschema::Validator>,
}

/// Everything about one organization, at one generation.
#[derive(Debug)]
pub struct Tenant {
    /// The organization.
    pub organization: Organization,
    /// Raised by every change.
    pub generation: u64,
    /// Its webhooks but the deleted ones, oldest first.
    pub routes: Vec<Arc<Route>>,
    /// Its own event types by name.
    pub event_types: BTreeMap<String, Arc<CatalogueType>>,
    /// Its channels by key.
    pub channels: BTreeMap<String, Channel>,
    /// Routes by an exact event type they listen to.
    exact: HashMap<String, Vec<u32>>,
    /// Which of Bellwire's own events its webhooks listen to.
    pub own_events: Kinds,
    /// Routes that listen to patterns, or to everything.
    broad: Vec<u32>,
    by_id: HashMap<WebhookId, u32>,
}

/// What is stored and what this program can make of it do not fit.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// There is no profile to stand in for one that is not configured.
    #[error("the profile `{DEFAULT_PROFILE}` is not configured")]
    NoProfile,
    /// A stored URL or schema does not parse.
    #[error("the stored {0} is damaged: {1}")]
    Damaged(&'static str, String),
}

impl Route {
    fn new(webhook: Webhook, organization: Arc<str>, profiles: &Profiles) -> Result<Self, Error> {
        let settings = &webhook.settings;
        let (profile, held) = match profiles.get(&settings.profile) {
            Some(profile) => (profile, false),
            None => (profiles.get(DEFAULT_PROFILE).ok_or(Error::NoProfile)?, true),
        };
        let url = Url::parse(&settings.url)
            .map_err(|error| Error::Damaged("URL of a webhook", error.to_string()))?;
        let policy = profile.policy_with(&settings.overrides);
        let disable = Arc::new(policy.disable.clone());
        Ok(Self {
            webhook,
            profile,
            held,
            policy: Arc::new(policy),
            disable,
            url: Arc::new(url),
            organization,
        })
    }
}

impl CatalogueType {
    fn new(event_type: EventType) -> Result<Self, Error> {
        let validator =
            match &event_type.schema {
                None => None,
                Some(text) => Some(schema::compile(text.get()).map_err(|error| {
                    Error::Damaged("schema of an event type", error.to_string())
                })?),
            };
        Ok(Self {
            event_type,
            validator,
        })
    }
}

impl Tenant {
    fn new(record: OrganizationRecord, profiles: &Profiles) -> Result<Self, Error> {
        let mut exact: HashMap<String, Vec<u32>> = HashMap::new();
        let mut broad = Vec::new();
        let mut by_id = HashMap::new();
        let mut own_events = Kinds::NONE;
        let slug: Arc<str> = record.organization.slug.as_str().into();
        let mut routes = Vec::with_capacity(record.webhooks.len());
        for (index, webhook) in (0_u32..).zip(record.webhooks) {
            by_id.insert(webhook.id, index);
            let patterns = &webhook.settings.event_types;
            if webhook.is_enabled() && !webhook.settings.direct {
                own_events = own_events.or(Kinds::named_by(patterns));
                if patterns.is_empty() || patterns.iter().any(|pattern| pattern.ends_with('*')) {
                    broad.push(index);
                } else {
                    for name in patterns {
                        exact.entry(name.clone()).or_default().push(index);
                    }
                }
            }
            routes.push(Arc::new(Route::new(webhook, Arc::clone(&slug), profiles)?));
        }
        Ok(Self {
            organization: record.organization,
            generation: record.generation,
            routes,
            // An older program may have let somebody define a name that is reserved now.
            event_types: compile(
                record
                    .event_types
                    .into_iter()
                    .filter(|own| !own_event::is_reserved(&own.name))
                    .collect(),
            )?,
            channels: record
                .channels
                .into_iter()
                .map(|c| (c.key.clone(), c))
                .collect(),
            exact,
            own_events,
            broad,
            by_id,
        })
    }

    /// The webhook of this id.
    #[must_use]
    pub fn route(&self, id: WebhookId) -> Option<&Arc<Route>> {
        self.by_id
            .get(&id)
            .map(|index| &self.routes[*index as usize])
    }

    /// The organization's own event type of this name.
    #[must_use]
    pub fn event_type(&self, name: &str) -> Option<Arc<CatalogueType>> {
        self.event_types.get(name).cloned()
    }

    /// The webhooks that may match an event of this type or are addressed by it, each once. The
    /// caller asks [`crate::matching::verdict`] of each; this only leaves out those that cannot.
    pub fn candidates<'a>(
        &'a self,
        event_type: &str,
        addressed: &'a [WebhookId],
    ) -> impl Iterator<Item = &'a Arc<Route>> {
        let exact = self.exact.get(event_type).map_or(&[][..], Vec::as_slice);
        let listed = exact
            .iter()
            .chain(&self.broad)
            .map(|index| &self.routes[*index as usize]);
        let addressed_routes = addressed.iter().filter_map(|id| self.route(*id));
        listed
            .filter(move |route| !addressed.contains(&route.webhook.id))
            .chain(addressed_routes)
    }
}

fn compile(types: Vec<EventType>) -> Result<BTreeMap<String, Arc<CatalogueType>>, Error> {
    types
        .into_iter()
        .map(|event_type| {
            Ok((
                event_type.name.clone(),
                Arc::new(CatalogueType::new(event_type)?),
            ))
        })
        .collect()
}

/// A handle on the catalogue in memory. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Snapshot(Arc<RwLock<Maps>>);

#[derive(Debug, Default)]
struct Maps {
    by_slug: HashMap<String, Arc<Tenant>>,
    by_id: HashMap<OrganizationId, Arc<Tenant>>,
    routes: HashMap<WebhookId, Arc<Route>>,
    platform: Arc<BTreeMap<String, Arc<CatalogueType>>>,
    /// The slug of the organization that hears of everybody's webhooks.
    operator: Option<String>,
    /// Which look at the platform's event types this is; see [`Snapshot::ticket`].
    platform_look: u64,
    looks: u64,
    /// Deleted organizations, so that a look that began before the deletion brings none back.
    removed: HashSet<OrganizationId>,
}

impl Snapshot {
    /// The organization of this slug.
    #[must_use]
    pub fn organization(&self, slug: &str) -> Option<Arc<Tenant>> {
        self.read(|maps| maps.by_slug.get(slug).cloned())
    }

    /// The organization of this id.
    #[must_use]
    pub fn organization_by_id(&self, id: OrganizationId) -> Option<Arc<Tenant>> {
        self.read(|maps| maps.by_id.get(&id).cloned())
    }

    /// Every organization, by slug.
    #[must_use]
    pub fn organizations(&self) -> Vec<Arc<Tenant>> {
        let mut all: Vec<_> = self.read(|maps| maps.by_slug.values().cloned().collect());
        all.sort_by(|a: &Arc<Tenant>, b| a.organization.slug.cmp(&b.organization.slug));
        all
    }

    /// The webhook of this id, deleted ones excepted.
    #[must_use]
    pub fn route(&self, id: WebhookId) -> Option<Arc<Route>> {
        self.read(|maps| maps.routes.get(&id).cloned())
    }

    /// Which of Bellwire's own events about an organization's webhooks somebody listens to: within
    /// it, or for the operator.
    #[must_use]
    pub fn listened(&self, id: OrganizationId) -> Kinds {
        self.read(|maps| {
            let own = maps.by_id.get(&id).map(|tenant| tenant.own_events);
            let operator = maps.operator.as_ref();
            let operator = operator
                .and_then(|slug| maps.by_slug.get(slug))
                .map(|tenant| tenant.own_events);
            own.unwrap_or_default().or(operator.unwrap_or_default())
        })
    }

    /// The organization whose webhooks hear of everybody's, once there is one of this slug.
    #[must_use]
    pub fn operator(&self) -> Option<Arc<Tenant>> {
        self.read(|maps| maps.by_slug.get(maps.operator.as_ref()?).cloned())
    }

    /// The slug of that organization, while there is none.
    pub(crate) fn missing_operator(&self) -> Option<String> {
        self.read(|maps| {
            let slug = maps.operator.as_ref()?;
            (!maps.by_slug.contains_key(slug)).then(|| slug.clone())
        })
    }

    /// Names the organization whose webhooks hear of everybody's.
    pub(crate) fn set_operator(&self, slug: Option<String>) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .operator = slug;
    }

    /// The platform's event types by name.
    #[must_use]
    pub fn platform_event_types(&self) -> Arc<BTreeMap<String, Arc<CatalogueType>>> {
        self.read(|maps| Arc::clone(&maps.platform))
    }

    /// Puts an organization in, unless a newer generation of it is there already: of two
    /// refreshes that overtake each other the newer one stays.
    pub(crate) fn put(&self, record: OrganizationRecord, profiles: &Profiles) -> Result<(), Error> {
        let tenant = Arc::new(Tenant::new(record, profiles)?);
        let id = tenant.organization.id;
        let mut maps = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let newer = maps
            .by_id
            .get(&id)
            .is_some_and(|old| old.generation > tenant.generation);
        if newer || maps.removed.contains(&id) {
            return Ok(());
        }
        if let Some(old) = maps.by_id.insert(id, Arc::clone(&tenant)) {
            for route in &old.routes {
                maps.routes.remove(&route.webhook.id);
            }
        }
        for route in &tenant.routes {
            maps.routes.insert(route.webhook.id, Arc::clone(route));
        }
        maps.by_slug
            .insert(tenant.organization.slug.clone(), tenant);
        Ok(())
    }

    /// Takes an organization out.
    pub(crate) fn remove(&self, id: OrganizationId) {
        let mut maps = self.0.write().unwrap_or_else(PoisonError::into_inner);
        maps.removed.insert(id);
        if let Some(old) = maps.by_id.remove(&id) {
            for route in &old.routes {
                maps.routes.remove(&route.webhook.id);
            }
            // The slug may belong to a younger organization by now.
            if maps
                .by_slug
                .get(&old.organization.slug)
                .is_some_and(|t| t.organization.id == id)
            {
                maps.by_slug.remove(&old.organization.slug);
            }
        }
    }

    /// Taken before the platform's event types are read, so that of two looks that overtake each
    /// other the later one stays.
    pub(crate) fn ticket(&self) -> u64 {
        let mut maps = self.0.write().unwrap_or_else(PoisonError::into_inner);
        maps.looks += 1;
        maps.looks
    }

    /// Replaces the platform's event types by what a look found.
    pub(crate) fn put_platform(&self, ticket: u64, types: Vec<EventType>) -> Result<(), Error> {
        // What is the program's own wins over what an older one may have let somebody define.
        let types = Arc::new(compile(
            types
                .into_iter()
                .chain(own_event::entries())
                .chain([usage::entry()])
                .collect(),
        )?);
        let mut maps = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if ticket > maps.platform_look {
            maps.platform_look = ticket;
            maps.platform = types;
        }
        Ok(())
    }

    fn read<T>(&self, look: impl FnOnce(&Maps) -> T) -> T {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}
