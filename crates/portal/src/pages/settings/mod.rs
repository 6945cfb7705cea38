//! The settings, as a list of pages: each is shown to those who have the right that its part of the
//! API needs. Customers who came through a link have none of them.

mod account;
mod appearance;
mod audit;
pub(crate) mod field;
pub(super) mod form;
mod links;
mod members;
pub(super) mod organization;
mod password;
mod storage;
mod tokens;

use askama::Template;
use axum::{
    Router,
    extract::State,
    response::Response,
    routing::{get, post},
};
use bellwire_core::{
    access::{Right, Role},
    say,
};
use bellwire_web::{
    AppState,
    problem::{Code, Problem},
};
use http::StatusCode;

use self::{field::Field, form::Wrong};
use super::shown::Choice;
use crate::{
    frame::{Link, Page},
    html,
    language::Text,
    navigation::Place,
    refusal::Refusal,
    spoken::Spoken,
    visit::Visit,
};

pub(super) fn router() -> Router<AppState> {
    let at = |rest: &str| format!("/portal/{{org}}/settings{rest}");
    Router::new()
        .route(&at(""), get(index))
        .route(
            &at("/organization"),
            get(organization::show).post(organization::save),
        )
        .route(
            &at("/delete"),
            get(organization::ask_delete).post(organization::delete),
        )
        .route(
            &at("/appearance"),
            get(appearance::show).post(appearance::save),
        )
        .route(&at("/members"), get(members::list).post(members::add))
        .route(
            &at("/members/{id}/role"),
            get(members::ask_role).post(members::change_role),
        )
        .route(
            &at("/members/{id}/remove"),
            get(members::ask_remove).post(members::remove),
        )
        .route(
            &at("/members/{id}/password-link"),
            post(members::password_link),
        )
        .route(&at("/tokens"), get(tokens::list).post(tokens::create))
        .route(
            &at("/tokens/{id}/revoke"),
            get(tokens::ask_revoke).post(tokens::revoke),
        )
        .route(&at("/portal-links"), get(links::list).post(links::create))
        .route(
            &at("/portal-links/{id}/revoke"),
            get(links::ask_revoke).post(links::revoke),
        )
        .route(&at("/audit"), get(audit::list))
        .route(&at("/storage"), get(storage::show))
        .route(&at("/account"), get(account::show).post(account::save))
        .route(&at("/account/password"), post(password::change))
        .route(
            &at("/account/sign-out"),
            get(account::ask_sign_out).post(account::sign_out),
        )
        .route(
            &at("/account/sessions/{id}/end"),
            post(account::end_session),
        )
}

/// A page of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Organization,
    Appearance,
    Members,
    Tokens,
    Links,
    Audit,
    Storage,
    Account,
}

impl Tab {
    const ALL: [Self; 8] = [
        Self::Organization,
        Self::Appearance,
        Self::Members,
        Self::Tokens,
        Self::Links,
        Self::Audit,
        Self::Storage,
        Self::Account,
    ];

    /// Its path below the organization's.
    const fn path(self) -> &'static str {
        match self {
            Self::Organization => "/settings/organization",
            Self::Appearance => "/settings/appearance",
            Self::Members => "/settings/members",
            Self::Tokens => "/settings/tokens",
            Self::Links => "/settings/portal-links",
            Self::Audit => "/settings/audit",
            Self::Storage => "/settings/storage",
            Self::Account => "/settings/account",
        }
    }

    fn title(self, text: &Text) -> String {
        text.t(match self {
            Self::Organization => "settings-organization",
            Self::Appearance => "settings-appearance",
            Self::Members => "settings-members",
            Self::Tokens => "settings-tokens",
            Self::Links => "settings-links",
            Self::Audit => "settings-audit",
            Self::Storage => "settings-storage",
            Self::Account => "settings-account",
        })
    }

    fn is_for<R>(self, visit: &Visit<R>) -> bool {
        match self {
            Self::Account => visit.principal.user().is_some(),
            Self::Storage => visit.access().platform.is_some(),
            _ => visit.may(Right::Manage),
        }
    }
}

/// `/portal/{org}/settings`: the first page that they may see.
async fn index(visit: Visit) -> Result<Response, Refusal> {
    let first = Tab::ALL.into_iter().find(|tab| tab.is_for(&visit));
    let first = first.ok_or_else(|| visit.refuse(Problem::not_found("page")))?;
    Ok(html::see(&at(&visit, first)))
}

/// Where a page is.
fn at<R>(visit: &Visit<R>, tab: Tab) -> String {
    format!("/portal/{}{}", visit.slug(), tab.path())
}

/// Back to a page, with what was done.
fn done<R>(visit: &Visit<R>, tab: Tab, what: &str) -> Response {
    html::see(&format!("{}?done={what}", at(visit, tab)))
}

/// What surrounds a page of the settings, and the list of all of them.
fn framed<R>(visit: &Visit<R>, tab: Tab) -> (Page, Vec<Link>) {
    let mut page = visit.page().at(Place::Settings);
    page.toast = toast(visit.text(), visit.query.text("done"));
    let tabs = Tab::ALL
        .into_iter()
        .filter(|other| other.is_for(visit))
        .map(|other| Link {
            label: other.title(visit.text()),
            href: at(visit, other),
            current: other == tab,
        })
        .collect();
    (page.titled(tab.title(visit.text())), tabs)
}

fn toast(text: &Text, done: &str) -> Option<String> {
    Some(text.t(match done {
        "saved" => "settings-done-saved",
        "added" => "settings-done-added",
        "role" => "settings-done-role",
        "removed" => "settings-done-removed",
        "revoked" => "settings-done-revoked",
        "password" => "settings-done-password",
        "ended" => "settings-done-ended",
        _ => return None,
    }))
}

/// Something that is shown now and never again.
#[derive(Template)]
#[template(path = "settings/once.html")]
pub(crate) struct OncePage {
    pub(crate) page: Page,
    pub(crate) tabs: Vec<Link>,
    pub(crate) said: String,
    pub(crate) value: String,
    pub(crate) example: Option<(String, String)>,
    pub(crate) back: String,
}

/// Asks before something is done. A script shows it as a dialog.
#[derive(Template)]
#[template(path = "settings/ask.html")]
pub(crate) struct AskPage {
    pub(crate) page: Page,
    pub(crate) action: String,
    pub(crate) said: String,
    pub(crate) warning: Option<String>,
    pub(crate) wrong: Option<Spoken>,
    pub(crate) fields: Vec<Field>,
    pub(crate) danger: bool,
    pub(crate) confirm: String,
    pub(crate) back: String,
}

fn shown_once(shown: &OncePage) -> Response {
    html::page(shown, StatusCode::OK, &shown.page.embedding)
}

fn asked(shown: &AskPage) -> Response {
    asked_again(shown, StatusCode::OK)
}

fn asked_again(shown: &AskPage, status: StatusCode) -> Response {
    html::page(shown, status, &shown.page.embedding)
}

/// What a role is called.
fn role_name(text: &Text, role: Role) -> String {
    text.t(match role {
        Role::Viewer => "role-viewer",
        Role::Editor => "role-editor",
        Role::Admin => "role-admin",
    })
}

/// The roles to choose from, each with what it lets one do. Where nobody manages, it is about
/// customers, who post no events.
fn roles(text: &Text, roles: &[Role], chosen: &str) -> Vec<Choice> {
    roles
        .iter()
        .map(|role| Choice {
            hint: text
                .t(match role {
                    Role::Viewer => "role-viewer-hint",
                    Role::Editor if !roles.contains(&Role::Admin) => "role-customer-hint",
                    Role::Editor => "role-editor-hint",
                    Role::Admin => "role-admin-hint",
                })
                .into(),
            ..Choice::new(role.as_str(), role_name(text, *role), chosen)
        })
        .collect()
}

/// The role that was chosen.
fn role_of(text: &Text, sent: &str) -> Result<Role, Wrong> {
    sent.parse()
        .map_err(|_| Wrong::field("role", text.t("role-none")))
}

/// Where people find a path of ours.
fn url(state: &AppState, path: &str) -> String {
    format!("{}{path}", state.options.origin)
}

/// A user's own page is for users.
fn not_a_user<R>(visit: &Visit<R>) -> Refusal {
    visit.refuse(Problem::new(
        Code::Forbidden,
        say!(
            "page-no-account",
            "Only a user who signed in has an account; who came through a link has none."
        ),
    ))
}

/// The service, for handlers of this folder.
type Server = State<AppState>;
