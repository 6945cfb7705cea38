//! The use cases, over the ports: what every API, page and command calls.
//!
//! One file per noun. Nothing here knows HTTP or SQL. A change is live in this process before the
//! call that made it returns ([`Service::refresh`]).

mod access;
mod answers;
mod audit;
mod channels;
mod checks;
mod event_types;
mod identity;
mod ingest;
mod inspectors;
mod jobs;
mod members;
mod meters;
mod organizations;
mod own_events;
mod pace;
mod portal_links;
mod resend;
mod revise_user;
mod secrets;
mod settings;
mod shown;
mod statistics;
mod test_events;
mod tokens;
mod usage;
mod users;
mod validate;
mod webhooks;

use std::{collections::BTreeMap, sync::Arc};

use uuid::Uuid;

pub use self::{
    access::{
        Arrival, CREDENTIALS_US, Caller, Departure, LINK_PREFIX, MAX_PASSWORD_BYTES, MEMORY_US,
        MIN_PASSWORD_CHARS, PASSWORD_LINK_US, Presence, Principal, SESSION_PREFIX, SIGN_IN_LINK_US,
        SIGN_IN_US, SignIns, SignedIn, Who, check_channels,
    },
    answers::{
        Asked, CheckedSignature, Explanation, FieldChange, HistoryEntry, Reproduced, SentRequest,
    },
    channels::{ChannelPatch, MAX_KIND_BYTES, NewChannel},
    checks::{MAX_BATCH, MAX_CHANNELS, MAX_DELIVERIES, MAX_DEPTH, MAX_EXTERNAL_ID_BYTES},
    event_types::{EventTypePatch, NewEventType},
    identity::{Federation, GroupRole, Provisioning},
    ingest::Incoming,
    inspectors::{Arrived, Door, InspectorPatch, NewInspector, Verdict},
    jobs::{JobFilter, NewJob},
    members::NewMember,
    meters::{StageReadings, UsageReadings},
    organizations::{DEFAULT_PROFILE, NewOrganization, OrganizationPatch},
    own_events::Told,
    pace::{MAX_BURST, MAX_PER_SECOND},
    portal_links::{
        DEFAULT_LINK_S, DEFAULT_PORTAL_SESSION_S, LINK_S, MAX_ORIGINS, NewPortalLink,
        PORTAL_SESSION_S,
    },
    secrets::{DEFAULT_GRACE_US, MAX_GRACE_US, MAX_SECRETS, SinceRotation},
    settings::{
        MAX_CONCURRENCY, MAX_HEADER_BYTES, MAX_HEADER_NAME_BYTES, MAX_HEADERS, MAX_PATTERNS,
        MAX_URL_BYTES,
    },
    statistics::{
        DEFAULT_GROUPS, Failure, FailureQuery, Failures, MAX_GROUPS, MAX_STEPS, Series, SortBy,
        StatisticsQuery, TREND,
    },
    test_events::{TestEvent, Tested},
    tokens::{NewToken, TOKEN_PREFIX},
    usage::{
        AHEAD_US, ConditionPatch, DeveloperPatch, DeveloperPlanPatch, Kept, Listing,
        MAX_APPLICATIONS, MAX_ATTRIBUTES, MAX_CONDITIONS, MAX_COUNT, MAX_ID_BYTES, MAX_PRODUCTS,
        MAX_QUOTA_TARGET, MAX_RECORD_ID_BYTES, MAX_RECORDS, MAX_TARGETS, MAX_WEBHOOKS,
        NewCondition, NewDeveloper, NewDeveloperPlan, NewPackage, NewRatePlan, NewUsage,
        PackagePatch, PeriodUsage, PlanUsage, RatePlanPatch, SAMPLE_PERCENT, SAMPLE_TARGET, Sample,
        Threshold, UsageFilter, UsageListing, UsageReceipt,
    },
    users::{MAX_EMAIL_BYTES, NewUser, NewlyMade, UserPatch},
    validate::{MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS, MAX_SLUG_BYTES},
    webhooks::{Created, NewWebhook, WEBHOOK_CHANGED, WebhookPatch},
};
use crate::{
    crypt::Keyring,
    entropy::Entropy,
    ids::{IdSource, OrganizationId},
    ports::{self, Lanes, Passwords, Sender, Store},
    profile::Profiles,
    said::Said,
    say,
    snapshot::{self, Snapshot, Tenant},
    time::{Clock, DAY, DurationUs, HOUR, Time},
};

/// What is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Where: `events[3].type`, `overrides.timeouts.total_ms`.
    pub field: String,
    /// What is wrong, what was expected, what to do.
    pub message: Said,
}

impl FieldError {
    /// An error of this field.
    pub fn new(field: impl Into<String>, message: impl Into<Said>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}

/// What a use case can answer instead of a result. Nothing was stored in any of these cases.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// One or more fields are wrong; all of them are named.
    #[error("{}", sentence(.0))]
    Invalid(Vec<FieldError>),
    /// There is no such thing, or it belongs to somebody else.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The state of things forbids it.
    #[error("{message}")]
    Conflict {
        /// A stable code, such as `webhook_disabled`.
        code: &'static str,
        /// What stands in the way, and what to do.
        message: Said,
    },
    /// Nobody can tell from what was sent who asks.
    #[error("{0}")]
    Unauthenticated(Said),
    /// Who asks may not do this.
    #[error("{0}")]
    Forbidden(Said),
    /// It was there and worked, and does so no more.
    #[error("{message}")]
    Gone {
        /// A stable code, such as `link_used`.
        code: &'static str,
        /// What became of it, and what to do.
        message: Said,
    },
    /// Too often, or too many at once. The same request can succeed later.
    #[error("{message}")]
    TooMany {
        /// A stable code: `too_many_tries` or `busy`.
        code: &'static str,
        /// When it can succeed, in seconds from now.
        retry_after_s: u32,
        /// What there was too much of.
        message: Said,
    },
    /// Nobody was signed in through the identity provider.
    #[error("{message}")]
    SignIn {
        /// A stable code: `sign_in_expired`, `sign_in_refused` or `provider_unavailable`.
        code: &'static str,
        /// Why not, and what to do.
        message: Said,
    },
    /// An idempotency key or an external id was used for something else.
    #[error("{0}")]
    KeyReused(Said),
    /// More than is accepted in one piece.
    #[error("{0}")]
    TooLarge(Said),
    /// The store cannot be used right now; the same request can succeed later.
    #[error("the store cannot be used right now: {0}")]
    Unavailable(String),
    /// A bug, or damage.
    #[error("internal error: {0}")]
    Internal(String),
}

fn sentence(errors: &[FieldError]) -> String {
    let texts: Vec<String> = errors
        .iter()
        .map(|error| format!("{}: {}", error.field, error.message))
        .collect();
    texts.join("; ")
}

impl From<ports::Error> for Error {
    fn from(error: ports::Error) -> Self {
        match error {
            ports::Error::Unavailable(why) => Self::Unavailable(why),
            ports::Error::Stale => {
                Self::Unavailable("the catalogue changes faster than it can be read".to_owned())
            }
            ports::Error::NotFound(what) => Self::NotFound(what),
            ports::Error::Taken(what) => Self::Conflict {
                code: "taken",
                message: say!("refused-taken", "{what} is in use already", what),
            },
            ports::Error::KeyReused(None) => Self::KeyReused(
                "this Idempotency-Key was used for another request; use a new key".into(),
            ),
            ports::Error::KeyReused(Some(index)) => Self::KeyReused(
                format!(
                    "events[{index}].id: this id was used for another event; use a new id, or send \
                     the same event"
                )
                .into(),
            ),
            ports::Error::Conflict(message) => Self::Conflict {
                code: "conflict",
                message,
            },
            ports::Error::PayloadRemoved => Self::Conflict {
                code: "payload_removed",
                message: say!(
                    "refused-payload-removed",
                    "the data of the event was removed, because it is older than \
                     `retention.payloads`; what is gone cannot be sent again"
                ),
            },
            ports::Error::Corrupt(message) => Self::Internal(message),
        }
    }
}

impl From<snapshot::Error> for Error {
    fn from(error: snapshot::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

/// What the operator can set.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The largest `data` of one event, in bytes.
    pub max_event_bytes: usize,
    /// How long an idempotency key or an external id is remembered.
    pub idempotency_ttl: DurationUs,
    /// Allow `http://` to loopback addresses where a profile requires https (development).
    pub allow_http_loopback: bool,
    /// How long somebody stays signed in who does nothing.
    pub session_idle: DurationUs,
    /// How long somebody stays signed in at most.
    pub session_max: DurationUs,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_event_bytes: 1 << 20,
            idempotency_ttl: DAY,
            allow_http_loopback: false,
            session_idle: 12 * HOUR,
            session_max: 30 * DAY,
        }
    }
}

/// What a [`Service`] works with.
pub struct Parts {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The lanes of this process.
    pub lanes: Arc<dyn Lanes>,
    /// The client, told when a webhook's connections are to go.
    pub sender: Arc<dyn Sender>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The keys: links are signed with them.
    pub keyring: Keyring,
    /// What hashes passwords.
    pub passwords: Arc<dyn Passwords>,
    /// Sign-in through an identity provider, where there is one.
    pub federation: Option<Federation>,
    /// The profiles.
    pub profiles: Profiles,
    /// The catalogue in memory, shared with the lanes.
    pub snapshot: Snapshot,
    /// What the operator set.
    pub options: Options,
}

/// The use cases. A cheap clone.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    parts: Parts,
    ids: Arc<IdSource>,
    memories: access::Memories,
    meters: meters::Meters,
    bought: usage::Memory,
    inspector_pace: inspectors::Pace,
}

impl Service {
    /// A service over these parts. Call [`Service::start`] before anything else.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            parts,
            ids: Arc::default(),
            memories: access::Memories::default(),
            meters: meters::Meters::default(),
            bought: usage::Memory::default(),
            inspector_pace: inspectors::Pace::default(),
        }))
    }

    /// Loads the catalogue.
    ///
    /// # Errors
    /// When the store cannot be read, or holds what cannot be understood.
    pub async fn start(&self) -> Result<(), Error> {
        self.refresh_platform().await?;
        for record in self.store().load_organizations().await? {
            self.snapshot().put(record, self.profiles())?;
        }
        if let Some(slug) = self.snapshot().missing_operator() {
            tracing::warn!(
                organization = slug,
                "`own_events.organization` names an organization that there is not (yet): the \
                 operator is told of nothing until it is made"
            );
        }
        for (profile, webhooks) in held(&self.snapshot().organizations()) {
            tracing::warn!(
                profile,
                webhooks = webhooks.join(", "),
                "the profile is not configured; the deliveries of these webhooks wait: name its \
                 file in `profiles.files` and start again, or give them another profile"
            );
        }
        Ok(())
    }

    /// Reads an organization again after a change, so that the change is live here.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn refresh(&self, id: OrganizationId) -> Result<(), Error> {
        match self.store().load_organization(id).await? {
            Some(record) => self.snapshot().put(record, self.profiles())?,
            None => self.snapshot().remove(id),
        }
        Ok(())
    }

    /// Reads the platform's event types again after a change.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn refresh_platform(&self) -> Result<(), Error> {
        let ticket = self.snapshot().ticket();
        let types = self.store().platform_event_types().await?;
        self.snapshot().put_platform(ticket, types)?;
        Ok(())
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Time {
        self.0.parts.clock.now()
    }

    /// The time of a change of something that was last changed then: now, and always later than
    /// that, so that the time tells one change from another.
    pub(crate) fn later(&self, former: Time) -> Time {
        self.now().max(former + 1)
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.parts.clock
    }

    /// The catalogue in memory.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.0.parts.snapshot
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.0.parts.store
    }

    /// The profiles.
    #[must_use]
    pub fn profiles(&self) -> &Profiles {
        &self.0.parts.profiles
    }

    /// What the operator set.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.0.parts.options
    }

    /// A new id, of this time.
    #[must_use]
    pub fn new_id<I: From<Uuid>>(&self) -> I {
        self.0.ids.next(self.now(), self.entropy().u64())
    }

    /// What makes ids.
    fn ids(&self) -> Arc<IdSource> {
        Arc::clone(&self.0.ids)
    }

    pub(crate) fn entropy(&self) -> &Arc<dyn Entropy> {
        &self.0.parts.entropy
    }

    pub(crate) fn lanes(&self) -> &Arc<dyn Lanes> {
        &self.0.parts.lanes
    }

    pub(crate) fn sender(&self) -> &Arc<dyn Sender> {
        &self.0.parts.sender
    }

    fn meters(&self) -> &meters::Meters {
        &self.0.meters
    }

    fn memories(&self) -> &access::Memories {
        &self.0.memories
    }

    /// What developers have bought, as it was read lately.
    fn bought(&self) -> &usage::Memory {
        &self.0.bought
    }

    /// How fast requests arrive at inspectors.
    fn inspector_pace(&self) -> &inspectors::Pace {
        &self.0.inspector_pace
    }

    fn keyring(&self) -> &Keyring {
        &self.0.parts.keyring
    }

    fn federation(&self) -> Option<&Federation> {
        self.0.parts.federation.as_ref()
    }

    fn passwords(&self) -> &Arc<dyn Passwords> {
        &self.0.parts.passwords
    }

    /// The organization of this slug.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn tenant(&self, slug: &str) -> Result<Arc<Tenant>, Error> {
        self.snapshot()
            .organization(slug)
            .ok_or(Error::NotFound("organization"))
    }
}

/// Profiles that are not configured, each with the webhooks that wait for it.
fn held(tenants: &[Arc<Tenant>]) -> BTreeMap<String, Vec<String>> {
    let mut held: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for tenant in tenants {
        for route in tenant.routes.iter().filter(|route| route.held) {
            let webhooks = held.entry(route.webhook.settings.profile.clone());
            let slug = &tenant.organization.slug;
            webhooks
                .or_default()
                .push(format!("{slug}/{}", route.webhook.id));
        }
    }
    held
}

/// How often a use case looks again when the catalogue changed under it.
pub(crate) const STALE_RETRIES: usize = 5;
