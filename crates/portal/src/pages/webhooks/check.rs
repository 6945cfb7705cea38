//! `POST /portal/{org}/webhooks/check`: what the rules say of a field while it is being filled in.
//! Nothing is stored.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    said::Said,
    say,
    service::{Error, FieldError},
};
use bellwire_web::AppState;
use http::StatusCode;

use super::draft::Draft;
use crate::{
    html,
    pages::note::{Fault, Note},
    refusal::Refusal,
    visit::Sent,
};

#[derive(Template)]
#[template(path = "webhooks/checked.html")]
pub(crate) struct CheckedPart {
    pub(crate) note: Note,
}

pub(super) async fn submit(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    let (wanted, _) = Draft::sent(&form).wanted(None);
    let field = match form.text("field") {
        "url" => "url",
        _ => "name",
    };
    let url = wanted.url.clone();
    let errors: Vec<FieldError> = match state
        .service
        .check_webhook(visit.slug(), wanted.new_webhook())
    {
        Ok(()) => Vec::new(),
        Err(Error::Invalid(errors)) => errors,
        Err(error) => return Err(visit.refuse(error)),
    };
    let text = visit.text();
    let mut note = Note::of(field, &Fault::all(text, &errors));
    if !note.wrong && field == "url" {
        // A name can be there tomorrow, and a network be allowed: it is told, and can be saved.
        (note.kind, note.said) = match state.service.refused_by_guard(&url).await {
            Some(why) => ("warn", text.said(&barred(why))),
            None if url.starts_with("http://") => ("right", text.t("form-url-plain").into()),
            None => ("right", text.t("form-url-right").into()),
        };
    }
    let embedding = visit.page().embedding;
    Ok(html::page(
        &CheckedPart { note },
        StatusCode::OK,
        &embedding,
    ))
}

fn barred(why: Said) -> Said {
    say!(
        "form-url-barred",
        "nothing would arrive there now: {why}",
        why
    )
}
