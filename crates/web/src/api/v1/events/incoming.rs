//! Stage 1 as it looks from outside: the body that a producer posts.
//!
//! `data` is never taken apart here: it stays the bytes that the producer wrote.

use std::{borrow::Cow, fmt};

use bellwire_core::{
    ids::WebhookId,
    service::{Incoming, MAX_BATCH},
    time::Time,
};
use bytes::Bytes;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ArrayBuilder, OneOfBuilder, Ref, RefOr, Schema},
};

use crate::{
    extract::{Object, json},
    problem::Problem,
};

/// An event as a producer posts it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewEvent)]
pub struct NewEvent<'a> {
    /// Its type.
    #[serde(rename = "type", borrow)]
    #[schema(
        value_type = String,
        example = "booking.created",
        max_length = 128,
        pattern = r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$"
    )]
    event_type: Cow<'a, str>,
    /// What happened: any JSON of at most 1 MiB. It is stored and sent as it is written here.
    #[serde(borrow)]
    #[schema(value_type = Value)]
    data: &'a RawValue,
    /// What it is about beyond its type. Webhooks that listen to channels get it only when they
    /// share one.
    #[schema(max_items = 50, example = json!(["account:cool"]))]
    channels: Option<Vec<String>>,
    /// When it happened; when it was accepted, if left out. At most a day in the future.
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-11-21T08:30:00Z")]
    time: Option<Time>,
    /// The producer's own id. A repeat of it within 24 hours, with the same content, is answered
    /// as the first time and stores nothing.
    #[schema(
        example = "booking-1001-created",
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    id: Option<String>,
    /// Webhooks that get it whatever they listen to, beside those that match.
    #[schema(value_type = Option<Vec<uuid::Uuid>>, max_items = 50)]
    webhooks: Option<Vec<WebhookId>>,
}

impl From<NewEvent<'_>> for Incoming {
    fn from(event: NewEvent<'_>) -> Self {
        Self {
            event_type: event.event_type.into_owned(),
            // Copied, not sliced: a slice would keep the whole request (16 MiB, or the
            // connection's read buffer) in memory for as long as one of its events waits.
            data: Bytes::copy_from_slice(event.data.get().as_bytes()),
            channels: event.channels.unwrap_or_default(),
            time: event.time,
            external_id: event.id,
            webhooks: event.webhooks.unwrap_or_default(),
        }
    }
}

/// The body: one event, or an array of them.
#[derive(Debug)]
pub enum Posted {
    /// One event.
    One(Incoming),
    /// An array.
    Many(Vec<Incoming>),
}

impl Posted {
    /// Parses a body.
    ///
    /// # Errors
    /// `malformed_json`, or `invalid_request` with the field.
    pub fn parse(body: &[u8]) -> Result<Self, Problem> {
        let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
        if first == Some(&b'[') {
            let Batch(events) = json::parse(body, "events")?;
            Ok(Self::Many(events))
        } else {
            let Object(event): Object<NewEvent<'_>> = json::parse(body, "")?;
            Ok(Self::One(event.into()))
        }
    }
}

struct Batch(Vec<Incoming>);

impl<'de> Deserialize<'de> for Batch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Events;

        impl<'de> Visitor<'de> for Events {
            type Value = Batch;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "an array of 1 to {MAX_BATCH} events")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Batch, A::Error> {
                let mut events = Vec::new();
                while let Some(event) = seq.next_element::<Object<NewEvent<'de>>>()? {
                    // The service checks it too; here it keeps a body of 16 MiB from becoming a
                    // million entries in memory first.
                    if events.len() == MAX_BATCH {
                        return Err(A::Error::custom(format!(
                            "a request carries 1 to {MAX_BATCH} events, this one has more"
                        )));
                    }
                    events.push(event.0.into());
                }
                Ok(Batch(events))
            }
        }

        deserializer.deserialize_seq(Events)
    }
}

/// The body in the documentation.
#[derive(Debug)]
pub struct NewEvents;

impl PartialSchema for NewEvents {
    fn schema() -> RefOr<Schema> {
        let event = Ref::from_schema_name("NewEvent");
        OneOfBuilder::new()
            .item(event.clone())
            .item(
                ArrayBuilder::new()
                    .items(event)
                    .min_items(Some(1))
                    .max_items(Some(MAX_BATCH)),
            )
            .into()
    }
}

impl ToSchema for NewEvents {
    fn name() -> Cow<'static, str> {
        "NewEvents".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push(("NewEvent".to_owned(), NewEvent::schema()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Code;

    #[test]
    fn data_keeps_its_spelling_and_its_order() {
        let body = br#" {"type":"a.b", "data": {"z":1.10,"a":12345678901234567890,"e":1e400} }"#;
        let Posted::One(event) = Posted::parse(body).unwrap() else {
            panic!("one event");
        };
        assert_eq!(
            event.data,
            r#"{"z":1.10,"a":12345678901234567890,"e":1e400}"#
        );
        assert_eq!(event.event_type, "a.b");
    }

    #[test]
    fn an_array_is_read_in_order_and_its_faults_name_the_index() {
        let body = br#"[{"type":"a","data":null},{"type":"b","data":1,"channels":["c:1"]}]"#;
        let Posted::Many(events) = Posted::parse(body).unwrap() else {
            panic!("many events");
        };
        assert_eq!(events[0].data, "null");
        assert_eq!(events[1].channels, ["c:1"]);
        for (body, field) in [
            (
                &br#"[{"type":"a","data":1},{"data":1}]"#[..],
                "events[1].type",
            ),
            (
                br#"[{"type":"a","data":1,"channels":[1]}]"#,
                "events[0].channels[0]",
            ),
            (
                br#"[{"type":"a","data":1,"webhooks":["x"]}]"#,
                "events[0].webhooks[0]",
            ),
            (
                br#"[{"type":"a","data":1,"time":"noon"}]"#,
                "events[0].time",
            ),
            (
                br#"[{"type":"a","data":1,"payload":1}]"#,
                "events[0].payload",
            ),
            (br#"[1]"#, "events[0]"),
            (br#"[["a.b",1,null,null,null,null]]"#, "events[0]"),
        ] {
            let problem = Posted::parse(body).unwrap_err();
            assert_eq!(problem.code, Code::InvalidRequest);
            assert_eq!(problem.errors[0].field, field);
        }
    }

    #[test]
    fn an_array_ends_after_a_thousand() {
        let of = |count: usize| format!("[{}]", vec![r#"{"type":"a","data":0}"#; count].join(","));
        assert!(Posted::parse(of(1000).as_bytes()).is_ok());
        let problem = Posted::parse(of(1001).as_bytes()).unwrap_err();
        assert_eq!(problem.errors[0].field, "events");
        assert!(problem.detail.contains("1 to 1000"));
    }
}
