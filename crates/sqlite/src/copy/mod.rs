//! The store as a whole, for `bellwire copy`: read as a source, written as a target.
//!
//! A source is one read-only connection in one transaction, so everything is of the same moment; the
//! lock of the server is held meanwhile, so nobody serves it. A target is one connection that writes
//! a page and how far it has come in one transaction. The record of that is a table that a finished
//! copy drops: while it is there, nothing else opens the database.

mod attempts;
mod catalogue;
mod events;
mod holder;
mod inspectors;
mod open;
mod pages;
mod people;
mod record;
mod statistics;
mod usage;
mod webhooks;

use std::{fs::File, sync::Arc};

use async_trait::async_trait;
use bellwire_core::{
    copied::Item,
    ports::{CopySource, CopyTarget, Error, ItemPage, Origin, Position, Reached, Result, Section},
    stored::seal::Seal,
};
use parking_lot::Mutex;
use rusqlite::{Connection, TransactionBehavior};

pub(crate) use record::unfinished;

use self::attempts::Excerpts;
use crate::fault::{Fault, told};

/// A database that is read as a whole. Nothing is written to it.
#[derive(Clone)]
pub struct Source {
    whole: Arc<Whole>,
    origin: Origin,
}

/// A database that a copy is written to.
#[derive(Clone)]
pub struct Target {
    whole: Arc<Whole>,
}

struct Whole {
    // The lock goes last.
    inside: Mutex<Inside>,
    seal: Seal,
    _lock: File,
}

struct Inside {
    conn: Connection,
    excerpts: Excerpts,
}

impl Whole {
    fn new(conn: Connection, seal: Seal, lock: File) -> Arc<Self> {
        Arc::new(Self {
            inside: Mutex::new(Inside {
                conn,
                excerpts: Excerpts::default(),
            }),
            seal,
            _lock: lock,
        })
    }

    /// Runs a closure on a thread that may block.
    async fn run<T, F>(self: &Arc<Self>, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Inside, &Seal) -> std::result::Result<T, Fault> + Send + 'static,
    {
        let whole = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || {
            let mut inside = whole.inside.lock();
            body(&mut inside, &whole.seal).map_err(Error::from)
        });
        match task.await {
            Ok(result) => result,
            Err(error) => Err(Error::Corrupt(format!(
                "a part of the copy failed: {error}"
            ))),
        }
    }

    async fn count(self: &Arc<Self>, section: Section) -> Result<u64> {
        self.run(move |inside, _| {
            let sql = count(section);
            let count: i64 = inside.conn.query_row(&sql, [], |row| row.get(0))?;
            Ok(count.unsigned_abs())
        })
        .await
    }

    async fn page(
        self: &Arc<Self>,
        section: Section,
        after: Option<&Position>,
    ) -> Result<ItemPage> {
        let after = after.cloned();
        self.run(move |inside, seal| page(&inside.conn, seal, section, after.as_ref()))
            .await
    }
}

impl Source {
    /// Which installation it is.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[async_trait]
impl CopySource for Source {
    async fn count(&self, section: Section) -> Result<u64> {
        self.whole.count(section).await
    }

    async fn page(&self, section: Section, after: Option<&Position>) -> Result<ItemPage> {
        self.whole.page(section, after).await
    }

    async fn undisturbed(&self) -> Result<()> {
        // Nobody can have served it: the lock is held.
        Ok(())
    }
}

#[async_trait]
impl CopySource for Target {
    async fn count(&self, section: Section) -> Result<u64> {
        self.whole.count(section).await
    }

    async fn page(&self, section: Section, after: Option<&Position>) -> Result<ItemPage> {
        self.whole.page(section, after).await
    }

    async fn undisturbed(&self) -> Result<()> {
        Ok(())
    }
}

#[async_trait]
impl CopyTarget for Target {
    async fn reached(&self, section: Section) -> Result<Reached> {
        self.whole
            .run(move |inside, _| record::reached(&inside.conn, section))
            .await
    }

    async fn write(&self, section: Section, items: Vec<Item>, reached: &Reached) -> Result<()> {
        let reached = reached.clone();
        self.whole
            .run(move |inside, seal| {
                let transaction = inside
                    .conn
                    .transaction_with_behavior(TransactionBehavior::Immediate)?;
                for item in &items {
                    write(&transaction, seal, &mut inside.excerpts, item)?;
                }
                record::note(&transaction, section, &reached)?;
                Ok(transaction.commit()?)
            })
            .await
    }

    async fn finish(&self) -> Result<()> {
        self.whole
            .run(|inside, _| {
                inside.conn.pragma_update(None, "synchronous", "FULL")?;
                record::drop(&inside.conn)?;
                let copied = inside
                    .conn
                    .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
                Ok(copied.map_err(|error| told(&error))?)
            })
            .await
    }
}

/// The table of a section. What an external id stands for is in the events that have it.
const fn table(section: Section) -> &'static str {
    match section {
        Section::Organizations => "organizations",
        Section::EventTypes => "event_types",
        Section::Channels => "channels",
        Section::Webhooks => "webhooks",
        Section::Revisions => "webhook_revisions",
        Section::Tokens => "tokens",
        Section::Users => "users",
        Section::Links => "links",
        Section::Sessions => "sessions",
        Section::Audit => "audit",
        Section::Events | Section::ExternalIds => "events",
        Section::Deliveries => "deliveries",
        Section::Attempts => "attempts",
        Section::Keys => "idempotency",
        Section::Statistics => "rollups",
        Section::Unfolded => "rollup_deltas",
        Section::UsageItems => "usage_items",
        Section::UsageCounters => "usage_counters",
        Section::RecordIds => "usage_batches",
        Section::Inspectors => "inspectors",
    }
}

fn count(section: Section) -> String {
    match section {
        Section::ExternalIds => "SELECT count(*) FROM (SELECT DISTINCT organization, external_id
                                 FROM events WHERE external_id IS NOT NULL)"
            .to_owned(),
        Section::RecordIds => {
            "SELECT coalesce(sum(length(ids)), 0) / 16 FROM usage_batches".to_owned()
        }
        section => format!("SELECT count(*) FROM {}", table(section)),
    }
}

fn page(
    conn: &Connection,
    seal: &Seal,
    section: Section,
    after: Option<&Position>,
) -> std::result::Result<ItemPage, Fault> {
    match section {
        Section::Organizations => catalogue::organizations(conn, after),
        Section::EventTypes => catalogue::event_types(conn, after),
        Section::Channels => catalogue::channels(conn, after),
        Section::Tokens => people::tokens(conn, after),
        Section::Users => people::users(conn, after),
        Section::Links => people::links(conn, after),
        Section::Sessions => people::sessions(conn, after),
        Section::Audit => people::audit(conn, after),
        Section::Webhooks => webhooks::webhooks(conn, seal, after),
        Section::Revisions => webhooks::revisions(conn, seal, after),
        Section::Events => events::events(conn, after),
        Section::Deliveries => events::deliveries(conn, after),
        Section::ExternalIds => events::external_ids(conn, after),
        Section::Keys => events::keys(conn, after),
        Section::Statistics => statistics::statistics(conn, after),
        Section::Unfolded => statistics::unfolded(conn, after),
        Section::UsageItems => usage::items(conn, after),
        Section::UsageCounters => usage::counters(conn, after),
        Section::RecordIds => usage::record_ids(conn, after),
        Section::Inspectors => inspectors::inspectors(conn, after),
        Section::Attempts => attempts::attempts(conn, after),
    }
}

/// Writes one item. One that is there already stays as it is.
fn write(
    conn: &Connection,
    seal: &Seal,
    excerpts: &mut Excerpts,
    item: &Item,
) -> std::result::Result<(), Fault> {
    match item {
        Item::Organization(one) => catalogue::write_organization(conn, one),
        Item::EventType(one) => catalogue::write_event_type(conn, one),
        Item::Channel(organization_id, channel) => {
            catalogue::write_channel(conn, *organization_id, channel)
        }
        Item::Token(one) => people::write_token(conn, one),
        Item::User(one) => people::write_user(conn, one),
        Item::Link(one) => people::write_link(conn, one),
        Item::Session(one) => people::write_session(conn, one),
        Item::Entry(one) => people::write_entry(conn, one),
        Item::Webhook(one) => webhooks::write_webhook(conn, seal, one),
        Item::Revision(one) => webhooks::write_revision(conn, seal, one),
        Item::Event(one) => events::write_event(conn, one),
        Item::Delivery(one) => events::write_delivery(conn, one),
        Item::ExternalId(one) => events::write_external_id(conn, one),
        Item::Key(one) => events::write_key(conn, one),
        Item::Statistic(one) => statistics::write_statistic(conn, one),
        Item::Unfolded(one) => statistics::write_unfolded(conn, one),
        Item::UsageItem(one) => usage::write_item(conn, one),
        Item::UsageCounter(one) => usage::write_counter(conn, one),
        Item::RecordId(one) => usage::write_record_id(conn, one),
        Item::Inspector(one) => inspectors::write_inspector(conn, one),
        Item::Attempt(one) => attempts::write_attempt(conn, excerpts, one),
    }
}
