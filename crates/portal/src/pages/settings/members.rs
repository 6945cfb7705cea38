//! Members: who may do what here, taking somebody in, another role, and out again. Who was no user
//! before is given a link to choose a password by, as the API does.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    access::Role,
    ids::UserId,
    service::NewMember,
    user::{Membership, User},
};
use bellwire_web::{
    AppState,
    auth::{Manage, Needed, Operate},
    problem::Problem,
};
use http::StatusCode;

use super::{
    AskPage, OncePage, Server, Tab, Wrong, asked, asked_again, at, done, field::Field,
    form::SettingsForm, framed, role_name, role_of, roles, shown_once, url,
};
use crate::{
    frame::{Link, Page},
    html,
    navigation::Place,
    pages::shown::Pill,
    refusal::Refusal,
    visit::{Sent, Visit},
};

/// Members on a page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "settings/members.html")]
pub(crate) struct MembersPage {
    pub(crate) page: Page,
    pub(crate) tabs: Vec<Link>,
    pub(crate) provider: bool,
    pub(crate) rows: Vec<Row>,
    pub(crate) next: Option<String>,
    pub(crate) form: SettingsForm,
}

/// A member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) role: String,
    pub(crate) pills: Vec<Pill>,
    pub(crate) path: String,
    /// A new link to choose a password by can be had.
    pub(crate) new_link: bool,
}

/// What stands in the form.
#[derive(Default)]
struct Draft {
    email: String,
    name: String,
    role: String,
}

pub(super) async fn list(State(state): Server, visit: Visit<Manage>) -> Result<Response, Refusal> {
    let draft = Draft {
        role: Role::Viewer.as_str().to_owned(),
        ..Draft::default()
    };
    shown(&state, &visit, &draft, &Wrong::nothing()).await
}

pub(super) async fn add(
    State(state): Server,
    Sent { visit, form }: Sent<Manage>,
) -> Result<Response, Refusal> {
    let draft = Draft {
        email: form.text("email").trim().to_owned(),
        name: form.text("name").trim().to_owned(),
        role: form.text("role").to_owned(),
    };
    let role = match role_of(visit.text(), &draft.role) {
        Ok(role) => role,
        Err(wrong) => return shown(&state, &visit, &draft, &wrong).await,
    };
    let new = NewMember {
        email: draft.email.clone(),
        name: form.given("name").map(str::to_owned),
        role,
    };
    let added = state
        .service
        .add_member(visit.slug(), new, visit.by())
        .await;
    match added {
        Ok(made) => Ok(match made.password_link {
            Some(text) => link_page(&state, &visit, &made.user, &text),
            None => done(&visit, Tab::Members, "added"),
        }),
        Err(error) => shown(&state, &visit, &draft, &Wrong::of(&visit, error)?).await,
    }
}

/// The link to hand over.
fn link_page<R>(state: &AppState, visit: &Visit<R>, user: &User, text: &str) -> Response {
    let (page, tabs) = framed(visit, Tab::Members);
    shown_once(&OncePage {
        said: visit
            .text()
            .with("member-link-lead", [("email", user.email.as_str().into())]),
        value: url(state, &format!("/password/{text}")),
        example: None,
        back: at(visit, Tab::Members),
        tabs,
        page,
    })
}

async fn shown(
    state: &AppState,
    visit: &Visit<Manage>,
    draft: &Draft,
    wrong: &Wrong,
) -> Result<Response, Refusal> {
    let service = &state.service;
    let found = service
        .members(visit.slug(), visit.query.given("after"), ROWS)
        .await
        .map_err(|error| visit.refuse(error))?;
    let (page, tabs) = framed(visit, Tab::Members);
    let fields = vec![
        Field::line("email", page.t("sign-in-email"), &draft.email)
            .of_kind("email", "off")
            .placeholder("ben@example.com")
            .required(),
        Field::line("name", page.t("member-name"), &draft.name).hint(page.t("member-name-hint")),
        Field::one_of(
            "radio",
            "role",
            page.t("role"),
            roles(&page.text, &Role::ALL, &draft.role),
        ),
    ];
    let shown = MembersPage {
        provider: service.has_identity_provider(),
        rows: found
            .items
            .iter()
            .filter_map(|user| row(visit, user))
            .collect(),
        next: found.next.map(|email| {
            let after = html::encoded(&email);
            format!("{}?after={after}", at(visit, Tab::Members))
        }),
        form: SettingsForm::new(at(visit, Tab::Members), page.t("member-add"), fields, wrong),
        tabs,
        page,
    };
    Ok(html::page(&shown, wrong.status, &shown.page.embedding))
}

fn row(visit: &Visit<Manage>, user: &User) -> Option<Row> {
    let text = visit.text();
    let membership = membership(visit, user)?;
    // Nobody can sign in as them yet.
    let waits = user.password.is_none() && user.identity.is_none();
    let pill = |kind, key: &str| Pill::new(kind, text.t(key));
    let mut pills = Vec::new();
    if is_me(visit, user.id) {
        pills.push(pill("ok", "member-you"));
    }
    if user.operator {
        pills.push(pill("info", "member-operator"));
    }
    if user.disabled_at.is_some() {
        pills.push(pill("bad", "member-disabled"));
    } else if waits {
        pills.push(pill("warn", "member-waits"));
    }
    if membership.by_group {
        pills.push(pill("", "member-by-group"));
    }
    Some(Row {
        name: user.name.clone(),
        email: user.email.clone(),
        role: role_name(text, membership.role),
        pills,
        path: format!("{}/{}", at(visit, Tab::Members), user.id),
        // The API gives such a link to operators only: it makes its bearer that user.
        new_link: waits && visit.access().platform == Some(Role::Admin),
    })
}

fn membership<R>(visit: &Visit<R>, user: &User) -> Option<Membership> {
    let at = visit.organization();
    let mut memberships = user.memberships.iter();
    memberships.find(|one| one.organization_id == at).copied()
}

fn is_me<R>(visit: &Visit<R>, id: UserId) -> bool {
    visit.principal.user().is_some_and(|user| user.id == id)
}

/// The member of the path.
async fn member<R: Needed>(
    state: &AppState,
    visit: &Visit<R>,
) -> Result<(User, Membership), Refusal> {
    let missing = || visit.refuse(Problem::not_found("member"));
    let id: UserId = visit.id("member")?;
    let user = state.service.user(id).await.map_err(|_| missing())?;
    let membership = membership(visit, &user).ok_or_else(missing)?;
    Ok((user, membership))
}

/// A new link for somebody who has not chosen a password.
pub(super) async fn password_link(
    State(state): Server,
    Sent { visit, .. }: Sent<Operate>,
) -> Result<Response, Refusal> {
    let (user, _) = member(&state, &visit).await?;
    let link = state.service.password_link(user.id, visit.by()).await;
    let text = link.map_err(|error| visit.refuse(error))?;
    Ok(link_page(&state, &visit, &user, &text))
}

pub(super) async fn ask_role(
    State(state): Server,
    visit: Visit<Manage>,
) -> Result<Response, Refusal> {
    let (user, membership) = member(&state, &visit).await?;
    let chosen = membership.role.as_str();
    Ok(asked(&role_page(&visit, &user, chosen, &Wrong::nothing())))
}

pub(super) async fn change_role(
    State(state): Server,
    Sent { visit, form }: Sent<Manage>,
) -> Result<Response, Refusal> {
    let (user, _) = member(&state, &visit).await?;
    let sent = form.text("role");
    let wrong = match role_of(visit.text(), sent) {
        Err(wrong) => wrong,
        Ok(role) => {
            let changed = state
                .service
                .update_member(visit.slug(), user.id, role, visit.by())
                .await;
            match changed {
                Ok(_) => return Ok(done(&visit, Tab::Members, "role")),
                Err(error) => Wrong::of(&visit, error)?,
            }
        }
    };
    let page = role_page(&visit, &user, sent, &wrong);
    Ok(asked_again(&page, wrong.status))
}

fn role_page(visit: &Visit<Manage>, user: &User, chosen: &str, wrong: &Wrong) -> AskPage {
    let page = visit.page().at(Place::Settings);
    let title = visit
        .text()
        .with("member-role-title", [("name", user.name.as_str().into())]);
    let field = Field::one_of(
        "radio",
        "role",
        page.t("role"),
        roles(&page.text, &Role::ALL, chosen),
    );
    AskPage {
        action: format!("{}/{}/role", at(visit, Tab::Members), user.id),
        said: page.t("member-role-lead"),
        warning: is_me(visit, user.id).then(|| page.t("member-role-you")),
        wrong: wrong.said.clone(),
        fields: vec![field.told(&wrong.faults)],
        danger: false,
        confirm: page.t("save"),
        back: at(visit, Tab::Members),
        page: page.titled(title),
    }
}

pub(super) async fn ask_remove(
    State(state): Server,
    visit: Visit<Manage>,
) -> Result<Response, Refusal> {
    let (user, _) = member(&state, &visit).await?;
    Ok(asked(&remove_page(&visit, &user, &Wrong::nothing())))
}

pub(super) async fn remove(
    State(state): Server,
    Sent { visit, .. }: Sent<Manage>,
) -> Result<Response, Refusal> {
    let (user, _) = member(&state, &visit).await?;
    let removed = state
        .service
        .remove_member(visit.slug(), user.id, visit.by())
        .await;
    match removed {
        // Their sessions have ended with it.
        Ok(()) if is_me(&visit, user.id) => Ok(html::see("/")),
        Ok(()) => Ok(done(&visit, Tab::Members, "removed")),
        Err(error) => {
            let wrong = Wrong::of(&visit, error)?;
            let page = remove_page(&visit, &user, &wrong);
            Ok(asked_again(&page, StatusCode::CONFLICT))
        }
    }
}

fn remove_page(visit: &Visit<Manage>, user: &User, wrong: &Wrong) -> AskPage {
    let page = visit.page().at(Place::Settings);
    let name = user.name.as_str();
    let me = is_me(visit, user.id);
    AskPage {
        action: format!("{}/{}/remove", at(visit, Tab::Members), user.id),
        said: visit.text().with(
            "member-remove-lead",
            [("email", user.email.as_str().into())],
        ),
        warning: me.then(|| page.t("member-remove-you")),
        wrong: wrong.said.clone(),
        fields: Vec::new(),
        danger: true,
        confirm: page.t("action-remove"),
        back: at(visit, Tab::Members),
        page: page.titled(
            visit
                .text()
                .with("member-remove-title", [("name", name.into())]),
        ),
    }
}
