//! `GET /portal/{org}/rate-plans`: every rate plan, all or those of a package (APG-16).

use std::collections::HashMap;

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{access::Right, ports::Window, usage::RatePlan};
use bellwire_web::AppState;
use http::StatusCode;

use super::{Step, path, period, steps, toast};
use crate::{
    crumbs::crumbs,
    frame::{Link, Page},
    html,
    navigation::Place,
    pages::{packages, shown::Pill, skip, whole::whole},
    refusal::Refusal,
    visit::Visit,
};

/// Rows of a page.
const ROWS: usize = 25;
/// For a number alone.
const NONE: Window = Window {
    offset: 0,
    limit: 1,
};

/// A rate plan as lists show it.
#[derive(Debug, Clone)]
pub(crate) struct PlanRow {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) package: Link,
    pub(crate) state: Pill,
    pub(crate) period: String,
    pub(crate) developers: String,
    pub(crate) notifications: String,
    /// Where a notification is set up: of a published plan only.
    pub(crate) notify: Option<String>,
    pub(crate) notify_hint: String,
}

#[derive(Template)]
#[template(path = "rate-plans/list.html")]
pub(crate) struct ListPage {
    pub(crate) page: Page,
    pub(crate) crumbs: Vec<Link>,
    pub(crate) may_edit: bool,
    pub(crate) filtered: bool,
    pub(crate) rows: Vec<PlanRow>,
    pub(crate) next: Option<String>,
    pub(crate) steps: Vec<Step>,
}

pub(super) async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Refusal> {
    whole(&visit)?;
    let service = &state.service;
    let package = visit.query.given("package").map(str::to_owned);
    let window = skip::window(&visit.query, ROWS);
    let listed = service
        .rate_plans(visit.slug(), package.clone(), window)
        .await
        .map_err(|error| visit.refuse(error))?;
    let mut names: HashMap<String, String> = HashMap::new();
    let mut rows = Vec::with_capacity(listed.items.len());
    for plan in &listed.items {
        let plan = &plan.document;
        let name = match names.get(&plan.package) {
            Some(name) => name.clone(),
            None => {
                let found = service.package(visit.slug(), &plan.package).await;
                let name = found.map_or_else(|_| plan.package.clone(), |kept| kept.document.name);
                names.insert(plan.package.clone(), name.clone());
                name
            }
        };
        rows.push(PlanRow::new(&state, &visit, plan, name).await?);
    }
    let mut page = visit.page().at(Place::RatePlans);
    page.toast = toast(visit.text(), visit.query.text("done"));
    let title = page.t("menu-rate-plans");
    let list = format!("/portal/{}/rate-plans", visit.slug());
    let kept = [("package", package.as_deref().unwrap_or_default())];
    let shown = ListPage {
        crumbs: crumbs(&page, "menu-plans", &[(title.clone(), list.clone())]),
        may_edit: visit.may(Right::Edit),
        filtered: package.is_some(),
        next: skip::next(&list, &kept, window, listed.total),
        steps: steps(&state, &visit).await?,
        rows,
        page: page.titled(title),
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

impl PlanRow {
    /// A plan, of a package with this name.
    pub(in crate::pages) async fn new<R>(
        state: &AppState,
        visit: &Visit<R>,
        plan: &RatePlan,
        package: String,
    ) -> Result<Self, Refusal> {
        let (service, slug, text) = (&state.service, visit.slug(), visit.text());
        let own = Some(plan.id.clone());
        let developers = service.developer_plans(slug, None, own.clone(), NONE).await;
        let developers = developers.map_err(|error| visit.refuse(error))?.total;
        let conditions = service.conditions(slug, own, NONE).await;
        let conditions = conditions.map_err(|error| visit.refuse(error))?.total;
        let href = path(slug, &plan.id);
        let may_notify = plan.published && visit.may(Right::Edit);
        Ok(Self {
            package: Link {
                label: package,
                href: packages::plans_path(slug, &plan.package),
                current: false,
            },
            state: state_of(visit, plan),
            period: period(text, plan),
            developers: text.number(developers),
            notifications: text.number(conditions),
            notify: may_notify.then(|| format!("{href}/notify")),
            notify_hint: text.with("plan-notify-hint", [("name", plan.name.as_str().into())]),
            name: plan.name.clone(),
            href,
        })
    }
}

/// Published, or a draft.
pub(super) fn state_of<R>(visit: &Visit<R>, plan: &RatePlan) -> Pill {
    match plan.published {
        true => Pill::new("ok", visit.text().t("plan-published")),
        false => Pill::new("", visit.text().t("plan-draft")),
    }
}
