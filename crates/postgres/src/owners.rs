//! Stage 4, for webhooks of which one node only may send, because something is set for them that
//! must hold over all nodes together: who owns their lanes.
//!
//! A row names the owner. Whoever claims first writes it; it goes with its node and not before, when
//! the node leaves or is reaped (`lease.rs`), so it is tied to the same heartbeat. A node therefore
//! remembers what it owns under its number, and nothing is asked while deliveries go through.
//!
//! Who finds due deliveries in another's lane tells the owner, by a notification that is a
//! transaction of its own: within one that stores something it would make commits queue up. And
//! because a notification can be lost, owners look for themselves every few seconds.

use std::collections::HashSet;

use bellwire_core::{ids::WebhookId, ports::Change};
use parking_lot::RwLock;
use uuid::Uuid;

use crate::{
    changes,
    connect::Conn,
    fault::{Fault, unavailable},
    rows::{Key as _, RowExt as _},
    shared::Shared,
    stats::Stage,
};

/// How often ownership is tried for, when the owner is gone each time one looks.
const TRIES: usize = 3;

/// What has an owner is left alone; two that come at the same time go one after the other.
const TAKE: &str = "\
INSERT INTO lane_owners (webhook_id, node)
SELECT a.webhook_id, $2 FROM unnest($1::uuid[]) AS a (webhook_id)
WHERE NOT EXISTS (SELECT 1 FROM lane_owners o WHERE o.webhook_id = a.webhook_id)
ORDER BY 1
ON CONFLICT (webhook_id) DO NOTHING";
/// A statement of its own, which sees who came first.
const OWNERS: &str = "SELECT o.webhook_id, o.node FROM lane_owners o WHERE o.webhook_id = ANY($1)";
const FREE: &str = "DELETE FROM lane_owners WHERE node = $1";
const FREE_STRANGERS: &str = "\
DELETE FROM lane_owners o WHERE NOT EXISTS (SELECT 1 FROM nodes n WHERE n.id = o.node)";

/// Which of these lanes have something due that nobody holds and that may be sent: of a paused webhook
/// only tests. `$1` is a lower bound of the ids of all that is pending.
pub(crate) const DUE: &str = "\
SELECT a.webhook_id FROM unnest($2::uuid[]) AS a (webhook_id)
CROSS JOIN LATERAL (
    SELECT d.due_at FROM deliveries d
    WHERE d.state = 0 AND d.node IS NULL AND d.webhook_id = a.webhook_id AND d.id >= $1
    ORDER BY d.due_at, d.id LIMIT 1) f
WHERE f.due_at <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
      AND (SELECT w.paused IS NULL FROM webhooks w WHERE w.id = a.webhook_id)
UNION
SELECT a.webhook_id FROM unnest($2::uuid[]) AS a (webhook_id)
CROSS JOIN LATERAL (
    SELECT d.due_at FROM deliveries d
    WHERE d.state = 0 AND d.node IS NULL AND d.kind = 3 AND d.webhook_id = a.webhook_id
          AND d.id >= $1
    ORDER BY d.due_at, d.id LIMIT 1) f
WHERE f.due_at <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

/// What this node remembers to own.
#[derive(Default)]
pub(crate) struct Owners(RwLock<Owned>);

#[derive(Default)]
struct Owned {
    /// The number that it is owned under.
    node: i64,
    webhooks: HashSet<WebhookId>,
}

impl Owners {
    /// Whether the node of this number owns the lane.
    pub(crate) fn has(&self, node: i64, webhook: WebhookId) -> bool {
        let owned = self.0.read();
        owned.node == node && owned.webhooks.contains(&webhook)
    }

    fn remember(&self, node: i64, webhooks: &[WebhookId]) {
        let mut owned = self.0.write();
        if node > owned.node {
            // What was owned under the former number was lost with it.
            *owned = Owned {
                node,
                webhooks: HashSet::new(),
            };
        }
        // Numbers go up: under an older one there is nothing to own any more.
        if node == owned.node {
            owned.webhooks.extend(webhooks);
        }
    }

    fn all(&self, node: i64) -> Vec<Uuid> {
        let owned = self.0.read();
        match owned.node == node {
            true => owned.webhooks.iter().map(|id| id.uuid()).collect(),
            false => Vec::new(),
        }
    }
}

/// How the node stands to lanes that it did not know to own.
#[derive(Default)]
pub(crate) struct Standing {
    /// Its own, once the transaction is committed.
    own: Vec<WebhookId>,
    /// Another node's, with its number.
    others: Vec<(WebhookId, i64)>,
}

impl Standing {
    pub(crate) fn owns(&self, webhook: WebhookId) -> bool {
        self.own.contains(&webhook)
    }

    /// Whether there is something to commit.
    pub(crate) fn owns_any(&self) -> bool {
        !self.own.is_empty()
    }

    /// The transaction is committed.
    pub(crate) fn committed(&self, shared: &Shared, node: i64) {
        if self.owns_any() {
            shared.owners.remember(node, &self.own);
        }
    }

    /// Tells the owners of the others, as well as it can be: they look for themselves too.
    pub(crate) async fn tell(&self, conn: &impl Conn) {
        if self.others.is_empty() {
            return;
        }
        let notices = self
            .others
            .iter()
            .map(|(webhook, owner)| changes::Notice::Due {
                owner: *owner,
                webhook: *webhook,
            });
        if let Err(fault) = changes::give_notice(conn, notices).await {
            tracing::debug!(
                ?fault,
                "the owners of lanes could not be told of what is due"
            );
        }
    }
}

/// Takes the lanes that nobody owns, in a transaction that has seen that the node is alive and keeps
/// it from being reaped. Asks nothing when there are none.
pub(crate) async fn take(
    shared: &Shared,
    conn: &impl Conn,
    node: i64,
    webhooks: &[WebhookId],
) -> Result<Standing, Fault> {
    let mut standing = Standing::default();
    let mut left: Vec<Uuid> = webhooks.iter().map(|id| id.uuid()).collect();
    for _ in 0..TRIES {
        if left.is_empty() {
            return Ok(standing);
        }
        shared.stats.sent(Stage::Claim, 2);
        conn.execute(TAKE, &[&left, &node]).await?;
        for row in conn.query(OWNERS, &[&left]).await? {
            let (webhook, owner) = (row.id::<WebhookId>(0)?, row.try_get::<_, i64>(1)?);
            left.retain(|id| *id != webhook.uuid());
            match owner == node {
                true => standing.own.push(webhook),
                false => standing.others.push((webhook, owner)),
            }
        }
        // The owner of what is left has gone between the two statements.
    }
    match left.is_empty() {
        true => Ok(standing),
        false => Err(unavailable("the owners of lanes come and go").into()),
    }
}

/// Frees what the node of this number owns.
pub(crate) async fn free(conn: &impl Conn, node: i64) -> Result<(), Fault> {
    conn.execute(FREE, &[&node]).await?;
    Ok(())
}

/// Frees what nodes own that have no row: left by a version that knew nothing of owners. How many
/// lanes that was.
pub(crate) async fn free_strangers(conn: &impl Conn) -> Result<usize, Fault> {
    let freed = conn.execute(FREE_STRANGERS, &[]).await?;
    Ok(usize::try_from(freed).unwrap_or(usize::MAX))
}

/// Looks for due deliveries of the lanes owned here that nobody holds, and tells this process.
pub(crate) async fn look(shared: &Shared, conn: &impl Conn) -> Result<(), Fault> {
    let own = shared.owners.all(shared.lease.number());
    if own.is_empty() {
        return Ok(());
    }
    for row in conn.query(DUE, &[&shared.partitions.since(), &own]).await? {
        shared.announce(Change::Due(row.id(0)?));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_owned_goes_with_the_number() {
        let (a, b) = (
            WebhookId::from_bytes([1; 16]),
            WebhookId::from_bytes([2; 16]),
        );
        let owners = Owners::default();
        owners.remember(7, &[a]);
        assert!(owners.has(7, a) && !owners.has(7, b) && !owners.has(8, a));
        owners.remember(8, &[b]);
        assert!(owners.has(8, b) && !owners.has(8, a) && !owners.has(7, a));
        owners.remember(7, &[a]);
        assert!(!owners.has(7, a), "too late");
        assert_eq!((owners.all(8).len(), owners.all(7).len()), (1, 0));
    }
}
