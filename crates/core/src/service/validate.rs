//! What a request's fields must be, and how all that is wrong is told at once.
//!
//! The rules of single texts that several nouns share. What makes a webhook's settings right as a
//! whole is in `settings`.

use super::{Error, FieldError};
use crate::{ports::Page, profile::Profiles, said::Said, say};

/// The longest name or label, in characters.
pub const MAX_NAME_CHARS: usize = 255;
/// The longest description, in characters.
pub const MAX_DESCRIPTION_CHARS: usize = 4096;
/// The longest slug.
pub const MAX_SLUG_BYTES: usize = 63;

/// What is wrong with a request, gathered field by field.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<FieldError>);

impl Findings {
    /// Something is wrong with this field.
    pub(super) fn add(&mut self, field: impl Into<String>, message: impl Into<Said>) {
        self.0.push(FieldError::new(field, message));
    }

    /// The value of a check, or its message against this field.
    pub(super) fn check<T>(
        &mut self,
        field: &str,
        result: Result<T, impl Into<Said>>,
    ) -> Option<T> {
        result.map_err(|message| self.add(field, message)).ok()
    }

    /// The end of the checks, with those of a part that was checked on its own.
    pub(super) fn and<T>(mut self, part: Result<T, Error>) -> Result<T, Error> {
        match part {
            Ok(value) => self.finish().map(|()| value),
            Err(Error::Invalid(more)) => {
                self.0.extend(more);
                Err(Error::Invalid(self.0))
            }
            Err(error) => Err(error),
        }
    }

    /// The end of the checks.
    pub(super) fn finish(self) -> Result<(), Error> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(self.0))
        }
    }
}

/// A slug: what URLs call an organization.
pub(super) fn slug(text: &str) -> Result<(), Said> {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let right = text.bytes().next().is_some_and(letters)
        && text.bytes().all(|byte| letters(byte) || byte == b'-')
        && text.len() <= MAX_SLUG_BYTES;
    right.then_some(()).ok_or_else(|| {
        say!(
            "rule-slug",
            "a slug is 1 to {max} lower-case letters, digits and hyphens and begins with a letter \
             or digit, for example `acme-travel`",
            max = MAX_SLUG_BYTES
        )
    })
}

/// A name or label for people; may be empty.
pub(super) fn name(text: &str) -> Result<(), Said> {
    let length = text.chars().count();
    if length > MAX_NAME_CHARS {
        Err(too_long(MAX_NAME_CHARS, length))
    } else if text.chars().any(char::is_control) {
        Err(say!(
            "rule-control",
            "a control character (line break, tab, NUL, …) is in it; take it out"
        ))
    } else {
        Ok(())
    }
}

fn too_long(max: usize, length: usize) -> Said {
    say!(
        "rule-characters",
        "at most {max} characters are kept, this has {length}; shorten it",
        max,
        length
    )
}

/// A name that must say something.
pub(super) fn required_name(text: &str) -> Result<(), Said> {
    if text.trim().is_empty() {
        return Err(say!("rule-empty", "it may not be empty"));
    }
    name(text)
}

/// A description: several lines are fine.
pub(super) fn description(text: &str) -> Result<(), Said> {
    let length = text.chars().count();
    if length > MAX_DESCRIPTION_CHARS {
        Err(too_long(MAX_DESCRIPTION_CHARS, length))
    } else if text
        .chars()
        .any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'))
    {
        Err(say!(
            "rule-control-lines",
            "a control character other than line break and tab is in it; take it out"
        ))
    } else {
        Ok(())
    }
}

/// The message for a profile that is not configured.
pub(super) fn no_profile(name: &str, profiles: &Profiles) -> Said {
    let names: Vec<String> = profiles.names().map(|name| format!("`{name}`")).collect();
    let shown: String = name
        .chars()
        .filter(|letter| !letter.is_control())
        .take(MAX_SLUG_BYTES)
        .collect();
    say!(
        "rule-no-profile",
        "there is no profile `{name}`; the profiles are {all}",
        name = shown,
        all = names.join(", ")
    )
}

/// What is wrong with a webhook whose profile is not configured.
pub(super) fn held(profile: &str) -> Said {
    say!(
        "rule-held",
        "the profile `{name}` is not configured on this server, so nothing can be sent, and \
         deliveries wait; configure the profile again, or give the webhook another one",
        name = profile
    )
}

/// One page of a list that begins after the cursor, with the cursor of the next.
pub(super) fn page<T, C>(
    items: impl Iterator<Item = T>,
    limit: usize,
    cursor: impl FnOnce(&T) -> C,
) -> Page<T, C> {
    let limit = limit.max(1);
    let mut items: Vec<T> = items.take(limit + 1).collect();
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(cursor);
    Page { items, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for right in ["a", "acme", "acme-travel", "9", &"a".repeat(63)] {
            assert_eq!(slug(right), Ok(()), "{right}");
        }
        for wrong in [
            "",
            "-a",
            "Acme",
            "acme_travel",
            "a b",
            "é",
            "a/b",
            &"a".repeat(64),
        ] {
            assert!(slug(wrong).unwrap_err().contains("acme-travel"), "{wrong}");
        }
    }

    #[test]
    fn names_count_characters_and_refuse_control_characters() {
        assert_eq!(name(&"é".repeat(255)), Ok(()));
        assert!(name(&"é".repeat(256)).unwrap_err().contains("this has 256"));
        assert!(name("a\nb").unwrap_err().contains("control character"));
        assert_eq!(name(""), Ok(()));
        assert!(required_name("  ").unwrap_err().contains("empty"));
    }

    #[test]
    fn descriptions_may_have_lines() {
        assert_eq!(description("one\n\ttwo"), Ok(()));
        assert!(
            description("one\0")
                .unwrap_err()
                .contains("control character")
        );
        assert!(
            description(&"x".repeat(4097))
                .unwrap_err()
                .contains("this has 4097")
        );
    }

    #[test]
    fn a_page_knows_whether_there_is_another() {
        let page_of =
            |from: i32, limit| page((1..=5).filter(move |n| *n > from), limit, |n: &i32| *n);
        assert_eq!(
            (page_of(0, 2).items, page_of(0, 2).next),
            (vec![1, 2], Some(2))
        );
        assert_eq!(
            (page_of(2, 3).items, page_of(2, 3).next),
            (vec![3, 4, 5], None)
        );
        assert_eq!(
            (page_of(5, 3).items, page_of(5, 3).next),
            (Vec::<i32>::new(), None)
        );
        assert_eq!(page_of(0, 0).items, [1]);
    }
}
