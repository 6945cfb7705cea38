//! The plans of the hot queries: each walks an index, and none scans a table or sorts.

use rusqlite::Connection;

use crate::{
    audit::{self, Walk},
    claim, inspectors, jobs, links, query, record, sessions, statistics, usage, users,
};

pub(crate) fn schema() -> Connection {
    let conn = Connection::open_in_memory().expect("a database");
    for migration in [
        include_str!("../migrations/V1__start.sql"),
        include_str!("../migrations/V2__lanes_and_retention.sql"),
        include_str!("../migrations/V3__people.sql"),
        include_str!("../migrations/V4__search.sql"),
        include_str!("../migrations/V5__statistics.sql"),
        include_str!("../migrations/V6__pause.sql"),
        include_str!("../migrations/V7__jobs.sql"),
        include_str!("../migrations/V9__usage.sql"),
        include_str!("../migrations/V10__set_aside.sql"),
        include_str!("../migrations/V12__appearance.sql"),
        include_str!("../migrations/V11__inspectors.sql"),
        include_str!("../migrations/V13__all_types.sql"),
        include_str!("../migrations/V14__usage_runs.sql"),
    ] {
        conn.execute_batch(migration).expect("the schema");
    }
    conn
}

fn plan(conn: &Connection, sql: &str) -> Vec<String> {
    let mut statement = conn
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .expect(sql);
    let parameters = statement.parameter_count();
    let rows = statement
        .query_map(rusqlite::params_from_iter(vec![1_i64; parameters]), |row| {
            row.get::<_, String>(3)
        })
        .expect(sql);
    rows.collect::<rusqlite::Result<_>>().expect(sql)
}

fn assert_plan(sql: &str, expected: &[&str]) {
    let plan = plan(&schema(), sql);
    for part in expected {
        assert!(
            plan.iter().any(|line| line.contains(part)),
            "{part} in {plan:#?}\n{sql}"
        );
    }
    for line in &plan {
        let bad = line.starts_with("SCAN") || line.contains("TEMP B-TREE");
        assert!(!bad, "{plan:#?}\n{sql}");
    }
}

#[test]
fn a_claim_walks_the_pending_rows_of_its_lane() {
    assert_plan(
        claim::WALK,
        &["USING INDEX deliveries_pending (webhook=? AND due_at>? AND due_at<?)"],
    );
}

#[test]
fn the_next_lane_is_one_seek() {
    assert_plan(
        claim::NEXT_LANE,
        &["USING COVERING INDEX deliveries_pending (webhook>?)"],
    );
}

#[test]
fn a_record_finds_its_delivery_by_key() {
    assert_plan(record::FIND, &["USING PRIMARY KEY (id=?)"]);
    assert_plan(record::MOVE_ON, &["USING PRIMARY KEY (id=?)"]);
}

#[test]
fn attempts_are_read_in_the_order_of_their_index() {
    assert_plan(
        query::LIST_ATTEMPTS,
        &["USING INDEX attempts_by_webhook (webhook=?"],
    );
}

#[test]
fn counts_are_read_and_written_by_their_key() {
    let key = "USING PRIMARY KEY (period=? AND organization=? AND webhook=?";
    assert_plan(statistics::SOME, &[key]);
    assert_plan(statistics::ONE, &[key]);
    assert_plan(
        statistics::EACH,
        &["USING PRIMARY KEY (period=? AND organization=? AND webhook>?)"],
    );
    assert_plan(
        statistics::OLD,
        &["USING PRIMARY KEY (period>? AND period<?)"],
    );
    assert_plan(
        statistics::OF_ORGANIZATION,
        &["USING PRIMARY KEY (period=? AND organization=?)"],
    );
}

#[test]
fn events_are_read_in_the_order_of_their_index() {
    assert_plan(
        query::LIST_EVENTS,
        &["USING INDEX events_by_organization (organization=? AND id>? AND id<?)"],
    );
}

#[test]
fn a_job_walks_what_failed_and_finds_its_turn_by_an_index() {
    assert_plan(
        jobs::WALK,
        &["USING INDEX deliveries_unlucky (webhook=? AND id>? AND id<?)"],
    );
    assert_plan(
        jobs::NEXT_WEBHOOKS,
        &["USING INDEX webhooks_in_order (organization=? AND id>?)"],
    );
    assert_plan(
        jobs::AGAIN,
        &["USING INDEX deliveries_again (event=? AND webhook=?)"],
    );
    assert_plan(jobs::DUE, &["USING INDEX jobs_due (next_at<?)"]);
}

#[test]
fn whoever_asks_is_found_by_key() {
    assert_plan(
        sessions::BY_HASH,
        &["sqlite_autoindex_sessions_2 (sha256=?)"],
    );
    assert_plan(links::ONE, &["sqlite_autoindex_links_1 (id=?)"]);
}

#[test]
fn lists_of_people_are_read_in_the_order_of_their_index() {
    assert_plan(users::LIST, &["sqlite_autoindex_users_2 (email>?)"]);
    assert_plan(
        links::LIST,
        &["USING INDEX links_by_organization (organization=? AND id<?)"],
    );
}

#[test]
fn the_oldest_entries_of_the_audit_log_are_found_by_their_key() {
    assert_plan(audit::FORGET, &["sqlite_autoindex_audit_1 (id<?)"]);
}

#[test]
fn the_audit_log_is_read_in_the_order_of_an_index() {
    for (walk, index) in [
        (Walk::All, "sqlite_autoindex_audit_1 (id>? AND id<?)"),
        (
            Walk::Organization,
            "audit_by_organization (organization=? AND id>? AND id<?)",
        ),
        (
            Walk::Subject,
            "audit_by_subject (subject=? AND id>? AND id<?)",
        ),
    ] {
        assert_plan(&walk.floor(), &[index]);
        assert_plan(&walk.list(), &[index]);
    }
}

#[test]
fn what_has_ended_is_found_by_its_end() {
    assert_plan(sessions::ENDED, &["sessions_by_end (<expr><?)"]);
    assert_plan(links::ENDED, &["links_by_end (ends_at<?)"]);
}

#[test]
fn what_arrives_at_an_inspector_finds_it_and_makes_room_by_indexes() {
    let order = "inspected_in_order (inspector=? AND id";
    assert_plan(inspectors::ONE, &["sqlite_autoindex_inspectors_1 (id=?)"]);
    assert_plan(
        inspectors::LIST,
        &["inspectors_by_organization (organization=?)"],
    );
    assert_plan(
        inspectors::COUNT,
        &["inspectors_by_organization (organization=?)"],
    );
    assert_plan(inspectors::UNUSED, &["inspectors_by_use (used_at<?)"]);
    assert_plan(inspectors::ARRIVED, &[order]);
    assert_plan(inspectors::REQUEST, &[order]);
    // No body is read, and nothing is sorted.
    let room = plan(&schema(), inspectors::BEYOND);
    let index = "USING COVERING INDEX inspected_in_order (inspector=?)";
    assert!(room.iter().any(|line| line.contains(index)), "{room:#?}");
    assert!(
        !room.iter().any(|line| line.contains("TEMP B-TREE")),
        "{room:#?}"
    );
}

#[test]
fn a_search_walks_what_did_not_go_smoothly_by_webhook() {
    use query::sources;
    for (sql, part) in [
        (
            sources::UNLUCKY,
            "USING COVERING INDEX deliveries_unlucky (webhook=? AND id>? AND id<?)",
        ),
        (
            sources::LATE,
            "USING INDEX deliveries_late (webhook=? AND id>? AND id<?)",
        ),
        (
            sources::BY_CLASS,
            "USING COVERING INDEX attempts_unlucky \
             (webhook=? AND <expr>=? AND cause=? AND delivery>? AND delivery<?)",
        ),
        (
            sources::BY_CAUSE,
            "USING COVERING INDEX attempts_unlucky \
             (webhook=? AND <expr>=? AND cause=? AND delivery>? AND delivery<?)",
        ),
        (
            sources::WAITING,
            "USING COVERING INDEX deliveries_pending (webhook=?)",
        ),
        (sources::ALL, "USING PRIMARY KEY (id>? AND id<?)"),
        (
            sources::RESENT,
            "USING INDEX events_resent (organization=? AND id>? AND id<?)",
        ),
    ] {
        assert_plan(sql, &[part]);
    }
}

#[test]
fn a_healthy_delivery_enters_no_index_of_the_search() {
    let conn = schema();
    conn.execute_batch(
        "INSERT INTO events VALUES (1, x'01', 1, 'a', 0, 1000, NULL, NULL, NULL, NULL, x'02', x'');
         INSERT INTO deliveries (id, event, webhook, state, kind, again, attempts, created_at, due_at)
         VALUES (x'02', 1, 1, 0, 0, 0, 0, 1000, 1000);
         INSERT INTO attempts (delivery, webhook, number, revision, at, status, total_us, url,
             body_sha256, request_headers, response_headers, truncated)
         VALUES (x'02', 1, 1, 1, 1000, 204, 1, '', x'', x'', x'', 0);
         UPDATE deliveries SET state = 1, attempts = 1, due_at = NULL, updated_at = 600001000;",
    )
    .expect("rows");
    let entries = |table: &str, index: &str, predicate: &str| -> i64 {
        // The index is forced, which fails unless the predicate is the index's own.
        let sql = format!("SELECT count(*) FROM {table} INDEXED BY {index} WHERE {predicate}");
        conn.query_row(&sql, [], |row| row.get(0)).expect(&sql)
    };
    let not_2xx = "status IS NULL OR status NOT BETWEEN 200 AND 299";
    let late = "updated_at > created_at + 600000000";
    let all = || {
        [
            entries("deliveries", "deliveries_unlucky", "state IN (2, 3)"),
            entries("deliveries", "deliveries_late", late),
            entries("attempts", "attempts_unlucky", not_2xx),
            entries("events", "events_resent", "flags & 4 != 0"),
        ]
    };
    assert_eq!(all(), [0, 0, 0, 0]);
    conn.execute_batch(
        "UPDATE deliveries SET state = 2, updated_at = 600001001; UPDATE attempts SET status = 500;
         UPDATE events SET flags = flags | 4;",
    )
    .expect("a failure");
    assert_eq!(all(), [1, 1, 1, 1]);
}

#[test]
fn counting_finds_everything_by_key() {
    assert_plan(usage::COUNTER, &["USING PRIMARY KEY (plan=? AND period=?)"]);
    let key = "USING INDEX usage_blocks_in_order (run=? AND first<?)";
    assert_plan(usage::BLOCK_OF, &[key]);
    let key = "USING INDEX usage_blocks_in_order (run=? AND first>?)";
    assert_plan(usage::BLOCK_BEHIND, &[key]);
    let key = "USING INTEGER PRIMARY KEY (rowid>?)";
    assert_plan(usage::PORTION_OF_BLOCKS, &[key]);
    assert_plan(usage::OLDEST, &["USING INDEX usage_batches_by_age (at<?)"]);
    let key = "USING INDEX usage_items_by_key (organization=? AND noun=? AND key=?)";
    assert_plan(usage::ONE, &[key]);
    assert_plan(usage::HISTORY, &["USING PRIMARY KEY (plan=?)"]);
    let owner = "USING INDEX usage_items_by_owner (organization=? AND noun=? AND owner=?)";
    assert_plan(usage::OF_PAIR, &[owner]);
}

#[test]
fn lists_of_documents_are_read_in_the_order_of_an_index() {
    use bellwire_core::{ports::ItemFilter, usage::Noun};
    let filter = |parent: bool, owner: bool, text: bool| ItemFilter {
        noun: Noun::DeveloperPlan,
        parent: parent.then(String::new),
        owner: owner.then(String::new),
        text: text.then(String::new),
    };
    for (parent, owner, index) in [
        (
            false,
            false,
            "usage_items_in_order (organization=? AND noun=?)",
        ),
        (
            true,
            false,
            "usage_items_by_parent (organization=? AND noun=? AND parent=?)",
        ),
        (
            false,
            true,
            "usage_items_by_owner (organization=? AND noun=? AND owner=?)",
        ),
        (true, true, "usage_items_by_"),
    ] {
        for text in [false, true] {
            let (list, count) = usage::list(&filter(parent, owner, text));
            assert_plan(&list, &[index]);
            assert_plan(&count, &["usage_items_"]);
        }
    }
}
