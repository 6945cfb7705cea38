//! A webhook as the list shows it.

use bellwire_core::{ports::Health, snapshot::Route};

use super::day::Day;
use crate::{
    language::Text,
    moment::Moment,
    pages::{
        jobs::of_webhook,
        shown::{Pill, name_of, succeeded},
    },
};

/// The most event types that a row names.
const NAMED: usize = 2;

/// A row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) href: String,
    pub(crate) log: String,
    pub(crate) again: String,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) status: Pill,
    pub(crate) enabled: bool,
    pub(crate) paused: bool,
    pub(crate) switch_label: String,
    pub(crate) types: Vec<String>,
    pub(crate) more_types: Option<String>,
    pub(crate) spark: String,
    pub(crate) last: Option<Last>,
}

/// The last request.
#[derive(Debug, Clone)]
pub(crate) struct Last {
    pub(crate) at: Moment,
    pub(crate) pill: Pill,
}

impl Row {
    pub(super) fn new(
        text: &Text,
        slug: &str,
        route: &Route,
        health: Option<&Health>,
        day: &Day,
        now: bellwire_core::time::Time,
    ) -> Self {
        let webhook = &route.webhook;
        let settings = &webhook.settings;
        let name = name_of(&settings.name, &settings.url);
        let patterns = &settings.event_types;
        let types = match patterns.is_empty() {
            true if settings.direct => vec![text.t("types-direct")],
            true => vec![text.t("types-all")],
            false => patterns.iter().take(NAMED).cloned().collect(),
        };
        let more = patterns.len().saturating_sub(NAMED);
        Self {
            id: webhook.id.to_string(),
            href: format!("/portal/{slug}/webhooks/{}", webhook.id),
            again: of_webhook(slug, webhook.id, None),
            log: format!("/portal/{slug}/events?webhook={}", webhook.id),
            switch_label: text.with("switch-label", [("name", name.as_str().into())]),
            name,
            url: settings.url.clone(),
            status: Pill::webhook(text, route, health),
            enabled: webhook.disabled.is_none(),
            paused: webhook.paused.is_some(),
            types,
            more_types: (more > 0).then(|| text.with("types-more", [("count", more.into())])),
            spark: day.spark(text),
            last: health
                .and_then(|health| health.last_attempt.as_ref())
                .map(|attempt| Last {
                    at: Moment::new(text, attempt.at, now),
                    pill: Pill::answer(text, attempt.answer, succeeded(Some(route), attempt)),
                }),
        }
    }
}
