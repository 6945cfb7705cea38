//! The plans of the hot queries: each walks an index, and none scans a table or sorts.

use rusqlite::Connection;

use crate::{audit::Walk, claim, links, query, record, sessions, users};

fn schema() -> Connection {
    let conn = Connection::open_in_memory().expect("a database");
    for migration in [
        include_str!("../migrations/V1__start.sql"),
        include_str!("../migrations/V2__lanes_and_retention.sql"),
        include_str!("../migrations/V3__people.sql"),
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
fn events_are_read_in_the_order_of_their_index() {
    assert_plan(
        query::LIST_EVENTS,
        &["USING INDEX events_by_organization (organization=? AND id<?)"],
    );
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
