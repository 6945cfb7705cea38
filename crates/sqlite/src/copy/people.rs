//! Tokens, users, links, sessions and the audit log, out of and into their tables.
//!
//! What refers to something that is gone is passed over: a token must not lose its organization and
//! become one that reaches everything.

use bellwire_core::{
    copied::{Entry, Item, Link, Session, Token, User},
    ids::{LinkId, OrganizationId, UserId},
    ports::{ItemPage, Position},
};
use rusqlite::{Connection, Row, params};

use super::pages::{self, ROWS};
use crate::{
    fault::Fault,
    rows::{RowExt as _, time},
};

/// An id that need not be there.
fn maybe<I>(
    row: &Row<'_>,
    column: usize,
    id: impl FnOnce([u8; 16]) -> I,
) -> rusqlite::Result<Option<I>> {
    Ok(row.get::<_, Option<[u8; 16]>>(column)?.map(id))
}

pub(super) fn tokens(conn: &Connection, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT t.id, o.id, t.name, t.sha256, t.role, t.created_at, t.revoked_at, t.expires_at,
                t.last_used_at, t.seq
         FROM tokens t LEFT JOIN organizations o ON o.seq = t.organization
         WHERE t.seq > ?1 AND (t.organization IS NULL OR o.seq IS NOT NULL)
         ORDER BY t.seq LIMIT ?2",
    )?;
    pages::read(&mut statement, params![pages::seq(after)?, ROWS], |row| {
        let one = Token {
            id: row.id(0)?,
            organization_id: maybe(row, 1, OrganizationId::from_bytes)?,
            name: row.get(2)?,
            sha256: row.get(3)?,
            role: row.get(4)?,
            created_at: row.at(5)?,
            revoked_at: row.time(6)?,
            expires_at: row.time(7)?,
            last_used_at: row.time(8)?,
        };
        Ok((Item::Token(one), pages::at(row.get(9)?), 0))
    })
}

pub(super) fn write_token(conn: &Connection, one: &Token) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO tokens (id, organization, name, sha256, role, created_at, revoked_at,
                             expires_at, last_used_at)
         SELECT ?1, o.seq, ?3, ?4, ?5, ?6, ?7, ?8, ?9
         FROM (SELECT 1) LEFT JOIN organizations o ON o.id = ?2
         WHERE ?2 IS NULL OR o.seq IS NOT NULL
         ON CONFLICT (id) DO NOTHING",
    )?
    .execute(params![
        one.id.as_bytes(),
        one.organization_id.as_ref().map(OrganizationId::as_bytes),
        one.name,
        one.sha256,
        one.role,
        one.created_at.as_micros(),
        time(one.revoked_at),
        time(one.expires_at),
        time(one.last_used_at),
    ])?;
    Ok(())
}

pub(super) fn users(conn: &Connection, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT id, revision, email, name, password, operator, issuer, subject, language,
                disabled_at, created_at, updated_at, seq
         FROM users WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    )?;
    let mut memberships = conn.prepare_cached(
        "SELECT o.id, m.role, m.by_group FROM memberships m
         JOIN organizations o ON o.seq = m.organization WHERE m.user = ?1 ORDER BY o.id",
    )?;
    pages::read(&mut statement, params![pages::seq(after)?, ROWS], |row| {
        let seq: i64 = row.get(12)?;
        let memberships = memberships
            .query_map([seq], |row| Ok((row.id(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let bytes = memberships.len() * 32;
        let one = User {
            id: row.id(0)?,
            revision: row.get(1)?,
            email: row.get(2)?,
            name: row.get(3)?,
            password: row.get(4)?,
            operator: row.get(5)?,
            issuer: row.get(6)?,
            subject: row.get(7)?,
            language: row.get(8)?,
            disabled_at: row.time(9)?,
            created_at: row.at(10)?,
            updated_at: row.at(11)?,
            memberships,
        };
        Ok((Item::User(Box::new(one)), pages::at(seq), bytes))
    })
}

pub(super) fn write_user(conn: &Connection, one: &User) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO users (id, revision, email, name, password, operator, issuer, subject,
                            language, disabled_at, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (id) DO NOTHING",
    )?
    .execute(params![
        one.id.as_bytes(),
        one.revision,
        one.email,
        one.name,
        one.password,
        one.operator,
        one.issuer,
        one.subject,
        one.language,
        time(one.disabled_at),
        one.created_at.as_micros(),
        one.updated_at.as_micros(),
    ])?;
    let mut enrol = conn.prepare_cached(
        "INSERT INTO memberships (user, organization, role, by_group)
         SELECT u.seq, o.seq, ?3, ?4 FROM users u, organizations o WHERE u.id = ?1 AND o.id = ?2
         ON CONFLICT DO NOTHING",
    )?;
    for (organization, role, by_group) in &one.memberships {
        enrol.execute(params![
            one.id.as_bytes(),
            organization.as_bytes(),
            role,
            by_group
        ])?;
    }
    Ok(())
}

pub(super) fn links(conn: &Connection, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT l.id, l.kind, u.id, o.id, l.portal, l.created_at, l.created_by, l.expires_at,
                l.used_at, l.revoked_at, l.ends_at, l.seq
         FROM links l LEFT JOIN users u ON u.seq = l.user
         LEFT JOIN organizations o ON o.seq = l.organization
         WHERE l.seq > ?1 AND (l.user IS NULL OR u.seq IS NOT NULL)
               AND (l.organization IS NULL OR o.seq IS NOT NULL)
         ORDER BY l.seq LIMIT ?2",
    )?;
    pages::read(&mut statement, params![pages::seq(after)?, ROWS], |row| {
        let one = Link {
            id: row.id(0)?,
            kind: row.get(1)?,
            user_id: maybe(row, 2, UserId::from_bytes)?,
            organization_id: maybe(row, 3, OrganizationId::from_bytes)?,
            portal: row.get(4)?,
            created_at: row.at(5)?,
            created_by: row.get(6)?,
            expires_at: row.at(7)?,
            used_at: row.time(8)?,
            revoked_at: row.time(9)?,
            ends_at: row.at(10)?,
        };
        Ok((Item::Link(Box::new(one)), pages::at(row.get(11)?), 0))
    })
}

pub(super) fn write_link(conn: &Connection, one: &Link) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO links (id, kind, user, organization, portal, created_at, created_by,
                            expires_at, used_at, revoked_at, ends_at)
         SELECT ?1, ?2, u.seq, o.seq, ?5, ?6, ?7, ?8, ?9, ?10, ?11
         FROM (SELECT 1) LEFT JOIN users u ON u.id = ?3 LEFT JOIN organizations o ON o.id = ?4
         WHERE (?3 IS NULL OR u.seq IS NOT NULL) AND (?4 IS NULL OR o.seq IS NOT NULL)
         ON CONFLICT (id) DO NOTHING",
    )?
    .execute(params![
        one.id.as_bytes(),
        one.kind,
        one.user_id.as_ref().map(UserId::as_bytes),
        one.organization_id.as_ref().map(OrganizationId::as_bytes),
        one.portal,
        one.created_at.as_micros(),
        one.created_by,
        one.expires_at.as_micros(),
        time(one.used_at),
        time(one.revoked_at),
        one.ends_at.as_micros(),
    ])?;
    Ok(())
}

pub(super) fn sessions(conn: &Connection, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT s.id, s.sha256, u.id, l.id, s.portal, s.created_at, s.seen_at, s.expires_at,
                s.ends_at, s.address, s.agent, s.seq
         FROM sessions s LEFT JOIN users u ON u.seq = s.user LEFT JOIN links l ON l.seq = s.link
         WHERE s.seq > ?1 AND (s.user IS NULL OR u.seq IS NOT NULL)
               AND (s.link IS NULL OR l.seq IS NOT NULL)
         ORDER BY s.seq LIMIT ?2",
    )?;
    pages::read(&mut statement, params![pages::seq(after)?, ROWS], |row| {
        let one = Session {
            id: row.id(0)?,
            sha256: row.get(1)?,
            user_id: maybe(row, 2, UserId::from_bytes)?,
            link_id: maybe(row, 3, LinkId::from_bytes)?,
            portal: row.get(4)?,
            created_at: row.at(5)?,
            seen_at: row.at(6)?,
            expires_at: row.at(7)?,
            ends_at: row.at(8)?,
            address: row.get(9)?,
            agent: row.get(10)?,
        };
        Ok((Item::Session(Box::new(one)), pages::at(row.get(11)?), 0))
    })
}

pub(super) fn write_session(conn: &Connection, one: &Session) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO sessions (id, sha256, user, link, portal, created_at, seen_at, expires_at,
                               ends_at, address, agent)
         SELECT ?1, ?2, u.seq, l.seq, ?5, ?6, ?7, ?8, ?9, ?10, ?11
         FROM (SELECT 1) LEFT JOIN users u ON u.id = ?3 LEFT JOIN links l ON l.id = ?4
         WHERE (?3 IS NULL OR u.seq IS NOT NULL) AND (?4 IS NULL OR l.seq IS NOT NULL)
         ON CONFLICT (id) DO NOTHING",
    )?
    .execute(params![
        one.id.as_bytes(),
        one.sha256,
        one.user_id.as_ref().map(UserId::as_bytes),
        one.link_id.as_ref().map(LinkId::as_bytes),
        one.portal,
        one.created_at.as_micros(),
        one.seen_at.as_micros(),
        one.expires_at.as_micros(),
        one.ends_at.as_micros(),
        one.address,
        one.agent,
    ])?;
    Ok(())
}

pub(super) fn audit(conn: &Connection, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT id, at, organization, actor_kind, actor_id, actor_name, address, request, action,
                subject, label, before, after, seq
         FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    )?;
    pages::read(&mut statement, params![pages::seq(after)?, ROWS], |row| {
        let one = Entry {
            id: row.id(0)?,
            at: row.at(1)?,
            organization_id: maybe(row, 2, OrganizationId::from_bytes)?,
            actor_kind: row.get(3)?,
            actor_id: row.get(4)?,
            actor_name: row.get(5)?,
            address: row.get(6)?,
            request: row.get(7)?,
            action: row.get(8)?,
            subject: row.get(9)?,
            label: row.get(10)?,
            before: row.get(11)?,
            after: row.get(12)?,
        };
        let told = [&one.before, &one.after];
        let bytes = told.into_iter().flatten().map(String::len).sum();
        Ok((Item::Entry(Box::new(one)), pages::at(row.get(13)?), bytes))
    })
}

pub(super) fn write_entry(conn: &Connection, one: &Entry) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO audit (id, at, organization, actor_kind, actor_id, actor_name, address,
                            request, action, subject, label, before, after)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT (id) DO NOTHING",
    )?
    .execute(params![
        one.id.as_bytes(),
        one.at.as_micros(),
        one.organization_id.as_ref().map(OrganizationId::as_bytes),
        one.actor_kind,
        one.actor_id,
        one.actor_name,
        one.address,
        one.request,
        one.action,
        one.subject,
        one.label,
        one.before,
        one.after,
    ])?;
    Ok(())
}
