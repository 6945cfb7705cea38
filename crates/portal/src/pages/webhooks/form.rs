//! The form of a webhook: empty, with what a webhook has, or with what was sent and what is wrong
//! with it.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{service::FieldError, webhook::Webhook};
use bellwire_web::{AppState, auth::Edit};
use http::StatusCode;

use super::draft::Draft;
use crate::{
    frame::{Page, Place},
    html,
    language::Text,
    pages::shown::{Choice, name_of},
    refusal::Refusal,
    visit::Visit,
};

/// What is said below a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) field: &'static str,
    pub(crate) text: String,
    pub(crate) wrong: bool,
    pub(crate) right: bool,
    /// It is in the words of the rules, which are English.
    pub(crate) foreign: bool,
}

impl Note {
    /// What is wrong with a field and with the parts of it.
    pub(super) fn of(field: &'static str, errors: &[FieldError]) -> Self {
        let texts: Vec<String> = errors
            .iter()
            .filter(|error| {
                error
                    .field
                    .strip_prefix(field)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            })
            .map(|error| sentence(&error.message))
            .collect();
        Self {
            field,
            wrong: !texts.is_empty(),
            foreign: !texts.is_empty(),
            text: texts.join(" "),
            right: false,
        }
    }
}

/// With a capital letter and a full stop.
pub(super) fn sentence(raw: &str) -> String {
    let mut letters = raw.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    let mut sentence: String = first.to_uppercase().collect();
    sentence.push_str(letters.as_str());
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

/// A field of one line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Input {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) kind: &'static str,
    pub(crate) value: String,
    pub(crate) placeholder: String,
    pub(crate) required: bool,
    pub(crate) note: Note,
}

/// Event types that begin with the same word.
#[derive(Debug, Clone, Default)]
pub(crate) struct Group {
    pub(crate) label: String,
    pub(crate) choices: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "webhooks/form.html")]
pub(crate) struct FormPage {
    pub(crate) page: Page,
    pub(crate) former: Option<String>,
    pub(crate) back: String,
    pub(crate) action: String,
    pub(crate) wrong: Option<String>,
    pub(crate) draft: Draft,
    pub(crate) inputs: Vec<Input>,
    pub(crate) groups: Vec<Group>,
    pub(crate) types_note: Note,
    pub(crate) channels: Vec<Choice>,
    pub(crate) restricted: bool,
    pub(crate) channels_note: Note,
    pub(crate) advanced_open: bool,
    pub(crate) profiles: Vec<Choice>,
    pub(crate) profile_note: Note,
    pub(crate) headers_note: Note,
    pub(crate) retries: Vec<Choice>,
    pub(crate) retry_inputs: Vec<Input>,
    pub(crate) limit_inputs: Vec<Input>,
    pub(crate) overrides_note: Note,
}

/// The form for a new webhook.
pub(super) async fn blank(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    let access = visit.access();
    let draft = Draft {
        enabled: true,
        all_types: true,
        profile: visit.tenant.organization.default_profile.clone(),
        channels: match access.channels.as_slice() {
            [only] => vec![only.clone()],
            _ => Vec::new(),
        },
        ..Draft::default()
    };
    let shown = lay_out(&state, &visit, draft, None, &[]);
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

/// The form with what a webhook has.
pub(super) async fn filled(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    let webhook = visit.webhook(&state).await?;
    let types = type_names(&state, &visit);
    let keys = channel_keys(&visit);
    let draft = Draft::of(
        &webhook,
        |name| types.iter().any(|(known, _)| known == name) || is_group(&types, name),
        |key| keys.iter().any(|(known, _)| known == key),
    );
    let shown = lay_out(&state, &visit, draft, Some(&webhook), &[]);
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

/// The form. `errors` are what is wrong with what stands in it.
pub(super) fn lay_out(
    state: &AppState,
    visit: &Visit<Edit>,
    draft: Draft,
    former: Option<&Webhook>,
    errors: &[FieldError],
) -> FormPage {
    let page = visit.page().at(Place::Webhooks);
    let text = &page.text;
    let list = format!("/portal/{}/webhooks", visit.slug());
    let (title, back, action) = match former {
        None => (text.t("word-create"), list.clone(), format!("{list}/new")),
        Some(webhook) => {
            let own = format!("{list}/{}", webhook.id);
            let action = format!("{own}/edit");
            (text.t("word-update-title"), own, action)
        }
    };
    let profile = state.service.profiles().get(&draft.profile);
    let overrides_note = Note::of("overrides", errors);
    let headers_note = Note::of("headers", errors);
    let profile_note = Note::of("profile", errors);
    let restricted = !visit.access().channels.is_empty();
    FormPage {
        former: former.map(|webhook| name_of(&webhook.settings.name, &webhook.settings.url)),
        back,
        action,
        wrong: (!errors.is_empty()).then(|| {
            let count = errors.len();
            text.with("form-wrong", [("count", count.into())])
        }),
        inputs: vec![
            Input {
                name: "name",
                label: text.t("word-form-name"),
                kind: "text",
                value: draft.name.clone(),
                required: profile
                    .as_ref()
                    .is_some_and(|profile| profile.requires_name),
                note: Note::of("name", errors),
                ..Input::default()
            },
            Input {
                name: "url",
                label: text.t("word-url"),
                kind: "url",
                value: draft.url.clone(),
                placeholder: "https://example.com/hooks".to_owned(),
                required: true,
                note: Note::of("url", errors),
            },
        ],
        groups: groups(text, &type_names(state, visit), &draft.types),
        types_note: Note::of("event_types", errors),
        channels: channel_keys(visit)
            .into_iter()
            .map(|(key, label)| Choice {
                checked: draft.channels.contains(&key),
                value: key,
                label,
                hint: String::new(),
            })
            .collect(),
        restricted,
        channels_note: Note::of("channels", errors),
        advanced_open: overrides_note.wrong || headers_note.wrong || profile_note.wrong,
        // A customer who came through a link has what the organization offers.
        profiles: match visit.access().portal {
            true => Vec::new(),
            false => state
                .service
                .profiles()
                .iter()
                .map(|profile| Choice::new(&profile.name, profile.title.clone(), &draft.profile))
                .collect(),
        },
        profile_note,
        headers_note,
        retries: vec![
            Choice::new("", text.t("retry-profile"), &draft.retry),
            Choice::new("none", text.t("retry-none"), &draft.retry),
            Choice::new("fixed", text.t("retry-fixed"), &draft.retry),
            Choice::new("schedule", text.t("retry-schedule"), &draft.retry),
        ],
        retry_inputs: vec![
            plain(
                "interval_s",
                text.t("retry-interval"),
                &draft.interval_s,
                "3600",
            ),
            plain(
                "max_attempts",
                text.t("retry-attempts"),
                &draft.max_attempts,
                "72",
            ),
            plain(
                "delays_s",
                text.t("retry-delays"),
                &draft.delays_s,
                "60, 300, 3600",
            ),
        ],
        limit_inputs: vec![
            plain(
                "connect_ms",
                text.t("limit-connect"),
                &draft.connect_ms,
                "5000",
            ),
            plain(
                "first_byte_ms",
                text.t("limit-first-byte"),
                &draft.first_byte_ms,
                "15000",
            ),
            plain("total_ms", text.t("limit-total"), &draft.total_ms, "20000"),
            plain(
                "per_second",
                text.t("limit-per-second"),
                &draft.per_second,
                "",
            ),
            plain("burst", text.t("limit-burst"), &draft.burst, ""),
            plain(
                "max_concurrency",
                text.t("limit-at-once"),
                &draft.max_concurrency,
                "",
            ),
        ],
        overrides_note,
        draft,
        page: page.clone().titled(title),
    }
}

fn plain(name: &'static str, label: String, value: &str, placeholder: &str) -> Input {
    Input {
        name,
        label,
        kind: "text",
        value: value.to_owned(),
        placeholder: placeholder.to_owned(),
        ..Input::default()
    }
}

/// The event types that can be chosen, with what they mean.
pub(in crate::pages) fn type_names<R>(state: &AppState, visit: &Visit<R>) -> Vec<(String, String)> {
    let platform = state.service.snapshot().platform_event_types();
    let own = &visit.tenant.event_types;
    let mut all: Vec<(String, String)> = platform
        .iter()
        .filter(|(name, _)| !own.contains_key(*name))
        .chain(own)
        .map(|(name, entry)| (name.clone(), entry.event_type.description.clone()))
        .collect();
    all.sort();
    all
}

fn prefix(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// Whether it is a pattern that has a box: all of a group.
fn is_group(types: &[(String, String)], pattern: &str) -> bool {
    pattern.strip_suffix(".*").is_some_and(|group| {
        types
            .iter()
            .filter(|(name, _)| prefix(name) == group)
            .count()
            > 1
    })
}

fn groups(text: &Text, types: &[(String, String)], chosen: &[String]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let choice = |value: String, hint: String| Choice {
        checked: chosen.contains(&value),
        label: value.clone(),
        value,
        hint,
    };
    for (name, description) in types {
        let label = prefix(name);
        if groups.last().is_none_or(|group| group.label != label) {
            let pattern = format!("{label}.*");
            let mut choices = Vec::new();
            if is_group(types, &pattern) {
                let hint = text.with("form-types-group", [("group", label.into())]);
                choices.push(choice(pattern, hint));
            }
            groups.push(Group {
                label: label.to_owned(),
                choices,
            });
        }
        if let Some(group) = groups.last_mut() {
            group
                .choices
                .push(choice(name.clone(), description.clone()));
        }
    }
    groups
}

/// The channels that can be chosen, each with its label. Who is restricted to some chooses of those.
fn channel_keys<R>(visit: &Visit<R>) -> Vec<(String, String)> {
    let known = &visit.tenant.channels;
    let access = visit.access();
    match access.channels.is_empty() {
        true => known
            .values()
            .map(|channel| (channel.key.clone(), channel.label.clone()))
            .collect(),
        false => access
            .channels
            .iter()
            .map(|key| {
                let label = known.get(key).map_or(key, |channel| &channel.label);
                (key.clone(), label.clone())
            })
            .collect(),
    }
}
