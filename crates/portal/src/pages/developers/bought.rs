//! `GET /portal/{org}/developer-rate-plans/{id}`: what a developer has bought: target, from when to
//! when, when the quota is reset, and how much was used in each period.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    access::Right,
    ids::DeveloperPlanId,
    usage::{DeveloperPlan, Period, RatePlan, reset_date},
};
use bellwire_web::{AppState, auth::Edit};
use http::StatusCode;

use super::{bought_path, path, toast};
use crate::{
    crumbs::crumbs,
    frame::{Link, Page},
    html,
    moment::Moment,
    navigation::Place,
    pages::{ask::AskPage, rate_plans, whole::whole},
    refusal::Refusal,
    spark,
    visit::{Sent, Visit},
};

/// Periods that are shown: two years of months.
const PERIODS: usize = 24;

/// A period of the past, or the present one.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) from: Moment,
    pub(crate) chart: String,
    pub(crate) said: String,
}

#[derive(Template)]
#[template(path = "developers/bought.html")]
pub(crate) struct BoughtPage {
    pub(crate) page: Page,
    pub(crate) crumbs: Vec<Link>,
    pub(crate) path: String,
    pub(crate) may_edit: bool,
    pub(crate) developer: Link,
    pub(crate) plan: Link,
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) rows: Vec<Row>,
}

/// What was bought, of the path.
pub(super) async fn bought_of<R>(
    state: &AppState,
    visit: &Visit<R>,
) -> Result<DeveloperPlan, Refusal> {
    whole(visit)?;
    let id: DeveloperPlanId = visit.id("developer rate plan")?;
    let found = state.service.developer_plan(visit.slug(), id).await;
    Ok(found.map_err(|error| visit.refuse(error))?.document)
}

/// What a purchase is called.
pub(super) fn title(plan: &RatePlan, bought: &DeveloperPlan) -> String {
    format!("{} · {}", plan.name, bought.developer)
}

pub(super) async fn plan_of<R>(
    state: &AppState,
    visit: &Visit<R>,
    bought: &DeveloperPlan,
) -> Result<RatePlan, Refusal> {
    let found = state
        .service
        .rate_plan(visit.slug(), &bought.rate_plan)
        .await;
    Ok(found.map_err(|error| visit.refuse(error))?.document)
}

pub(super) async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Refusal> {
    let bought = bought_of(&state, &visit).await?;
    let (service, slug, text) = (&state.service, visit.slug(), visit.text());
    let plan = plan_of(&state, &visit, &bought).await?;
    let history = service.plan_usage(slug, bought.id, PERIODS).await;
    let history = history.map_err(|error| visit.refuse(error))?;
    let now = service.now();
    let period = Period::of(bought.start, plan.months, now)
        .filter(|_| bought.end.is_none_or(|end| now < end));
    let most = history.iter().filter_map(|used| used.percent).max();
    let end = most.unwrap_or(0).clamp(100, 200);
    let target = text.number(bought.quota_target);
    let rows = history
        .iter()
        .map(|used| {
            let count = text.number(used.count);
            let said = match used.percent {
                None => text.with("usage-no-target", [("count", count.into())]),
                Some(percent) => text.with(
                    "usage-of",
                    [
                        ("percent", text.number(percent).into()),
                        ("count", count.into()),
                        ("target", target.as_str().into()),
                    ],
                ),
            };
            let percent = used.percent.unwrap_or(0);
            let kind = if percent >= 100 { "use-full" } else { "use-ok" };
            Row {
                from: Moment::new(text, used.start, now),
                chart: spark::usage(percent, kind, &[], end, &said),
                said,
            }
        })
        .collect();
    let mut facts = vec![
        (text.t("bought-target"), target),
        (text.t("bought-start"), utc(&reset_date(bought.start))),
    ];
    if let Some(end) = bought.end {
        facts.push((text.t("bought-end"), utc(&reset_date(end))));
    }
    if let Some(period) = period {
        facts.push((text.t("usage-resets"), utc(&reset_date(period.end))));
    }
    let mut page = visit.page().at(Place::Developers);
    page.toast = toast(text, visit.query.text("done"));
    let title = title(&plan, &bought);
    let developer = path(slug, &bought.developer);
    let above = [
        (page.t("developers"), format!("/portal/{slug}/developers")),
        (bought.developer.clone(), developer.clone()),
        (plan.name.clone(), String::new()),
    ];
    let shown = BoughtPage {
        crumbs: crumbs(&page, "menu-catalogue", &above),
        path: bought_path(slug, bought.id),
        may_edit: visit.may(Right::Edit),
        developer: Link {
            label: bought.developer,
            href: developer,
            current: false,
        },
        plan: Link {
            href: rate_plans::path(slug, &plan.id),
            label: plan.name,
            current: false,
        },
        facts,
        rows,
        page: page.titled(title),
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

/// Periods are those of UTC, whatever the reader's time zone.
fn utc(date: &str) -> String {
    format!("{date} UTC")
}

pub(super) async fn ask_remove(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    let bought = bought_of(&state, &visit).await?;
    let plan = plan_of(&state, &visit, &bought).await?;
    let page = visit.page().at(Place::Developers);
    let back = bought_path(visit.slug(), bought.id);
    let asked = AskPage {
        action: format!("{back}/remove"),
        said: page.text.with(
            "bought-remove-lead",
            [
                ("name", bought.developer.as_str().into()),
                ("plan", plan.name.as_str().into()),
            ],
        ),
        wrong: None,
        choice: None,
        danger: true,
        confirm: page.t("developer-remove"),
        back,
        page: page.clone().titled(page.t("bought-remove-title")),
    };
    Ok(html::page(&asked, StatusCode::OK, &asked.page.embedding))
}

pub(super) async fn remove(
    State(state): State<AppState>,
    Sent { visit, .. }: Sent,
) -> Result<Response, Refusal> {
    let bought = bought_of(&state, &visit).await?;
    state
        .service
        .delete_developer_plan(visit.slug(), bought.id, visit.by())
        .await
        .map_err(|error| visit.refuse(error))?;
    let developer = path(visit.slug(), &bought.developer);
    Ok(html::see(&format!("{developer}?done=bought-removed")))
}
