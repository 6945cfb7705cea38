//! Webhooks: each change a revision, each disable a mark that cancels what was made before it.

use std::collections::HashMap;

use bellwire_core::{
    audit::Entry,
    ids::{EventId, OrganizationId, WebhookId},
    own_event::Notice,
    policy::Counters,
    ports::{DeleteOutcome, Error, WebhookChange},
    stored::{
        audit::{Disabling, Ids},
        seal::Seal,
        standing::Marks,
    },
    time::Time,
    webhook::{Disabled, Settings, Webhook},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::Instant;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    audit, changes,
    connect::Conn,
    fault::{Fault, corrupt},
    locks, outbox,
    rows::{self, Key as _, RowExt as _, mark_columns, text, time},
    settle::{self, Disables},
    shared::Shared,
};

/// Who changes a webhook that reaches a threshold.
const BY_ITSELF: &str = "bellwire";
/// Rows looked at for the newest delivery, or for a pending one.
const LOOK_AT: i64 = 2_000;

/// The columns that [`read`] reads.
macro_rules! webhook_columns {
    () => {
        "w.id, w.organization_id, w.revision, w.settings, w.headers, w.secrets, w.disabled, \
         w.cancelled_up_to, w.created_at, w.created_by, w.updated_at, w.updated_by, w.deleted_at, \
         w.paused, w.drain"
    };
}

pub(crate) use webhook_columns;

pub(crate) fn read(row: &Row, seal: &Seal) -> Result<Webhook, Fault> {
    let id = row.id(0)?;
    let mut settings: Settings = serde_json::from_str(row.try_get(3)?).map_err(corrupt)?;
    settings.headers = seal.open_headers(id, row.try_get(4)?)?;
    Ok(Webhook {
        id,
        organization_id: row.id(1)?,
        revision: row.u32(2)?,
        settings,
        disabled: json(row, 6)?,
        paused: json(row, 13)?,
        drain: json(row, 14)?,
        secrets: seal.open_secrets(id, row.try_get(5)?)?,
        cancelled_up_to: row.time(7)?,
        created_at: row.at(8)?,
        created_by: row.try_get(9)?,
        updated_at: row.at(10)?,
        updated_by: row.try_get(11)?,
        deleted_at: row.time(12)?,
    })
}

/// The settings without what is encrypted apart from them.
pub(crate) fn plain(settings: &Settings) -> String {
    let bare = Settings {
        headers: Vec::new(),
        ..settings.clone()
    };
    serde_json::to_string(&bare).expect("settings are plain data")
}

/// A column of JSON that may be empty.
pub(crate) fn json<T: DeserializeOwned>(row: &Row, column: usize) -> Result<Option<T>, Fault> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(serde_json::from_str).transpose().map_err(corrupt)
}

/// What [`json`] reads.
pub(crate) fn json_text<T: Serialize>(value: Option<&T>) -> Option<String> {
    value.map(|value| serde_json::to_string(value).expect("it is plain data"))
}

/// Reads counters from this column on.
pub(crate) fn counters(row: &Row, column: usize) -> Result<Counters, Fault> {
    let count = |offset: usize| {
        row.try_get::<_, i64>(column + offset)
            .map(|count| u32::try_from(count).unwrap_or(u32::MAX))
    };
    Ok(Counters {
        redirects: count(0)?,
        client_errors: count(1)?,
        server_errors: count(2)?,
        failures: count(3)?,
        failing_since: row.time(column + 4)?,
        told_at: row.time(column + 5)?,
    })
}

/// The webhooks of these organizations but the deleted ones, oldest first.
pub(crate) async fn of_organizations(
    conn: &impl Conn,
    seal: &Seal,
    organizations: &[Uuid],
) -> Result<HashMap<OrganizationId, Vec<Webhook>>, Fault> {
    let rows = conn
        .query(
            concat!(
                "SELECT ",
                webhook_columns!(),
                " FROM webhooks w WHERE w.organization_id = ANY($1) AND w.deleted_at IS NULL
                  ORDER BY w.created_at, w.id"
            ),
            &[&organizations],
        )
        .await?;
    let mut webhooks: HashMap<OrganizationId, Vec<Webhook>> = HashMap::new();
    for row in rows {
        let webhook = read(&row, seal)?;
        webhooks
            .entry(webhook.organization_id)
            .or_default()
            .push(webhook);
    }
    Ok(webhooks)
}

/// One webhook, tombstones included.
pub(crate) async fn one(
    conn: &impl Conn,
    seal: &Seal,
    organization_id: OrganizationId,
    id: WebhookId,
) -> Result<Option<Webhook>, Fault> {
    conn.query_opt(
        concat!(
            "SELECT ",
            webhook_columns!(),
            " FROM webhooks w JOIN organizations o ON o.id = w.organization_id
              WHERE w.id = $1 AND o.id = $2 AND o.deleted_at IS NULL"
        ),
        &[&id.uuid(), &organization_id.uuid()],
    )
    .await?
    .map(|row| read(&row, seal))
    .transpose()
}

/// Another living webhook of the organization with this URL.
async fn same_url(
    conn: &impl Conn,
    seal: &Seal,
    webhook: &Webhook,
) -> Result<Option<Webhook>, Fault> {
    conn.query_opt(
        concat!(
            "SELECT ",
            webhook_columns!(),
            " FROM webhooks w
              WHERE w.organization_id = $1 AND md5(w.url) = md5($2) AND w.url = $2
                    AND w.deleted_at IS NULL AND w.id <> $3
              ORDER BY w.created_at, w.id LIMIT 1"
        ),
        &[
            &webhook.organization_id.uuid(),
            &webhook.settings.url,
            &webhook.id.uuid(),
        ],
    )
    .await?
    .map(|row| read(&row, seal))
    .transpose()
}

pub(crate) async fn create(
    shared: &Shared,
    seal: &Seal,
    webhook: &Webhook,
    one_per_url: bool,
    entry: &Entry,
) -> Result<WebhookChange, Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    changes::open(&transaction, webhook.organization_id).await?;
    if one_per_url && let Some(other) = same_url(&transaction, seal, webhook).await? {
        return Ok(WebhookChange::SameUrl(Box::new(other)));
    }
    // One that is made disabled has nothing to cancel.
    transaction
        .execute(
            "INSERT INTO webhooks (id, organization_id, revision, url, settings, headers, secrets,
                 disabled, cancelled_up_to, disabled_up_to, created_at, created_by, updated_at,
                 updated_by, deleted_at, paused, drain)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11, $12, $13, $14, $15, $16)",
            &[
                &webhook.id.uuid(),
                &webhook.organization_id.uuid(),
                &webhook.revision.cast_signed(),
                &webhook.settings.url,
                &plain(&webhook.settings),
                &seal.headers(webhook.id, &webhook.settings.headers),
                &seal.secrets(webhook.id, &webhook.secrets),
                &json_text(webhook.disabled.as_ref()),
                &time(webhook.cancelled_up_to),
                &webhook.created_at.as_micros(),
                &text(&webhook.created_by),
                &webhook.updated_at.as_micros(),
                &text(&webhook.updated_by),
                &time(webhook.deleted_at),
                &json_text(webhook.paused.as_ref()),
                &json_text(webhook.drain.as_ref()),
            ],
        )
        .await?;
    transaction
        .execute(
            "INSERT INTO health (webhook_id) VALUES ($1)",
            &[&webhook.id.uuid()],
        )
        .await?;
    audit::write(&transaction, entry).await?;
    changes::raise(&transaction, webhook.organization_id).await?;
    shared.commit(transaction, began).await?;
    Ok(WebhookChange::Stored)
}

/// What a webhook is now, locked.
pub(crate) struct Current {
    revision: u32,
    disabled: bool,
    pub(crate) marks: Marks,
}

pub(crate) async fn current(
    conn: &impl Conn,
    organization_id: OrganizationId,
    id: WebhookId,
) -> Result<Current, Fault> {
    let row = conn
        .query_opt(
            concat!(
                "SELECT w.revision, w.disabled IS NOT NULL, ",
                mark_columns!(),
                " FROM webhooks w JOIN organizations o ON o.id = w.organization_id
                  WHERE w.id = $1 AND o.id = $2 AND w.deleted_at IS NULL AND o.deleted_at IS NULL
                  FOR UPDATE OF w"
            ),
            &[&id.uuid(), &organization_id.uuid()],
        )
        .await?
        .ok_or(Error::NotFound("webhook"))?;
    Ok(Current {
        revision: row.u32(0)?,
        disabled: row.try_get(1)?,
        marks: rows::marks(&row, 2)?,
    })
}

/// The newest delivery of a webhook that was made after this time, by a node whose clock is ahead.
/// Ids tell when they were made, so only those after this time are looked at.
pub(crate) async fn newest(conn: &impl Conn, id: WebhookId, now: Time) -> Result<Time, Fault> {
    let row = conn
        .query_opt(
            "SELECT max(d.created_at) FROM (
                 SELECT created_at, webhook_id FROM deliveries WHERE id >= $2
                 ORDER BY id DESC LIMIT $3) d
             WHERE d.webhook_id = $1",
            &[&id.uuid(), &EventId::floor(now).uuid(), &LOOK_AT],
        )
        .await?;
    match row {
        Some(row) => Ok(row.time(0)?.unwrap_or_default()),
        None => Ok(Time::default()),
    }
}

/// Keeps what a webhook is now in its history, before it changes.
async fn remember(conn: &impl Conn, id: WebhookId) -> Result<(), Fault> {
    conn.execute(
        "INSERT INTO webhook_revisions
             (webhook_id, revision, settings, headers, disabled, paused, drain, updated_at,
              updated_by)
         SELECT id, revision, settings, headers, disabled, paused, drain, updated_at, updated_by
         FROM webhooks WHERE id = $1
         ON CONFLICT DO NOTHING",
        &[&id.uuid()],
    )
    .await?;
    Ok(())
}

pub(crate) async fn update(
    shared: &Shared,
    seal: &Seal,
    webhook: &Webhook,
    one_per_url: bool,
    (entry, notice): (&Entry, Option<&Notice>),
) -> Result<WebhookChange, Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    locks::hold(&transaction, webhook.organization_id).await?;
    let current = current(&transaction, webhook.organization_id, webhook.id).await?;
    if webhook.revision != current.revision.wrapping_add(1) {
        return Err(Error::Stale.into());
    }
    if one_per_url && let Some(other) = same_url(&transaction, seal, webhook).await? {
        return Ok(WebhookChange::SameUrl(Box::new(other)));
    }
    let disables = webhook.disabled.is_some() && !current.disabled;
    let mark = match disables {
        true => {
            let newest = newest(&transaction, webhook.id, webhook.updated_at).await?;
            Some(settle::mark(
                webhook.updated_at,
                current.marks.cancelled_up_to,
                newest,
            ))
        }
        false => None,
    };
    remember(&transaction, webhook.id).await?;
    transaction
        .execute(
            "UPDATE webhooks SET revision = $2, url = $3, settings = $4, headers = $5,
                 secrets = $6, disabled = $7, updated_at = $8, updated_by = $9,
                 cancelled_up_to = coalesce($10, cancelled_up_to),
                 disabled_up_to = coalesce($10, disabled_up_to),
                 unswept = unswept OR $10 IS NOT NULL, paused = $11, drain = $12
             WHERE id = $1",
            &[
                &webhook.id.uuid(),
                &webhook.revision.cast_signed(),
                &webhook.settings.url,
                &plain(&webhook.settings),
                &seal.headers(webhook.id, &webhook.settings.headers),
                &seal.secrets(webhook.id, &webhook.secrets),
                &json_text(webhook.disabled.as_ref()),
                &webhook.updated_at.as_micros(),
                &text(&webhook.updated_by),
                &time(mark),
                &json_text(webhook.paused.as_ref()),
                &json_text(webhook.drain.as_ref()),
            ],
        )
        .await?;
    let enabled = webhook.disabled.is_none() && current.disabled;
    let resumed = webhook.paused.is_none() && current.marks.paused;
    if enabled || resumed {
        transaction
            .execute(
                "UPDATE health SET redirects = 0, client_errors = 0, server_errors = 0,
                     failures = 0, failing_since = NULL
                 WHERE webhook_id = $1",
                &[&webhook.id.uuid()],
            )
            .await?;
    }
    if let Some(notice) = notice.filter(|_| disables) {
        outbox::write(&transaction, std::slice::from_ref(notice)).await?;
    }
    audit::write(&transaction, entry).await?;
    changes::raise(&transaction, webhook.organization_id).await?;
    shared.commit(transaction, began).await?;
    Ok(WebhookChange::Stored)
}

/// Disables a webhook that has reached a threshold: a change like any other, within the transaction
/// that counted.
pub(crate) async fn disable(
    conn: &impl Conn,
    id: WebhookId,
    disables: &Disables,
    ids: &Ids,
) -> Result<(), Fault> {
    remember(conn, id).await?;
    let disabled = Disabled {
        reason: disables.reason.clone(),
        at: disables.at,
    };
    let row = conn
        .query_opt(
            "UPDATE webhooks SET revision = revision + 1, disabled = $2, cancelled_up_to = $3,
                 disabled_up_to = $3, unswept = true, updated_at = $4, updated_by = $5,
                 paused = NULL, drain = NULL
             WHERE id = $1 RETURNING revision, settings",
            &[
                &id.uuid(),
                &json_text(Some(&disabled)),
                &disables.mark.as_micros(),
                &disables.at.as_micros(),
                &BY_ITSELF,
            ],
        )
        .await?
        .ok_or_else(|| corrupt("a webhook vanished within a transaction"))?;
    let settings: Settings = serde_json::from_str(row.try_get(1)?).map_err(corrupt)?;
    let disabling = Disabling {
        organization_id: disables.organization,
        webhook_id: id,
        name: &settings.name,
        revision: row.u32(0)?,
        disabled: &disabled,
    };
    audit::write(conn, &disabling.entry(ids.next(disables.at))).await?;
    changes::raise(conn, disables.organization).await
}

pub(crate) async fn delete(
    shared: &Shared,
    seal: &Seal,
    (organization_id, id): (OrganizationId, WebhookId),
    force: bool,
    now: Time,
    by: &str,
    entry: &Entry,
) -> Result<DeleteOutcome, Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    locks::hold(&transaction, organization_id).await?;
    let current = current(&transaction, organization_id, id).await?;
    if !force && has_pending(&transaction, shared, id, &current.marks).await? {
        return Ok(DeleteOutcome::HasPending);
    }
    let newest = newest(&transaction, id, now).await?;
    let mark = settle::mark(now, current.marks.cancelled_up_to, newest);
    remember(&transaction, id).await?;
    // A tombstone is named by history and signs nothing any more: its secrets go.
    transaction
        .execute(
            "UPDATE webhooks SET revision = revision + 1, deleted_at = $2, updated_at = $2,
                 updated_by = $3, cancelled_up_to = $4, unswept = true, headers = $5, secrets = $6,
                 paused = NULL, drain = NULL
             WHERE id = $1",
            &[
                &id.uuid(),
                &now.as_micros(),
                &text(by),
                &mark.as_micros(),
                &seal.headers(id, &[]),
                &seal.secrets(id, &[]),
            ],
        )
        .await?;
    audit::write(&transaction, entry).await?;
    changes::raise(&transaction, organization_id).await?;
    shared.commit(transaction, began).await?;
    Ok(DeleteOutcome::Deleted)
}

/// Whether a webhook has pending deliveries that nothing has cancelled: ones that a node holds, or
/// free ones behind the mark, or tests before it. Of many that a disable has cancelled without the
/// sweep having been there yet, a limited number is looked at.
async fn has_pending(
    conn: &impl Conn,
    shared: &Shared,
    id: WebhookId,
    marks: &Marks,
) -> Result<bool, Fault> {
    let mark = marks.cancelled_up_to.map_or(i64::MIN, Time::as_micros);
    let row = conn
        .query_opt(
            "SELECT EXISTS (
                 SELECT 1 FROM deliveries d WHERE d.node IS NOT NULL AND d.webhook_id = $1
                        AND d.id >= $4 AND (d.kind = 3 OR d.created_at > $2))
             OR EXISTS (
                 SELECT 1 FROM deliveries d WHERE d.state = 0 AND d.node IS NULL AND d.kind = 3
                        AND d.webhook_id = $1 AND d.id >= $4)
             OR EXISTS (
                 SELECT 1 FROM (
                     SELECT d.created_at FROM deliveries d
                     WHERE d.state = 0 AND d.node IS NULL AND d.webhook_id = $1 AND d.due_at > $2
                           AND d.id >= $4
                     ORDER BY d.due_at, d.id LIMIT $3) p
                 WHERE p.created_at > $2)",
            &[&id.uuid(), &mark, &LOOK_AT, &shared.partitions.since()],
        )
        .await?;
    Ok(match row {
        Some(row) => row.try_get(0)?,
        None => false,
    })
}
