//! Event types, the platform's and organizations' own, and channels.

use bellwire_core::{
    audit::Entry,
    ids::{EventTypeId, OrganizationId},
    organization::{Channel, EventType},
    ports::Error,
    time::Time,
};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    audit, changes,
    connect::Conn,
    fault::Fault,
    rows::{self, EVENT_TYPE, Key as _, text},
    shared::Shared,
};

/// Stands for the platform where an organization's id would.
pub(crate) fn catalogue(organization: Option<OrganizationId>) -> Uuid {
    organization.map_or(Uuid::nil(), |id| id.uuid())
}

pub(crate) async fn platform(conn: &impl Conn) -> Result<Vec<EventType>, Fault> {
    let sql =
        format!("SELECT {EVENT_TYPE} FROM event_types WHERE organization_id = $1 ORDER BY name");
    let rows = conn.query(&sql, &[&Uuid::nil()]).await?;
    rows.iter().map(rows::event_type).collect()
}

/// Begins a change: keeps enqueues of the organization out. The platform's types are not part of
/// what an enqueue checks.
async fn open(conn: &impl Conn, organization: Option<OrganizationId>) -> Result<(), Fault> {
    match organization {
        Some(id) => changes::open(conn, id).await,
        None => Ok(()),
    }
}

/// Ends a change: a change of an organization's own catalogue concerns its matching.
async fn changed(
    conn: &impl Conn,
    organization: Option<OrganizationId>,
    entry: &Entry,
) -> Result<(), Fault> {
    audit::write(conn, entry).await?;
    match organization {
        Some(id) => changes::raise(conn, id).await,
        None => changes::tell_platform(conn).await,
    }
}

pub(crate) async fn create(
    shared: &Shared,
    event_type: &EventType,
    entry: &Entry,
) -> Result<(), Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    open(&transaction, event_type.organization_id).await?;
    let stored = transaction
        .execute(
            "INSERT INTO event_types (id, organization_id, name, description, schema, example,
                                      created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (organization_id, name) DO NOTHING",
            &[
                &event_type.id.uuid(),
                &catalogue(event_type.organization_id),
                &event_type.name,
                &text(&event_type.description),
                &event_type.schema.as_ref().map(|schema| schema.get()),
                &event_type.example.as_ref().map(|example| example.get()),
                &event_type.created_at.as_micros(),
                &event_type.updated_at.as_micros(),
            ],
        )
        .await?;
    if stored == 0 {
        return Err(Error::Taken("name").into());
    }
    changed(&transaction, event_type.organization_id, entry).await?;
    shared.commit(transaction, began).await
}

pub(crate) async fn update(
    shared: &Shared,
    event_type: &EventType,
    former: Time,
    entry: &Entry,
) -> Result<(), Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    open(&transaction, event_type.organization_id).await?;
    let updated = transaction
        .execute(
            "UPDATE event_types SET description = $3, schema = $4, example = $5, updated_at = $6
             WHERE id = $1 AND organization_id = $2 AND updated_at = $7",
            &[
                &event_type.id.uuid(),
                &catalogue(event_type.organization_id),
                &text(&event_type.description),
                &event_type.schema.as_ref().map(|schema| schema.get()),
                &event_type.example.as_ref().map(|example| example.get()),
                &event_type.updated_at.as_micros(),
                &former.as_micros(),
            ],
        )
        .await?;
    if updated == 0 {
        let there = transaction
            .query_opt(
                "SELECT 1 FROM event_types WHERE id = $1 AND organization_id = $2",
                &[
                    &event_type.id.uuid(),
                    &catalogue(event_type.organization_id),
                ],
            )
            .await?;
        return Err(untouched(there.is_some(), "event type").into());
    }
    changed(&transaction, event_type.organization_id, entry).await?;
    shared.commit(transaction, began).await
}

pub(crate) async fn delete(
    shared: &Shared,
    organization_id: Option<OrganizationId>,
    id: EventTypeId,
    entry: &Entry,
) -> Result<(), Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    open(&transaction, organization_id).await?;
    let deleted = transaction
        .execute(
            "DELETE FROM event_types WHERE id = $1 AND organization_id = $2",
            &[&id.uuid(), &catalogue(organization_id)],
        )
        .await?;
    if deleted == 0 {
        return Err(Error::NotFound("event type").into());
    }
    changed(&transaction, organization_id, entry).await?;
    shared.commit(transaction, began).await
}

/// Why a change over what was last changed at a time has touched nothing.
fn untouched(there: bool, what: &'static str) -> Error {
    if there {
        Error::Stale
    } else {
        Error::NotFound(what)
    }
}

/// A change of an organization's channels in one statement, whose `$5` is the time given; when it
/// touches no row, `refused` says why, told whether there is such a channel.
async fn channel(
    shared: &Shared,
    organization_id: OrganizationId,
    (sql, channel, at): (&str, &Channel, Time),
    entry: &Entry,
    refused: impl FnOnce(bool) -> Error,
) -> Result<(), Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    changes::open(&transaction, organization_id).await?;
    let touched = transaction
        .execute(
            sql,
            &[
                &organization_id.uuid(),
                &text(&channel.key),
                &text(&channel.label),
                &text(&channel.kind),
                &at.as_micros(),
                &channel.updated_at.as_micros(),
            ],
        )
        .await?;
    if touched == 0 {
        let there = transaction
            .query_opt(
                "SELECT 1 FROM channels WHERE organization_id = $1 AND key = $2",
                &[&organization_id.uuid(), &text(&channel.key)],
            )
            .await?;
        return Err(refused(there.is_some()).into());
    }
    changed(&transaction, Some(organization_id), entry).await?;
    shared.commit(transaction, began).await
}

pub(crate) async fn create_channel(
    shared: &Shared,
    organization_id: OrganizationId,
    new: &Channel,
    entry: &Entry,
) -> Result<(), Fault> {
    let sql = "INSERT INTO channels (organization_id, key, label, kind, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    channel(
        shared,
        organization_id,
        (sql, new, new.created_at),
        entry,
        |_| Error::Taken("key"),
    )
    .await
}

pub(crate) async fn update_channel(
    shared: &Shared,
    organization_id: OrganizationId,
    (new, former): (&Channel, Time),
    entry: &Entry,
) -> Result<(), Fault> {
    let sql = "UPDATE channels SET label = $3, kind = $4, updated_at = $6
               WHERE organization_id = $1 AND key = $2 AND updated_at = $5";
    channel(
        shared,
        organization_id,
        (sql, new, former),
        entry,
        |there| untouched(there, "channel"),
    )
    .await
}

pub(crate) async fn delete_channel(
    shared: &Shared,
    organization_id: OrganizationId,
    key: &str,
    entry: &Entry,
) -> Result<(), Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    changes::open(&transaction, organization_id).await?;
    let deleted = transaction
        .execute(
            "DELETE FROM channels WHERE organization_id = $1 AND key = $2",
            &[&organization_id.uuid(), &text(key)],
        )
        .await?;
    if deleted == 0 {
        return Err(Error::NotFound("channel").into());
    }
    changed(&transaction, Some(organization_id), entry).await?;
    shared.commit(transaction, began).await
}
