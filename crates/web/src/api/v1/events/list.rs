//! `GET /organizations/{org}/events`

use axum::{Json, extract::State};
use bellwire_core::{
    access::Access,
    delivery,
    ids::{EventId, WebhookId},
    job::StatusFilter,
    outcome::Cause,
    ports::{EventCursor, EventFilter, EventSummary, SEARCH_TIME},
    time::Time,
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    AppState,
    api::v1::shape::own_channels,
    auth::Within,
    cursor::Binding,
    extract::{OrganizationPath, Paging, Params, Query, ReadQuery, query::wrong},
    problem::{
        Problem,
        docs::{OrganizationProblems, QueryProblems},
    },
};

/// The longest text that is looked for, in characters.
const MAX_TEXT: usize = 200;

/// Which events. Everything given must hold.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// Exactly this type.
    #[param(rename = "type", example = "booking.created")]
    event_type: Option<String>,
    /// At least one delivery is in this state, or in one of several, separated by commas; with
    /// `webhook`, that webhook's.
    #[param(rename = "state", value_type = Option<String>, example = "failed,cancelled")]
    states: Vec<delivery::State>,
    /// There is a delivery to this webhook.
    #[param(value_type = Option<String>, format = Uuid)]
    webhook: Option<WebhookId>,
    /// The event carries this channel.
    #[param(example = "account:cool")]
    channel: Option<String>,
    /// An attempt got this status (`503`), or one of this class (`5xx`); with `webhook`, `state` or
    /// `cause`, an attempt of that same delivery.
    #[param(value_type = Option<String>, example = "5xx")]
    status: Option<StatusFilter>,
    /// An attempt got no response, for this cause; with `webhook`, `state` or `status`, an attempt
    /// of that same delivery.
    #[param(value_type = Option<crate::api::v1::shape::CauseName>)]
    cause: Option<Cause>,
    /// The event or one of its deliveries was last updated at or after this time.
    #[param(value_type = Option<String>, format = DateTime)]
    updated_since: Option<Time>,
    /// It was last updated before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    updated_until: Option<Time>,
    /// The event was accepted at or after this time.
    #[param(value_type = Option<String>, format = DateTime)]
    created_since: Option<Time>,
    /// It was accepted before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    created_until: Option<Time>,
    /// The id of the event or of one of its deliveries, or the producer's own id.
    id: Option<String>,
    /// The producer's own id is exactly this.
    external_id: Option<String>,
    /// The data, as it was sent, contains this text, in upper or lower case.
    #[param(
        rename = "q",
        min_length = 1,
        max_length = 200,
        example = "jane@example.com"
    )]
    text: Option<String>,
    #[param(ignore)]
    paging: Paging,
}

impl ReadQuery for EventQuery {
    const NAMES: &'static [&'static str] = &[
        "type",
        "state",
        "webhook",
        "channel",
        "status",
        "cause",
        "updated_since",
        "updated_until",
        "created_since",
        "created_until",
        "id",
        "external_id",
        "q",
        "limit",
        "cursor",
    ];

    fn read(params: &Params) -> Result<Self, Problem> {
        let text = |name| params.text(name).map(str::to_owned);
        let (updated_since, updated_until) = range(params, "updated_since", "updated_until")?;
        let (created_since, created_until) = range(params, "created_since", "created_until")?;
        Ok(Self {
            event_type: text("type"),
            states: states(params)?,
            webhook: params.value("webhook")?,
            channel: text("channel"),
            status: status(params)?,
            cause: cause(params)?,
            updated_since,
            updated_until,
            created_since,
            created_until,
            id: text("id"),
            external_id: text("external_id"),
            text: searched(params)?,
            paging: Paging::read(params)?,
        })
    }
}

fn states(params: &Params) -> Result<Vec<delivery::State>, Problem> {
    let Some(text) = params.text("state") else {
        return Ok(Vec::new());
    };
    let mut states = Vec::new();
    for name in text.split(',') {
        let state = delivery::State::parse(name).ok_or_else(|| {
            let names = delivery::State::ALL.map(delivery::State::as_str);
            let names = names.join("`, `");
            wrong(
                "state",
                format!("expected one of `{names}`, or several of them separated by commas"),
            )
        })?;
        states.push(state);
    }
    // The order in which they are given makes no other query of it.
    states.sort_unstable_by_key(|state| *state as usize);
    states.dedup();
    Ok(states)
}

fn status(params: &Params) -> Result<Option<StatusFilter>, Problem> {
    let parse = |text| {
        StatusFilter::parse(text).ok_or_else(|| {
            wrong(
                "status",
                "expected a status such as `503`, or a class such as `5xx`",
            )
        })
    };
    params.text("status").map(parse).transpose()
}

fn cause(params: &Params) -> Result<Option<Cause>, Problem> {
    let parse = |text| {
        Cause::parse(text).ok_or_else(|| {
            let names = Cause::ALL.map(Cause::as_str);
            wrong("cause", format!("expected one of `{}`", names.join("`, `")))
        })
    };
    params.text("cause").map(parse).transpose()
}

/// Two times of which the second is later.
fn range(
    params: &Params,
    since: &'static str,
    until: &'static str,
) -> Result<(Option<Time>, Option<Time>), Problem> {
    let range: (Option<Time>, Option<Time>) = (params.value(since)?, params.value(until)?);
    match range {
        (Some(from), Some(to)) if from >= to => {
            Err(wrong(until, format!("expected a time after `{since}`")))
        }
        range => Ok(range),
    }
}

fn searched(params: &Params) -> Result<Option<String>, Problem> {
    match params.text("q") {
        Some(text) if text.is_empty() || text.chars().count() > MAX_TEXT => Err(wrong(
            "q",
            format!("expected a text of 1 to {MAX_TEXT} characters"),
        )),
        text => Ok(text.map(str::to_owned)),
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
    /// Waiting for their webhook to be resumed.
    held: u32,
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
        let [pending, delivered, failed, cancelled, filtered, held] = summary.deliveries;
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
                held,
            },
        }
    }
}

/// One page of events.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventList {
    /// The events. A page can be short, even empty, and still have a next one.
    items: Vec<EventEntry>,
    /// Send it as `cursor`, with the same filters, for the next page; null at the end.
    #[schema(required)]
    next_cursor: Option<String>,
    /// The search was ended before its page was full: of what was accepted at this time and later,
    /// everything is shown. Go on with `next_cursor`. Null when the page is full, and at the end.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    searched_back_to: Option<Time>,
}

/// Lists events, newest first.
///
/// All filters given must hold. A search that has not filled its page within 50 ms answers with
/// what it has found, the time that it has searched back to, and a cursor to go on with.
#[utoipa::path(
    get,
    path = "/organizations/{org}/events",
    tag = "events",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, EventQuery, Paging),
    responses(
        (status = 200, description = "One page.", body = EventList),
        QueryProblems,
        OrganizationProblems
    )
)]
pub async fn list_events(
    State(state): State<AppState>,
    within: Within,
    Query(query): Query<EventQuery>,
) -> Result<Json<EventList>, Problem> {
    let paging = query.paging;
    let mut filter = EventFilter {
        event_type: query.event_type,
        updated_since: query.updated_since,
        updated_until: query.updated_until,
        created_since: query.created_since,
        created_until: query.created_until,
        states: query.states,
        webhook: query.webhook,
        status: query.status,
        cause: query.cause,
        channel: query.channel,
        test: None,
        tried: false,
        external_id: query.external_id,
        id: query.id,
        text: query.text,
        corner: None,
    };
    let binding = Binding::of(&["events", &within.id().to_string(), &format!("{filter:?}")]);
    let cursor = binding
        .bytes_after::<32>(&paging)?
        .map(EventCursor::from_bytes);
    // Not part of what a cursor belongs to: it follows the webhooks that there are.
    filter.corner = state.service.corner(&within.tenant, within.access());
    let page = state
        .service
        .store()
        .events(within.id(), &filter, cursor, paging.limit(), SEARCH_TIME)
        .await?;
    Ok(Json(EventList {
        items: page
            .items
            .into_iter()
            .map(|summary| EventEntry::new(summary, within.access()))
            .collect(),
        next_cursor: page.next.map(|next| binding.encode(&next.to_bytes())),
        // A search that has decided on no event yet is where it began: above all ids that there are.
        searched_back_to: page.searched_back_to.map(|at| at.min(state.service.now())),
    }))
}
