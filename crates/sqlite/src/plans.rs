//! The plans of the hot queries: each walks an index, and none scans a table or sorts.

use rusqlite::Connection;

use crate::{claim, query, record};

fn schema() -> Connection {
    let conn = Connection::open_in_memory().expect("a database");
    conn.execute_batch(include_str!("../migrations/V1__start.sql"))
        .expect("the schema");
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
