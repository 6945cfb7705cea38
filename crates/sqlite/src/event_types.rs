//! Event types, the platform's and organizations' own, and channels.

use bellwire_core::{
    audit::Entry,
    ids::{EventTypeId, OrganizationId},
    organization::{Channel, EventType},
    ports::Error,
    time::Time,
};
use rusqlite::{Connection, params};

use crate::{
    audit,
    fault::Fault,
    rows::{self, EVENT_TYPE},
    work::Work,
};

/// Stands for the platform where an organization's seq would: those begin at 1.
const PLATFORM: i64 = 0;

pub(crate) fn platform(conn: &Connection) -> Result<Vec<EventType>, Fault> {
    let found = conn
        .prepare_cached(&format!(
            "SELECT {EVENT_TYPE} FROM event_types WHERE organization = ?1 ORDER BY name"
        ))?
        .query_map([PLATFORM], |row| rows::event_type(row, None))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(found)
}

fn catalogue(work: &mut Work<'_>, organization: Option<OrganizationId>) -> Result<i64, Fault> {
    match organization {
        Some(id) => Ok(work.organization(id)?.seq),
        None => Ok(PLATFORM),
    }
}

/// A change of an organization's own catalogue concerns its matching.
fn changed(work: &mut Work<'_>, organization: i64, entry: &Entry) -> Result<(), Fault> {
    if organization != PLATFORM {
        work.state.raise(work.conn, organization)?;
    }
    audit::write(work.conn, entry)
}

/// Why a change over what was last changed at a time has touched nothing.
fn untouched(there: bool, what: &'static str) -> Error {
    if there {
        Error::Stale
    } else {
        Error::NotFound(what)
    }
}

pub(crate) fn create(
    work: &mut Work<'_>,
    event_type: &EventType,
    entry: &Entry,
) -> Result<(), Fault> {
    let organization = catalogue(work, event_type.organization_id)?;
    let taken: bool = work
        .conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM event_types WHERE organization = ?1 AND name = ?2)",
        )?
        .query_row(params![organization, event_type.name], |row| row.get(0))?;
    if taken {
        return Err(Error::Taken("name").into());
    }
    work.conn
        .prepare_cached(
            "INSERT INTO event_types (id, organization, name, description, schema, example,
                                      created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            event_type.id.as_bytes(),
            organization,
            event_type.name,
            event_type.description,
            event_type.schema.as_ref().map(|schema| schema.get()),
            event_type.example.as_ref().map(|example| example.get()),
            event_type.created_at.as_micros(),
            event_type.updated_at.as_micros(),
        ])?;
    changed(work, organization, entry)
}

pub(crate) fn update(
    work: &mut Work<'_>,
    event_type: &EventType,
    former: Time,
    entry: &Entry,
) -> Result<(), Fault> {
    let organization = catalogue(work, event_type.organization_id)?;
    let updated = work
        .conn
        .prepare_cached(
            "UPDATE event_types SET description = ?3, schema = ?4, example = ?5, updated_at = ?6
             WHERE id = ?1 AND organization = ?2 AND updated_at = ?7",
        )?
        .execute(params![
            event_type.id.as_bytes(),
            organization,
            event_type.description,
            event_type.schema.as_ref().map(|schema| schema.get()),
            event_type.example.as_ref().map(|example| example.get()),
            event_type.updated_at.as_micros(),
            former.as_micros(),
        ])?;
    if updated == 0 {
        let there: bool = work
            .conn
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM event_types WHERE id = ?1 AND organization = ?2)",
            )?
            .query_row(params![event_type.id.as_bytes(), organization], |row| {
                row.get(0)
            })?;
        return Err(untouched(there, "event type").into());
    }
    changed(work, organization, entry)
}

pub(crate) fn delete(
    work: &mut Work<'_>,
    organization_id: Option<OrganizationId>,
    id: EventTypeId,
    entry: &Entry,
) -> Result<(), Fault> {
    let organization = catalogue(work, organization_id)?;
    let deleted = work
        .conn
        .prepare_cached("DELETE FROM event_types WHERE id = ?1 AND organization = ?2")?
        .execute(params![id.as_bytes(), organization])?;
    if deleted == 0 {
        return Err(Error::NotFound("event type").into());
    }
    changed(work, organization, entry)
}

pub(crate) fn create_channel(
    work: &mut Work<'_>,
    organization_id: OrganizationId,
    channel: &Channel,
    entry: &Entry,
) -> Result<(), Fault> {
    let organization = work.organization(organization_id)?.seq;
    let stored = work
        .conn
        .prepare_cached(
            "INSERT INTO channels (organization, key, label, kind, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            organization,
            channel.key,
            channel.label,
            channel.kind,
            channel.created_at.as_micros(),
            channel.updated_at.as_micros(),
        ])?;
    if stored == 0 {
        return Err(Error::Taken("key").into());
    }
    changed(work, organization, entry)
}

pub(crate) fn update_channel(
    work: &mut Work<'_>,
    organization_id: OrganizationId,
    channel: &Channel,
    former: Time,
    entry: &Entry,
) -> Result<(), Fault> {
    let organization = work.organization(organization_id)?.seq;
    let updated = work
        .conn
        .prepare_cached(
            "UPDATE channels SET label = ?3, kind = ?4, updated_at = ?5
             WHERE organization = ?1 AND key = ?2 AND updated_at = ?6",
        )?
        .execute(params![
            organization,
            channel.key,
            channel.label,
            channel.kind,
            channel.updated_at.as_micros(),
            former.as_micros(),
        ])?;
    if updated == 0 {
        let there: bool = work
            .conn
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM channels WHERE organization = ?1 AND key = ?2)",
            )?
            .query_row(params![organization, channel.key], |row| row.get(0))?;
        return Err(untouched(there, "channel").into());
    }
    changed(work, organization, entry)
}

pub(crate) fn delete_channel(
    work: &mut Work<'_>,
    organization_id: OrganizationId,
    key: &str,
    entry: &Entry,
) -> Result<(), Fault> {
    let organization = work.organization(organization_id)?.seq;
    let deleted = work
        .conn
        .prepare_cached("DELETE FROM channels WHERE organization = ?1 AND key = ?2")?
        .execute(params![organization, key])?;
    if deleted == 0 {
        return Err(Error::NotFound("channel").into());
    }
    changed(work, organization, entry)
}
