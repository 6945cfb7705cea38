//! The tasks behind an open store: the heartbeat, and apart from it (so that nothing can hold it up)
//! what mends: freeing what dead nodes held, making days ahead. Both end with the store.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use bellwire_core::ports::{Change, Error};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use crate::{
    connect::{Conn, Session},
    fault::Fault,
    lease, owners, partitions,
    shared::Shared,
};

/// How often days are made ahead, and what strangers left is looked for.
const MAINTENANCE: Duration = Duration::from_secs(60);
/// How often owners of lanes look for what is due in them, beside being told.
const LOOK: Duration = Duration::from_secs(5);
/// How long a heartbeat may take: less than what a lease lasts beyond one.
const BEAT_LIMIT: Duration = Duration::from_secs(3);
/// How long mending may take before its connection is given up.
const MEND_LIMIT: Duration = Duration::from_secs(45);

/// Renews this node's row once a second, and gives back what nobody will send.
pub(crate) async fn heartbeat(shared: Weak<Shared>, session: Session) {
    let mut session = Some(session);
    let mut beat = interval(lease::BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let Some(wake) = shared
            .upgrade()
            .map(|shared| Arc::clone(&shared.lease.wake))
        else {
            return;
        };
        tokio::select! {
            _ = beat.tick() => {}
            () = wake.notified() => {}
        }
        let Some(shared) = shared.upgrade() else {
            return;
        };
        let round = async {
            let live = connected(&mut session, &shared).await?;
            lease::round(&shared, live).await
        };
        let failed = match timeout(BEAT_LIMIT, round).await {
            Ok(Ok(())) => continue,
            Ok(Err(fault)) => Error::from(fault).to_string(),
            Err(_) => "the database does not answer".to_owned(),
        };
        tracing::warn!(error = failed, "a heartbeat failed; trying again");
        session = None;
    }
}

/// Frees what dead nodes held, once a second; looks after the days once a minute.
pub(crate) async fn mend(shared: Weak<Shared>) {
    let mut session = None;
    let mut tick = interval(lease::BEAT);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut maintained = Instant::now();
    let mut looked = Instant::now();
    loop {
        tick.tick().await;
        let Some(shared) = shared.upgrade() else {
            return;
        };
        let due = maintained.elapsed() >= MAINTENANCE;
        let round = async {
            let live = connected(&mut session, &shared).await?;
            let mut freed = lease::reap(live).await?;
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                owners::look(&shared, live).await?;
            }
            if due {
                freed += lease::reap_strangers(live).await?;
                maintain(&shared).await?;
                if lease::others(live, shared.lease.number()).await? {
                    count(&shared, live).await?;
                }
            }
            Ok::<_, Fault>(freed)
        };
        match timeout(MEND_LIMIT, round).await {
            Ok(Ok(freed)) => {
                if freed > 0 {
                    shared.announce(Change::Freed);
                }
                if due {
                    maintained = Instant::now();
                }
            }
            Ok(Err(fault)) => {
                tracing::debug!(error = %Error::from(fault), "mending failed; trying again");
                session = None;
            }
            Err(_) => session = None,
        }
    }
}

/// The session of a task, made anew when it is of no use any more.
async fn connected<'s>(
    session: &'s mut Option<Session>,
    shared: &Shared,
) -> Result<&'s Session, Fault> {
    let usable = session.take().filter(Session::is_usable);
    let live = match usable {
        Some(live) => live,
        None => shared.connector.session().await?,
    };
    Ok(session.insert(live))
}

/// Makes the days ahead.
pub(crate) async fn maintain(shared: &Shared) -> Result<(), Fault> {
    let conn = shared.worker().await?;
    let today = partitions::today(&conn).await?;
    drop(conn);
    shared.partitions.maintain(&shared.pools.work, today).await
}

/// Counts what is pending.
pub(crate) async fn count(shared: &Shared, conn: &impl Conn) -> Result<(), Fault> {
    let row = conn
        .query_opt(
            "SELECT (SELECT count(*) FROM deliveries WHERE state = 0 AND node IS NULL AND id >= $1)
                  + (SELECT count(*) FROM deliveries WHERE node IS NOT NULL AND id >= $1)",
            &[&shared.partitions.since()],
        )
        .await?;
    if let Some(row) = row {
        shared.stats.counted(row.try_get(0)?);
    }
    Ok(())
}
