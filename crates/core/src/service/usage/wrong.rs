//! What is wrong with a report of usage: every field, with its record, up to a number of them.

use std::collections::BTreeMap;

use super::NewUsage;
use crate::{
    ports::RECORD_IDS_US,
    service::{Error, FieldError},
    time::{DAY, DurationUs, MINUTE, Time},
};

/// The longest id of a record, in bytes.
pub const MAX_RECORD_ID_BYTES: usize = 255;
/// The most that one record counts.
pub const MAX_COUNT: u64 = 1_000_000_000;
/// How far ahead of our clock a record's time may be: as far as clocks are apart.
pub const AHEAD_US: DurationUs = 5 * MINUTE;

/// How many wrong fields are named.
const MAX_ERRORS: usize = 100;

/// What is wrong with a report, by record.
#[derive(Default)]
pub(super) struct Wrong {
    errors: BTreeMap<usize, Vec<FieldError>>,
    named: usize,
    /// With those that are not named.
    pub(super) count: usize,
}

impl Wrong {
    pub(super) fn add(&mut self, index: usize, field: &str, message: impl FnOnce() -> String) {
        self.count += 1;
        if !self.is_full() {
            self.named += 1;
            let error = FieldError::new(format!("records[{index}].{field}"), message());
            self.errors.entry(index).or_default().push(error);
        }
    }

    pub(super) const fn is_full(&self) -> bool {
        self.named >= MAX_ERRORS
    }

    pub(super) fn error(self) -> Error {
        let mut errors: Vec<FieldError> = self.errors.into_values().flatten().collect();
        if self.count > errors.len() {
            let message = format!(
                "{} fields are wrong, and these are {} of them",
                self.count,
                errors.len()
            );
            errors.push(FieldError::new("records", message));
        }
        Error::Invalid(errors)
    }
}

/// What can be said of a record alone.
pub(super) fn check(wrong: &mut Wrong, index: usize, record: &NewUsage, now: Time) {
    let id = &record.id;
    let printable = if id.is_ascii() {
        !id.bytes().any(|byte| byte.is_ascii_control())
    } else {
        !id.chars().any(char::is_control)
    };
    if id.is_empty() || id.len() > MAX_RECORD_ID_BYTES || !printable {
        wrong.add(index, "id", || {
            format!("an id has 1 to {MAX_RECORD_ID_BYTES} bytes and no control characters")
        });
    }
    if let Some(count) = record.count
        && !(1..=MAX_COUNT).contains(&count)
    {
        wrong.add(index, "count", || {
            format!("a count is a whole number from 1 to {MAX_COUNT}")
        });
    }
    if let Some(time) = record.time
        && !(now - RECORD_IDS_US..=now + AHEAD_US).contains(&time)
    {
        wrong.add(index, "time", || {
            format!(
                "{time} is more than {} days ago, or more than {} minutes ahead of {now}; ids of \
                 older records are not known any more",
                RECORD_IDS_US / DAY,
                AHEAD_US / MINUTE
            )
        });
    }
}
