//! Usage as it is reported: the body of a report, straight into what the service takes.

use std::fmt;

use bellwire_core::{
    service::{MAX_RECORDS, NewUsage},
    time::Time,
};
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, SeqAccess, Visitor},
};
use utoipa::ToSchema;

use crate::{
    extract::{Object, json},
    problem::Problem,
};

/// Something was used.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UsageRecord {
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
    /// How much was used.
    #[schema(minimum = 1, maximum = 1_000_000_000, default = 1, example = 1)]
    count: Option<u64>,
    /// When: at most 35 days ago, at most 5 minutes ahead; when the report comes, if left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    time: Option<Time>,
}

impl From<UsageRecord> for NewUsage {
    fn from(record: UsageRecord) -> Self {
        Self {
            id: record.id,
            developer: record.developer,
            rate_plan: record.rate_plan,
            application: record.application,
            count: record.count,
            time: record.time,
        }
    }
}

/// What was used: 1 to 10 000 records.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UsageReport {
    /// The records.
    #[serde(deserialize_with = "records")]
    #[schema(value_type = Vec<UsageRecord>, min_items = 1, max_items = 10_000)]
    records: Vec<NewUsage>,
}

/// Parses the body of a report.
///
/// # Errors
/// `malformed_json`, or `invalid_request` with the field.
pub fn parse(body: &[u8]) -> Result<Vec<NewUsage>, Problem> {
    let Object(report): Object<UsageReport> = json::parse(body, "")?;
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
            while let Some(Object(record)) = seq.next_element::<Object<UsageRecord>>()? {
                // The service checks it too; here it keeps a body of 16 MiB from becoming a
                // hundred thousand records in memory first.
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
    use crate::problem::Code;

    fn refused(body: &str) -> (String, String) {
        let problem = parse(body.as_bytes()).unwrap_err();
        assert_eq!(problem.code, Code::InvalidRequest, "{body}");
        let error = problem.errors.first();
        error.map_or((String::new(), problem.detail.to_string()), |error| {
            (error.field.clone(), error.message.to_string())
        })
    }

    #[test]
    fn a_report_is_read_in_order() {
        let body = r#"{"records":[
            {"id":"1","developer":"a@b.c","rate_plan":"p"},
            {"id":"2","developer":"a@b.c","rate_plan":"p","application":"x","count":7,
             "time":"2026-11-22T08:00:00Z"}]}"#;
        let records = parse(body.as_bytes()).unwrap();
        assert_eq!(
            (records[0].id.as_str(), records[0].count, records[0].time),
            ("1", None, None)
        );
        assert_eq!(records[1].application.as_deref(), Some("x"));
        assert_eq!(records[1].count, Some(7));
        assert_eq!(records[1].time.unwrap().to_string(), "2026-11-22T08:00:00Z");
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_index() {
        let one = r#"{"id":"1","developer":"a@b.c","rate_plan":"p"}"#;
        for (records, field) in [
            (format!(r#"[{one},{{"id":"2"}}]"#), "records[1].developer"),
            (one.replace("\"1\"", "7"), "records"),
            (format!("[{}]", one.replace("\"1\"", "7")), "records[0].id"),
            (
                format!("[{}]", one.replace('}', r#","count":-1}"#)),
                "records[0].count",
            ),
            (
                format!("[{}]", one.replace('}', r#","count":1.5}"#)),
                "records[0].count",
            ),
            (
                format!("[{}]", one.replace('}', r#","time":"noon"}"#)),
                "records[0].time",
            ),
            (
                format!("[{}]", one.replace('}', r#","amount":1}"#)),
                "records[0].amount",
            ),
            (
                r#"[["1","a@b.c","p",null,1,null]]"#.to_owned(),
                "records[0]",
            ),
            ("7".to_owned(), "records"),
        ] {
            let body = format!(r#"{{"records":{records}}}"#);
            assert_eq!(refused(&body).0, field, "{body}");
        }
        assert_eq!(refused("{}").0, "records");
        assert_eq!(refused(one).0, "id");
        assert_eq!(refused("[]").0, "");
    }

    #[test]
    fn a_report_ends_after_ten_thousand() {
        let of = |count: usize| {
            let one = r#"{"id":"1","developer":"a@b.c","rate_plan":"p"}"#;
            format!(r#"{{"records":[{}]}}"#, vec![one; count].join(","))
        };
        assert_eq!(parse(of(10_000).as_bytes()).unwrap().len(), 10_000);
        let (field, message) = refused(&of(10_001));
        assert_eq!(field, "records");
        assert!(message.contains("1 to 10000"), "{message}");
    }
}
