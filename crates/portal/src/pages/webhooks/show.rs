//! `GET /portal/{org}/webhooks/{id}`: one webhook. How it fares in a sentence, the last day, the
//! last 10 requests (EVI-15), its settings, its secret on demand, a test.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    access::Right,
    delivery::Attempt,
    policy::{DisableReason, RetryRule},
    ports::Health,
    said::Said,
    snapshot::Route,
    time::Time,
    webhook::Webhook,
};
use bellwire_web::AppState;
use http::StatusCode;

use super::{boxes::type_names, day, list::toast, secret::Shown, test::Tested};
use crate::{
    frame::Page,
    html,
    language::Text,
    moment::{Moment, Part, woven},
    navigation::Place,
    pages::{
        jobs::of_webhook,
        shown::{Pill, name_of, succeeded},
    },
    refusal::Refusal,
    visit::Visit,
};

/// EVI-15.
const LAST: usize = 10;

/// A request as the list of the last ones shows it.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) href: String,
    pub(crate) at: Moment,
    pub(crate) answer: Pill,
    pub(crate) took: String,
    pub(crate) number: u32,
}

#[derive(Template)]
#[template(path = "webhooks/show.html")]
pub(crate) struct WebhookPage {
    pub(crate) page: Page,
    pub(crate) path: String,
    pub(crate) log: String,
    pub(crate) url: String,
    pub(crate) may_edit: bool,
    pub(crate) enabled: bool,
    pub(crate) paused: bool,
    pub(crate) health: Pill,
    pub(crate) sentence: String,
    pub(crate) detail: Vec<Part>,
    /// Sends what failed again, where something did.
    pub(crate) again: Option<String>,
    pub(crate) failures: String,
    pub(crate) chart: String,
    pub(crate) numbers: Vec<(String, String)>,
    pub(crate) requests: Vec<Request>,
    pub(crate) test_types: Vec<String>,
    pub(crate) tested: Option<Tested>,
    pub(crate) secrets: Vec<Shown>,
    pub(crate) facts: Vec<(String, String)>,
}

pub(super) async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Refusal> {
    let webhook = visit.webhook(&state).await?;
    let mut shown = gather(&state, &visit, &webhook).await?;
    shown.page.toast = toast(visit.text(), visit.query.text("done"));
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

/// Everything that the page shows, but for what was just asked of it.
pub(super) async fn gather<R>(
    state: &AppState,
    visit: &Visit<R>,
    webhook: &Webhook,
) -> Result<WebhookPage, Refusal> {
    let service = &state.service;
    let text = visit.text();
    let now = service.now();
    let id = webhook.id;
    let missing = || visit.refuse(bellwire_web::problem::Problem::not_found("webhook"));
    let route = service.snapshot().route(id).ok_or_else(missing)?;
    let health = service.store().health(&[id]).await;
    let health = health.map_err(|error| visit.refuse(error))?.pop();
    let (steps, mut days) = day::each(service, &visit.tenant, visit.access(), vec![id])
        .await
        .map_err(|error| visit.refuse(error))?;
    let day = days.remove(&id).unwrap_or_else(|| day::blank(steps));
    let attempts = service
        .store()
        .attempts(visit.organization(), id, None, LAST)
        .await
        .map_err(|error| visit.refuse(error))?
        .items;
    let detail = failing(state, visit, &route, health.as_ref()).await?;
    let fails = health
        .as_ref()
        .is_some_and(|health| health.counters.failures > 0);
    let can_again = visit.may(Right::Edit) && webhook.is_enabled() && (fails || day.all.failed > 0);
    let never = || text.t("never");
    let numbers = vec![
        (text.t("state-delivered"), text.number(day.all.delivered)),
        (text.t("state-failed"), text.number(day.all.failed)),
        (
            text.t("number-rate"),
            day.all
                .success_rate()
                .map_or_else(never, |rate| format!("{} %", text.tenth(rate * 100.0))),
        ),
        (
            text.t("number-mean"),
            day.all
                .mean_us()
                .map_or_else(never, |mean| text.duration(mean)),
        ),
    ];
    let settings = &webhook.settings;
    Ok(WebhookPage {
        page: visit
            .page()
            .at(Place::Webhooks)
            .titled(name_of(&settings.name, &settings.url)),
        path: super::act::path(visit, webhook),
        log: format!("/portal/{}/events?webhook={id}", visit.slug()),
        url: settings.url.clone(),
        may_edit: visit.may(Right::Edit),
        enabled: webhook.disabled.is_none(),
        paused: webhook.paused.is_some(),
        health: Pill::webhook(text, &route, health.as_ref()),
        sentence: sentence(text, &route, webhook, health.as_ref(), now),
        detail: woven(text, &detail.iter().collect::<Vec<_>>(), now),
        again: can_again.then(|| of_webhook(visit.slug(), id, None)),
        failures: format!("/portal/{}/failures?webhook={id}", visit.slug()),
        chart: day.chart(text),
        numbers,
        requests: attempts
            .iter()
            .map(|attempt| request(text, visit.slug(), &route, attempt, now))
            .collect(),
        test_types: type_names(state, visit)
            .into_iter()
            .map(|(name, _)| name)
            .collect(),
        tested: None,
        secrets: Vec::new(),
        facts: facts(text, &route, webhook, now),
    })
}

fn request(text: &Text, slug: &str, route: &Route, attempt: &Attempt, now: Time) -> Request {
    Request {
        href: format!(
            "/portal/{slug}/events/{}#{}-{}",
            attempt.event_id, attempt.delivery_id, attempt.number
        ),
        at: Moment::new(text, attempt.at, now),
        answer: Pill::answer(text, attempt.answer, succeeded(Some(route), attempt)),
        took: text.duration(attempt.timing.total_us.into()),
        number: attempt.number,
    }
}

/// Why the last request failed, and what to do, while the webhook fails.
async fn failing<R>(
    state: &AppState,
    visit: &Visit<R>,
    route: &Route,
    health: Option<&Health>,
) -> Result<Vec<Said>, Refusal> {
    if let Some(why) = state.service.problem(&route.webhook) {
        return Ok(vec![why]);
    }
    let last = health
        .filter(|health| health.counters.failures > 0)
        .and_then(|health| health.last_attempt.as_ref());
    let Some(last) = last else {
        return Ok(Vec::new());
    };
    let found = state.service.diagnose(visit.organization(), &[last]).await;
    let found = found.map_err(|error| visit.refuse(error))?.pop().flatten();
    Ok(found.map_or_else(Vec::new, |found| vec![found.summary, found.advice]))
}

/// How it fares, in one sentence.
fn sentence(
    text: &Text,
    route: &Route,
    webhook: &Webhook,
    health: Option<&Health>,
    now: Time,
) -> String {
    let ago = |at| Moment::new(text, at, now).words;
    if let Some(disabled) = &webhook.disabled {
        let since = ago(disabled.at);
        return match &disabled.reason {
            DisableReason::Manual => text.with("health-manual", [("since", since.into())]),
            DisableReason::TooManyErrors { class, count } => text.with(
                "health-too-many",
                [
                    ("class", class.as_str().into()),
                    ("count", text.number(u64::from(*count)).into()),
                    ("since", since.into()),
                ],
            ),
            DisableReason::FailingSince { since: first } => text.with(
                "health-gave-up",
                [("first", ago(*first).into()), ("since", since.into())],
            ),
            DisableReason::Status { status } => text.with(
                "health-status",
                [
                    ("status", status.to_string().into()),
                    ("since", since.into()),
                ],
            ),
        };
    }
    if route.held {
        return text.t("health-waiting");
    }
    if let Some(paused) = &webhook.paused {
        return text.with(
            "health-paused",
            [
                ("since", ago(paused.at).into()),
                ("by", paused.by.as_str().into()),
            ],
        );
    }
    let Some(health) = health else {
        return text.t("health-new");
    };
    match (&health.last_attempt, health.counters.failures) {
        (None, _) => text.t("health-new"),
        (Some(last), 0) => text.with("health-fine", [("last", ago(last.at).into())]),
        (Some(last), failures) => {
            let since = health.counters.failing_since.unwrap_or(last.at);
            text.with(
                "health-failing",
                [
                    ("count", u64::from(failures).into()),
                    ("since", ago(since).into()),
                ],
            )
        }
    }
}

fn facts(text: &Text, route: &Route, webhook: &Webhook, now: Time) -> Vec<(String, String)> {
    let settings = &webhook.settings;
    let types = match settings.event_types.is_empty() {
        true if settings.direct => text.t("types-direct"),
        true => text.t("types-all"),
        false => settings.event_types.join(", "),
    };
    let channels = match settings.channels.is_empty() {
        true => text.t("channels-all"),
        false => settings.channels.join(", "),
    };
    let seconds = |seconds: u32| text.duration(u64::from(seconds) * 1_000_000);
    let retry = match &route.policy.retry.server_error {
        RetryRule::None => text.t("retry-none"),
        RetryRule::Fixed {
            interval_s,
            max_attempts,
        } => text.with(
            "retry-fixed-words",
            [
                ("interval", every(text, *interval_s).into()),
                ("count", u64::from(*max_attempts).into()),
            ],
        ),
        rule => text.with(
            "retry-schedule-words",
            [("count", u64::from(rule.max_attempts()).into())],
        ),
    };
    let timeouts = route.policy.timeouts;
    let mut facts = vec![
        (text.t("word-url"), settings.url.clone()),
        (text.t("word-events"), types),
        (text.t("word-channels"), channels),
        (text.t("form-profile"), route.profile.title.clone()),
        (text.t("form-retry"), retry),
        (
            text.t("limit-total"),
            seconds(timeouts.total_ms.div_ceil(1000)),
        ),
    ];
    if let Some(limit) = settings.overrides.rate_limit {
        let said = text.number(limit.per_second.into());
        facts.push((text.t("limit-per-second"), said));
    }
    if !settings.headers.is_empty() {
        let names: Vec<&str> = settings
            .headers
            .iter()
            .map(|header| header.name.as_str())
            .collect();
        facts.push((text.t("form-headers"), names.join(", ")));
    }
    facts.push((text.t("word-id"), webhook.id.to_string()));
    let created = Moment::new(text, webhook.created_at, now).words;
    let updated = Moment::new(text, webhook.updated_at, now).words;
    let by = |at: String, who: &str| format!("{at} · {who}");
    facts.push((text.t("fact-created"), by(created, &webhook.created_by)));
    facts.push((text.t("fact-updated"), by(updated, &webhook.updated_by)));
    facts
}

/// A distance between attempts in words.
fn every(text: &Text, seconds: u32) -> String {
    let key = match seconds {
        s if s % 3600 == 0 => ("span-hours", s / 3600),
        s if s % 60 == 0 => ("span-minutes", s / 60),
        s => ("span-seconds", s),
    };
    text.with(key.0, [("count", u64::from(key.1).into())])
}
