//! What the rules say, in the reader's language.

use bellwire_core::said::{Fact, Said};

use crate::language::{Language, Text};

/// A text for the reader.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Spoken {
    pub(crate) text: String,
    /// It is English, at least in part, and the reader's language is not.
    pub(crate) foreign: bool,
}

/// A piece of a text: words, or what stands between backticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece<'t> {
    pub(crate) words: &'t str,
    pub(crate) code: bool,
}

/// What stands between backticks is shown as code, where they come in pairs.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    if !text.matches('`').count().is_multiple_of(2) {
        return vec![Piece {
            words: text,
            code: false,
        }];
    }
    text.split('`')
        .enumerate()
        .filter(|(_, words)| !words.is_empty())
        .map(|(index, words)| Piece {
            words,
            code: index % 2 == 1,
        })
        .collect()
}

impl Spoken {
    pub(crate) fn pieces(&self) -> Vec<Piece<'_>> {
        pieces(&self.text)
    }
}

impl Text {
    /// What the rules say, as a sentence or several.
    pub(crate) fn said(&self, said: &Said) -> Spoken {
        let spoken = self.words(said);
        Spoken {
            text: sentence(&spoken.text),
            ..spoken
        }
    }

    fn words(&self, said: &Said) -> Spoken {
        if self.language == Language::En {
            return said.as_str().to_owned().into();
        }
        let Some(name) = said.name().filter(|name| self.knows(name)) else {
            return Spoken {
                text: said.as_str().to_owned(),
                foreign: true,
            };
        };
        let mut foreign = false;
        let facts = said.facts().iter().map(|(name, fact)| {
            let text = match fact {
                Fact::Plain(text) => text.clone(),
                Fact::Said(said) => {
                    let inner = self.words(said);
                    foreign |= inner.foreign;
                    inner.text
                }
            };
            (*name, text.into())
        });
        let facts: Vec<_> = facts.collect();
        Spoken {
            text: self.with_all(name, facts),
            foreign,
        }
    }
}

/// What the pages themselves say is in the reader's language.
impl From<String> for Spoken {
    fn from(text: String) -> Self {
        Self {
            text,
            foreign: false,
        }
    }
}

impl FromIterator<Self> for Spoken {
    /// One after the other.
    fn from_iter<I: IntoIterator<Item = Self>>(all: I) -> Self {
        let mut whole = Self::default();
        for spoken in all {
            if !whole.text.is_empty() {
                whole.text.push(' ');
            }
            whole.text.push_str(&spoken.text);
            whole.foreign |= spoken.foreign;
        }
        whole
    }
}

/// With a capital letter and a full stop.
fn sentence(raw: &str) -> String {
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

#[cfg(test)]
mod tests {
    use bellwire_core::{diagnosis::examples, say};

    use super::*;

    fn text(language: Language) -> Text {
        Text {
            language,
            profile: "standard".to_owned(),
        }
    }

    #[test]
    fn it_is_said_in_the_readers_language_and_so_is_what_stands_in_it() {
        let empty = say!("rule-empty", "it may not be empty");
        let said = say!(
            "problem-field",
            "`{field}`: {message}",
            field = "name",
            message = empty
        );
        assert_eq!(
            text(Language::En).said(&said).text,
            "`name`: it may not be empty."
        );
        let german = text(Language::De).said(&said);
        assert!(german.text.starts_with("`name`: ") && !german.text.contains("empty"));
        assert!(!german.foreign);
    }

    #[test]
    fn what_only_a_library_says_is_english_and_marked() {
        let said = say!("rule-json", "it is not JSON: {error}", error = "EOF");
        assert!(
            !text(Language::It).said(&said).foreign,
            "a place is filled as it is"
        );
        let library = Said::from("expected value".to_owned());
        assert!(text(Language::It).said(&library).foreign);
        assert!(!text(Language::En).said(&library).foreign);
        let outer = say!(
            "problem-field",
            "`{field}`: {message}",
            field = "x",
            message = library
        );
        assert!(text(Language::Fil).said(&outer).foreign);
    }

    #[test]
    fn every_diagnosis_is_told_in_every_language() {
        for (_, found) in &examples::all() {
            for said in [&found.summary, &found.advice, &found.next] {
                assert!(said.name().is_some(), "{said}");
                let english = text(Language::En).said(said);
                for language in [Language::It, Language::De, Language::Fil] {
                    let spoken = text(language).said(said);
                    assert!(!spoken.foreign && spoken != english, "{spoken:?}");
                }
            }
        }
    }

    #[test]
    fn what_stands_between_backticks_is_code() {
        let read = |text: &'static str| -> Vec<(&'static str, bool)> {
            let pieces = pieces(text);
            pieces.iter().map(|one| (one.words, one.code)).collect()
        };
        assert_eq!(
            read("`a` is no `b`."),
            [("a", true), (" is no ", false), ("b", true), (".", false)]
        );
        assert_eq!(read("a ` b"), [("a ` b", false)]);
        assert_eq!(read(""), []);
    }

    #[test]
    fn several_make_one_text() {
        let one = Spoken::from("One.".to_owned());
        let other = Spoken {
            text: "Other.".to_owned(),
            foreign: true,
        };
        let both: Spoken = [one, other].into_iter().collect();
        assert_eq!(
            both,
            Spoken {
                text: "One. Other.".to_owned(),
                foreign: true
            }
        );
    }
}
