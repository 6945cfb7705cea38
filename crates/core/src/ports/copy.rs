//! Beside the stages: a whole installation out of one store and into another (`bellwire copy`).
//!
//! A section is read in pages, in an order that is the source's own. The target writes a page and
//! how far it has come in one transaction, so that a copy that was killed goes on where it was; a
//! page that is written twice leaves what it left the first time.

use std::fmt;

use async_trait::async_trait;

use super::{Page, Result};
use crate::copied::Item;

/// Items in one page, at most.
pub const PAGE_ITEMS: usize = 2_000;
/// Bytes of data, headers and bodies after which a page ends.
pub const PAGE_BYTES: usize = 4 << 20;

/// A kind of item. The order is the one they are copied in: what others refer to comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// Organizations, with their generations.
    Organizations,
    /// Event types, the platform's and organizations' own.
    EventTypes,
    /// Channels.
    Channels,
    /// Webhooks with secrets, marks and counters.
    Webhooks,
    /// What webhooks were before.
    Revisions,
    /// Tokens.
    Tokens,
    /// Users, with what they may do where.
    Users,
    /// Links that work once.
    Links,
    /// Who is signed in.
    Sessions,
    /// The audit log.
    Audit,
    /// Events.
    Events,
    /// Deliveries.
    Deliveries,
    /// Attempts.
    Attempts,
    /// External ids.
    ExternalIds,
    /// Idempotency keys.
    Keys,
    /// Counts of attempts by minute, hour and day.
    Statistics,
    /// What was counted and is not folded into them.
    Unfolded,
    /// Developers, packages, plans, conditions.
    UsageItems,
    /// What was used of plans, by period.
    UsageCounters,
    /// Which records of usage were counted.
    RecordIds,
    /// Inspectors, without what arrived there.
    Inspectors,
}

impl Section {
    /// Every section, in the order of the copy.
    pub const ALL: [Self; 21] = [
        Self::Organizations,
        Self::EventTypes,
        Self::Channels,
        Self::Webhooks,
        Self::Revisions,
        Self::Tokens,
        Self::Users,
        Self::Links,
        Self::Sessions,
        Self::Audit,
        Self::Events,
        Self::Deliveries,
        Self::Attempts,
        Self::ExternalIds,
        Self::Keys,
        Self::Statistics,
        Self::Unfolded,
        Self::UsageItems,
        Self::UsageCounters,
        Self::RecordIds,
        Self::Inspectors,
    ];

    /// The stable name: in what is shown, and in the record of an unfinished copy.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organizations => "organizations",
            Self::EventTypes => "event types",
            Self::Channels => "channels",
            Self::Webhooks => "webhooks",
            Self::Revisions => "webhook revisions",
            Self::Tokens => "tokens",
            Self::Users => "users",
            Self::Links => "links",
            Self::Sessions => "sessions",
            Self::Audit => "audit entries",
            Self::Events => "events",
            Self::Deliveries => "deliveries",
            Self::Attempts => "attempts",
            Self::ExternalIds => "external ids",
            Self::Keys => "idempotency keys",
            Self::Statistics => "statistics",
            Self::Unfolded => "statistics to fold",
            Self::UsageItems => "usage documents",
            Self::UsageCounters => "usage counters",
            Self::RecordIds => "usage record ids",
            Self::Inspectors => "inspectors",
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a page ends. What is in it is the source's own business; later ones compare greater.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position(Vec<u8>);

impl Position {
    /// These bytes, one part behind the other.
    #[must_use]
    pub fn new(parts: &[&[u8]]) -> Self {
        Self(parts.concat())
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// How far a section has come.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    /// Nothing of it is written.
    Nothing,
    /// What lies up to here is written.
    UpTo(Position),
    /// All of it is written.
    End,
}

impl Reached {
    /// As bytes, for the record of an unfinished copy.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Nothing => vec![0],
            Self::UpTo(position) => [&[1], position.as_bytes()].concat(),
            Self::End => vec![2],
        }
    }

    /// `None` when the bytes are not what [`encode`](Self::encode) makes.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0] => Some(Self::Nothing),
            [1, position @ ..] => Some(Self::UpTo(Position::new(&[position]))),
            [2] => Some(Self::End),
            _ => None,
        }
    }
}

/// Which installation a source is, for the record of an unfinished copy into the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The same for as long as the installation lives, and another one for any other.
    pub id: [u8; 16],
    /// What to call it in front of people, and in `--from`: without a password.
    pub name: String,
}

/// The pages of items that a [`CopySource`] gives.
pub type ItemPage = Page<Item, Position>;

/// A store that is read as a whole. Nothing is written to it.
#[async_trait]
pub trait CopySource: Send + Sync {
    /// How many items a section has. May take a while.
    async fn count(&self, section: Section) -> Result<u64>;

    /// Items of a section after a position, or from the beginning. The last page has no `next`.
    async fn page(&self, section: Section, after: Option<&Position>) -> Result<ItemPage>;

    /// Asked when everything was read: that nobody has worked on it meanwhile.
    ///
    /// # Errors
    /// [`Error::Conflict`](super::Error::Conflict) says who.
    async fn undisturbed(&self) -> Result<()>;
}

/// A store that a copy is written to. It can be read back like a source.
#[async_trait]
pub trait CopyTarget: CopySource {
    /// How far a section has come.
    async fn reached(&self, section: Section) -> Result<Reached>;

    /// Writes items of one section, and how far it has come with them, in one transaction.
    async fn write(&self, section: Section, items: Vec<Item>, reached: &Reached) -> Result<()>;

    /// All items of a section are written: what a database looks into on its own only after a while is
    /// done now, so that the first requests do not wait for it. Nothing is lost where it is not.
    async fn settle(&self, _section: Section) -> Result<()> {
        Ok(())
    }

    /// Everything is there and was compared: from now on this is a store like any other.
    async fn finish(&self) -> Result<()>;
}
