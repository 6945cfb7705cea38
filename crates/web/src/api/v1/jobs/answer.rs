//! A job as answers show it.

use bellwire_core::{
    ids::{JobId, WebhookId},
    job,
    time::Time,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::filter::JobKind;
use crate::api::v1::shape::{CauseName, JobStateName, StateName, StopReasonName};

/// Which deliveries a job is about.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownFilter {
    /// To this webhook; null for all of the organization.
    #[schema(required, value_type = Option<String>, format = Uuid)]
    webhook: Option<WebhookId>,
    /// In one of these states.
    states: Vec<StateName>,
    /// That failed, or were cancelled, at or after this time.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    since: Option<Time>,
    /// That failed, or were cancelled, before this time.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    until: Option<Time>,
    /// Of events of exactly this type.
    #[serde(rename = "type")]
    #[schema(required)]
    event_type: Option<String>,
    /// Of events that carry this channel.
    #[schema(required)]
    channel: Option<String>,
    /// Whose last attempt got this status, or one of this class.
    #[schema(required)]
    status: Option<String>,
    /// Whose last attempt got no answer, for this cause.
    #[schema(required)]
    cause: Option<CauseName>,
}

/// Deliveries that were left out, by reason.
#[derive(Debug, Serialize, ToSchema)]
pub struct Skipped {
    /// The event was sent to this webhook again already: that is on its way, or has arrived, or
    /// counts in this one's place.
    sent_again: u64,
    /// Retention has removed the data of the event.
    payload_removed: u64,
    /// The webhook is disabled.
    webhook_disabled: u64,
    /// The webhook was deleted.
    webhook_deleted: u64,
    /// All of them.
    total: u64,
}

impl From<job::Skipped> for Skipped {
    fn from(skipped: job::Skipped) -> Self {
        Self {
            sent_again: skipped.sent_again,
            payload_removed: skipped.payload_removed,
            webhook_disabled: skipped.webhook_disabled,
            webhook_deleted: skipped.webhook_deleted,
            total: skipped.total(),
        }
    }
}

/// A job, and how far it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Job {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    id: JobId,
    /// What it does.
    kind: JobKind,
    /// What it does it to.
    filter: ShownFilter,
    /// How many deliveries it makes in a second.
    #[schema(minimum = 1, maximum = 10_000)]
    per_second: u32,
    /// Where it stands.
    state: JobStateName,
    /// Why it stopped by itself; null when it did not.
    #[schema(required)]
    stop_reason: Option<StopReasonName>,
    /// How many deliveries the filter took when the job was made; null when counting them all would
    /// have taken too long.
    #[schema(required)]
    total: Option<u64>,
    /// How many of them were counted then.
    total_at_least: u64,
    /// Deliveries made so far.
    done: u64,
    /// Deliveries left out so far.
    skipped: Skipped,
    /// About when it ends; null when it is not running, or nobody can tell.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    estimated_end_at: Option<Time>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// Who made it.
    created_by: String,
    /// When it changed, or got on, last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Time,
    /// Who changed it last.
    updated_by: String,
}

impl Job {
    /// A job, seen at this time.
    pub fn new(job: job::Job, now: Time) -> Self {
        let estimated_end_at = job.estimated_end(now);
        let filter = job.filter;
        Self {
            id: job.id,
            kind: JobKind::Resend,
            filter: ShownFilter {
                webhook: filter.webhook,
                states: filter.states.into_iter().map(StateName).collect(),
                since: filter.since,
                until: filter.until,
                event_type: filter.event_type,
                channel: filter.channel,
                status: filter.status.map(|status| status.to_string()),
                cause: filter.cause.map(CauseName),
            },
            per_second: job.per_second,
            state: JobStateName(job.state),
            stop_reason: job.stop_reason.map(StopReasonName),
            total: job.total_complete.then_some(job.total),
            total_at_least: job.total,
            done: job.done,
            skipped: job.skipped.into(),
            estimated_end_at,
            created_at: job.created_at,
            created_by: job.created_by,
            updated_at: job.updated_at,
            updated_by: job.updated_by,
        }
    }
}
