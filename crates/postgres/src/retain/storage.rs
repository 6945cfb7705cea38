//! What takes how much space: sizes as the server knows them, counts as its statistics have them.
//! How much of the events is data is told from a sample.

use bellwire_core::ports::{Storage, StorageLine, Stored};

use crate::{connect::Conn, fault::Fault, partitions::day_of_leaf};

/// Each day's table of a kind: its name, the bytes of its rows (with what is stored beside them)
/// and of its indexes, its rows.
const TABLES: &str = "\
SELECT p.relname::text, c.relname::text, pg_table_size(c.oid), pg_indexes_size(c.oid),
       greatest(pg_stat_get_live_tuples(c.oid), c.reltuples::bigint, 0), pg_relation_size(c.oid)
FROM pg_class p JOIN pg_inherits i ON i.inhparent = p.oid JOIN pg_class c ON c.oid = i.inhrelid
WHERE p.relname IN ('events', 'deliveries', 'attempts', 'excerpts')";
/// Pages of events that are looked at.
const SAMPLE_PAGES: f64 = 512.0;

/// What kind of store this is.
pub(super) const NAME: &str = "postgresql";

pub(super) async fn measure(conn: &impl Conn) -> Result<Storage, Fault> {
    let mut bytes = [0_i64; 4];
    let mut counts = [0_i64; 4];
    let mut days: Vec<i64> = Vec::new();
    for row in conn.query(TABLES, &[]).await? {
        let (parent, leaf): (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
        let Some(kind) = ["events", "deliveries", "attempts", "excerpts"]
            .iter()
            .position(|table| *table == parent)
        else {
            continue;
        };
        bytes[kind] += row.try_get::<_, i64>(2)?;
        counts[kind] += row.try_get::<_, i64>(4)?;
        if kind == 0 && row.try_get::<_, i64>(5)? > 0 {
            days.extend(day_of_leaf(parent, leaf));
        }
    }
    let share = data_share(conn, bytes[0]).await?;
    let payloads = (bytes[0] as f64 * share) as i64;
    let total = total(conn).await?;
    let rest = total - bytes.iter().sum::<i64>();
    let line = |what, bytes: i64, count: Option<i64>| StorageLine {
        what,
        bytes: bytes.max(0).unsigned_abs(),
        count: count.map(i64::unsigned_abs),
    };
    Ok(Storage {
        store: NAME,
        lines: vec![
            line(Stored::Events, bytes[0] - payloads, Some(counts[0])),
            line(Stored::Payloads, payloads, None),
            line(Stored::Deliveries, bytes[1], Some(counts[1])),
            line(Stored::Attempts, bytes[2] + bytes[3], Some(counts[2])),
            line(Stored::Indexes, rest, None),
            // What a dropped day took is the file system's again.
            line(Stored::Free, 0, None),
        ],
        oldest_day: days.iter().min().copied(),
        newest_day: days.iter().max().copied(),
    })
}

/// What the whole database takes, in bytes.
pub(super) async fn total(conn: &impl Conn) -> Result<i64, Fault> {
    let row = conn
        .query_opt("SELECT pg_database_size(current_database())", &[])
        .await?;
    Ok(row.map_or(Ok(0), |row| row.try_get(0))?)
}

/// How much of what the events take is their data, from a few pages of them.
async fn data_share(conn: &impl Conn, bytes: i64) -> Result<f64, Fault> {
    let pages = bytes as f64 / 8192.0;
    if pages < 1.0 {
        return Ok(0.0);
    }
    let percent = (SAMPLE_PAGES / pages * 100.0).min(100.0) as f32;
    let row = conn
        .query_opt(
            "SELECT coalesce(sum(pg_column_size(data)), 0)::float8,
                    coalesce(sum(pg_column_size(data) + 120 + octet_length(type)
                                 + octet_length(deliveries)
                                 + coalesce(octet_length(channels), 0)
                                 + coalesce(octet_length(external_id), 0)), 0)::float8
             FROM events TABLESAMPLE SYSTEM ($1)",
            &[&percent],
        )
        .await?;
    let Some(row) = row else { return Ok(0.0) };
    let (data, all): (f64, f64) = (row.try_get(0)?, row.try_get(1)?);
    Ok(if all > 0.0 { data / all } else { 0.0 })
}
