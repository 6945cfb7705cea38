//! `GET /portal/{org}/developers/{id}`: one developer, and how much of what they bought is used.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{access::Right, service::UsageFilter};
use bellwire_web::AppState;
use http::StatusCode;

use super::{bought_path, developer_of, name, path, toast};
use crate::{
    crumbs::crumbs,
    frame::{Link, Page},
    html,
    moment::Moment,
    navigation::Place,
    pages::{rate_plans, skip, whole::whole},
    refusal::Refusal,
    spark,
    visit::Visit,
};

/// Rows of a page.
const ROWS: usize = 25;

/// What was bought.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) plan: Link,
    pub(crate) href: String,
    pub(crate) chart: String,
    pub(crate) said: String,
    pub(crate) resets: Option<Moment>,
}

#[derive(Template)]
#[template(path = "developers/show.html")]
pub(crate) struct DeveloperPage {
    pub(crate) page: Page,
    pub(crate) crumbs: Vec<Link>,
    pub(crate) path: String,
    pub(crate) email: String,
    pub(crate) may_edit: bool,
    pub(crate) buy: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) next: Option<String>,
    pub(crate) facts: Vec<(String, String)>,
}

pub(super) async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Refusal> {
    whole(&visit)?;
    let (service, slug, text) = (&state.service, visit.slug(), visit.text());
    let developer = developer_of(&state, &visit).await?;
    let window = skip::window(&visit.query, ROWS);
    let filter = UsageFilter {
        developer: Some(developer.email.clone()),
        rate_plan: None,
    };
    let used = service.usage(slug, filter, window).await;
    let used = used.map_err(|error| visit.refuse(error))?;
    let now = service.now();
    let rows = used
        .items
        .iter()
        .map(|used| {
            let said = rate_plans::said(text, used);
            let percent = used.period.and(used.percent).unwrap_or(0);
            let kind = if percent >= 100 { "use-full" } else { "use-ok" };
            let label = format!("{}: {said}", used.plan.rate_plan);
            Row {
                plan: Link {
                    label: used.plan.rate_plan.clone(),
                    href: rate_plans::path(slug, &used.plan.rate_plan),
                    current: false,
                },
                href: bought_path(slug, used.plan.id),
                chart: spark::usage(percent, kind, &[], percent.clamp(100, 200), &label),
                said,
                resets: used.period.map(|period| Moment::new(text, period.end, now)),
            }
        })
        .collect();
    let mut page = visit.page().at(Place::Developers);
    page.toast = toast(text, visit.query.text("done"));
    let title = name(&developer);
    let own = path(slug, &developer.email);
    let above = [
        (page.t("developers"), format!("/portal/{slug}/developers")),
        (title.clone(), String::new()),
    ];
    let mut facts = vec![(text.t("developer-email"), developer.email.clone())];
    for (key, value) in [
        ("developer-company", developer.company.clone()),
        ("developer-applications", developer.applications.join(", ")),
        (
            "developer-attributes",
            developer
                .attributes
                .iter()
                .map(|attribute| format!("{}: {}", attribute.name, attribute.value))
                .collect::<Vec<String>>()
                .join(", "),
        ),
    ] {
        if !value.is_empty() {
            facts.push((text.t(key), value));
        }
    }
    let shown = DeveloperPage {
        crumbs: crumbs(&page, "menu-catalogue", &above),
        may_edit: visit.may(Right::Edit),
        buy: format!(
            "/portal/{slug}/new/developer-rate-plan?developer={}",
            html::encoded(&developer.email)
        ),
        rows,
        next: skip::next(&own, &[], window, used.total),
        path: own,
        email: developer.email,
        facts,
        page: page.titled(title),
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}
