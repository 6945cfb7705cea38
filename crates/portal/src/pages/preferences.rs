//! `/preferences`: the language, light or dark. Kept in cookies of this browser.

use axum::{extract::State, response::Response};
use bellwire_web::{AppState, auth::cross_site::SameSite, problem::Problem, stays_here};
use http::header;

use crate::{
    form::Form,
    frame::Page,
    html,
    language::Language,
    look::{LANGUAGE_COOKIE, Look, THEME_COOKIE, Theme, keep},
    refusal::Refusal,
};

pub(crate) async fn submit(
    State(state): State<AppState>,
    look: Look,
    same_site: Result<SameSite, Problem>,
    form: Result<Form, Problem>,
) -> Result<Response, Refusal> {
    let refuse = |problem| Refusal::new(Page::alone(&look, look.language(None)), problem);
    same_site.map_err(refuse)?;
    let form = form.map_err(refuse)?;
    let back = form.text("return_to");
    let mut response = html::see(if stays_here(back) { back } else { "/" });
    let origin = &state.options.origin;
    if let Some(language) = Language::of_tag(form.text("language")) {
        let cookie = keep(LANGUAGE_COOKIE, language.tag(), origin);
        response = html::with(response, header::SET_COOKIE, cookie);
    }
    if let Some(theme) = Theme::parse(form.text("theme")) {
        let cookie = keep(THEME_COOKIE, theme.as_str(), origin);
        response = html::with(response, header::SET_COOKIE, cookie);
    }
    Ok(response)
}
