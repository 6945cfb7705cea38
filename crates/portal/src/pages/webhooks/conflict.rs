//! Two people change the same webhook: who comes second is told what the first one did, keeps what
//! they typed, and decides.

use bellwire_core::webhook::{Settings, Webhook};

use crate::{language::Text, moment::Moment};

/// What somebody else did since the form was opened.
#[derive(Debug, Clone)]
pub(crate) struct Conflict {
    pub(crate) said: String,
    pub(crate) at: Moment,
    /// The settings that are not as they were.
    pub(crate) changed: Vec<String>,
}

impl Conflict {
    /// What was changed between the settings that the form was opened with and those of now; all of
    /// them, when nobody knows any more what they were.
    pub(super) fn new(
        text: &Text,
        former: Option<&Settings>,
        webhook: &Webhook,
        at: Moment,
    ) -> Self {
        let by = webhook.updated_by.as_str();
        Self {
            said: text.with("form-conflict", [("by", by.into())]),
            at,
            changed: former
                .map(|former| differences(text, former, &webhook.settings))
                .unwrap_or_default(),
        }
    }
}

/// What the fields are called in which two settings differ.
fn differences(text: &Text, one: &Settings, other: &Settings) -> Vec<String> {
    [
        ("word-form-name", one.name != other.name),
        ("word-url", one.url != other.url),
        (
            "word-events",
            one.event_types != other.event_types || one.direct != other.direct,
        ),
        ("word-channels", one.channels != other.channels),
        ("form-profile", one.profile != other.profile),
        ("form-headers", one.headers != other.headers),
        ("form-advanced", one.overrides != other.overrides),
    ]
    .into_iter()
    .filter(|(_, differs)| *differs)
    .map(|(key, _)| text.t(key))
    .collect()
}
