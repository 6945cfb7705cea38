//! What `bellwire copy` carries from one store to another: everything there is, in the terms of the
//! core and of neither store.
//!
//! An item has a key, by which it is named when it differs, and a canonical form, of which a
//! checksum is made (`canonical.rs`). What a store keeps for itself has no part in it: claims, row
//! numbers, nonces, the layout of excerpts. A new kind of item is a variant here, a
//! [`Section`], and a file in the `copy` folder of each store.

mod canonical;
mod counts;
mod inspectors;
mod organization;
mod people;
mod usage;

use std::fmt;

pub use canonical::Checksum;
pub use people::{Entry, Link, Session, Token, User};
pub use usage::{RecordId, UsageCounter};

use crate::{
    delivery::Attempt,
    event,
    ids::{DeliveryId, EventId, OrganizationId, WebhookId},
    inspector::Inspector,
    organization::{Channel, EventType},
    policy::Counters,
    ports::Section,
    statistics,
    stored::standing::Standing,
    time::Time,
    usage as nouns,
    webhook::{self, Disabled, Drain, Paused, Settings},
};

/// One thing that is copied.
#[derive(Debug, Clone)]
pub enum Item {
    /// An organization.
    Organization(Organization),
    /// An event type of the platform or of an organization.
    EventType(EventType),
    /// A channel of this organization.
    Channel(OrganizationId, Channel),
    /// A webhook, with its counters.
    Webhook(Box<Webhook>),
    /// What a webhook was before one of its changes.
    Revision(Box<Revision>),
    /// A token.
    Token(Token),
    /// A user with memberships.
    User(Box<User>),
    /// A link that works once.
    Link(Box<Link>),
    /// Somebody is signed in.
    Session(Box<Session>),
    /// An entry of the audit log.
    Entry(Box<Entry>),
    /// An event.
    Event(Event),
    /// A delivery.
    Delivery(Delivery),
    /// An attempt.
    Attempt(Box<Attempt>),
    /// What an external id stands for.
    ExternalId(ExternalId),
    /// What an idempotency key stands for.
    Key(Key),
    /// Counts of attempts.
    Statistic(Box<Statistic>),
    /// What a commit of records has counted and is not folded.
    Unfolded(Unfolded),
    /// A developer, a package, a plan, a condition.
    UsageItem(Box<nouns::Item>),
    /// What was used of a plan in a period.
    UsageCounter(UsageCounter),
    /// A record of usage was counted.
    RecordId(RecordId),
    /// A private URL that keeps what arrives there.
    Inspector(Box<Inspector>),
}

/// An organization, one that is being removed included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// The organization.
    pub organization: crate::organization::Organization,
    /// The generation of its catalogue.
    pub generation: u64,
    /// When it was deleted: its rows are being removed.
    pub deleted_at: Option<Time>,
}

/// A webhook, tombstones included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The webhook, its secrets and headers in clear.
    pub webhook: webhook::Webhook,
    /// The part of [`cancelled_up_to`](webhook::Webhook::cancelled_up_to) that a disable did.
    pub disabled_up_to: Option<Time>,
    /// The part of it that somebody cancelled by hand.
    pub cleared_up_to: Option<Time>,
    /// The rows of its cancelled deliveries do not all say so yet.
    pub unswept: bool,
    /// Its failure counters.
    pub counters: Counters,
}

/// What a webhook was before one of its changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Whose.
    pub webhook_id: WebhookId,
    /// Which.
    pub revision: u32,
    /// The settings, headers in clear.
    pub settings: Settings,
    /// Whether it was disabled.
    pub disabled: Option<Disabled>,
    /// Whether it was paused.
    pub paused: Option<Paused>,
    /// How what a pause held was being sent.
    pub drain: Option<Drain>,
    /// When it became this.
    pub updated_at: Time,
    /// Who made it this.
    pub updated_by: String,
}

/// An event with the list of its deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The event, its data included.
    pub event: event::Event,
    /// The deliveries that were made with it; later ones are not listed.
    pub deliveries: Vec<DeliveryId>,
}

/// A delivery as its row has it; who holds it is not copied.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// What it sends.
    pub event_id: EventId,
    /// Where to.
    pub webhook_id: WebhookId,
    /// State, times, attempts made.
    pub standing: Standing,
    /// It was added to a stored event later, which does not list it.
    pub again: bool,
}

/// What an external id stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalId {
    /// Whose.
    pub organization_id: OrganizationId,
    /// The producer's own id.
    pub external_id: String,
    /// The event that it names now.
    pub event_id: EventId,
    /// Of what it stands for.
    pub fingerprint: Option<[u8; 32]>,
    /// How many webhooks the event went to.
    pub matched: u32,
    /// The event's type is not in the catalogue.
    pub unknown_type: bool,
    /// When the event was accepted.
    pub created_at: Time,
    /// Events that had this external id before, oldest first.
    pub earlier: Vec<EventId>,
}

/// What an idempotency key stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Whose.
    pub organization_id: OrganizationId,
    /// The beginning of the key's SHA-256.
    pub key: [u8; 16],
    /// Of what it was used for.
    pub fingerprint: [u8; 32],
    /// The receipts that were given (`stored::receipts`).
    pub answer: Vec<u8>,
    /// Until when it is remembered.
    pub expires_at: Time,
}

/// Counts of the attempts of one minute, hour or day, with one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistic {
    /// Of which time.
    pub period: statistics::Period,
    /// Whose, of which type, with which result.
    pub key: statistics::Key,
    /// The counts.
    pub counts: statistics::Counts,
}

/// What a commit of records has counted and is not folded. Its bytes are the same in every store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfolded {
    /// Its number: what is below zero is a piece of others.
    pub number: i64,
    /// A batch (`statistics::Batch::encode`).
    pub body: Vec<u8>,
}

impl Item {
    /// Where it belongs.
    #[must_use]
    pub const fn section(&self) -> Section {
        match self {
            Self::Organization(_) => Section::Organizations,
            Self::EventType(_) => Section::EventTypes,
            Self::Channel(..) => Section::Channels,
            Self::Webhook(_) => Section::Webhooks,
            Self::Revision(_) => Section::Revisions,
            Self::Token(_) => Section::Tokens,
            Self::User(_) => Section::Users,
            Self::Link(_) => Section::Links,
            Self::Session(_) => Section::Sessions,
            Self::Entry(_) => Section::Audit,
            Self::Event(_) => Section::Events,
            Self::Delivery(_) => Section::Deliveries,
            Self::Attempt(_) => Section::Attempts,
            Self::ExternalId(_) => Section::ExternalIds,
            Self::Key(_) => Section::Keys,
            Self::Statistic(_) => Section::Statistics,
            Self::Unfolded(_) => Section::Unfolded,
            Self::UsageItem(_) => Section::UsageItems,
            Self::UsageCounter(_) => Section::UsageCounters,
            Self::RecordId(_) => Section::RecordIds,
            Self::Inspector(_) => Section::Inspectors,
        }
    }

    /// What it is called within its section.
    #[must_use]
    pub const fn key(&self) -> ItemKey<'_> {
        ItemKey(self)
    }
}

/// The name of an item, unique within its section, for people.
#[derive(Debug, Clone, Copy)]
pub struct ItemKey<'i>(&'i Item);

impl fmt::Display for ItemKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Item::Organization(one) => one.organization.id.fmt(f),
            Item::EventType(one) => one.id.fmt(f),
            Item::Channel(organization, channel) => {
                write!(f, "{organization} {:?}", channel.key)
            }
            Item::Webhook(one) => one.webhook.id.fmt(f),
            Item::Revision(one) => write!(f, "{} {}", one.webhook_id, one.revision),
            Item::Token(one) => one.id.fmt(f),
            Item::User(one) => one.id.fmt(f),
            Item::Link(one) => one.id.fmt(f),
            Item::Session(one) => one.id.fmt(f),
            Item::Entry(one) => one.id.fmt(f),
            Item::Event(one) => one.event.id.fmt(f),
            Item::Delivery(one) => one.id.fmt(f),
            Item::Attempt(one) => write!(f, "{} {}", one.delivery_id, one.number),
            Item::ExternalId(one) => write!(f, "{} {:?}", one.organization_id, one.external_id),
            Item::Key(one) => {
                write!(f, "{} ", one.organization_id)?;
                one.key.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            Item::Statistic(one) => write!(f, "{} {:?}", one.period.code(one.key.types()), one.key),
            Item::Unfolded(one) => one.number.fmt(f),
            Item::UsageItem(one) => {
                write!(
                    f,
                    "{} {} {:?}",
                    one.organization_id,
                    one.noun.as_str(),
                    one.key
                )
            }
            Item::UsageCounter(one) => write!(f, "{} {}", one.plan, one.period_start),
            Item::RecordId(one) => {
                write!(f, "{} ", one.organization_id)?;
                one.id.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            Item::Inspector(one) => one.id.fmt(f),
        }
    }
}
