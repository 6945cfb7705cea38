//! A button of the dialog was pressed: another row, one less, or the notification is stored (APG-20 to
//! APG-22). Deleting asks first.

use axum::{extract::State, response::Response};
use bellwire_core::{
    service::{ConditionPatch, Error, NewCondition},
    usage::{Condition, RatePlan},
};
use bellwire_web::{AppState, auth::Edit, problem::Problem};
use http::{HeaderName, HeaderValue, StatusCode};

use super::{
    draft::{Asked, Draft},
    form::{Wrong, answer, published, stored},
};
use crate::{
    html,
    navigation::Place,
    pages::{ask::AskPage, rate_plans},
    refusal::Refusal,
    visit::{Sent, Visit},
};

/// On to the plan's page; also out of a dialog, where only a part of the page was asked for.
fn done(visit: &Visit<Edit>, plan: &RatePlan, what: &str) -> Response {
    let path = rate_plans::path(visit.slug(), &plan.id);
    let to = format!("{path}?done={what}");
    match (visit.look.part, HeaderValue::from_str(&to)) {
        (true, Ok(value)) => html::with(
            axum::response::IntoResponse::into_response(StatusCode::NO_CONTENT),
            HeaderName::from_static("hx-redirect"),
            value,
        ),
        _ => html::see(&to),
    }
}

/// What the rules say against what was to be stored; a page of its own for what no form can mend.
fn refused(visit: &Visit<Edit>, error: Error) -> Result<Wrong, Refusal> {
    let said = match error {
        Error::Invalid(errors) => errors
            .iter()
            .map(|error| visit.text().said(&error.message))
            .collect(),
        Error::Conflict { .. } => visit.text().said(&Problem::from(error).detail),
        error => return Err(visit.refuse(error)),
    };
    Ok(Wrong {
        detail: Some(said),
        ..Wrong::default()
    })
}

/// What was sent, when it is to be stored; otherwise the dialog as it is now.
fn wanted(visit: &Visit<Edit>, draft: &Draft) -> Result<NewCondition, Wrong> {
    let (targets, rows) = draft.targets(visit.text());
    let webhooks = draft.webhooks.is_empty();
    match rows.is_empty() && !webhooks {
        true => Ok(NewCondition {
            rate_plan: String::new(),
            targets,
            webhooks: draft.webhooks.clone(),
        }),
        false => Err(Wrong {
            rows,
            webhooks,
            ..Wrong::default()
        }),
    }
}

/// `POST …/rate-plans/{id}/notify`
pub(super) async fn create(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    let plan = published(&state, &visit).await?;
    let asked = Asked::of(&form);
    let draft = Draft::sent(&form).after(asked);
    if asked != Asked::Save {
        let wrong = Wrong {
            fresh: asked == Asked::Add,
            ..Wrong::default()
        };
        return answer(&state, &visit, &plan, None, &draft, &wrong);
    }
    let new = match wanted(&visit, &draft) {
        Ok(new) => NewCondition {
            rate_plan: plan.id.clone(),
            ..new
        },
        Err(wrong) => return answer(&state, &visit, &plan, None, &draft, &wrong),
    };
    let made = state
        .service
        .create_condition(visit.slug(), new, visit.by())
        .await;
    match made {
        Ok(_) => Ok(done(&visit, &plan, "notified")),
        Err(error) => {
            let wrong = refused(&visit, error)?;
            answer(&state, &visit, &plan, None, &draft, &wrong)
        }
    }
}

/// `POST …/notifications/{id}`
pub(super) async fn update(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    let (condition, plan) = stored(&state, &visit).await?;
    let former = Some(condition.id);
    let asked = Asked::of(&form);
    let draft = Draft::sent(&form).after(asked);
    if asked != Asked::Save {
        let wrong = Wrong {
            fresh: asked == Asked::Add,
            ..Wrong::default()
        };
        return answer(&state, &visit, &plan, former, &draft, &wrong);
    }
    let patch = match wanted(&visit, &draft) {
        Ok(new) => ConditionPatch {
            targets: Some(new.targets),
            webhooks: Some(new.webhooks),
        },
        Err(wrong) => return answer(&state, &visit, &plan, former, &draft, &wrong),
    };
    let saved = state
        .service
        .update_condition(visit.slug(), condition.id, patch, visit.by())
        .await;
    match saved {
        Ok(_) => Ok(done(&visit, &plan, "notification-saved")),
        Err(error) => {
            let wrong = refused(&visit, error)?;
            answer(&state, &visit, &plan, former, &draft, &wrong)
        }
    }
}

fn remove_page(visit: &Visit<Edit>, condition: &Condition, plan: &RatePlan) -> AskPage {
    let page = visit.page().at(Place::RatePlans);
    let targets: Vec<String> = condition
        .targets
        .iter()
        .map(|target| super::words(&page.text, target))
        .collect();
    AskPage {
        action: format!("{}/remove", super::path(visit.slug(), condition.id)),
        said: page.text.with(
            "notify-delete-lead",
            [
                ("plan", plan.name.as_str().into()),
                ("targets", targets.join(", ").into()),
            ],
        ),
        wrong: None,
        choice: None,
        danger: true,
        confirm: page.t("notify-delete"),
        back: rate_plans::path(visit.slug(), &plan.id),
        page: page.clone().titled(page.t("notify-delete-title")),
    }
}

/// `GET …/notifications/{id}/remove`
pub(super) async fn ask_remove(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    let (condition, plan) = stored(&state, &visit).await?;
    let asked = remove_page(&visit, &condition, &plan);
    Ok(html::page(&asked, StatusCode::OK, &asked.page.embedding))
}

/// `POST …/notifications/{id}/remove`
pub(super) async fn remove(
    State(state): State<AppState>,
    Sent { visit, .. }: Sent,
) -> Result<Response, Refusal> {
    let (condition, plan) = stored(&state, &visit).await?;
    state
        .service
        .delete_condition(visit.slug(), condition.id, visit.by())
        .await
        .map_err(|error| visit.refuse(error))?;
    Ok(done(&visit, &plan, "notification-removed"))
}
