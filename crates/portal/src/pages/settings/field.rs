//! A field of a form of the settings, whatever its kind: one template lays out all of them.

use crate::pages::{
    note::{Fault, Note},
    shown::Choice,
};

/// A field.
#[derive(Debug, Clone, Default)]
pub(crate) struct Field {
    /// What it is called in what is sent.
    pub(crate) name: &'static str,
    /// What people read before it.
    pub(crate) label: String,
    /// `text`, `email`, `password`, `area`, `select`, `radio`, `boxes` or `check`.
    pub(crate) kind: &'static str,
    /// What it holds.
    pub(crate) value: String,
    /// What helps to fill it in.
    pub(crate) hint: String,
    /// What can be chosen.
    pub(crate) choices: Vec<Choice>,
    /// It cannot be left empty.
    pub(crate) required: bool,
    /// What browsers and password managers fill in.
    pub(crate) autocomplete: &'static str,
    /// An example.
    pub(crate) placeholder: &'static str,
    /// What is wrong with it.
    pub(crate) note: Note,
}

impl Field {
    /// A field of one line.
    pub(crate) fn line(name: &'static str, label: String, value: &str) -> Self {
        Self {
            name,
            label,
            kind: "text",
            value: value.to_owned(),
            autocomplete: "off",
            note: Note {
                field: name,
                ..Note::default()
            },
            ..Self::default()
        }
    }

    /// One of several.
    pub(crate) fn one_of(
        kind: &'static str,
        name: &'static str,
        label: String,
        choices: Vec<Choice>,
    ) -> Self {
        Self {
            kind,
            choices,
            required: kind == "radio",
            ..Self::line(name, label, "")
        }
    }

    /// A box to check.
    pub(crate) fn check(name: &'static str, label: String, checked: bool) -> Self {
        Self {
            kind: "check",
            ..Self::line(name, label, if checked { "1" } else { "" })
        }
    }

    /// Of another kind of line.
    pub(crate) fn of_kind(self, kind: &'static str, autocomplete: &'static str) -> Self {
        Self {
            kind,
            autocomplete,
            ..self
        }
    }

    /// That cannot be left empty.
    pub(crate) fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    /// With what helps to fill it in.
    pub(crate) fn hint(self, hint: String) -> Self {
        Self { hint, ..self }
    }

    /// With an example.
    pub(crate) fn placeholder(self, placeholder: &'static str) -> Self {
        Self {
            placeholder,
            ..self
        }
    }

    /// With what is wrong with it.
    pub(crate) fn told(self, faults: &[Fault]) -> Self {
        Self {
            note: Note::of(self.name, faults),
            ..self
        }
    }
}
