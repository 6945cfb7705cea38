//! The order among transactions that no row gives: advisory locks, held until the transaction ends.
//!
//! An enqueue holds its organizations shared, a change of a catalogue holds its one exclusively. So
//! an enqueue sees the generation either before the change, and then its deliveries are there to be
//! cancelled by it, or after it. An enqueue or claim also holds its node's number shared; whoever
//! frees a dead node's leases waits for that.
//!
//! Everybody takes locks in this order, so that no two wait for each other: jobs; the lock on who is an
//! operator (`users.rs`); advisory locks, ascending; ids of usage records, ascending; counters of usage,
//! ascending; users; links; sessions; webhooks; health,
//! ascending; deliveries, ascending; organizations; the installation.

use bellwire_core::ids::OrganizationId;

use crate::{connect::Conn, fault::Fault};

/// Several at once, shared. The array is sorted.
pub(crate) const SHARED: &str =
    "SELECT pg_advisory_xact_lock_shared(k) FROM unnest($1::bigint[]) AS k";
/// Several at once, exclusively. The array is sorted.
pub(crate) const EXCLUSIVE: &str = "SELECT pg_advisory_xact_lock(k) FROM unnest($1::bigint[]) AS k";

/// What an organization's lock is called. Two organizations may share one; that only costs time.
pub(crate) fn key(organization: OrganizationId) -> i64 {
    let bits = u128::from_be_bytes(*organization.as_bytes());
    ((bits >> 64) as u64 ^ bits as u64).cast_signed()
}

/// Keys in the order in which they are taken.
pub(crate) fn sorted(keys: impl IntoIterator<Item = i64>) -> Vec<i64> {
    let mut keys: Vec<i64> = keys.into_iter().collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Keeps enqueues of an organization out until the transaction ends, and waits for those within.
pub(crate) async fn hold(conn: &impl Conn, organization: OrganizationId) -> Result<(), Fault> {
    conn.query(EXCLUSIVE, &[&vec![key(organization)]]).await?;
    Ok(())
}
