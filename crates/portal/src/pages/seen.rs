//! What a form showed when it was opened. Who sends it back changes what they saw: when it is another
//! thing by now, they are told, keep what they typed, and decide.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::{form::Form, language::Text, spoken::Spoken};

/// The field that has it.
pub(crate) const SEEN: &str = "seen";

/// A word for everything that a form shows. Not a secret, and of use for as long as a page is open.
pub(crate) fn word(shown: &[&str]) -> String {
    let mut hasher = DefaultHasher::new();
    shown.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Whether a form was opened with something else than what there is now.
pub(crate) fn is_stale(form: &Form, now: &str) -> bool {
    form.given(SEEN).is_some_and(|seen| seen != now)
}

/// What is said then.
pub(crate) fn told(text: &Text) -> Spoken {
    text.t("form-stale").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_thing_has_another_word() {
        assert_eq!(word(&["a", "b"]), word(&["a", "b"]));
        assert_ne!(word(&["a", "b"]), word(&["ab", ""]));
        let form = Form::of([(SEEN, word(&["a"]))]);
        assert!(!is_stale(&form, &word(&["a"])));
        assert!(is_stale(&form, &word(&["b"])));
        assert!(!is_stale(&Form::default(), &word(&["b"])));
    }
}
