//! Which deliveries a job is about, as a request has it.

use bellwire_core::{ids::WebhookId, service::JobFilter, time::Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::v1::shape::StateName;

/// Deliveries per second, when nothing else is asked for.
pub const DEFAULT_PER_SECOND: u32 = 10;

/// Which deliveries. Everything given must hold. Tests are never among them.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// To this webhook; to all of the organization, if left out. Who sees some channels only names
    /// one.
    #[schema(value_type = Option<String>, format = Uuid)]
    webhook: Option<WebhookId>,
    /// `failed`, `cancelled` or both; failed, if left out.
    #[schema(value_type = Option<Vec<StateName>>, example = json!(["failed"]))]
    states: Option<Vec<String>>,
    /// That failed, or were cancelled, at or after this time.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Time>,
    /// That failed, or were cancelled, before this time.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Time>,
    /// Of events of exactly this type.
    #[serde(rename = "type")]
    #[schema(example = "booking.created")]
    event_type: Option<String>,
    /// Of events that carry this channel.
    #[schema(example = "account:cool")]
    channel: Option<String>,
    /// Whose last attempt got this status (`503`), or one of this class (`5xx`).
    #[schema(example = "5xx", pattern = "^([1-5][0-9]{2}|[1-5]xx)$")]
    status: Option<String>,
    /// Whose last attempt got no answer, for this cause.
    #[schema(value_type = Option<crate::api::v1::shape::CauseName>)]
    cause: Option<String>,
}

impl From<Filter> for JobFilter {
    fn from(filter: Filter) -> Self {
        Self {
            webhook: filter.webhook,
            states: filter.states,
            since: filter.since,
            until: filter.until,
            event_type: filter.event_type,
            channel: filter.channel,
            status: filter.status,
            cause: filter.cause,
        }
    }
}

/// What a job can do. There is one thing so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Send again.
    Resend,
}
