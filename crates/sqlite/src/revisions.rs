//! What a webhook was at one of its revisions: the newest is the webhook itself, the former ones are
//! in its history. Reads only; each change of a webhook keeps what was before it.

use bellwire_core::{
    ids::{OrganizationId, WebhookId},
    stored::seal::Seal,
    webhook::{Disabled, Revision, Settings},
};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{
    fault::Fault,
    rows::{RowExt as _, damage},
};

pub(crate) fn one(
    conn: &Connection,
    seal: &Seal,
    (organization_id, id): (OrganizationId, WebhookId),
    revision: u32,
) -> Result<Option<Revision>, Fault> {
    let found = conn
        .prepare_cached(
            "WITH w AS (SELECT w.* FROM webhooks w JOIN organizations o ON o.seq = w.organization
                        WHERE w.id = ?1 AND o.id = ?2 AND o.deleted_at IS NULL)
             SELECT settings, headers, disabled, updated_at, updated_by FROM w WHERE revision = ?3
             UNION ALL
             SELECT r.settings, r.headers, r.disabled, r.updated_at, r.updated_by
             FROM w JOIN webhook_revisions r ON r.webhook = w.seq
             WHERE r.revision = ?3 AND w.revision <> ?3",
        )?
        .query_row(
            params![id.as_bytes(), organization_id.as_bytes(), revision],
            |row| {
                let settings: Settings = serde_json::from_str(row.get_ref(0)?.as_str()?)
                    .map_err(|error| damage(0, error))?;
                let disabled: Option<Disabled> = row
                    .get_ref(2)?
                    .as_str_or_null()?
                    .map(|text| serde_json::from_str(text).map_err(|error| damage(2, error)))
                    .transpose()?;
                let headers: Vec<u8> = row.get(1)?;
                let found = Revision {
                    revision,
                    settings,
                    disabled,
                    updated_at: row.at(3)?,
                    updated_by: row.get(4)?,
                };
                Ok((found, headers))
            },
        )
        .optional()?;
    let Some((mut found, headers)) = found else {
        return Ok(None);
    };
    found.settings.headers = seal.open_headers(id, &headers)?;
    Ok(Some(found))
}
