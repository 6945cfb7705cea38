//! What the rules say, in the reader's language.

use bellwire_core::said::{Fact, Said};

use crate::language::{Language, Text};

/// Around what is English, and the reader's language is not. Both are for private use: no text has them.
const FOREIGN: char = '\u{e000}';
const OWN: char = '\u{e001}';

/// A text for the reader.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Spoken {
    pub(crate) text: String,
    pub(crate) pieces: Vec<Piece>,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) words: String,
    /// It stood between backticks.
    pub(crate) code: bool,
    /// It is English, and the reader's language is not.
    pub(crate) foreign: bool,
}

impl Spoken {
    fn of(marked: &str) -> Self {
        // Between backticks is code, where they come in pairs.
        let pairs = marked.matches('`').count().is_multiple_of(2);
        let (mut pieces, mut words) = (Vec::new(), String::new());
        let (mut code, mut foreign) = (false, false);
        let mut end = |words: &mut String, code, foreign| {
            if !words.is_empty() {
                pieces.push(Piece {
                    words: std::mem::take(words),
                    code,
                    foreign,
                });
            }
        };
        for letter in marked.chars() {
            match letter {
                '`' if pairs => {
                    end(&mut words, code, foreign);
                    code = !code;
                }
                FOREIGN | OWN => {
                    end(&mut words, code, foreign);
                    foreign = letter == FOREIGN;
                }
                letter => words.push(letter),
            }
        }
        end(&mut words, code, foreign);
        Self {
            text: marked.replace([FOREIGN, OWN], ""),
            pieces,
        }
    }
}

impl Text {
    /// What the rules say, as a sentence or several.
    pub(crate) fn said(&self, said: &Said) -> Spoken {
        Spoken::of(&sentence(&self.marked(said)))
    }

    fn marked(&self, said: &Said) -> String {
        if self.language == Language::En {
            return said.as_str().to_owned();
        }
        let Some(name) = said.name().filter(|name| self.knows(name)) else {
            return format!("{FOREIGN}{}{OWN}", said.as_str());
        };
        let facts = said.facts().iter().map(|(name, fact)| {
            let text = match fact {
                Fact::Plain(text) => text.replace([FOREIGN, OWN], ""),
                Fact::Said(said) => self.marked(said),
            };
            (*name, text.into())
        });
        let facts: Vec<_> = facts.collect();
        self.with_all(name, facts)
    }
}

/// What the pages themselves say is in the reader's language.
impl From<String> for Spoken {
    fn from(text: String) -> Self {
        Self::of(&text.replace([FOREIGN, OWN], ""))
    }
}

impl FromIterator<Self> for Spoken {
    /// One after the other.
    fn from_iter<I: IntoIterator<Item = Self>>(all: I) -> Self {
        let mut whole = Self::default();
        for spoken in all {
            if !whole.text.is_empty() {
                whole.text.push(' ');
                whole.pieces.push(Piece {
                    words: " ".to_owned(),
                    code: false,
                    foreign: false,
                });
            }
            whole.text.push_str(&spoken.text);
            whole.pieces.extend(spoken.pieces);
        }
        whole
    }
}

/// With a capital letter and a full stop.
fn sentence(raw: &str) -> String {
    let mut letters = raw.chars();
    let mark = raw.starts_with(FOREIGN).then(|| letters.next()).flatten();
    let Some(first) = letters.next() else {
        return String::new();
    };
    let mut sentence: String = mark.into_iter().chain(first.to_uppercase()).collect();
    sentence.push_str(letters.as_str());
    if !sentence.trim_end_matches(OWN).ends_with(['.', '!', '?']) {
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

    fn foreign(spoken: &Spoken) -> impl Iterator<Item = &str> {
        let marked = spoken.pieces.iter().filter(|one| one.foreign);
        marked.map(|one| one.words.as_str())
    }

    fn is_foreign(spoken: &Spoken) -> bool {
        foreign(spoken).next().is_some()
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
        assert!(!is_foreign(&german));
    }

    #[test]
    fn what_only_a_library_says_is_english_and_marked() {
        let library = Said::from("expected value".to_owned());
        assert!(is_foreign(&text(Language::It).said(&library)));
        assert!(!is_foreign(&text(Language::En).said(&library)));
        let outer = say!("rule-json", "it is not JSON: {error}", error = library);
        let spoken = text(Language::It).said(&outer);
        let marked: Vec<&str> = foreign(&spoken).collect();
        assert_eq!(marked, ["expected value"]);
        assert_eq!(spoken.text, "Non è JSON: expected value.");
        // Whoever writes the marks themselves marks nothing.
        let odd = say!("rule-twice", "`{name}` is named twice", name = "a\u{e000}b");
        assert!(!is_foreign(&text(Language::De).said(&odd)));
    }

    #[test]
    fn every_diagnosis_is_told_in_every_language() {
        for (_, found) in &examples::all() {
            for said in [&found.summary, &found.advice, &found.next] {
                assert!(said.name().is_some(), "{said}");
                let english = text(Language::En).said(said);
                for language in [Language::It, Language::De, Language::Fil] {
                    let spoken = text(language).said(said);
                    assert_ne!(spoken, english);
                }
            }
        }
    }

    #[test]
    fn what_stands_between_backticks_is_code() {
        let read = |text: &str| -> Vec<(String, bool)> {
            let pieces = Spoken::from(text.to_owned()).pieces;
            pieces
                .into_iter()
                .map(|one| (one.words, one.code))
                .collect()
        };
        assert_eq!(
            read("`a` is no `b`."),
            [("a", true), (" is no ", false), ("b", true), (".", false)]
                .map(|(words, code)| (words.to_owned(), code))
        );
        assert_eq!(read("a ` b"), [("a ` b".to_owned(), false)]);
        assert_eq!(read(""), []);
    }

    #[test]
    fn several_make_one_text() {
        let all = ["One.", "`Other`."].map(|text| Spoken::from(text.to_owned()));
        let both: Spoken = all.into_iter().collect();
        assert_eq!(both.text, "One. `Other`.");
        let words: Vec<&str> = both.pieces.iter().map(|one| one.words.as_str()).collect();
        assert_eq!(words, ["One.", " ", "Other", "."]);
    }
}
