//! Who is alive: this node's heartbeat, and what becomes of the deliveries of a node that has none.
//!
//! A delivery that a node holds carries the node's number. The number is good while the node renews
//! its row, once a second. A node whose row was not renewed for [`TTL`] is found dead by any other:
//! it is marked (from then on it cannot renew, and no transaction of it can lease), whoever is in
//! the middle of leasing is waited for, what it held is freed, its row is removed. A node that comes
//! back registers under a new number. So a lease ends at most a heartbeat after its time, and a node
//! always knows before that: it counts from when it sent its last renewal, and stops earlier.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use bellwire_core::{ids::DeliveryId, ports::Change};
use parking_lot::Mutex;
use tokio::{sync::Notify, time::Instant};
use uuid::Uuid;

use crate::{
    changes::{self, Notice},
    connect::Conn,
    fault::Fault,
    owners,
    rows::Key as _,
    shared::Shared,
};

/// How often the row is renewed.
pub(crate) const BEAT: Duration = Duration::from_secs(1);
/// After this long without a renewal a node is dead to the others.
pub(crate) const TTL: Duration = Duration::from_secs(10);
/// After this long without a renewal a node sends nothing: less than [`TTL`], because a request that
/// was begun just before must have reached the endpoint by then.
const VALID: Duration = Duration::from_secs(7);
/// Deliveries freed in one statement.
const CHUNK: i64 = 1000;
/// For so long a transaction whose commit was not answered may still come to its end: the time-outs
/// of a session, and some.
const UNCERTAIN: Duration = Duration::from_secs(60);

/// Ends leases of one holder: of some deliveries. What the webhook has cancelled meanwhile is left
/// to the sweep, which may have passed already, or be at it: the update waits for that.
macro_rules! free {
    ($chosen:literal) => {
        concat!(
            "WITH freed AS (UPDATE deliveries d SET node = NULL WHERE ",
            $chosen,
            " RETURNING d.id, d.webhook_id, d.kind, d.created_at),
             marked AS (
                 UPDATE webhooks w SET unswept = true FROM freed f
                 WHERE w.id = f.webhook_id AND (w.deleted_at IS NOT NULL
                       OR (f.kind <> 3 AND f.created_at <= w.cancelled_up_to)))
             SELECT id FROM freed"
        )
    };
}
const RELEASE: &str = free!("d.id = ANY($2) AND d.id >= $3 AND d.id <= $4 AND d.node = $1");
const FREE: &str = free!(
    "d.node = $1 AND d.id IN (SELECT c.id FROM deliveries c WHERE c.node = $1 LIMIT $2 FOR UPDATE)"
);

/// Numbers of holders that have no row: left by a node whose row was removed by hand, or that
/// leased at the very moment of its death.
const STRANGERS: &str = "\
WITH RECURSIVE held AS (
    (SELECT node FROM deliveries WHERE node IS NOT NULL ORDER BY node LIMIT 1)
    UNION ALL
    SELECT n.node FROM held h CROSS JOIN LATERAL (
        SELECT d.node FROM deliveries d WHERE d.node > h.node ORDER BY d.node LIMIT 1) n)
SELECT h.node FROM held h WHERE NOT EXISTS (SELECT 1 FROM nodes n WHERE n.id = h.node)";

/// A delivery that is leased to this node, which nobody will send.
struct Orphan {
    id: DeliveryId,
    /// It may not be there yet: tried until then.
    until: Instant,
}

/// This node's lease.
pub(crate) struct Lease {
    number: AtomicI64,
    epoch: AtomicU64,
    valid_until: Mutex<Option<Instant>>,
    orphans: Mutex<Vec<Orphan>>,
    /// There is work before the next beat.
    pub(crate) wake: Arc<Notify>,
}

impl Lease {
    pub(crate) fn new() -> Self {
        Self {
            number: AtomicI64::new(0),
            epoch: AtomicU64::new(0),
            valid_until: Mutex::new(None),
            orphans: Mutex::new(Vec::new()),
            wake: Arc::default(),
        }
    }

    /// The number that rows carry.
    pub(crate) fn number(&self) -> i64 {
        self.number.load(SeqCst)
    }

    /// Counts registrations; `None` while nothing may be sent.
    pub(crate) fn epoch(&self) -> Option<u64> {
        self.epoch_at(Instant::now())
    }

    fn epoch_at(&self, now: Instant) -> Option<u64> {
        let valid = self.valid_until.lock().is_some_and(|until| now < until);
        valid.then(|| self.epoch.load(SeqCst))
    }

    /// A renewal that was sent at this time has been answered.
    fn renewed(&self, sent: Instant) {
        *self.valid_until.lock() = Some(sent + VALID);
    }

    /// Gives up leases that nobody will use. `stored` when they are known to be in the database.
    pub(crate) fn give_up(&self, ids: impl IntoIterator<Item = DeliveryId>, stored: bool) {
        let until = Instant::now() + if stored { Duration::ZERO } else { UNCERTAIN };
        let mut orphans = self.orphans.lock();
        orphans.extend(ids.into_iter().map(|id| Orphan { id, until }));
        if !orphans.is_empty() {
            self.wake.notify_one();
        }
    }

    /// Renews the row, or registers anew when the node was found dead.
    pub(crate) async fn beat(&self, conn: &impl Conn) -> Result<(), Fault> {
        let sent = Instant::now();
        let renewed = conn
            .execute(
                "UPDATE nodes SET seen_at = clock_timestamp() WHERE id = $1 AND NOT dead",
                &[&self.number()],
            )
            .await?;
        if renewed == 0 {
            self.register(conn).await?;
        }
        self.renewed(sent);
        Ok(())
    }

    /// A new number. What was held under the former one is lost to this node.
    async fn register(&self, conn: &impl Conn) -> Result<(), Fault> {
        let rows = conn
            .query("INSERT INTO nodes DEFAULT VALUES RETURNING id", &[])
            .await?;
        let number: i64 = match rows.first() {
            Some(row) => row.try_get(0)?,
            None => return Err(crate::fault::corrupt("a node has no number")),
        };
        let former = self.number.swap(number, SeqCst);
        self.epoch.fetch_add(1, SeqCst);
        if former == 0 {
            tracing::debug!(number, "this node is registered");
        } else {
            tracing::warn!(
                former,
                number,
                "this node was taken for dead and begins anew"
            );
        }
        Ok(())
    }

    /// Ends the leases of what nobody will send.
    async fn settle(&self, conn: &impl Conn) -> Result<usize, Fault> {
        let orphans = std::mem::take(&mut *self.orphans.lock());
        if orphans.is_empty() {
            return Ok(0);
        }
        let ids: Vec<DeliveryId> = orphans.iter().map(|orphan| orphan.id).collect();
        let outcome = release(conn, self.number(), &ids).await;
        let now = Instant::now();
        let mut left = self.orphans.lock();
        left.extend(orphans.into_iter().filter(|orphan| match &outcome {
            Ok(freed) => orphan.until > now && !freed.contains(&orphan.id),
            Err(_) => true,
        }));
        drop(left);
        Ok(outcome?.len())
    }
}

/// Ends leases of this node; which ones there were.
pub(crate) async fn release(
    conn: &impl Conn,
    number: i64,
    ids: &[DeliveryId],
) -> Result<Vec<DeliveryId>, Fault> {
    let mut ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    ids.sort_unstable();
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else {
        return Ok(Vec::new());
    };
    let rows = conn.query(RELEASE, &[&number, &ids, first, last]).await?;
    rows.iter()
        .map(|row| Ok(DeliveryId::from(row.try_get::<_, Uuid>(0)?)))
        .collect()
}

/// Finds dead nodes, frees what they held and owned, and tells the other nodes; how many there were.
pub(crate) async fn reap(conn: &impl Conn) -> Result<usize, Fault> {
    let seconds = TTL.as_secs_f64();
    conn.execute(
        "UPDATE nodes SET dead = true
         WHERE NOT dead AND seen_at < clock_timestamp() - make_interval(secs => $1)",
        &[&seconds],
    )
    .await?;
    let mut reaped = 0;
    for row in conn.query("SELECT id FROM nodes WHERE dead", &[]).await? {
        let number: i64 = row.try_get(0)?;
        let freed = bury(conn, number).await?;
        conn.execute("DELETE FROM nodes WHERE id = $1 AND dead", &[&number])
            .await?;
        reaped += 1;
        tracing::warn!(node = number, freed, "a node is dead; what it held is free");
    }
    Ok(reaped)
}

/// Frees what a dead node held and owned, and tells the others; how many deliveries that was.
async fn bury(conn: &impl Conn, number: i64) -> Result<usize, Fault> {
    // Whoever is leasing under this number holds the lock shared, and looked before it was dead.
    conn.query("SELECT pg_advisory_xact_lock($1)", &[&number])
        .await?;
    let freed = free(conn, number).await?;
    owners::free(conn, number).await?;
    // What it would have paged in by and by is nobody's now, whether it held anything or not.
    changes::give_notice(conn, std::iter::once(Notice::Gone(number))).await?;
    Ok(freed)
}

/// Frees what is held and owned under numbers that no node has; how much that was.
pub(crate) async fn reap_strangers(conn: &impl Conn) -> Result<usize, Fault> {
    let mut freed = owners::free_strangers(conn).await?;
    for row in conn.query(STRANGERS, &[]).await? {
        freed += free(conn, row.try_get(0)?).await?;
    }
    Ok(freed)
}

async fn free(conn: &impl Conn, number: i64) -> Result<usize, Fault> {
    let mut freed = 0;
    loop {
        let rows = conn.query(FREE, &[&number, &CHUNK]).await?;
        if rows.is_empty() {
            return Ok(freed);
        }
        freed += rows.len();
    }
}

/// One round of the heartbeat: renew, and give back what nobody sends.
pub(crate) async fn round(shared: &Shared, conn: &impl Conn) -> Result<(), Fault> {
    shared.lease.beat(conn).await?;
    if shared.lease.settle(conn).await? > 0 {
        shared.announce(Change::Freed);
    }
    Ok(())
}

/// Deliveries that are leased for a caller who has not got the answer yet. When the caller is gone
/// by then, they are given up.
pub(crate) struct Claimed {
    ids: Vec<DeliveryId>,
    shared: Arc<Shared>,
}

impl Claimed {
    pub(crate) fn new(ids: Vec<DeliveryId>, shared: &Arc<Shared>) -> Self {
        Self {
            ids,
            shared: Arc::clone(shared),
        }
    }

    /// The caller has the answer and sends them.
    pub(crate) fn keep(mut self) {
        self.ids.clear();
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        self.shared.lease.give_up(self.ids.drain(..), true);
    }
}

/// Whether there are other nodes.
pub(crate) async fn others(conn: &impl Conn, number: i64) -> Result<bool, Fault> {
    let row = conn
        .query_opt("SELECT 1 FROM nodes WHERE id <> $1 LIMIT 1", &[&number])
        .await?;
    Ok(row.is_some())
}

/// Leaves: the row says dead at once, what the node holds and owns is free, and the others are told,
/// so that they need not wait for anything. One of them removes the row.
pub(crate) async fn leave(conn: &impl Conn, number: i64) -> Result<(), Fault> {
    conn.execute("UPDATE nodes SET dead = true WHERE id = $1", &[&number])
        .await?;
    bury(conn, number).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_cannot_renew_stops_before_the_others_may_take_over() {
        let lease = Lease::new();
        let sent = Instant::now();
        assert_eq!(lease.epoch_at(sent), None, "not before it is registered");
        lease.renewed(sent);
        assert_eq!(
            lease.epoch_at(sent + VALID - Duration::from_millis(1)),
            Some(0)
        );
        assert_eq!(lease.epoch_at(sent + VALID), None);
        const { assert!(VALID.as_secs() + 2 < TTL.as_secs()) };
        lease.renewed(sent + TTL);
        assert_eq!(
            lease.epoch_at(sent + TTL),
            Some(0),
            "nobody has taken it meanwhile"
        );
    }
}
