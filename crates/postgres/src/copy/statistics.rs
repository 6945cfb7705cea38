//! Counts of attempts, folded and not, out of and into their tables. Whose organization or webhook is
//! gone is passed over.

use bellwire_core::{
    copied::{Item, Statistic, Unfolded},
    ids::{OrganizationId, WebhookId},
    ports::{ItemPage, Position},
    statistics::{Key, Period, Row},
};
use uuid::Uuid;

use super::pages::{self, ROWS, is_there};
use crate::{
    connect::{Conn, Session},
    fault::{Fault, corrupt},
    statistics::{Columns, Keys, PUT, count_columns, counts, maybe, result},
};

const STATISTICS: &str = concat!(
    "SELECT r.period, r.organization_id, r.webhook_id, r.success, r.type, r.result, ",
    count_columns!(),
    ", r.organization_id = $7 OR ",
    is_there!("organizations o WHERE o.id = r.organization_id"),
    ", r.webhook_id = $7 OR ",
    is_there!("webhooks w WHERE w.id = r.webhook_id"),
    " FROM rollups r
      WHERE (r.period, r.organization_id, r.webhook_id, r.success, r.type, r.result)
            > ($1, $2, $3, $4, $5, $6)
      ORDER BY r.period, r.organization_id, r.webhook_id, r.success, r.type, r.result LIMIT $8"
);
/// Columns before those that say whether a row belongs to something.
const COLUMNS: usize = 15;

pub(super) async fn statistics(
    conn: &impl Conn,
    after: Option<&Position>,
) -> Result<ItemPage, Fault> {
    let (period, organization, webhook, success, names) = match after {
        None => (i64::MIN, Uuid::nil(), Uuid::nil(), false, String::new()),
        Some(after) => position(after.as_bytes())
            .ok_or_else(|| corrupt("the record of the copy is damaged"))?,
    };
    // No result has a space in it, whatever a type may have.
    let (event_type, name) = names.rsplit_once(' ').unwrap_or(("", ""));
    let nil = Uuid::nil();
    let rows = conn
        .query(
            STATISTICS,
            &[
                &period,
                &organization,
                &webhook,
                &success,
                &event_type,
                &name,
                &nil,
                &ROWS,
            ],
        )
        .await?;
    pages::read(&rows, |row| {
        let code: i64 = row.try_get(0)?;
        let (organization, webhook): (Uuid, Uuid) = (row.try_get(1)?, row.try_get(2)?);
        let (success, event_type): (bool, &str) = (row.try_get(3)?, row.try_get(4)?);
        let name: &str = row.try_get(5)?;
        let belongs = row.try_get(COLUMNS)? && row.try_get(COLUMNS + 1)?;
        let position = Position::new(&[
            &code.to_be_bytes(),
            organization.as_bytes(),
            webhook.as_bytes(),
            &[u8::from(success)],
            format!("{event_type} {name}").as_bytes(),
        ]);
        let one = Statistic {
            period: Period::from_code(code)
                .ok_or_else(|| corrupt("a row of `rollups` has no period"))?,
            key: Key {
                organization_id: maybe(organization).map(OrganizationId::from),
                webhook_id: maybe(webhook).map(WebhookId::from),
                event_type: event_type.into(),
                answer: result(row, 5)?,
                success,
            },
            counts: counts(row, 6)?,
        };
        Ok((belongs.then(|| Item::Statistic(Box::new(one))), position))
    })
}

fn position(bytes: &[u8]) -> Option<(i64, Uuid, Uuid, bool, String)> {
    let (period, rest) = bytes.split_first_chunk()?;
    let (organization, rest) = rest.split_first_chunk()?;
    let (webhook, rest) = rest.split_first_chunk()?;
    let (success, names) = rest.split_first()?;
    Some((
        i64::from_be_bytes(*period),
        Uuid::from_bytes(*organization),
        Uuid::from_bytes(*webhook),
        *success != 0,
        String::from_utf8(names.to_vec()).ok()?,
    ))
}

pub(super) async fn write_statistics(conn: &impl Conn, items: &[&Statistic]) -> Result<(), Fault> {
    let rows: Vec<Row> = items
        .iter()
        .map(|one| (one.period, one.key.clone()))
        .collect();
    let keys = Keys::new(rows.iter());
    let mut columns = Columns::default();
    items.iter().for_each(|one| columns.push(&one.counts));
    conn.execute(PUT, &columns.params(&keys)).await?;
    Ok(())
}

pub(super) async fn unfolded(
    conn: &impl Conn,
    after: Option<&Position>,
) -> Result<ItemPage, Fault> {
    let number = match after {
        None => i64::MIN,
        Some(after) => i64::from_be_bytes(
            after
                .as_bytes()
                .try_into()
                .map_err(|_| corrupt("the record of the copy is damaged"))?,
        ),
    };
    let rows = conn
        .query(
            "SELECT id, body FROM rollup_deltas WHERE id > $1 ORDER BY id LIMIT $2",
            &[&number, &ROWS],
        )
        .await?;
    pages::read(&rows, |row| {
        let one = Unfolded {
            number: row.try_get(0)?,
            body: row.try_get(1)?,
        };
        let position = Position::new(&[&one.number.to_be_bytes()]);
        Ok((Some(Item::Unfolded(one)), position))
    })
}

pub(super) async fn write_unfolded(conn: &impl Conn, items: &[&Unfolded]) -> Result<(), Fault> {
    let numbers: Vec<i64> = items.iter().map(|one| one.number).collect();
    let bodies: Vec<&[u8]> = items.iter().map(|one| one.body.as_slice()).collect();
    conn.execute(
        "INSERT INTO rollup_deltas (id, body) SELECT * FROM unnest($1::bigint[], $2::bytea[])
         ON CONFLICT DO NOTHING",
        &[&numbers, &bodies],
    )
    .await?;
    Ok(())
}

/// What is counted from now on gets numbers behind those that were copied.
pub(super) async fn go_on(session: &Session) -> Result<(), Fault> {
    session
        .command(
            "SELECT setval(pg_get_serial_sequence('rollup_deltas', 'id'),
                           greatest((SELECT max(id) FROM rollup_deltas), 1))",
        )
        .await?;
    Ok(())
}
