//! What is wrong with a field of a form, and what is said below it.

use bellwire_core::service::FieldError;

use crate::{language::Text, spoken::Spoken};

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Which, in the words of the rules: `overrides.timeouts.total_ms`.
    pub(crate) field: String,
    pub(crate) said: Spoken,
}

impl Fault {
    pub(crate) fn new(field: impl Into<String>, said: impl Into<Spoken>) -> Self {
        Self {
            field: field.into(),
            said: said.into(),
        }
    }

    /// What the rules say.
    pub(crate) fn all(text: &Text, errors: &[FieldError]) -> Vec<Self> {
        let of = |error: &FieldError| Self::new(&error.field, text.said(&error.message));
        errors.iter().map(of).collect()
    }

    /// Whether it is about this field, or a part of it.
    pub(crate) fn is_of(&self, field: &str) -> bool {
        self.field
            .strip_prefix(field)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }
}

/// What is said below a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) field: &'static str,
    pub(crate) said: Spoken,
    pub(crate) wrong: bool,
    /// `wrong`, `warn`, `right`, or nothing.
    pub(crate) kind: &'static str,
}

impl Note {
    /// What is wrong with a field and with the parts of it.
    pub(crate) fn of(field: &'static str, faults: &[Fault]) -> Self {
        let own = faults.iter().filter(|fault| fault.is_of(field));
        let said: Spoken = own.map(|fault| fault.said.clone()).collect();
        let wrong = !said.text.is_empty();
        Self {
            field,
            said,
            wrong,
            kind: if wrong { "wrong" } else { "" },
        }
    }
}
