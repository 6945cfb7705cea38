//! What each webhook of an organization, or each organization, has come to within a time: for lists
//! of the busiest, the slowest and those that fail. Without steps, so that the answer grows with
//! those that were sent to and not with the length of the time.

use super::full;
use crate::{
    access::Access,
    ports::{Wanted, Whose},
    service::{Error, Service},
    snapshot::Tenant,
    statistics::{Cell, Group, GroupBy, Range, Span, Table},
    time::Time,
};

impl Service {
    /// Each webhook of an organization from an hour's beginning at or before `since` until now: of
    /// what somebody of this access sees. In no order.
    ///
    /// # Errors
    /// [`Error::Invalid`] where more webhooks were sent to than an answer holds
    /// ([`MAX_CELLS`](crate::statistics::MAX_CELLS)); when the store cannot be read.
    pub async fn webhook_standings(
        &self,
        tenant: &Tenant,
        access: &Access,
        since: Time,
    ) -> Result<Vec<(Group, Cell)>, Error> {
        let whose = self.whose(tenant, access, None, true).await?;
        self.standings(whose, GroupBy::Webhook, since).await
    }

    /// Each organization from an hour's beginning at or before `since` until now; deleted ones are
    /// left out. In no order.
    ///
    /// # Errors
    /// As with [`webhook_standings`](Self::webhook_standings).
    pub async fn organization_standings(&self, since: Time) -> Result<Vec<(Group, Cell)>, Error> {
        let (whose, by) = (Whose::Organizations, GroupBy::Organization);
        self.standings(whose, by, since).await
    }

    async fn standings(
        &self,
        whose: Whose,
        by: GroupBy,
        since: Time,
    ) -> Result<Vec<(Group, Cell)>, Error> {
        // From a whole hour on, and to the end of this day, which counts what has been of it: so few
        // rows make up a week, days and the hours before the first.
        let since = Span::Hour.floor(since);
        let ranges = Range::pieces(since, Span::Day.ceil(self.now()));
        let table = Table::new(since, i64::MAX, Some(by));
        let wanted = Wanted::new(whose, ranges);
        let table = full(self.store().tabulate(wanted, table).await?, "since")?;
        let groups = table.groups.into_iter();
        Ok(groups.map(|(group, (cell, _))| (group, cell)).collect())
    }
}
