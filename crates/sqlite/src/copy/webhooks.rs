//! Webhooks with their counters, and what they were before, out of and into their tables.

use bellwire_core::{
    copied::{Item, Revision, Webhook},
    ids::OrganizationId,
    policy::Counters,
    ports::{ItemPage, Position},
    stored::seal::Seal,
};
use rusqlite::{Connection, params};

use super::pages::{self, ROWS};
use crate::{
    fault::Fault,
    rows::{RowExt as _, damage, time},
    webhooks::{json, json_text, open, plain, read, webhook_columns},
};

const WEBHOOKS: &str = concat!(
    "SELECT ",
    webhook_columns!(),
    ", o.id, w.disabled_up_to, w.cleared_up_to, w.unswept, h.redirects, h.client_errors, h.server_errors,
       h.failures, h.failing_since, h.told_at, w.seq
     FROM webhooks w JOIN organizations o ON o.seq = w.organization
     LEFT JOIN health h ON h.webhook = w.seq
     WHERE w.seq > ?1 ORDER BY w.seq LIMIT ?2"
);

pub(super) fn webhooks(
    conn: &Connection,
    seal: &Seal,
    after: Option<&Position>,
) -> Result<ItemPage, Fault> {
    let mut statement = conn.prepare_cached(WEBHOOKS)?;
    pages::read(&mut statement, params![pages::seq(after)?, ROWS], |row| {
        let organization_id: OrganizationId = row.id(14)?;
        let count = |column: usize| {
            row.get::<_, Option<u32>>(column)
                .map(Option::unwrap_or_default)
        };
        let one = Webhook {
            webhook: open(read(row, organization_id)?, seal)?,
            disabled_up_to: row.time(15)?,
            cleared_up_to: row.time(16)?,
            unswept: row.get(17)?,
            counters: Counters {
                redirects: count(18)?,
                client_errors: count(19)?,
                server_errors: count(20)?,
                failures: count(21)?,
                failing_since: row.time(22)?,
                told_at: row.time(23)?,
            },
        };
        Ok((Item::Webhook(Box::new(one)), pages::at(row.get(24)?), 1024))
    })
}

pub(super) fn write_webhook(conn: &Connection, seal: &Seal, one: &Webhook) -> Result<(), Fault> {
    let webhook = &one.webhook;
    conn.prepare_cached(
        "INSERT INTO webhooks (id, organization, revision, url, settings, headers, secrets,
             disabled, cancelled_up_to, disabled_up_to, unswept, created_at, created_by,
             updated_at, updated_by, deleted_at, paused, drain, cleared_up_to)
         SELECT ?1, seq, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
             ?19
         FROM organizations WHERE id = ?2
         ON CONFLICT (id) DO NOTHING",
    )?
    .execute(params![
        webhook.id.as_bytes(),
        webhook.organization_id.as_bytes(),
        webhook.revision,
        webhook.settings.url,
        plain(&webhook.settings),
        seal.headers(webhook.id, &webhook.settings.headers),
        seal.secrets(webhook.id, &webhook.secrets),
        json_text(webhook.disabled.as_ref()),
        time(webhook.cancelled_up_to),
        time(one.disabled_up_to),
        one.unswept,
        webhook.created_at.as_micros(),
        webhook.created_by,
        webhook.updated_at.as_micros(),
        webhook.updated_by,
        time(webhook.deleted_at),
        json_text(webhook.paused.as_ref()),
        json_text(webhook.drain.as_ref()),
        time(one.cleared_up_to),
    ])?;
    let counters = one.counters;
    if counters != Counters::default() {
        conn.prepare_cached(
            "INSERT INTO health
                 (webhook, redirects, client_errors, server_errors, failures, failing_since,
                  told_at)
             SELECT seq, ?2, ?3, ?4, ?5, ?6, ?7 FROM webhooks WHERE id = ?1
             ON CONFLICT (webhook) DO NOTHING",
        )?
        .execute(params![
            webhook.id.as_bytes(),
            counters.redirects,
            counters.client_errors,
            counters.server_errors,
            counters.failures,
            time(counters.failing_since),
            time(counters.told_at),
        ])?;
    }
    Ok(())
}

pub(super) fn revisions(
    conn: &Connection,
    seal: &Seal,
    after: Option<&Position>,
) -> Result<ItemPage, Fault> {
    let (webhook, rest) = pages::split(after)?;
    let revision = rest.try_into().map_or(i64::MIN, i64::from_be_bytes);
    let mut statement = conn.prepare_cached(
        "SELECT w.id, r.revision, r.settings, r.headers, r.disabled, r.updated_at, r.updated_by,
                r.webhook, r.paused, r.drain
         FROM webhook_revisions r CROSS JOIN webhooks w ON w.seq = r.webhook
         WHERE (r.webhook, r.revision) > (?1, ?2) ORDER BY r.webhook, r.revision LIMIT ?3",
    )?;
    pages::read(&mut statement, params![webhook, revision, ROWS], |row| {
        let mut one = Revision {
            webhook_id: row.id(0)?,
            revision: row.get(1)?,
            settings: serde_json::from_str(
                row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?,
            )
            .map_err(|error| damage(2, error))?,
            disabled: json(row, 4)?,
            paused: json(row, 8)?,
            drain: json(row, 9)?,
            updated_at: row.at(5)?,
            updated_by: row.get(6)?,
        };
        one.settings.headers = seal.open_headers(one.webhook_id, &row.get::<_, Vec<u8>>(3)?)?;
        let (webhook, revision): (i64, i64) = (row.get(7)?, row.get(1)?);
        let position = Position::new(&[&webhook.to_be_bytes(), &revision.to_be_bytes()]);
        Ok((Item::Revision(Box::new(one)), position, 1024))
    })
}

pub(super) fn write_revision(conn: &Connection, seal: &Seal, one: &Revision) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO webhook_revisions
             (webhook, revision, settings, headers, disabled, updated_at, updated_by, paused, drain)
         SELECT seq, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM webhooks WHERE id = ?1
         ON CONFLICT (webhook, revision) DO NOTHING",
    )?
    .execute(params![
        one.webhook_id.as_bytes(),
        one.revision,
        plain(&one.settings),
        seal.headers(one.webhook_id, &one.settings.headers),
        json_text(one.disabled.as_ref()),
        one.updated_at.as_micros(),
        one.updated_by,
        json_text(one.paused.as_ref()),
        json_text(one.drain.as_ref()),
    ])?;
    Ok(())
}
