//! Statistics: counts, rates and latency of attempts, of an organization, a webhook, the platform.

pub mod get;
pub mod platform;
pub mod query;
pub mod webhook;

use bellwire_core::{
    ids::WebhookId,
    service::Series,
    snapshot::Snapshot,
    statistics::{Cell, Group, Span},
    time::Time,
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// The routes of statistics.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get::get_statistics))
        .routes(routes!(webhook::get_webhook_statistics))
        .routes(routes!(platform::get_platform_statistics))
}

/// How long attempts took, in milliseconds. Percentiles are told within 6.25 % of the true value;
/// mean and max are exact.
#[derive(Debug, Serialize, ToSchema)]
pub struct Latency {
    /// On average.
    #[schema(example = 82.4)]
    mean: f64,
    /// Half of them at most.
    p50: f64,
    /// 95 of 100 at most.
    p95: f64,
    /// 99 of 100 at most.
    p99: f64,
    /// The longest.
    max: f64,
}

/// What is counted of some attempts.
#[derive(Debug, Serialize, ToSchema)]
pub struct Counts {
    /// All attempts.
    attempts: u64,
    /// Those that succeeded, and delivered.
    delivered: u64,
    /// Those that failed.
    failed: u64,
    /// Deliveries that failed for good: no further attempt followed.
    exhausted: u64,
    /// The part of attempts that succeeded, from 0 to 1; null without attempts.
    #[schema(required, example = 0.982)]
    success_rate: Option<f64>,
    /// How long attempts took, failed ones included; null without attempts.
    #[schema(required)]
    latency_ms: Option<Latency>,
}

impl From<&Cell> for Counts {
    fn from(cell: &Cell) -> Self {
        let ms = |micros: u64| micros as f64 / 1000.0;
        let max = u64::from(cell.max_us);
        // The middle of a bucket may lie above the longest there was.
        let quantile = |part| {
            cell.latency
                .quantile(part)
                .map(|micros| ms(micros.min(max)))
        };
        Self {
            attempts: cell.attempts(),
            delivered: cell.delivered,
            failed: cell.failed,
            exhausted: cell.exhausted,
            success_rate: cell.success_rate(),
            latency_ms: cell.mean_us().and_then(|mean| {
                Some(Latency {
                    mean: ms(mean),
                    p50: quantile(0.5)?,
                    p95: quantile(0.95)?,
                    p99: quantile(0.99)?,
                    max: ms(max),
                })
            }),
        }
    }
}

/// What is counted of one step.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatisticsStep)]
pub struct Step {
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    #[serde(flatten)]
    counts: Counts,
}

/// What is counted of a group. What it is a group of is in one of the first four fields.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatisticsGroup)]
pub struct GroupCounts {
    /// The webhook.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = String, format = Uuid)]
    webhook_id: Option<WebhookId>,
    /// The event type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "booking.created")]
    event_type: Option<String>,
    /// The class of what came back: `1xx` to `5xx`, `timeout`, `connection`, `tls`, `dns`, `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "5xx")]
    class: Option<&'static str>,
    /// The organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "acme")]
    organization: Option<String>,
    /// All of it.
    totals: Counts,
    /// Steps with attempts, oldest first.
    steps: Vec<Step>,
}

/// Counts of attempts by the time they began. Tests are not counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct Statistics {
    /// Where the first step begins.
    #[schema(value_type = String, format = DateTime)]
    since: Time,
    /// Where the last step ends.
    #[schema(value_type = String, format = DateTime)]
    until: Time,
    /// How long a step is: `minute`, `hour` or `day`.
    #[schema(example = "hour")]
    step: &'static str,
    /// All of it.
    totals: Counts,
    /// Every step, oldest first.
    steps: Vec<Step>,
    /// Every group, the one with most attempts first; empty without `group_by`.
    groups: Vec<GroupCounts>,
}

impl Statistics {
    fn new(series: &Series, snapshot: &Snapshot) -> Self {
        let step = |number: i64, cell: &Cell| Step {
            at: series.since + number * Span::length_us(series.step),
            counts: cell.into(),
        };
        let groups = series.groups.iter().map(|(group, cell, steps)| {
            let mut shown = GroupCounts {
                webhook_id: None,
                event_type: None,
                class: None,
                organization: None,
                totals: cell.into(),
                steps: steps
                    .iter()
                    .map(|(number, cell)| step(*number, cell))
                    .collect(),
            };
            match group {
                Group::Webhook(id) | Group::Result(id, _) => shown.webhook_id = Some(*id),
                Group::Type(name) => shown.event_type = Some(name.to_string()),
                Group::Class(class) => shown.class = Some(class.as_str()),
                Group::Organization(id) => {
                    let tenant = snapshot.organization_by_id(*id);
                    let slug = tenant.map(|tenant| tenant.organization.slug.clone());
                    shown.organization = Some(slug.unwrap_or_else(|| id.to_string()));
                }
            }
            shown
        });
        Self {
            since: series.since,
            until: series.until,
            step: series.step.as_str(),
            totals: (&series.all).into(),
            steps: (0..)
                .zip(&series.steps)
                .map(|(number, cell)| step(number, cell))
                .collect(),
            groups: groups.collect(),
        }
    }
}
