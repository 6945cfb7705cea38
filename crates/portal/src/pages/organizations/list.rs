//! The list: by slug, narrowed by what is typed.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_web::AppState;
use http::StatusCode;

use crate::{
    frame::Page,
    html,
    pages::home::nowhere,
    somebody::{ORGANIZATIONS, Somebody},
};

/// Organizations on a page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "organizations/list.html")]
pub(crate) struct ListPage {
    pub(crate) page: Page,
    pub(crate) searched: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) next: Option<String>,
    pub(crate) may_create: bool,
    /// What is said to who belongs to none.
    pub(crate) nowhere: String,
}

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) profile: String,
    pub(crate) webhooks: String,
}

pub(super) async fn show(State(state): State<AppState>, somebody: Somebody) -> Response {
    let searched = somebody.query.given("q").unwrap_or_default().to_owned();
    let part = searched.to_lowercase();
    let after = somebody.query.given("after");
    let snapshot = state.service.snapshot();
    let access = &somebody.principal.access;
    let mut page = somebody.page();
    if somebody.query.text("done") == "deleted" {
        page.toast = Some(page.t("organizations-deleted"));
    }
    // In memory and by slug already.
    let mut found: Vec<_> = snapshot
        .organizations()
        .into_iter()
        .filter(|tenant| {
            let organization = &tenant.organization;
            access.role_in(organization.id).is_some()
                && after.is_none_or(|after| organization.slug.as_str() > after)
                && (organization.slug.contains(&part)
                    || organization.name.to_lowercase().contains(&part))
        })
        .take(ROWS + 1)
        .collect();
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let last = found.last().map(|tenant| tenant.organization.slug.clone());
    let next = last.filter(|_| more).map(|slug| {
        let q = html::encoded(&searched);
        format!("{ORGANIZATIONS}?q={q}&after={slug}")
    });
    let rows = found
        .iter()
        .map(|tenant| {
            let organization = &tenant.organization;
            let profile = state.service.profiles().get(&organization.default_profile);
            Row {
                name: organization.name.clone(),
                slug: organization.slug.clone(),
                profile: match profile {
                    Some(profile) => profile.title.clone(),
                    None => organization.default_profile.clone(),
                },
                webhooks: page.text.number(tenant.routes.len() as u64),
            }
        })
        .collect();
    let shown = ListPage {
        may_create: somebody.operates(),
        nowhere: page.text.said(&nowhere()).text,
        page: page.clone().titled(page.t("organizations")),
        searched,
        rows,
        next,
    };
    html::page(&shown, StatusCode::OK, &shown.page.embedding)
}
