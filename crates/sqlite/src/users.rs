//! Users and what they may do where.

use bellwire_core::{
    audit::Entry,
    ids::{OrganizationId, UserId},
    ports::Error,
    stored::people::{is_acting_operator, last_operator},
    user::{Identity, Membership, User},
};
use rusqlite::{Connection, OptionalExtension as _, Params, Row, params};

use crate::{
    audit,
    fault::Fault,
    rows::{RowExt as _, damage, time},
};

/// The columns that [`read`] reads.
macro_rules! user_columns {
    () => {
        "SELECT u.id, u.revision, u.email, u.name, u.password, u.operator, u.issuer, u.subject, \
         u.language, u.disabled_at, u.created_at, u.updated_at, u.seq FROM users u "
    };
}

const MEMBERSHIPS: &str = "\
SELECT o.id, m.role, m.by_group FROM memberships m JOIN organizations o ON o.seq = m.organization
WHERE m.user = ?1 AND o.deleted_at IS NULL ORDER BY o.id";
/// Everybody, from an e-mail address on.
pub(crate) const LIST: &str = concat!(
    user_columns!(),
    "WHERE u.email > ?1 ORDER BY u.email LIMIT ?2"
);
/// The members of an organization.
const MEMBERS: &str = concat!(
    user_columns!(),
    "JOIN memberships m ON m.user = u.seq JOIN organizations o ON o.seq = m.organization
     WHERE o.id = ?3 AND o.deleted_at IS NULL AND u.email > ?1 ORDER BY u.email LIMIT ?2"
);

/// A user without memberships, and its seq.
fn read(row: &Row<'_>) -> rusqlite::Result<(User, i64)> {
    let issuer: Option<String> = row.get(6)?;
    let subject: Option<String> = row.get(7)?;
    let user = User {
        id: row.id(0)?,
        revision: row.get(1)?,
        email: row.get(2)?,
        name: row.get(3)?,
        password: row.get(4)?,
        operator: row.get(5)?,
        memberships: Vec::new(),
        identity: issuer
            .zip(subject)
            .map(|(issuer, subject)| Identity { issuer, subject }),
        language: row.get(8)?,
        disabled_at: row.time(9)?,
        created_at: row.at(10)?,
        updated_at: row.at(11)?,
    };
    Ok((user, row.get(12)?))
}

fn with_memberships(conn: &Connection, (mut user, seq): (User, i64)) -> Result<User, Fault> {
    user.memberships = conn
        .prepare_cached(MEMBERSHIPS)?
        .query_map([seq], |row| {
            Ok(Membership {
                organization_id: row.id(0)?,
                role: row
                    .get_ref(1)?
                    .as_str()?
                    .parse()
                    .map_err(|error| damage(1, error))?,
                by_group: row.get(2)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(user)
}

/// The user that a condition names.
pub(crate) fn one(
    conn: &Connection,
    condition: &str,
    params: impl Params,
) -> Result<Option<User>, Fault> {
    conn.prepare_cached(&format!(concat!(user_columns!(), "WHERE {}"), condition))?
        .query_row(params, read)
        .optional()?
        .map(|found| with_memberships(conn, found))
        .transpose()
}

pub(crate) fn list(
    conn: &Connection,
    organization_id: Option<OrganizationId>,
    after: &str,
    limit: usize,
) -> Result<Vec<User>, Fault> {
    let limit = limit as i64;
    let found = match organization_id {
        None => conn
            .prepare_cached(LIST)?
            .query_map(params![after, limit], read)?
            .collect::<rusqlite::Result<Vec<_>>>()?,
        Some(id) => conn
            .prepare_cached(MEMBERS)?
            .query_map(params![after, limit, id.as_bytes()], read)?
            .collect::<rusqlite::Result<Vec<_>>>()?,
    };
    found
        .into_iter()
        .map(|found| with_memberships(conn, found))
        .collect()
}

/// How many operators may sign in.
pub(crate) fn operators(conn: &Connection) -> Result<u64, Fault> {
    let count: i64 = conn
        .prepare_cached("SELECT count(*) FROM users WHERE operator = 1 AND disabled_at IS NULL")?
        .query_row([], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// The seq of a user.
pub(crate) fn seq(conn: &Connection, id: UserId) -> Result<i64, Fault> {
    let seq: Option<i64> = conn
        .prepare_cached("SELECT seq FROM users WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(seq.ok_or(Error::NotFound("user"))?)
}

/// The seq of a living organization. Not from the writer's cache: a local command has no part in
/// the server's.
pub(crate) fn organization(conn: &Connection, id: OrganizationId) -> Result<i64, Fault> {
    let seq: Option<i64> = conn
        .prepare_cached("SELECT seq FROM organizations WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(seq.ok_or(Error::NotFound("organization"))?)
}

/// What a user's memberships refer to.
fn organizations(conn: &Connection, user: &User) -> Result<Vec<i64>, Fault> {
    user.memberships
        .iter()
        .map(|membership| organization(conn, membership.organization_id))
        .collect()
}

/// Refuses an e-mail address or an identity that another user has.
fn unique(conn: &Connection, user: &User) -> Result<(), Fault> {
    let id = user.id.as_bytes();
    let taken: bool = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM users WHERE email = ?1 AND id <> ?2)")?
        .query_row(params![user.email, id], |row| row.get(0))?;
    if taken {
        return Err(Error::Taken("email").into());
    }
    let Some(identity) = &user.identity else {
        return Ok(());
    };
    let taken: bool = conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM users WHERE issuer = ?1 AND subject = ?2 AND id <> ?3)",
        )?
        .query_row(params![identity.issuer, identity.subject, id], |row| {
            row.get(0)
        })?;
    if taken {
        return Err(Error::Taken("identity").into());
    }
    Ok(())
}

/// Refuses to lose the last operator who may sign in.
fn keep_an_operator(conn: &Connection, seq: i64) -> Result<(), Fault> {
    let is_one: bool = conn
        .prepare_cached("SELECT operator = 1 AND disabled_at IS NULL FROM users WHERE seq = ?1")?
        .query_row([seq], |row| row.get(0))?;
    if is_one && operators(conn)? <= 1 {
        return Err(last_operator().into());
    }
    Ok(())
}

fn enrol(conn: &Connection, seq: i64, user: &User, organizations: &[i64]) -> Result<(), Fault> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO memberships (user, organization, role, by_group) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (membership, organization) in user.memberships.iter().zip(organizations) {
        insert.execute(params![
            seq,
            organization,
            membership.role.as_str(),
            membership.by_group,
        ])?;
    }
    Ok(())
}

pub(crate) fn create(conn: &Connection, user: &User, entry: &Entry) -> Result<(), Fault> {
    unique(conn, user)?;
    let organizations = organizations(conn, user)?;
    conn.prepare_cached(
        "INSERT INTO users (id, revision, email, name, password, operator, issuer, subject,
                            language, disabled_at, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        user.id.as_bytes(),
        user.revision,
        user.email,
        user.name,
        user.password,
        user.operator,
        user.identity.as_ref().map(|identity| &identity.issuer),
        user.identity.as_ref().map(|identity| &identity.subject),
        user.language,
        time(user.disabled_at),
        user.created_at.as_micros(),
        user.updated_at.as_micros(),
    ])?;
    enrol(conn, conn.last_insert_rowid(), user, &organizations)?;
    audit::write(conn, entry)
}

pub(crate) fn update(
    conn: &Connection,
    user: &User,
    end_sessions: bool,
    entry: &Entry,
) -> Result<(), Fault> {
    let seq = seq(conn, user.id)?;
    let revision: u32 = conn
        .prepare_cached("SELECT revision FROM users WHERE seq = ?1")?
        .query_row([seq], |row| row.get(0))?;
    if user.revision != revision.wrapping_add(1) {
        return Err(Error::Stale.into());
    }
    unique(conn, user)?;
    let organizations = organizations(conn, user)?;
    if !is_acting_operator(user) {
        keep_an_operator(conn, seq)?;
    }
    conn.prepare_cached(
        "UPDATE users SET revision = ?2, email = ?3, name = ?4, password = ?5, operator = ?6,
             issuer = ?7, subject = ?8, language = ?9, disabled_at = ?10, updated_at = ?11
         WHERE seq = ?1",
    )?
    .execute(params![
        seq,
        user.revision,
        user.email,
        user.name,
        user.password,
        user.operator,
        user.identity.as_ref().map(|identity| &identity.issuer),
        user.identity.as_ref().map(|identity| &identity.subject),
        user.language,
        time(user.disabled_at),
        user.updated_at.as_micros(),
    ])?;
    conn.prepare_cached("DELETE FROM memberships WHERE user = ?1")?
        .execute([seq])?;
    enrol(conn, seq, user, &organizations)?;
    if end_sessions {
        conn.prepare_cached("DELETE FROM sessions WHERE user = ?1")?
            .execute([seq])?;
    }
    audit::write(conn, entry)
}

pub(crate) fn delete(conn: &Connection, id: UserId, entry: &Entry) -> Result<(), Fault> {
    let seq = seq(conn, id)?;
    keep_an_operator(conn, seq)?;
    for sql in [
        "DELETE FROM memberships WHERE user = ?1",
        "DELETE FROM sessions WHERE user = ?1",
        "DELETE FROM links WHERE user = ?1",
        "DELETE FROM users WHERE seq = ?1",
    ] {
        conn.prepare_cached(sql)?.execute([seq])?;
    }
    audit::write(conn, entry)
}
