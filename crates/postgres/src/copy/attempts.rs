//! Attempts out of and into their table, with the excerpts that are stored apart from them.

use bellwire_core::{
    copied::Item,
    delivery::Attempt,
    ids::OrganizationId,
    ports::{ItemPage, Position},
};
use uuid::Uuid;

use super::pages::{self, BYTES, ROWS, is_there};
use crate::{
    attempts::{AttemptRows, STORE, STORE_EXCERPTS},
    connect::Conn,
    fault::Fault,
    query::attempts::{ATTEMPT_COLUMNS, attempt_columns, read},
};

/// As with events, a page is chosen by the key and ends before it is too long. An excerpt that is
/// stored apart counts for a kilobyte: how long it is shows only when it is looked up.
const ATTEMPTS: &str = concat!(
    "SELECT ",
    attempt_columns!(),
    ", a.organization_id, ",
    is_there!("deliveries d WHERE d.id = a.delivery_id"),
    " AND ",
    is_there!("events e WHERE e.organization_id = a.organization_id AND e.id = a.event_id"),
    " FROM (
         SELECT p.*, sum(p.bytes) OVER (ORDER BY p.delivery_id, p.number
                                        ROWS UNBOUNDED PRECEDING) - p.bytes AS before,
                (SELECT w.organization_id FROM webhooks w WHERE w.id = p.webhook_id)
                    AS organization_id
         FROM (SELECT *, octet_length(request_headers) + octet_length(response_headers)
                         + CASE WHEN excerpt_id IS NULL THEN 64 ELSE 1024 END AS bytes
               FROM attempts
               WHERE delivery_id >= $1 AND (delivery_id, number) > ($1, $2)
               ORDER BY delivery_id, number LIMIT $3) p) a
      WHERE a.before < $4 ORDER BY a.delivery_id, a.number"
);

pub(super) async fn attempts(
    conn: &impl Conn,
    after: Option<&Position>,
) -> Result<ItemPage, Fault> {
    let (delivery, rest) = pages::split(after)?;
    let rows = conn
        .query(ATTEMPTS, &[&delivery, &pages::number(rest), &ROWS, &BYTES])
        .await?;
    pages::read(&rows, |row| {
        let organization: Option<Uuid> = row.try_get(ATTEMPT_COLUMNS)?;
        let organization = OrganizationId::from(organization.unwrap_or_default());
        let one = read(row, organization)?;
        let belongs: bool = row.try_get(ATTEMPT_COLUMNS + 1)?;
        let number = one.number.cast_signed().to_be_bytes();
        let position = Position::new(&[one.delivery_id.as_bytes(), &number]);
        Ok((belongs.then(|| Item::Attempt(Box::new(one))), position))
    })
}

pub(super) async fn write(conn: &impl Conn, items: &[&Attempt]) -> Result<(), Fault> {
    let rows = AttemptRows::whole(items.iter().copied());
    if rows.excerpts() > 0 {
        conn.execute(STORE_EXCERPTS, &rows.excerpt_params()).await?;
    }
    let sql = format!("{STORE} ON CONFLICT DO NOTHING");
    conn.execute(&sql, &rows.params()).await?;
    Ok(())
}
