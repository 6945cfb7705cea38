//! Stage 7, view: what happened at a failed attempt, whose side it is on, what to do, and what comes
//! next, in plain sentences.
//!
//! Pure: everything is read off the attempt as it is stored and off the rules of its webhook. Causes
//! are put into words in `cause`, statuses in `status`. An attempt that succeeded has no diagnosis.
//! The table of all of them is `docs/reference/failures.md`, which a test holds equal to
//! [`examples`](examples::all).

mod cause;
pub mod examples;
mod status;
mod words;

use crate::{
    delivery::Attempt,
    outcome::{Answer, Cause},
    policy::Policy,
    time::Time,
};

/// Who can mend a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Whoever runs the endpoint.
    Endpoint,
    /// What lies between: name servers, routes, firewalls.
    Network,
    /// Whoever set the webhook: its URL, its headers, its secret, its profile.
    Settings,
    /// Whoever runs this server.
    Bellwire,
}

impl Side {
    /// Every side.
    pub const ALL: [Self; 4] = [
        Self::Endpoint,
        Self::Network,
        Self::Settings,
        Self::Bellwire,
    ];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::Network => "network",
            Self::Settings => "settings",
            Self::Bellwire => "bellwire",
        }
    }
}

/// Why an attempt failed, for whoever has to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// A stable name of the kind of failure, finer than [`Cause`]: `tls_expired`, `redirect`.
    pub code: &'static str,
    /// What happened.
    pub summary: String,
    /// Whose side it is on.
    pub side: Side,
    /// What to do.
    pub advice: String,
    /// What Bellwire does next.
    pub next: String,
    /// What it takes to say the same in another language.
    pub told: Told,
}

/// A diagnosis without its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Which sentence says what happened and what to do; finer than the code where there are several.
    pub words: &'static str,
    /// Whether another attempt follows, and if not, why.
    pub end: End,
    /// What the sentences name: hosts, times, statuses.
    pub facts: Vec<(&'static str, String)>,
}

/// What comes after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Another attempt, at this time.
    Retry(Time),
    /// Nothing, and the webhook is disabled, as this status has it.
    Disabled(u16),
    /// Nothing: the same event would fail in the same way.
    Hopeless,
    /// Nothing.
    Last,
}

/// The rules that an attempt was made under, as far as they are known.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'r> {
    /// What people call the profile.
    pub profile: &'r str,
    /// Its rules, with the webhook's overrides.
    pub policy: &'r Policy,
}

/// What is found: the rest of a [`Diagnosis`] is the same for all.
struct Finding {
    code: &'static str,
    words: &'static str,
    side: Side,
    summary: String,
    advice: String,
}

impl Finding {
    fn new(
        code: &'static str,
        side: Side,
        summary: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            code,
            words: code,
            side,
            summary: summary.into(),
            advice: advice.into(),
        }
    }

    /// One of several sentences of its code.
    fn told_as(self, words: &'static str) -> Self {
        Self { words, ..self }
    }
}

/// The diagnosis of an attempt; `None` when it succeeded. Without rules (the profile is not
/// configured any more) any 2xx that was not tried again is taken for a success.
#[must_use]
pub fn diagnose(attempt: &Attempt, rules: Option<Rules<'_>>) -> Option<Diagnosis> {
    let finding = match attempt.answer {
        Answer::None(cause) => cause::find(cause, attempt),
        Answer::Status(status) => {
            let accepted = rules.map_or((200..=299).contains(&status), |rules| {
                rules.policy.success.accepts(status)
            });
            // What was tried again was no success, whatever the rules say by now.
            if accepted && attempt.retry_at.is_none() {
                return None;
            }
            status::find(status, attempt, rules)
        }
    };
    let end = end(attempt, rules);
    Some(Diagnosis {
        code: finding.code,
        summary: finding.summary,
        side: finding.side,
        advice: finding.advice,
        next: next(end, attempt),
        told: Told {
            words: finding.words,
            end,
            facts: facts(attempt, rules),
        },
    })
}

fn end(attempt: &Attempt, rules: Option<Rules<'_>>) -> End {
    let disables =
        |status: u16| rules.is_some_and(|rules| rules.policy.disable.on_statuses.contains(&status));
    match (attempt.retry_at, attempt.answer) {
        (Some(at), _) => End::Retry(at),
        (None, Answer::Status(status)) if disables(status) => End::Disabled(status),
        (None, Answer::None(Cause::Envelope)) => End::Hopeless,
        (None, _) => End::Last,
    }
}

fn next(end: End, attempt: &Attempt) -> String {
    match end {
        End::Retry(at) => format!("Attempt {} is due at {at}.", attempt.number + 1),
        End::Disabled(status) => format!(
            "No further attempt follows, and a {status} disables the webhook. Enable it once it \
             is to receive again."
        ),
        End::Hopeless => "No further attempt follows: the same event would fail in the same \
                               way. Send it again once the cause is mended."
            .to_owned(),
        End::Last => "No further attempt of this delivery follows. Send the \
                                        event again once the cause is mended."
            .to_owned(),
    }
}

/// Everything that any of the sentences names, as far as it is known.
fn facts(attempt: &Attempt, rules: Option<Rules<'_>>) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("host", words::host(attempt)),
        ("place", words::place(attempt)),
        ("url", attempt.url.clone()),
        ("detail", words::detail(attempt, "")),
        ("time", words::length(attempt.timing.total_us)),
        ("waited", words::waited(attempt)),
        ("at", attempt.at.to_string()),
        ("headers", words::own_headers(attempt).join(", ")),
    ];
    if let Answer::Status(status) = attempt.answer {
        facts.push(("status", status.to_string()));
    }
    if let Some(address) = attempt.address {
        facts.push(("ip", address.ip().to_string()));
    }
    for (fact, name) in [
        ("target", "location"),
        ("allowed", "allow"),
        ("wait", "retry-after"),
    ] {
        if let Some(value) = attempt.response_headers.get(name) {
            facts.push((fact, value.to_owned()));
        }
    }
    for (fact, name) in [("bytes", "content-length"), ("kind", "content-type")] {
        let value = attempt.request_headers.get(name).unwrap_or("?");
        facts.push((fact, value.to_owned()));
    }
    if let Some(rules) = rules {
        let counted: Vec<String> = rules.policy.success.clone().into();
        facts.push(("rule", rules.profile.to_owned()));
        facts.push(("counted", counted.join(", ")));
    }
    facts
}
