//! Organizations, event types and channels, out of and into their tables.

use bellwire_core::{
    copied::{Item, Organization},
    ids::OrganizationId,
    organization::{Channel, EventType},
    ports::{ItemPage, Position},
};

use super::pages::{self, ROWS};
use crate::{
    connect::Conn,
    event_types::catalogue,
    fault::{Fault, corrupt},
    organizations,
    rows::{self, CHANNEL, EVENT_TYPE, Key as _, ORGANIZATION, RowExt as _, text, time},
};

pub(super) async fn organizations(
    conn: &impl Conn,
    after: Option<&Position>,
) -> Result<ItemPage, Fault> {
    let sql = format!(
        "SELECT {ORGANIZATION}, deleted_at FROM organizations WHERE id > $1 ORDER BY id LIMIT $2"
    );
    let rows = conn.query(&sql, &[&pages::id(after)?, &ROWS]).await?;
    pages::read(&rows, |row| {
        let (organization, generation) = rows::organization(row)?;
        let position = pages::at(organization.id.uuid());
        let one = Organization {
            organization,
            generation,
            deleted_at: row.time(10)?,
        };
        Ok((Some(Item::Organization(one)), position))
    })
}

pub(super) async fn write_organizations(
    conn: &impl Conn,
    items: &[&Organization],
) -> Result<(), Fault> {
    let all = || items.iter().map(|one| &one.organization);
    conn.execute(
        "INSERT INTO organizations (id, slug, name, default_profile, strict_types, generation,
                                    created_at, updated_at, deleted_at, accent, logo)
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bool[],
                              $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[],
                              $10::text[], $11::bytea[])
         ON CONFLICT DO NOTHING",
        &[
            &all().map(|one| one.id.uuid()).collect::<Vec<_>>(),
            &all().map(|one| one.slug.as_str()).collect::<Vec<_>>(),
            &all().map(|one| text(&one.name)).collect::<Vec<_>>(),
            &all()
                .map(|one| one.default_profile.as_str())
                .collect::<Vec<_>>(),
            &all().map(|one| one.strict_event_types).collect::<Vec<_>>(),
            &items
                .iter()
                .map(|one| one.generation.cast_signed())
                .collect::<Vec<_>>(),
            &all()
                .map(|one| one.created_at.as_micros())
                .collect::<Vec<_>>(),
            &all()
                .map(|one| one.updated_at.as_micros())
                .collect::<Vec<_>>(),
            &items
                .iter()
                .map(|one| time(one.deleted_at))
                .collect::<Vec<_>>(),
            &all().map(organizations::accent).collect::<Vec<_>>(),
            &all().map(organizations::logo).collect::<Vec<_>>(),
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn event_types(
    conn: &impl Conn,
    after: Option<&Position>,
) -> Result<ItemPage, Fault> {
    let sql = format!("SELECT {EVENT_TYPE} FROM event_types WHERE id > $1 ORDER BY id LIMIT $2");
    let rows = conn.query(&sql, &[&pages::id(after)?, &ROWS]).await?;
    pages::read(&rows, |row| {
        let one = rows::event_type(row)?;
        let position = pages::at(one.id.uuid());
        Ok((Some(Item::EventType(one)), position))
    })
}

pub(super) async fn write_event_types(conn: &impl Conn, items: &[&EventType]) -> Result<(), Fault> {
    let all = || items.iter();
    conn.execute(
        "INSERT INTO event_types (id, organization_id, name, description, schema, example,
                                  created_at, updated_at)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[],
                              $6::text[], $7::bigint[], $8::bigint[])
         ON CONFLICT DO NOTHING",
        &[
            &all().map(|one| one.id.uuid()).collect::<Vec<_>>(),
            &all()
                .map(|one| catalogue(one.organization_id))
                .collect::<Vec<_>>(),
            &all().map(|one| one.name.as_str()).collect::<Vec<_>>(),
            &all().map(|one| text(&one.description)).collect::<Vec<_>>(),
            &all()
                .map(|one| one.schema.as_ref().map(|schema| schema.get()))
                .collect::<Vec<_>>(),
            &all()
                .map(|one| one.example.as_ref().map(|example| example.get()))
                .collect::<Vec<_>>(),
            &all()
                .map(|one| one.created_at.as_micros())
                .collect::<Vec<_>>(),
            &all()
                .map(|one| one.updated_at.as_micros())
                .collect::<Vec<_>>(),
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn channels(
    conn: &impl Conn,
    after: Option<&Position>,
) -> Result<ItemPage, Fault> {
    let (organization, key) = pages::split(after)?;
    let key = std::str::from_utf8(key).map_err(corrupt)?;
    let sql = format!(
        "SELECT {CHANNEL} FROM channels WHERE (organization_id, key) > ($1, $2)
         ORDER BY organization_id, key LIMIT $3"
    );
    let rows = conn.query(&sql, &[&organization, &key, &ROWS]).await?;
    pages::read(&rows, |row| {
        let (organization, channel) = rows::channel(row)?;
        let position = Position::new(&[organization.as_bytes(), channel.key.as_bytes()]);
        Ok((Some(Item::Channel(organization, channel)), position))
    })
}

pub(super) async fn write_channels(
    conn: &impl Conn,
    items: &[(OrganizationId, &Channel)],
) -> Result<(), Fault> {
    let all = || items.iter().map(|(_, channel)| channel);
    conn.execute(
        "INSERT INTO channels (organization_id, key, label, kind, created_at, updated_at)
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[],
                              $6::bigint[])
         ON CONFLICT DO NOTHING",
        &[
            &items
                .iter()
                .map(|(organization, _)| organization.uuid())
                .collect::<Vec<_>>(),
            &all().map(|one| text(&one.key)).collect::<Vec<_>>(),
            &all().map(|one| text(&one.label)).collect::<Vec<_>>(),
            &all().map(|one| text(&one.kind)).collect::<Vec<_>>(),
            &all()
                .map(|one| one.created_at.as_micros())
                .collect::<Vec<_>>(),
            &all()
                .map(|one| one.updated_at.as_micros())
                .collect::<Vec<_>>(),
        ],
    )
    .await?;
    Ok(())
}
