//! Whether a request was accepted before: keys and external ids, as an enqueue looks them up, for a
//! request that would be refused today.

use bellwire_core::{
    ids::OrganizationId,
    ports::{Asked, Receipt, Repeats},
    stored::{UNKNOWN_TYPE, receipts},
    time::Time,
};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{
    fault::{Fault, corrupt},
    rows::RowExt as _,
};

/// The answer that a key got, and what the key stood for.
pub(crate) type Answered = ([u8; 32], Vec<Receipt>);

/// The event that an external id names: what it stood for, the receipt of a repeat, its time.
pub(crate) type Named = (Option<[u8; 32]>, Receipt, Time);

pub(crate) fn repeats(conn: &Connection, asked: &Asked) -> Result<Repeats, Fault> {
    let Some(organization) = seq_of(conn, asked.organization_id)? else {
        return Ok(Repeats::default());
    };
    let answer = match &asked.key {
        None => None,
        Some(key) => answered(conn, organization, &receipts::short(&key.key), asked.now)?
            .filter(|(fingerprint, _)| *fingerprint == key.fingerprint)
            .map(|(_, receipts)| receipts),
    };
    let oldest = asked.now - asked.idempotency_ttl;
    let mut ids = Vec::with_capacity(asked.ids.len());
    for (id, fingerprint) in &asked.ids {
        let named = named(conn, organization, id)?;
        ids.push(named.is_some_and(|(stored, _, created_at)| {
            created_at > oldest && stored.as_ref() == Some(fingerprint)
        }));
    }
    Ok(Repeats { answer, ids })
}

fn seq_of(conn: &Connection, id: OrganizationId) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT seq FROM organizations WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()
}

/// What a key was used for, and the answer it got, while it is remembered.
pub(crate) fn answered(
    conn: &Connection,
    organization: i64,
    key: &receipts::ShortKey,
    now: Time,
) -> Result<Option<Answered>, Fault> {
    let stored: Option<([u8; 32], Vec<u8>)> = conn
        .prepare_cached(
            "SELECT fingerprint, answer FROM idempotency
             WHERE organization = ?1 AND key = ?2 AND expires_at > ?3",
        )?
        .query_row(params![organization, key, now.as_micros()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    stored
        .map(|(fingerprint, answer)| {
            let receipts = receipts::decode(&answer);
            let receipts = receipts.ok_or_else(|| corrupt("the answer kept for a key"))?;
            Ok((fingerprint, receipts))
        })
        .transpose()
}

/// The last event of an external id.
pub(crate) fn named(
    conn: &Connection,
    organization: i64,
    external_id: &str,
) -> rusqlite::Result<Option<Named>> {
    conn.prepare_cached(
        "SELECT id, fingerprint, length(deliveries) / 16, flags, created_at FROM events
         WHERE organization = ?1 AND external_id = ?2 ORDER BY seq DESC LIMIT 1",
    )?
    .query_row(params![organization, external_id], |row| {
        let receipt = Receipt {
            event_id: row.id(0)?,
            matched: row.get(2)?,
            unknown_type: row.get::<_, i64>(3)? & i64::from(UNKNOWN_TYPE) != 0,
            repeated: true,
        };
        Ok((row.get(1)?, receipt, row.at(4)?))
    })
    .optional()
}
