//! The form of a webhook: empty, with what a webhook has, or with what was sent and what is wrong
//! with it.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{service::FieldError, webhook::Webhook};
use bellwire_web::{AppState, auth::Edit};
use http::StatusCode;

use super::{
    boxes::{Channels, Group, Types},
    conflict::Conflict,
    draft::Draft,
};
use crate::{
    frame::Page,
    html,
    navigation::Place,
    pages::{
        note::Fault,
        note::Note,
        shown::{Choice, name_of},
    },
    refusal::Refusal,
    visit::Visit,
};

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

#[derive(Template)]
#[template(path = "webhooks/form.html")]
pub(crate) struct FormPage {
    pub(crate) page: Page,
    pub(crate) former: Option<String>,
    pub(crate) back: String,
    pub(crate) action: String,
    pub(crate) wrong: Option<String>,
    /// Somebody else was faster: who, when and what.
    pub(crate) conflict: Option<Conflict>,
    pub(crate) draft: Draft,
    pub(crate) inputs: Vec<Input>,
    /// Whether it can be that only what is addressed to it is wanted.
    pub(crate) asks_direct: bool,
    pub(crate) groups: Vec<Group>,
    pub(crate) types_note: Note,
    pub(crate) channels: Vec<Choice>,
    /// There are more than have a box each: one looks for them.
    pub(crate) many_channels: bool,
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
    let profile = visit.tenant.organization.default_profile.clone();
    let found = state.service.profiles().get(&profile);
    let draft = Draft {
        // From a page that offers one, such as an inspector.
        url: visit.query.text("url").trim().to_owned(),
        enabled: true,
        all_types: true,
        direct: found.filter(|found| found.direct).map(|_| true),
        profile,
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
    let draft = opened(&state, &visit, &webhook);
    let shown = lay_out(&state, &visit, draft, Some(&webhook), &[]);
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

/// What stands in the form of a webhook before anything is typed.
fn opened(state: &AppState, visit: &Visit<Edit>, webhook: &Webhook) -> Draft {
    let types = Types::of(state, visit);
    let channels = Channels::of(visit);
    Draft::of(
        webhook,
        |name| types.has_box(name),
        |key| channels.has_box(key),
    )
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
        None => (
            text.t("word-create-title"),
            list.clone(),
            format!("{list}/new"),
        ),
        Some(webhook) => {
            let own = format!("{list}/{}", webhook.id);
            let action = format!("{own}/edit");
            (text.t("word-update-title"), own, action)
        }
    };
    // Who chooses none has the webhook's, or the organization's.
    let by_default = match former {
        Some(webhook) => &webhook.settings.profile,
        None => &visit.tenant.organization.default_profile,
    };
    let profile = match draft.profile.as_str() {
        "" => by_default,
        chosen => chosen,
    };
    let profile = state.service.profiles().get(profile);
    let faults = Fault::all(text, errors);
    let overrides_note = Note::of("overrides", &faults);
    let headers_note = Note::of("headers", &faults);
    let profile_note = Note::of("profile", &faults);
    let restricted = !visit.access().channels.is_empty();
    let channels = Channels::of(visit);
    let addressed = profile.as_ref().is_some_and(|profile| profile.direct);
    FormPage {
        former: former.map(|webhook| name_of(&webhook.settings.name, &webhook.settings.url)),
        back,
        action,
        wrong: (!errors.is_empty()).then(|| {
            let count = errors.len();
            text.with("form-wrong", [("count", count.into())])
        }),
        conflict: None,
        inputs: vec![
            Input {
                name: "name",
                label: text.t("word-form-name"),
                kind: "text",
                value: draft.name.clone(),
                required: profile
                    .as_ref()
                    .is_some_and(|profile| profile.requires_name),
                note: Note::of("name", &faults),
                ..Input::default()
            },
            Input {
                name: "url",
                label: text.t("word-url"),
                kind: "url",
                value: draft.url.clone(),
                placeholder: "https://example.com/hooks".to_owned(),
                required: true,
                note: Note::of("url", &faults),
            },
        ],
        asks_direct: addressed || draft.direct.is_some(),
        groups: Types::of(state, visit).groups(text, &draft.types),
        types_note: Note::of("event_types", &faults),
        channels: channels.boxes(&draft.channels, None),
        many_channels: channels.are_many(),
        restricted,
        channels_note: Note::of("channels", &faults),
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
