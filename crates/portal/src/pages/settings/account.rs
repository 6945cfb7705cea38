//! My account: what I am called, my language, and where I am signed in. For everybody who is a user.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    ids::SessionId,
    service::UserPatch,
    time::Time,
    user::{Session, User},
};
use bellwire_web::{
    AppState,
    auth::{
        Read,
        cookie::{Kind, Names},
    },
};
use http::header;

use super::{
    AskPage, Server, Tab, Wrong, asked, at, done, field::Field, form::SettingsForm, framed,
    not_a_user, password,
};
use crate::{
    frame::{Link, Page},
    html,
    language::Language,
    look::{LANGUAGE_COOKIE, forget, keep},
    moment::Moment,
    navigation::Place,
    pages::shown::Choice,
    refusal::Refusal,
    visit::{Sent, Visit},
};

/// Sessions that are shown.
const MAX_SESSIONS: usize = 50;

#[derive(Template)]
#[template(path = "settings/account.html")]
pub(crate) struct AccountPage {
    pub(crate) page: Page,
    pub(crate) tabs: Vec<Link>,
    pub(crate) email: String,
    pub(crate) form: SettingsForm,
    /// None for those who sign in elsewhere and have no password.
    pub(crate) password: Option<SettingsForm>,
    pub(crate) sessions: Vec<Row>,
}

/// A browser that somebody is signed in on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) agent: String,
    pub(crate) address: String,
    pub(crate) since: Moment,
    pub(crate) seen: Moment,
    /// This one.
    pub(crate) here: bool,
    pub(crate) path: String,
}

/// The user whose account it is.
pub(super) fn user<R>(visit: &Visit<R>) -> Result<Arc<User>, Refusal> {
    let user = visit.principal.user().cloned();
    user.ok_or_else(|| not_a_user(visit))
}

pub(super) async fn show(State(state): Server, visit: Visit) -> Result<Response, Refusal> {
    let user = user(&visit)?;
    let language = user.language.clone().unwrap_or_default();
    let nothing = Wrong::nothing();
    lay_out(&state, &visit, (&user.name, &language), &nothing, &nothing).await
}

pub(super) async fn save(
    State(state): Server,
    Sent { visit, form }: Sent<Read>,
) -> Result<Response, Refusal> {
    let user = user(&visit)?;
    let (name, sent) = (form.text("name").trim(), form.text("language"));
    let language = Language::of_tag(sent);
    let patch = UserPatch {
        name: Some(name.to_owned()),
        language: Some(language.map(|language| language.tag().to_owned())),
        ..UserPatch::default()
    };
    match state.service.update_user(user.id, patch, visit.by()).await {
        Ok(_) => {
            // What was chosen in this browser would come before it.
            let origin = &state.options.origin;
            let cookie = match language {
                Some(language) => keep(LANGUAGE_COOKIE, language.tag(), origin, visit.look.framed),
                None => forget(LANGUAGE_COOKIE, origin, visit.look.framed),
            };
            let response = done(&visit, Tab::Account, "saved");
            Ok(html::with(response, header::SET_COOKIE, cookie))
        }
        Err(error) => {
            let wrong = Wrong::of(&visit, error)?;
            lay_out(&state, &visit, (name, sent), &wrong, &Wrong::nothing()).await
        }
    }
}

/// The page, with what is wrong with either of its forms.
pub(super) async fn lay_out(
    state: &AppState,
    visit: &Visit,
    (name, language): (&str, &str),
    wrong: &Wrong,
    wrong_password: &Wrong,
) -> Result<Response, Refusal> {
    let user = user(visit)?;
    let sessions = state.service.sessions(user.id).await;
    let sessions = sessions.map_err(|error| visit.refuse(error))?;
    let now = state.service.now();
    let (page, tabs) = framed(visit, Tab::Account);
    let mut languages = vec![Choice::new(
        "",
        page.t("account-language-browser"),
        language,
    )];
    languages
        .extend(Language::ALL.map(|one| Choice::new(one.tag(), one.name().to_owned(), language)));
    let fields = vec![
        Field::line("name", page.t("member-name"), name)
            .of_kind("text", "name")
            .required(),
        Field::one_of(
            "select",
            "language",
            page.t("preference-language"),
            languages,
        ),
    ];
    let status = wrong.status.max(wrong_password.status);
    let shown = AccountPage {
        email: user.email.clone(),
        form: SettingsForm::new(at(visit, Tab::Account), page.t("save"), fields, wrong),
        password: user
            .password
            .is_some()
            .then(|| password::form(visit, &page, wrong_password)),
        sessions: sessions
            .iter()
            .take(MAX_SESSIONS)
            .map(|session| row(visit, session, now))
            .collect(),
        tabs,
        page,
    };
    Ok(html::page(&shown, status, &shown.page.embedding))
}

fn row(visit: &Visit, session: &Session, now: Time) -> Row {
    let text = visit.text();
    let here = visit.principal.session().map(|session| session.id);
    Row {
        agent: match &session.agent {
            Some(agent) => agent.clone(),
            None => text.t("session-unknown"),
        },
        address: session.address.clone().unwrap_or_default(),
        since: Moment::new(text, session.created_at, now),
        seen: Moment::new(text, session.seen_at, now),
        here: here == Some(session.id),
        path: format!("{}/sessions/{}", at(visit, Tab::Account), session.id),
    }
}

pub(super) async fn end_session(
    State(state): Server,
    Sent { visit, .. }: Sent<Read>,
) -> Result<Response, Refusal> {
    let user = user(&visit)?;
    let id: SessionId = visit.id("session")?;
    let ended = state.service.end_session(user.id, id, visit.by()).await;
    ended.map_err(|error| visit.refuse(error))?;
    Ok(done(&visit, Tab::Account, "ended"))
}

pub(super) async fn ask_sign_out(visit: Visit) -> Result<Response, Refusal> {
    user(&visit)?;
    let page = visit.page().at(Place::Settings);
    Ok(asked(&AskPage {
        action: format!("{}/sign-out", at(&visit, Tab::Account)),
        said: page.t("account-everywhere-lead"),
        warning: None,
        wrong: None,
        fields: Vec::new(),
        danger: true,
        confirm: page.t("account-everywhere"),
        back: at(&visit, Tab::Account),
        page: page.clone().titled(page.t("account-everywhere")),
    }))
}

pub(super) async fn sign_out(
    State(state): Server,
    Sent { visit, .. }: Sent<Read>,
) -> Result<Response, Refusal> {
    let user = user(&visit)?;
    let ended = state.service.sign_out_everywhere(user.id, visit.by()).await;
    ended.map_err(|error| visit.refuse(error))?;
    let cookie = Names::of(&state.options).clear(Kind::User);
    Ok(html::with(
        html::see("/sign-in"),
        header::SET_COOKIE,
        cookie,
    ))
}
