//! What the platform's catalogue says of Bellwire's own events: description, JSON Schema, example.
//! They are part of the program, in no store, and cannot be changed.

use serde_json::{Value, json, value::RawValue};

use super::Kind;
use crate::{ids::EventTypeId, organization::EventType, said::Said, say, time::Time, usage};

/// The entries of the catalogue.
#[must_use]
pub fn entries() -> Vec<EventType> {
    Kind::ALL.into_iter().map(entry).collect()
}

fn entry(kind: Kind) -> EventType {
    EventType {
        // Of no time and no source: no other id begins so.
        id: EventTypeId::from_bytes([
            0,
            0,
            0,
            0,
            0,
            0,
            0x70,
            0,
            0x80,
            0,
            0,
            0,
            0,
            0,
            0,
            kind as u8 + 1,
        ]),
        organization_id: None,
        name: kind.as_str().to_owned(),
        description: description(kind).into(),
        schema: raw(&schema(kind)),
        example: raw(&example(kind)),
        created_at: Time::EPOCH,
        updated_at: Time::EPOCH,
    }
}

fn raw(value: &Value) -> Option<Box<RawValue>> {
    RawValue::from_string(value.to_string()).ok()
}

/// What one of Bellwire's own events tells, in everybody's language; `None` for others.
#[must_use]
pub fn described(event_type: &str) -> Option<Said> {
    if event_type == usage::EVENT_TYPE {
        return Some(usage::described());
    }
    Kind::of(event_type).map(description)
}

fn description(kind: Kind) -> Said {
    match kind {
        Kind::Disabled => say!(
            "own-disabled",
            "Bellwire tells: a webhook was disabled, by a threshold of its profile or by hand. \
             What was pending is cancelled."
        ),
        Kind::Failing => say!(
            "own-failing",
            "Bellwire tells: a webhook's attempts have failed several times in a row. Told once, \
             and again only after a recovery."
        ),
        Kind::Recovered => say!(
            "own-recovered",
            "Bellwire tells: a webhook that was told as failing has answered with success again."
        ),
        Kind::Exhausted => say!(
            "own-exhausted",
            "Bellwire tells: a delivery has failed for good, because its profile allows no \
             further attempt."
        ),
    }
}

fn schema(kind: Kind) -> Value {
    let id = json!({"type": ["string", "null"], "format": "uuid"});
    let time = json!({"type": ["string", "null"], "format": "date-time"});
    let count = json!({"type": "integer", "minimum": 0});
    let mut schema = json!({
        "type": "object",
        "required": [
            "webhook", "organization", "reason", "since", "failures", "last_attempt",
            "delivery_id", "event_id", "event_type"
        ],
        "properties": {
            "webhook": {
                "type": "object",
                "required": ["id", "name", "url"],
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "name": {"type": "string"},
                    "url": {"type": "string"}
                }
            },
            "organization": {"type": "string", "description": "The slug of the webhook's organization."},
            "reason": {"type": "string", "description": "What happened, for people."},
            "since": time,
            "failures": {
                "type": "object",
                "description": "The webhook's failures since its last success.",
                "required": ["total", "redirects", "client_errors", "server_errors"],
                "properties": {
                    "total": count, "redirects": count, "client_errors": count,
                    "server_errors": count
                }
            },
            "last_attempt": {
                "type": ["object", "null"],
                "required": ["at", "number", "status", "cause"],
                "properties": {
                    "at": {"type": "string", "format": "date-time"},
                    "number": {"type": "integer", "minimum": 1},
                    "status": {"type": ["integer", "null"]},
                    "cause": {"type": ["string", "null"]}
                }
            },
            "delivery_id": id,
            "event_id": id,
            "event_type": {"type": ["string", "null"]}
        }
    });
    if kind == Kind::Disabled {
        schema["properties"]["reason_code"] =
            json!({"enum": ["manual", "too_many_errors", "failing_since", "status"]});
    }
    schema
}

fn example(kind: Kind) -> Value {
    let total = if kind == Kind::Disabled { 1000 } else { 5 };
    let mut example = json!({
        "webhook": {
            "id": "0193a5b0-7f2c-7d11-8a4e-2f6b1c0d9e8f",
            "name": "Orders",
            "url": "https://customer.example/hook"
        },
        "organization": "acme",
        "reason": "",
        "since": "2026-01-01T00:00:00Z",
        "failures": {"total": total, "redirects": 0, "client_errors": total, "server_errors": 0},
        "last_attempt": {
            "at": "2026-01-01T01:00:00Z", "number": 2, "status": 404, "cause": null
        },
        "delivery_id": "0193a5b0-7f2c-7d11-8a4e-2f6b1c0d9e90",
        "event_id": "0193a5b0-7f2c-7d11-8a4e-2f6b1c0d9e91",
        "event_type": "booking.created"
    });
    example["reason"] = Value::from(match kind {
        Kind::Disabled => {
            "It was disabled automatically: the endpoint answered 4xx 1000 times without a \
             success in between."
        }
        Kind::Failing => "Its last 5 attempts have failed; it is told as failing from the 5th on.",
        Kind::Recovered => "An attempt has succeeded again, after 5 failed ones in a row.",
        Kind::Exhausted => {
            "Attempt 2 has failed, and its profile allows no further one: the delivery has failed \
             for good."
        }
    });
    if kind == Kind::Disabled {
        example["reason_code"] = Value::from("too_many_errors");
    }
    if kind == Kind::Recovered {
        example["last_attempt"]["status"] = Value::from(200);
    }
    example
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn each_example_fits_its_schema() {
        for entry in entries() {
            let text = entry.schema.as_ref().map_or("", |raw| raw.get());
            let validator = schema::compile(text).expect("a schema");
            let example = entry.example.as_ref().map_or("", |raw| raw.get());
            let example: Value = serde_json::from_str(example).expect("JSON");
            assert!(
                schema::findings(&validator, &example, 10).is_empty(),
                "{}",
                entry.name
            );
            let mut wrong = example;
            wrong["webhook"] = Value::Null;
            assert!(!schema::findings(&validator, &wrong, 10).is_empty());
        }
    }
}
