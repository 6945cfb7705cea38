//! `GET /organizations/{org}/webhooks/{id}/history`

use axum::{Json, extract::State};
use bellwire_core::{
    ids::{AuditId, WebhookId},
    service,
    time::Time,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    AppState,
    api::v1::shape::{ActorKindName, List},
    auth::Within,
    cursor::Binding,
    extract::{Id, IdPath, OrganizationPath, Paging, Query},
    problem::{
        Problem,
        docs::{OrganizationProblems, QueryProblems},
    },
};

/// One change of a webhook.
#[derive(Debug, Serialize, ToSchema)]
// `WebhookChange` is what a request to change one is called there.
#[schema(as = WebhookRevision)]
pub struct WebhookChange {
    /// Its id, which sorts by time; the audit log has it too.
    #[schema(value_type = String, format = Uuid)]
    id: AuditId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// Who.
    by: ChangedBy,
    /// What.
    #[schema(example = "webhook.updated")]
    action: String,
    /// The revision that it made. Attempts name theirs.
    #[schema(minimum = 1)]
    revision: u32,
    /// What is different since. Empty where all of the webhook came or went.
    changes: Vec<FieldChange>,
}

/// Who made a change.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedBy {
    /// What kind of somebody.
    kind: ActorKindName,
    /// An e-mail address, the name of a token or link.
    #[schema(example = "ann@example.com")]
    name: String,
}

/// One field of a change.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldChange {
    /// Which.
    #[schema(example = "url")]
    field: String,
    /// What it was, without secrets.
    #[schema(value_type = Value, example = "https://example.com/old")]
    before: Value,
    /// What it is, without secrets.
    #[schema(value_type = Value, example = "https://example.com/new")]
    after: Value,
}

impl From<service::HistoryEntry> for WebhookChange {
    fn from(entry: service::HistoryEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            by: ChangedBy {
                kind: ActorKindName(entry.by_kind),
                name: entry.by,
            },
            action: entry.action,
            revision: entry.revision,
            changes: entry
                .changes
                .into_iter()
                .map(|change| FieldChange {
                    field: change.field,
                    before: change.before,
                    after: change.after,
                })
                .collect(),
        }
    }
}

/// Lists a webhook's changes, newest first: who changed what, and when. Of a deleted webhook too.
#[utoipa::path(
    get,
    path = "/organizations/{org}/webhooks/{id}/history",
    tag = "webhooks",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, IdPath, Paging),
    responses(
        (status = 200, description = "One page.", body = List<WebhookChange>),
        QueryProblems,
        OrganizationProblems
    )
)]
pub async fn list_history(
    State(state): State<AppState>,
    within: Within,
    Id(id): Id<WebhookId>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<WebhookChange>>, Problem> {
    let webhook = state.service.webhook(within.slug(), id).await?;
    if !within.access().sees(&webhook) {
        return Err(Problem::not_found("webhook"));
    }
    let binding = Binding::of(&["history", &webhook.id.to_string()]);
    let before = binding.bytes_after::<16>(&paging)?.map(AuditId::from_bytes);
    let page = state
        .service
        .webhook_history(&webhook, within.access(), before, paging.limit())
        .await?;
    Ok(Json(List {
        items: page.items.into_iter().map(WebhookChange::from).collect(),
        next_cursor: page.next.map(|id| binding.encode(id.as_bytes())),
    }))
}
