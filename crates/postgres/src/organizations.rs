//! Organizations, and all that the matching of one needs, read at once.

use std::collections::HashMap;

use bellwire_core::{
    audit::Entry,
    ids::OrganizationId,
    organization::{Channel, EventType, Organization},
    ports::{Error, OrganizationRecord},
    stored::seal::Seal,
    time::Time,
};
use deadpool_postgres::Object;
use tokio::time::Instant;
use tokio_postgres::IsolationLevel;
use uuid::Uuid;

use crate::{
    audit, changes,
    connect::Conn,
    fault::Fault,
    locks,
    rows::{self, CHANNEL, EVENT_TYPE, Key as _, ORGANIZATION, text},
    shared::Shared,
    webhooks,
};

/// The living organizations; all, or one.
pub(crate) async fn load(
    conn: &mut Object,
    seal: &Seal,
    only: Option<OrganizationId>,
) -> Result<Vec<OrganizationRecord>, Fault> {
    // One snapshot for all of it: a generation must be that of the webhooks beside it.
    let transaction = conn
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await?;
    let rows = transaction
        .query(
            &format!(
                "SELECT {ORGANIZATION} FROM organizations
                 WHERE deleted_at IS NULL AND ($1::uuid IS NULL OR id = $1)
                 ORDER BY created_at, id"
            ),
            &[&only.map(|id| id.uuid())],
        )
        .await?;
    let found = rows
        .iter()
        .map(rows::organization)
        .collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<Uuid> = found
        .iter()
        .map(|(organization, _)| organization.id.uuid())
        .collect();
    let mut webhooks = webhooks::of_organizations(&transaction, seal, &ids).await?;
    let mut event_types: HashMap<OrganizationId, Vec<EventType>> = HashMap::new();
    let sql = format!(
        "SELECT {EVENT_TYPE} FROM event_types WHERE organization_id = ANY($1) ORDER BY name"
    );
    for row in transaction.query(&sql, &[&ids]).await? {
        let event_type = rows::event_type(&row)?;
        if let Some(organization) = event_type.organization_id {
            event_types
                .entry(organization)
                .or_default()
                .push(event_type);
        }
    }
    let mut channels: HashMap<OrganizationId, Vec<Channel>> = HashMap::new();
    let sql =
        format!("SELECT {CHANNEL} FROM channels WHERE organization_id = ANY($1) ORDER BY key");
    for row in transaction.query(&sql, &[&ids]).await? {
        let (organization, channel) = rows::channel(&row)?;
        channels.entry(organization).or_default().push(channel);
    }
    transaction.commit().await?;
    Ok(found
        .into_iter()
        .map(|(organization, generation)| OrganizationRecord {
            webhooks: webhooks.remove(&organization.id).unwrap_or_default(),
            event_types: event_types.remove(&organization.id).unwrap_or_default(),
            channels: channels.remove(&organization.id).unwrap_or_default(),
            organization,
            generation,
        })
        .collect())
}

pub(crate) async fn create(
    shared: &Shared,
    organization: &Organization,
    entry: &Entry,
) -> Result<(), Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let stored = transaction
        .execute(
            "INSERT INTO organizations (id, slug, name, default_profile, strict_types,
                                        generation, created_at, updated_at, accent, logo)
             VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9)
             ON CONFLICT (slug) WHERE deleted_at IS NULL DO NOTHING",
            &[
                &organization.id.uuid(),
                &organization.slug,
                &text(&organization.name),
                &organization.default_profile,
                &organization.strict_event_types,
                &organization.created_at.as_micros(),
                &organization.updated_at.as_micros(),
                &accent(organization),
                &logo(organization),
            ],
        )
        .await?;
    if stored == 0 {
        return Err(Error::Taken("slug").into());
    }
    audit::write(&transaction, entry).await?;
    changes::tell(&transaction, organization.id).await?;
    shared.commit(transaction, began).await
}

/// Its colour, as text.
pub(crate) fn accent(organization: &Organization) -> Option<String> {
    organization
        .appearance
        .accent
        .map(|accent| accent.to_string())
}

/// Its logo, as it came.
pub(crate) fn logo(organization: &Organization) -> Option<&[u8]> {
    let logo = organization.appearance.logo.as_ref();
    logo.map(|logo| logo.bytes().as_ref())
}

pub(crate) async fn update(
    shared: &Shared,
    organization: &Organization,
    former: Time,
    entry: &Entry,
) -> Result<(), Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    changes::open(&transaction, organization.id).await?;
    let updated = transaction
        .execute(
            "UPDATE organizations SET name = $2, default_profile = $3, strict_types = $4,
                 updated_at = $5, accent = $7, logo = $8
             WHERE id = $1 AND updated_at = $6",
            &[
                &organization.id.uuid(),
                &text(&organization.name),
                &organization.default_profile,
                &organization.strict_event_types,
                &organization.updated_at.as_micros(),
                &former.as_micros(),
                &accent(organization),
                &logo(organization),
            ],
        )
        .await?;
    if updated == 0 {
        return Err(Error::Stale.into());
    }
    audit::write(&transaction, entry).await?;
    changes::raise(&transaction, organization.id).await?;
    shared.commit(transaction, began).await
}

pub(crate) async fn delete(
    shared: &Shared,
    id: OrganizationId,
    now: Time,
    entry: &Entry,
) -> Result<(), Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    locks::hold(&transaction, id).await?;
    let deleted = transaction
        .execute(
            "UPDATE organizations SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL",
            &[&id.uuid(), &now.as_micros()],
        )
        .await?;
    if deleted == 0 {
        return Err(Error::NotFound("organization").into());
    }
    audit::write(&transaction, entry).await?;
    changes::raise(&transaction, id).await?;
    shared.commit(transaction, began).await
}
