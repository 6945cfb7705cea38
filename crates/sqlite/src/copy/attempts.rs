//! Attempts out of and into their table, with the excerpts that are stored apart from them.

use std::collections::HashMap;

use bellwire_core::{
    copied::Item,
    delivery::Attempt,
    ids::WebhookId,
    outcome::Answer,
    ports::{ItemPage, Position},
    stored::{SHORT_EXCERPT_BYTES, address},
};
use rusqlite::{Connection, params};
use sha2::{Digest as _, Sha256};

use super::pages::{self, ROWS};
use crate::{
    fault::Fault,
    query::attempts::{Owner, attempt_columns, read},
    rows::{RowExt as _, time},
};

/// Excerpts remembered as stored, before all are forgotten: a bound on memory.
const REMEMBERED: usize = 50_000;

const ATTEMPTS: &str = concat!(
    "SELECT ",
    attempt_columns!(),
    ", e.id, w.id, o.id, a.seq FROM attempts a
     CROSS JOIN deliveries d ON d.id = a.delivery CROSS JOIN events e ON e.seq = d.event
     CROSS JOIN webhooks w ON w.seq = a.webhook CROSS JOIN organizations o ON o.seq = w.organization
     WHERE a.seq > ?1 ORDER BY a.seq LIMIT ?2"
);

/// Where excerpts of this copy are stored: webhook, day and hash of each. After a rollback the copy
/// ends, and this with it.
#[derive(Debug, Default)]
pub(super) struct Excerpts(HashMap<(WebhookId, i64, [u8; 32]), i64>);

pub(super) fn attempts(conn: &Connection, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let mut statement = conn.prepare_cached(ATTEMPTS)?;
    pages::read(&mut statement, params![pages::seq(after)?, ROWS], |row| {
        let owner = Owner {
            event_id: row.id(22)?,
            webhook_id: row.id(23)?,
            organization_id: row.id(24)?,
        };
        let attempt = read(row, owner)?;
        let bytes = attempt.excerpt.len()
            + attempt.request_headers.as_bytes().len()
            + attempt.response_headers.as_bytes().len();
        let item = Item::Attempt(Box::new(attempt));
        Ok((item, pages::at(row.get(25)?), bytes))
    })
}

/// Attempts of one delivery come in the order of their numbers: each names the one before it.
pub(super) fn write_attempt(
    conn: &Connection,
    excerpts: &mut Excerpts,
    one: &Attempt,
) -> Result<(), Fault> {
    let (inline, excerpt_seq) = match one.excerpt.len() {
        0 => (None, None),
        1..=SHORT_EXCERPT_BYTES => (Some(one.excerpt.as_ref()), None),
        _ => (None, Some(keep(conn, excerpts, one)?)),
    };
    let (status, cause) = match one.answer {
        Answer::Status(status) => (Some(status), None),
        Answer::None(cause) => (None, Some(cause.as_str())),
    };
    let stored = conn
        .prepare_cached(
            "INSERT INTO attempts (delivery, webhook, number, previous, revision, at, status,
                 cause, dns_us, connect_us, tls_us, first_byte_us, total_us, url, address, detail,
                 body_sha256, request_headers, response_headers, excerpt, excerpt_seq, truncated,
                 retry_at)
             SELECT d.id, d.webhook, ?2, d.last_attempt, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,
                    ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21
             FROM deliveries d LEFT JOIN attempts l ON l.seq = d.last_attempt
             WHERE d.id = ?1 AND coalesce(l.number, 0) < ?2",
        )?
        .execute(params![
            one.delivery_id.as_bytes(),
            one.number,
            one.revision,
            one.at.as_micros(),
            status,
            cause,
            one.timing.dns_us,
            one.timing.connect_us,
            one.timing.tls_us,
            one.timing.first_byte_us,
            one.timing.total_us,
            one.url,
            one.address.map(address::encode),
            one.detail,
            one.body_sha256,
            one.request_headers.as_bytes(),
            one.response_headers.as_bytes(),
            inline,
            excerpt_seq,
            one.truncated,
            time(one.retry_at),
        ])?;
    if stored == 1 {
        conn.prepare_cached("UPDATE deliveries SET last_attempt = ?2 WHERE id = ?1")?
            .execute(params![
                one.delivery_id.as_bytes(),
                conn.last_insert_rowid()
            ])?;
    }
    Ok(())
}

/// Stores an excerpt unless the same one of this webhook and day is stored already.
fn keep(conn: &Connection, excerpts: &mut Excerpts, one: &Attempt) -> Result<i64, Fault> {
    let day = one.at.day();
    let key = (one.webhook_id, day, Sha256::digest(&one.excerpt).into());
    if let Some(seq) = excerpts.0.get(&key) {
        return Ok(*seq);
    }
    let floor = day << 32;
    conn.prepare_cached(
        "INSERT INTO excerpts (seq, body)
         SELECT coalesce(max(seq), ?1) + 1, ?3 FROM excerpts WHERE seq >= ?1 AND seq < ?2",
    )?
    .execute(params![floor, floor + (1 << 32), one.excerpt.as_ref()])?;
    let seq = conn.last_insert_rowid();
    if excerpts.0.len() >= REMEMBERED {
        excerpts.0.clear();
    }
    excerpts.0.insert(key, seq);
    Ok(seq)
}
