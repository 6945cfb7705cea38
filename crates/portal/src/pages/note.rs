//! What is said below a field of a form: what is wrong with it, in the words of the rules.

use bellwire_core::service::FieldError;

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
    pub(crate) fn of(field: &'static str, errors: &[FieldError]) -> Self {
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
pub(crate) fn sentence(raw: &str) -> String {
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
