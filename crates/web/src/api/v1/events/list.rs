//! `GET /organizations/{org}/events`

use axum::{Json, extract::State};
use bellwire_core::{
    access::Access,
    delivery,
    ids::{EventId, WebhookId},
    ports::{EventFilter, EventSummary},
    time::Time,
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    AppState,
    api::v1::shape::{List, own_channels},
    auth::Within,
    cursor::Binding,
    extract::{OrganizationPath, Paging, Params, Query, ReadQuery, query::wrong},
    problem::{
        Problem,
        docs::{OrganizationProblems, QueryProblems},
    },
};

/// Which events. Everything given must hold.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// Exactly this type.
    #[param(rename = "type", example = "booking.created")]
    event_type: Option<String>,
    /// The event or one of its deliveries was last updated at or after this time.
    #[param(value_type = Option<String>, format = DateTime)]
    updated_since: Option<Time>,
    /// At least one delivery is in this state; with `webhook`, that webhook's.
    #[param(value_type = Option<crate::api::v1::shape::StateName>)]
    state: Option<delivery::State>,
    /// There is a delivery to this webhook.
    #[param(value_type = Option<String>, format = Uuid)]
    webhook: Option<WebhookId>,
    /// The event carries this channel.
    #[param(example = "account:cool")]
    channel: Option<String>,
    /// The producer's own id is exactly this.
    external_id: Option<String>,
    #[param(ignore)]
    paging: Paging,
}

impl ReadQuery for EventQuery {
    const NAMES: &'static [&'static str] = &[
        "type",
        "updated_since",
        "state",
        "webhook",
        "channel",
        "external_id",
        "limit",
        "cursor",
    ];

    fn read(params: &Params) -> Result<Self, Problem> {
        let state = params
            .text("state")
            .map(|text| {
                delivery::State::parse(text).ok_or_else(|| {
                    let names = delivery::State::ALL.map(delivery::State::as_str);
                    wrong("state", format!("expected one of `{}`", names.join("`, `")))
                })
            })
            .transpose()?;
        let text = |name| params.text(name).map(str::to_owned);
        Ok(Self {
            event_type: text("type"),
            updated_since: params.value("updated_since")?,
            state,
            webhook: params.value("webhook")?,
            channel: text("channel"),
            external_id: text("external_id"),
            paging: Paging::read(params)?,
        })
    }
}

/// How many deliveries are in each state.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryCounts {
    /// Waiting for their first or next attempt.
    pending: u32,
    /// Arrived.
    delivered: u32,
    /// Given up.
    failed: u32,
    /// Stopped before they arrived.
    cancelled: u32,
    /// Left out by the webhook's filter.
    filtered: u32,
}

/// An event as a list shows it: without its data.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventEntry {
    /// Our id.
    #[schema(value_type = String, format = Uuid)]
    id: EventId,
    /// The producer's own id; null when it gave none.
    #[schema(required)]
    external_id: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    #[schema(example = "booking.created")]
    event_type: String,
    /// What it is about.
    channels: Vec<String>,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    time: Time,
    /// When it was accepted.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// The time of the last attempt or change of state.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Time,
    /// Its type was not in the catalogue.
    unknown_type: bool,
    /// It was made by a test.
    test: bool,
    /// How many deliveries are in each state.
    deliveries: DeliveryCounts,
}

impl EventEntry {
    fn new(summary: EventSummary, access: &Access) -> Self {
        let [pending, delivered, failed, cancelled, filtered] = summary.deliveries;
        let event = summary.event;
        Self {
            id: event.id,
            external_id: event.external_id,
            event_type: event.event_type,
            channels: own_channels(event.channels, access),
            time: event.time,
            created_at: event.created_at,
            updated_at: summary.updated_at,
            unknown_type: event.unknown_type,
            test: event.test,
            deliveries: DeliveryCounts {
                pending,
                delivered,
                failed,
                cancelled,
                filtered,
            },
        }
    }
}

/// Lists events, newest first.
///
/// A search looks at a bounded number of events at a time: a page can be short, even empty, and
/// still have a next one.
#[utoipa::path(
    get,
    path = "/organizations/{org}/events",
    tag = "events",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, EventQuery, Paging),
    responses(
        (status = 200, description = "One page.", body = List<EventEntry>),
        QueryProblems,
        OrganizationProblems
    )
)]
pub async fn list_events(
    State(state): State<AppState>,
    within: Within,
    Query(query): Query<EventQuery>,
) -> Result<Json<List<EventEntry>>, Problem> {
    let paging = query.paging;
    let mut filter = EventFilter {
        event_type: query.event_type,
        updated_since: query.updated_since,
        state: query.state,
        webhook: query.webhook,
        channel: query.channel,
        external_id: query.external_id,
        corner: None,
    };
    let binding = Binding::of(&["events", &within.id().to_string(), &format!("{filter:?}")]);
    let cursor = binding.bytes_after::<16>(&paging)?.map(EventId::from_bytes);
    // Not part of what a cursor belongs to: it follows the webhooks that there are.
    filter.corner = state.service.corner(&within.tenant, within.access());
    let page = state
        .service
        .store()
        .events(within.id(), &filter, cursor, paging.limit())
        .await?;
    Ok(Json(List {
        items: page
            .items
            .into_iter()
            .map(|summary| EventEntry::new(summary, within.access()))
            .collect(),
        next_cursor: page.next.map(|id| binding.encode(id.as_bytes())),
    }))
}
