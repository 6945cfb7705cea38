//! The audit log: every change, who made it, and what it was before and after.
//!
//! An entry is written in the transaction of the change, so neither is there without the other.
//! Secrets are masked before they come here: [`Entry`] holds text that anybody who may read the log
//! may see.

use crate::{
    access::Actor,
    ids::{AuditId, OrganizationId},
    time::Time,
};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id, which sorts by time.
    pub id: AuditId,
    /// When.
    pub at: Time,
    /// Where; `None` for what belongs to the platform.
    pub organization_id: Option<OrganizationId>,
    /// Who.
    pub actor: Actor,
    /// What: noun and verb, such as `webhook.updated`.
    pub action: String,
    /// To which: the noun's id, or what the API calls it.
    pub subject: String,
    /// For people: its name at the time.
    pub label: String,
    /// What it was, as a JSON object without secrets.
    pub before: Option<String>,
    /// What it is, as a JSON object without secrets.
    pub after: Option<String>,
}

/// Which entries a list shows. Everything given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Of this organization; of all and of the platform, when `None`.
    pub organization_id: Option<OrganizationId>,
    /// By the user, token or link of this id, or by this name.
    pub actor: Option<String>,
    /// Exactly this action; or, ending with a dot, every action of the noun (`webhook.`).
    pub action: Option<String>,
    /// To the thing of this id.
    pub subject: Option<String>,
    /// At or after.
    pub since: Option<Time>,
    /// Before.
    pub until: Option<Time>,
}
