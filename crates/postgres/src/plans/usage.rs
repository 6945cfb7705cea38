//! The same for usage: counting, documents, and what is forgotten.

use bellwire_core::{ports::ItemFilter, usage::Noun};

use super::{Asked, ID, START_MS, id, list, same, session};
use crate::{connect::Session, usage};

/// Developers, each with a plan and a counter: going through them all would show.
const DEVELOPERS: i64 = 5_000;
/// Ids of records.
const RECORDS: i64 = 60_000;

async fn fill(session: &Session) {
    session
        .command(&format!(
            "INSERT INTO organizations
             SELECT pg_temp.id({START_MS}, 'a', n), 'o' || n, 'Cool', 'standard', false, 1, 0, 0, NULL
             FROM generate_series(1, 100) n;
             INSERT INTO usage_items
             SELECT pg_temp.id({START_MS}, 'a', 1), 1, 'dev' || n, NULL, NULL, '{{}}', 'dev' || n, n,
                    'ann', n, 'ann'
             FROM generate_series(1, {DEVELOPERS}) n;
             INSERT INTO usage_items
             SELECT pg_temp.id({START_MS}, 'a', 1), 4, pg_temp.id({START_MS}, 'f', n)::text,
                    'plan' || n % 100, 'dev' || n, '{{}}', 'dev' || n, n, 'ann', n, 'ann'
             FROM generate_series(1, {DEVELOPERS}) n;
             INSERT INTO usage_counters
             SELECT period, 1, 1, 1, pg_temp.id({START_MS}, 'a', 1), pg_temp.id({START_MS}, 'f', n)
             FROM generate_series(1, {DEVELOPERS}) n, generate_series(1, 3) period;
             INSERT INTO usage_records
             SELECT n, pg_temp.id({START_MS}, 'a', 1), decode(md5(n::text), 'hex')
             FROM generate_series(1, {RECORDS}) n"
        ))
        .await
        .expect("filled");
}

fn texts(texts: impl Iterator<Item = String>) -> String {
    let texts: Vec<String> = texts.collect();
    format!("'{{{}}}'::text[]", texts.join(","))
}

fn asked() -> Vec<Asked> {
    let organization = id(START_MS, 'a', 1);
    let places = || (1..=50).map(|n| n * 90);
    let organizations = |count: usize| list(vec![organization; count]);
    let each = organizations(50);
    let nouns = same("4", 50);
    let plans = list(places().map(|n| id(START_MS, 'f', n)));
    let periods = same("2", 50);
    let keys = texts(places().map(|n| id(START_MS, 'f', n).to_string()));
    let owners = texts(places().map(|n| format!("dev{n}")));
    let parents = texts(places().map(|n| format!("plan{}", n % 100)));
    let mut asked = vec![
        Asked::new(
            "new ids of records",
            usage::NEW_IDS,
            format!("'{organization}', '{{aaaaaaaaaaaaaaaa,bbbbbbbbbbbbbbbb}}'::bytea[], 7"),
        )
        .by("Conflict Arbiter Indexes: usage_records_pkey")
        .within(40),
        Asked::new(
            "counters that are added to",
            usage::ADD,
            format!("'{organization}', {plans}, {periods}, {periods}, 7"),
        )
        .by("Conflict Arbiter Indexes: usage_counters_pkey")
        .within(50 * 16),
        Asked::new(
            "levels that rise",
            usage::RAISE,
            format!("{each}, {plans}, {periods}, {periods}"),
        )
        .by("usage_counters_pkey")
        .within(50 * 16),
        Asked::new(
            "plans of a chunk",
            usage::BY_KEYS,
            format!("{each}, {nouns}, {keys}"),
        )
        .by("usage_items_pkey")
        .within(50 * 6),
        Asked::new(
            "what belongs to some",
            usage::BY_PARENTS,
            format!("{}, '{{4,4}}', '{{plan7,plan9}}'::text[]", organizations(2)),
        )
        .by("usage_items_by_parent")
        .within(2 * 80),
        Asked::new(
            "what was bought",
            usage::BOUGHT,
            format!("{each}, {nouns}, {owners}, {parents}, '{organization}'"),
        )
        .by("usage_items_by_owner")
        .within(50 * 6),
        Asked::new(
            "a document",
            usage::ONE,
            format!("'{organization}', 1, 'dev77'"),
        )
        .within(8),
        Asked::new(
            "what was used",
            usage::USED,
            format!("{each}, {plans}, {periods}, '{organization}'"),
        )
        .by("usage_counters_pkey")
        .within(50 * 10),
        Asked::new(
            "what was used in former periods",
            usage::HISTORY,
            format!("'{organization}', '{}', 2", id(START_MS, 'f', 9)),
        )
        .by("usage_counters_pkey")
        .within(16),
        Asked::new("the sweep of ids", usage::SWEEP, "20000, 300".to_owned())
            .by("usage_records_by_age")
            .within(300 * 14),
    ];
    for (parent, owner, index) in [
        (false, false, "usage_items_pkey"),
        (true, false, "usage_items_by_parent"),
        (false, true, "usage_items_by_owner"),
    ] {
        let filter = ItemFilter {
            noun: Noun::DeveloperPlan,
            parent: parent.then(String::new),
            owner: owner.then(String::new),
            text: None,
        };
        let given = match (parent, owner) {
            (true, _) => ", 'plan7'",
            (_, true) => ", 'dev7'",
            _ => "",
        };
        let (list, _) = usage::list(&filter);
        let arguments = format!("'{organization}', 4{given}, 20, 10");
        asked.push(
            Asked::new("a list of documents", list, arguments)
                .by(index)
                .within(150),
        );
    }
    asked
}

/// As in the suite of the hot path: planned on empty tables, and on full ones.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queries_about_usage_walk_indexes_however_early_they_were_planned() {
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
