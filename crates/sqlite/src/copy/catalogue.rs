//! Organizations, event types and channels, out of and into their tables.

use bellwire_core::{
    copied::{Item, Organization},
    ids::OrganizationId,
    organization::{Channel, EventType},
    ports::{ItemPage, Position},
};
use rusqlite::{Connection, params};

use super::pages::{self, ROWS};
use crate::{
    fault::Fault,
    organizations,
    rows::{self, CHANNEL, EVENT_TYPE, ORGANIZATION, RowExt as _, time},
};

pub(super) fn organizations(
    conn: &Connection,
    after: Option<&Position>,
) -> Result<ItemPage, Fault> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {ORGANIZATION}, deleted_at FROM organizations WHERE seq > ?1 ORDER BY seq LIMIT ?2"
    ))?;
    pages::read(&mut statement, params![pages::seq(after)?, ROWS], |row| {
        let one = Organization {
            organization: rows::organization(row)?,
            generation: row.get::<_, i64>(7)?.unsigned_abs(),
            deleted_at: row.time(11)?,
        };
        let logo = one.organization.appearance.logo.as_ref();
        let bytes = logo.map_or(0, |logo| logo.bytes().len());
        Ok((Item::Organization(one), pages::at(row.get(8)?), bytes))
    })
}

pub(super) fn write_organization(conn: &Connection, one: &Organization) -> Result<(), Fault> {
    let organization = &one.organization;
    conn.prepare_cached(
        "INSERT INTO organizations (id, slug, name, default_profile, strict_types, generation,
                                    created_at, updated_at, deleted_at, accent, logo)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (id) DO NOTHING",
    )?
    .execute(params![
        organization.id.as_bytes(),
        organization.slug,
        organization.name,
        organization.default_profile,
        organization.strict_event_types,
        one.generation.cast_signed(),
        organization.created_at.as_micros(),
        organization.updated_at.as_micros(),
        time(one.deleted_at),
        organizations::accent(organization),
        organizations::logo(organization),
    ])?;
    Ok(())
}

pub(super) fn event_types(conn: &Connection, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {EVENT_TYPE}, seq,
                (SELECT o.id FROM organizations o WHERE o.seq = event_types.organization)
         FROM event_types WHERE seq > ?1 ORDER BY seq LIMIT ?2"
    ))?;
    pages::read(&mut statement, params![pages::seq(after)?, ROWS], |row| {
        let organization: Option<[u8; 16]> = row.get(8)?;
        let one = rows::event_type(row, organization.map(OrganizationId::from_bytes))?;
        let texts = [&one.schema, &one.example];
        let bytes = texts.into_iter().flatten().map(|raw| raw.get().len()).sum();
        Ok((Item::EventType(one), pages::at(row.get(7)?), bytes))
    })
}

pub(super) fn write_event_type(conn: &Connection, one: &EventType) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO event_types (id, organization, name, description, schema, example,
                                  created_at, updated_at)
         VALUES (?1, CASE WHEN ?2 IS NULL THEN 0 ELSE (SELECT seq FROM organizations WHERE id = ?2) END,
                 ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (id) DO NOTHING",
    )?
    .execute(params![
        one.id.as_bytes(),
        one.organization_id.as_ref().map(OrganizationId::as_bytes),
        one.name,
        one.description,
        one.schema.as_ref().map(|schema| schema.get()),
        one.example.as_ref().map(|example| example.get()),
        one.created_at.as_micros(),
        one.updated_at.as_micros(),
    ])?;
    Ok(())
}

pub(super) fn channels(conn: &Connection, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let (organization, key) = pages::split(after)?;
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {CHANNEL}, organization,
                (SELECT o.id FROM organizations o WHERE o.seq = channels.organization)
         FROM channels WHERE (organization, key) > (?1, ?2) ORDER BY organization, key LIMIT ?3"
    ))?;
    let params = params![organization, pages::text(key)?, ROWS];
    pages::read(&mut statement, params, |row| {
        let channel = rows::channel(row)?;
        let organization: i64 = row.get(5)?;
        let position = Position::new(&[&organization.to_be_bytes(), channel.key.as_bytes()]);
        Ok((Item::Channel(row.id(6)?, channel), position, 0))
    })
}

pub(super) fn write_channel(
    conn: &Connection,
    organization_id: OrganizationId,
    channel: &Channel,
) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO channels (organization, key, label, kind, created_at, updated_at)
         SELECT seq, ?2, ?3, ?4, ?5, ?6 FROM organizations WHERE id = ?1
         ON CONFLICT (organization, key) DO NOTHING",
    )?
    .execute(params![
        organization_id.as_bytes(),
        channel.key,
        channel.label,
        channel.kind,
        channel.created_at.as_micros(),
        channel.updated_at.as_micros(),
    ])?;
    Ok(())
}
