//! `/portal/{org}/jobs/new`: what would be sent again, counted first; how fast; then the job begins.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    job::Count,
    service::{Error, NewJob},
};
use bellwire_web::{
    AppState,
    auth::Edit,
    problem::{Code, Problem},
};
use http::StatusCode;

use super::{
    asked::{ALL, AS_ASKED, Asked, both_states, of_webhook},
    words,
};
use crate::{
    frame::{Link, Page},
    html,
    moment::Moment,
    navigation::Place,
    pages::{
        period,
        shown::{Choice, name_of},
    },
    refusal::Refusal,
    spoken::Spoken,
    visit::{Sent, Visit},
};

/// Webhooks that somebody chooses from who has to name one.
const MAX_OWN: usize = 50;

#[derive(Template)]
#[template(path = "jobs/new.html")]
pub(crate) struct NewPage {
    pub(crate) page: Page,
    pub(crate) webhook: String,
    /// What is sent as it is, when the rest is chosen anew.
    pub(crate) kept: Vec<(&'static str, String)>,
    pub(crate) about: Vec<(String, String)>,
    pub(crate) since: Option<Moment>,
    pub(crate) states: Vec<Choice>,
    pub(crate) periods: Vec<Choice>,
    /// All that is sent when it begins.
    pub(crate) hidden: Vec<(&'static str, String)>,
    pub(crate) wrong: Option<Spoken>,
    /// What stands in the way, and where to look.
    pub(crate) way_on: Option<Link>,
    pub(crate) which: Vec<Link>,
    pub(crate) counted: Option<Counted>,
    pub(crate) back: String,
}

/// What was counted.
#[derive(Debug, Clone)]
pub(crate) struct Counted {
    pub(crate) said: String,
    pub(crate) any: bool,
    pub(crate) left_out: Vec<(String, String)>,
    pub(crate) rates: Vec<Choice>,
    pub(crate) confirm: String,
}

pub(super) async fn show(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    let now = state.service.now();
    Asked::check(&visit.query, now).map_err(|error| visit.refuse(error))?;
    let asked = Asked::of(&visit.query, now);
    let shown = page(&state, &visit, &asked, None).await?;
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

pub(super) async fn submit(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    let now = state.service.now();
    Asked::check(&form, now).map_err(|error| visit.refuse(error))?;
    let asked = Asked::of(&form, now);
    let new = NewJob {
        filter: asked.filter(),
        per_second: form.text("per_second").parse().unwrap_or(0),
    };
    let started = state
        .service
        .start_job(visit.slug(), new, visit.access(), visit.by())
        .await;
    match started {
        Ok(job) => Ok(html::see(&format!(
            "/portal/{}/jobs/{}?done=started",
            visit.slug(),
            job.id
        ))),
        Err(error @ (Error::Conflict { .. } | Error::Invalid(_))) => {
            let problem = Problem::from(error);
            let status = problem.code.status();
            let shown = page(&state, &visit, &asked, Some(problem)).await?;
            Ok(html::page(&shown, status, &shown.page.embedding))
        }
        Err(error) => Err(visit.refuse(error)),
    }
}

/// The page. `problem` is why it could not begin.
async fn page(
    state: &AppState,
    visit: &Visit<Edit>,
    asked: &Asked,
    mut problem: Option<Problem>,
) -> Result<NewPage, Refusal> {
    let page = visit.page().at(Place::Events);
    let text = &page.text;
    let now = state.service.now();
    // Who sees some channels names one of their webhooks.
    let must_name = asked.webhook.is_none() && !visit.access().channels.is_empty();
    let mut counted = None;
    if must_name {
        problem = None;
    } else {
        let count = state
            .service
            .count_job(visit.slug(), asked.filter(), visit.access());
        match count.await {
            Ok(count) => counted = Some(tell(visit, &count)),
            Err(error @ (Error::Conflict { .. } | Error::Invalid(_))) => {
                problem.get_or_insert_with(|| Problem::from(error));
            }
            Err(error) => return Err(visit.refuse(error)),
        }
    }
    let problem = problem.map(|problem| wrong(visit, asked, problem));
    let (wrong, way_on) = problem.unzip();
    let kept = asked
        .pairs()
        .into_iter()
        .filter(|(name, _)| *name != "state")
        .collect();
    Ok(NewPage {
        webhook: words::webhook_name(visit, asked.webhook),
        kept,
        // The state is chosen above.
        about: words::about(
            text,
            &asked.state,
            asked.event_type.as_deref(),
            asked.answer,
        )
        .split_off(1),
        since: asked.since.map(|since| Moment::new(text, since, now)),
        states: states(visit, &asked.state),
        periods: periods(visit, asked, now),
        hidden: asked.pairs(),
        wrong,
        way_on: way_on.flatten(),
        which: if must_name { own(visit) } else { Vec::new() },
        counted,
        back: match asked.webhook {
            Some(id) => format!("/portal/{}/events?webhook={id}", visit.slug()),
            None => format!("/portal/{}/events", visit.slug()),
        },
        page: page.clone().titled(page.t("job-new")),
    })
}

/// What a count comes to.
fn tell(visit: &Visit<Edit>, count: &Count) -> Counted {
    let text = visit.text();
    let said = text.number(count.to_send);
    let number = || {
        [
            ("count", count.to_send.into()),
            ("said", said.as_str().into()),
        ]
    };
    let key = match (count.to_send, count.complete) {
        (0, true) => "job-count-none",
        (_, true) => "job-count",
        (_, false) => "job-count-least",
    };
    Counted {
        said: text.with(key, number()),
        any: count.to_send > 0 || !count.complete,
        left_out: words::left_out(text, &count.skipped),
        rates: words::rates(
            text,
            words::DEFAULT_RATE,
            count.complete.then_some(count.to_send),
        ),
        confirm: match count.complete {
            true => text.with("job-begin", number()),
            false => text.t("job-begin-all"),
        },
    }
}

fn states(visit: &Visit<Edit>, chosen: &str) -> Vec<Choice> {
    let text = visit.text();
    let both = both_states();
    vec![
        Choice::new("failed", text.t("state-failed"), chosen),
        Choice::new("cancelled", text.t("state-cancelled"), chosen),
        Choice::new(&both, text.t("job-both"), chosen),
    ]
}

/// Since when: as it was asked for, or one of the usual.
fn periods(visit: &Visit<Edit>, asked: &Asked, now: bellwire_core::time::Time) -> Vec<Choice> {
    let text = visit.text();
    let named = visit.query.text("period");
    let chosen = match asked.since {
        None => ALL,
        Some(_) if period::since(named, now).is_some() => named,
        Some(_) => AS_ASKED,
    };
    let mut all = Vec::new();
    if let Some(since) = asked.since.filter(|_| chosen == AS_ASKED) {
        let moment = Moment::new(text, since, now);
        let label = text.with("job-since", [("since", moment.exact.into())]);
        all.push(Choice::new(AS_ASKED, label, chosen));
    }
    all.push(Choice::new(ALL, text.t("job-all-kept"), chosen));
    all.extend(period::choices(text, chosen));
    all
}

/// Why it cannot be, in clear words, and where to go on.
fn wrong(visit: &Visit<Edit>, asked: &Asked, problem: Problem) -> (Spoken, Option<Link>) {
    let text = visit.text();
    let slug = visit.slug();
    let link = |label: String, href: String| {
        Some(Link {
            label,
            href,
            current: false,
        })
    };
    let webhook = || {
        let id = asked.webhook?;
        let name = words::webhook_name(visit, asked.webhook);
        link(name, format!("/portal/{slug}/webhooks/{id}"))
    };
    match problem.code {
        Code::JobOverlap => (
            text.t("job-overlap").into(),
            link(text.t("jobs"), format!("/portal/{slug}/jobs")),
        ),
        Code::WebhookDisabled => (text.t("job-disabled").into(), webhook()),
        Code::WebhookDeleted => (text.t("job-deleted").into(), None),
        _ => (text.said(&problem.detail), None),
    }
}

/// The webhooks of somebody who has to name one.
fn own(visit: &Visit<Edit>) -> Vec<Link> {
    let routes = visit.tenant.routes.iter().map(|route| &route.webhook);
    routes
        .filter(|webhook| visit.access().sees(webhook))
        .take(MAX_OWN)
        .map(|webhook| Link {
            label: name_of(&webhook.settings.name, &webhook.settings.url),
            href: of_webhook(visit.slug(), webhook.id, None),
            current: false,
        })
        .collect()
}
