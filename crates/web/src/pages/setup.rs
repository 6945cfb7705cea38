//! `/setup/{link}`: the first operator.

use axum::extract::{Path, State};
use http::header;

use super::{
    form::Form,
    html::{Field, Page, sentence, text},
    told::Told,
};
use crate::{
    AppState,
    auth::{Asking, cross_site::SameSite},
    problem::{Code, Problem},
};

/// The form.
pub(super) async fn show(
    State(state): State<AppState>,
    Path(link): Path<String>,
) -> Result<Page, Page> {
    let works = state.service.setup_link_works(&link).await;
    works.map_err(|error| Page::problem(&error.into()))?;
    Ok(form("", "", None))
}

/// The form was filled in.
pub(super) async fn submit(
    State(state): State<AppState>,
    same_site: Result<SameSite, Problem>,
    Asking(caller): Asking,
    Path(link): Path<String>,
    sent: Result<Form, Problem>,
) -> Result<Page, Page> {
    same_site.map_err(|problem| Page::problem(&problem))?;
    let sent = sent.map_err(|problem| Page::problem(&problem))?;
    let (email, name) = (sent.text("email"), sent.text("name"));
    let made = state
        .service
        .set_up(&link, email, name, sent.text("password"), &caller)
        .await;
    match made.map_err(Problem::from) {
        Ok(signed_in) => {
            let content = format!(
                "<p>You are <strong>{}</strong>, the first operator, and signed in on this \
                 browser.</p>\n<p>The API takes your e-mail address and password too. Make users \
                 for the others with <code>bellwire user create</code>.</p>",
                text(&signed_in.principal.actor.name)
            );
            let name = signed_in.principal.actor.name.clone();
            Ok(Page::new("Bellwire is set up", content)
                .told(Told::IsSetUp { name })
                .with(header::SET_COOKIE, state.session_cookie(&signed_in)))
        }
        Err(problem) if can_be_mended(&problem) => Err(form(email, name, Some(&problem))),
        Err(problem) => Err(Page::problem(&problem)),
    }
}

/// Whether the same form can be sent again, with other text in it or later.
pub(super) const fn can_be_mended(problem: &Problem) -> bool {
    matches!(
        problem.code,
        Code::InvalidRequest | Code::EmailTaken | Code::Busy | Code::Unavailable
    )
}

fn form(email: &str, name: &str, problem: Option<&Problem>) -> Page {
    let fields = [
        Field {
            name: "email",
            label: "E-mail address",
            kind: "email",
            autocomplete: "username",
            value: email,
            hint: "",
        },
        Field {
            name: "name",
            label: "Name",
            kind: "text",
            autocomplete: "name",
            value: name,
            hint: "",
        },
        Field {
            name: "password",
            label: "Password",
            kind: "password",
            autocomplete: "new-password",
            value: "",
            hint: "At least 10 characters. A few uncommon words are long and easy to keep in mind.",
        },
    ];
    let fields: String = fields.iter().map(|field| field.html(problem)).collect();
    let content = format!(
        "<p>Make the first operator: somebody who may do everything.</p>\n{}<form \
         method=\"post\">\n{fields}<button>Make the operator</button>\n</form>",
        about(problem)
    );
    let page = Page::new("Set up Bellwire", content).told(Told::SetUp {
        email: email.to_owned(),
        name: name.to_owned(),
        problem: problem.cloned(),
    });
    mended(page, problem)
}

/// What is wrong, where no field is to blame.
pub(super) fn about(problem: Option<&Problem>) -> String {
    match problem {
        Some(problem) if problem.errors.is_empty() => {
            format!(
                "<p class=\"wrong\">{}</p>\n",
                text(&sentence(&problem.detail))
            )
        }
        _ => String::new(),
    }
}

/// A form that is shown again says so by its status.
pub(super) fn mended(page: Page, problem: Option<&Problem>) -> Page {
    match problem {
        None => page,
        Some(problem) => {
            let page = page.status(problem.code.status());
            match problem.retry_after_s {
                Some(seconds) => page.with(header::RETRY_AFTER, seconds.into()),
                None => page,
            }
        }
    }
}
