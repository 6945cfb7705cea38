//! `GET /portal/{org}/failures`: failed attempts by webhook and by what came back, each group with its
//! trend, an example, and a way to send it again.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    access::Right,
    ids::WebhookId,
    service::{Failure, FailureQuery, Failures, SortBy},
    time::{DAY, Time},
};
use bellwire_web::AppState;
use http::StatusCode;

use crate::{
    frame::{Link, Page},
    html,
    language::Text,
    moment::{Moment, Part, woven},
    navigation::Place,
    pages::{
        jobs, period,
        shown::{Choice, Pill, name_of},
    },
    refusal::Refusal,
    spark,
    visit::Visit,
};

/// Groups that a page shows.
const GROUPS: usize = 50;
/// The period when none is chosen.
const DAY_NAME: &str = "24h";

/// Failures of one webhook with one result.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) href: Option<String>,
    pub(crate) answer: Pill,
    pub(crate) sentence: Vec<Part>,
    pub(crate) advice: Vec<Part>,
    pub(crate) count: String,
    pub(crate) lost: String,
    pub(crate) chart: String,
    pub(crate) first: Moment,
    pub(crate) last: Moment,
    pub(crate) example: Option<String>,
    pub(crate) again: Option<String>,
}

#[derive(Template)]
#[template(path = "failures/list.html")]
pub(crate) struct FailuresPage {
    pub(crate) page: Page,
    pub(crate) periods: Vec<Choice>,
    pub(crate) sorts: Vec<Choice>,
    /// The only webhook that is looked at.
    pub(crate) only: Option<Link>,
    pub(crate) webhook: String,
    pub(crate) all_href: String,
    pub(crate) sum: String,
    pub(crate) groups: Vec<Group>,
    pub(crate) more: Option<String>,
}

pub(super) async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Refusal> {
    let service = &state.service;
    let now = service.now();
    let query = &visit.query;
    let webhook: Option<WebhookId> = query.given("webhook").and_then(|id| id.parse().ok());
    let period = match period::since(query.text("period"), now) {
        Some(_) => query.text("period"),
        None => DAY_NAME,
    };
    let sort = match query.text("sort") {
        "count" => SortBy::Count,
        _ => SortBy::LastAt,
    };
    let asked = FailureQuery {
        since: Some(period::since(period, now).unwrap_or(now - DAY)),
        webhook,
        sort,
        limit: Some(GROUPS),
        ..FailureQuery::default()
    };
    let found = service
        .failures(&visit.tenant, visit.access(), asked)
        .await
        .map_err(|error| visit.refuse(error))?;
    let page = visit.page().at(Place::Failures);
    let text = &page.text;
    let path = format!("/portal/{}/failures", visit.slug());
    let sort_name = if sort == SortBy::Count { "count" } else { "" };
    let left = found.total - found.groups.len();
    let groups = found
        .groups
        .iter()
        .map(|failure| group(&visit, failure, found.since, now))
        .collect();
    let shown = FailuresPage {
        periods: period::choices(text, period),
        sorts: vec![
            Choice::new("", text.t("failures-sort-last"), sort_name),
            Choice::new("count", text.t("failures-sort-count"), sort_name),
        ],
        only: webhook.map(|id| {
            let (name, href) = whose(&visit, id);
            Link {
                label: name,
                href: href.unwrap_or_default(),
                current: false,
            }
        }),
        webhook: webhook.map(|id| id.to_string()).unwrap_or_default(),
        all_href: format!("{path}?period={period}&sort={sort_name}"),
        sum: sum(text, &found),
        more: (left > 0).then(|| {
            let said = text.number(left as u64);
            text.with("failures-more", [("said", said.into())])
        }),
        groups,
        page: page.clone().titled(page.t("menu-failures")),
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

/// All of it in a sentence.
fn sum(text: &Text, found: &Failures) -> String {
    text.with(
        "failures-sum",
        [
            ("count", found.all.failed.into()),
            ("said", text.number(found.all.failed).into()),
            ("groups", found.total.into()),
        ],
    )
}

/// The name of a webhook, and its page while there is one.
fn whose(visit: &Visit, id: WebhookId) -> (String, Option<String>) {
    visit.tenant.route(id).map_or_else(
        || (visit.text().t("event-webhook-gone"), None),
        |route| {
            let settings = &route.webhook.settings;
            let href = format!("/portal/{}/webhooks/{id}", visit.slug());
            (name_of(&settings.name, &settings.url), Some(href))
        },
    )
}

fn group(visit: &Visit, failure: &Failure, since: Time, now: Time) -> Group {
    let text = visit.text();
    let (name, href) = whose(visit, failure.webhook_id);
    let cell = &failure.cell;
    let count = text.number(cell.failed);
    let steps: Vec<spark::Step> = failure.trend.iter().map(|failed| (0, *failed)).collect();
    let label = text.with(
        "failures-trend",
        [
            ("count", cell.failed.into()),
            ("said", count.as_str().into()),
            ("steps", steps.len().into()),
        ],
    );
    let why = failure.diagnosis.as_ref();
    let takes = visit
        .tenant
        .route(failure.webhook_id)
        .is_some_and(|route| route.webhook.is_enabled());
    let can = visit.may(Right::Edit) && takes && cell.exhausted > 0;
    let example = &failure.example;
    Group {
        name,
        href,
        answer: Pill::answer(text, failure.answer, false),
        sentence: why
            .as_ref()
            .map(|why| woven(text, &[&why.summary], now))
            .unwrap_or_default(),
        advice: why
            .as_ref()
            .map(|why| woven(text, &[&why.advice], now))
            .unwrap_or_default(),
        lost: match cell.exhausted {
            0 => text.t("failures-lost-none"),
            lost => text.with(
                "failures-lost",
                [
                    ("count", lost.into()),
                    ("said", text.number(lost).into()),
                ],
            ),
        },
        count,
        chart: spark::bars(&steps, "spark", 28, &label),
        first: Moment::new(text, cell.first_at.unwrap_or(example.at), now),
        last: Moment::new(text, example.at, now),
        example: failure.event_id.map(|event| {
            format!(
                "/portal/{}/events/{event}?delivery={delivery}&attempt={delivery}-{number}#{delivery}-{number}",
                visit.slug(),
                delivery = example.delivery_id,
                number = example.number,
            )
        }),
        again: can
            .then(|| jobs::of_group(visit.slug(), failure.webhook_id, failure.answer, since)),
    }
}
