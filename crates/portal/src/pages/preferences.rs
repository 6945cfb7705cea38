//! `/preferences`: the language, light or dark; `/look-as`: as whom of two one looks at pages. Kept in
//! cookies of this browser.

use axum::{extract::State, response::Response};
use bellwire_core::say;
use bellwire_web::{
    AppState,
    auth::{
        Sessions,
        cross_site::{self, SameSite},
    },
    problem::{Code, Problem},
    stays_here,
};
use http::header;

use crate::{
    form::Form,
    html,
    language::Language,
    look::{LANGUAGE_COOKIE, Look, THEME_COOKIE, Theme, keep},
    pack::unmasked,
    preferred,
    refusal::Refusal,
};

pub(crate) async fn submit(
    State(state): State<AppState>,
    look: Look,
    same_site: Result<SameSite, Problem>,
    form: Result<Form, Problem>,
) -> Result<Response, Refusal> {
    let refuse = |problem| Refusal::alone(&look, problem);
    same_site.map_err(refuse)?;
    let form = form.map_err(refuse)?;
    let back = form.text("return_to");
    let mut response = html::see(if stays_here(back) { back } else { "/" });
    let origin = &state.options.origin;
    if let Some(language) = Language::of_tag(form.text("language")) {
        let cookie = keep(LANGUAGE_COOKIE, language.tag(), origin, look.framed);
        response = html::with(response, header::SET_COOKIE, cookie);
    }
    if let Some(theme) = Theme::parse(form.text("theme")) {
        let cookie = keep(THEME_COOKIE, theme.as_str(), origin, look.framed);
        response = html::with(response, header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The other one of the two who are signed in here is who looks at pages from now on.
pub(crate) async fn look_as(
    State(state): State<AppState>,
    look: Look,
    same_site: Result<SameSite, Problem>,
    sessions: Result<Sessions, Problem>,
    form: Result<Form, Problem>,
) -> Result<Response, Refusal> {
    let refuse = |problem| Refusal::alone(&look, problem);
    same_site.map_err(refuse)?;
    let Sessions(mut here) = sessions.map_err(refuse)?;
    let form = form.map_err(refuse)?;
    let shown = unmasked(form.text("csrf"));
    let index = cross_site::of_token(&here, &shown).ok_or_else(|| {
        refuse(Problem::new(
            Code::Csrf,
            say!(
                "page-change-again",
                "Open the page again, and change from there."
            ),
        ))
    })?;
    let now = here.swap_remove(index);
    let back = form.text("return_to");
    let response = html::see(if stays_here(back) { back } else { "/" });
    // Whom it would be changed to may have signed out meanwhile: then there is nobody to choose.
    Ok(match here.first() {
        Some(other) => {
            let which = preferred::over(other, &now);
            let origin = &state.options.origin;
            let cookie = keep(preferred::COOKIE, &which, origin, look.framed);
            html::with(response, header::SET_COOKIE, cookie)
        }
        None => response,
    })
}
