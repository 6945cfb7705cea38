//! The sentences of failures: one for each cause and each status that people meet, equal to those of
//! `docs/reference/failures.md`.

use std::{collections::BTreeSet, fmt::Write as _, path::Path};

use bellwire_core::{
    diagnosis::{Rules, Side, diagnose, examples},
    outcome::{Answer, Cause},
    profile::Profiles,
};

/// What stands before the table in the document.
const MARK: &str = "<!-- The table is that of the program; `WRITE_DOCS=1 cargo test -p bellwire-core --test failures` writes it. -->\n";

fn table() -> String {
    let mut text = String::from(
        "| answer | code | side | what happened | what to do |\n|---|---|---|---|---|\n",
    );
    for (attempt, diagnosis) in examples::all() {
        let answer = match attempt.answer {
            Answer::Status(status) => status.to_string(),
            Answer::None(cause) => format!("`{}`", cause.as_str()),
        };
        let _ = writeln!(
            text,
            "| {answer} | `{}` | {} | {} | {} |",
            diagnosis.code,
            diagnosis.side.as_str(),
            diagnosis.summary.replace('|', "\\|"),
            diagnosis.advice.replace('|', "\\|"),
        );
    }
    text
}

/// ADV-10: what the reference says of a failure is what the program says.
#[test]
fn the_reference_has_every_sentence() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/failures.md");
    let document = std::fs::read_to_string(&path).expect("there is docs/reference/failures.md");
    let (before, written) = document.split_once(MARK).expect("the mark is there");
    if std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{MARK}{}", table())).expect("written");
        return;
    }
    assert!(
        written == table(),
        "docs/reference/failures.md is not current: run WRITE_DOCS=1 cargo test -p bellwire-core \
         --test failures"
    );
}

/// EVI-13: every failed attempt has a sentence that says what happened, whose side it is on, what to
/// do and what comes next.
#[test]
fn every_cause_and_every_status_has_a_sentence() {
    let found: BTreeSet<String> = examples::attempts()
        .iter()
        .map(|(_, attempt)| format!("{:?}", attempt.answer))
        .collect();
    for cause in Cause::ALL {
        let answer = format!("{:?}", Answer::None(cause));
        assert!(found.contains(&answer), "{answer} has no example");
    }
    let advocate = Profiles::embedded().get("advocate").unwrap();
    let rules = Rules {
        profile: &advocate.title,
        policy: &advocate.policy,
    };
    for status in (100..=999).filter(|status| *status != 200) {
        let attempt = examples::attempt(Answer::Status(status));
        let diagnosis = diagnose(&attempt, Some(rules)).expect("only 200 is a success");
        for text in [&diagnosis.summary, &diagnosis.advice, &diagnosis.next] {
            assert!(text.ends_with('.') && text.len() > 20, "{status}: {text}");
        }
        assert!(diagnosis.summary.contains(&status.to_string()), "{status}");
    }
    for (attempt, diagnosis) in examples::all() {
        let all = [&diagnosis.summary, &diagnosis.advice, &diagnosis.next];
        for text in all {
            assert!(text.ends_with('.'), "{:?}: {text}", attempt.answer);
            assert!(!text.contains("  ") && !text.contains(".."), "{text}");
        }
        let due = "Attempt 2 is due at 2026-11-21T04:12:00Z.";
        match attempt.retry_at {
            Some(_) => assert_eq!(diagnosis.next, due),
            None => assert!(diagnosis.next.starts_with("No further attempt")),
        }
    }
}

#[test]
fn a_success_has_no_diagnosis_and_what_was_retried_has_one() {
    let profiles = Profiles::embedded();
    let of = |name: &str, status: u16, retried: bool| {
        let profile = profiles.get(name).unwrap();
        let mut attempt = examples::attempt(Answer::Status(status));
        if !retried {
            attempt.retry_at = None;
        }
        let rules = Rules {
            profile: &profile.title,
            policy: &profile.policy,
        };
        diagnose(&attempt, Some(rules))
    };
    assert_eq!(of("standard", 204, false), None);
    assert_eq!(of("advocate", 200, false), None);
    let refused = of("advocate", 204, false).expect("advocate counts 200 only");
    assert_eq!(refused.code, "not_accepted");
    assert_eq!(
        refused.summary,
        "The endpoint answered 204, and the profile Advocate counts only 200 as delivered."
    );
    // The profile may have become milder since.
    assert!(of("standard", 204, true).is_some());
    let mut attempt = examples::attempt(Answer::Status(204));
    attempt.retry_at = None;
    assert_eq!(diagnose(&attempt, None), None);
}

#[test]
fn a_redirect_names_its_target_and_a_limit_its_patience() {
    let all = examples::all();
    let of = |status: u16| {
        let (_, diagnosis) = all
            .iter()
            .find(|(attempt, _)| attempt.answer == Answer::Status(status))
            .expect("there is an example");
        diagnosis
    };
    for status in [301, 302, 307, 308] {
        let moved = of(status);
        assert_eq!(moved.side, Side::Settings);
        assert!(moved.summary.contains("https://www.example.com/in"));
        assert!(moved.summary.contains("never followed"));
    }
    assert!(of(429).summary.contains("120 s"), "{}", of(429).summary);
    assert!(of(403).advice.contains("x-api-key"), "{}", of(403).advice);
    assert!(of(405).summary.contains("GET, HEAD"));
    assert!(of(410).next.contains("disables the webhook"));
    for status in [502, 503, 504] {
        assert!(of(status).summary.contains("proxy in front"), "{status}");
    }
}
