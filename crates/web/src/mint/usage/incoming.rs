//! Usage as it is reported: the body of a report, straight into what the service takes.

use std::fmt;

use bellwire_core::service::{MAX_RECORDS, NewUsage};
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, SeqAccess, Visitor},
};
use utoipa::ToSchema;

use crate::{
    extract::{Object, json},
    mint::date::MintDate,
    problem::Problem,
};

/// Something was used.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct MintUsageRecord {
    /// Your own id of it: a record with the same id within 35 days counts nothing.
    #[schema(example = "req-1001", min_length = 1, max_length = 255)]
    id: String,
    /// The developer's e-mail address.
    #[schema(example = "ada@example.com")]
    developer: String,
    /// The rate plan that it counts for.
    #[schema(example = "location_adjustable")]
    rate_plan: String,
    /// The application that used it: one of the developer's.
    #[schema(example = "weather-app")]
    application: Option<String>,
    /// How much was used; 1, if left out.
    #[schema(minimum = 1, maximum = 1_000_000_000, example = 1)]
    count: Option<u64>,
    /// When: at most 35 days ago, at most 5 minutes ahead; when the report comes, if left out.
    time: Option<MintDate>,
}

impl From<MintUsageRecord> for NewUsage {
    fn from(record: MintUsageRecord) -> Self {
        Self {
            id: record.id,
            developer: record.developer,
            rate_plan: record.rate_plan,
            application: record.application,
            count: record.count,
            time: record.time.map(MintDate::start),
        }
    }
}

/// What was used: 1 to 10 000 records.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MintUsageReport {
    /// The records.
    #[serde(deserialize_with = "records")]
    #[schema(value_type = Vec<MintUsageRecord>, min_items = 1, max_items = 10_000)]
    records: Vec<NewUsage>,
}

/// Parses the body of a report.
pub(super) fn parse(body: &[u8]) -> Result<Vec<NewUsage>, Problem> {
    let Object(report): Object<MintUsageReport> = json::parse(body, "")?;
    Ok(report.records)
}

fn records<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<NewUsage>, D::Error> {
    struct Records;

    impl<'de> Visitor<'de> for Records {
        type Value = Vec<NewUsage>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "an array of 1 to {MAX_RECORDS} records")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<NewUsage>, A::Error> {
            let mut records = Vec::new();
            while let Some(Object(record)) = seq.next_element::<Object<MintUsageRecord>>()? {
                // The service checks it too; here it keeps a large body from becoming many more
                // records in memory first.
                if records.len() == MAX_RECORDS {
                    return Err(A::Error::custom(format!(
                        "a report carries 1 to {MAX_RECORDS} records, this one has more; send \
                         several reports"
                    )));
                }
                records.push(record.into());
                json::breathe(records.len());
            }
            Ok(records)
        }
    }

    deserializer.deserialize_seq(Records)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"{"id":"1","developer":"a@b.c","ratePlan":"p","time":1793491200000}"#;

    #[test]
    fn a_report_ends_after_ten_thousand() {
        let of = |count: usize| format!(r#"{{"records":[{}]}}"#, vec![ONE; count].join(","));
        let records = parse(of(MAX_RECORDS).as_bytes()).unwrap();
        assert_eq!(records.len(), MAX_RECORDS);
        assert_eq!(records[0].time.unwrap().to_string(), "2026-11-01T00:00:00Z");
        let problem = parse(of(MAX_RECORDS + 1).as_bytes()).unwrap_err();
        assert_eq!(problem.errors[0].field, "records");
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_index() {
        for (from, to, field) in [
            ("ratePlan", "rate_plan", "records[0].rate_plan"),
            ("\"1\"", "1", "records[0].id"),
            ("1793491200000", "\"noon\"", "records[0].time"),
        ] {
            let body = format!(r#"{{"records":[{}]}}"#, ONE.replace(from, to));
            let problem = parse(body.as_bytes()).unwrap_err();
            assert_eq!(problem.errors[0].field, field, "{body}");
        }
    }
}
