//! `/password/{link}`: somebody chooses a password.

use axum::extract::{Path, State};
use http::header;

use super::{
    form::Form,
    html::{Field, Page, text},
    setup::{about, can_be_mended, mended},
    told::Told,
};
use crate::{
    AppState,
    auth::{Asking, cross_site::SameSite},
    problem::Problem,
};

/// The form.
pub(super) async fn show(
    State(state): State<AppState>,
    Path(link): Path<String>,
) -> Result<Page, Page> {
    let user = state.service.user_of_password_link(&link).await;
    let user = user.map_err(|error| Page::problem(&error.into()))?;
    Ok(form(&user.email, None))
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
    let made = state
        .service
        .choose_password(&link, sent.text("password"), &caller)
        .await;
    match made.map_err(Problem::from) {
        Ok(signed_in) => {
            let content = format!(
                "<p>You are signed in as <strong>{}</strong> on this browser, and nowhere \
                 else.</p>",
                text(&signed_in.principal.actor.name)
            );
            let name = signed_in.principal.actor.name.clone();
            Ok(Page::new("Your password is set", content)
                .told(Told::PasswordIsSet { name })
                .with(header::SET_COOKIE, state.session_cookie(&signed_in)))
        }
        // What the browser sent as `email` is for password managers; it is only shown again.
        Err(problem) if can_be_mended(&problem) => Err(form(sent.text("email"), Some(&problem))),
        Err(problem) => Err(Page::problem(&problem)),
    }
}

fn form(email: &str, problem: Option<&Problem>) -> Page {
    let shown = text(email);
    let field = Field {
        name: "password",
        label: "New password",
        kind: "password",
        autocomplete: "new-password",
        value: "",
        hint: "At least 10 characters. A few uncommon words are long and easy to keep in mind.",
    };
    let content = format!(
        "<p>For <strong>{shown}</strong>.</p>\n{}<form method=\"post\">\n<input type=\"hidden\" \
         name=\"email\" autocomplete=\"username\" value=\"{shown}\">\n{}<button>Set the \
         password</button>\n</form>",
        about(problem),
        field.html(problem)
    );
    let page = Page::new("Choose a password", content).told(Told::ChoosePassword {
        email: email.to_owned(),
        problem: problem.cloned(),
    });
    mended(page, problem)
}
