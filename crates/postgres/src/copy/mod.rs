//! The store as a whole, for `bellwire copy`: read as a source, written as a target.
//!
//! A source is one read-only transaction, so everything is of the same moment. A target is one
//! session that writes a page and how far it has come in one transaction. The record of that is a
//! table that a finished copy drops: while it is there, no node joins. Neither is a node itself:
//! nothing is claimed, and what was claimed on the source is free on the target.

mod attempts;
mod catalogue;
mod events;
mod inspectors;
mod open;
mod pages;
mod people;
mod record;
mod statistics;
mod usage;
mod webhooks;

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use bellwire_core::{
    copied::Item,
    ports::{CopySource, CopyTarget, Error, ItemPage, Origin, Position, Reached, Result, Section},
    stored::seal::Seal,
};
use deadpool_postgres::Pool;
use tokio::sync::Mutex;

pub(crate) use record::unfinished;

use crate::{
    connect::{Conn as _, Session},
    fault::Fault,
    partitions::{Partitions, day},
    rows::Key as _,
};

/// A database that is read as a whole. Nothing is written to it.
pub struct Source {
    whole: Whole,
    origin: Origin,
    /// The number of the last node that had joined at the beginning.
    nodes: i64,
}

/// A database that a copy is written to.
pub struct Target {
    whole: Whole,
    partitions: Partitions,
}

struct Whole {
    session: Mutex<Session>,
    /// For what must not be part of the session's transaction.
    aside: Pool,
    seal: Arc<Seal>,
}

impl Whole {
    async fn count(&self, section: Section) -> Result<u64> {
        let session = self.session.lock().await;
        let sql = format!("SELECT count(*) FROM {}", table(section));
        let row = session.query_opt(&sql, &[]).await.map_err(Fault::from)?;
        let count: i64 = match row {
            Some(row) => row.try_get(0).map_err(Fault::from)?,
            None => 0,
        };
        Ok(count.unsigned_abs())
    }

    async fn page(&self, section: Section, after: Option<&Position>) -> Result<ItemPage> {
        let session = self.session.lock().await;
        let (session, seal) = (&*session, &*self.seal);
        let page = match section {
            Section::Organizations => catalogue::organizations(session, after).await,
            Section::EventTypes => catalogue::event_types(session, after).await,
            Section::Channels => catalogue::channels(session, after).await,
            Section::Tokens => people::tokens(session, after).await,
            Section::Users => people::users(session, after).await,
            Section::Links => people::links(session, after).await,
            Section::Sessions => people::sessions(session, after).await,
            Section::Audit => people::audit(session, after).await,
            Section::Webhooks => webhooks::webhooks(session, seal, after).await,
            Section::Revisions => webhooks::revisions(session, seal, after).await,
            Section::Events => events::events(session, after).await,
            Section::Deliveries => events::deliveries(session, after).await,
            Section::ExternalIds => events::external_ids(session, after).await,
            Section::Keys => events::keys(session, after).await,
            Section::Statistics => statistics::statistics(session, after).await,
            Section::Unfolded => statistics::unfolded(session, after).await,
            Section::UsageItems => usage::items(session, after).await,
            Section::UsageCounters => usage::counters(session, after).await,
            Section::RecordIds => usage::record_ids(session, after).await,
            Section::Inspectors => inspectors::inspectors(session, after).await,
            Section::Attempts => attempts::attempts(session, after).await,
        };
        Ok(page?)
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
        let conn = self.whole.aside.get().await.map_err(Fault::from)?;
        match open::last_node(&conn).await? == self.nodes {
            true => Ok(()),
            false => Err(Error::Conflict(
                "a server was started on the source during the copy; stop it and begin anew, with \
                 a target that is empty"
                    .into(),
            )),
        }
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
        // No node joins while the record of the copy is there.
        Ok(())
    }
}

#[async_trait]
impl CopyTarget for Target {
    async fn reached(&self, section: Section) -> Result<Reached> {
        let session = self.whole.session.lock().await;
        Ok(record::reached(&*session, section).await?)
    }

    async fn write(&self, section: Section, items: Vec<Item>, reached: &Reached) -> Result<()> {
        let days = days(&items);
        self.partitions.ensure(&self.whole.aside, &days).await?;
        let session = self.whole.session.lock().await;
        let sql = |error| Error::from(Fault::Sql(error));
        session.command("BEGIN").await.map_err(sql)?;
        let written = async {
            write(&session, &self.whole.seal, section, &items).await?;
            record::note(&*session, section, reached).await
        };
        match written.await {
            Ok(()) => session.command("COMMIT").await.map_err(sql),
            Err(fault) => {
                // The copy ends with this; the connection may be gone.
                let _ = session.command("ROLLBACK").await;
                Err(fault.into())
            }
        }
    }

    /// Until it is analysed, a table is planned for as if it were empty; until it is vacuumed, the
    /// first who read a row write it too, and autovacuum goes over all of it beside the first events.
    async fn settle(&self, section: Section) -> Result<()> {
        let session = self.whole.session.lock().await;
        let command = format!("VACUUM (ANALYZE) {}", table(section));
        if let Err(error) = session.command(&command).await {
            tracing::warn!(%error, %section, "not vacuumed: PostgreSQL does it later by itself");
        }
        Ok(())
    }

    async fn finish(&self) -> Result<()> {
        let session = self.whole.session.lock().await;
        statistics::go_on(&session).await?;
        Ok(record::drop(&session).await?)
    }
}

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
        Section::Events => "events",
        Section::Deliveries => "deliveries",
        Section::Attempts => "attempts",
        Section::ExternalIds => "external_ids",
        Section::Keys => "idempotency",
        Section::Statistics => "rollups",
        Section::Unfolded => "rollup_deltas",
        Section::UsageItems => "usage_items",
        Section::UsageCounters => "usage_counters",
        Section::RecordIds => "usage_records",
        Section::Inspectors => "inspectors",
    }
}

/// The days that these items are on.
fn days(items: &[Item]) -> BTreeSet<i64> {
    let on = |item: &Item| match item {
        Item::Event(one) => Some(one.event.id.uuid()),
        Item::Delivery(one) => Some(one.id.uuid()),
        Item::Attempt(one) => Some(one.delivery_id.uuid()),
        _ => None,
    };
    items.iter().filter_map(on).map(day).collect()
}

/// Writes items of one section. What is there already stays as it is.
async fn write(
    session: &Session,
    seal: &Seal,
    section: Section,
    items: &[Item],
) -> std::result::Result<(), Fault> {
    if items.is_empty() {
        return Ok(());
    }
    /// The items of one variant, out of their boxes where they are in some.
    macro_rules! of {
        (boxed $variant:ident) => {
            of!($variant(one) => &**one)
        };
        ($variant:ident) => {
            of!($variant(one) => one)
        };
        ($variant:ident($one:ident) => $value:expr) => {
            items
                .iter()
                .filter_map(|item| match item {
                    Item::$variant($one) => Some($value),
                    _ => None,
                })
                .collect::<Vec<_>>()
        };
    }
    match section {
        Section::Organizations => catalogue::write_organizations(session, &of!(Organization)).await,
        Section::EventTypes => catalogue::write_event_types(session, &of!(EventType)).await,
        Section::Channels => {
            let channels = items.iter().filter_map(|item| match item {
                Item::Channel(organization, channel) => Some((*organization, channel)),
                _ => None,
            });
            catalogue::write_channels(session, &channels.collect::<Vec<_>>()).await
        }
        Section::Tokens => people::write_tokens(session, &of!(Token)).await,
        Section::Users => people::write_users(session, &of!(boxed User)).await,
        Section::Links => people::write_links(session, &of!(boxed Link)).await,
        Section::Sessions => people::write_sessions(session, &of!(boxed Session)).await,
        Section::Audit => people::write_audit(session, &of!(boxed Entry)).await,
        Section::Webhooks => webhooks::write_webhooks(session, seal, &of!(boxed Webhook)).await,
        Section::Revisions => webhooks::write_revisions(session, seal, &of!(boxed Revision)).await,
        Section::Events => events::write_events(session, &of!(Event)).await,
        Section::Deliveries => events::write_deliveries(session, &of!(Delivery)).await,
        Section::ExternalIds => events::write_external_ids(session, &of!(ExternalId)).await,
        Section::Keys => events::write_keys(session, &of!(Key)).await,
        Section::Statistics => statistics::write_statistics(session, &of!(boxed Statistic)).await,
        Section::Unfolded => statistics::write_unfolded(session, &of!(Unfolded)).await,
        Section::UsageItems => usage::write_items(session, &of!(boxed UsageItem)).await,
        Section::UsageCounters => usage::write_counters(session, &of!(UsageCounter)).await,
        Section::RecordIds => usage::write_record_ids(session, &of!(RecordId)).await,
        Section::Inspectors => inspectors::write_inspectors(session, &of!(boxed Inspector)).await,
        Section::Attempts => attempts::write(session, &of!(boxed Attempt)).await,
    }
}
