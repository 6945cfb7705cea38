//! Users and what they may do where.

use bellwire_core::{
    access::Role,
    audit::Entry,
    ids::{OrganizationId, UserId},
    ports::Error,
    stored::people::{is_acting_operator, last_operator},
    user::{Identity, Membership, User},
};
use tokio::time::Instant;
use tokio_postgres::{Error as PgError, Row, error::SqlState, types::ToSql};
use uuid::Uuid;

use crate::{
    audit, changes,
    connect::Conn,
    fault::{Fault, corrupt},
    locks,
    rows::{Key as _, RowExt as _, text, time},
    shared::Shared,
};

/// Held by who may take an operator away, so that two do not take the last two. Before any other
/// lock.
const OPERATORS: i64 = 0x6265_6c6c_0000_0003;

/// Users out of a source, with the memberships in living organizations: one statement, so one state.
/// The organization is asked for in a subquery of its own, because a join may be planned to begin
/// with all organizations.
macro_rules! users {
    ($source:literal) => {
        concat!(
            "SELECT u.id, u.revision, u.email, u.name, u.password, u.operator, u.issuer, \
             u.subject, u.language, u.disabled_at, u.created_at, u.updated_at, m.organizations, \
             m.roles, m.groups
             FROM ",
            $source,
            " u CROSS JOIN LATERAL (
                 SELECT array_agg(m.organization_id ORDER BY m.organization_id) AS organizations,
                        array_agg(m.role ORDER BY m.organization_id) AS roles,
                        array_agg(m.by_group ORDER BY m.organization_id) AS groups
                 FROM memberships m
                 WHERE m.user_id = u.id AND (SELECT o.deleted_at IS NULL FROM organizations o
                                             WHERE o.id = m.organization_id)) m "
        )
    };
}

/// The one that a condition names.
pub(crate) const ONE: &str = users!("users");
/// Everybody, from an e-mail address on.
pub(crate) const LIST: &str = concat!(
    users!("(SELECT * FROM users WHERE email > $1 ORDER BY email LIMIT $2)"),
    "ORDER BY u.email"
);
/// The members of an organization. It begins with those, and not with everybody (`OFFSET 0` keeps it
/// from being planned so).
pub(crate) const MEMBERS: &str = concat!(
    users!(
        "(SELECT u.* FROM memberships w
                 CROSS JOIN LATERAL (SELECT * FROM users WHERE id = w.user_id OFFSET 0) u
          WHERE w.organization_id = $3 AND u.email > $1
                AND (SELECT o.deleted_at IS NULL FROM organizations o WHERE o.id = $3)
          ORDER BY u.email LIMIT $2)"
    ),
    "ORDER BY u.email"
);

fn read(row: &Row) -> Result<User, Fault> {
    let issuer: Option<String> = row.try_get(6)?;
    let subject: Option<String> = row.try_get(7)?;
    let organizations: Option<Vec<Uuid>> = row.try_get(12)?;
    let roles: Option<Vec<String>> = row.try_get(13)?;
    let groups: Option<Vec<bool>> = row.try_get(14)?;
    let memberships = organizations
        .unwrap_or_default()
        .into_iter()
        .zip(roles.unwrap_or_default())
        .zip(groups.unwrap_or_default())
        .map(|((organization, role), by_group)| {
            Ok(Membership {
                organization_id: OrganizationId::from(organization),
                role: role.parse::<Role>().map_err(corrupt)?,
                by_group,
            })
        })
        .collect::<Result<_, Fault>>()?;
    Ok(User {
        id: row.id(0)?,
        revision: row.u32(1)?,
        email: row.try_get(2)?,
        name: row.try_get(3)?,
        password: row.try_get(4)?,
        operator: row.try_get(5)?,
        memberships,
        identity: issuer
            .zip(subject)
            .map(|(issuer, subject)| Identity { issuer, subject }),
        language: row.try_get(8)?,
        disabled_at: row.time(9)?,
        created_at: row.at(10)?,
        updated_at: row.at(11)?,
    })
}

/// The user that a condition names.
pub(crate) async fn one(
    conn: &impl Conn,
    condition: &str,
    params: &[&(dyn ToSql + Sync)],
) -> Result<Option<User>, Fault> {
    let sql = format!("{ONE} WHERE {condition}");
    let found = conn.query_opt(&sql, params).await?;
    found.map(|row| read(&row)).transpose()
}

pub(crate) async fn list(
    conn: &impl Conn,
    organization_id: Option<OrganizationId>,
    after: &str,
    limit: usize,
) -> Result<Vec<User>, Fault> {
    let limit = limit as i64;
    let rows = match organization_id {
        None => conn.query(LIST, &[&after, &limit]).await?,
        Some(id) => conn.query(MEMBERS, &[&after, &limit, &id.uuid()]).await?,
    };
    rows.iter().map(read).collect()
}

/// How many operators may sign in.
pub(crate) async fn operators(conn: &impl Conn) -> Result<u64, Fault> {
    let sql = "SELECT count(*) FROM users WHERE operator AND disabled_at IS NULL";
    match conn.query_opt(sql, &[]).await? {
        Some(row) => Ok(row.try_get::<_, i64>(0)?.unsigned_abs()),
        None => Ok(0),
    }
}

/// Sees that organizations are there, and keeps them there until the transaction ends.
pub(crate) async fn keep_organizations(
    conn: &impl Conn,
    organizations: impl Iterator<Item = OrganizationId> + Clone,
) -> Result<(), Fault> {
    let keys = locks::sorted(organizations.clone().map(locks::key));
    if keys.is_empty() {
        return Ok(());
    }
    conn.query(locks::SHARED, &[&keys]).await?;
    let ids: Vec<Uuid> = organizations.map(|id| id.uuid()).collect();
    let row = conn
        .query_opt(
            "SELECT NOT EXISTS (
                 SELECT 1 FROM unnest($1::uuid[]) AS k (id)
                 LEFT JOIN organizations o ON o.id = k.id AND o.deleted_at IS NULL
                 WHERE o.id IS NULL)",
            &[&ids],
        )
        .await?;
    match row.is_some_and(|row| row.get(0)) {
        true => Ok(()),
        false => Err(Error::NotFound("organization").into()),
    }
}

/// What a unique index says to a user that is not.
fn taken(error: PgError) -> Fault {
    let constraint = error
        .as_db_error()
        .filter(|error| error.code() == &SqlState::UNIQUE_VIOLATION)
        .and_then(|error| error.constraint());
    match constraint {
        Some("users_by_email") => Error::Taken("email").into(),
        Some("users_by_identity") => Error::Taken("identity").into(),
        _ => error.into(),
    }
}

async fn enrol(conn: &impl Conn, user: &User) -> Result<(), Fault> {
    let of = &user.memberships;
    let organizations: Vec<Uuid> = of.iter().map(|one| one.organization_id.uuid()).collect();
    let roles: Vec<&str> = of.iter().map(|one| one.role.as_str()).collect();
    let groups: Vec<bool> = of.iter().map(|one| one.by_group).collect();
    conn.execute(
        "INSERT INTO memberships (user_id, organization_id, role, by_group)
         SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::boolean[])",
        &[&user.id.uuid(), &organizations, &roles, &groups],
    )
    .await?;
    Ok(())
}

pub(crate) async fn create(shared: &Shared, user: &User, entry: &Entry) -> Result<(), Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let organizations = user.memberships.iter().map(|one| one.organization_id);
    keep_organizations(&transaction, organizations).await?;
    transaction
        .execute(
            "INSERT INTO users (id, revision, email, name, password, operator, issuer, subject,
                                language, disabled_at, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            &[
                &user.id.uuid(),
                &user.revision.cast_signed(),
                &text(&user.email),
                &text(&user.name),
                &user.password.as_deref().map(text),
                &user.operator,
                &user.identity.as_ref().map(|one| text(&one.issuer)),
                &user.identity.as_ref().map(|one| text(&one.subject)),
                &user.language.as_deref().map(text),
                &time(user.disabled_at),
                &user.created_at.as_micros(),
                &user.updated_at.as_micros(),
            ],
        )
        .await
        .map_err(taken)?;
    enrol(&transaction, user).await?;
    audit::write(&transaction, entry).await?;
    changes::tell_platform(&transaction).await?;
    shared.commit(transaction, began).await
}

/// A user as it is stored now, locked: the revision, and whether it is an operator who may sign in.
async fn hold(conn: &impl Conn, id: UserId) -> Result<(u32, bool), Fault> {
    let row = conn
        .query_opt(
            "SELECT revision, operator AND disabled_at IS NULL FROM users WHERE id = $1 FOR UPDATE",
            &[&id.uuid()],
        )
        .await?
        .ok_or(Error::NotFound("user"))?;
    Ok((row.u32(0)?, row.try_get(1)?))
}

/// Refuses to lose the last operator who may sign in.
async fn keep_an_operator(conn: &impl Conn, is_one: bool) -> Result<(), Fault> {
    if is_one && operators(conn).await? <= 1 {
        return Err(last_operator().into());
    }
    Ok(())
}

pub(crate) async fn update(
    shared: &Shared,
    user: &User,
    end_sessions: bool,
    entry: &Entry,
) -> Result<(), Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    transaction
        .query("SELECT pg_advisory_xact_lock($1)", &[&OPERATORS])
        .await?;
    let organizations = user.memberships.iter().map(|one| one.organization_id);
    let there = keep_organizations(&transaction, organizations).await;
    let (revision, is_one) = hold(&transaction, user.id).await?;
    if user.revision != revision.wrapping_add(1) {
        return Err(Error::Stale.into());
    }
    there?;
    if !is_acting_operator(user) {
        keep_an_operator(&transaction, is_one).await?;
    }
    transaction
        .execute(
            "UPDATE users SET revision = $2, email = $3, name = $4, password = $5, operator = $6,
                 issuer = $7, subject = $8, language = $9, disabled_at = $10, updated_at = $11
             WHERE id = $1",
            &[
                &user.id.uuid(),
                &user.revision.cast_signed(),
                &text(&user.email),
                &text(&user.name),
                &user.password.as_deref().map(text),
                &user.operator,
                &user.identity.as_ref().map(|one| text(&one.issuer)),
                &user.identity.as_ref().map(|one| text(&one.subject)),
                &user.language.as_deref().map(text),
                &time(user.disabled_at),
                &user.updated_at.as_micros(),
            ],
        )
        .await
        .map_err(taken)?;
    transaction
        .execute(
            "DELETE FROM memberships WHERE user_id = $1",
            &[&user.id.uuid()],
        )
        .await?;
    enrol(&transaction, user).await?;
    if end_sessions {
        transaction
            .execute(
                "DELETE FROM sessions WHERE user_id = $1",
                &[&user.id.uuid()],
            )
            .await?;
    }
    audit::write(&transaction, entry).await?;
    changes::tell_platform(&transaction).await?;
    shared.commit(transaction, began).await
}

pub(crate) async fn delete(shared: &Shared, id: UserId, entry: &Entry) -> Result<(), Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    transaction
        .query("SELECT pg_advisory_xact_lock($1)", &[&OPERATORS])
        .await?;
    let (_, is_one) = hold(&transaction, id).await?;
    keep_an_operator(&transaction, is_one).await?;
    for sql in [
        "DELETE FROM memberships WHERE user_id = $1",
        "DELETE FROM links WHERE user_id = $1",
        "DELETE FROM sessions WHERE user_id = $1",
        "DELETE FROM users WHERE id = $1",
    ] {
        transaction.execute(sql, &[&id.uuid()]).await?;
    }
    audit::write(&transaction, entry).await?;
    changes::tell_platform(&transaction).await?;
    shared.commit(transaction, began).await
}
