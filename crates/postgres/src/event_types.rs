//! Event types, the platform's and organizations' own, and channels.

use bellwire_core::{
    ids::{EventTypeId, OrganizationId},
    organization::{Channel, EventType},
    ports::Error,
};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    changes,
    connect::Conn,
    fault::Fault,
    rows::{self, EVENT_TYPE, Key as _, text},
    shared::Shared,
};

/// Stands for the platform where an organization's id would.
fn catalogue(organization: Option<OrganizationId>) -> Uuid {
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
async fn changed(conn: &impl Conn, organization: Option<OrganizationId>) -> Result<(), Fault> {
    match organization {
        Some(id) => changes::raise(conn, id).await,
        None => changes::tell_platform(conn).await,
    }
}

pub(crate) async fn create(shared: &Shared, event_type: &EventType) -> Result<(), Fault> {
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
    changed(&transaction, event_type.organization_id).await?;
    shared.commit(transaction, began).await
}

pub(crate) async fn update(shared: &Shared, event_type: &EventType) -> Result<(), Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    open(&transaction, event_type.organization_id).await?;
    let updated = transaction
        .execute(
            "UPDATE event_types SET description = $3, schema = $4, example = $5, updated_at = $6
             WHERE id = $1 AND organization_id = $2",
            &[
                &event_type.id.uuid(),
                &catalogue(event_type.organization_id),
                &text(&event_type.description),
                &event_type.schema.as_ref().map(|schema| schema.get()),
                &event_type.example.as_ref().map(|example| example.get()),
                &event_type.updated_at.as_micros(),
            ],
        )
        .await?;
    if updated == 0 {
        return Err(Error::NotFound("event type").into());
    }
    changed(&transaction, event_type.organization_id).await?;
    shared.commit(transaction, began).await
}

pub(crate) async fn delete(
    shared: &Shared,
    organization_id: Option<OrganizationId>,
    id: EventTypeId,
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
    changed(&transaction, organization_id).await?;
    shared.commit(transaction, began).await
}

/// A change of an organization's channels in one statement; `refused` when it touches no row.
async fn channel(
    shared: &Shared,
    organization_id: OrganizationId,
    (sql, channel): (&str, &Channel),
    refused: Error,
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
                &channel.created_at.as_micros(),
                &channel.updated_at.as_micros(),
            ],
        )
        .await?;
    if touched == 0 {
        return Err(refused.into());
    }
    changes::raise(&transaction, organization_id).await?;
    shared.commit(transaction, began).await
}

pub(crate) async fn create_channel(
    shared: &Shared,
    organization_id: OrganizationId,
    new: &Channel,
) -> Result<(), Fault> {
    let sql = "INSERT INTO channels (organization_id, key, label, kind, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    channel(shared, organization_id, (sql, new), Error::Taken("key")).await
}

pub(crate) async fn update_channel(
    shared: &Shared,
    organization_id: OrganizationId,
    new: &Channel,
) -> Result<(), Fault> {
    // When it was made is not changed; the comparison only gives the parameter its type.
    let sql = "UPDATE channels SET label = $3, kind = $4, updated_at = $6
               WHERE organization_id = $1 AND key = $2 AND $5::bigint IS NOT NULL";
    channel(
        shared,
        organization_id,
        (sql, new),
        Error::NotFound("channel"),
    )
    .await
}

pub(crate) async fn delete_channel(
    shared: &Shared,
    organization_id: OrganizationId,
    key: &str,
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
    changes::raise(&transaction, organization_id).await?;
    shared.commit(transaction, began).await
}
