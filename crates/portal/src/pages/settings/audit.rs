//! The audit log: who changed what, and what it was before and after.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    access::ActorKind,
    audit::{AuditFilter, Entry},
    ids::AuditId,
    time::{DAY, Time},
};
use bellwire_web::auth::Manage;
use http::StatusCode;
use serde_json::{Map, Value};

use super::{Server, Tab, at, framed};
use crate::{
    frame::{Link, Page},
    html,
    language::Text,
    moment::Moment,
    pages::shown::Choice,
    refusal::Refusal,
    visit::Visit,
};

/// Entries on a page.
const ROWS: usize = 50;
/// The longest value of a field that is shown whole, in characters.
const MAX_VALUE_CHARS: usize = 400;
/// What is changed, each as its actions begin.
const NOUNS: [&str; 15] = [
    "organization.",
    "member.",
    "token.",
    "link.",
    "webhook.",
    "event_type.",
    "channel.",
    "job.",
    "delivery.",
    "inspector.",
    "developer.",
    "package.",
    "rate_plan.",
    "developer_rate_plan.",
    "notification_condition.",
];

#[derive(Template)]
#[template(path = "settings/audit.html")]
pub(crate) struct AuditPage {
    pub(crate) page: Page,
    pub(crate) tabs: Vec<Link>,
    pub(crate) actor: String,
    pub(crate) filters: Vec<Filter>,
    pub(crate) export: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) next: Option<String>,
}

/// A choice that narrows the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) choices: Vec<Choice>,
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) action: String,
    pub(crate) label: String,
    pub(crate) actor: String,
    pub(crate) kind: String,
    pub(crate) at: Moment,
    pub(crate) summary: String,
    pub(crate) changes: Vec<Change>,
}

/// What became of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) field: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

pub(super) async fn list(State(state): Server, visit: Visit<Manage>) -> Result<Response, Refusal> {
    let query = &visit.query;
    let actor = query.given("actor").unwrap_or_default().to_owned();
    let noun = NOUNS.into_iter().find(|noun| *noun == query.text("what"));
    let now = state.service.now();
    let (period, days) = match query.text("period") {
        "day" => ("day", Some(1)),
        "week" => ("week", Some(7)),
        "month" => ("month", Some(30)),
        _ => ("", None),
    };
    let since = days.map(|days| now - days * DAY);
    let filter = AuditFilter {
        actor: Some(actor.clone()).filter(|actor| !actor.is_empty()),
        action: noun.map(str::to_owned),
        since,
        ..AuditFilter::default()
    };
    let before: Option<AuditId> = query.given("before").and_then(|id| id.parse().ok());
    let found = state
        .service
        .audit(Some(visit.slug()), filter, before, ROWS)
        .await
        .map_err(|error| visit.refuse(error))?;
    let (page, tabs) = framed(&visit, Tab::Audit);
    let noun = noun.unwrap_or_default();
    let next = found.next.map(|id| {
        let (actor, noun) = (html::encoded(&actor), html::encoded(noun));
        let path = at(&visit, Tab::Audit);
        format!("{path}?actor={actor}&what={noun}&period={period}&before={id}")
    });
    let shown = AuditPage {
        filters: filters(&page.text, noun, period),
        export: export(visit.slug(), &actor, noun, since),
        rows: found
            .items
            .iter()
            .map(|entry| row(&page.text, entry, now))
            .collect(),
        next,
        actor,
        tabs,
        page,
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

fn filters(text: &Text, noun: &str, period: &str) -> Vec<Filter> {
    let mut nouns = vec![Choice::new("", text.t("filter-all-webhooks"), noun)];
    nouns.extend(
        [
            ("organization.", "organization"),
            ("member.", "settings-members"),
            ("token.", "settings-tokens"),
            ("link.", "settings-links"),
            ("webhook.", "word-webhooks"),
            ("event_type.", "menu-event-types"),
            ("channel.", "word-channels"),
            ("job.", "audit-jobs"),
            ("delivery.", "column-deliveries"),
            ("inspector.", "menu-inspector"),
            ("developer.", "developers"),
            ("package.", "menu-packages"),
            ("rate_plan.", "menu-rate-plans"),
            ("developer_rate_plan.", "audit-developer-plans"),
            ("notification_condition.", "audit-conditions"),
        ]
        .map(|(value, key)| Choice::new(value, text.t(key), noun)),
    );
    let periods = [
        ("", "filter-all-time"),
        ("day", "period-day"),
        ("week", "period-week"),
        ("month", "period-month"),
    ]
    .map(|(value, key)| Choice::new(value, text.t(key), period));
    vec![
        Filter {
            name: "what",
            label: text.t("audit-what"),
            choices: nouns,
        },
        Filter {
            name: "period",
            label: text.t("filter-period"),
            choices: periods.into(),
        },
    ]
}

/// The same as JSON lines, from the API, which takes the same cookie.
fn export(slug: &str, actor: &str, noun: &str, since: Option<Time>) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("actor", actor), ("action", noun)] {
        if !value.is_empty() {
            pairs.append_pair(name, value);
        }
    }
    if let Some(since) = since {
        pairs.append_pair("since", &since.to_string());
    }
    let pairs = pairs.finish();
    let sign = if pairs.is_empty() { "" } else { "?" };
    format!("/api/v1/organizations/{slug}/audit/export{sign}{pairs}")
}

fn row(text: &Text, entry: &Entry, now: Time) -> Row {
    let changes = changes(entry.before.as_deref(), entry.after.as_deref());
    Row {
        action: entry.action.clone(),
        label: match entry.label.is_empty() {
            true => entry.subject.clone(),
            false => entry.label.clone(),
        },
        actor: entry.actor.name.clone(),
        kind: match entry.actor.kind {
            ActorKind::User => String::new(),
            ActorKind::Token => text.t("token"),
            ActorKind::Link => text.t("audit-by-link"),
            ActorKind::Console => text.t("audit-by-console"),
            ActorKind::System => text.t("audit-by-system"),
        },
        at: Moment::new(text, entry.at, now),
        summary: text.with("audit-changes", [("count", changes.len().into())]),
        changes,
    }
}

/// The fields that are not as they were.
fn changes(before: Option<&str>, after: Option<&str>) -> Vec<Change> {
    let (before, after) = (object(before), object(after));
    let mut fields: Vec<&String> = before.keys().chain(after.keys()).collect();
    fields.sort();
    fields.dedup();
    fields
        .into_iter()
        .filter(|field| before.get(*field) != after.get(*field))
        .map(|field| Change {
            field: field.clone(),
            before: shown(before.get(field)),
            after: shown(after.get(field)),
        })
        .filter(|change| change.before.is_some() || change.after.is_some())
        .collect()
}

fn object(text: Option<&str>) -> Map<String, Value> {
    match text.and_then(|text| serde_json::from_str(text).ok()) {
        Some(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// A value for people; `None` for one that says nothing.
fn shown(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::Null => return None,
        Value::String(text) if text.is_empty() => return None,
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => return None,
        other => other.to_string(),
    };
    Some(match text.char_indices().nth(MAX_VALUE_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_told() {
        let told = changes(
            Some(r#"{"name":"A","url":"x","list":[1],"gone":true}"#),
            Some(r#"{"name":"B","url":"x","list":[1,2],"new":null}"#),
        );
        let told: Vec<_> = told
            .iter()
            .map(|change| {
                (
                    change.field.as_str(),
                    change.before.as_deref(),
                    change.after.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("gone", Some("true"), None),
                ("list", Some("[1]"), Some("[1,2]")),
                ("name", Some("A"), Some("B")),
            ]
        );
        assert!(changes(None, None).is_empty());
        let long = format!(r#"{{"a":"{}"}}"#, "é".repeat(1000));
        let cut = changes(None, Some(&long));
        assert_eq!(cut[0].after.as_ref().unwrap().chars().count(), 401);
    }
}
