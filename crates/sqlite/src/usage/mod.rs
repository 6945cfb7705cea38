//! Usage notifications: documents (`items.rs`), counting reports (`count.rs`), and which records were
//! counted (`ids.rs`). A chunk of a report is one call of the writer: a reader has looked its ids up
//! before, so that the one thread that writes does not wait for pages that are not in memory.

mod count;
mod ids;
mod items;
mod list;
mod memory;
mod used;

use std::sync::Arc;

use async_trait::async_trait;
use bellwire_core::{
    audit::Entry,
    ids::{DeveloperPlanId, OrganizationId},
    ports::{
        Bought, CHUNK, Chunk, Counted, Error, ItemFilter, Listed, Result, Usage, Used, Window,
    },
    stored::usage::Room,
    time::Time,
    usage::{Item, Noun},
};
use tokio::sync::{Semaphore, SemaphorePermit};

#[cfg(test)]
pub(crate) use self::{
    count::COUNTER,
    ids::{BLOCK_BEHIND, BLOCK_OF, OLDEST, PORTION_OF_BLOCKS},
    items::ONE,
    list::{OF_PAIR, list},
    used::HISTORY,
};
pub(crate) use self::{
    ids::{Sieve, catch_up},
    items::forget,
    list::{item, item_columns},
    memory::Memory,
};
use crate::Sqlite;

/// Below so many records the writer looks their ids up itself: asking a reader would take longer.
const FEW: usize = 16;
/// Records that may wait for the writer: the chunk that comes next and the one after it, or many small
/// ones that are committed together.
const WAITING: usize = 2 * CHUNK;

/// Portions that the filter of ids is filled with in one sweep, at most: of four thousand ids each.
const FILLED: usize = 250;

/// Turns of reports at the writer, one for each record.
#[derive(Debug)]
pub(crate) struct Turns(Semaphore);

impl Default for Turns {
    fn default() -> Self {
        Self(Semaphore::new(WAITING))
    }
}

impl Turns {
    async fn take(&self, records: usize) -> Result<SemaphorePermit<'_>> {
        let records = u32::try_from(records.clamp(1, WAITING)).unwrap_or(u32::MAX);
        let turn = self.0.acquire_many(records).await;
        turn.map_err(|_| Error::Unavailable("the store is closed".to_owned()))
    }
}

#[async_trait]
impl Usage for Sqlite {
    async fn create_item(&self, item: Item, entry: Entry) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(3, move |work| items::create(work, &item, &entry))
            .await
    }

    async fn update_item(&self, item: Item, former: Time, entry: Entry) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(3, move |work| items::update(work, &item, former, &entry))
            .await
    }

    async fn delete_item(
        &self,
        organization_id: OrganizationId,
        noun: Noun,
        key: &str,
        entry: Entry,
    ) -> Result<()> {
        self.as_server()?;
        let key = key.to_owned();
        self.writer()
            .call(10, move |work| {
                items::delete(work, organization_id, noun, &key, &entry)
            })
            .await
    }

    async fn item(
        &self,
        organization_id: OrganizationId,
        noun: Noun,
        key: &str,
    ) -> Result<Option<Item>> {
        let key = key.to_owned();
        self.readers()
            .read(move |conn| list::one(conn, organization_id, noun, &key))
            .await
    }

    async fn items(
        &self,
        organization_id: OrganizationId,
        filter: ItemFilter,
        window: Window,
    ) -> Result<Listed> {
        self.readers()
            .read(move |conn| list::items(conn, organization_id, &filter, window))
            .await
    }

    async fn bought(
        &self,
        organization_id: OrganizationId,
        pairs: Vec<(String, String)>,
    ) -> Result<Vec<Vec<Bought>>> {
        self.readers()
            .read(move |conn| list::bought(conn, organization_id, &pairs))
            .await
    }

    async fn count(&self, chunk: Chunk) -> Result<Counted> {
        self.as_server()?;
        let chunk = Arc::new(chunk);
        let records: usize = chunk.groups.iter().map(|group| group.records.len()).sum();
        let known = match records < FEW {
            true => ids::Known::default(),
            false => {
                let (chunk, sieve) = (Arc::clone(&chunk), Arc::clone(&self.inner.sieve));
                self.readers()
                    .read(move |conn| ids::look_up(conn, &chunk, &sieve))
                    .await?
            }
        };
        let known = Arc::new(known);
        let _turn = self.inner.turns.take(records).await?;
        // A group is a row; ids are a few.
        let rows = chunk.groups.len() + records / 16;
        let mut counted = Counted::default();
        let mut at = count::Progress {
            from: 0,
            room: Room::of(&chunk),
        };
        while at.from < chunk.groups.len() && at.room.end().is_none() {
            let (chunk, known) = (Arc::clone(&chunk), Arc::clone(&known));
            let more = self
                .writer()
                .call_behind(rows, move |work| count::count(work, &chunk, at, &known))
                .await;
            match more {
                Ok((more, reached)) => {
                    counted.add(more);
                    at = reached;
                }
                // What was counted is on disk. Whoever asks for the rest hears why it cannot be.
                Err(_) if counted.groups > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(counted)
    }

    async fn used(
        &self,
        organization_id: OrganizationId,
        periods: Vec<(DeveloperPlanId, Time)>,
    ) -> Result<Vec<Used>> {
        self.readers()
            .read(move |conn| used::used(conn, organization_id, &periods))
            .await
    }

    async fn usage_history(
        &self,
        organization_id: OrganizationId,
        plan: DeveloperPlanId,
        limit: usize,
    ) -> Result<Vec<Used>> {
        self.readers()
            .read(move |conn| used::history(conn, organization_id, plan, limit))
            .await
    }

    async fn sweep_records(&self, now: Time) -> Result<u64> {
        self.as_server()?;
        let swept = self
            .writer()
            .call_behind(ids::SWEPT_ROWS, move |work| ids::sweep(work, now))
            .await?;
        // Where reports are too short for it, the filter is filled now and then.
        for _ in 0..FILLED {
            let sieve = Arc::clone(&self.inner.sieve);
            let fill = move |conn: &_| sieve.fill(conn);
            if self.readers().read(fill).await? {
                break;
            }
        }
        Ok(swept)
    }
}
