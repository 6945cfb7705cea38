//! Nothing is left behind: every column of either schema is copied, or is known not to be.
//!
//! A migration that adds a table or a column fails here until `copied` in the core and the `copy`
//! folders of both stores know it (and until the tests copy one of it).

use rusqlite::Connection;

use crate::places::{Places, serve};

/// Tables of the embedded store whose columns are copied.
const SQLITE: &str = "\
audit action actor_id actor_kind actor_name address after at before id label organization request seq subject
channels created_at key kind label organization updated_at
deliveries again attempts created_at due_at event id kind last_attempt reason state updated_at webhook
event_types created_at description example id name organization schema seq updated_at
events channels created_at data deliveries external_id fingerprint flags id organization seq time type
excerpts body seq
health client_errors failing_since failures redirects server_errors told_at webhook
idempotency answer expires_at fingerprint key organization
inspectors channels created_at created_by delay_s id name organization seq status used_at
links created_at created_by ends_at expires_at id kind organization portal revoked_at seq used_at user
memberships by_group organization role user
organizations accent created_at default_profile deleted_at generation id logo name seq slug strict_types updated_at
rollup_deltas body seq
rollups attempts exhausted first_at last_at last_delivery last_number latency max_us organization period result success total_us type webhook
sessions address agent created_at ends_at expires_at id link portal seen_at seq sha256 user
tokens created_at expires_at id last_used_at name organization revoked_at role seq sha256
usage_batches at ids organization seq
usage_counters count level period plan updated_at
usage_items body created_at created_by key noun organization owner parent seq updated_at updated_by words
users created_at disabled_at email id issuer language name operator password revision seq subject updated_at
webhook_revisions disabled drain headers paused revision settings updated_at updated_by webhook
webhooks cancelled_up_to cleared_up_to created_at created_by deleted_at disabled disabled_up_to drain headers id organization paused revision secrets seq settings unswept updated_at updated_by url
attempts address at body_sha256 cause connect_us delivery detail dns_us excerpt excerpt_seq first_byte_us number previous request_headers response_headers retry_at revision seq status tls_us total_us truncated url webhook";

/// Those of PostgreSQL. A delivery's node is not copied: nothing is claimed on the target.
const POSTGRES: &str = "\
attempts address at body_sha256 cause connect_us delivery_id detail dns_us event_id excerpt excerpt_id first_byte_us number request_headers response_headers retry_at revision status tls_us total_us truncated url webhook_id
audit action actor_id actor_kind actor_name address after at before id label organization_id request subject
channels created_at key kind label organization_id updated_at
deliveries attempts created_at due_at event_id id kind node reason state updated_at webhook_id
event_types created_at description example id name organization_id schema updated_at
events channels created_at data deliveries external_id flags id organization_id time type
excerpts body id
external_ids created_at earlier event_id external_id fingerprint matched organization_id unknown_type
health client_errors failing_since failures redirects server_errors told_at webhook_id
idempotency answer expires_at fingerprint key organization_id
inspectors channels created_at created_by delay_s id name organization_id status used_at
links created_at created_by ends_at expires_at id kind organization_id portal revoked_at used_at user_id
memberships by_group organization_id role user_id
organizations accent created_at default_profile deleted_at generation id logo name slug strict_types updated_at
resends delivery_id event_id organization_id webhook_id
rollup_deltas body id
rollups attempts exhausted first_at last_at last_delivery last_number latency max_us organization_id period result success total_us type webhook_id
sessions address agent created_at ends_at expires_at id link_id portal seen_at sha256 user_id
tokens created_at expires_at id last_used_at name organization_id revoked_at role sha256
usage_counters count level organization_id period plan_id updated_at
usage_items body created_at created_by key noun organization_id owner parent updated_at updated_by words
usage_records at id organization_id
users created_at disabled_at email id issuer language name operator password revision subject updated_at
webhook_revisions disabled drain headers paused revision settings updated_at updated_by webhook_id
webhooks cancelled_up_to cleared_up_to created_at created_by deleted_at disabled disabled_up_to drain headers id organization_id paused revision secrets settings unswept updated_at updated_by url";

/// Notes about the store itself, and work that a store finds again.
const NOT_COPIED: [&str; 14] = [
    // A copy is refused while one is not over.
    "jobs",
    "outbox",
    // What arrived at inspectors: short-lived, and pushed out by what arrives next.
    "inspected",
    // What could not be read there cannot be read here.
    "set_aside",
    "meta",
    "installation",
    // Made of what is in usage_batches.
    "usage_runs",
    "usage_blocks",
    "nodes",
    "lane_owners",
    "payloads_kept",
    "retention_days",
    "refinery_schema_history",
    "sqlite_sequence",
];

fn assert_known(known: &str, found: &str) {
    let mut known: Vec<&str> = known.lines().collect();
    let mut found: Vec<&str> = found
        .lines()
        .filter(|line| !NOT_COPIED.contains(&line.split(' ').next().unwrap_or_default()))
        .collect();
    known.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, known);
}

#[test]
fn every_column_is_copied_or_known_not_to_be() {
    let places = Places::new();
    let (process, _) = serve(places.path(), &[]);
    process.after("Platform token");
    assert_eq!(process.terminate(), Some(0));
    let file = Connection::open(places.file()).expect("the database");
    let found: String = file
        .query_row(
            "SELECT group_concat(line, char(10)) FROM (
                 SELECT name || ' ' || (SELECT group_concat(c.name, ' ' ORDER BY c.name)
                                        FROM pragma_table_info(t.name) c) AS line
                 FROM sqlite_schema t WHERE type = 'table')",
            [],
            |row| row.get(0),
        )
        .expect("columns");
    assert_known(SQLITE, &found);
    let found = places.ask(
        "SELECT c.relname || ' ' || string_agg(a.attname::text, ' ' ORDER BY a.attname::text COLLATE \"C\")
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0
               AND NOT a.attisdropped AND c.relnamespace = 'public'::regnamespace
         GROUP BY c.relname",
    );
    assert_known(POSTGRES, &found);
}
