//! `GET /portal/{org}/event-types`: the catalogue, the platform's and the organization's own, grouped
//! by what their names begin with.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{access::Right, own_event, snapshot::CatalogueType};
use bellwire_web::AppState;
use http::StatusCode;

use crate::{
    frame::Page, html, navigation::Place, pages::shown::described, refusal::Refusal, visit::Visit,
};

/// Types of a page.
const ROWS: usize = 100;

/// A type.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) own: bool,
    pub(crate) schema: bool,
    pub(crate) example: bool,
}

/// Types that begin with the same word.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) prefix: String,
    pub(crate) rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "event-types/list.html")]
pub(crate) struct ListPage {
    pub(crate) page: Page,
    pub(crate) may_change: bool,
    pub(crate) member: bool,
    pub(crate) searched: String,
    pub(crate) groups: Vec<Group>,
    /// There are none but those of Bellwire itself.
    pub(crate) bare: bool,
    pub(crate) next: Option<String>,
    /// How to add one from a program.
    pub(crate) curl: String,
}

pub(super) async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Refusal> {
    let searched = visit.query.given("q").unwrap_or_default().to_owned();
    let after = visit.query.given("after").unwrap_or_default();
    let mut found = matching(&state, &visit, &searched, after);
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let path = format!("/portal/{}/event-types", visit.slug());
    let next = found.last().filter(|_| more).map(|last| {
        let (q, after) = (html::encoded(&searched), &last.event_type.name);
        format!("{path}?q={q}&after={after}")
    });
    let reserved = |entry: &Arc<CatalogueType>| own_event::is_reserved(&entry.event_type.name);
    let bare = searched.is_empty() && after.is_empty() && found.iter().all(reserved);
    let mut groups: Vec<Group> = Vec::new();
    for entry in &found {
        let event_type = &entry.event_type;
        let row = Row {
            href: super::path(&visit, &event_type.name),
            name: event_type.name.clone(),
            description: described(visit.text(), event_type),
            own: super::is_own(entry),
            schema: event_type.schema.is_some(),
            example: event_type.example.is_some(),
        };
        let prefix = event_type.name.split('.').next().unwrap_or_default();
        match groups.last_mut() {
            Some(group) if group.prefix == prefix => group.rows.push(row),
            _ => groups.push(Group {
                prefix: prefix.to_owned(),
                rows: vec![row],
            }),
        }
    }
    let mut page = visit.page().at(Place::EventTypes);
    page.toast = match visit.query.text("done") {
        "removed" => Some(page.t("event-type-removed")),
        _ => None,
    };
    let shown = ListPage {
        may_change: visit.may(Right::Produce),
        member: visit.is_member(),
        searched,
        groups,
        bare,
        next,
        curl: curl(&state, visit.slug()),
        page: page.clone().titled(page.t("menu-event-types")),
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

/// A page of what the organization sees, and one more: by name, of those that contain this text.
fn matching(
    state: &AppState,
    visit: &Visit,
    searched: &str,
    after: &str,
) -> Vec<Arc<CatalogueType>> {
    let part = searched.to_lowercase();
    let platform = state.service.snapshot().platform_event_types();
    let own = &visit.tenant.event_types;
    let replaced = |name: &String| own.contains_key(name);
    let mut all: Vec<&Arc<CatalogueType>> = platform
        .iter()
        .filter(|(name, _)| !replaced(name))
        .chain(own)
        .map(|(_, entry)| entry)
        .filter(|entry| {
            let event_type = &entry.event_type;
            let description = described(visit.text(), event_type);
            let texts = [&event_type.name, &description];
            event_type.name.as_str() > after
                && texts.iter().any(|text| text.to_lowercase().contains(&part))
        })
        .collect();
    all.sort_by(|a, b| a.event_type.name.cmp(&b.event_type.name));
    all.truncate(ROWS + 1);
    all.into_iter().cloned().collect()
}

fn curl(state: &AppState, slug: &str) -> String {
    let origin = &state.options.origin;
    format!(
        "curl {origin}/api/v1/organizations/{slug}/event-types \\\n  \
         -H 'authorization: Bearer '$BELLWIRE_TOKEN \\\n  \
         -H 'content-type: application/json' \\\n  \
         -d '{{\"name\": \"booking.created\", \"description\": \"A guest has booked.\",\n       \
         \"example\": {{\"id\": 42, \"nights\": 3}}}}'"
    )
}
