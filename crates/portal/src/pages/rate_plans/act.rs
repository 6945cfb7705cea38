//! What a button does to a rate plan: publish it, make it a draft, delete it. Deleting asks first.

use axum::{extract::State, response::Response};
use bellwire_core::{
    service::{Error, RatePlanPatch},
    usage::RatePlan,
};
use bellwire_web::{AppState, auth::Edit};
use http::StatusCode;

use super::{path, plan_of};
use crate::{
    html,
    navigation::Place,
    pages::{ask::AskPage, whole::whole},
    refusal::Refusal,
    visit::{Sent, Visit},
};

/// `POST …/published`
pub(super) async fn publish(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    whole(&visit)?;
    let published = form.checked("published");
    let patch = RatePlanPatch {
        published: Some(published),
        ..RatePlanPatch::default()
    };
    state
        .service
        .update_rate_plan(visit.slug(), &visit.id, patch, visit.by())
        .await
        .map_err(|error| visit.refuse(error))?;
    let done = if published { "published" } else { "draft" };
    let path = path(visit.slug(), &visit.id);
    Ok(html::see(&format!("{path}?done={done}")))
}

fn remove_page(visit: &Visit<Edit>, plan: &RatePlan) -> AskPage {
    let page = visit.page().at(Place::RatePlans);
    let path = path(visit.slug(), &plan.id);
    let name = plan.name.as_str();
    AskPage {
        action: format!("{path}/remove"),
        said: page.text.with("plan-remove-lead", [("name", name.into())]),
        wrong: None,
        choice: None,
        danger: true,
        confirm: page.t("plan-delete"),
        back: path,
        page: page.clone().titled(page.t("plan-remove-title")),
    }
}

pub(super) async fn ask_remove(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    whole(&visit)?;
    let plan = plan_of(&state, &visit).await?;
    let asked = remove_page(&visit, &plan.document);
    Ok(html::page(&asked, StatusCode::OK, &asked.page.embedding))
}

pub(super) async fn remove(
    State(state): State<AppState>,
    Sent { visit, .. }: Sent,
) -> Result<Response, Refusal> {
    whole(&visit)?;
    let plan = plan_of(&state, &visit).await?;
    let removed = state
        .service
        .delete_rate_plan(visit.slug(), &visit.id, visit.by())
        .await;
    match removed {
        Ok(()) => Ok(html::see(&format!(
            "/portal/{}/rate-plans?done=removed",
            visit.slug()
        ))),
        Err(Error::Conflict { .. }) => {
            let mut asked = remove_page(&visit, &plan.document);
            asked.wrong = Some(asked.page.t("plan-in-use"));
            Ok(html::page(
                &asked,
                StatusCode::CONFLICT,
                &asked.page.embedding,
            ))
        }
        Err(error) => Err(visit.refuse(error)),
    }
}
