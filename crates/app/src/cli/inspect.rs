//! `bellwire inspect`: a receiver that prints each request, verifies signatures, and can be told
//! to fail, hang or answer slowly (EVI-16). What a sender would be told of it is in `diagnosis`.

mod diagnosis;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use bellwire_core::{
    diagnosis::Diagnosis,
    signature::{self, TOLERANCE, VerifyError},
    signature_check::Check,
    time::Time,
};
use clap::Args;
use serde_json::{json, value::RawValue};

use crate::{
    failure::{Exit, Failure},
    json_text,
    receiver::{Answer, Handler, Received, Receiver},
    say,
    serve::listen_failure,
    shutdown::Signals,
    terminal::{accent, bad, faint, good, harmless, strong, warm},
};

const HEADER_ID: &str = "webhook-id";
const HEADER_TIMESTAMP: &str = "webhook-timestamp";
const HEADER_SIGNATURE: &str = "webhook-signature";

/// Receive requests and print them.
#[derive(Debug, Args)]
pub(super) struct Inspect {
    /// Address and port to listen on; port 0 picks a free one
    #[arg(long, default_value = "127.0.0.1:8041", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Verify signatures with this secret (whsec_…); may be repeated during a rotation
    #[arg(
        long,
        value_name = "SECRET",
        env = "BELLWIRE_WEBHOOK_SECRET",
        hide_env_values = true
    )]
    secret: Vec<String>,
    /// Answer with this status
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(200..=599))]
    status: u16,
    /// Answer 503 to the first N requests
    #[arg(long, value_name = "N", default_value_t = 0)]
    fail_first: u32,
    /// Wait this long before answering, for example 500ms or 2s
    #[arg(long, value_name = "TIME", value_parser = parse_delay)]
    delay: Option<Duration>,
    /// Take the request and never answer
    #[arg(long, conflicts_with_all = ["status", "delay"])]
    hang: bool,
    /// One JSON object a line in place of text
    #[arg(long)]
    json: bool,
}

impl Inspect {
    pub(super) fn run(self) -> Result<()> {
        for secret in &self.secret {
            signature::check_secret(secret)
                .map_err(|error| Failure::new(Exit::Usage, format!("--secret: {error}")))?;
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let mut signals = Signals::listen()?;
            let (closed, mut output_closed) = tokio::sync::mpsc::channel(1);
            let json = self.json;
            let listen = self.listen;
            let greeting = self.greeting();
            let handler: Handler = {
                let seen = AtomicU32::new(0);
                Arc::new(move |received| {
                    let number = seen.fetch_add(1, Ordering::Relaxed) + 1;
                    let answer = self.answer(number);
                    let verified = self.verify(received);
                    let told = self.tell(received, &verified, &answer);
                    let printed = if self.json {
                        print_json(number, received, &verified, &answer, &told)
                    } else {
                        print_text(number, received, &verified, &answer, &told)
                    };
                    if let Err(error) = printed {
                        let _ = closed.try_send(error);
                    }
                    answer
                })
            };
            let receiver = Receiver::start(listen, handler)
                .await
                .map_err(|error| listen_failure(listen, &error))?;
            let url = receiver.url("/");
            if json {
                say!("{}", json!({"listening": url}))?;
            } else {
                say!("{} {}", strong("Listening on"), accent(url))?;
                say!("{}", faint(greeting))?;
            }
            tokio::select! {
                _ = signals.next() => Ok(()),
                Some(error) = output_closed.recv() => Err(error.into()),
            }
        })
    }

    fn greeting(&self) -> String {
        let answer = if self.hang {
            "never answers".to_owned()
        } else {
            let delay = self
                .delay
                .map_or_else(String::new, |delay| format!(" after {delay:?}"));
            format!("answers {}{delay}", self.status)
        };
        let first = match self.fail_first {
            0 => String::new(),
            1 => ", 503 to the first request".to_owned(),
            n => format!(", 503 to the first {n} requests"),
        };
        let secrets = match self.secret.len() {
            0 => "signatures are not verified (give --secret)",
            _ => "signatures are verified",
        };
        format!("{answer}{first}; {secrets}; Ctrl-C ends")
    }

    fn answer(&self, number: u32) -> Answer {
        if number <= self.fail_first {
            return Answer {
                body: format!("failing request {number} of {}\n", self.fail_first),
                ..Answer::status(503)
            };
        }
        if self.hang {
            return Answer::never();
        }
        Answer {
            delay: Some(self.delay.unwrap_or_default()),
            ..Answer::status(self.status)
        }
    }

    fn tell(&self, received: &Received, verified: &Verified, answer: &Answer) -> Told {
        let checks = match verified {
            Verified::NotAsked | Verified::Valid => Vec::new(),
            _ => diagnosis::of_signature(received, &self.secret),
        };
        Told {
            checks,
            diagnosis: diagnosis::of_answer(received, answer),
        }
    }

    fn verify(&self, received: &Received) -> Verified {
        if self.secret.is_empty() {
            return Verified::NotAsked;
        }
        let secrets: Vec<&str> = self.secret.iter().map(String::as_str).collect();
        verify(&secrets, received)
    }
}

/// What people are told of a request.
struct Told {
    /// What does not fit about its signature.
    checks: Vec<Check>,
    /// What its sender is told of the answer; nothing where that is a success.
    diagnosis: Option<Diagnosis>,
}

/// What came of checking a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verified {
    /// There was no secret to check with.
    NotAsked,
    /// One of the secrets made it.
    Valid,
    /// A header is missing.
    Missing(&'static str),
    /// It does not prove anything.
    Invalid(VerifyError),
}

impl Verified {
    fn sentence(&self) -> Option<String> {
        match self {
            Self::NotAsked => None,
            Self::Valid => Some("valid".to_owned()),
            Self::Missing(header) => Some(format!("there is no {header} header")),
            Self::Invalid(error) => Some(error.to_string()),
        }
    }
}

/// Checks a request as a Standard Webhooks receiver does.
pub(super) fn verify(secrets: &[&str], received: &Received) -> Verified {
    let header = |name| received.header(name).ok_or(Verified::Missing(name));
    let headers = || {
        Ok((
            header(HEADER_ID)?,
            header(HEADER_TIMESTAMP)?,
            header(HEADER_SIGNATURE)?,
        ))
    };
    match headers() {
        Err(missing) => missing,
        Ok((id, timestamp, signature)) => match signature::verify(
            secrets,
            id,
            timestamp,
            signature,
            &received.body,
            received.at,
            TOLERANCE,
        ) {
            Ok(()) => Verified::Valid,
            Err(error) => Verified::Invalid(error),
        },
    }
}

fn print_text(
    number: u32,
    received: &Received,
    verified: &Verified,
    answer: &Answer,
    told: &Told,
) -> std::io::Result<()> {
    let status = match answer.delay {
        None => bad("no answer".to_owned()),
        Some(_) if answer.status < 300 => good(answer.status.to_string()),
        Some(_) => warm(answer.status.to_string()),
    };
    say!(
        "\n{} {} {}  {}  {} {status}",
        faint(format!("#{number}")),
        strong(harmless(&received.method)),
        accent(harmless(&received.target)),
        faint(format!(
            "{} from {}",
            clock_time(received.at),
            received.from
        )),
        faint("→"),
    )?;
    match (verified, verified.sentence()) {
        (Verified::Valid, _) => say!("{}", good("✓ signature valid"))?,
        (_, Some(why)) => say!("{}", bad(format!("✗ signature not valid: {why}")))?,
        (_, None) => {}
    }
    for check in &told.checks {
        say!("  {}", warm(harmless(&check.sentence)))?;
    }
    if let Some(told) = &told.diagnosis {
        say!(
            "{} {}",
            faint("the sender is told:"),
            warm(format!("{} {}", told.summary, told.advice))
        )?;
    }
    for (name, value) in &received.headers {
        say!(
            "{} {}",
            faint(format!("{}:", harmless(name))),
            harmless(value)
        )?;
    }
    if received.body.is_empty() {
        return say!("{}", faint("(no body)"));
    }
    match json_text::pretty(&received.body) {
        Some(pretty) => say!("\n{pretty}"),
        None => say!("\n{}", harmless(&String::from_utf8_lossy(&received.body))),
    }
}

fn print_json(
    number: u32,
    received: &Received,
    verified: &Verified,
    answer: &Answer,
    told: &Told,
) -> std::io::Result<()> {
    let headers: Vec<[&str; 2]> = received
        .headers
        .iter()
        .map(|(name, value)| [name.as_str(), value.as_str()])
        .collect();
    let mut line = json!({
        "number": number,
        "at": received.at.to_string(),
        "from": received.from.to_string(),
        "method": received.method,
        "target": received.target,
        "headers": headers,
        "answer": answer.delay.map(|_| answer.status),
    });
    if let Some(sentence) = verified.sentence() {
        line["signature"] = json!({
            "valid": *verified == Verified::Valid,
            "reason": (*verified != Verified::Valid).then_some(sentence),
        });
        let checks = told.checks.iter().map(|check| {
            json!({
                "code": check.code,
                "outcome": check.outcome.as_str(),
                "sentence": check.sentence,
            })
        });
        line["signature"]["checks"] = checks.collect();
    }
    if let Some(told) = &told.diagnosis {
        line["diagnosis"] = json!({
            "code": told.code,
            "summary": told.summary,
            "side": told.side.as_str(),
            "advice": told.advice,
        });
    }
    // The body goes in as it came: a JSON value where it is JSON on one line, text otherwise.
    let body = match serde_json::from_slice::<&RawValue>(&received.body) {
        Ok(raw) if !raw.get().contains('\n') => raw.get().to_owned(),
        _ => json!(String::from_utf8_lossy(&received.body)).to_string(),
    };
    let text = line.to_string();
    let open = text.strip_suffix('}').unwrap_or(&text);
    say!("{open},\"body\":{body}}}")
}

/// Hours to milliseconds, UTC.
fn clock_time(at: Time) -> String {
    let of_day = at.as_millis().rem_euclid(86_400_000);
    let (seconds, millis) = (of_day / 1000, of_day % 1000);
    format!(
        "{:02}:{:02}:{:02}.{millis:03}Z",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

fn parse_delay(text: &str) -> Result<Duration, String> {
    text.parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|delay| Duration::try_from(delay).ok())
        .ok_or_else(|| format!("`{text}` is not a length of time; write it as 500ms, 2s or 1m"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_written_with_its_unit() {
        assert_eq!(parse_delay("2s"), Ok(Duration::from_secs(2)));
        assert_eq!(parse_delay("500ms"), Ok(Duration::from_millis(500)));
        assert!(parse_delay("-2s").is_err());
        assert!(parse_delay("soon").unwrap_err().contains("500ms"));
    }

    #[test]
    fn the_time_of_day_is_utc() {
        assert_eq!(
            clock_time(Time::from_micros(1_763_714_096_120_000)),
            "08:34:56.120Z"
        );
    }
}
