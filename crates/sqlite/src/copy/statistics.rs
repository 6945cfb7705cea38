//! Counts of attempts, folded and not, out of and into their tables. Whose organization or webhook is
//! gone is passed over.

use bellwire_core::{
    copied::{Item, Statistic, Unfolded},
    ids::{OrganizationId, WebhookId},
    ports::{ItemPage, Position},
    statistics::{Key, Period, result_text},
};
use rusqlite::{Connection, params};

use super::pages::{self, ROWS};
use crate::{
    fault::{Fault, corrupt},
    statistics::{PUT, count_columns, counts, result},
};

const STATISTICS: &str = concat!(
    "SELECT r.period, r.organization, r.webhook, r.success, r.type, r.result, o.id, w.id, ",
    count_columns!(),
    " FROM rollups r LEFT JOIN organizations o ON o.seq = r.organization
      LEFT JOIN webhooks w ON w.seq = r.webhook AND w.organization = r.organization
      WHERE (r.period, r.organization, r.webhook, r.success, r.type, r.result)
            > (?1, ?2, ?3, ?4, ?5, ?6)
        AND (r.organization = 0 OR o.seq IS NOT NULL) AND (r.webhook = 0 OR w.seq IS NOT NULL)
      ORDER BY r.period, r.organization, r.webhook, r.success, r.type, r.result LIMIT ?7"
);

pub(super) fn statistics(conn: &Connection, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let (period, rest) = pages::split(after)?;
    let damaged = || corrupt("the record of the copy is damaged");
    let (organization, webhook, success, names) = match rest {
        [] => (0, 0, 0, ""),
        rest => {
            let (organization, rest) = rest.split_first_chunk().ok_or_else(damaged)?;
            let (webhook, rest) = rest.split_first_chunk().ok_or_else(damaged)?;
            let (success, rest) = rest.split_first().ok_or_else(damaged)?;
            let names = pages::text(rest)?;
            (
                i64::from_be_bytes(*organization),
                i64::from_be_bytes(*webhook),
                i64::from(*success),
                names,
            )
        }
    };
    // No result has a space in it, whatever a type may have.
    let (event_type, after_result) = names.rsplit_once(' ').unwrap_or(("", ""));
    let mut statement = conn.prepare_cached(STATISTICS)?;
    let from = params![
        period,
        organization,
        webhook,
        success,
        event_type,
        after_result,
        ROWS
    ];
    pages::read(&mut statement, from, |row| {
        let code: i64 = row.get(0)?;
        let (organization, webhook): (i64, i64) = (row.get(1)?, row.get(2)?);
        let (success, event_type, name): (bool, String, String) =
            (row.get(3)?, row.get(4)?, row.get(5)?);
        let organization_id: Option<[u8; 16]> = row.get(6)?;
        let webhook_id: Option<[u8; 16]> = row.get(7)?;
        let one = Statistic {
            period: Period::from_code(code)
                .ok_or_else(|| corrupt("a row of `rollups` has no period"))?,
            key: Key {
                organization_id: organization_id.map(OrganizationId::from_bytes),
                webhook_id: webhook_id.map(WebhookId::from_bytes),
                event_type: event_type.as_str().into(),
                answer: result(row, 5)?,
                success,
            },
            counts: counts(row, 8)?,
        };
        let position = Position::new(&[
            &code.to_be_bytes(),
            &organization.to_be_bytes(),
            &webhook.to_be_bytes(),
            &[u8::from(success)],
            format!("{event_type} {name}").as_bytes(),
        ]);
        Ok((Item::Statistic(Box::new(one)), position, event_type.len()))
    })
}

pub(super) fn write_statistic(conn: &Connection, one: &Statistic) -> Result<(), Fault> {
    let (key, counts) = (&one.key, &one.counts);
    let seq = |sql: &str, id: Option<&[u8; 16]>| match id {
        None => Ok(0),
        Some(id) => conn
            .prepare_cached(sql)?
            .query_row([id], |row| row.get::<_, i64>(0)),
    };
    let organization = key.organization_id.as_ref().map(OrganizationId::as_bytes);
    let webhook = key.webhook_id.as_ref().map(WebhookId::as_bytes);
    conn.prepare_cached(PUT)?.execute(params![
        one.period.code(key.types()),
        seq("SELECT seq FROM organizations WHERE id = ?1", organization)?,
        seq("SELECT seq FROM webhooks WHERE id = ?1", webhook)?,
        key.success,
        key.event_type,
        result_text(key.answer),
        counts.attempts.cast_signed(),
        counts.exhausted.cast_signed(),
        counts.total_us.cast_signed(),
        counts.max_us,
        counts.latency.to_bytes(),
        counts.first_at.as_micros(),
        counts.last.at.as_micros(),
        counts.last.delivery_id.as_bytes(),
        counts.last.number,
    ])?;
    Ok(())
}

pub(super) fn unfolded(conn: &Connection, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT seq, body FROM rollup_deltas WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    )?;
    pages::read(&mut statement, params![pages::seq(after)?, ROWS], |row| {
        let one = Unfolded {
            number: row.get(0)?,
            body: row.get(1)?,
        };
        let (position, bytes) = (pages::at(one.number), one.body.len());
        Ok((Item::Unfolded(one), position, bytes))
    })
}

pub(super) fn write_unfolded(conn: &Connection, one: &Unfolded) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO rollup_deltas (seq, body) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    )?
    .execute(params![one.number, one.body])?;
    Ok(())
}
