//! What a webhook was at one of its revisions: the newest is the webhook itself, the former ones are
//! in its history. Reads only; each change of a webhook keeps what was before it.

use bellwire_core::{
    ids::{OrganizationId, WebhookId},
    stored::seal::Seal,
    webhook::{Revision, Settings},
};

use crate::{
    connect::Conn,
    fault::{Fault, corrupt},
    rows::{Key as _, RowExt as _},
};

pub(crate) async fn one(
    conn: &impl Conn,
    seal: &Seal,
    (organization_id, id): (OrganizationId, WebhookId),
    revision: u32,
) -> Result<Option<Revision>, Fault> {
    let row = conn
        .query_opt(
            "WITH w AS (SELECT w.* FROM webhooks w JOIN organizations o ON o.id = w.organization_id
                        WHERE w.id = $1 AND o.id = $2 AND o.deleted_at IS NULL)
             SELECT settings, headers, disabled, updated_at, updated_by FROM w WHERE revision = $3
             UNION ALL
             SELECT r.settings, r.headers, r.disabled, r.updated_at, r.updated_by
             FROM w JOIN webhook_revisions r ON r.webhook_id = w.id
             WHERE r.revision = $3 AND w.revision <> $3",
            &[&id.uuid(), &organization_id.uuid(), &revision.cast_signed()],
        )
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let mut settings: Settings = serde_json::from_str(row.try_get(0)?).map_err(corrupt)?;
    settings.headers = seal.open_headers(id, row.try_get(1)?)?;
    let disabled: Option<&str> = row.try_get(2)?;
    Ok(Some(Revision {
        revision,
        settings,
        disabled: disabled
            .map(serde_json::from_str)
            .transpose()
            .map_err(corrupt)?,
        updated_at: row.at(3)?,
        updated_by: row.try_get(4)?,
    }))
}
