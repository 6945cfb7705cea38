//! A webhook as this API shows it (APG-9).

use bellwire_core::{time::Time, webhook};
use serde::Serialize;
use utoipa::ToSchema;

/// A webhook.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintWebhook {
    /// When it was made, in milliseconds since 1970.
    #[schema(example = 1_794_000_000_000_i64)]
    created: i64,
    /// Who made it: a user's e-mail address.
    #[schema(example = "ada@example.com")]
    created_by: String,
    /// Whether it is called.
    enabled: bool,
    /// Its id.
    #[schema(format = Uuid)]
    id: String,
    /// For people.
    name: String,
    /// The organization; only in the answer to a change.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    org_id: Option<String>,
    /// What is called.
    #[schema(example = "https://example.com/callback")]
    post_url: String,
    /// When it was last changed, in milliseconds since 1970.
    updated: i64,
    /// Who changed it last.
    updated_by: String,
}

impl MintWebhook {
    /// As it is listed.
    pub(super) fn new(webhook: &webhook::Webhook) -> Self {
        Self {
            created: Time::as_millis(webhook.created_at),
            created_by: webhook.created_by.clone(),
            enabled: webhook.is_enabled(),
            id: webhook.id.to_string(),
            name: webhook.settings.name.clone(),
            org_id: None,
            post_url: webhook.settings.url.clone(),
            updated: Time::as_millis(webhook.updated_at),
            updated_by: webhook.updated_by.clone(),
        }
    }

    /// As a change answers it.
    pub(super) fn changed(webhook: &webhook::Webhook, organization: &str) -> Self {
        Self {
            org_id: Some(organization.to_owned()),
            ..Self::new(webhook)
        }
    }
}
