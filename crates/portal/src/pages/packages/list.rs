//! `GET /portal/{org}/packages`: each package with its rate plans (APG-17).

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{access::Right, ports::Window};
use bellwire_web::AppState;
use http::StatusCode;

use super::{path, plans_path, toast};
use crate::{
    crumbs::crumbs,
    frame::{Link, Page},
    html,
    navigation::Place,
    pages::{
        rate_plans::{PlanRow, Step, steps},
        skip,
        whole::whole,
    },
    refusal::Refusal,
    visit::Visit,
};

/// Packages of a page.
const ROWS: usize = 10;
/// Rate plans that are shown of each; the rest is a link away.
const PLANS: usize = 10;

/// A package with its plans.
#[derive(Debug, Clone)]
pub(crate) struct Sold {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) description: String,
    pub(crate) products: Vec<String>,
    pub(crate) plans: Vec<PlanRow>,
    pub(crate) add: String,
    /// Where all of its plans are, when there are more, and what it says.
    pub(crate) more: Option<Link>,
}

#[derive(Template)]
#[template(path = "packages/list.html")]
pub(crate) struct ListPage {
    pub(crate) page: Page,
    pub(crate) crumbs: Vec<Link>,
    pub(crate) may_edit: bool,
    pub(crate) searched: String,
    pub(crate) packages: Vec<Sold>,
    pub(crate) next: Option<String>,
    pub(crate) steps: Vec<Step>,
}

pub(super) async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Refusal> {
    whole(&visit)?;
    let (service, slug, text) = (&state.service, visit.slug(), visit.text());
    let searched = visit.query.given("q").unwrap_or_default().to_owned();
    let window = skip::window(&visit.query, ROWS);
    let q = (!searched.is_empty()).then(|| searched.clone());
    let listed = service.packages(slug, q, window).await;
    let listed = listed.map_err(|error| visit.refuse(error))?;
    let first = Window {
        offset: 0,
        limit: PLANS,
    };
    let mut packages = Vec::with_capacity(listed.items.len());
    for kept in listed.items {
        let package = kept.document;
        let of_package = Some(package.id.clone());
        let plans = service.rate_plans(slug, of_package, first).await;
        let plans = plans.map_err(|error| visit.refuse(error))?;
        let mut rows = Vec::with_capacity(plans.items.len());
        for plan in &plans.items {
            rows.push(PlanRow::new(&state, &visit, &plan.document, package.name.clone()).await?);
        }
        let encoded = html::encoded(&package.id);
        packages.push(Sold {
            href: path(slug, &package.id),
            add: format!("/portal/{slug}/new/rate-plan?package={encoded}"),
            more: (plans.total > PLANS as u64).then(|| Link {
                label: text.with("package-all-plans", [("count", plans.total.into())]),
                href: plans_path(slug, &package.id),
                current: false,
            }),
            name: package.name,
            description: package.description,
            products: package.products,
            plans: rows,
        });
    }
    let mut page = visit.page().at(Place::Packages);
    page.toast = toast(text, visit.query.text("done"));
    let title = page.t("menu-packages");
    let list = format!("/portal/{slug}/packages");
    let shown = ListPage {
        crumbs: crumbs(&page, "menu-catalogue", &[(title.clone(), list.clone())]),
        may_edit: visit.may(Right::Edit),
        next: skip::next(&list, &[("q", &searched)], window, listed.total),
        steps: match searched.is_empty() && packages.is_empty() {
            true => steps(&state, &visit).await?,
            false => Vec::new(),
        },
        searched,
        packages,
        page: page.titled(title),
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}
