//! A refusal as a page: what went wrong in the reader's language, the particulars as the rules tell
//! them, and a way on.

use askama::Template;
use axum::response::{IntoResponse, Response};
use bellwire_core::say;
use bellwire_web::problem::{Code, Problem};
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::{
    frame::Page,
    html::{self, Embedding},
    look::Look,
    spoken::Spoken,
};

/// A refusal, or another answer in place of a page.
#[derive(Debug)]
pub(crate) struct Refusal(Kind);

#[derive(Debug)]
enum Kind {
    /// Shown.
    Shown(Box<(Page, Problem, Option<&'static str>)>),
    /// Has to sign in first, and comes back here.
    SignIn(String, bool),
}

#[derive(Template)]
#[template(path = "refusal.html")]
pub(crate) struct RefusalPage {
    pub(crate) page: Page,
    pub(crate) detail: Spoken,
    pub(crate) sign_in: Option<String>,
}

impl Refusal {
    /// Shown on this page.
    pub(crate) fn new(page: Page, problem: impl Into<Problem>) -> Self {
        Self(Kind::Shown(Box::new((page, problem.into(), None))))
    }

    /// The same, with where to begin again.
    pub(crate) fn beginning_again(
        page: Page,
        problem: Problem,
        again: Option<&'static str>,
    ) -> Self {
        Self(Kind::Shown(Box::new((page, problem, again))))
    }

    /// Shown before anything is known of who asks. There is nothing to click on, so it can be read
    /// where the portal would have been embedded.
    pub(crate) fn alone(look: &Look, problem: impl Into<Problem>) -> Self {
        let mut page = Page::alone(look, look.language(None));
        if look.framed {
            page.embedding = Embedding::Anybody;
        }
        Self::new(page, problem)
    }

    /// Nobody is signed in: goes to where one signs in, and back. Within a page of somebody else's
    /// nobody signs in; what to do there is told.
    pub(crate) fn sign_in(look: &Look, is_safe: bool) -> Self {
        if look.framed {
            let problem = Problem::new(
                Code::Unauthenticated,
                say!(
                    "page-signed-out",
                    "You are not signed in here, or were for long enough. Go back to where you \
                     came from and open the portal again."
                ),
            );
            let mut page = Page::alone(look, look.language(None));
            page.embedding = Embedding::Anybody;
            return Self::new(page, problem);
        }
        let to = match is_safe {
            true => format!("/sign-in?return_to={}", html::encoded(&look.here)),
            false => "/sign-in".to_owned(),
        };
        Self(Kind::SignIn(to, look.part))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (mut page, problem, again) = match self.0 {
            Kind::SignIn(to, true) => {
                // A part of a page cannot go elsewhere; all of it can.
                let value = HeaderValue::from_str(&to)
                    .unwrap_or_else(|_| HeaderValue::from_static("/sign-in"));
                let name = HeaderName::from_static("hx-redirect");
                return (StatusCode::UNAUTHORIZED, [(name, value)]).into_response();
            }
            Kind::SignIn(to, false) => return html::see(&to),
            Kind::Shown(shown) => *shown,
        };
        let embedding = page.embedding.clone();
        page.title = page.t(title(problem.code));
        let sign_in = (problem.code == Code::Unauthenticated && embedding == Embedding::Nobody)
            .then_some("/sign-in");
        let shown = RefusalPage {
            detail: page.text.said(&problem.detail),
            page,
            sign_in: again.or(sign_in).map(str::to_owned),
        };
        let mut response = html::page(&shown, problem.code.status(), &embedding);
        // A whole page does not go where a part was: that is left as it is, and told.
        let headers = response.headers_mut();
        headers.insert("hx-reswap", HeaderValue::from_static("none"));
        headers.insert("hx-trigger", HeaderValue::from_static("refused"));
        if let Some(seconds) = problem.retry_after_s {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The message of what went wrong.
fn title(code: Code) -> &'static str {
    match code {
        Code::ProviderUnavailable => return "error-no-sign-in",
        Code::SignInExpired | Code::SignInRefused => return "error-not-signed-in",
        _ => {}
    }
    match code.status() {
        StatusCode::NOT_FOUND => "error-not-found",
        StatusCode::UNAUTHORIZED => "error-signed-out",
        StatusCode::FORBIDDEN => "error-forbidden",
        StatusCode::CONFLICT => "error-conflict",
        StatusCode::GONE => "error-gone",
        StatusCode::TOO_MANY_REQUESTS => "error-too-many",
        status if status.is_server_error() => "error-ours",
        _ => "error-request",
    }
}
