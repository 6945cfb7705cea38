//! Days: each a table of events, of deliveries, of attempts and of excerpts, made ahead or when an
//! insert meets a day that is missing, never inside the transaction of that insert.
//!
//! The hot path addresses a day's table by its name. The day is in the id, so it is known without a
//! look; and a plan over one table costs nothing for the days that are not in it.

use std::collections::BTreeSet;

use bellwire_core::time::{DAY, Time};
use deadpool_postgres::Pool;
use parking_lot::Mutex;
use uuid::Uuid;

use crate::{connect::Conn as _, fault::Fault};

/// Days that are made before they come.
const AHEAD: i64 = 7;
/// With so few days, looking at them all is cheaper than knowing which ones are done with.
const FEW: usize = 14;
/// Nobody makes days at the same time as somebody else.
const LOCK: i64 = 0x6265_6c6c_0000_0001;

/// A table that is cut into days.
struct Table {
    name: &'static str,
    storage: &'static str,
}

/// Each delivery is updated at least once: with some room, the new version stays on its page, and
/// what the update leaves is reused by the next one there. Vacuum comes early to deliveries, because
/// claims walk over what it removes.
const TABLES: [Table; 4] = [
    Table {
        name: "events",
        storage: "",
    },
    Table {
        name: "deliveries",
        storage: "fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05, \
                  autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 1",
    },
    Table {
        name: "attempts",
        storage: "",
    },
    Table {
        name: "excerpts",
        storage: "",
    },
];

/// The days there are, as far as this node knows.
#[derive(Debug, Default)]
pub(crate) struct Partitions {
    known: Mutex<BTreeSet<i64>>,
    low: Mutex<Low>,
    making: tokio::sync::Mutex<()>,
}

/// Where the oldest pending delivery can be.
#[derive(Debug)]
struct Low {
    /// As it was found in the database.
    found: i64,
    /// The lowest days inserted into since the last look, and between the last two: they may not
    /// have been visible to it.
    current: i64,
    former: i64,
}

impl Default for Low {
    fn default() -> Self {
        Self {
            found: i64::MIN,
            current: i64::MAX,
            former: i64::MAX,
        }
    }
}

/// The day of an id.
pub(crate) fn day(id: Uuid) -> i64 {
    let mut bytes = [0; 8];
    bytes[2..].copy_from_slice(&id.as_bytes()[..6]);
    Time::from_millis(i64::from_be_bytes(bytes)).day()
}

/// The name of a day's table.
pub(crate) fn leaf(table: &str, day: i64) -> String {
    format!("{table}_{}", name(day))
}

/// `2025_11_21`; a day beyond the calendar has its number.
fn name(day: i64) -> String {
    let text = Time::from_micros(day.saturating_mul(DAY)).to_string();
    match text.split_once('T') {
        Some((date, _)) if date.len() == 10 => date.replace('-', "_"),
        _ => format!("day_{day}"),
    }
}

fn parse(name: &str) -> Option<i64> {
    if let Some(day) = name.strip_prefix("day_") {
        return day.parse().ok();
    }
    let midnight: Time = format!("{}T00:00:00Z", name.replace('_', "-"))
        .parse()
        .ok()?;
    Some(midnight.day())
}

/// The smallest id of a day; `None` beyond the last one that an id can carry.
fn floor(day: i64) -> Option<Uuid> {
    let millis = day.checked_mul(DAY / 1000)?;
    if !(0..1 << 48).contains(&millis) {
        return None;
    }
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    Some(Uuid::from_bytes(bytes))
}

/// The day of a table of this name.
pub(crate) fn day_of_leaf(table: &str, leaf: &str) -> Option<i64> {
    parse(leaf.strip_prefix(table)?.strip_prefix('_')?)
}

/// The smallest id of a day, and of the next one.
pub(crate) fn span(day: i64) -> (Uuid, Uuid) {
    let from = floor(day).unwrap_or(Uuid::nil());
    (from, floor(day + 1).unwrap_or(Uuid::max()))
}

/// What a partition of a day is attached for.
pub(crate) fn range(day: i64) -> String {
    let bound = |day| floor(day).map(|id| format!("'{id}'"));
    let from = bound(day).unwrap_or_else(|| "MINVALUE".to_owned());
    let to = bound(day + 1).unwrap_or_else(|| "MAXVALUE".to_owned());
    format!("FOR VALUES FROM ({from}) TO ({to})")
}

impl Partitions {
    /// Makes what is missing of these days.
    pub(crate) async fn ensure(&self, pool: &Pool, days: &BTreeSet<i64>) -> Result<(), Fault> {
        if self.missing(days).is_empty() {
            return Ok(());
        }
        let _making = self.making.lock().await;
        let missing = self.missing(days);
        if missing.is_empty() {
            return Ok(());
        }
        let mut client = pool.get().await?;
        let transaction = client.transaction().await?;
        transaction
            .execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
            .await?;
        let there = read(&transaction).await?;
        for day in missing.difference(&there) {
            transaction.batch_execute(&create(*day)).await?;
        }
        transaction.commit().await?;
        self.known.lock().extend(there.into_iter().chain(missing));
        Ok(())
    }

    /// Which of these days there are. Asks the database about those not known.
    pub(crate) async fn present(
        &self,
        pool: &Pool,
        days: BTreeSet<i64>,
    ) -> Result<BTreeSet<i64>, Fault> {
        if !self.missing(&days).is_empty() {
            self.refresh(pool).await?;
        }
        let known = self.known.lock();
        Ok(days.intersection(&known).copied().collect())
    }

    fn missing(&self, days: &BTreeSet<i64>) -> BTreeSet<i64> {
        days.difference(&self.known.lock()).copied().collect()
    }

    /// Reads which days there are: another node may have made or dropped some.
    pub(crate) async fn refresh(&self, pool: &Pool) -> Result<(), Fault> {
        let client = pool.get().await?;
        let there = read(&client).await?;
        *self.known.lock() = there;
        Ok(())
    }

    /// All days there are, from the database.
    pub(crate) async fn days(&self, pool: &Pool) -> Result<BTreeSet<i64>, Fault> {
        self.refresh(pool).await?;
        Ok(self.known.lock().clone())
    }

    /// Makes the days of the coming week, and looks where the oldest pending delivery is.
    pub(crate) async fn maintain(&self, pool: &Pool, today: i64) -> Result<(), Fault> {
        self.refresh(pool).await?;
        self.ensure(pool, &(today..=today + AHEAD).collect())
            .await?;
        let days: Vec<i64> = self.known.lock().iter().copied().collect();
        let found = match days.len() <= FEW {
            true => i64::MIN,
            false => {
                let client = pool.get().await?;
                let row = deadpool_postgres::GenericClient::query_opt(&client, &oldest(&days), &[])
                    .await?;
                // Nothing pending at all: what comes next is of today, give or take a clock.
                row.map_or(Ok(today - 1), |row| row.try_get(0))?
                    .min(today - 1)
            }
        };
        let mut low = self.low.lock();
        *low = Low {
            found,
            current: i64::MAX,
            former: low.current,
        };
        Ok(())
    }

    /// Notes that deliveries of this day are about to be stored.
    pub(crate) fn note(&self, day: i64) {
        let mut low = self.low.lock();
        low.current = low.current.min(day);
    }

    /// No pending delivery has a smaller id.
    pub(crate) fn since(&self) -> Uuid {
        let low = self.low.lock();
        floor(low.found.min(low.current).min(low.former)).unwrap_or(Uuid::nil())
    }
}

/// The days that are attached.
pub(crate) async fn read(conn: &impl crate::connect::Conn) -> Result<BTreeSet<i64>, Fault> {
    let rows = conn
        .query(
            "SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
             WHERE i.inhparent = 'deliveries'::regclass",
            &[],
        )
        .await?;
    let mut days = BTreeSet::new();
    for row in rows {
        let name: &str = row.try_get(0)?;
        days.extend(name.strip_prefix("deliveries_").and_then(parse));
    }
    Ok(days)
}

/// The day it is, by the database's clock.
pub(crate) async fn today(conn: &impl crate::connect::Conn) -> Result<i64, Fault> {
    let now = "SELECT floor(extract(epoch FROM clock_timestamp()) / 86400)::bigint";
    let row = conn.query_opt(now, &[]).await?;
    let row = row.ok_or_else(|| crate::fault::corrupt("the database has no time"))?;
    Ok(row.try_get(0)?)
}

/// Attaching locks the parent against nobody who reads or inserts; creating a partition in place
/// would lock everybody out.
fn create(day: i64) -> String {
    let range = range(day);
    let mut sql = String::new();
    for Table { name, storage, .. } in &TABLES {
        let leaf = leaf(name, day);
        sql.push_str(&format!(
            "CREATE TABLE {leaf} (LIKE {name} INCLUDING ALL);\n"
        ));
        if !storage.is_empty() {
            sql.push_str(&format!("ALTER TABLE {leaf} SET ({storage});\n"));
        }
        sql.push_str(&format!(
            "ALTER TABLE {name} ATTACH PARTITION {leaf} {range};\n"
        ));
    }
    sql
}

/// The oldest day with a pending delivery: two looks into small indexes for each day.
fn oldest(days: &[i64]) -> String {
    let looks: Vec<String> = days
        .iter()
        .map(|day| {
            let leaf = leaf("deliveries", *day);
            format!(
                "SELECT {day}::bigint AS day WHERE
                     EXISTS (SELECT 1 FROM {leaf} WHERE state = 0 AND node IS NULL)
                     OR EXISTS (SELECT 1 FROM {leaf} WHERE node IS NOT NULL)"
            )
        })
        .collect();
    format!(
        "SELECT day FROM ({}) AS days ORDER BY day LIMIT 1",
        looks.join(" UNION ALL ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_in_the_id_and_named_after_its_date() {
        let id = Uuid::parse_str("019aa577-cc5f-7000-8000-000000000000").expect("an id");
        assert_eq!(leaf("deliveries", day(id)), "deliveries_2025_11_21");
        assert_eq!(parse("2025_11_21"), Some(day(id)));
        assert_eq!(parse("day_4000000"), Some(4_000_000));
        assert_eq!(parse("default"), None);
        assert!(floor(day(id)).is_some_and(|floor| floor <= id));
        assert!(floor(day(id) + 1).is_some_and(|next| next > id));
        assert_eq!(floor(i64::MIN), None);
    }

    #[test]
    fn even_the_last_id_has_a_day() {
        let last = day(Uuid::max());
        assert!(floor(last).is_some() && floor(last + 1).is_none());
        assert!(create(last).contains("TO (MAXVALUE)"));
        assert_eq!(parse(&name(last)), Some(last));
    }
}
