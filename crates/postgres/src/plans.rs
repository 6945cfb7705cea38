//! What PostgreSQL does for the queries of the hot path, on tables with a history and a backlog: it
//! walks indexes, it reads few pages, and it looks at no day that it need not.
//!
//! Plans are made once, while a day is still empty, and kept; so they are asked for here as they are
//! made then, and measured after the tables have filled.

mod people;
mod search;
mod usage;

use bellwire_testkit::postgres::Server;
use uuid::Uuid;

use crate::{
    claim,
    connect::{Connector, Session},
    enqueue, jobs,
    options::Options,
    owners,
    partitions::Partitions,
    query, record, statistics, sweep,
};

/// Midnight of the first day, in milliseconds: 2025-11-19.
const START_MS: i64 = 1_763_510_400_000;
const DAY_MS: i64 = 86_400_000;
/// Days with a history.
const DAYS: i64 = 4;
/// Deliveries that are done, on each day.
const HISTORY: i64 = 20_000;
/// Pending deliveries of one webhook.
const BACKLOG: i64 = 30_000;
/// So many of each: going through them all would show.
const WEBHOOKS: i64 = 3_000;

/// An id of this kind and number, made at this time.
const ID: &str = "\
CREATE FUNCTION pg_temp.id(ms bigint, kind text, n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS
$$ SELECT (lpad(to_hex(ms), 12, '0') || '7000' || '8' || kind || lpad(to_hex(n), 14, '0'))::uuid $$";

fn id(ms: i64, kind: char, n: i64) -> Uuid {
    let text = format!("{ms:012x}70008{kind}{n:014x}");
    Uuid::parse_str(&text).expect("an id")
}

fn webhook(n: i64) -> Uuid {
    id(START_MS, 'b', n)
}

/// The moment at which everything that is pending is due.
fn now() -> i64 {
    (START_MS + DAYS * DAY_MS) * 1000
}

async fn session() -> Session {
    let url = Server::shared().database();
    let options = Options::new(&url);
    crate::Postgres::migrate(&options).await.expect("migrated");
    let connector = std::sync::Arc::new(Connector::new(&url).expect("a URL"));
    let days = (0..DAYS).map(|day| START_MS / DAY_MS + day).collect();
    let pool = connector.pool(1);
    Partitions::default()
        .ensure(&pool, &days)
        .await
        .expect("days");
    connector.session().await.expect("a session")
}

/// Everything but the newest day is history; the backlog and a few other lanes are on the newest.
async fn fill(session: &Session) {
    let newest = START_MS + (DAYS - 1) * DAY_MS;
    session
        .command(&format!(
            "INSERT INTO organizations
             SELECT pg_temp.id({START_MS}, 'a', n), 'o' || n, 'Cool', 'standard', false, 1, 0, 0, NULL
             FROM generate_series(1, {WEBHOOKS}) n;
             INSERT INTO idempotency
             SELECT pg_temp.id({START_MS}, 'a', n), 'x', '', '', 0
             FROM generate_series(1, {WEBHOOKS}) n;
             INSERT INTO external_ids
             SELECT pg_temp.id({START_MS}, 'a', n), 'x', pg_temp.id({START_MS}, 'e', n), '', 0,
                    false, 0
             FROM generate_series(1, {WEBHOOKS}) n;
             INSERT INTO webhooks (id, organization_id, revision, url, settings, headers, secrets,
                                   created_at, created_by, updated_at, updated_by)
             SELECT pg_temp.id({START_MS}, 'b', n), pg_temp.id({START_MS}, 'a', 1), 1,
                    'https://x/' || n, '{{}}', '', '', 0, 'ann', 0, 'ann'
             FROM generate_series(1, {WEBHOOKS}) n;
             INSERT INTO health (webhook_id) SELECT id FROM webhooks;
             INSERT INTO deliveries (id, event_id, webhook_id, state, kind, attempts, created_at,
                                     due_at, updated_at)
             SELECT pg_temp.id(ms, 'd', n), pg_temp.id(ms, 'e', n),
                    pg_temp.id({START_MS}, 'b', 1 + n % {WEBHOOKS}), 1, 0, 1, ms * 1000, NULL,
                    ms * 1000
             FROM (SELECT {START_MS} + day * {DAY_MS} + n AS ms, n
                   FROM generate_series(0, {DAYS} - 1) day, generate_series(1, {HISTORY}) n) h;
             INSERT INTO attempts (at, number, revision, status, total_us, truncated, delivery_id,
                                   event_id, webhook_id, url, body_sha256, request_headers,
                                   response_headers)
             SELECT created_at, 1, 1, 200, 9, false, id, event_id, webhook_id, 'https://x', '', '',
                    ''
             FROM deliveries WHERE state = 1;
             INSERT INTO events (created_at, flags, id, organization_id, type, deliveries, data)
             SELECT created_at, 0, event_id, pg_temp.id({START_MS}, 'a', 1), 'a.b', '', '1'
             FROM deliveries WHERE state = 1;
             INSERT INTO resends (event_id, delivery_id, organization_id, webhook_id)
             SELECT pg_temp.id({newest}, 'e', 1), pg_temp.id({newest}, 'f', n),
                    pg_temp.id({START_MS}, 'a', 1), pg_temp.id({START_MS}, 'b', n)
             FROM generate_series(1, {WEBHOOKS}) n;
             INSERT INTO rollups
             SELECT ({START_MS} / 60000) + minute, pg_temp.id({START_MS}, 'a', 1),
                    pg_temp.id({START_MS}, 'b', n), true, 'a.b', '200', 1, 0, 9, 9, '', 0, 0,
                    pg_temp.id({START_MS}, 'd', n), 1
             FROM generate_series(1, 100) minute, generate_series(1, 300) n;
             INSERT INTO deliveries (id, event_id, webhook_id, state, kind, attempts, created_at,
                                     due_at)
             SELECT pg_temp.id({newest} + 50000 + n, 'd', n), pg_temp.id({newest} + n, 'e', n),
                    pg_temp.id({START_MS}, 'b', CASE WHEN n <= {BACKLOG} THEN 7 ELSE 1 + n % 20 END),
                    0, 0, 0, ({newest} + 50000 + n) * 1000, ({newest} + 50000 + n) * 1000
             FROM generate_series(1, {BACKLOG} + 200) n"
        ))
        .await
        .expect("filled");
}

/// One query of the hot path, and what is allowed to it.
struct Asked {
    what: &'static str,
    sql: String,
    arguments: String,
    /// Part of the names of the indexes that it uses.
    index: &'static str,
    /// Pages that it may read.
    most: u64,
    /// Days that are over must not be looked at.
    prunes: bool,
}

impl Asked {
    fn new(what: &'static str, sql: impl Into<String>, arguments: String) -> Self {
        let sql = sql.into();
        Self {
            what,
            sql,
            arguments,
            index: "_pkey",
            most: 0,
            prunes: false,
        }
    }

    fn within(self, most: u64) -> Self {
        Self { most, ..self }
    }

    fn by(self, index: &'static str) -> Self {
        Self { index, ..self }
    }

    fn prunes(self) -> Self {
        Self {
            prunes: true,
            ..self
        }
    }

    async fn prepare(&self, session: &Session, name: &str) {
        session
            .command(&format!("PREPARE {name} AS {}", self.sql))
            .await
            .expect(self.what);
    }

    /// Runs what was prepared, takes its effects back, and tells what was done.
    async fn run(&self, session: &Session, name: &str) -> String {
        session.command("BEGIN").await.expect("begun");
        let rows = session
            .simple(&format!(
                "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF)
                 EXECUTE {name} ({})",
                self.arguments
            ))
            .await;
        session.command("ROLLBACK").await.expect("taken back");
        rows.join("\n")
    }

    fn check(&self, when: &str, plan: &str) {
        let (what, pages) = (self.what, pages(plan));
        assert!(
            !plan.contains("Seq Scan"),
            "{what}, planned {when}, scans\n{plan}"
        );
        assert!(
            plan.contains(self.index),
            "{what}, planned {when}: {}\n{plan}",
            self.index
        );
        assert!(
            pages <= self.most,
            "{what}, planned {when}, reads {pages} pages\n{plan}"
        );
        let pruned = format!("Subplans Removed: {}", DAYS - 1);
        assert!(
            !self.prunes || plan.contains(&pruned),
            "{what}, planned {when}: days\n{plan}"
        );
    }
}

/// Pages that the whole statement looked at: the first line about buffers is the top node's.
fn pages(plan: &str) -> u64 {
    let line = plan
        .lines()
        .find(|line| line.contains("Buffers:"))
        .unwrap_or_default();
    line.split(' ')
        .filter_map(|word| word.split_once('='))
        .filter(|(name, _)| matches!(*name, "hit" | "read"))
        .filter_map(|(_, count)| count.parse::<u64>().ok())
        .sum()
}

fn list(ids: impl IntoIterator<Item = Uuid>) -> String {
    let ids: Vec<String> = ids.into_iter().map(|id| id.to_string()).collect();
    format!("'{{{}}}'::uuid[]", ids.join(","))
}

/// As many of the same.
fn same(value: &str, count: usize) -> String {
    format!("'{{{}}}'", vec![value; count].join(","))
}

/// Everything that is asked while events come and go.
fn hot() -> Vec<Asked> {
    let newest = START_MS / DAY_MS + DAYS - 1;
    let ms = START_MS + (DAYS - 1) * DAY_MS;
    let since = id(ms, '0', 0);
    let organization = id(START_MS, 'a', 1);
    let ids: Vec<Uuid> = (1..=100).map(|n| id(ms + n * 90, 'd', n * 90)).collect();
    let events: Vec<Uuid> = (1..=50).map(|n| id(ms + n * 90, 'e', n * 90)).collect();
    let deliveries = list(ids.iter().copied());
    let hooks = list((1..=20).map(webhook));
    let key = format!("{}, '{{x}}'::bytea[]", list([organization]));
    let lanes = list([webhook(7), webhook(9), webhook(33)]);
    let lane = "webhook_id_due_at_id";
    let first = START_MS / 60_000 + 1;
    let moved: Vec<String> = ["2", "NULL", "2", "NULL", "9", "1", "1"]
        .iter()
        .map(|value| same(value, 100))
        .collect();
    vec![
        Asked::new(
            "a claim",
            claim::GIVE,
            format!("{lanes}, '{{20,20,20}}'::bigint[], {}, '{since}'", now()),
        )
        .by(lane)
        .within(100)
        .prunes(),
        Asked::new(
            "the search for due lanes",
            claim::DUE_LANES,
            format!("'{since}'"),
        )
        .by(lane)
        // 20 lanes, out of 3,000 webhooks and 30,000 pending deliveries.
        .within(20 * 20)
        .prunes(),
        Asked::new(
            "the next due time",
            claim::NEXT_DUE,
            format!("'{since}', '{}'", webhook(7)),
        )
        .by(lane)
        .within(30)
        .prunes(),
        Asked::new(
            "what owners of lanes look for",
            owners::DUE,
            format!("'{since}', {lanes}"),
        )
        .by(lane)
        .within(90)
        .prunes(),
        Asked::new(
            "what failed of a webhook, for a job",
            jobs::WALK,
            format!("'{}', '{}', '{}', 50", webhook(7), Uuid::nil(), Uuid::max()),
        )
        .by("webhook_id_id_state")
        .within(30),
        Asked::new(
            "resends of an event to a webhook, for a job",
            jobs::RESENDS,
            format!("{}, '{}'", list([id(ms, 'e', 1)]), webhook(9)),
        )
        .by("resends_by_webhook")
        // One of 3,000 of this event.
        .within(10),
        Asked::new(
            "the events of a claim",
            claim::events_on(newest),
            format!("{}, {}", list(vec![organization; 50]), list(events)),
        )
        .within(50 * 4),
        Asked::new(
            "a lease",
            claim::lease_on(newest),
            format!("1, {deliveries}"),
        )
        .within(100 * 16),
        Asked::new(
            "deliveries of records",
            record::find(newest),
            deliveries.clone(),
        )
        .within(100 * 4),
        Asked::new(
            "what records do to deliveries",
            record::move_on(newest),
            format!("{deliveries}, {}", moved.join(", ")),
        )
        .within(100 * 16),
        Asked::new("webhooks of records", record::HOOKS, hooks.clone()).within(20 * 8),
        Asked::new("locks of counters", record::LOCK_HEALTH, hooks.clone()).within(20 * 8),
        Asked::new("webhooks of enqueues", enqueue::WEBHOOKS, hooks.clone()).within(20 * 4),
        Asked::new("keys", enqueue::KEYS, key.clone()).within(10),
        Asked::new("external ids", enqueue::EXTERNAL_IDS, key).within(10),
        Asked::new(
            "a sweep",
            sweep::FREE,
            format!(
                "'{}', {}, '{}', 300, '{since}'",
                webhook(7),
                i64::MIN,
                Uuid::nil()
            ),
        )
        .by(lane)
        .within(300 * 5)
        .prunes(),
        Asked::new(
            "a list of events",
            query::LIST_EVENTS,
            format!(
                "'{organization}', '{}', '{}', 50, false",
                Uuid::max(),
                Uuid::nil()
            ),
        )
        .by("Backward")
        .within(40),
        Asked::new(
            "a list of attempts",
            query::LIST_ATTEMPTS,
            format!("'{}', {}, '{}', 9, 11", webhook(9), i64::MAX, Uuid::max()),
        )
        .by("webhook_id_at")
        // Each day's index is asked for a page at most.
        .within(DAYS as u64 * 30),
        Asked::new(
            "counts of one webhook",
            statistics::SOME,
            format!(
                "{first}, {first} + 60, {}, {}, true, NULL",
                list([organization]),
                list([webhook(9)])
            ),
        )
        .by("rollups_pkey")
        // An hour by minutes, out of 30,000 rows.
        .within(60 * 5),
        Asked::new(
            "counts of each webhook",
            statistics::EACH,
            format!(
                "{first}, {first} + 3, '{organization}', '{}', true, NULL",
                Uuid::nil()
            ),
        )
        .by("rollups_pkey")
        .within(3 * 320),
        Asked::new(
            "counts that are folded into",
            statistics::FIND,
            format!(
                "{}, {}, {}, {}, {}, {}",
                same(&first.to_string(), 20),
                list(vec![organization; 20]),
                list((1..=20).map(webhook)),
                same("true", 20),
                same("a.b", 20),
                same("200", 20)
            ),
        )
        .by("rollups_pkey")
        .within(20 * 5),
        Asked::new("health", query::HEALTH, hooks)
            .by("webhook_id_at")
            .within(20 * (4 * 6 + 8)),
        Asked::new(
            "deliveries of a list",
            query::BY_ID,
            format!("{deliveries}, '{}', '{}'", ids[0], ids[99]),
        )
        .within(100 * 8)
        .prunes(),
    ]
}

/// Each query walks indexes and reads few pages, whether it was planned on the empty tables of a
/// fresh day or on full ones.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hot_queries_walk_indexes_however_early_they_were_planned() {
    let session = session().await;
    session.command(ID).await.expect("a function");
    let hot = hot();
    for (number, asked) in hot.iter().enumerate() {
        let name = format!("early_{number}");
        asked.prepare(&session, &name).await;
        asked.run(&session, &name).await;
    }
    fill(&session).await;
    for (number, asked) in hot.iter().enumerate() {
        asked.check(
            "early",
            &asked.run(&session, &format!("early_{number}")).await,
        );
        let name = format!("late_{number}");
        asked.prepare(&session, &name).await;
        asked.check("late", &asked.run(&session, &name).await);
    }
}

/// The longer the backlog, the same pages.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backlog_costs_its_own_lane_nothing_more() {
    let session = session().await;
    session.command(ID).await.expect("a function");
    fill(&session).await;
    let since = id(START_MS + (DAYS - 1) * DAY_MS, '0', 0);
    let mut costs = Vec::new();
    for lane in [7, 9] {
        let lanes = list([webhook(lane)]);
        let arguments = format!("{lanes}, '{{10}}'::bigint[], {}, '{since}'", now());
        let asked = Asked::new("a claim", claim::GIVE, arguments);
        let name = format!("lane_{lane}");
        asked.prepare(&session, &name).await;
        costs.push(pages(&asked.run(&session, &name).await));
    }
    assert!(
        costs[0] <= costs[1] + 5,
        "pages with a backlog and without: {costs:?}"
    );
}
