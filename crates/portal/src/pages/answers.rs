//! What came back, as a filter: a status, a class of them, or why there was no answer.

use bellwire_core::{job::StatusFilter, outcome::Cause};

use crate::{
    language::Text,
    pages::shown::{Choice, cause_words},
};

/// What must have come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Status(StatusFilter),
    Cause(Cause),
}

impl Wanted {
    /// From `503`, `5xx` or `dns`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let status = StatusFilter::parse(text).map(Self::Status);
        status.or_else(|| Cause::parse(text).map(Self::Cause))
    }

    /// The status that is wanted.
    pub(crate) fn status(self) -> Option<StatusFilter> {
        match self {
            Self::Status(status) => Some(status),
            Self::Cause(_) => None,
        }
    }

    /// The cause that is wanted.
    pub(crate) fn cause(self) -> Option<Cause> {
        match self {
            Self::Status(_) => None,
            Self::Cause(cause) => Some(cause),
        }
    }

    /// As in the URL.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Status(status) => status.to_string(),
            Self::Cause(cause) => cause.as_str().to_owned(),
        }
    }

    /// For people.
    pub(crate) fn words(self, text: &Text) -> String {
        match self {
            Self::Status(status) => status.to_string(),
            Self::Cause(cause) => cause_words(text, cause),
        }
    }
}

/// The answers that can be chosen; one that is none of them, when it was asked for.
pub(crate) fn choices(text: &Text, chosen: Option<Wanted>) -> Vec<Choice> {
    let classes = (2..=5).map(|class| Wanted::Status(StatusFilter::Class(class)));
    let causes = Cause::ALL.into_iter().map(Wanted::Cause);
    let mut all: Vec<Wanted> = classes.chain(causes).collect();
    all.extend(chosen.filter(|chosen| !all.contains(chosen)));
    let chosen = chosen.map(Wanted::name).unwrap_or_default();
    let mut choices = vec![Choice::new("", text.t("filter-all-answers"), &chosen)];
    choices.extend(
        all.into_iter()
            .map(|one| Choice::new(&one.name(), one.words(text), &chosen)),
    );
    choices
}
