//! Tokens, users, links, sessions and the audit log, out of and into their tables.
//!
//! What refers to something that is gone is passed over, as on SQLite.

use bellwire_core::{
    copied::{Entry, Item, Link, Session, Token, User},
    ids::{LinkId, OrganizationId, UserId},
    ports::{ItemPage, Position},
};
use tokio_postgres::Row;
use uuid::Uuid;

use super::pages::{self, BYTES, ROWS, is_there};
use crate::{
    connect::Conn,
    enqueue::array,
    fault::Fault,
    rows::{Key, RowExt as _, text, time},
};

/// An id that need not be there.
fn maybe<I: Key>(row: &Row, column: usize) -> Result<Option<I>, Fault> {
    Ok(row.try_get::<_, Option<Uuid>>(column)?.map(I::from))
}

/// One array of a column.
macro_rules! column {
    ($items:expr, $one:ident => $value:expr) => {
        &$items.iter().map(|$one| $value).collect::<Vec<_>>()
    };
}

/// A text that need not be there.
fn option(value: &Option<String>) -> Option<String> {
    value.as_deref().map(text)
}

pub(super) async fn tokens(conn: &impl Conn, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let rows = conn
        .query(
            concat!(
                "SELECT t.id, t.organization_id, t.name, t.sha256, t.role, t.created_at,
                        t.revoked_at, t.expires_at, t.last_used_at, t.organization_id IS NULL OR ",
                is_there!("organizations o WHERE o.id = t.organization_id"),
                " FROM tokens t WHERE id > $1 ORDER BY id LIMIT $2"
            ),
            &[&pages::id(after)?, &ROWS],
        )
        .await?;
    pages::read(&rows, |row| {
        let one = Token {
            id: row.id(0)?,
            organization_id: maybe::<OrganizationId>(row, 1)?,
            name: row.try_get(2)?,
            sha256: array(row.try_get(3)?)?,
            role: row.try_get(4)?,
            created_at: row.at(5)?,
            revoked_at: row.time(6)?,
            expires_at: row.time(7)?,
            last_used_at: row.time(8)?,
        };
        let belongs: bool = row.try_get(9)?;
        let position = pages::at(one.id.uuid());
        Ok((belongs.then_some(Item::Token(one)), position))
    })
}

pub(super) async fn write_tokens(conn: &impl Conn, items: &[&Token]) -> Result<(), Fault> {
    conn.execute(
        "INSERT INTO tokens (id, organization_id, name, sha256, role, created_at, revoked_at,
                             expires_at, last_used_at)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::text[],
             $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[])
         ON CONFLICT DO NOTHING",
        &[
            column!(items, one => one.id.uuid()),
            column!(items, one => one.organization_id.map(|id| id.uuid())),
            column!(items, one => text(&one.name)),
            column!(items, one => one.sha256.as_slice()),
            column!(items, one => one.role.as_str()),
            column!(items, one => one.created_at.as_micros()),
            column!(items, one => time(one.revoked_at)),
            column!(items, one => time(one.expires_at)),
            column!(items, one => time(one.last_used_at)),
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn users(conn: &impl Conn, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let rows = conn
        .query(
            "SELECT id, revision, email, name, password, operator, issuer, subject, language,
                    disabled_at, created_at, updated_at,
                    ARRAY(SELECT m.organization_id FROM memberships m WHERE m.user_id = u.id
                          ORDER BY 1),
                    ARRAY(SELECT m.role FROM memberships m WHERE m.user_id = u.id
                          ORDER BY m.organization_id),
                    ARRAY(SELECT m.by_group FROM memberships m WHERE m.user_id = u.id
                          ORDER BY m.organization_id)
             FROM users u WHERE id > $1 ORDER BY id LIMIT $2",
            &[&pages::id(after)?, &ROWS],
        )
        .await?;
    pages::read(&rows, |row| {
        let organizations: Vec<Uuid> = row.try_get(12)?;
        let roles: Vec<String> = row.try_get(13)?;
        let by_group: Vec<bool> = row.try_get(14)?;
        let memberships = organizations.into_iter().zip(roles).zip(by_group);
        let one = User {
            id: row.id(0)?,
            revision: row.u32(1)?,
            email: row.try_get(2)?,
            name: row.try_get(3)?,
            password: row.try_get(4)?,
            operator: row.try_get(5)?,
            issuer: row.try_get(6)?,
            subject: row.try_get(7)?,
            language: row.try_get(8)?,
            disabled_at: row.time(9)?,
            created_at: row.at(10)?,
            updated_at: row.at(11)?,
            memberships: memberships
                .map(|((id, role), by_group)| (OrganizationId::from(id), role, by_group))
                .collect(),
        };
        let position = pages::at(one.id.uuid());
        Ok((Some(Item::User(Box::new(one))), position))
    })
}

pub(super) async fn write_users(conn: &impl Conn, items: &[&User]) -> Result<(), Fault> {
    conn.execute(
        "INSERT INTO users (id, revision, email, name, password, operator, issuer, subject,
                            language, disabled_at, created_at, updated_at)
         SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[],
             $6::bool[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::bigint[],
             $12::bigint[])
         ON CONFLICT DO NOTHING",
        &[
            column!(items, one => one.id.uuid()),
            column!(items, one => one.revision.cast_signed()),
            column!(items, one => text(&one.email)),
            column!(items, one => text(&one.name)),
            column!(items, one => option(&one.password)),
            column!(items, one => one.operator),
            column!(items, one => option(&one.issuer)),
            column!(items, one => option(&one.subject)),
            column!(items, one => option(&one.language)),
            column!(items, one => time(one.disabled_at)),
            column!(items, one => one.created_at.as_micros()),
            column!(items, one => one.updated_at.as_micros()),
        ],
    )
    .await?;
    let memberships: Vec<_> = items
        .iter()
        .flat_map(|one| one.memberships.iter().map(|of| (one.id.uuid(), of)))
        .collect();
    conn.execute(
        "INSERT INTO memberships (user_id, organization_id, role, by_group)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bool[])
         ON CONFLICT DO NOTHING",
        &[
            column!(memberships, of => of.0),
            column!(memberships, of => of.1.0.uuid()),
            column!(memberships, of => of.1.1.as_str()),
            column!(memberships, of => of.1.2),
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn links(conn: &impl Conn, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let rows = conn
        .query(
            concat!(
                "SELECT l.id, l.kind, l.user_id, l.organization_id, l.portal, l.created_at,
                        l.created_by, l.expires_at, l.used_at, l.revoked_at, l.ends_at,
                        (l.user_id IS NULL OR ",
                is_there!("users u WHERE u.id = l.user_id"),
                ") AND (l.organization_id IS NULL OR ",
                is_there!("organizations o WHERE o.id = l.organization_id"),
                ") FROM links l WHERE id > $1 ORDER BY id LIMIT $2"
            ),
            &[&pages::id(after)?, &ROWS],
        )
        .await?;
    pages::read(&rows, |row| {
        let one = Link {
            id: row.id(0)?,
            kind: row.try_get(1)?,
            user_id: maybe::<UserId>(row, 2)?,
            organization_id: maybe::<OrganizationId>(row, 3)?,
            portal: row.try_get(4)?,
            created_at: row.at(5)?,
            created_by: row.try_get(6)?,
            expires_at: row.at(7)?,
            used_at: row.time(8)?,
            revoked_at: row.time(9)?,
            ends_at: row.at(10)?,
        };
        let belongs: bool = row.try_get(11)?;
        let position = pages::at(one.id.uuid());
        Ok((belongs.then(|| Item::Link(Box::new(one))), position))
    })
}

pub(super) async fn write_links(conn: &impl Conn, items: &[&Link]) -> Result<(), Fault> {
    conn.execute(
        "INSERT INTO links (id, kind, user_id, organization_id, portal, created_at, created_by,
                            expires_at, used_at, revoked_at, ends_at)
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[],
             $6::bigint[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
         ON CONFLICT DO NOTHING",
        &[
            column!(items, one => one.id.uuid()),
            column!(items, one => one.kind.as_str()),
            column!(items, one => one.user_id.map(|id| id.uuid())),
            column!(items, one => one.organization_id.map(|id| id.uuid())),
            column!(items, one => option(&one.portal)),
            column!(items, one => one.created_at.as_micros()),
            column!(items, one => text(&one.created_by)),
            column!(items, one => one.expires_at.as_micros()),
            column!(items, one => time(one.used_at)),
            column!(items, one => time(one.revoked_at)),
            column!(items, one => one.ends_at.as_micros()),
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn sessions(
    conn: &impl Conn,
    after: Option<&Position>,
) -> Result<ItemPage, Fault> {
    let rows = conn
        .query(
            concat!(
                "SELECT s.id, s.sha256, s.user_id, s.link_id, s.portal, s.created_at, s.seen_at,
                        s.expires_at, s.ends_at, s.address, s.agent, (s.user_id IS NULL OR ",
                is_there!("users u WHERE u.id = s.user_id"),
                ") AND (s.link_id IS NULL OR ",
                is_there!("links l WHERE l.id = s.link_id"),
                ") FROM sessions s WHERE id > $1 ORDER BY id LIMIT $2"
            ),
            &[&pages::id(after)?, &ROWS],
        )
        .await?;
    pages::read(&rows, |row| {
        let one = Session {
            id: row.id(0)?,
            sha256: array(row.try_get(1)?)?,
            user_id: maybe::<UserId>(row, 2)?,
            link_id: maybe::<LinkId>(row, 3)?,
            portal: row.try_get(4)?,
            created_at: row.at(5)?,
            seen_at: row.at(6)?,
            expires_at: row.at(7)?,
            ends_at: row.at(8)?,
            address: row.try_get(9)?,
            agent: row.try_get(10)?,
        };
        let belongs: bool = row.try_get(11)?;
        let position = pages::at(one.id.uuid());
        Ok((belongs.then(|| Item::Session(Box::new(one))), position))
    })
}

pub(super) async fn write_sessions(conn: &impl Conn, items: &[&Session]) -> Result<(), Fault> {
    conn.execute(
        "INSERT INTO sessions (id, sha256, user_id, link_id, portal, created_at, seen_at,
                               expires_at, ends_at, address, agent)
         SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::uuid[], $4::uuid[], $5::text[],
             $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::text[], $11::text[])
         ON CONFLICT DO NOTHING",
        &[
            column!(items, one => one.id.uuid()),
            column!(items, one => one.sha256.as_slice()),
            column!(items, one => one.user_id.map(|id| id.uuid())),
            column!(items, one => one.link_id.map(|id| id.uuid())),
            column!(items, one => option(&one.portal)),
            column!(items, one => one.created_at.as_micros()),
            column!(items, one => one.seen_at.as_micros()),
            column!(items, one => one.expires_at.as_micros()),
            column!(items, one => one.ends_at.as_micros()),
            column!(items, one => option(&one.address)),
            column!(items, one => option(&one.agent)),
        ],
    )
    .await?;
    Ok(())
}

/// Before and after can be long, so a page ends before it is.
const AUDIT: &str = "\
SELECT id, at, organization_id, actor_kind, actor_id, actor_name, address, request, action, subject,
       label, before, after
FROM (SELECT p.*, sum(p.bytes) OVER (ORDER BY p.id ROWS UNBOUNDED PRECEDING) - p.bytes AS above
      FROM (SELECT *, octet_length(coalesce(before, '')) + octet_length(coalesce(after, ''))
                      AS bytes
            FROM audit WHERE id > $1 ORDER BY id LIMIT $2) p) a
WHERE above < $3 ORDER BY id";

pub(super) async fn audit(conn: &impl Conn, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let rows = conn
        .query(AUDIT, &[&pages::id(after)?, &ROWS, &BYTES])
        .await?;
    pages::read(&rows, |row| {
        let one = Entry {
            id: row.id(0)?,
            at: row.at(1)?,
            organization_id: maybe::<OrganizationId>(row, 2)?,
            actor_kind: row.try_get(3)?,
            actor_id: row.try_get(4)?,
            actor_name: row.try_get(5)?,
            address: row.try_get(6)?,
            request: row.try_get(7)?,
            action: row.try_get(8)?,
            subject: row.try_get(9)?,
            label: row.try_get(10)?,
            before: row.try_get(11)?,
            after: row.try_get(12)?,
        };
        let position = pages::at(one.id.uuid());
        Ok((Some(Item::Entry(Box::new(one))), position))
    })
}

pub(super) async fn write_audit(conn: &impl Conn, items: &[&Entry]) -> Result<(), Fault> {
    conn.execute(
        "INSERT INTO audit (id, at, organization_id, actor_kind, actor_id, actor_name, address,
                            request, action, subject, label, before, after)
         SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[],
             $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
             $12::text[], $13::text[])
         ON CONFLICT DO NOTHING",
        &[
            column!(items, one => one.id.uuid()),
            column!(items, one => one.at.as_micros()),
            column!(items, one => one.organization_id.map(|id| id.uuid())),
            column!(items, one => text(&one.actor_kind)),
            column!(items, one => option(&one.actor_id)),
            column!(items, one => text(&one.actor_name)),
            column!(items, one => option(&one.address)),
            column!(items, one => option(&one.request)),
            column!(items, one => text(&one.action)),
            column!(items, one => text(&one.subject)),
            column!(items, one => text(&one.label)),
            column!(items, one => option(&one.before)),
            column!(items, one => option(&one.after)),
        ],
    )
    .await?;
    Ok(())
}
