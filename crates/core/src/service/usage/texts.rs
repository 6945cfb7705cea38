//! What the fields of usage documents must be, and ids that are made of names.

use crate::{
    said::Said,
    say,
    service::validate::{self, Findings},
    time::Time,
};

/// The longest id of a package or rate plan, in bytes.
pub const MAX_ID_BYTES: usize = 100;

/// Times of plans lie before this one: 2200-01-01. Later is a typing error.
const MAX_TIME: Time = Time::from_millis(7_258_118_400_000);

/// An id of a package or a rate plan.
pub(super) fn id(text: &str) -> Result<(), Said> {
    let right = (1..=MAX_ID_BYTES).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
    right.then_some(()).ok_or_else(|| {
        say!(
            "rule-id",
            "an id is 1 to {max} letters, digits, `_`, `.` and `-`, for example \
             `location_adjustable`",
            max = MAX_ID_BYTES
        )
    })
}

/// The id that follows from a name: small letters and digits stay, anything else becomes `_`.
pub(super) fn derived_id(name: &str) -> String {
    name.trim()
        .chars()
        .map(|letter| match letter.to_ascii_lowercase() {
            letter if letter.is_ascii_alphanumeric() => letter,
            letter @ ('.' | '-') => letter,
            _ => '_',
        })
        .take(MAX_ID_BYTES)
        .collect()
}

/// Names of something, each of them once.
pub(super) fn names(findings: &mut Findings, field: &str, names: &[String], max: usize) {
    if names.len() > max {
        let message = kept(max, names.len());
        findings.add(field, message);
        return;
    }
    for (index, name) in names.iter().enumerate() {
        let field = format!("{field}[{index}]");
        findings.check(&field, validate::required_name(name));
        if names[..index].contains(name) {
            findings.add(field, twice(name));
        }
    }
}

/// More of something than is kept.
pub(super) fn kept(max: usize, count: usize) -> Said {
    say!(
        "rule-kept",
        "at most {max} are kept, these are {count}",
        max,
        count
    )
}

pub(super) fn twice(name: &str) -> Said {
    say!("rule-twice", "`{name}` is named twice", name)
}

/// A moment that a plan begins or ends at.
pub(super) fn moment(time: Time) -> Result<(), Said> {
    let right = (Time::EPOCH..MAX_TIME).contains(&time);
    right.then_some(()).ok_or_else(|| {
        say!(
            "rule-years",
            "{time} is not between the years 1970 and 2200",
            time
        )
    })
}

/// The beginning of a text of somebody else's, fit for a message.
pub(super) fn shown(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_control())
        .take(MAX_ID_BYTES)
        .collect()
}

/// E-mail addresses are compared as they are written here.
pub(super) fn email(text: &str) -> String {
    text.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_follows_from_a_name() {
        assert_eq!(derived_id("Location"), "location");
        assert_eq!(derived_id(" My Package (2) "), "my_package__2_");
        assert_eq!(derived_id("Caf\u{e9} v1.2-b"), "caf__v1.2-b");
        assert_eq!(id(&derived_id(&"x".repeat(300))), Ok(()));
    }

    #[test]
    fn ids_have_letters_that_a_path_can_hold() {
        for right in ["a", "Location_2.b-c", &"a".repeat(100)] {
            assert_eq!(id(right), Ok(()), "{right}");
        }
        for wrong in ["", "a b", "a/b", "\u{e9}", &"a".repeat(101)] {
            assert!(id(wrong).unwrap_err().contains("for example"), "{wrong}");
        }
    }

    #[test]
    fn names_are_named_once() {
        let of = |list: &[&str]| {
            let list: Vec<String> = list.iter().map(|&name| name.to_owned()).collect();
            let mut findings = Findings::default();
            names(&mut findings, "products", &list, 3);
            findings.finish().err().map(|error| error.to_string())
        };
        assert_eq!(of(&["a", "b"]), None);
        assert!(of(&["a", "a"]).unwrap().starts_with("products[1]: `a`"));
        assert!(of(&["a", ""]).unwrap().starts_with("products[1]: "));
        assert!(of(&["a", "b", "c", "d"]).unwrap().contains("at most 3"));
    }

    #[test]
    fn a_moment_is_one_that_somebody_lives_to_see() {
        let at = |text: &str| moment(text.parse().expect("a time"));
        assert_eq!(at("2199-12-31T23:59:59Z"), Ok(()));
        assert!(at("2200-01-01T00:00:00Z").is_err());
        assert!(at("1969-12-31T23:59:59Z").is_err());
    }
}
