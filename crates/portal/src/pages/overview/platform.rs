//! `GET /overview`: all organizations together, for those who run the server.

use std::cmp::Reverse;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use bellwire_core::{
    ids::OrganizationId,
    ports::Size,
    service::Service,
    statistics::{Cell, Group},
    time::DurationUs,
};
use bellwire_web::{AppState, problem::Problem};
use http::StatusCode;

use super::{
    backlog,
    chart::Chart,
    figures::{self, Figure, Waiting, percent, quantile, span},
    period::Period,
    turn,
};
use crate::{
    frame::{Link, Page},
    html,
    language::Text,
    operating::{self, Operating},
    refusal::Refusal,
};

/// Organizations of the list.
const LISTED: usize = 50;

/// An organization.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) delivered: String,
    pub(crate) failed: String,
    pub(crate) rate: String,
    pub(crate) p95: String,
    pub(crate) webhooks: String,
    /// How late its oldest delivery is, when one is.
    pub(crate) late: Option<String>,
}

#[derive(Template)]
#[template(path = "overview/platform.html")]
pub(crate) struct PlatformPage {
    pub(crate) page: Page,
    pub(crate) here: String,
    pub(crate) periods: Vec<Link>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) chart: Chart,
    pub(crate) quiet: bool,
    pub(crate) rows: Vec<Row>,
    pub(crate) left_out: Option<String>,
    /// What does not change while one looks: left out of the parts that are asked for again.
    pub(crate) facts: Vec<(String, String)>,
}

pub(super) async fn show(
    State(state): State<AppState>,
    visit: Operating,
) -> Result<Response, Refusal> {
    let Some(_turn) = turn(visit.look.part).await else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let service = &state.service;
    let (text, now) = (visit.text(), service.now());
    let period = Period::of(&visit.query);
    let series = service.platform_statistics(period.query(now)).await;
    let series = series.map_err(|error| visit.refuse(error))?;
    let standings = service.organization_standings(period.since(now)).await;
    let standings = standings.map_err(|error| visit.refuse(error))?;
    let late = backlog::lateness(service, service.snapshot()).await;
    let late = late.map_err(|error| visit.refuse(Problem::from(error)))?;
    let waiting = Waiting {
        pending: service.store().stats().pending,
        oldest_us: late.values().copied().max(),
        ..Waiting::default()
    };
    let (rows, left_out) = rows(service, text, &standings, |id| late.get(&id).copied());
    let facts = match visit.look.part {
        true => Vec::new(),
        false => {
            let size = service.store().size().await;
            let size = size.map_err(|error| visit.refuse(Problem::from(error)))?;
            facts(text, service, size)
        }
    };
    let page = visit.page();
    let shown = PlatformPage {
        here: visit.look.here.clone(),
        periods: period.links(text, operating::PATH),
        figures: figures::all(text, &series, None, &waiting, now),
        chart: Chart::new(text, period, &series, now),
        quiet: series.all.attempts() == 0,
        rows,
        left_out,
        facts,
        page: page.clone().titled(page.t("overview-all")),
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

/// Those with most failures first, then the busiest, then those where nothing happened.
fn rows(
    service: &Service,
    text: &Text,
    standings: &[(Group, Cell)],
    late: impl Fn(OrganizationId) -> Option<DurationUs>,
) -> (Vec<Row>, Option<String>) {
    let blank = Cell::default();
    let organizations = service.snapshot().organizations();
    let count = organizations.len();
    let by_id: std::collections::HashMap<OrganizationId, &Cell> = standings
        .iter()
        .filter_map(|(group, cell)| match group {
            Group::Organization(id) => Some((*id, cell)),
            _ => None,
        })
        .collect();
    let mut all: Vec<_> = organizations
        .iter()
        .map(|tenant| {
            let cell = by_id.get(&tenant.organization.id).copied();
            (tenant, cell.unwrap_or(&blank))
        })
        .collect();
    all.sort_by_key(|(_, cell)| Reverse((cell.failed, cell.attempts())));
    all.truncate(LISTED);
    let rows: Vec<Row> = all
        .into_iter()
        .map(|(tenant, cell)| {
            let organization = &tenant.organization;
            Row {
                slug: organization.slug.clone(),
                name: organization.name.clone(),
                href: format!("/portal/{}/overview", organization.slug),
                delivered: text.number(cell.delivered),
                failed: text.number(cell.failed),
                rate: percent(text, cell.success_rate()),
                p95: quantile(text, cell, 0.95),
                webhooks: text.number(tenant.routes.len() as u64),
                late: late(organization.id).map(|late| span(text, late)),
            }
        })
        .collect();
    let left_out = (count > rows.len()).then(|| {
        text.with(
            "overview-left-out",
            [
                ("shown", text.number(rows.len() as u64).into()),
                ("count", text.number(count as u64).into()),
            ],
        )
    });
    (rows, left_out)
}

fn facts(text: &Text, service: &Service, size: Size) -> Vec<(String, String)> {
    let webhooks: usize = service
        .snapshot()
        .organizations()
        .iter()
        .map(|tenant| tenant.routes.len())
        .sum();
    let organizations = service.snapshot().organizations().len();
    let store = match size.store {
        "sqlite" => "SQLite",
        "postgresql" => "PostgreSQL",
        other => other,
    };
    let size = text.bytes(size.bytes);
    vec![
        (
            text.t("overview-organizations"),
            text.number(organizations as u64),
        ),
        (text.t("word-webhooks"), text.number(webhooks as u64)),
        (text.t("overview-storage"), format!("{size} · {store}")),
        (
            text.t("overview-version"),
            env!("CARGO_PKG_VERSION").to_owned(),
        ),
    ]
}
