//! Inspectors, out of and into their table. What arrived there stays behind: it is short-lived, and
//! the next request is the one that is looked at.

use bellwire_core::{
    copied::Item,
    inspector::Inspector,
    ports::{ItemPage, Position},
};

use super::pages::{self, ROWS, is_there};
use crate::{
    connect::Conn,
    fault::Fault,
    inspectors::read,
    rows::{Key as _, text},
};

const INSPECTORS: &str = concat!(
    "SELECT id, organization_id, name, channels, status, delay_s, created_at, created_by, used_at, ",
    is_there!("organizations o WHERE o.id = i.organization_id"),
    " FROM inspectors i WHERE id > $1 ORDER BY id LIMIT $2"
);

pub(super) async fn inspectors(
    conn: &impl Conn,
    after: Option<&Position>,
) -> Result<ItemPage, Fault> {
    let rows = conn.query(INSPECTORS, &[&pages::id(after)?, &ROWS]).await?;
    pages::read(&rows, |row| {
        let one = read(row)?;
        let belongs: bool = row.try_get(9)?;
        let position = pages::at(one.id.uuid());
        Ok((belongs.then(|| Item::Inspector(Box::new(one))), position))
    })
}

pub(super) async fn write_inspectors(conn: &impl Conn, items: &[&Inspector]) -> Result<(), Fault> {
    let all = || items.iter();
    conn.execute(
        "INSERT INTO inspectors (id, organization_id, name, channels, status, delay_s, created_at,
                                 created_by, used_at)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::smallint[],
                              $6::smallint[], $7::bigint[], $8::text[], $9::bigint[])
         ON CONFLICT DO NOTHING",
        &[
            &all().map(|one| one.id.uuid()).collect::<Vec<_>>(),
            &all()
                .map(|one| one.organization_id.uuid())
                .collect::<Vec<_>>(),
            &all().map(|one| text(&one.name)).collect::<Vec<_>>(),
            &all()
                .map(|one| text(&serde_json::json!(one.channels).to_string()))
                .collect::<Vec<_>>(),
            &all()
                .map(|one| one.answering.status.cast_signed())
                .collect::<Vec<_>>(),
            &all()
                .map(|one| i16::from(one.answering.delay_s))
                .collect::<Vec<_>>(),
            &all()
                .map(|one| one.created_at.as_micros())
                .collect::<Vec<_>>(),
            &all().map(|one| text(&one.created_by)).collect::<Vec<_>>(),
            &all().map(|one| one.used_at.as_micros()).collect::<Vec<_>>(),
        ],
    )
    .await?;
    Ok(())
}
