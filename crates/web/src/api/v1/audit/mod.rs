//! The audit log: every change, who made it, and what it was before and after. Read only; an
//! organization sees its own, the platform all.

pub mod export;
pub mod list;
pub mod organization_export;
pub mod organization_list;
pub mod query;

use std::net::IpAddr;

use bellwire_core::{audit, ids::AuditId, snapshot::Snapshot, time::Time};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{shape::ActorKindName, users::slug};
use crate::AppState;

/// The routes of the audit log.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_audit))
        .routes(routes!(export::export_audit))
        .routes(routes!(organization_list::list_organization_audit))
        .routes(routes!(organization_export::export_organization_audit))
}

/// One change.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Its id, which sorts by time.
    #[schema(value_type = String, format = Uuid)]
    id: AuditId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// Where; null for what belongs to the platform.
    #[schema(required, example = "acme")]
    organization: Option<String>,
    /// Who.
    actor: AuditActor,
    /// What: noun and verb.
    #[schema(example = "webhook.updated")]
    action: String,
    /// To which: its id, or what the API calls it.
    subject: String,
    /// What people called it at the time.
    label: String,
    /// What it was, without secrets; null when it was made.
    #[schema(required, value_type = Option<Object>)]
    before: Option<Box<RawValue>>,
    /// What it is, without secrets; null when it is gone.
    #[schema(required, value_type = Option<Object>)]
    after: Option<Box<RawValue>>,
}

/// Who made a change.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditActor {
    /// What kind of somebody.
    kind: ActorKindName,
    /// The id of the user, token or link; null for others.
    #[schema(required)]
    id: Option<String>,
    /// An e-mail address, the name of a token or link.
    #[schema(example = "ann@example.com")]
    name: String,
    /// From where; null when it is not known.
    #[schema(required, value_type = Option<String>)]
    address: Option<IpAddr>,
    /// The id of the request, as in `X-Request-Id` and in the log.
    #[schema(required)]
    request_id: Option<String>,
}

impl AuditEntry {
    /// The answer for this entry.
    fn of(entry: audit::Entry, snapshot: &Snapshot) -> Self {
        // It is written as JSON by ourselves; what is damaged is better left out than all the rest.
        let json = |text: Option<String>| text.and_then(|text| RawValue::from_string(text).ok());
        Self {
            id: entry.id,
            at: entry.at,
            organization: entry.organization_id.map(|id| slug(snapshot, id)),
            actor: AuditActor {
                kind: ActorKindName(entry.actor.kind),
                id: entry.actor.id,
                name: entry.actor.name,
                address: entry.actor.address,
                request_id: entry.actor.request,
            },
            action: entry.action,
            subject: entry.subject,
            label: entry.label,
            before: json(entry.before),
            after: json(entry.after),
        }
    }
}
