//! `GET /portal/{org}/developers`: everybody who uses what is sold.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::access::Right;
use bellwire_web::AppState;
use http::StatusCode;

use super::{name, path, toast};
use crate::{
    crumbs::crumbs,
    frame::{Link, Page},
    html,
    navigation::Place,
    pages::{skip, whole::whole},
    refusal::Refusal,
    visit::Visit,
};

/// Rows of a page.
const ROWS: usize = 25;

/// A developer as the list shows them.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) href: String,
    pub(crate) company: String,
    pub(crate) applications: Vec<String>,
}

#[derive(Template)]
#[template(path = "developers/list.html")]
pub(crate) struct ListPage {
    pub(crate) page: Page,
    pub(crate) crumbs: Vec<Link>,
    pub(crate) may_edit: bool,
    pub(crate) searched: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) next: Option<String>,
}

pub(super) async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Refusal> {
    whole(&visit)?;
    let slug = visit.slug();
    let searched = visit.query.given("q").unwrap_or_default().to_owned();
    let window = skip::window(&visit.query, ROWS);
    let q = (!searched.is_empty()).then(|| searched.clone());
    let listed = state.service.developers(slug, q, window).await;
    let listed = listed.map_err(|error| visit.refuse(error))?;
    let mut page = visit.page().at(Place::Developers);
    page.toast = toast(visit.text(), visit.query.text("done"));
    let title = page.t("developers");
    let list = format!("/portal/{slug}/developers");
    let above = [(title.clone(), String::new())];
    let shown = ListPage {
        crumbs: crumbs(&page, "menu-catalogue", &above),
        may_edit: visit.may(Right::Edit),
        next: skip::next(&list, &[("q", &searched)], window, listed.total),
        searched,
        rows: listed
            .items
            .into_iter()
            .map(|kept| kept.document)
            .map(|developer| Row {
                name: name(&developer),
                href: path(slug, &developer.email),
                email: developer.email,
                company: developer.company,
                applications: developer.applications.into_iter().take(5).collect(),
            })
            .collect(),
        page: page.titled(title),
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}
