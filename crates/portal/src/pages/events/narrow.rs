//! What the log is narrowed to: what the URL says of it, the fields that choose it, and the same in a
//! link.

use bellwire_core::{delivery::State, ports::EventFilter, time::Time};
use bellwire_web::AppState;

use crate::{
    form::Form,
    html,
    pages::{
        answers::{self, Wanted},
        period,
        pick::Picker,
        shown::{Choice, Pill},
        webhooks::type_names,
    },
    visit::Visit,
};

/// Everything that narrows the log, as the URL names it.
pub(super) const NAMES: [&str; 8] = [
    "type", "period", "state", "webhook", "answer", "test", "q", "in",
];
/// The longest text that is looked for, in characters: as in the API.
const MAX_TEXT: usize = 200;
/// The longest id: as producers may make theirs, in bytes.
const MAX_ID: usize = bellwire_core::service::MAX_EXTERNAL_ID_BYTES;
/// Not a state of its own: what waits after an attempt.
const RETRY: &str = "retry";

/// The states that can be looked for.
const STATES: [State; 5] = [
    State::Pending,
    State::Delivered,
    State::Failed,
    State::Cancelled,
    State::Held,
];

/// A choice that narrows the list.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) choices: Vec<Choice>,
}

/// The query without these names and without what is empty.
pub(super) fn without(query: &Form, names: &[&str]) -> String {
    NAMES
        .iter()
        .filter(|name| !names.contains(name))
        .filter_map(|name| {
            let value = query.given(name)?;
            let value: String = value.chars().take(MAX_TEXT).collect();
            Some(format!("{name}={}", html::encoded(&value)))
        })
        .collect::<Vec<String>>()
        .join("&")
}

/// What the store is asked for, but for what is searched.
pub(super) fn filter(visit: &Visit, picker: &Picker, now: Time) -> EventFilter {
    let query = &visit.query;
    let wanted = Wanted::parse(query.text("answer"));
    let state = query.text("state");
    let retry = state == RETRY;
    let states = match retry {
        true => Some(State::Pending),
        false => State::parse(state),
    };
    EventFilter {
        event_type: query.given("type").map(str::to_owned),
        updated_since: period::since(query.text("period"), now),
        states: states.into_iter().collect(),
        tried: retry,
        webhook: picker.id,
        status: wanted.and_then(Wanted::status),
        cause: wanted.and_then(Wanted::cause),
        test: query.checked("test").then_some(true),
        ..EventFilter::default()
    }
}

/// What is searched: as an id, when it can be one, and as a text.
pub(super) fn searched(query: &Form) -> (Option<String>, Option<String>) {
    let Some(searched) = query.given("q") else {
        return (None, None);
    };
    let is_id = searched.len() <= MAX_ID && query.text("in") != "text";
    let text: String = searched.chars().take(MAX_TEXT).collect();
    (is_id.then(|| searched.to_owned()), Some(text))
}

/// The fields, but for the webhook.
pub(super) fn filters(state: &AppState, visit: &Visit) -> Vec<Filter> {
    let (text, query) = (visit.text(), &visit.query);
    let chosen = |name| query.given(name).unwrap_or_default().to_owned();
    let all = |key: &str, chosen: &str| vec![Choice::new("", text.t(key), chosen)];
    let (of_type, period) = (chosen("type"), chosen("period"));
    let mut types = all("filter-all-types", &of_type);
    let mut names: Vec<String> = type_names(state, visit)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    if !of_type.is_empty() && !names.contains(&of_type) {
        names.push(of_type.clone());
    }
    types.extend(
        names
            .iter()
            .map(|name| Choice::new(name, name.clone(), &of_type)),
    );
    let mut periods = all("filter-all-time", &period);
    periods.extend(period::choices(text, &period));
    let of_state = chosen("state");
    let mut states = all("filter-all-states", &of_state);
    states.extend(STATES.into_iter().map(|state| {
        let label = Pill::state(text, state).label;
        Choice::new(state.as_str(), label, &of_state)
    }));
    states.insert(2, Choice::new(RETRY, text.t("state-retry"), &of_state));
    let answers = answers::choices(text, Wanted::parse(query.text("answer")));
    let filter_of = |name, key: &str, choices| Filter {
        name,
        label: text.t(key),
        choices,
    };
    vec![
        filter_of("type", "filter-type", types),
        filter_of("period", "filter-period", periods),
        filter_of("state", "filter-state", states),
        filter_of("answer", "column-answer", answers),
    ]
}
