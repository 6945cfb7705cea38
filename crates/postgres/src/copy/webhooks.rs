//! Webhooks with their counters, and what they were before, out of and into their tables.

use bellwire_core::{
    copied::{Item, Revision, Webhook},
    ports::{ItemPage, Position},
    stored::seal::Seal,
};

use super::pages::{self, ROWS};
use crate::{
    connect::Conn,
    fault::{Fault, corrupt},
    rows::{Key as _, RowExt as _, text, time},
    webhooks::{counters, json, json_text, plain, read, webhook_columns},
};

const WEBHOOKS: &str = concat!(
    "SELECT ",
    webhook_columns!(),
    ", w.disabled_up_to, w.cleared_up_to, w.unswept, coalesce(h.redirects, 0), coalesce(h.client_errors, 0),
       coalesce(h.server_errors, 0), coalesce(h.failures, 0), h.failing_since,
       h.told_at
     FROM webhooks w
     LEFT JOIN LATERAL (SELECT * FROM health h WHERE h.webhook_id = w.id LIMIT 1) h ON true
     WHERE w.id > $1 ORDER BY w.id LIMIT $2"
);

pub(super) async fn webhooks(
    conn: &impl Conn,
    seal: &Seal,
    after: Option<&Position>,
) -> Result<ItemPage, Fault> {
    let rows = conn.query(WEBHOOKS, &[&pages::id(after)?, &ROWS]).await?;
    pages::read(&rows, |row| {
        let one = Webhook {
            webhook: read(row, seal)?,
            disabled_up_to: row.time(15)?,
            cleared_up_to: row.time(16)?,
            unswept: row.try_get(17)?,
            counters: counters(row, 18)?,
        };
        let position = pages::at(one.webhook.id.uuid());
        Ok((Some(Item::Webhook(Box::new(one))), position))
    })
}

/// Each webhook has a row of counters here, so that there is one to lock.
pub(super) async fn write_webhooks(
    conn: &impl Conn,
    seal: &Seal,
    items: &[&Webhook],
) -> Result<(), Fault> {
    let all = || items.iter().map(|one| &one.webhook);
    let ids: Vec<_> = all().map(|one| one.id.uuid()).collect();
    conn.execute(
        "INSERT INTO webhooks (id, organization_id, revision, url, settings, headers, secrets,
             disabled, cancelled_up_to, disabled_up_to, unswept, created_at, created_by,
             updated_at, updated_by, deleted_at, paused, drain, cleared_up_to)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[],
             $6::bytea[], $7::bytea[], $8::text[], $9::bigint[], $10::bigint[], $11::bool[],
             $12::bigint[], $13::text[], $14::bigint[], $15::text[], $16::bigint[],
             $17::text[], $18::text[], $19::bigint[])
         ON CONFLICT DO NOTHING",
        &[
            &ids,
            &all()
                .map(|one| one.organization_id.uuid())
                .collect::<Vec<_>>(),
            &all()
                .map(|one| one.revision.cast_signed())
                .collect::<Vec<_>>(),
            &all()
                .map(|one| one.settings.url.as_str())
                .collect::<Vec<_>>(),
            &all().map(|one| plain(&one.settings)).collect::<Vec<_>>(),
            &all()
                .map(|one| seal.headers(one.id, &one.settings.headers))
                .collect::<Vec<_>>(),
            &all()
                .map(|one| seal.secrets(one.id, &one.secrets))
                .collect::<Vec<_>>(),
            &all()
                .map(|one| json_text(one.disabled.as_ref()))
                .collect::<Vec<_>>(),
            &all()
                .map(|one| time(one.cancelled_up_to))
                .collect::<Vec<_>>(),
            &items
                .iter()
                .map(|one| time(one.disabled_up_to))
                .collect::<Vec<_>>(),
            &items.iter().map(|one| one.unswept).collect::<Vec<_>>(),
            &all()
                .map(|one| one.created_at.as_micros())
                .collect::<Vec<_>>(),
            &all().map(|one| text(&one.created_by)).collect::<Vec<_>>(),
            &all()
                .map(|one| one.updated_at.as_micros())
                .collect::<Vec<_>>(),
            &all().map(|one| text(&one.updated_by)).collect::<Vec<_>>(),
            &all().map(|one| time(one.deleted_at)).collect::<Vec<_>>(),
            &all()
                .map(|one| json_text(one.paused.as_ref()))
                .collect::<Vec<_>>(),
            &all()
                .map(|one| json_text(one.drain.as_ref()))
                .collect::<Vec<_>>(),
            &items
                .iter()
                .map(|one| time(one.cleared_up_to))
                .collect::<Vec<_>>(),
        ],
    )
    .await?;
    let counters = || items.iter().map(|one| &one.counters);
    conn.execute(
        "INSERT INTO health (webhook_id, redirects, client_errors, server_errors, failures,
                             failing_since, told_at)
         SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[],
                              $5::bigint[], $6::bigint[], $7::bigint[])
         ON CONFLICT DO NOTHING",
        &[
            &ids,
            &counters()
                .map(|one| i64::from(one.redirects))
                .collect::<Vec<_>>(),
            &counters()
                .map(|one| i64::from(one.client_errors))
                .collect::<Vec<_>>(),
            &counters()
                .map(|one| i64::from(one.server_errors))
                .collect::<Vec<_>>(),
            &counters()
                .map(|one| i64::from(one.failures))
                .collect::<Vec<_>>(),
            &counters()
                .map(|one| time(one.failing_since))
                .collect::<Vec<_>>(),
            &counters().map(|one| time(one.told_at)).collect::<Vec<_>>(),
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn revisions(
    conn: &impl Conn,
    seal: &Seal,
    after: Option<&Position>,
) -> Result<ItemPage, Fault> {
    let (webhook, rest) = pages::split(after)?;
    let rows = conn
        .query(
            "SELECT webhook_id, revision, settings, headers, disabled, updated_at, updated_by,
                    paused, drain
             FROM webhook_revisions WHERE (webhook_id, revision) > ($1, $2)
             ORDER BY webhook_id, revision LIMIT $3",
            &[&webhook, &pages::number(rest), &ROWS],
        )
        .await?;
    pages::read(&rows, |row| {
        let mut one = Revision {
            webhook_id: row.id(0)?,
            revision: row.u32(1)?,
            settings: serde_json::from_str(row.try_get(2)?).map_err(corrupt)?,
            disabled: json(row, 4)?,
            paused: json(row, 7)?,
            drain: json(row, 8)?,
            updated_at: row.at(5)?,
            updated_by: row.try_get(6)?,
        };
        one.settings.headers = seal.open_headers(one.webhook_id, row.try_get(3)?)?;
        let number = one.revision.cast_signed().to_be_bytes();
        let position = Position::new(&[one.webhook_id.as_bytes(), &number]);
        Ok((Some(Item::Revision(Box::new(one))), position))
    })
}

pub(super) async fn write_revisions(
    conn: &impl Conn,
    seal: &Seal,
    items: &[&Revision],
) -> Result<(), Fault> {
    let all = || items.iter();
    conn.execute(
        "INSERT INTO webhook_revisions
             (webhook_id, revision, settings, headers, disabled, updated_at, updated_by, paused,
              drain)
         SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::bytea[], $5::text[],
                              $6::bigint[], $7::text[], $8::text[], $9::text[])
         ON CONFLICT DO NOTHING",
        &[
            &all().map(|one| one.webhook_id.uuid()).collect::<Vec<_>>(),
            &all()
                .map(|one| one.revision.cast_signed())
                .collect::<Vec<_>>(),
            &all().map(|one| plain(&one.settings)).collect::<Vec<_>>(),
            &all()
                .map(|one| seal.headers(one.webhook_id, &one.settings.headers))
                .collect::<Vec<_>>(),
            &all()
                .map(|one| json_text(one.disabled.as_ref()))
                .collect::<Vec<_>>(),
            &all()
                .map(|one| one.updated_at.as_micros())
                .collect::<Vec<_>>(),
            &all().map(|one| text(&one.updated_by)).collect::<Vec<_>>(),
            &all()
                .map(|one| json_text(one.paused.as_ref()))
                .collect::<Vec<_>>(),
            &all()
                .map(|one| json_text(one.drain.as_ref()))
                .collect::<Vec<_>>(),
        ],
    )
    .await?;
    Ok(())
}
