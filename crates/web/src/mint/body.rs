//! What the bodies of several nouns share: references, and fields that are only read.

use bellwire_core::said::Said;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::{Code, Problem};

/// Something else, by its id.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MintReference {
    /// Its id.
    pub(super) id: String,
}

impl MintReference {
    /// To the thing of this id.
    pub(super) fn to(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }
}

/// Declares what a body says of a noun. Objects within it are
/// [`Object`](crate::extract::Object)s, so that no array is taken for one.
///
/// Each of its fields may be left out; those that are only read
/// are taken, so that what was got can be put, and ignored (APG-12).
macro_rules! body {
    (
        $(#[$meta:meta])*
        $name:ident {
            $($(#[$field_meta:meta])* $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Default, ::serde::Deserialize, ::utoipa::ToSchema)]
        #[serde(deny_unknown_fields, rename_all = "camelCase")]
        pub struct $name {
            $($(#[$field_meta])* pub(super) $field: $type,)*
            /// Ignored.
            #[schema(value_type = Option<serde_json::Value>)]
            #[expect(dead_code)]
            created: Option<::serde::de::IgnoredAny>,
            /// Ignored.
            #[schema(value_type = Option<serde_json::Value>)]
            #[expect(dead_code)]
            created_by: Option<::serde::de::IgnoredAny>,
            /// Ignored.
            #[schema(value_type = Option<serde_json::Value>)]
            #[expect(dead_code)]
            updated: Option<::serde::de::IgnoredAny>,
            /// Ignored.
            #[schema(value_type = Option<serde_json::Value>)]
            #[expect(dead_code)]
            updated_by: Option<::serde::de::IgnoredAny>,
            /// Ignored: the path says it.
            #[schema(value_type = Option<serde_json::Value>)]
            #[expect(dead_code)]
            organization: Option<::serde::de::IgnoredAny>,
            /// Ignored: the path says it.
            #[schema(value_type = Option<serde_json::Value>)]
            #[expect(dead_code)]
            org_id: Option<::serde::de::IgnoredAny>,
        }
    };
}
pub(super) use body;

/// The problem of a field.
pub(super) fn wrong(field: &str, message: impl Into<Said>) -> Problem {
    Problem::field(Code::InvalidRequest, field, message)
}

/// A field without which nothing is made.
pub(super) fn required<T>(value: Option<T>, field: &str) -> Result<T, Problem> {
    value.ok_or_else(|| wrong(field, format!("missing field `{field}`")))
}

/// Refuses a field that is said again, and differently.
pub(super) fn same(given: Option<&str>, is: &str, field: &str) -> Result<(), Problem> {
    match given {
        Some(given) if given != is => Err(wrong(
            field,
            format!("it is `{is}` and does not change; leave it out"),
        )),
        _ => Ok(()),
    }
}

/// A value under two names: what the original tells apart, and is one thing here.
pub(super) fn either(
    name: Option<String>,
    display_name: Option<String>,
) -> Result<Option<String>, Problem> {
    match (name, display_name) {
        (Some(name), Some(display)) if name != display => Err(wrong(
            "displayName",
            "differs from `name`, and there is one name; send one of them",
        )),
        (name, display) => Ok(name.or(display)),
    }
}

/// A problem with its fields spelt as this API spells them: `names` are those that are called
/// otherwise, the others are written in camel case.
pub(super) fn spelt(problem: Problem, names: &[(&str, &str)]) -> Problem {
    if problem.errors.is_empty() {
        return problem;
    }
    let mut errors = problem.errors;
    for error in &mut errors {
        error.field = error
            .field
            .split('.')
            .map(|part| spell(part, names))
            .collect::<Vec<_>>()
            .join(".");
    }
    Problem::fields(problem.code, errors)
}

/// One part of a field's name: a word, and perhaps an index in brackets.
fn spell(part: &str, names: &[(&str, &str)]) -> String {
    let (word, index) = part.split_at(part.find('[').unwrap_or(part.len()));
    let spelt = names
        .iter()
        .find(|(ours, _)| *ours == word)
        .map_or_else(|| camel(word), |(_, theirs)| (*theirs).to_owned());
    format!("{spelt}{index}")
}

/// `rate_plan` as `ratePlan`.
pub(super) fn camel(snake: &str) -> String {
    let mut words = snake.split('_');
    let mut written = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        if let Some(first) = letters.next() {
            written.push(first.to_ascii_uppercase());
            written.push_str(letters.as_str());
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_spelt_as_this_api_spells_them() {
        let problem = wrong("records[3].rate_plan", "no such plan");
        assert_eq!(spelt(problem, &[]).errors[0].field, "records[3].ratePlan");
        let problem = wrong("attributes[0].name", "it is empty");
        let problem = spelt(problem, &[("attributes", "customAttributes")]);
        assert_eq!(problem.errors[0].field, "customAttributes[0].name");
        assert!(problem.detail.contains("customAttributes[0].name"));
    }

    #[test]
    fn two_names_for_one_thing_agree() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(either(some("a"), None).unwrap(), some("a"));
        assert_eq!(either(None, some("a")).unwrap(), some("a"));
        assert_eq!(either(some("a"), some("a")).unwrap(), some("a"));
        assert_eq!(
            either(some("a"), some("b")).unwrap_err().errors[0].field,
            "displayName"
        );
    }
}
