//! The pages of [`bellwire_web::pages`] in this design and in the reader's language: the first
//! operator, a password by a link, and what is said when a link or an identity provider leads nowhere.
//! What they do stays there; only what is shown is laid out again here.

use askama::Template;
use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use bellwire_web::{
    AppState,
    pages::told::{self, Told},
    problem::Problem,
};
use http::header;

use crate::{
    frame::{Link, Page},
    html::{self, Embedding},
    look::Look,
    pages::{note::Fault, settings::field::Field, sign_in::ToldPage},
    refusal::Refusal,
    spoken::Spoken,
};

/// A form that stands alone, and posts to where it is.
#[derive(Template)]
#[template(path = "alone-form.html")]
pub(crate) struct AloneForm {
    pub(crate) page: Page,
    pub(crate) said: String,
    /// What password managers keep the password for.
    pub(crate) email: Option<String>,
    pub(crate) wrong: Option<Spoken>,
    pub(crate) fields: Vec<Field>,
    pub(crate) confirm: String,
}

/// The routes of these pages.
pub(crate) fn router() -> Router<AppState> {
    bellwire_web::pages::router().layer(middleware::from_fn(dress))
}

async fn dress(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let look = Look::of(&parts);
    let mut plain = next.run(Request::from_parts(parts, body)).await;
    let Some(told::Page { told, anybody }) = plain.extensions_mut().remove() else {
        return plain;
    };
    let mut page = Page::alone(&look, look.language(None));
    // A page that was posted is no page to come back to with another language.
    if anybody {
        page.embedding = Embedding::Anybody;
    }
    let mut dressed = lay_out(page, &told, plain.status());
    for name in [header::SET_COOKIE, header::RETRY_AFTER, header::ALLOW] {
        for value in plain.headers().get_all(&name) {
            dressed.headers_mut().append(name.clone(), value.clone());
        }
    }
    dressed
}

fn lay_out(page: Page, told: &Told, status: http::StatusCode) -> Response {
    let embedding = page.embedding.clone();
    let on = |page: &Page| {
        Some(Link {
            label: page.t("setup-on"),
            href: "/".to_owned(),
            current: false,
        })
    };
    match told {
        Told::Refused { problem, again } => {
            Refusal::beginning_again(page, problem.clone(), *again).into_response()
        }
        Told::SetUp {
            email,
            name,
            problem,
        } => {
            let faults = faults(&page, problem.as_ref());
            let form = AloneForm {
                said: page.t("setup-lead"),
                email: None,
                wrong: wrong(&page, problem.as_ref()),
                fields: vec![
                    Field::line("email", page.t("sign-in-email"), email)
                        .of_kind("email", "username")
                        .required()
                        .told(&faults),
                    Field::line("name", page.t("member-name"), name)
                        .of_kind("text", "name")
                        .required()
                        .told(&faults),
                    password(&page, "sign-in-password").told(&faults),
                ],
                confirm: page.t("setup-confirm"),
                page: page.clone().titled(page.t("setup-title")),
            };
            html::page(&form, status, &embedding)
        }
        Told::ChoosePassword { email, problem } => {
            let form = AloneForm {
                said: page
                    .text
                    .with("password-lead", [("email", email.as_str().into())]),
                email: Some(email.clone()),
                wrong: wrong(&page, problem.as_ref()),
                fields: vec![
                    password(&page, "account-password-new").told(&faults(&page, problem.as_ref())),
                ],
                confirm: page.t("password-confirm"),
                page: page.clone().titled(page.t("password-title")),
            };
            html::page(&form, status, &embedding)
        }
        Told::IsSetUp { name } => {
            let shown = ToldPage {
                said: page
                    .text
                    .with("setup-done-lead", [("name", name.as_str().into())]),
                on: on(&page),
                page: page.clone().titled(page.t("setup-done")),
            };
            html::page(&shown, status, &embedding)
        }
        Told::PasswordIsSet { name } => {
            let shown = ToldPage {
                said: page
                    .text
                    .with("password-done-lead", [("name", name.as_str().into())]),
                on: on(&page),
                page: page.clone().titled(page.t("password-done")),
            };
            html::page(&shown, status, &embedding)
        }
    }
}

fn password(page: &Page, label: &str) -> Field {
    Field::line("password", page.t(label), "")
        .of_kind("password", "new-password")
        .hint(page.t("account-password-rule"))
        .required()
}

fn faults(page: &Page, problem: Option<&Problem>) -> Vec<Fault> {
    let errors = problem.into_iter().flat_map(|problem| &problem.errors);
    errors
        .map(|error| Fault::new(&error.field, page.text.said(&error.message)))
        .collect()
}

/// What is wrong, where no field is to blame.
fn wrong(page: &Page, problem: Option<&Problem>) -> Option<Spoken> {
    problem
        .filter(|problem| problem.errors.is_empty())
        .map(|problem| page.text.said(&problem.detail))
}
