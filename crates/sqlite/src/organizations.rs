//! Organizations, and all that the matching of one needs, read at once.

use bellwire_core::{
    audit::Entry,
    ids::OrganizationId,
    organization::Organization,
    ports::{Error, OrganizationRecord},
    stored::seal::Seal,
    time::Time,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{
    audit,
    fault::Fault,
    rows::{self, CHANNEL, EVENT_TYPE, ORGANIZATION},
    webhooks,
    work::Work,
};

/// An organization's row: the noun, its generation, its seq.
type Found = (Organization, u64, i64);

fn read(row: &Row<'_>) -> rusqlite::Result<Found> {
    Ok((
        rows::organization(row)?,
        row.get::<_, i64>(7)?.unsigned_abs(),
        row.get(8)?,
    ))
}

pub(crate) fn all(conn: &Connection, seal: &Seal) -> Result<Vec<OrganizationRecord>, Fault> {
    let found = conn
        .prepare_cached(&format!(
            "SELECT {ORGANIZATION} FROM organizations WHERE deleted_at IS NULL ORDER BY seq"
        ))?
        .query_map([], read)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    found
        .into_iter()
        .map(|found| record(conn, seal, found))
        .collect()
}

pub(crate) fn one(
    conn: &Connection,
    seal: &Seal,
    id: OrganizationId,
) -> Result<Option<OrganizationRecord>, Fault> {
    conn.prepare_cached(&format!(
        "SELECT {ORGANIZATION} FROM organizations WHERE id = ?1 AND deleted_at IS NULL"
    ))?
    .query_row([id.as_bytes()], read)
    .optional()?
    .map(|found| record(conn, seal, found))
    .transpose()
}

fn record(
    conn: &Connection,
    seal: &Seal,
    (organization, generation, seq): Found,
) -> Result<OrganizationRecord, Fault> {
    let id = organization.id;
    let event_types = conn
        .prepare_cached(&format!(
            "SELECT {EVENT_TYPE} FROM event_types WHERE organization = ?1 ORDER BY name"
        ))?
        .query_map([seq], |row| rows::event_type(row, Some(id)))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let channels = conn
        .prepare_cached(&format!(
            "SELECT {CHANNEL} FROM channels WHERE organization = ?1 ORDER BY key"
        ))?
        .query_map([seq], rows::channel)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(OrganizationRecord {
        webhooks: webhooks::of_organization(conn, seal, id, seq)?,
        organization,
        generation,
        event_types,
        channels,
    })
}

pub(crate) fn create(
    work: &mut Work<'_>,
    organization: &Organization,
    entry: &Entry,
) -> Result<(), Fault> {
    let taken: bool = work
        .conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM organizations WHERE slug = ?1 AND deleted_at IS NULL)",
        )?
        .query_row([&organization.slug], |row| row.get(0))?;
    if taken {
        return Err(Error::Taken("slug").into());
    }
    work.conn
        .prepare_cached(
            "INSERT INTO organizations (id, slug, name, default_profile, strict_types,
                                        generation, created_at, updated_at, accent, logo)
             VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            organization.id.as_bytes(),
            organization.slug,
            organization.name,
            organization.default_profile,
            organization.strict_event_types,
            organization.created_at.as_micros(),
            organization.updated_at.as_micros(),
            accent(organization),
            logo(organization),
        ])?;
    audit::write(work.conn, entry)
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

pub(crate) fn update(
    work: &mut Work<'_>,
    organization: &Organization,
    former: Time,
    entry: &Entry,
) -> Result<(), Fault> {
    let seq = work.organization(organization.id)?.seq;
    let updated = work
        .conn
        .prepare_cached(
            "UPDATE organizations SET name = ?2, default_profile = ?3, strict_types = ?4,
                 updated_at = ?5, accent = ?7, logo = ?8
             WHERE seq = ?1 AND updated_at = ?6",
        )?
        .execute(params![
            seq,
            organization.name,
            organization.default_profile,
            organization.strict_event_types,
            organization.updated_at.as_micros(),
            former.as_micros(),
            accent(organization),
            logo(organization),
        ])?;
    if updated == 0 {
        return Err(Error::Stale.into());
    }
    work.state.raise(work.conn, seq)?;
    audit::write(work.conn, entry)
}

pub(crate) fn delete(
    work: &mut Work<'_>,
    id: OrganizationId,
    now: Time,
    entry: &Entry,
) -> Result<(), Fault> {
    let seq = work.organization(id)?.seq;
    work.conn
        .prepare_cached(
            "UPDATE organizations SET deleted_at = ?2, generation = generation + 1 WHERE seq = ?1",
        )?
        .execute(params![seq, now.as_micros()])?;
    work.state.flush(work.conn)?;
    work.state.forget_organization(id, seq);
    audit::write(work.conn, entry)
}
