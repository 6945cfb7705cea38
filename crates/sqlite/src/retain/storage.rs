//! What takes how much space, estimated from a sample of each table: an exact answer would read the
//! whole file. What belongs to none of the tables is what is left of the file.

use bellwire_core::{
    ports::{Size, Storage, StorageLine, Stored},
    time::Time,
};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::fault::Fault;

/// Places of a table that are looked at.
const PLACES: i64 = 128;
/// Rows looked at in each place.
const ROWS: i64 = 16;
/// Bytes that a row takes beside what is counted below: header, numbers, its place in the page.
const OVERHEAD: f64 = 1.15;

/// Rows from a place on, with two sizes each; the last column is the number of their deliveries.
const EVENTS: &str = "\
SELECT seq, 90 + length(type) + coalesce(length(channels), 0) + coalesce(length(external_id), 0)
            + length(deliveries), length(data), length(deliveries) / 16
FROM events WHERE seq >= ?1 ORDER BY seq LIMIT ?2";
const ATTEMPTS: &str = "\
SELECT seq, 90 + length(url) + coalesce(length(detail), 0) + length(request_headers)
            + length(response_headers) + coalesce(length(excerpt), 0), 0, 0
FROM attempts WHERE seq >= ?1 ORDER BY seq LIMIT ?2";
/// A delivery: 16 bytes of id, five times, the rest small numbers.
const DELIVERY_BYTES: f64 = 68.0;

/// What a table comes to.
#[derive(Debug, Default, Clone, Copy)]
struct Sum {
    rows: f64,
    own: f64,
    data: f64,
    deliveries: f64,
}

impl Sum {
    fn add(&mut self, other: Self, times: f64) {
        self.rows += other.rows * times;
        self.own += other.own * times;
        self.data += other.data * times;
        self.deliveries += other.deliveries * times;
    }
}

/// What kind of store this is.
const NAME: &str = "sqlite";

/// What the file takes: as much as all lines of [`measure`] together.
pub(super) fn size(conn: &Connection) -> Result<Size, Fault> {
    let page: i64 = conn.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let pages: i64 = conn.pragma_query_value(None, "page_count", |row| row.get(0))?;
    Ok(Size {
        store: NAME,
        bytes: (pages * page).max(0).unsigned_abs(),
    })
}

pub(super) fn measure(conn: &Connection) -> Result<Storage, Fault> {
    let page: i64 = conn.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let pages: i64 = conn.pragma_query_value(None, "page_count", |row| row.get(0))?;
    let free: i64 = conn.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
    let events = sample(conn, "events", EVENTS)?;
    let attempts = sample(conn, "attempts", ATTEMPTS)?;
    let excerpts = excerpts(conn)?;
    let deliveries = Sum {
        rows: events.deliveries,
        own: events.deliveries * DELIVERY_BYTES,
        ..Sum::default()
    };
    let used = ((pages - free).max(0) * page) as f64;
    let known = [
        (Stored::Events, events.own, Some(events.rows)),
        (Stored::Payloads, events.data, None),
        (Stored::Deliveries, deliveries.own, Some(deliveries.rows)),
        (
            Stored::Attempts,
            attempts.own + excerpts,
            Some(attempts.rows),
        ),
    ];
    let sum: f64 = known.iter().map(|(_, bytes, _)| bytes * OVERHEAD).sum();
    // A sample may say more than there is.
    let scale = if sum > used { used / sum } else { 1.0 };
    let mut lines: Vec<StorageLine> = known
        .iter()
        .map(|(what, bytes, count)| StorageLine {
            what: *what,
            bytes: (bytes * OVERHEAD * scale) as u64,
            count: count.map(|count| count.round() as u64),
        })
        .collect();
    let taken: u64 = lines.iter().map(|line| line.bytes).sum();
    for (what, bytes) in [
        (Stored::Indexes, (used as u64).saturating_sub(taken)),
        (Stored::Free, (free * page).unsigned_abs()),
    ] {
        lines.push(StorageLine {
            what,
            bytes,
            count: None,
        });
    }
    Ok(Storage {
        store: NAME,
        lines,
        oldest_day: day(conn, "SELECT created_at FROM events ORDER BY seq LIMIT 1")?,
        newest_day: day(
            conn,
            "SELECT created_at FROM events ORDER BY seq DESC LIMIT 1",
        )?,
    })
}

fn day(conn: &Connection, sql: &str) -> Result<Option<i64>, Fault> {
    let at: Option<i64> = conn.query_row(sql, [], |row| row.get(0)).optional()?;
    Ok(at.map(|at| Time::from_micros(at).day()))
}

/// Looks at a few rows in many places of a table, which also tells how densely its numbers are used.
fn sample(conn: &Connection, table: &str, sql: &str) -> Result<Sum, Fault> {
    let mut sum = Sum::default();
    let Some((first, last)) = bounds(conn, table)? else {
        return Ok(sum);
    };
    let step = ((last - first + 1) / PLACES).max(ROWS);
    let mut statement = conn.prepare_cached(sql)?;
    let mut place = first;
    while place <= last {
        let end = (place + step).min(last + 1);
        let mut here = Sum::default();
        let mut reached = None;
        let mut rows = statement.query(params![place, ROWS])?;
        while let Some(row) = rows.next()? {
            let seq: i64 = row.get(0)?;
            if seq >= end {
                break;
            }
            reached = Some(seq);
            here.add(
                Sum {
                    rows: 1.0,
                    own: row.get::<_, i64>(1)? as f64,
                    data: row.get::<_, i64>(2)? as f64,
                    deliveries: row.get::<_, i64>(3)? as f64,
                },
                1.0,
            );
        }
        if let Some(reached) = reached {
            // All there is up to the end when fewer came than were asked for.
            let times = if here.rows < ROWS as f64 {
                1.0
            } else {
                (end - place) as f64 / (reached - place + 1) as f64
            };
            sum.add(here, times);
        }
        place = end;
    }
    Ok(sum)
}

fn bounds(conn: &Connection, table: &str) -> Result<Option<(i64, i64)>, Fault> {
    let of = |order: &str| {
        conn.query_row(
            &format!("SELECT seq FROM {table} ORDER BY seq {order} LIMIT 1"),
            [],
            |row| row.get::<_, i64>(0),
        )
        .optional()
    };
    Ok(of("ASC")?.zip(of("DESC")?))
}

/// Bytes of excerpts. They are numbered within their days, so each day is asked for its last one.
fn excerpts(conn: &Connection) -> Result<f64, Fault> {
    let Some((first, last)) = bounds(conn, "excerpts")? else {
        return Ok(0.0);
    };
    let mut bytes = 0.0;
    let mut statement = conn.prepare_cached(
        "SELECT count(*), coalesce(sum(n), 0), max(seq) FROM (
             SELECT seq, length(body) AS n FROM excerpts WHERE seq >= ?1 AND seq < ?2
             ORDER BY seq LIMIT ?3)",
    )?;
    for day in (first >> 32)..=(last >> 32) {
        let (from, to) = (day << 32, (day + 1) << 32);
        let (count, sum, reached): (i64, i64, Option<i64>) = statement
            .query_row(params![from, to, ROWS * 4], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        let Some(reached) = reached else { continue };
        let end: i64 = conn.query_row(
            "SELECT max(seq) FROM excerpts WHERE seq >= ?1 AND seq < ?2",
            [from, to],
            |row| row.get(0),
        )?;
        let times = if count < ROWS * 4 {
            1.0
        } else {
            (end - from).max(1) as f64 / (reached - from).max(1) as f64
        };
        bytes += sum as f64 * times;
    }
    Ok(bytes)
}
