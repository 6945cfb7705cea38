//! `GET /portal/{org}/overview`: one organization, for its members.

use std::cmp::Reverse;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use bellwire_core::{
    ids::WebhookId,
    ports::{EventFilter, Health, SEARCH_TIME},
    snapshot::Route,
    statistics::{Cell, Group},
    time::{MINUTE, Time},
};
use bellwire_web::{AppState, problem::Problem};
use http::StatusCode;

use super::{
    backlog,
    chart::Chart,
    figures::{self, Figure, Waiting, percent, quantile},
    period::Period,
    turn,
};
use crate::{
    frame::{Link, Page},
    html,
    language::Text,
    navigation::Place,
    pages::{
        shown::{Pill, name_of},
        whole::whole,
    },
    refusal::Refusal,
    visit::Visit,
};

/// Endpoints of a list.
const LISTED: usize = 10;
/// The last events by which is said how many a minute come in, and how far back.
const LAST_EVENTS: usize = 100;
const LAST_MINUTES: i64 = 10;

/// An endpoint among those that stand out.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) status: Pill,
    pub(crate) attempts: String,
    pub(crate) failed: String,
    pub(crate) rate: String,
    pub(crate) p50: String,
    pub(crate) p95: String,
}

#[derive(Template)]
#[template(path = "overview/organization.html")]
pub(crate) struct OverviewPage {
    pub(crate) page: Page,
    pub(crate) here: String,
    pub(crate) periods: Vec<Link>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) chart: Chart,
    pub(crate) quiet: bool,
    pub(crate) slowest: Vec<Endpoint>,
    pub(crate) failing: Vec<Endpoint>,
}

pub(super) async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Refusal> {
    whole(&visit)?;
    let Some(_turn) = turn(visit.look.part).await else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let service = &state.service;
    let (text, now) = (visit.text(), service.now());
    let period = Period::of(&visit.query);
    let refuse = |error| visit.refuse(error);
    let series = service
        .statistics(&visit.tenant, visit.access(), period.query(now))
        .await
        .map_err(refuse)?;
    let standings = service
        .webhook_standings(&visit.tenant, visit.access(), period.since(now))
        .await
        .map_err(refuse)?;
    let waits = backlog::of(service, &visit.tenant).await.map_err(refuse)?;
    let events = events_a_minute(&state, &visit, now).await?;
    let waiting = Waiting {
        pending: waits.pending,
        held: Some(waits.held),
        or_more: waits.or_more,
        oldest_us: waits.oldest_us,
    };
    let path = format!("/portal/{}/overview", visit.slug());
    let standings: Vec<(&Route, Cell)> = standings
        .into_iter()
        .filter_map(|(group, cell)| match group {
            Group::Webhook(id) => Some((visit.tenant.route(id)?.as_ref(), cell)),
            _ => None,
        })
        .collect();
    let notable = Notable::of(&state, &visit, &standings).await?;
    let quiet = series.all.attempts() == 0;
    let page = visit.page().at(Place::Overview);
    let shown = OverviewPage {
        here: visit.look.here.clone(),
        periods: period.links(text, &path),
        figures: figures::all(text, &series, Some(events), &waiting, now),
        chart: Chart::new(text, period, &series, now),
        quiet,
        slowest: notable.slowest,
        failing: notable.failing,
        page: page.clone().titled(page.t("menu-overview")),
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

/// How many events a minute come in now: by the last hundred of the last ten minutes, so that no
/// more is looked at however many there are.
async fn events_a_minute(state: &AppState, visit: &Visit, now: Time) -> Result<f64, Refusal> {
    let since = now - LAST_MINUTES * MINUTE;
    let filter = EventFilter {
        created_since: Some(since),
        ..EventFilter::default()
    };
    let found = state
        .service
        .store()
        .events(
            visit.organization(),
            &filter,
            None,
            LAST_EVENTS,
            SEARCH_TIME,
        )
        .await
        .map_err(|error| visit.refuse(Problem::from(error)))?;
    let begin = match found.items.last() {
        Some(last) if found.items.len() == LAST_EVENTS => last.event.created_at,
        _ => since,
    };
    let minutes = now.since(begin).max(1) as f64 / MINUTE as f64;
    Ok(found.items.len() as f64 / minutes)
}

/// The slowest and those that fail most, with how they are.
struct Notable {
    slowest: Vec<Endpoint>,
    failing: Vec<Endpoint>,
}

impl Notable {
    async fn of(
        state: &AppState,
        visit: &Visit,
        standings: &[(&Route, Cell)],
    ) -> Result<Self, Refusal> {
        let mut slowest: Vec<&(&Route, Cell)> = standings.iter().collect();
        slowest.sort_by_cached_key(|(route, cell)| {
            (Reverse(cell.latency.quantile(0.95)), route.webhook.id)
        });
        slowest.truncate(LISTED);
        let mut failing: Vec<&(&Route, Cell)> = standings
            .iter()
            .filter(|(_, cell)| cell.failed > 0)
            .collect();
        failing.sort_by_key(|(route, cell)| (Reverse(cell.failed), route.webhook.id));
        failing.truncate(LISTED);
        let listed = slowest.iter().chain(&failing);
        let mut ids: Vec<WebhookId> = listed.map(|(route, _)| route.webhook.id).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(Self {
                slowest: Vec::new(),
                failing: Vec::new(),
            });
        }
        let health = state.service.store().health(&ids).await;
        let health = health.map_err(|error| visit.refuse(Problem::from(error)))?;
        let rows = |order: &[&(&Route, Cell)]| {
            order
                .iter()
                .map(|(route, cell)| {
                    let own = health
                        .iter()
                        .find(|health| health.webhook_id == route.webhook.id);
                    row(visit.text(), visit.slug(), route, own, cell)
                })
                .collect()
        };
        Ok(Self {
            slowest: rows(&slowest),
            failing: rows(&failing),
        })
    }
}

fn row(text: &Text, slug: &str, route: &Route, health: Option<&Health>, cell: &Cell) -> Endpoint {
    let settings = &route.webhook.settings;
    let id = route.webhook.id;
    Endpoint {
        id: id.to_string(),
        href: format!("/portal/{slug}/webhooks/{id}"),
        name: name_of(&settings.name, &settings.url),
        url: settings.url.clone(),
        status: Pill::webhook(text, route, health),
        attempts: text.number(cell.attempts()),
        failed: text.number(cell.failed),
        rate: percent(text, cell.success_rate()),
        p50: quantile(text, cell, 0.5),
        p95: quantile(text, cell, 0.95),
    }
}
