//! `bellwire usage report`: records from a file to the server, in batches.
//!
//! A record has an id and counts once, so whatever breaks off is made good by running the same
//! command again.

use std::{
    fs::File,
    io::{BufReader, Read, stdin},
};

use anyhow::{Context, Result};
use bellwire_core::service::MAX_RECORDS;
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::target::text;
use crate::{
    api_client::{Answer, ApiClient},
    failure::{Exit, Failure},
    say,
    terminal::{accent, faint, good, strong},
};

/// The most bytes of records in one request; the server takes 16 MiB with everything around them.
const MAX_BYTES: usize = 15 << 20;

#[derive(Debug, Args)]
pub(super) struct Report {
    /// JSON records, one after the other or in arrays, or whole reports; - for standard input
    file: String,
    /// How many records go into one request
    #[arg(long, default_value_t = MAX_RECORDS, value_name = "COUNT")]
    batch: usize,
}

/// The body of `POST …/usage`, as it may stand in the file too.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    records: Vec<Box<RawValue>>,
}

/// Records that wait to be sent, and what came of those that were.
struct Sending<'c> {
    client: &'c ApiClient,
    usage: &'c str,
    json: bool,
    batch: usize,
    waiting: Vec<Box<RawValue>>,
    waiting_bytes: usize,
    sent: usize,
    accepted: u64,
    repeated: u64,
    fired: u64,
}

impl Report {
    pub(super) fn run(&self, client: &ApiClient, usage: &str, json: bool) -> Result<()> {
        if !(1..=MAX_RECORDS).contains(&self.batch) {
            let message = format!("--batch {}: it is 1 to {MAX_RECORDS}", self.batch);
            return Err(Failure::new(Exit::Usage, message).into());
        }
        let input: Box<dyn Read> = match self.file.as_str() {
            "-" => Box::new(stdin().lock()),
            path => Box::new(File::open(path).map_err(|error| {
                Failure::new(Exit::Usage, format!("cannot read {path}: {error}"))
            })?),
        };
        let mut sending = Sending {
            client,
            usage,
            json,
            batch: self.batch,
            waiting: Vec::new(),
            waiting_bytes: 0,
            sent: 0,
            accepted: 0,
            repeated: 0,
            fired: 0,
        };
        let values = serde_json::Deserializer::from_reader(BufReader::new(input)).into_iter();
        for value in values {
            let value: Box<RawValue> = value.map_err(|error| {
                let message = format!("{} is not JSON: {error}", self.file);
                sending.broken_off(Failure::new(Exit::Usage, message).into())
            })?;
            for record in records(value) {
                sending.take(record)?;
            }
        }
        sending.flush()?;
        sending.end()
    }
}

/// The records of one JSON value: a report, an array, or a record.
fn records(value: Box<RawValue>) -> Vec<Box<RawValue>> {
    if let Ok(Body { records }) = serde_json::from_str(value.get()) {
        return records;
    }
    match value.get().starts_with('[') {
        true => serde_json::from_str(value.get()).unwrap_or_default(),
        // Whether it is a record is for the server to say.
        false => vec![value],
    }
}

impl Sending<'_> {
    fn take(&mut self, record: Box<RawValue>) -> Result<()> {
        let bytes = record.get().len() + 1;
        if self.waiting.len() == self.batch || self.waiting_bytes + bytes > MAX_BYTES {
            self.flush()?;
        }
        self.waiting_bytes += bytes;
        self.waiting.push(record);
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let body = Body {
            records: std::mem::take(&mut self.waiting),
        };
        self.waiting_bytes = 0;
        let answer = self
            .client
            .post(self.usage, &body)
            .map_err(|error| self.broken_off(error))?;
        self.sent += body.records.len();
        self.note(&answer)
    }

    fn note(&mut self, answer: &Answer) -> Result<()> {
        if self.json {
            say!("{}", answer.raw())?;
            return Ok(());
        }
        self.accepted += answer["accepted"].as_u64().unwrap_or(0);
        self.repeated += answer["repeated"].as_u64().unwrap_or(0);
        for fired in answer["fired"].as_array().into_iter().flatten() {
            self.fired += 1;
            let webhooks = fired["webhooks"].as_array().map_or(0, Vec::len);
            say!(
                "{} has used {} of {}, which went to {webhooks} webhook{}  {}",
                strong(text(fired, "/developer")),
                accent(format!("{} %", text(fired, "/percent"))),
                text(fired, "/rate_plan"),
                if webhooks == 1 { "" } else { "s" },
                faint(text(fired, "/event_id")),
            )?;
        }
        Ok(())
    }

    /// What went wrong, and which records are counted already.
    fn broken_off(&self, error: anyhow::Error) -> anyhow::Error {
        if self.sent == 0 {
            return error;
        }
        error.context(format!(
            "after {} records that were counted (mend it, and run the same command again: what was \
             counted counts once)",
            self.sent
        ))
    }

    fn end(&self) -> Result<()> {
        if self.json {
            return Ok(());
        }
        let repeated = match self.repeated {
            0 => String::new(),
            count => format!(", {count} had been counted before"),
        };
        say!(
            "{} {} record{}{repeated}; {} percentage{} reached",
            good("counted"),
            self.accepted,
            if self.accepted == 1 { "" } else { "s" },
            self.fired,
            if self.fired == 1 { "" } else { "s" },
        )
        .context("cannot say so")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        let value = RawValue::from_string(text.to_owned()).unwrap();
        let texts = records(value).into_iter();
        texts.map(|record| record.get().to_owned()).collect()
    }

    #[test]
    fn a_value_is_a_report_an_array_or_a_record() {
        assert_eq!(of(r#"{"records":[{"id":"1"}, {"id":"2"}]}"#).len(), 2);
        assert_eq!(of(r#"[{"id":"1"}]"#), [r#"{"id":"1"}"#]);
        assert_eq!(of(r#"{"id": "1"}"#), [r#"{"id": "1"}"#]);
        assert_eq!(of("7"), ["7"]);
    }
}
