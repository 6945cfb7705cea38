//! `GET /portal/{org}/rate-plans/{id}`: one plan. Its notifications, how much each developer has used
//! of their target, publishing.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    access::Right,
    ports::Window,
    service::{MAX_CONDITIONS, PlanUsage, UsageFilter},
    time::Time,
    usage::{Condition, RatePlan},
};
use bellwire_web::AppState;
use http::StatusCode;

use super::{Step, list::state_of, path, period, plan_of, steps, toast};
use crate::{
    crumbs::crumbs,
    frame::{Link, Page},
    html,
    language::Text,
    moment::Moment,
    navigation::Place,
    pages::{developers, notifications, packages, shown::Pill, skip, whole::whole},
    refusal::Refusal,
    spark,
    visit::Visit,
};

/// Rows of a page of usage.
const ROWS: usize = 25;

/// A notification as the plan's page shows it.
#[derive(Debug, Clone)]
pub(crate) struct Notification {
    pub(crate) id: String,
    pub(crate) href: String,
    /// The conditions, in words.
    pub(crate) targets: Vec<String>,
    pub(crate) webhooks: Vec<Link>,
}

/// How much a developer has used.
#[derive(Debug, Clone)]
pub(crate) struct Usage {
    pub(crate) developer: Link,
    pub(crate) href: String,
    pub(crate) chart: String,
    pub(crate) said: String,
    pub(crate) resets: Option<Moment>,
}

#[derive(Template)]
#[template(path = "rate-plans/show.html")]
pub(crate) struct PlanPage {
    pub(crate) page: Page,
    pub(crate) crumbs: Vec<Link>,
    pub(crate) path: String,
    pub(crate) may_edit: bool,
    pub(crate) published: bool,
    pub(crate) state: Pill,
    pub(crate) description: String,
    pub(crate) notify_hint: String,
    pub(crate) notifications: Vec<Notification>,
    pub(crate) steps: Vec<Step>,
    pub(crate) usage: Vec<Usage>,
    pub(crate) buy: String,
    pub(crate) next: Option<String>,
    pub(crate) package: Link,
    pub(crate) facts: Vec<(String, String)>,
}

pub(super) async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Refusal> {
    whole(&visit)?;
    let (service, slug) = (&state.service, visit.slug());
    let kept = plan_of(&state, &visit).await?;
    let plan = &kept.document;
    let conditions = conditions(&state, &visit, plan).await?;
    let window = skip::window(&visit.query, ROWS);
    let filter = UsageFilter {
        developer: None,
        rate_plan: Some(plan.id.clone()),
    };
    let used = service.usage(slug, filter, window).await;
    let used = used.map_err(|error| visit.refuse(error))?;
    let package = service.package(slug, &plan.package).await;
    let package = package.map_err(|error| visit.refuse(error))?.document;

    let mut page = visit.page().at(Place::RatePlans);
    page.toast = toast(visit.text(), visit.query.text("done"));
    let text = visit.text();
    let now = service.now();
    let own = path(slug, &plan.id);
    let scale = Scale::of(&conditions, &used.items);
    let above = [
        (
            page.t("menu-rate-plans"),
            format!("/portal/{slug}/rate-plans"),
        ),
        (plan.name.clone(), own.clone()),
    ];
    let shown = PlanPage {
        crumbs: crumbs(&page, "menu-plans", &above),
        may_edit: visit.may(Right::Edit),
        published: plan.published,
        state: state_of(&visit, plan),
        description: plan.description.clone(),
        notify_hint: text.with("plan-notify-hint", [("name", plan.name.as_str().into())]),
        notifications: conditions
            .iter()
            .map(|condition| notification(&visit, condition))
            .collect(),
        steps: steps(&state, &visit).await?,
        usage: used
            .items
            .iter()
            .map(|used| usage(&visit, used, &scale, now))
            .collect(),
        buy: format!(
            "/portal/{slug}/new/developer-rate-plan?rate_plan={}",
            html::encoded(&plan.id)
        ),
        next: skip::next(&own, &[], window, used.total),
        package: Link {
            href: packages::plans_path(slug, &package.id),
            label: package.name,
            current: false,
        },
        facts: vec![
            (text.t("plan-type"), text.t("plan-type-adjustable")),
            (text.t("column-period"), period(text, plan)),
            (text.t("plan-id"), plan.id.clone()),
            (text.t("column-developers"), text.number(used.total)),
        ],
        path: own,
        page: page.titled(plan.name.clone()),
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

async fn conditions(
    state: &AppState,
    visit: &Visit,
    plan: &RatePlan,
) -> Result<Vec<Condition>, Refusal> {
    let all = Window {
        offset: 0,
        limit: MAX_CONDITIONS,
    };
    let listed = state
        .service
        .conditions(visit.slug(), Some(plan.id.clone()), all)
        .await
        .map_err(|error| visit.refuse(error))?;
    Ok(listed.items.into_iter().map(|kept| kept.document).collect())
}

fn notification(visit: &Visit, condition: &Condition) -> Notification {
    let text = visit.text();
    Notification {
        id: condition.id.to_string(),
        href: notifications::path(visit.slug(), condition.id),
        targets: condition
            .targets
            .iter()
            .map(|target| notifications::words(text, target))
            .collect(),
        webhooks: condition
            .webhooks
            .iter()
            .map(|id| notifications::webhook_link(visit, *id))
            .collect(),
    }
}

/// What all bars of a page are measured with, so that they can be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Scale {
    /// The percentage at the end of a bar.
    end: u64,
    /// The percentages at which webhooks are called, ascending.
    ticks: Vec<u64>,
}

impl Scale {
    /// More than twice the target is the end of the bar, and said in numbers.
    const MOST: u64 = 200;

    fn of(conditions: &[Condition], used: &[PlanUsage]) -> Self {
        let mut ticks: Vec<u64> = conditions
            .iter()
            .flat_map(|condition| &condition.targets)
            .flat_map(|target| target.percentages().map(u64::from))
            .filter(|percent| *percent <= Self::MOST)
            .collect();
        ticks.sort_unstable();
        ticks.dedup();
        let used = used.iter().filter_map(|used| used.percent).max();
        let most = ticks.last().copied().unwrap_or(0).max(used.unwrap_or(0));
        Self {
            end: most.clamp(100, Self::MOST),
            ticks,
        }
    }
}

fn usage(visit: &Visit, used: &PlanUsage, scale: &Scale, now: Time) -> Usage {
    let text = visit.text();
    let said = said(text, used);
    let kind = match used.percent.unwrap_or(0) {
        100.. => "use-full",
        percent if scale.ticks.first().is_some_and(|tick| percent >= *tick) => "use-warn",
        _ => "use-ok",
    };
    let percent = match used.period {
        Some(_) => used.percent.unwrap_or(0),
        None => 0,
    };
    let label = format!("{}: {said}", used.plan.developer);
    Usage {
        developer: Link {
            label: used.plan.developer.clone(),
            href: developers::path(visit.slug(), &used.plan.developer),
            current: false,
        },
        href: developers::bought_path(visit.slug(), used.plan.id),
        chart: spark::usage(percent, kind, &scale.ticks, scale.end, &label),
        said,
        resets: used.period.map(|period| Moment::new(text, period.end, now)),
    }
}

/// How much, in words.
pub(in crate::pages) fn said(text: &Text, used: &PlanUsage) -> String {
    let count = text.number(used.count);
    match (used.period, used.percent) {
        (None, _) => text.t("usage-not-running"),
        (Some(_), None) => text.with("usage-no-target", [("count", count.into())]),
        (Some(_), Some(percent)) => text.with(
            "usage-of",
            [
                ("percent", text.number(percent).into()),
                ("count", count.into()),
                ("target", text.number(used.plan.quota_target).into()),
            ],
        ),
    }
}

#[cfg(test)]
mod tests {
    use bellwire_core::{ids::ConditionId, usage::UsageTarget};

    use super::*;

    fn condition(target: UsageTarget) -> Condition {
        Condition {
            id: ConditionId::from_bytes([1; 16]),
            rate_plan: "plan".to_owned(),
            targets: vec![target],
            webhooks: Vec::new(),
        }
    }

    #[test]
    fn bars_end_at_the_target_or_beyond_it_and_never_beyond_twice_of_it() {
        let scale = |target| Scale::of(&[condition(target)], &[]);
        assert_eq!(scale(UsageTarget::At(50)).end, 100);
        let beyond = scale(UsageTarget::range(80, 120, 10).unwrap());
        assert_eq!((beyond.end, beyond.ticks.len()), (120, 5));
        let far = scale(UsageTarget::At(5000));
        assert_eq!((far.end, far.ticks.len()), (100, 0));
    }
}
