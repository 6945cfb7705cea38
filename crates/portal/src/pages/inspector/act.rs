//! What a button does to an inspector: name and answer, what arrived is removed, all of it is removed.

use axum::{extract::State, response::Response};
use bellwire_core::{
    inspector::Inspector,
    say,
    service::{Error, FieldError, InspectorPatch},
};
use bellwire_web::{AppState, auth::Edit, problem::Problem};
use http::StatusCode;

use super::{found, name, path, show};
use crate::{
    html,
    navigation::Place,
    pages::ask::AskPage,
    refusal::Refusal,
    visit::{Sent, Visit},
};

pub(super) async fn save(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    let inspector = found(&state, &visit).await?;
    let status = form.text("status").parse().ok();
    let delay_s: Option<u8> = form.text("delay_s").trim().parse().ok();
    let patch = InspectorPatch {
        name: Some(form.text("name").to_owned()),
        status,
        delay_s,
    };
    let changed = match delay_s {
        Some(_) => {
            state
                .service
                .change_inspector(
                    visit.slug(),
                    inspector.id,
                    patch,
                    visit.access(),
                    visit.by(),
                )
                .await
        }
        None => Err(Error::Invalid(vec![FieldError::new(
            "answer.delay_s",
            say!(
                "form-seconds",
                "a whole number of seconds is expected, from 0 to 10"
            ),
        )])),
    };
    match changed {
        Ok(_) => {
            let path = path(&visit, &inspector);
            Ok(html::see(&format!("{path}?done=saved")))
        }
        Err(Error::Invalid(errors)) => {
            let mut shown = show::gather(&state, &visit, &inspector).await?;
            // What was typed stays.
            form.text("name").clone_into(&mut shown.name);
            form.text("delay_s").clone_into(&mut shown.delay_s);
            for choice in &mut shown.statuses {
                choice.checked = choice.value == form.text("status");
            }
            shown.wrong(&errors);
            Ok(html::page(
                &shown,
                StatusCode::UNPROCESSABLE_ENTITY,
                &shown.page.embedding,
            ))
        }
        Err(error) => Err(visit.refuse(Problem::from(error))),
    }
}

fn ask(visit: &Visit<Edit>, inspector: &Inspector, what: &str) -> AskPage {
    let page = visit.page().at(Place::Inspector);
    let path = path(visit, inspector);
    let (title, said, confirm) = match what {
        "clear" => (
            "inspector-clear-title",
            "inspector-clear-lead",
            "inspector-clear",
        ),
        _ => (
            "inspector-remove-title",
            "inspector-remove-lead",
            "action-remove",
        ),
    };
    let name = name(&page.text, inspector);
    AskPage {
        action: format!("{path}/{what}"),
        said: page.text.with(said, [("name", name.into())]),
        wrong: None,
        choice: None,
        danger: true,
        confirm: page.t(confirm),
        back: path,
        page: page.clone().titled(page.t(title)),
    }
}

pub(super) async fn ask_clear(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    let asked = ask(&visit, &found(&state, &visit).await?, "clear");
    Ok(html::page(&asked, StatusCode::OK, &asked.page.embedding))
}

pub(super) async fn clear(
    State(state): State<AppState>,
    Sent { visit, .. }: Sent,
) -> Result<Response, Refusal> {
    let inspector = found(&state, &visit).await?;
    let cleared = state.service.clear_inspected(&inspector, visit.by()).await;
    cleared.map_err(|error| visit.refuse(Problem::from(error)))?;
    let path = path(&visit, &inspector);
    Ok(html::see(&format!("{path}?done=cleared")))
}

pub(super) async fn ask_remove(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    let asked = ask(&visit, &found(&state, &visit).await?, "remove");
    Ok(html::page(&asked, StatusCode::OK, &asked.page.embedding))
}

pub(super) async fn remove(
    State(state): State<AppState>,
    Sent { visit, .. }: Sent,
) -> Result<Response, Refusal> {
    let inspector = found(&state, &visit).await?;
    let service = &state.service;
    let removed = service.delete_inspector(visit.slug(), inspector.id, visit.access(), visit.by());
    let removed = removed.await;
    removed.map_err(|error| visit.refuse(Problem::from(error)))?;
    let list = format!("/portal/{}/inspector?done=removed", visit.slug());
    Ok(html::see(&list))
}
