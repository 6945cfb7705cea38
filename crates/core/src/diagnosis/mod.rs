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
    said::Said,
    say,
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
    pub summary: Said,
    /// Whose side it is on.
    pub side: Side,
    /// What to do.
    pub advice: Said,
    /// What Bellwire does next.
    pub next: Said,
    /// When it tries again, if it does.
    pub retry_at: Option<Time>,
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
    side: Side,
    summary: Said,
    advice: Said,
}

impl Finding {
    const fn new(code: &'static str, side: Side, summary: Said, advice: Said) -> Self {
        Self {
            code,
            side,
            summary,
            advice,
        }
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
    Some(Diagnosis {
        code: finding.code,
        summary: finding.summary,
        side: finding.side,
        advice: finding.advice,
        next: next(attempt, rules),
        retry_at: attempt.retry_at,
    })
}

fn next(attempt: &Attempt, rules: Option<Rules<'_>>) -> Said {
    let disables =
        |status: u16| rules.is_some_and(|rules| rules.policy.disable.on_statuses.contains(&status));
    match (attempt.retry_at, attempt.answer) {
        (Some(at), _) => say!(
            "why-next",
            "Attempt {number} is due at {at}.",
            number = attempt.number + 1,
            at
        ),
        (None, Answer::Status(status)) if disables(status) => say!(
            "why-end-disabled",
            "No further attempt follows, and a {status} disables the webhook. Enable it once it is \
             to receive again.",
            status
        ),
        (None, Answer::None(Cause::Envelope)) => say!(
            "why-end-hopeless",
            "No further attempt follows: the same event would fail in the same way. Send it again \
             once the cause is mended."
        ),
        (None, _) => say!(
            "why-end-last",
            "No further attempt of this delivery follows. Send the event again once the cause is \
             mended."
        ),
    }
}
