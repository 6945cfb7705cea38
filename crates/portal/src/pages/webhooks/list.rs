//! `GET /portal/{org}/webhooks`: every webhook with how it fares.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{access::Right, ids::WebhookId, ports::WebhookFilter, snapshot::Route};
use bellwire_web::AppState;
use http::StatusCode;

use super::{day, row::Row};
use crate::{
    crumbs::crumbs,
    frame::{Link, Page},
    html,
    language::Text,
    navigation::Place,
    refusal::Refusal,
    visit::Visit,
};

/// Rows of a page: what a screen or two show, and within what a page may weigh.
const ROWS: usize = 25;

#[derive(Template)]
#[template(path = "webhooks/list.html")]
pub(crate) struct ListPage {
    pub(crate) page: Page,
    pub(crate) crumbs: Vec<Link>,
    pub(crate) may_edit: bool,
    pub(crate) searched: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) next: Option<String>,
}

#[derive(Template)]
#[template(path = "webhooks/one-row.html")]
pub(crate) struct RowPart {
    pub(crate) page: Page,
    pub(crate) may_edit: bool,
    pub(crate) row: Row,
}

/// What was just done to a webhook.
pub(super) fn toast(text: &Text, done: &str) -> Option<String> {
    Some(match done {
        "created" => text.t("done-created"),
        "saved" => text.t("done-saved"),
        "existing" => text.t("done-existing"),
        "removed" => text.t("done-removed"),
        "enabled" => text.t("done-enabled"),
        "disabled" => text.t("done-disabled"),
        "paused" => text.t("done-paused"),
        "resumed" => text.t("done-resumed"),
        "rotated" => text.t("done-rotated"),
        _ => return None,
    })
}

pub(super) async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Refusal> {
    let searched = visit.query.given("q").unwrap_or_default().to_owned();
    let filter = WebhookFilter {
        q: (!searched.is_empty()).then(|| searched.clone()),
        enabled: None,
    };
    let after: Option<WebhookId> = visit.query.given("after").and_then(|id| id.parse().ok());
    let found = state
        .service
        .webhooks(visit.slug(), visit.access(), &filter, after, ROWS)
        .map_err(|error| visit.refuse(error))?;
    let routes: Vec<&Route> = found.items.iter().map(|route| &**route).collect();
    let rows = rows(&state, &visit, &routes).await?;
    let mut page = visit.page().at(Place::Webhooks);
    page.toast = toast(visit.text(), visit.query.text("done"));
    let next = found.next.map(|id| {
        format!(
            "/portal/{}/webhooks?q={}&after={id}",
            visit.slug(),
            html::encoded(&searched)
        )
    });
    let title = page.t("word-webhooks");
    let shown = ListPage {
        crumbs: crumbs(&page, "menu-deliveries", &[(title.clone(), String::new())]),
        page: page.titled(title),
        may_edit: visit.may(Right::Edit),
        searched,
        rows,
        next,
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

/// Rows of these webhooks.
pub(super) async fn rows<R>(
    state: &AppState,
    visit: &Visit<R>,
    routes: &[&Route],
) -> Result<Vec<Row>, Refusal> {
    if routes.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<WebhookId> = routes.iter().map(|route| route.webhook.id).collect();
    let service = &state.service;
    let health = service.store().health(&ids).await;
    let health = health.map_err(|error| visit.refuse(error))?;
    let (steps, days) = day::each(service, &visit.tenant, visit.access(), ids)
        .await
        .map_err(|error| visit.refuse(error))?;
    let blank = day::blank(steps);
    let now = service.now();
    Ok(routes
        .iter()
        .map(|route| {
            let id = route.webhook.id;
            let own = health.iter().find(|health| health.webhook_id == id);
            let day = days.get(&id).unwrap_or(&blank);
            Row::new(visit.text(), visit.slug(), route, own, day, now)
        })
        .collect())
}
