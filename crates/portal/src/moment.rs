//! Times and stretches of time in words: "5 minutes ago". The exact time is in the element, and a
//! script shows it in the reader's own time zone.

use bellwire_core::{
    said::Said,
    time::{DAY, HOUR, MINUTE, SECOND, Time},
};

use crate::{
    language::Text,
    spoken::{Piece, Spoken},
};

/// A time as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    /// For programs: RFC 3339.
    pub(crate) iso: String,
    /// For people who point at it: to the second, UTC.
    pub(crate) exact: String,
    /// For people.
    pub(crate) words: String,
}

impl Moment {
    /// A time as seen now.
    pub(crate) fn new(text: &Text, at: Time, now: Time) -> Self {
        let iso = at.to_string();
        let exact = match (iso.get(..10), iso.get(11..19)) {
            (Some(day), Some(time)) => format!("{day} {time} UTC"),
            _ => iso.clone(),
        };
        Self {
            words: words(text, at, now, &exact),
            iso,
            exact,
        }
    }
}

/// A part of a sentence that tells times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// What is read.
    pub(crate) words: String,
    /// It is this time.
    pub(crate) at: Option<Moment>,
    /// It is code.
    pub(crate) code: bool,
    /// It is English, and the reader's language is not.
    pub(crate) foreign: bool,
}

/// What the rules say in its parts: times stand in it as RFC 3339, and a page shows them so that
/// a script can tell them in the reader's own time zone.
pub(crate) fn woven(text: &Text, said: &[&Said], now: Time) -> Vec<Part> {
    let spoken: Spoken = said.iter().map(|said| text.said(said)).collect();
    split(text, spoken, now)
}

fn split(text: &Text, spoken: Spoken, now: Time) -> Vec<Part> {
    let mut parts = Vec::new();
    for piece in spoken.pieces {
        match piece.code {
            true => parts.push(Part {
                words: piece.words,
                at: None,
                code: true,
                foreign: piece.foreign,
            }),
            false => timed(text, &piece, now, &mut parts),
        }
    }
    parts
}

fn timed(text: &Text, piece: &Piece, now: Time, parts: &mut Vec<Part>) {
    let is_of_time =
        |letter: char| letter.is_ascii_digit() || matches!(letter, 'T' | 'Z' | ':' | '.' | '-');
    let words = |words: &str| Part {
        words: words.to_owned(),
        at: None,
        code: false,
        foreign: piece.foreign,
    };
    let (mut rest, mut begin) = (piece.words.as_str(), 0);
    while let Some(found) = rest[begin..].find(|letter: char| letter.is_ascii_digit()) {
        let at = begin + found;
        let end = rest[at..]
            .find(|letter| !is_of_time(letter))
            .map_or(rest.len(), |long| at + long);
        let told = rest[at..end].trim_end_matches(['.', ':', '-']);
        // Shorter than `2026-11-21T08:30:00Z` is another number.
        let time = told.parse::<Time>().ok().filter(|_| told.len() >= 20);
        let Some(time) = time else {
            begin = end;
            continue;
        };
        if at > 0 {
            parts.push(words(&rest[..at]));
        }
        let moment = Moment::new(text, time, now);
        parts.push(Part {
            words: moment.exact.clone(),
            at: Some(moment),
            code: false,
            foreign: false,
        });
        (rest, begin) = (&rest[at + told.len()..], 0);
    }
    if !rest.is_empty() {
        parts.push(words(rest));
    }
}

fn words(text: &Text, at: Time, now: Time, exact: &str) -> String {
    let ago = now.since(at);
    let count = |unit: i64| ((ago.abs() + unit / 2) / unit).into();
    match (ago >= 0, ago.abs()) {
        (_, 0..SECOND) => text.t("time-now"),
        (true, SECOND..MINUTE) => text.with("time-seconds-ago", [("count", count(SECOND))]),
        (true, MINUTE..HOUR) => text.with("time-minutes-ago", [("count", count(MINUTE))]),
        (true, HOUR..DAY) => text.with("time-hours-ago", [("count", count(HOUR))]),
        (false, SECOND..MINUTE) => text.with("time-in-seconds", [("count", count(SECOND))]),
        (false, MINUTE..HOUR) => text.with("time-in-minutes", [("count", count(MINUTE))]),
        (false, HOUR..DAY) => text.with("time-in-hours", [("count", count(HOUR))]),
        (past, away) if away < 30 * DAY => match past {
            true => text.with("time-days-ago", [("count", count(DAY))]),
            false => text.with("time-in-days", [("count", count(DAY))]),
        },
        _ => exact.get(..10).unwrap_or(exact).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn times_are_told_from_now() {
        let now = Time::from_millis(1_763_714_096_000);
        let told = |language, at| {
            let text = Text {
                language,
                profile: String::new(),
            };
            Moment::new(&text, at, now).words
        };
        let en = |at| told(Language::En, at);
        assert_eq!(en(now), "just now");
        assert_eq!(en(now - MINUTE), "1 minute ago");
        assert_eq!(en(now - 5 * HOUR), "5 hours ago");
        assert_eq!(en(now + 2 * DAY), "in 2 days");
        assert_eq!(en(now - 60 * DAY), "2025-09-22");
        assert_eq!(told(Language::De, now - 2 * HOUR), "vor 2 Stunden");
        assert_eq!(told(Language::It, now - DAY), "1 giorno fa");
        let text = Text {
            language: Language::En,
            profile: String::new(),
        };
        let moment = Moment::new(&text, now, now);
        assert_eq!(moment.exact, "2025-11-21 08:34:56 UTC");
    }

    #[test]
    fn times_in_a_sentence_are_told_as_times() {
        let now = Time::from_millis(1_763_714_096_000);
        let text = Text {
            language: Language::En,
            profile: String::new(),
        };
        let read = |sentence: &str| -> Vec<(String, bool)> {
            split(&text, Spoken::from(sentence.to_owned()), now)
                .into_iter()
                .map(|part| (part.words, part.at.is_some()))
                .collect()
        };
        let part = |words: &str, is_time| (words.to_owned(), is_time);
        let sentence = format!("Attempt 2 is due at {now}. It was 503 at {now}");
        assert_eq!(
            read(&sentence),
            [
                part("Attempt 2 is due at ", false),
                part("2025-11-21 08:34:56 UTC", true),
                part(". It was 503 at ", false),
                part("2025-11-21 08:34:56 UTC", true),
            ]
        );
        for plain in ["", "Nö, 5 of 2026-11-21.", "a 1é2"] {
            let parts = read(plain);
            assert!(parts.iter().all(|(_, is_time)| !is_time), "{parts:?}");
            let whole: String = parts.into_iter().map(|(words, _)| words).collect();
            assert_eq!(whole, plain);
        }
    }
}
