//! My password: the one that holds is asked for, and every other session ends.

use axum::{extract::State, response::Response};
use bellwire_web::auth::{Asking, Read};
use http::header;

use super::{
    Server, Tab, Wrong,
    account::{lay_out, user},
    at, done,
    field::Field,
    form::SettingsForm,
};
use crate::{
    frame::Page,
    html,
    refusal::Refusal,
    visit::{Sent, Visit},
};

/// The form.
pub(super) fn form(visit: &Visit, page: &Page, wrong: &Wrong) -> SettingsForm {
    let fields = vec![
        Field::line("current_password", page.t("account-password-now"), "")
            .of_kind("password", "current-password")
            .required(),
        Field::line("new_password", page.t("account-password-new"), "")
            .of_kind("password", "new-password")
            .hint(page.t("account-password-rule"))
            .required(),
    ];
    let action = format!("{}/password#password-part", at(visit, Tab::Account));
    SettingsForm::new(action, page.t("account-password"), fields, wrong)
}

/// The form was filled in.
pub(super) async fn change(
    State(state): Server,
    Asking(caller): Asking,
    Sent { visit, form }: Sent<Read>,
) -> Result<Response, Refusal> {
    let user = user(&visit)?;
    let (current, new) = (form.text("current_password"), form.text("new_password"));
    let changed = state
        .service
        .change_password(&visit.principal, current, new, &caller)
        .await;
    match changed {
        Ok(session) => {
            let response = done(&visit, Tab::Account, "password");
            Ok(match session {
                Some(session) => {
                    let cookie = state.session_cookie(&session);
                    html::with(response, header::SET_COOKIE, cookie)
                }
                None => response,
            })
        }
        Err(error) => {
            let wrong = Wrong::of(&visit, error)?;
            let language = user.language.clone().unwrap_or_default();
            let as_is = (user.name.as_str(), language.as_str());
            lay_out(&state, &visit, as_is, &Wrong::nothing(), &wrong).await
        }
    }
}
