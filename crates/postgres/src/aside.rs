//! Rows that cannot be read are set aside: out of the way of the others, into a table where somebody
//! can look at them. Within the transaction that met them; it is logged and counted here.

use bellwire_core::{stored::aside::KEPT_US, time::Time};

use crate::{connect::Conn, fault::Fault, rows::text, shared::Shared};

/// Rows that one step removes because they are too old.
const REMOVED: i64 = 100;

/// Keeps what was in a row of a table.
pub(crate) async fn put(
    shared: &Shared,
    conn: &impl Conn,
    source: &'static str,
    why: &str,
    body: &[u8],
    now: Time,
) -> Result<(), Fault> {
    tracing::error!(
        table = source,
        why,
        "a row cannot be read and was set aside (`set_aside` keeps it)"
    );
    shared.stats.unreadable(1);
    conn.execute(
        "INSERT INTO set_aside (source, at, why, body) VALUES ($1, $2, $3, $4)",
        &[&source, &now.as_micros(), &text(why), &body],
    )
    .await?;
    Ok(())
}

/// Forgets some that are old; how many.
pub(crate) async fn forget(conn: &impl Conn, now: Time) -> Result<u64, Fault> {
    let removed = conn
        .execute(
            "DELETE FROM set_aside WHERE id = ANY(ARRAY(
                 SELECT id FROM set_aside WHERE at < $1 ORDER BY id LIMIT $2))",
            &[&(now - KEPT_US).as_micros(), &REMOVED],
        )
        .await?;
    Ok(removed)
}
