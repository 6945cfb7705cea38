//! `/sign-in` and `/sign-out`: e-mail address and password, or the identity provider where there is
//! one.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{say, service::Who};
use bellwire_web::{
    AppState,
    auth::{
        Asking, Sessions,
        cookie::{Kind, Names},
        cross_site::{self, SameSite},
    },
    problem::{Code, Problem},
    stays_here,
};
use http::{StatusCode, header};

use crate::{
    form::Form,
    frame::{Link, Page},
    html::{self, Embedding},
    look::Look,
    pack::unmasked,
    refusal::Refusal,
};

#[derive(Template)]
#[template(path = "sign-in.html")]
pub(crate) struct SignInPage {
    pub(crate) page: Page,
    pub(crate) wrong: Option<String>,
    pub(crate) provider: bool,
    pub(crate) email: String,
    pub(crate) return_to: String,
    pub(crate) return_to_encoded: String,
}

#[derive(Template)]
#[template(path = "told.html")]
pub(crate) struct ToldPage {
    pub(crate) page: Page,
    pub(crate) said: String,
    pub(crate) on: Option<Link>,
}

fn shown(state: &AppState, look: &Look, return_to: &str) -> SignInPage {
    let page = Page::alone(look, look.language(None));
    let return_to = match stays_here(return_to) {
        true => return_to,
        false => "/",
    };
    SignInPage {
        page: page.clone().titled(page.t("sign-in-title")),
        wrong: None,
        provider: state.service.has_identity_provider(),
        email: String::new(),
        return_to: return_to.to_owned(),
        return_to_encoded: html::encoded(return_to),
    }
}

/// The form.
pub(crate) async fn show(State(state): State<AppState>, look: Look, uri: http::Uri) -> Response {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let shown = shown(&state, &look, query.text("return_to"));
    html::page(&shown, StatusCode::OK, &Embedding::Nobody)
}

/// The form was filled in.
pub(crate) async fn submit(
    State(state): State<AppState>,
    look: Look,
    same_site: Result<SameSite, Problem>,
    Asking(caller): Asking,
    form: Result<Form, Problem>,
) -> Result<Response, Refusal> {
    let refuse = |problem| Refusal::new(Page::alone(&look, look.language(None)), problem);
    same_site.map_err(refuse)?;
    let form = form.map_err(refuse)?;
    let email = form.text("email").trim();
    let mut shown = shown(&state, &look, form.text("return_to"));
    match state
        .service
        .sign_in(email, form.text("password"), &caller)
        .await
    {
        Ok(signed_in) => Ok(html::with(
            html::see(&shown.return_to),
            header::SET_COOKIE,
            state.session_cookie(&signed_in),
        )),
        Err(error) => {
            let problem = Problem::from(error);
            let said = match problem.code {
                Code::Unauthenticated => shown.page.t("sign-in-wrong"),
                Code::TooManyTries | Code::Busy => shown.page.t("sign-in-too-many"),
                Code::Unavailable => shown.page.t("sign-in-unavailable"),
                _ => return Err(refuse(problem)),
            };
            shown.wrong = Some(said);
            shown.email = email.to_owned();
            // The browser's own language switch needs a page that can be got.
            shown.page.here = format!("/sign-in?return_to={}", shown.return_to_encoded);
            let mut response = html::page(&shown, problem.code.status(), &Embedding::Nobody);
            if let Some(seconds) = problem.retry_after_s {
                response = html::with(response, header::RETRY_AFTER, seconds.into());
            }
            Ok(response)
        }
    }
}

/// Ends the session that the form belongs to.
pub(crate) async fn sign_out(
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
    let index = cross_site::of_token(&here, &unmasked(form.text("csrf"))).ok_or_else(|| {
        refuse(Problem::new(
            Code::Csrf,
            say!(
                "page-sign-out-again",
                "Open the page again, and sign out from there."
            ),
        ))
    })?;
    let principal = here.swap_remove(index);
    let ended = state.service.sign_out(&principal).await;
    ended.map_err(|error| refuse(error.into()))?;
    let clear = |kind| Names::of(&state.options).clear(kind);
    let page = Page::alone(&look, look.language(None));
    let (embedding, kind, on) = match &principal.who {
        // A customer who came through a link has no password to come back with.
        Who::Portal { portal, .. } => (
            Embedding::Origins(portal.origins.clone()),
            Kind::Portal,
            None,
        ),
        Who::User { .. } | Who::Token(_) => {
            let on = Link {
                label: page.t("sign-in-again"),
                href: "/sign-in".to_owned(),
                current: false,
            };
            (Embedding::Nobody, Kind::User, Some(on))
        }
    };
    let told = ToldPage {
        said: page.t(match look.framed {
            true => "signed-out-framed",
            false => "signed-out-lead",
        }),
        page: page.clone().titled(page.t("signed-out")),
        on,
    };
    let response = html::page(&told, StatusCode::OK, &embedding);
    Ok(html::with(response, header::SET_COOKIE, clear(kind)))
}
