//! Tokens: which programs may call the API for this organization. A token's text is shown once.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    access::Role,
    ids::TokenId,
    ports::{Token, TokenScope},
    service::NewToken,
    time::{DAY, Time},
};
use bellwire_web::{AppState, auth::Manage, problem::Problem};

use super::{
    AskPage, OncePage, Server, Tab, Wrong, asked, at, done, field::Field, form::SettingsForm,
    framed, role_name, role_of, roles, shown_once, url,
};
use crate::{
    frame::{Link, Page},
    html,
    moment::Moment,
    navigation::Place,
    pages::shown::{Choice, Pill},
    refusal::Refusal,
    visit::{Sent, Visit},
};

/// Tokens on a page.
const ROWS: usize = 50;
/// How long a token can be made to last here, in days.
const LASTS_DAYS: [i64; 3] = [30, 90, 365];

#[derive(Template)]
#[template(path = "settings/tokens.html")]
pub(crate) struct TokensPage {
    pub(crate) page: Page,
    pub(crate) tabs: Vec<Link>,
    pub(crate) rows: Vec<Row>,
    pub(crate) next: Option<String>,
    pub(crate) form: SettingsForm,
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) made: Moment,
    pub(crate) ends: Option<Moment>,
    pub(crate) used: Option<Moment>,
    /// That it is not accepted any more.
    pub(crate) pill: Option<Pill>,
    pub(crate) path: String,
}

/// What stands in the form.
#[derive(Default)]
struct Draft {
    name: String,
    role: String,
    lasts: String,
}

pub(super) async fn list(State(state): Server, visit: Visit<Manage>) -> Result<Response, Refusal> {
    let draft = Draft {
        role: Role::Editor.as_str().to_owned(),
        ..Draft::default()
    };
    shown(&state, &visit, &draft, &Wrong::nothing()).await
}

pub(super) async fn create(
    State(state): Server,
    Sent { visit, form }: Sent<Manage>,
) -> Result<Response, Refusal> {
    let draft = Draft {
        name: form.text("name").trim().to_owned(),
        role: form.text("role").to_owned(),
        lasts: form.text("lasts").to_owned(),
    };
    let role = match role_of(visit.text(), &draft.role) {
        Ok(role) => role,
        Err(wrong) => return shown(&state, &visit, &draft, &wrong).await,
    };
    let days = draft.lasts.parse().ok();
    let days = days.filter(|days| LASTS_DAYS.contains(days));
    if days.is_none() && !draft.lasts.is_empty() {
        let wrong = Wrong::field("lasts", visit.text().t("choose-one"));
        return shown(&state, &visit, &draft, &wrong).await;
    }
    let new = NewToken {
        name: draft.name.clone(),
        role,
        expires_at: days.map(|days| state.service.now() + days * DAY),
    };
    let scope = TokenScope::Organization(visit.organization());
    match state.service.create_token(scope, new, visit.by()).await {
        Ok((token, secret)) => Ok(secret_page(&state, &visit, &token, secret)),
        Err(error) => shown(&state, &visit, &draft, &Wrong::of(&visit, error)?).await,
    }
}

fn secret_page(state: &AppState, visit: &Visit<Manage>, token: &Token, secret: String) -> Response {
    let (page, tabs) = framed(visit, Tab::Tokens);
    let webhooks = url(
        state,
        &format!("/api/v1/organizations/{}/webhooks", visit.slug()),
    );
    shown_once(&OncePage {
        said: visit
            .text()
            .with("token-once-lead", [("name", token.name.as_str().into())]),
        value: secret,
        example: Some((
            page.t("token-example"),
            format!("curl -H \"Authorization: Bearer $TOKEN\" {webhooks}"),
        )),
        back: at(visit, Tab::Tokens),
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
    let tokens = state.service.tokens(Some(visit.slug())).await;
    let tokens = tokens.map_err(|error| visit.refuse(error))?;
    let after: Option<TokenId> = visit.query.given("after").and_then(|id| id.parse().ok());
    let mut rest = tokens
        .iter()
        .filter(|token| after.is_none_or(|after| token.id < after));
    let page_of: Vec<&Token> = rest.by_ref().take(ROWS).collect();
    let last = page_of.last().map(|token| token.id);
    let next = last.filter(|_| rest.next().is_some());
    let now = state.service.now();
    let (page, tabs) = framed(visit, Tab::Tokens);
    let text = &page.text;
    let mut lasts = vec![Choice::new("", page.t("token-endless"), &draft.lasts)];
    lasts.extend(LASTS_DAYS.map(|days| {
        let label = text.with("time-days", [("count", days.into())]);
        Choice::new(&days.to_string(), label, &draft.lasts)
    }));
    let fields = vec![
        Field::line("name", page.t("token-name"), &draft.name)
            .hint(page.t("token-name-hint"))
            .required(),
        Field::one_of(
            "radio",
            "role",
            page.t("role"),
            roles(text, &Role::ALL, &draft.role),
        ),
        Field::one_of("select", "lasts", page.t("token-lasts"), lasts),
    ];
    let shown = TokensPage {
        rows: page_of
            .into_iter()
            .map(|token| row(visit, token, now))
            .collect(),
        next: next.map(|id| format!("{}?after={id}", at(visit, Tab::Tokens))),
        form: SettingsForm::new(
            at(visit, Tab::Tokens),
            page.t("token-create"),
            fields,
            wrong,
        ),
        tabs,
        page,
    };
    Ok(html::page(&shown, wrong.status, &shown.page.embedding))
}

fn row(visit: &Visit<Manage>, token: &Token, now: Time) -> Row {
    let text = visit.text();
    let pill = if token.revoked_at.is_some() {
        Some(Pill::new("", text.t("revoked")))
    } else if token.expires_at.is_some_and(|end| end <= now) {
        Some(Pill::new("", text.t("ended")))
    } else {
        None
    };
    let moment = |at| Moment::new(text, at, now);
    Row {
        name: token.name.clone(),
        role: role_name(text, token.role),
        made: moment(token.created_at),
        ends: token.expires_at.map(moment),
        used: token.last_used_at.map(moment),
        pill,
        path: format!("{}/{}", at(visit, Tab::Tokens), token.id),
    }
}

pub(super) async fn ask_revoke(
    State(state): Server,
    visit: Visit<Manage>,
) -> Result<Response, Refusal> {
    let id: TokenId = visit.id("token")?;
    let tokens = state.service.tokens(Some(visit.slug())).await;
    let tokens = tokens.map_err(|error| visit.refuse(error))?;
    let token = tokens
        .iter()
        .find(|token| token.id == id && token.revoked_at.is_none())
        .ok_or_else(|| visit.refuse(Problem::not_found("token")))?;
    let page = visit.page().at(Place::Settings);
    let title = visit
        .text()
        .with("token-revoke-title", [("name", token.name.as_str().into())]);
    Ok(asked(&AskPage {
        action: format!("{}/{id}/revoke", at(&visit, Tab::Tokens)),
        said: page.t("token-revoke-lead"),
        warning: None,
        wrong: None,
        fields: Vec::new(),
        danger: true,
        confirm: page.t("revoke"),
        back: at(&visit, Tab::Tokens),
        page: page.titled(title),
    }))
}

pub(super) async fn revoke(
    State(state): Server,
    Sent { visit, .. }: Sent<Manage>,
) -> Result<Response, Refusal> {
    let id: TokenId = visit.id("token")?;
    state
        .service
        .revoke_token(Some(visit.slug()), id, visit.by())
        .await
        .map_err(|error| visit.refuse(error))?;
    Ok(done(&visit, Tab::Tokens, "revoked"))
}
