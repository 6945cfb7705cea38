//! What is said to people: a sentence in English, and what it takes to say the same in another
//! language.
//!
//! [`say!`](crate::say) gives a sentence its name and fills its places. Who has the words of another
//! language finds them by the name and fills the same places; the portal has them in `locales`, and
//! `cargo xtask tidy` holds them to what is said here. A text without a name (what a library says of
//! a text that it cannot read) is English for everybody.

use std::{borrow::Cow, fmt, ops::Deref};

use serde::{Serialize, Serializer};

/// A sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said(Box<Sentence>);

/// What is behind a [`Said`], which is small where results are handed on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sentence {
    english: Cow<'static, str>,
    name: Option<&'static str>,
    facts: Vec<(&'static str, Fact)>,
}

/// What fills a place of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A name, a number, a time: the same in every language.
    Plain(String),
    /// Another sentence.
    Said(Said),
}

/// Says something: `say!("too-long", "at most {max} are kept, this has {length}", max = 5, length)`.
#[macro_export]
macro_rules! say {
    (@value $fact:ident $value:expr) => { $value };
    (@value $fact:ident) => { $fact };
    ($name:literal, $text:literal $(,)?) => {
        $crate::said::Said::new($name, $text, Vec::new())
    };
    ($name:literal, $text:literal, $($fact:ident $(= $value:expr)?),+ $(,)?) => {{
        #[allow(unused_imports)]
        use $crate::said::Plain as _;
        // At once, so that no value sees another fact of its name.
        let ($($fact,)+) = ($(&$crate::say!(@value $fact $($value)?),)+);
        $crate::said::Said::new(
            $name,
            format!($text),
            vec![$((stringify!($fact), (*$fact).fact())),+],
        )
    }};
}

impl Said {
    /// What [`say!`](crate::say) makes.
    pub fn new(
        name: &'static str,
        english: impl Into<Cow<'static, str>>,
        facts: Vec<(&'static str, Fact)>,
    ) -> Self {
        Self(Box::new(Sentence {
            english: english.into(),
            name: Some(name),
            facts,
        }))
    }

    fn nameless(english: Cow<'static, str>) -> Self {
        Self(Box::new(Sentence {
            english,
            name: None,
            facts: Vec::new(),
        }))
    }

    /// Its name, if it can be said in other languages.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        self.0.name
    }

    /// What fills its places.
    #[must_use]
    pub fn facts(&self) -> &[(&'static str, Fact)] {
        &self.0.facts
    }

    /// The English sentence.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.english
    }

    /// As a part of another sentence.
    #[must_use]
    pub fn fact(&self) -> Fact {
        Fact::Said(self.clone())
    }
}

/// Everything but sentences fills a place as it is. (The `fact` of a
/// sentence itself comes before this one.)
pub trait Plain: fmt::Display {
    /// As a part of a sentence.
    fn fact(&self) -> Fact {
        Fact::Plain(self.to_string())
    }
}

impl<T: fmt::Display + ?Sized> Plain for T {}

impl Fact {
    /// As a part of a sentence.
    #[must_use]
    pub fn fact(&self) -> Self {
        self.clone()
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) => f.write_str(text),
            Self::Said(said) => f.write_str(said),
        }
    }
}

impl From<String> for Said {
    fn from(english: String) -> Self {
        Self::nameless(english.into())
    }
}

impl From<&'static str> for Said {
    fn from(english: &'static str) -> Self {
        Self::nameless(english.into())
    }
}

impl From<Said> for String {
    fn from(said: Said) -> Self {
        said.0.english.into_owned()
    }
}

impl Deref for Said {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0.english
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl std::error::Error for Said {}

impl PartialEq<str> for Said {
    fn eq(&self, other: &str) -> bool {
        self.0.english == other
    }
}

impl PartialEq<&str> for Said {
    fn eq(&self, other: &&str) -> bool {
        self.0.english == *other
    }
}

/// As programs read it: in English.
impl Serialize for Said {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_remembered() {
        let length = 7;
        let inner = say!("inner", "it has {length}", length);
        assert_eq!(inner, "it has 7");
        assert_eq!(inner.facts(), [("length", Fact::Plain("7".to_owned()))]);
        let outer = say!("outer", "`{field}`: {inner}", field = "a.b", inner);
        assert_eq!(outer, "`a.b`: it has 7");
        assert_eq!(outer.name(), Some("outer"));
        assert_eq!(
            outer.facts(),
            [
                ("field", Fact::Plain("a.b".to_owned())),
                (
                    "inner",
                    Fact::Said(say!("inner", "it has {length}", length))
                ),
            ]
        );
    }

    #[test]
    fn a_sentence_is_nested_by_reference_too() {
        let inner = say!("inner", "it is empty");
        let by_reference: &Said = &inner;
        let outer = say!("outer", "no: {why}", why = by_reference);
        assert_eq!(outer.facts(), [("why", Fact::Said(inner.clone()))]);
        let (length, why) = ("abc", "said");
        let said = say!(
            "two",
            "{length} {why}",
            length = why.len(),
            why = length.len()
        );
        assert_eq!(said, "4 3");
    }

    #[test]
    fn without_a_name_it_is_english() {
        let said = Said::from("expected value at line 1".to_owned());
        assert_eq!(said.name(), None);
        assert!(said.contains("line 1"));
        assert_eq!(
            serde_json::to_string(&said).unwrap(),
            "\"expected value at line 1\""
        );
    }
}
