//! What waits to be sent, and for how long: pending, held by a pause, and how late the oldest is.

use std::{collections::HashMap, sync::Arc};

use bellwire_core::{
    ids::{OrganizationId, WebhookId},
    ports,
    service::{Error, Service},
    snapshot::{Route, Snapshot, Tenant},
    time::{DurationUs, Time},
};

/// The most webhooks whose waiting deliveries are counted: those that are furthest behind, then
/// those that are paused. Each count is bounded by itself ([`ports::Pace::waiting`]).
const MOST_COUNTED: usize = 32;

/// Later than anything is due.
const EVER: Time = Time::from_micros(i64::MAX);

/// What waits in an organization.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Backlog {
    /// To be sent, now or at a later try.
    pub(super) pending: u64,
    /// Kept while a webhook is paused.
    pub(super) held: u64,
    /// There may be more than was counted.
    pub(super) or_more: bool,
    /// How late the oldest is that is due and not in memory yet.
    pub(super) oldest_us: Option<DurationUs>,
}

/// What waits in an organization.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn of(service: &Service, tenant: &Tenant) -> Result<Backlog, Error> {
    let now = service.now();
    let mut lanes: Vec<(WebhookId, Time)> = service.store().due_lanes().await?;
    lanes.retain(|(id, _)| tenant.route(*id).is_some());
    lanes.sort_by_key(|(_, due)| *due);
    let oldest = lanes.first().filter(|(_, due)| *due <= now);
    let mut backlog = Backlog {
        oldest_us: oldest.map(|(_, due)| now.since(*due)),
        ..Backlog::default()
    };
    let paused = |route: &Route| route.webhook.paused.is_some() || route.held;
    let enabled = |route: &&Arc<Route>| route.webhook.disabled.is_none();
    let behind = lanes.iter().filter_map(|(id, _)| tenant.route(*id));
    let kept = tenant.routes.iter().filter(|route| paused(route));
    let mut counted: Vec<&Arc<Route>> = Vec::with_capacity(MOST_COUNTED);
    let is_new = |counted: &[&Arc<Route>], route: &Arc<Route>| {
        let id = route.webhook.id;
        counted.iter().all(|other| other.webhook.id != id)
    };
    for route in behind.chain(kept).filter(enabled) {
        if !is_new(&counted, route) {
            continue;
        }
        if counted.len() == MOST_COUNTED {
            backlog.or_more = true;
            break;
        }
        counted.push(route);
    }
    // What is in memory is in no lane of the store: it is counted too, as far as there is room.
    for route in tenant.routes.iter().filter(enabled) {
        if !is_new(&counted, route) {
            continue;
        }
        if counted.len() == MOST_COUNTED {
            backlog.or_more = true;
            break;
        }
        counted.push(route);
    }
    let ids: Vec<WebhookId> = counted.iter().map(|route| route.webhook.id).collect();
    let waiting = service.waiting_each(&ids, EVER).await?;
    for (route, waiting) in counted.into_iter().zip(waiting) {
        backlog.or_more |= waiting.or_more;
        match paused(route) {
            true => backlog.held += waiting.count,
            false => backlog.pending += waiting.count,
        }
    }
    Ok(backlog)
}

/// How late the oldest due delivery of each organization is, where one is.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn lateness(
    service: &Service,
    snapshot: &Snapshot,
) -> Result<HashMap<OrganizationId, DurationUs>, ports::Error> {
    let now = service.now();
    let mut late: HashMap<OrganizationId, DurationUs> = HashMap::new();
    for (id, due) in service.store().due_lanes().await? {
        let Some(route) = snapshot.route(id).filter(|_| due <= now) else {
            continue;
        };
        let most = late.entry(route.webhook.organization_id).or_default();
        *most = (*most).max(now.since(due));
    }
    Ok(late)
}
