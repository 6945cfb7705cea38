//! Inspectors, out of and into their table. What arrived there stays behind: it is short-lived, and
//! the next request is the one that is looked at.

use bellwire_core::{
    copied::Item,
    inspector::Inspector,
    ports::{ItemPage, Position},
};
use rusqlite::{Connection, params};

use super::pages::{self, ROWS};
use crate::{fault::Fault, inspectors::read};

pub(super) fn inspectors(conn: &Connection, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT i.id, o.id, i.name, i.channels, i.status, i.delay_s, i.created_at, i.created_by,
                i.used_at, i.seq
         FROM inspectors i JOIN organizations o ON o.seq = i.organization
         WHERE i.seq > ?1 ORDER BY i.seq LIMIT ?2",
    )?;
    pages::read(&mut statement, params![pages::seq(after)?, ROWS], |row| {
        let (one, seq) = read(row)?;
        Ok((Item::Inspector(Box::new(one)), pages::at(seq), 0))
    })
}

pub(super) fn write_inspector(conn: &Connection, one: &Inspector) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO inspectors (id, organization, name, channels, status, delay_s, created_at,
                                 created_by, used_at)
         SELECT ?1, o.seq, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM organizations o WHERE o.id = ?2
         ON CONFLICT (id) DO NOTHING",
    )?
    .execute(params![
        one.id.as_bytes(),
        one.organization_id.as_bytes(),
        one.name,
        serde_json::json!(one.channels).to_string(),
        one.answering.status,
        one.answering.delay_s,
        one.created_at.as_micros(),
        one.created_by,
        one.used_at.as_micros(),
    ])?;
    Ok(())
}
