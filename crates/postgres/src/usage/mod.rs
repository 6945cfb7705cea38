//! Usage notifications: documents (`items.rs`), counting reports (`count.rs`).
//!
//! A chunk of a report is a transaction of its own. It holds its organization's lock shared, and a
//! change of a document holds it exclusively: so nothing is counted of a plan that is being deleted,
//! and what fires is decided by documents of one moment.

mod count;
mod items;
mod list;
mod used;

use async_trait::async_trait;
use bellwire_core::{
    audit::Entry,
    ids::{DeveloperPlanId, OrganizationId},
    ports::{
        Bought, Chunk, Counted, ItemFilter, Listed, RECORD_IDS_US, Result, Usage, Used, Window,
    },
    time::Time,
    usage::{Item, Noun},
};

pub(crate) use self::list::{item, item_columns};
#[cfg(test)]
pub(crate) use self::{
    count::{ADD, NEW_IDS, RAISE},
    items::ONE,
    list::{BOUGHT, BY_KEYS, BY_PARENTS, list},
    used::{HISTORY, USED},
};
use crate::{Postgres, connect::Conn as _, fault::Fault};

/// Ids forgotten in one call.
const IDS_PER_SWEEP: i64 = 300;
pub(crate) const SWEEP: &str = "\
DELETE FROM usage_records r USING (
    SELECT organization_id, id FROM usage_records WHERE at <= $1
    ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED) e
WHERE r.organization_id = e.organization_id AND r.id = e.id";

#[async_trait]
impl Usage for Postgres {
    async fn create_item(&self, item: Item, entry: Entry) -> Result<()> {
        Ok(items::create(self.shared(), &item, &entry).await?)
    }

    async fn update_item(&self, item: Item, former: Time, entry: Entry) -> Result<()> {
        Ok(items::update(self.shared(), &item, former, &entry).await?)
    }

    async fn delete_item(
        &self,
        organization_id: OrganizationId,
        noun: Noun,
        key: &str,
        entry: Entry,
    ) -> Result<()> {
        Ok(items::delete(self.shared(), organization_id, noun, key, &entry).await?)
    }

    async fn item(
        &self,
        organization_id: OrganizationId,
        noun: Noun,
        key: &str,
    ) -> Result<Option<Item>> {
        let conn = self.shared().reader().await?;
        Ok(list::one(&conn, organization_id, noun, key).await?)
    }

    async fn items(
        &self,
        organization_id: OrganizationId,
        filter: ItemFilter,
        window: Window,
    ) -> Result<Listed> {
        let mut conn = self.shared().reader().await?;
        Ok(list::items(&mut conn, organization_id, &filter, window).await?)
    }

    async fn bought(
        &self,
        organization_id: OrganizationId,
        pairs: Vec<(String, String)>,
    ) -> Result<Vec<Vec<Bought>>> {
        let conn = self.shared().reader().await?;
        Ok(list::bought(&conn, organization_id, &pairs).await?)
    }

    async fn count(&self, chunk: Chunk) -> Result<Counted> {
        count::count(self.shared(), &chunk).await
    }

    async fn used(
        &self,
        organization_id: OrganizationId,
        periods: Vec<(DeveloperPlanId, Time)>,
    ) -> Result<Vec<Used>> {
        let conn = self.shared().reader().await?;
        Ok(used::used(&conn, organization_id, &periods).await?)
    }

    async fn usage_history(
        &self,
        organization_id: OrganizationId,
        plan: DeveloperPlanId,
        limit: usize,
    ) -> Result<Vec<Used>> {
        let conn = self.shared().reader().await?;
        Ok(used::history(&conn, organization_id, plan, limit).await?)
    }

    async fn sweep_records(&self, now: Time) -> Result<u64> {
        let conn = self.shared().worker().await?;
        let cutoff = (now - RECORD_IDS_US).as_micros();
        let removed = conn.execute(SWEEP, &[&cutoff, &IDS_PER_SWEEP]).await;
        Ok(removed.map_err(Fault::from)?)
    }
}
