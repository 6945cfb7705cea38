//! The dialog, laid out: rows with what is wrong in them, every percentage that will fire, webhooks to
//! choose.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    ids::ConditionId,
    ports::WebhookFilter,
    say,
    service::{Kept, MAX_TARGETS},
    snapshot::Route,
    usage::{Condition, RatePlan},
};
use bellwire_web::{
    AppState,
    auth::Edit,
    problem::{Code, Problem},
};
use http::StatusCode;

use super::draft::{Draft, Fault, Part, Row, fires};
use crate::{
    crumbs::crumbs,
    frame::{Link, Page},
    html,
    navigation::Place,
    pages::{
        rate_plans,
        shown::{Choice, name_of},
        whole::whole,
    },
    refusal::Refusal,
    spoken::Spoken,
    visit::Visit,
};

/// Webhooks that the dialog shows at once, beside those that are chosen.
const SHOWN: usize = 30;
/// From so many on one searches.
const MANY: usize = 8;

/// A row, laid out.
#[derive(Debug, Clone)]
pub(crate) struct RowView {
    /// Counted from 1.
    pub(crate) number: usize,
    pub(crate) title: String,
    pub(crate) remove: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) step: String,
    pub(crate) list: String,
    pub(crate) list_words: String,
    pub(crate) from_wrong: String,
    pub(crate) to_wrong: String,
    pub(crate) step_wrong: String,
    /// It was added just now.
    pub(crate) fresh: bool,
}

/// The dialog.
#[derive(Debug, Clone)]
pub(crate) struct Dialog {
    pub(crate) lead: String,
    pub(crate) action: String,
    pub(crate) rows: Vec<RowView>,
    pub(crate) may_add: bool,
    pub(crate) fires: Vec<String>,
    pub(crate) fires_count: String,
    /// What is wrong in rows, while they are being filled in.
    pub(crate) amiss: Vec<String>,
    pub(crate) has_webhooks: bool,
    pub(crate) many: bool,
    pub(crate) find: String,
    pub(crate) webhooks: Vec<Choice>,
    pub(crate) more: bool,
    pub(crate) webhooks_wrong: String,
    /// What the rules say against all of it.
    pub(crate) detail: Option<Spoken>,
    pub(crate) save: String,
    pub(crate) remove: Option<String>,
    pub(crate) back: String,
}

#[derive(Template)]
#[template(path = "notifications/form.html")]
pub(crate) struct FormPage {
    pub(crate) page: Page,
    pub(crate) crumbs: Vec<Link>,
    pub(crate) dialog: Dialog,
}

#[derive(Template)]
#[template(path = "notifications/dialog.html")]
pub(crate) struct FormPart {
    pub(crate) page: Page,
    pub(crate) dialog: Dialog,
}

/// What is wrong with what was sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Wrong {
    pub(super) rows: Vec<Fault>,
    pub(super) webhooks: bool,
    pub(super) detail: Option<Spoken>,
    /// A row was added last.
    pub(super) fresh: bool,
}

/// The plan of the path, which has to be published (APG-16).
pub(super) async fn published(state: &AppState, visit: &Visit<Edit>) -> Result<RatePlan, Refusal> {
    whole(visit)?;
    let plan = rate_plans::plan_of(state, visit).await?.document;
    match plan.published {
        true => Ok(plan),
        false => Err(visit.refuse(Problem::new(
            Code::Conflict,
            say!(
                "page-draft",
                "The rate plan is a draft. Publish it first; then a notification can be set up on \
                 it."
            ),
        ))),
    }
}

/// The notification of the path, and its plan.
pub(super) async fn stored(
    state: &AppState,
    visit: &Visit<Edit>,
) -> Result<(Condition, RatePlan), Refusal> {
    whole(visit)?;
    let id: ConditionId = visit.id("notification condition")?;
    let (service, slug) = (&state.service, visit.slug());
    let condition: Kept<Condition> = service
        .condition(slug, id)
        .await
        .map_err(|error| visit.refuse(error))?;
    let plan = service.rate_plan(slug, &condition.document.rate_plan).await;
    let plan = plan.map_err(|error| visit.refuse(error))?.document;
    Ok((condition.document, plan))
}

/// `GET …/rate-plans/{id}/notify`
pub(super) async fn blank(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    let plan = published(&state, &visit).await?;
    let mut draft = Draft::blank();
    // Where there is one webhook, that is the one.
    if let [only] = visit.tenant.routes.as_slice() {
        draft.webhooks.push(only.webhook.id);
    }
    answer(&state, &visit, &plan, None, &draft, &Wrong::default())
}

/// `GET …/notifications/{id}`
pub(super) async fn filled(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    let (condition, plan) = stored(&state, &visit).await?;
    let draft = Draft::of(&condition);
    let former = Some(condition.id);
    answer(&state, &visit, &plan, former, &draft, &Wrong::default())
}

/// The dialog: a part of a page, or one of its own.
pub(super) fn answer(
    state: &AppState,
    visit: &Visit<Edit>,
    plan: &RatePlan,
    former: Option<ConditionId>,
    draft: &Draft,
    wrong: &Wrong,
) -> Result<Response, Refusal> {
    let dialog = lay_out(state, visit, plan, former, draft, wrong)?;
    let status = match (&wrong.detail, wrong.rows.is_empty() && !wrong.webhooks) {
        (Some(_), _) => StatusCode::CONFLICT,
        (None, false) => Code::InvalidRequest.status(),
        (None, true) => StatusCode::OK,
    };
    let page = visit.page().at(Place::RatePlans);
    let page = page.clone().titled(page.t("notify-title"));
    if visit.look.part {
        let part = FormPart { page, dialog };
        return Ok(html::page(&part, status, &part.page.embedding));
    }
    let above = [
        (
            page.t("menu-rate-plans"),
            format!("/portal/{}/rate-plans", visit.slug()),
        ),
        (plan.name.clone(), dialog.back.clone()),
        (page.title.clone(), String::new()),
    ];
    let shown = FormPage {
        crumbs: crumbs(&page, "menu-plans", &above),
        page,
        dialog,
    };
    Ok(html::page(&shown, status, &shown.page.embedding))
}

fn lay_out(
    state: &AppState,
    visit: &Visit<Edit>,
    plan: &RatePlan,
    former: Option<ConditionId>,
    draft: &Draft,
    wrong: &Wrong,
) -> Result<Dialog, Refusal> {
    let text = visit.text();
    let (targets, faults) = draft.targets(text);
    let fires: Vec<String> = fires(&targets)
        .into_iter()
        .map(|percent| {
            let number = text.number(u64::from(percent));
            text.with("percent", [("number", number.into())])
        })
        .collect();
    // Nothing was filled in yet: that is not told as a fault.
    let amiss = match draft.rows.iter().all(|row| row.from.trim().is_empty()) {
        true => Vec::new(),
        false => faults
            .iter()
            .map(|fault| {
                let row = text.with("notify-row", [("number", (fault.row + 1).into())]);
                format!("{row}: {}", fault.said)
            })
            .collect(),
    };
    let (webhooks, more) = webhooks(state, visit, draft)?;
    let back = rate_plans::path(visit.slug(), &plan.id);
    let own = former.map(|id| super::path(visit.slug(), id));
    Ok(Dialog {
        lead: text.with("notify-lead", [("plan", plan.name.as_str().into())]),
        action: own.clone().unwrap_or_else(|| format!("{back}/notify")),
        rows: draft
            .rows
            .iter()
            .enumerate()
            .map(|(index, row)| view(visit, index, row, wrong, index + 1 == draft.rows.len()))
            .collect(),
        may_add: draft.rows.len() < MAX_TARGETS,
        fires_count: text.with("notify-at-count", [("count", fires.len().into())]),
        fires,
        amiss,
        has_webhooks: !visit.tenant.routes.is_empty() || !webhooks.is_empty(),
        many: visit.tenant.routes.len() > MANY,
        find: draft.find.clone(),
        webhooks,
        more,
        webhooks_wrong: match wrong.webhooks {
            true => text.t("notify-wrong-webhooks"),
            false => String::new(),
        },
        detail: wrong.detail.clone(),
        save: text.t(match former {
            None => "notify-create",
            Some(_) => "notify-save",
        }),
        remove: own.map(|own| format!("{own}/remove")),
        back,
    })
}

fn view(visit: &Visit<Edit>, index: usize, row: &Row, wrong: &Wrong, last: bool) -> RowView {
    let text = visit.text();
    let number = index + 1;
    let said = |part: Part| {
        let faults = wrong.rows.iter();
        let of_field = faults.filter(|fault| fault.row == index && fault.part == part);
        of_field
            .map(|fault| fault.said.clone())
            .collect::<Vec<String>>()
            .join(" ")
    };
    let list: Vec<&str> = row.list.split_whitespace().collect();
    RowView {
        number,
        title: text.with("notify-row", [("number", number.into())]),
        remove: text.with("notify-row-remove", [("number", number.into())]),
        from: row.from.clone(),
        to: row.to.clone(),
        step: row.step.clone(),
        list: row.list.clone(),
        list_words: text.with("notify-list-row", [("list", list.join(", ").into())]),
        from_wrong: said(Part::From),
        to_wrong: said(Part::To),
        step_wrong: said(Part::Step),
        fresh: wrong.fresh && last,
    }
}

/// The webhooks to choose from: those that are chosen, then those that are searched for; and whether
/// there are more.
fn webhooks(
    state: &AppState,
    visit: &Visit<Edit>,
    draft: &Draft,
) -> Result<(Vec<Choice>, bool), Refusal> {
    let text = visit.text();
    let choice = |route: &Route, checked| {
        let webhook = &route.webhook;
        let settings = &webhook.settings;
        Choice {
            value: webhook.id.to_string(),
            label: name_of(&settings.name, &settings.url),
            hint: match webhook.disabled {
                Some(_) => format!("{} · {}", settings.url, text.t("status-disabled")),
                None => settings.url.clone(),
            }
            .into(),
            checked,
        }
    };
    let mut choices: Vec<Choice> = draft
        .webhooks
        .iter()
        .map(|id| match visit.tenant.route(*id) {
            Some(route) => choice(route, true),
            None => Choice {
                value: id.to_string(),
                label: text.t("notify-webhook-gone"),
                hint: id.to_string().into(),
                checked: true,
            },
        })
        .collect();
    let filter = WebhookFilter {
        q: (!draft.find.is_empty()).then(|| draft.find.clone()),
        enabled: None,
    };
    let limit = SHOWN + draft.webhooks.len();
    let found = state
        .service
        .webhooks(visit.slug(), visit.access(), &filter, None, limit)
        .map_err(|error| visit.refuse(error))?;
    choices.extend(
        found
            .items
            .iter()
            .filter(|route| !draft.webhooks.contains(&route.webhook.id))
            .map(|route| choice(route, false)),
    );
    Ok((choices, found.next.is_some()))
}
