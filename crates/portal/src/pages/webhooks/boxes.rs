//! The boxes of the form: event types by their first word, and channels, which are looked for where
//! there are many.

use std::collections::{BTreeMap, HashMap, HashSet};

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_web::{AppState, auth::Edit};
use http::StatusCode;

use crate::{
    frame::Page,
    html,
    language::Text,
    pages::shown::{Choice, described},
    refusal::Refusal,
    spoken::Spoken,
    visit::Visit,
};

/// Channels that each have a box; where there are more, one looks for them.
const MAX_BOXES: usize = 30;

/// Event types that begin with the same word.
#[derive(Debug, Clone, Default)]
pub(crate) struct Group {
    pub(crate) label: String,
    pub(crate) choices: Vec<Choice>,
}

/// The event types that can be chosen, with what they mean.
pub(in crate::pages) fn type_names<R>(state: &AppState, visit: &Visit<R>) -> Vec<(String, String)> {
    let platform = state.service.snapshot().platform_event_types();
    let own = &visit.tenant.event_types;
    let mut all: Vec<(String, String)> = platform
        .iter()
        .filter(|(name, _)| !own.contains_key(*name))
        .chain(own)
        .map(|(name, entry)| (name.clone(), described(visit.text(), &entry.event_type)))
        .collect();
    all.sort();
    all
}

fn prefix(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// The event types that have a box.
pub(super) struct Types {
    names: BTreeMap<String, String>,
    /// How many begin with each word.
    sizes: HashMap<String, usize>,
}

impl Types {
    /// Those of an organization and of the platform.
    pub(super) fn of<R>(state: &AppState, visit: &Visit<R>) -> Self {
        Self::new(type_names(state, visit))
    }

    fn new(names: Vec<(String, String)>) -> Self {
        let mut sizes: HashMap<String, usize> = HashMap::new();
        for (name, _) in &names {
            *sizes.entry(prefix(name).to_owned()).or_default() += 1;
        }
        Self {
            names: names.into_iter().collect(),
            sizes,
        }
    }

    /// Whether all that begin with a word have a box together.
    fn is_group(&self, word: &str) -> bool {
        self.sizes.get(word).is_some_and(|size| *size > 1)
    }

    /// Whether a type, or a pattern, has a box.
    pub(super) fn has_box(&self, pattern: &str) -> bool {
        self.names.contains_key(pattern)
            || pattern
                .strip_suffix(".*")
                .is_some_and(|word| self.is_group(word))
    }

    /// The boxes, those that are chosen checked.
    pub(super) fn groups(&self, text: &Text, chosen: &[String]) -> Vec<Group> {
        let chosen: HashSet<&str> = chosen.iter().map(String::as_str).collect();
        let choice = |value: String, hint: String| Choice {
            checked: chosen.contains(value.as_str()),
            label: value.clone(),
            value,
            hint: hint.into(),
        };
        let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
        for (name, description) in &self.names {
            let label = prefix(name);
            let group = groups.entry(label).or_insert_with(|| {
                let mut choices = Vec::new();
                if self.is_group(label) {
                    let hint = text.with("form-types-group", [("group", label.into())]);
                    choices.push(choice(format!("{label}.*"), hint));
                }
                Group {
                    label: label.to_owned(),
                    choices,
                }
            });
            group
                .choices
                .push(choice(name.clone(), description.clone()));
        }
        groups.into_values().collect()
    }
}

/// The channels that can be chosen.
pub(super) struct Channels {
    /// Keys with their labels.
    all: Vec<(String, String)>,
}

impl Channels {
    /// Those of an organization; who is restricted to some chooses of those.
    pub(super) fn of<R>(visit: &Visit<R>) -> Self {
        let known = &visit.tenant.channels;
        let access = visit.access();
        let all = match access.channels.is_empty() {
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
        };
        Self { all }
    }

    /// Whether there are more than have a box each.
    pub(super) fn are_many(&self) -> bool {
        self.all.len() > MAX_BOXES
    }

    /// Whether a channel has a box once it is chosen.
    pub(super) fn has_box(&self, key: &str) -> bool {
        self.all.iter().any(|(known, _)| known == key)
    }

    /// The boxes: all of them while there are few; where there are many, those that are chosen and
    /// some of those whose key or label has this part.
    pub(super) fn boxes(&self, chosen: &[String], part: Option<&str>) -> Vec<Choice> {
        let chosen: HashSet<&str> = chosen.iter().map(String::as_str).collect();
        let (few, part) = (!self.are_many(), part.map(str::to_lowercase));
        let choice = |key: &str, label: &str| Choice {
            checked: chosen.contains(key),
            value: key.to_owned(),
            label: label.to_owned(),
            hint: Spoken::default(),
        };
        let fits = |key: &str, label: &str| {
            part.as_deref().is_some_and(|part| {
                key.to_lowercase().contains(part) || label.to_lowercase().contains(part)
            })
        };
        let own = self
            .all
            .iter()
            .filter(|(key, _)| !few && chosen.contains(key.as_str()));
        let found = self
            .all
            .iter()
            .filter(|(key, label)| few || !chosen.contains(key.as_str()) && fits(key, label))
            .take(MAX_BOXES);
        own.chain(found)
            .map(|(key, label)| choice(key, label))
            .collect()
    }
}

#[derive(Template)]
#[template(path = "webhooks/channels-part.html")]
pub(crate) struct ChannelsPart {
    pub(crate) page: Page,
    pub(crate) channels: Vec<Choice>,
}

/// `GET /portal/{org}/webhooks/channels`: the boxes of channels that fit what is being typed, after
/// those that are chosen.
pub(super) async fn look(
    State(_): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    let part = ChannelsPart {
        channels: Channels::of(&visit).boxes(
            &visit.query.all("channels"),
            visit.query.given("channels_search"),
        ),
        page: visit.page(),
    };
    Ok(html::page(&part, StatusCode::OK, &part.page.embedding))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    fn text() -> Text {
        Text {
            language: Language::En,
            profile: String::new(),
        }
    }

    #[test]
    fn a_word_that_several_begin_with_has_a_box_of_its_own() {
        let names = ["b.one", "b.two", "c.one", "lone"];
        let types = Types::new(names.map(|name| (name.to_owned(), String::new())).to_vec());
        for (pattern, has) in [
            ("b.one", true),
            ("b.*", true),
            ("c.*", false),
            ("lone", true),
            ("x", false),
        ] {
            assert_eq!(types.has_box(pattern), has, "{pattern}");
        }
        let groups = types.groups(&text(), &["b.*".to_owned()]);
        let first: Vec<(&str, bool)> = groups[0]
            .choices
            .iter()
            .map(|choice| (choice.value.as_str(), choice.checked))
            .collect();
        assert_eq!(first, [("b.*", true), ("b.one", false), ("b.two", false)]);
        assert_eq!(groups.len(), 3);
    }

    #[test]
    fn many_channels_are_looked_for_and_those_chosen_stay() {
        let all = (0..500)
            .map(|n| (format!("account:{n:03}"), format!("Hotel {n}")))
            .collect();
        let channels = Channels { all };
        let chosen = ["account:007".to_owned()];
        let values = |part| -> Vec<String> {
            let boxes = channels.boxes(&chosen, part).into_iter();
            boxes.map(|choice| choice.value).collect()
        };
        assert_eq!(values(None), ["account:007"]);
        assert_eq!(values(Some("hotel 499")), ["account:007", "account:499"]);
        assert_eq!(values(Some("ACCOUNT")).len(), 1 + MAX_BOXES);
        let few = Channels {
            all: vec![("a".to_owned(), "A".to_owned())],
        };
        assert_eq!(few.boxes(&[], None).len(), 1);
    }
}
