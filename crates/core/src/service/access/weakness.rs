//! Why a password is easy to guess, and what to do: what zxcvbn finds, in words of ours.

use zxcvbn::feedback::{Feedback, Suggestion, Warning};

use crate::{said::Said, say};

/// A password that is too easy to guess.
pub(super) fn weak(feedback: Option<&Feedback>) -> Said {
    let mut said = say!("password-weak", "this password is too easy to guess");
    let Some(feedback) = feedback else {
        return said;
    };
    if let Some(warning) = feedback.warning() {
        said = say!(
            "password-because",
            "{weak}: {why}",
            weak = said,
            why = why(warning)
        );
    }
    for suggestion in feedback.suggestions() {
        said = say!(
            "password-advice",
            "{weak}. {advice}",
            weak = said,
            advice = advice(*suggestion)
        );
    }
    said
}

fn why(warning: Warning) -> Said {
    use Warning as W;
    match warning {
        W::StraightRowsOfKeysAreEasyToGuess => {
            say!("weak-rows", "Rows of keys are easy to guess")
        }
        W::ShortKeyboardPatternsAreEasyToGuess => say!(
            "weak-patterns",
            "Short patterns on the keyboard are easy to guess"
        ),
        W::RepeatsLikeAaaAreEasyToGuess => {
            say!("weak-repeats", "Repeats like `aaa` are easy to guess")
        }
        W::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => say!(
            "weak-repeated",
            "Repeats like `abcabcabc` are hardly harder to guess than `abc`"
        ),
        W::ThisIsATop10Password | W::ThisIsATop100Password | W::ThisIsACommonPassword => {
            say!("weak-common", "It is a very common password")
        }
        W::ThisIsSimilarToACommonlyUsedPassword => {
            say!("weak-similar", "It is similar to a common password")
        }
        W::SequencesLikeAbcAreEasyToGuess => say!(
            "weak-sequences",
            "Sequences like `abc` or `6543` are easy to guess"
        ),
        W::RecentYearsAreEasyToGuess => say!("weak-years", "Recent years are easy to guess"),
        W::AWordByItselfIsEasyToGuess => say!("weak-word", "One word alone is easy to guess"),
        W::DatesAreOftenEasyToGuess => say!("weak-dates", "Dates are often easy to guess"),
        W::NamesAndSurnamesByThemselvesAreEasyToGuess | W::CommonNamesAndSurnamesAreEasyToGuess => {
            say!("weak-names", "Names are easy to guess")
        }
    }
}

fn advice(suggestion: Suggestion) -> Said {
    use Suggestion as S;
    match suggestion {
        S::UseAFewWordsAvoidCommonPhrases => {
            say!("better-words", "Take a few words, and no common phrase")
        }
        S::NoNeedForSymbolsDigitsOrUppercaseLetters => say!(
            "better-plain",
            "Symbols, digits and capital letters are not needed"
        ),
        S::AddAnotherWordOrTwo => say!(
            "better-more-words",
            "Add another word or two; uncommon ones are better"
        ),
        S::CapitalizationDoesntHelpVeryMuch => {
            say!("better-capitals", "Capital letters do not help much")
        }
        S::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase => say!(
            "better-all-capitals",
            "All in capitals is hardly harder to guess than all in small letters"
        ),
        S::ReversedWordsArentMuchHarderToGuess => say!(
            "better-reversed",
            "Words spelled backwards are hardly harder to guess"
        ),
        S::PredictableSubstitutionsDontHelpVeryMuch => say!(
            "better-substitutes",
            "Writing `@` for `a` and the like does not help much"
        ),
        S::UseALongerKeyboardPatternWithMoreTurns => say!(
            "better-pattern",
            "Take a longer pattern on the keyboard, with more turns"
        ),
        S::AvoidRepeatedWordsAndCharacters => {
            say!("better-no-repeats", "Repeat no words and no letters")
        }
        S::AvoidSequences => say!("better-no-sequences", "Take no sequences"),
        S::AvoidRecentYears => say!("better-no-recent-years", "Take no recent years"),
        S::AvoidYearsThatAreAssociatedWithYou => {
            say!("better-no-years", "Take no years that people link with you")
        }
        S::AvoidDatesAndYearsThatAreAssociatedWithYou => say!(
            "better-no-dates",
            "Take no dates and years that people link with you"
        ),
    }
}
