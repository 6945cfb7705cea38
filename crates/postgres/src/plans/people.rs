//! The same for the queries about people and for the audit log, on tables of a large installation.

use uuid::Uuid;

use super::{Asked, ID, START_MS, id, session};
use crate::{audit::Walk, connect::Session, links, sessions, users};

/// So many users, sessions and links: going through them all would show.
const PEOPLE: i64 = 4_000;
/// Entries of the audit log; each of 100 organizations has as many.
const ENTRIES: i64 = 40_000;

async fn fill(session: &Session) {
    session
        .command(&format!(
            "INSERT INTO organizations
             SELECT pg_temp.id({START_MS}, 'a', n), 'o' || n, 'Cool', 'standard', false, 1, 0, 0, NULL
             FROM generate_series(1, 100) n;
             INSERT INTO users (id, revision, email, name, operator, issuer, subject, created_at,
                                updated_at)
             SELECT pg_temp.id({START_MS}, 'b', n), 1, n || '@example.com', 'Ann', false, 'x', n, 0,
                    0
             FROM generate_series(1, {PEOPLE}) n;
             INSERT INTO memberships
             SELECT pg_temp.id({START_MS}, 'b', n),
                    pg_temp.id({START_MS}, 'a', CASE WHEN n % 100 = 0 THEN 1 ELSE 2 END), 'viewer',
                    false
             FROM generate_series(1, {PEOPLE}) n;
             INSERT INTO links (id, kind, organization_id, portal, created_at, created_by,
                                expires_at, ends_at)
             SELECT pg_temp.id({START_MS}, 'c', n), 'portal',
                    pg_temp.id({START_MS}, 'a', CASE WHEN n % 10 = 0 THEN 1 ELSE n % 100 END), '', 0,
                    'ann', n, n
             FROM generate_series(1, {PEOPLE}) n;
             INSERT INTO sessions (id, sha256, user_id, created_at, seen_at, expires_at, ends_at)
             SELECT pg_temp.id({START_MS}, 'd', n), decode(lpad(to_hex(n), 64, '0'), 'hex'),
                    pg_temp.id({START_MS}, 'b', n), 0, 0, n, n
             FROM generate_series(1, {PEOPLE}) n;
             INSERT INTO audit (id, organization_id, at, actor_kind, actor_name, action, subject,
                                label)
             SELECT pg_temp.id({START_MS} + n, 'e', n), pg_temp.id({START_MS}, 'a', n % 100), n,
                    'user', 'ann', 'webhook.updated', 'subject ' || n % 1000, ''
             FROM generate_series(1, {ENTRIES}) n"
        ))
        .await
        .expect("filled");
}

fn asked() -> Vec<Asked> {
    let organization = id(START_MS, 'a', 1);
    let log = |walk: Walk, what, index, organization: &str, subject: &str| {
        let (lowest, highest) = (Uuid::nil(), Uuid::max());
        let bounds = format!("{organization}, {subject}, '{lowest}', '{highest}'");
        let nothing = "NULL, NULL, NULL, NULL";
        [
            Asked::new(what, walk.floor(), format!("{bounds}, 4999"))
                .by(index)
                // The entries of the index that are skipped, and few others.
                .within(600),
            Asked::new(what, walk.list(), format!("{bounds}, 51, {nothing}"))
                .by(index)
                .within(70),
        ]
    };
    let one = format!("'{organization}'");
    let mut asked = vec![
        Asked::new(
            "a session",
            sessions::BY_HASH,
            format!("decode(lpad('{:x}', 64, '0'), 'hex')", 77),
        )
        .by("sessions_by_hash")
        .within(20),
        Asked::new(
            "a user by e-mail address",
            format!("{} WHERE u.email = $1", users::ONE),
            "'77@example.com'".to_owned(),
        )
        .by("users_by_email")
        .within(20),
        Asked::new(
            "a user by identity",
            format!("{} WHERE u.issuer = $1 AND u.subject = $2", users::ONE),
            "'x', '77'".to_owned(),
        )
        .by("users_by_identity")
        .within(20),
        Asked::new("a list of users", users::LIST, "'2', 50".to_owned())
            .by("users_by_email")
            .within(50 * 10),
        Asked::new(
            "the members of an organization",
            users::MEMBERS,
            format!("'', 50, {one}"),
        )
        .by("memberships_by_organization")
        .within(PEOPLE as u64 / 100 * 14),
        Asked::new(
            "the use of a link",
            links::HOLD,
            format!("'{}'", id(START_MS, 'c', 77)),
        )
        .within(20),
        Asked::new(
            "a list of links",
            links::LIST,
            format!("{one}, '{}', 50", Uuid::max()),
        )
        .by("links_by_organization")
        .within(50 * 8),
        Asked::new(
            "the sweep of sessions",
            sessions::FORGET,
            format!("{}, 50", PEOPLE / 2),
        )
        .by("sessions_by_end")
        .within(50 * 12),
        Asked::new(
            "the sweep of links",
            links::FORGET,
            format!("{}, 50", PEOPLE / 2),
        )
        .by("links_by_end")
        .within(50 * 12),
    ];
    asked.extend(log(Walk::All, "the log", "audit_pkey", "NULL", "NULL"));
    let index = "audit_by_organization";
    asked.extend(log(
        Walk::Organization,
        "the log of an organization",
        index,
        &one,
        "NULL",
    ));
    let index = "audit_by_subject";
    asked.extend(log(
        Walk::Subject,
        "the log of one thing",
        index,
        &one,
        "'subject 7'",
    ));
    asked
}

/// As in the suite of the hot path: planned on empty tables, and on full ones.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queries_about_people_walk_indexes_however_early_they_were_planned() {
    let session = session().await;
    session.command(ID).await.expect("a function");
    let asked = asked();
    for (number, one) in asked.iter().enumerate() {
        let name = format!("early_{number}");
        one.prepare(&session, &name).await;
        one.run(&session, &name).await;
    }
    fill(&session).await;
    for (number, one) in asked.iter().enumerate() {
        one.check(
            "early",
            &one.run(&session, &format!("early_{number}")).await,
        );
        let name = format!("late_{number}");
        one.prepare(&session, &name).await;
        one.check("late", &one.run(&session, &name).await);
    }
}
