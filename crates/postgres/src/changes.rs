//! What changed in a catalogue, from the transaction that changed it to every node.
//!
//! A change raises the generation of its organization (the platform's has a counter), raises the one
//! counter of all changes, and notifies. A node listens; while it cannot (no connection, or a pooler
//! in between that swallows notifications) it looks at the counter twice a second. After any gap it
//! compares the generations with those that it has told last, so nothing is missed.
//!
//! Only changes of catalogues notify: a notification makes commits queue up behind one lock.

use std::{collections::HashMap, future::poll_fn, sync::Weak, time::Duration};

use async_trait::async_trait;
use bellwire_core::{
    ids::OrganizationId,
    ports::{Change, Changes, Error},
};
use tokio::{
    sync::{broadcast, mpsc},
    time::timeout,
};
use tokio_postgres::{AsyncMessage, Client, Notification};

use crate::{
    connect::Conn,
    fault::{Fault, chain, corrupt},
    locks,
    rows::{Key as _, RowExt as _},
    shared::Shared,
};

const CHANNEL: &str = "bellwire_catalogue";
const PLATFORM: &str = "platform";
/// How often the counter is looked at, with notifications and without: even with them, because a
/// pooler may swallow them without a word.
const POLL: Duration = Duration::from_millis(500);

/// Begins a change of an organization's catalogue: keeps enqueues out, and sees that it is there.
pub(crate) async fn open(conn: &impl Conn, id: OrganizationId) -> Result<(), Fault> {
    locks::hold(conn, id).await?;
    let found = conn
        .query_opt(
            "SELECT 1 FROM organizations WHERE id = $1 AND deleted_at IS NULL",
            &[&id.uuid()],
        )
        .await?;
    found
        .map(drop)
        .ok_or_else(|| Error::NotFound("organization").into())
}

/// Ends a change: raises the generation, and tells.
pub(crate) async fn raise(conn: &impl Conn, id: OrganizationId) -> Result<(), Fault> {
    conn.execute(
        "UPDATE organizations SET generation = generation + 1 WHERE id = $1",
        &[&id.uuid()],
    )
    .await?;
    tell(conn, id).await
}

/// Tells that an organization is not what it was.
pub(crate) async fn tell(conn: &impl Conn, id: OrganizationId) -> Result<(), Fault> {
    conn.execute("UPDATE installation SET changes = changes + 1", &[])
        .await?;
    notify(conn, &id.to_string()).await
}

/// Tells that the platform's catalogue is not what it was.
pub(crate) async fn tell_platform(conn: &impl Conn) -> Result<(), Fault> {
    conn.execute(
        "UPDATE installation SET changes = changes + 1, platform_changes = platform_changes + 1",
        &[],
    )
    .await?;
    notify(conn, PLATFORM).await
}

async fn notify(conn: &impl Conn, payload: &str) -> Result<(), Fault> {
    conn.query("SELECT pg_notify($1, $2)", &[&CHANNEL, &payload])
        .await?;
    Ok(())
}

/// One listener's view of the changes.
pub(crate) struct Feed(broadcast::Receiver<Change>);

impl Feed {
    pub(crate) fn new(receiver: broadcast::Receiver<Change>) -> Self {
        Self(receiver)
    }
}

#[async_trait]
impl Changes for Feed {
    async fn next(&mut self) -> Change {
        match self.0.recv().await {
            Ok(change) => change,
            Err(broadcast::error::RecvError::Lagged(_)) => Change::Everything,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// What was told last.
pub(crate) struct Told {
    changes: i64,
    platform: i64,
    generations: HashMap<OrganizationId, i64>,
}

/// A connection that listens. It ends when this is dropped.
struct Listener {
    inbox: mpsc::UnboundedReceiver<Notification>,
    _client: Client,
}

/// Listens and polls until the store is closed.
pub(crate) async fn run(shared: Weak<Shared>, mut told: Told) {
    let mut listener: Option<Listener> = None;
    loop {
        if listener.is_none() {
            let Some(shared) = shared.upgrade() else {
                return;
            };
            listener = match listen(&shared).await {
                Ok(listener) => Some(listener),
                Err(error) => {
                    tracing::debug!(error, "changes are polled for; listening does not work");
                    None
                }
            };
        }
        let heard = match &mut listener {
            Some(listener) => timeout(POLL, listener.inbox.recv()).await,
            None => {
                tokio::time::sleep(POLL).await;
                Ok(None)
            }
        };
        let Some(shared) = shared.upgrade() else {
            return;
        };
        match heard {
            Ok(Some(notification)) => {
                hear(&shared, &mut told, notification.payload());
                continue;
            }
            Ok(None) => listener = None,
            _ => {}
        }
        if let Err(fault) = look(&shared, &mut told).await {
            tracing::debug!(?fault, "changes could not be looked for; trying again");
        }
    }
}

/// Tells of a change that was notified. Each one has raised the counter by one, so when the counter
/// is looked at next, it shows whether these were all.
fn hear(shared: &Shared, told: &mut Told, payload: &str) {
    told.changes += 1;
    match payload.parse() {
        Ok(id) => shared.announce(Change::Organization(id)),
        Err(_) => shared.announce(Change::Platform),
    }
}

/// Looks at the counter, and if it is not as told, compares all generations with those told last.
async fn look(shared: &Shared, told: &mut Told) -> Result<(), Fault> {
    let conn = shared.reader().await?;
    let (changes, _) = counters(&conn).await?;
    if told.changes == changes {
        return Ok(());
    }
    let now = read(&conn).await?;
    if told.platform != now.platform {
        shared.announce(Change::Platform);
    }
    for (id, generation) in &now.generations {
        if told.generations.get(id) != Some(generation) {
            shared.announce(Change::Organization(*id));
        }
    }
    for id in told.generations.keys() {
        if !now.generations.contains_key(id) {
            shared.announce(Change::Organization(*id));
        }
    }
    *told = now;
    Ok(())
}

async fn counters(conn: &impl Conn) -> Result<(i64, i64), Fault> {
    let sql = "SELECT changes, platform_changes FROM installation";
    match conn.query_opt(sql, &[]).await? {
        Some(row) => Ok((row.try_get(0)?, row.try_get(1)?)),
        None => Err(corrupt("the row of the installation is gone")),
    }
}

/// Everything as it is. The counter is read first: what it does not show yet shows at the next look.
pub(crate) async fn read(conn: &impl Conn) -> Result<Told, Fault> {
    let (changes, platform) = counters(conn).await?;
    let sql = "SELECT id, generation FROM organizations WHERE deleted_at IS NULL";
    let rows = conn.query(sql, &[]).await?;
    let mut generations = HashMap::with_capacity(rows.len());
    for row in rows {
        generations.insert(row.id::<OrganizationId>(0)?, row.try_get::<_, i64>(1)?);
    }
    Ok(Told {
        changes,
        platform,
        generations,
    })
}

/// Opens a connection that listens. Its messages end when it does.
async fn listen(shared: &Shared) -> Result<Listener, String> {
    let (client, mut connection) = shared
        .connector
        .raw()
        .await
        .map_err(|error| chain(&error))?;
    let (sender, inbox) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            match message {
                Ok(AsyncMessage::Notification(notification)) => {
                    if sender.send(notification).is_err() {
                        return;
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::debug!(error = chain(&error), "the listening connection has ended");
                    return;
                }
            }
        }
    });
    client
        .batch_execute(&format!("LISTEN {CHANNEL}"))
        .await
        .map_err(|error| chain(&error))?;
    Ok(Listener {
        inbox,
        _client: client,
    })
}
