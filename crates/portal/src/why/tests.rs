//! Every diagnosis is told in every language, and in English as the program itself tells it.

use bellwire_core::diagnosis::examples;

use super::*;

fn text(language: Language) -> Text {
    Text {
        language,
        profile: "standard".to_owned(),
    }
}

/// Without what only English tells: where the time went, and what an endpoint asks for within its
/// sentence.
fn plain(said: &str) -> String {
    let end = |from: usize, of: &str| said[from..].find(of).map_or(said.len(), |at| from + at);
    if let Some(open) = said.find(" (resolving") {
        let close = end(open, ")") + 1;
        return format!("{}{}", &said[..open], &said[close..]);
    }
    match said.find(" and asks for") {
        Some(ask) => format!("{}.", &said[..ask]),
        None => said.to_owned(),
    }
}

#[test]
fn english_is_what_the_program_says() {
    for (_, found) in &examples::all() {
        let (_, summary, advice) = SENTENCES
            .into_iter()
            .find(|(words, ..)| *words == found.told.words)
            .unwrap_or_else(|| panic!("`{}` is told nowhere", found.told.words));
        let said = Why::in_words(&text(Language::En), found, summary, advice);
        let before_the_wait = said.summary.split(" It asks for").next();
        assert_eq!(before_the_wait, Some(plain(&found.summary).as_str()));
        assert_eq!(said.advice, found.advice, "{}", found.told.words);
        if !matches!(found.told.end, End::Retry(_)) {
            assert_eq!(said.end, found.next);
        }
    }
}

#[test]
fn every_diagnosis_is_told_in_every_language() {
    for (_, found) in &examples::all() {
        let english = Why::of(&text(Language::En), found);
        assert_eq!(english.summary, found.summary);
        for language in [Language::It, Language::De, Language::Fil] {
            let said = Why::of(&text(language), found);
            for (theirs, own) in [
                (&said.summary, &english.summary),
                (&said.advice, &english.advice),
            ] {
                assert_ne!(theirs, own, "{}", language.tag());
                assert!(
                    !theirs.contains("{$") && !theirs.contains("why-"),
                    "{theirs}"
                );
            }
        }
    }
}

#[test]
fn what_is_named_is_named_in_every_language() {
    for (_, found) in &examples::all() {
        for (name, fact) in &found.told.facts {
            // Times of a request are told in the bar beside it, too.
            let is_named = |said: &str| fact.len() > 3 && said.contains(fact.as_str());
            let in_english = format!("{} {}", plain(&found.summary), found.advice);
            if !is_named(&in_english) || *name == "waited" || *name == "time" {
                continue;
            }
            for language in [Language::It, Language::De, Language::Fil] {
                let said = Why::of(&text(language), found);
                let said = format!("{} {}", said.summary, said.advice);
                assert!(is_named(&said), "{}: {name} in {said}", language.tag());
            }
        }
    }
}
