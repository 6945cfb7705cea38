//! Webhooks: each change a revision, each disable a mark that cancels what was made before it.

use bellwire_core::{
    audit::Entry,
    ids::{OrganizationId, WebhookId},
    own_event::Notice,
    policy::{Counters, DisableReason},
    ports::{DeleteOutcome, Error, WebhookChange},
    stored::{
        audit::{Disabling, Ids},
        seal::Seal,
        standing::Marks,
    },
    time::Time,
    webhook::{Disabled, Settings, Webhook},
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    audit,
    fault::{Fault, corrupt},
    outbox,
    rows::{RowExt as _, damage, delivery, delivery_columns, time},
    work::Work,
};

/// Who changes a webhook that reaches a threshold.
const BY_ITSELF: &str = "bellwire";
/// Pending rows that a deletion without force looks at before it takes it that there are some.
const LOOK_AT: i64 = 2_000;

/// The columns that [`read`] reads.
macro_rules! webhook_columns {
    () => {
        "w.id, w.revision, w.settings, w.headers, w.secrets, w.disabled, w.cancelled_up_to, \
         w.created_at, w.created_by, w.updated_at, w.updated_by, w.deleted_at, w.paused, w.drain"
    };
}

pub(crate) use webhook_columns;

/// A webhook as stored, before its secrets are opened.
pub(crate) struct Sealed {
    webhook: Webhook,
    headers: Vec<u8>,
    secrets: Vec<u8>,
}

pub(crate) fn read(row: &Row<'_>, organization_id: OrganizationId) -> rusqlite::Result<Sealed> {
    let settings: Settings =
        serde_json::from_str(row.get_ref(2)?.as_str()?).map_err(|error| damage(2, error))?;
    Ok(Sealed {
        webhook: Webhook {
            id: row.id(0)?,
            organization_id,
            revision: row.get(1)?,
            settings,
            disabled: json(row, 5)?,
            paused: json(row, 12)?,
            drain: json(row, 13)?,
            secrets: Vec::new(),
            cancelled_up_to: row.time(6)?,
            created_at: row.at(7)?,
            created_by: row.get(8)?,
            updated_at: row.at(9)?,
            updated_by: row.get(10)?,
            deleted_at: row.time(11)?,
        },
        headers: row.get(3)?,
        secrets: row.get(4)?,
    })
}

/// A column of JSON that may be empty.
pub(crate) fn json<T: DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    row.get_ref(column)?
        .as_str_or_null()?
        .map(|text| serde_json::from_str(text).map_err(|error| damage(column, error)))
        .transpose()
}

pub(crate) fn open(sealed: Sealed, seal: &Seal) -> Result<Webhook, Fault> {
    let Sealed {
        mut webhook,
        headers,
        secrets,
    } = sealed;
    webhook.settings.headers = seal.open_headers(webhook.id, &headers)?;
    webhook.secrets = seal.open_secrets(webhook.id, &secrets)?;
    Ok(webhook)
}

/// The settings without what is encrypted apart from them.
pub(crate) fn plain(settings: &Settings) -> String {
    let bare = Settings {
        headers: Vec::new(),
        ..settings.clone()
    };
    serde_json::to_string(&bare).expect("settings are plain data")
}

/// What [`json`] reads.
pub(crate) fn json_text<T: Serialize>(value: Option<&T>) -> Option<String> {
    value.map(|value| serde_json::to_string(value).expect("it is plain data"))
}

/// The webhooks of an organization but the deleted ones, oldest first.
pub(crate) fn of_organization(
    conn: &Connection,
    seal: &Seal,
    organization_id: OrganizationId,
    organization: i64,
) -> Result<Vec<Webhook>, Fault> {
    let mut statement = conn.prepare_cached(concat!(
        "SELECT ",
        webhook_columns!(),
        " FROM webhooks w WHERE w.organization = ?1 AND w.deleted_at IS NULL ORDER BY w.seq"
    ))?;
    let rows = statement.query_map([organization], |row| read(row, organization_id))?;
    rows.map(|row| open(row?, seal)).collect()
}

/// One webhook, tombstones included.
pub(crate) fn one(
    conn: &Connection,
    seal: &Seal,
    organization_id: OrganizationId,
    id: WebhookId,
) -> Result<Option<Webhook>, Fault> {
    conn.prepare_cached(concat!(
        "SELECT ",
        webhook_columns!(),
        " FROM webhooks w JOIN organizations o ON o.seq = w.organization
          WHERE w.id = ?1 AND o.id = ?2 AND o.deleted_at IS NULL"
    ))?
    .query_row([id.as_bytes(), organization_id.as_bytes()], |row| {
        read(row, organization_id)
    })
    .optional()?
    .map(|sealed| open(sealed, seal))
    .transpose()
}

/// Another living webhook of the organization with this URL.
fn same_url(
    work: &Work<'_>,
    seal: &Seal,
    organization: i64,
    webhook: &Webhook,
) -> Result<Option<Webhook>, Fault> {
    work.conn
        .prepare_cached(concat!(
            "SELECT ",
            webhook_columns!(),
            " FROM webhooks w WHERE w.organization = ?1 AND w.url = ?2 AND w.deleted_at IS NULL
              AND w.id <> ?3 ORDER BY w.seq LIMIT 1"
        ))?
        .query_row(
            params![organization, webhook.settings.url, webhook.id.as_bytes()],
            |row| read(row, webhook.organization_id),
        )
        .optional()?
        .map(|sealed| open(sealed, seal))
        .transpose()
}

pub(crate) fn create(
    work: &mut Work<'_>,
    seal: &Seal,
    webhook: &Webhook,
    one_per_url: bool,
    entry: &Entry,
) -> Result<WebhookChange, Fault> {
    let organization = work.organization(webhook.organization_id)?.seq;
    if one_per_url && let Some(other) = same_url(work, seal, organization, webhook)? {
        return Ok(WebhookChange::SameUrl(Box::new(other)));
    }
    // One that is made disabled has nothing to cancel.
    work.conn
        .prepare_cached(
            "INSERT INTO webhooks (id, organization, revision, url, settings, headers, secrets,
                 disabled, cancelled_up_to, disabled_up_to, created_at, created_by, updated_at,
                 updated_by, deleted_at, paused, drain)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )?
        .execute(params![
            webhook.id.as_bytes(),
            organization,
            webhook.revision,
            webhook.settings.url,
            plain(&webhook.settings),
            seal.headers(webhook.id, &webhook.settings.headers),
            seal.secrets(webhook.id, &webhook.secrets),
            json_text(webhook.disabled.as_ref()),
            time(webhook.cancelled_up_to),
            webhook.created_at.as_micros(),
            webhook.created_by,
            webhook.updated_at.as_micros(),
            webhook.updated_by,
            time(webhook.deleted_at),
            json_text(webhook.paused.as_ref()),
            json_text(webhook.drain.as_ref()),
        ])?;
    work.state.raise(work.conn, organization)?;
    audit::write(work.conn, entry)?;
    Ok(WebhookChange::Stored)
}

/// Keeps what a webhook is now in its history, before it changes.
fn remember(work: &Work<'_>, seq: i64) -> Result<(), Fault> {
    work.conn
        .prepare_cached(
            "INSERT OR REPLACE INTO webhook_revisions
                 (webhook, revision, settings, headers, disabled, paused, drain, updated_at,
                  updated_by)
             SELECT seq, revision, settings, headers, disabled, paused, drain, updated_at,
                 updated_by
             FROM webhooks WHERE seq = ?1",
        )?
        .execute([seq])?;
    Ok(())
}

pub(crate) fn update(
    work: &mut Work<'_>,
    seal: &Seal,
    webhook: &Webhook,
    one_per_url: bool,
    (entry, notice): (&Entry, Option<&Notice>),
) -> Result<WebhookChange, Fault> {
    let organization = match work
        .state
        .organization(work.conn, webhook.organization_id)?
    {
        Some(organization) => organization.seq,
        None => return Err(Error::NotFound("webhook").into()),
    };
    let newest = work.state.newest;
    let slot = match work.webhook(webhook.id)? {
        Some(slot) if slot.organization == organization && slot.deleted_at.is_none() => {
            slot.clone()
        }
        _ => return Err(Error::NotFound("webhook").into()),
    };
    let revision: u32 = work
        .conn
        .prepare_cached("SELECT revision FROM webhooks WHERE seq = ?1")?
        .query_row([slot.seq], |row| row.get(0))?;
    if webhook.revision != revision + 1 {
        return Err(Error::Stale.into());
    }
    if one_per_url && let Some(other) = same_url(work, seal, organization, webhook)? {
        return Ok(WebhookChange::SameUrl(Box::new(other)));
    }
    let disables = webhook.disabled.is_some() && !slot.disabled;
    let mark = disables.then(|| webhook.updated_at.max(newest));
    remember(work, slot.seq)?;
    work.conn
        .prepare_cached(
            "UPDATE webhooks SET revision = ?2, url = ?3, settings = ?4, headers = ?5,
                 secrets = ?6, disabled = ?7, updated_at = ?8, updated_by = ?9,
                 cancelled_up_to = coalesce(?10, cancelled_up_to),
                 disabled_up_to = coalesce(?10, disabled_up_to),
                 unswept = CASE WHEN ?10 IS NULL THEN unswept ELSE 1 END, paused = ?11, drain = ?12
             WHERE seq = ?1",
        )?
        .execute(params![
            slot.seq,
            webhook.revision,
            webhook.settings.url,
            plain(&webhook.settings),
            seal.headers(webhook.id, &webhook.settings.headers),
            seal.secrets(webhook.id, &webhook.secrets),
            json_text(webhook.disabled.as_ref()),
            webhook.updated_at.as_micros(),
            webhook.updated_by,
            time(mark),
            json_text(webhook.paused.as_ref()),
            json_text(webhook.drain.as_ref()),
        ])?;
    let enabled = webhook.disabled.is_none() && slot.disabled;
    let resumed = webhook.paused.is_none() && slot.paused;
    if enabled || resumed {
        // Who was told that it fails is to be told when it does so no more.
        let counters = Counters {
            told_at: slot.counters.told_at,
            ..Counters::default()
        };
        work.state.count(webhook.id, counters);
    }
    if let Some(notice) = notice.filter(|_| disables) {
        outbox::write(work.conn, notice)?;
    }
    changed(work, webhook.id, organization, mark)?;
    audit::write(work.conn, entry)?;
    Ok(WebhookChange::Stored)
}

/// Disables a webhook that has reached a threshold: a change like any other.
pub(crate) fn disable(
    work: &mut Work<'_>,
    id: WebhookId,
    reason: DisableReason,
    now: Time,
    ids: &Ids,
) -> Result<(), Fault> {
    let mark = now.max(work.state.newest);
    let Some(slot) = work.webhook(id)? else {
        return Err(corrupt("a webhook vanished within a transaction"));
    };
    let (seq, organization) = (slot.seq, slot.organization);
    remember(work, seq)?;
    let disabled = Disabled { reason, at: now };
    work.conn
        .prepare_cached(
            "UPDATE webhooks SET revision = revision + 1, disabled = ?2, cancelled_up_to = ?3,
                 disabled_up_to = ?3, unswept = 1, updated_at = ?4, updated_by = ?5,
                 paused = NULL, drain = NULL
             WHERE seq = ?1",
        )?
        .execute(params![
            seq,
            json_text(Some(&disabled)),
            mark.as_micros(),
            now.as_micros(),
            BY_ITSELF,
        ])?;
    changed(work, id, organization, Some(mark))?;
    let entry = disabling(work.conn, seq, &disabled, ids)?;
    audit::write(work.conn, &entry)
}

/// What the log says of a webhook that a threshold has just disabled.
fn disabling(conn: &Connection, seq: i64, disabled: &Disabled, ids: &Ids) -> Result<Entry, Fault> {
    let found = conn
        .prepare_cached(
            "SELECT o.id, w.id, w.settings, w.revision FROM webhooks w
             JOIN organizations o ON o.seq = w.organization WHERE w.seq = ?1",
        )?
        .query_row([seq], |row| {
            let settings: Settings = serde_json::from_str(row.get_ref(2)?.as_str()?)
                .map_err(|error| damage(2, error))?;
            let revision: u32 = row.get(3)?;
            let disabling = Disabling {
                organization_id: row.id(0)?,
                webhook_id: row.id(1)?,
                name: &settings.name,
                revision,
                disabled,
            };
            Ok(disabling.entry(ids.next(disabled.at)))
        })?;
    Ok(found)
}

pub(crate) fn delete(
    work: &mut Work<'_>,
    seal: &Seal,
    (organization_id, id): (OrganizationId, WebhookId),
    force: bool,
    now: Time,
    by: &str,
    entry: &Entry,
) -> Result<DeleteOutcome, Fault> {
    let organization = match work.state.organization(work.conn, organization_id)? {
        Some(organization) => organization.seq,
        None => return Err(Error::NotFound("webhook").into()),
    };
    let newest = work.state.newest;
    let slot = match work.webhook(id)? {
        Some(slot) if slot.organization == organization && slot.deleted_at.is_none() => {
            slot.clone()
        }
        _ => return Err(Error::NotFound("webhook").into()),
    };
    if !force && has_pending(work, slot.seq, &slot.marks())? {
        return Ok(DeleteOutcome::HasPending);
    }
    remember(work, slot.seq)?;
    // A tombstone is named by history and signs nothing any more: its secrets go.
    work.conn
        .prepare_cached(
            "UPDATE webhooks SET revision = revision + 1, deleted_at = ?2, updated_at = ?2,
                 updated_by = ?3, cancelled_up_to = max(?4, coalesce(cancelled_up_to, ?4)),
                 unswept = 1, headers = ?5, secrets = ?6, paused = NULL, drain = NULL
             WHERE seq = ?1",
        )?
        .execute(params![
            slot.seq,
            now.as_micros(),
            by,
            now.max(newest).as_micros(),
            seal.headers(id, &[]),
            seal.secrets(id, &[]),
        ])?;
    changed(work, id, organization, None)?;
    audit::write(work.conn, entry)?;
    Ok(DeleteOutcome::Deleted)
}

/// After a change: the caches, and the organization's generation.
pub(crate) fn changed(
    work: &mut Work<'_>,
    id: WebhookId,
    organization: i64,
    mark: Option<Time>,
) -> Result<(), Fault> {
    if let Some(mark) = mark {
        work.state.newest = work.state.newest.max(mark);
        // What the sweep has looked at and left may be under this mark.
        work.state.swept = None;
    }
    work.state.flush(work.conn)?;
    work.state.forget_webhook(id);
    work.state.raise(work.conn, organization)?;
    Ok(())
}

/// Whether a webhook has pending deliveries that nothing has cancelled.
fn has_pending(work: &Work<'_>, webhook: i64, marks: &Marks) -> Result<bool, Fault> {
    let mut statement = work.conn.prepare_cached(concat!(
        "SELECT ",
        delivery_columns!(),
        " FROM deliveries WHERE state = 0 AND webhook = ?1 AND due_at > ?2
          ORDER BY due_at, id LIMIT ?3"
    ))?;
    // What lies before the mark is cancelled, but for tests.
    let start = marks.cancelled_up_to.map_or(i64::MIN, Time::as_micros);
    for (after, limit) in [(i64::MIN, 500), (start, LOOK_AT)] {
        let mut rows = statement.query(params![webhook, after, limit])?;
        let mut looked_at = 0;
        while let Some(row) = rows.next()? {
            let row = delivery(row)?;
            if marks.cancel(row.kind, row.created_at).is_none() {
                return Ok(true);
            }
            looked_at += 1;
        }
        if after == start {
            return Ok(looked_at == LOOK_AT);
        }
    }
    Ok(false)
}
