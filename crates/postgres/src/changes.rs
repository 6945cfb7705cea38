//! What changed in a catalogue, from the transaction that changed it to every node.
//!
//! A change raises the generation of its organization (the platform's has a counter), raises the one
//! counter of all changes, and notifies. A node listens; while it cannot (no connection, or a pooler
//! in between that swallows notifications) it looks at the counter twice a second. After any gap it
//! compares the generations with those that it has told last, so nothing is missed.
//!
//! Beside that, nodes give each other notice of deliveries: that something is due in a lane that the
//! other one owns, that a node is gone. These may be lost: who might miss one looks for itself later.
//!
//! Only changes of catalogues notify within their transaction, and nothing that stores events or
//! attempts does: a notification makes commits queue up behind one lock.

use std::{collections::HashMap, future::poll_fn, sync::Weak, time::Duration};

use async_trait::async_trait;
use bellwire_core::{
    ids::{OrganizationId, WebhookId},
    ports::{Change, Changes, Error},
};
use tokio::{
    sync::{broadcast, mpsc},
    time::{Instant, timeout},
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
/// A channel of its own: former versions take whatever comes on the other for a change.
const NOTICES: &str = "bellwire_lanes";
/// How often the counter is looked at, with notifications and without: even with them, because a
/// pooler may swallow them without a word.
const POLL: Duration = Duration::from_millis(500);
/// How often the listening connection must answer while it brings nothing.
const PROBE: Duration = Duration::from_secs(5);
/// How long that may take.
const ANSWER: Duration = Duration::from_secs(2);

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

/// What nodes tell each other about deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notice {
    /// Something is due in this lane.
    Due {
        /// The number of the node that owns it, and is meant.
        owner: i64,
        /// Whose lane.
        webhook: WebhookId,
    },
    /// This node does not send any more; everybody else is meant.
    Gone(i64),
}

impl Notice {
    fn payload(self) -> String {
        match self {
            Self::Due { owner, webhook } => format!("due {owner} {webhook}"),
            Self::Gone(node) => format!("gone {node}"),
        }
    }

    /// `None` when it is from a newer version.
    fn parse(payload: &str) -> Option<Self> {
        let mut words = payload.split(' ');
        let (kind, node) = (words.next()?, words.next()?.parse().ok()?);
        match (kind, words.next()) {
            ("due", Some(webhook)) => Some(Self::Due {
                owner: node,
                webhook: webhook.parse().ok()?,
            }),
            ("gone", None) => Some(Self::Gone(node)),
            _ => None,
        }
    }
}

/// Tells the nodes that listen. Outside of any transaction.
pub(crate) async fn give_notice(
    conn: &impl Conn,
    notices: impl Iterator<Item = Notice>,
) -> Result<(), Fault> {
    let payloads: Vec<String> = notices.map(Notice::payload).collect();
    let sql = "SELECT pg_notify($1, n) FROM unnest($2::text[]) AS n";
    conn.query(sql, &[&NOTICES, &payloads]).await?;
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
pub(crate) struct Listener {
    inbox: mpsc::UnboundedReceiver<Notification>,
    client: Client,
    /// When it was last known to be alive.
    known: Instant,
}

impl Listener {
    /// Whether its connection is dead, though nobody was told: asked now and then.
    async fn is_deaf(&mut self) -> bool {
        if self.known.elapsed() < PROBE {
            return false;
        }
        self.known = Instant::now();
        let answer = timeout(ANSWER, self.client.simple_query("")).await;
        !matches!(answer, Ok(Ok(_)))
    }
}

/// Listens and polls until the store is closed.
pub(crate) async fn run(shared: Weak<Shared>, mut listener: Option<Listener>, mut told: Told) {
    loop {
        if listener.is_none() {
            let Some(shared) = shared.upgrade() else {
                return;
            };
            listener = listen(&shared).await;
            if listener.is_some() {
                // Nodes may have given notice while nobody listened.
                shared.announce(Change::Freed);
            }
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
                match notification.channel() {
                    NOTICES => take_notice(&shared, notification.payload()),
                    _ => hear(&shared, &mut told, notification.payload()),
                }
                continue;
            }
            Ok(None) => listener = None,
            Err(_) => {
                if let Some(silent) = &mut listener
                    && silent.is_deaf().await
                {
                    tracing::debug!("the listening connection does not answer");
                    listener = None;
                }
            }
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

/// Passes on what another node has given notice of.
fn take_notice(shared: &Shared, payload: &str) {
    let own = shared.lease.number();
    match Notice::parse(payload) {
        Some(Notice::Due { owner, webhook }) if owner == own => {
            shared.announce(Change::Due(webhook));
        }
        Some(Notice::Gone(node)) if node != own => {
            shared.announce(Change::Freed);
        }
        _ => {}
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

/// Opens a connection that listens; `None` when that does not work.
pub(crate) async fn listen(shared: &Shared) -> Option<Listener> {
    let connecting = timeout(shared.answer_timeout, connect(shared));
    let connected = connecting.await;
    match connected.unwrap_or_else(|_| Err("the database does not answer".to_owned())) {
        Ok(listener) => Some(listener),
        Err(error) => {
            tracing::debug!(error, "changes are polled for; listening does not work");
            None
        }
    }
}

/// The messages of a connection end when it does.
async fn connect(shared: &Shared) -> Result<Listener, String> {
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
        .batch_execute(&format!("LISTEN {CHANNEL}; LISTEN {NOTICES}"))
        .await
        .map_err(|error| chain(&error))?;
    Ok(Listener {
        inbox,
        client,
        known: Instant::now(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_are_read_as_they_were_given() {
        let due = Notice::Due {
            owner: 12,
            webhook: WebhookId::from_bytes([7; 16]),
        };
        for notice in [due, Notice::Gone(3)] {
            assert_eq!(Notice::parse(&notice.payload()), Some(notice));
        }
        for payload in ["", "due", "due x", "due 3", "due 3 x", "gone 3 4", "else 3"] {
            assert_eq!(Notice::parse(payload), None, "{payload}");
        }
    }
}
