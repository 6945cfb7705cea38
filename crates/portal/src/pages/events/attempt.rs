//! One request and what came back, in the timeline of an event (ADV-10).

use std::fmt::Write as _;

use bellwire_core::{
    delivery,
    diagnosis::Diagnosis,
    headers::HeaderList,
    outcome::{Answer, Timing},
    service::SentRequest,
    snapshot::Route,
    time::Time,
};

use crate::{
    language::Text,
    moment::{Moment, Part, woven},
    pages::shown::{Pill, pretty, succeeded},
    spark,
};

/// A part of the time that a request took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) kind: &'static str,
    pub(crate) label: String,
}

/// Why it failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Why {
    pub(crate) summary: Vec<Part>,
    pub(crate) advice: Vec<Part>,
    /// What comes next, unless that is another attempt.
    pub(crate) end: Vec<Part>,
}

/// A request and what came back.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) id: String,
    pub(crate) ok: bool,
    pub(crate) title: String,
    pub(crate) answer: Pill,
    pub(crate) timed_out: bool,
    pub(crate) at: Moment,
    pub(crate) said: Option<Why>,
    /// What the next attempt is called, and when it is due.
    pub(crate) next: Option<(String, Moment)>,
    pub(crate) bar: String,
    pub(crate) steps: Vec<Step>,
    pub(crate) request: String,
    pub(crate) response: String,
    pub(crate) curl: Option<String>,
}

/// What an attempt is called in URLs.
pub(super) fn id_of(attempt: &delivery::Attempt) -> String {
    format!("{}-{}", attempt.delivery_id, attempt.number)
}

impl Attempt {
    pub(super) fn new(
        text: &Text,
        route: Option<&Route>,
        attempt: &delivery::Attempt,
        diagnosis: Option<Diagnosis>,
        sent: Option<&SentRequest>,
        now: Time,
    ) -> Self {
        let ok = succeeded(route, attempt) && diagnosis.is_none();
        let steps = steps(attempt.timing);
        let total = text.duration(attempt.timing.total_us.into());
        let label = text.with("timing-label", [("total", total.as_str().into())]);
        let parts: Vec<(&str, u64)> = steps.iter().map(|(kind, _, long)| (*kind, *long)).collect();
        let mut keys: Vec<Step> = steps
            .iter()
            .map(|(kind, key, long)| Step {
                kind,
                label: format!("{} {}", text.t(key), text.duration(*long)),
            })
            .collect();
        keys.push(Step {
            kind: "bar-none",
            label,
        });
        Self {
            id: id_of(attempt),
            ok,
            title: text.with("attempt-title", [("number", attempt.number.into())]),
            answer: Pill::answer(text, attempt.answer, ok),
            timed_out: match attempt.answer {
                Answer::Status(_) => false,
                Answer::None(cause) => cause.is_timeout(),
            },
            at: Moment::new(text, attempt.at, now),
            said: diagnosis.map(|found| Why {
                summary: woven(text, &[&found.summary], now),
                advice: woven(text, &[&found.advice], now),
                end: match found.retry_at {
                    Some(_) => Vec::new(),
                    None => woven(text, &[&found.next], now),
                },
            }),
            // What was due has been done, and stands above.
            next: attempt.retry_at.filter(|at| *at > now).map(|at| {
                let number = attempt.number + 1;
                let said = text.with("attempt-next", [("number", number.into())]);
                (said, Moment::new(text, at, now))
            }),
            bar: spark::parts(
                &parts,
                &text.with("timing-label", [("total", total.into())]),
            ),
            steps: keys,
            request: request(text, attempt, sent),
            response: response(attempt),
            curl: sent.and_then(|sent| sent.curl().ok()),
        }
    }
}

/// Where the time went: class, message, microseconds.
fn steps(timing: Timing) -> Vec<(&'static str, &'static str, u64)> {
    let known = [
        ("step-dns", "step-dns", timing.dns_us),
        ("step-connect", "step-connect", timing.connect_us),
        ("step-tls", "step-tls", timing.tls_us),
        ("step-wait", "step-first-byte", timing.first_byte_us),
    ];
    let mut steps: Vec<(&str, &str, u64)> = known
        .into_iter()
        .filter_map(|(class, key, long)| Some((class, key, u64::from(long?))))
        .collect();
    let named: u64 = steps.iter().map(|(.., long)| long).sum();
    let rest = u64::from(timing.total_us).saturating_sub(named);
    if rest > 0 {
        steps.push(("step-rest", "step-rest", rest));
    }
    steps
}

fn lines(out: &mut String, headers: &HeaderList) {
    for (name, value) in headers.iter() {
        // Writing to a String never fails.
        let _ = writeln!(out, "{name}: {value}");
    }
}

fn request(text: &Text, attempt: &delivery::Attempt, sent: Option<&SentRequest>) -> String {
    let mut out = format!("POST {}\n", attempt.url);
    lines(&mut out, &attempt.request_headers);
    if let Some(sent) = sent {
        if let Some(body) = &sent.made.body {
            let _ = write!(out, "\n{}", pretty(body));
        }
        if let Some(why) = &sent.made.unproven {
            let _ = write!(out, "\n\n# {}", text.said(why).text);
        }
    }
    out
}

fn response(attempt: &delivery::Attempt) -> String {
    let mut out = match attempt.answer {
        Answer::Status(status) => format!("HTTP {status}\n"),
        Answer::None(_) => return attempt.detail.clone().unwrap_or_default(),
    };
    lines(&mut out, &attempt.response_headers);
    if !attempt.excerpt.is_empty() {
        let _ = write!(out, "\n{}", pretty(&attempt.excerpt));
        if attempt.truncated {
            out.push('…');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_no_step_is_the_rest() {
        let timing = Timing {
            dns_us: Some(10),
            connect_us: None,
            tls_us: None,
            first_byte_us: Some(30),
            total_us: 50,
        };
        let found: Vec<(&str, u64)> = steps(timing)
            .into_iter()
            .map(|(kind, _, long)| (kind, long))
            .collect();
        assert_eq!(
            found,
            [("step-dns", 10), ("step-wait", 30), ("step-rest", 10)]
        );
    }
}
