//! What the demo holds against what its endpoint received: states, attempts, signatures, envelopes.

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use bellwire_core::{
    signature::{self, TOLERANCE},
    usage::TRIGGER_REASON,
};

use super::{
    MadeHook, SentEvent,
    scenario::{APPLICATION, Behaviour, DEVELOPER, QUOTA_KEYS, QUOTA_TARGET, RATE_PLAN},
    view::Row,
};
use crate::receiver::Received;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What should be.
    pub title: String,
    /// What is not so; empty when all is well.
    pub faults: Vec<String>,
}

/// Looks at everything.
#[must_use]
pub fn all(
    rows: &[Row],
    events: &[SentEvent],
    hooks: &[MadeHook],
    received: &[Received],
) -> Vec<Finding> {
    vec![
        deliveries(rows, hooks),
        Finding {
            title: format!(
                "{} requests arrived, each with a valid Standard Webhooks signature and its event's id",
                received.len()
            ),
            faults: signatures(rows, hooks, received),
        },
        Finding {
            title: "every body has its profile's envelope, and the data as it was written: \
                    1.10 and 12345678901234567890 too"
                .to_owned(),
            faults: bodies(events, hooks, received),
        },
        Finding {
            title: "a developer used more than they bought: one call each at 80, 90, 100, 110 and \
                    120 %, with 21 keys in order"
                .to_owned(),
            faults: thresholds(events, received),
        },
        Finding {
            title: "what failed was retried by its rule: 503, 503, then delivered".to_owned(),
            faults: answers(rows, hooks, |behaviour| {
                matches!(behaviour, Behaviour::FailsFirst(_))
            }),
        },
        Finding {
            title:
                "what hangs was given up: three attempts, each cut off waiting for the first byte"
                    .to_owned(),
            faults: answers(rows, hooks, |behaviour| behaviour == Behaviour::Hangs),
        },
    ]
}

fn deliveries(rows: &[Row], hooks: &[MadeHook]) -> Finding {
    let faults = rows
        .iter()
        .filter_map(|row| {
            let name = format!("{} to {}", row.event_type, row.name);
            if row.deliveries != 1 {
                return Some(format!("{name}: {} deliveries, expected 1", row.deliveries));
            }
            if row.state != row.ends {
                return Some(format!("{name}: {}, expected {}", row.state, row.ends));
            }
            let made = hooks.iter().find(|made| made.id == row.webhook_id)?;
            (row.answers.len() != made.hook.attempts).then(|| {
                let expected = made.hook.attempts;
                format!(
                    "{name}: {} attempts, expected {expected}",
                    row.answers.len()
                )
            })
        })
        .collect();
    let delivered = rows.iter().filter(|row| row.ends == "delivered").count();
    Finding {
        title: format!(
            "{} deliveries: {delivered} delivered, {} failed, as they should",
            rows.len(),
            rows.len() - delivered
        ),
        faults,
    }
}

fn answers(rows: &[Row], hooks: &[MadeHook], of: impl Fn(Behaviour) -> bool) -> Vec<String> {
    let mut faults = Vec::new();
    for made in hooks.iter().filter(|made| of(made.hook.behaviour)) {
        let expected: Vec<&str> = match made.hook.behaviour {
            Behaviour::Answers => vec!["200"],
            Behaviour::FailsFirst(times) => {
                std::iter::repeat_n("503", times).chain(["200"]).collect()
            }
            Behaviour::Hangs => vec!["first_byte_timeout"; made.hook.attempts],
        };
        for row in rows.iter().filter(|row| row.webhook_id == made.id) {
            if row.answers != expected {
                faults.push(format!(
                    "{}: {}, expected {}",
                    row.name,
                    row.answers.join(", "),
                    expected.join(", ")
                ));
            }
        }
    }
    faults
}

/// Each request is signed by its webhook's secret and names an event that should go there; each
/// attempt that the server tells of did arrive.
fn signatures(rows: &[Row], hooks: &[MadeHook], received: &[Received]) -> Vec<String> {
    let mut faults = Vec::new();
    for request in received {
        let path = request.path();
        let Some(made) = hooks.iter().find(|made| made.hook.path() == path) else {
            faults.push(format!("a request to {path}, which nobody registered"));
            continue;
        };
        let header = |name| request.header(name).unwrap_or_default();
        let id = header("webhook-id");
        let verified = signature::verify(
            &[&made.secret],
            id,
            header("webhook-timestamp"),
            header("webhook-signature"),
            &request.body,
            request.at,
            TOLERANCE,
        );
        if let Err(error) = verified {
            faults.push(format!("a request to {path} is not signed: {error}"));
        }
        if !rows
            .iter()
            .any(|row| row.webhook_id == made.id && row.event_id == id)
        {
            faults.push(format!(
                "a request to {path} with the webhook-id `{id}`, which is no event for it"
            ));
        }
    }
    for row in rows {
        let arrived = received
            .iter()
            .filter(|request| {
                request.header("webhook-id") == Some(&*row.event_id)
                    && hooks
                        .iter()
                        .any(|made| made.id == row.webhook_id && made.hook.path() == request.path())
            })
            .count();
        if arrived != row.answers.len() {
            faults.push(format!(
                "{} to {}: {} attempts recorded, {arrived} requests arrived",
                row.event_type,
                row.name,
                row.answers.len()
            ));
        }
    }
    faults
}

fn bodies(events: &[SentEvent], hooks: &[MadeHook], received: &[Received]) -> Vec<String> {
    let mut faults = Vec::new();
    for request in received {
        let id = request.header("webhook-id").unwrap_or_default();
        let event = events.iter().find(|event| event.id == id);
        let made = hooks.iter().find(|made| made.hook.path() == request.path());
        if let (Some(event), Some(made)) = (event, made)
            && let Err(why) = body(event, made.hook.profile, &request.body)
        {
            faults.push(format!(
                "{} to {}: {why}",
                event.planned.event_type, made.hook.name
            ));
        }
    }
    faults
}

/// Every percentage was told of once, the lower ones first (APG-27c).
fn thresholds(events: &[SentEvent], received: &[Received]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut last = 0;
    for event in events {
        let Some(percent) = event.planned.percent else {
            continue;
        };
        let calls: Vec<&Received> = received
            .iter()
            .filter(|request| request.header("webhook-id") == Some(&*event.id))
            .collect();
        let [call] = calls.as_slice() else {
            faults.push(format!("{percent} %: {} calls, expected 1", calls.len()));
            continue;
        };
        let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
        match body["triggerTime"].as_i64() {
            Some(time) if time >= last => last = time,
            time => faults.push(format!("{percent} %: `triggerTime` is {time:?}")),
        }
    }
    faults
}

/// Whether a body is the envelope of its profile around this event.
fn body(event: &SentEvent, profile: &str, body: &[u8]) -> Result<(), String> {
    let planned = event.planned;
    let (subject, action) = planned.event_type.split_once('.').unwrap_or_default();
    let is_delete = action == "delete";
    // Which keys, in which order; and under which of them the data stands.
    let (expected, data_key): (&[&str], Option<&str>) = match profile {
        "standard" => (&["type", "timestamp", "data"], Some("data")),
        "advocate" => (
            &["id", "type", "tenantAlias", "live", "created", "data"],
            Some("data"),
        ),
        "eventinsight" if is_delete => (&["entity_id", "entity_type", "action_type"], None),
        "eventinsight" => (
            &["entity_id", "entity_type", "action_type", "result"],
            Some("result"),
        ),
        "wink" => (
            &["id", "type", "createdDate", "ownerIdentifier", "data"],
            Some("data"),
        ),
        "apigee" => (&QUOTA_KEYS, None),
        other => return Err(format!("no envelope is known of the profile {other}")),
    };
    let found = keys(body);
    if found != expected {
        return Err(format!(
            "the keys are {}, expected {}",
            found.join(" "),
            expected.join(" ")
        ));
    }
    let fields: std::collections::BTreeMap<String, Box<RawValue>> =
        serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let value = |key: &str| -> Value {
        fields
            .get(key)
            .and_then(|raw| serde_json::from_str(raw.get()).ok())
            .unwrap_or_default()
    };
    let same = |key: &str, expected: Value| {
        let found = value(key);
        if found == expected {
            Ok(())
        } else {
            Err(format!("`{key}` is {found}, expected {expected}"))
        }
    };
    if let Some(key) = data_key
        && fields.get(key).map(|raw| raw.get()) != Some(planned.data)
    {
        return Err(format!("`{key}` is not the data as it was written"));
    }
    match profile {
        "standard" => same("type", planned.event_type.into()),
        "advocate" => same("id", event.id.as_str().into())
            .and_then(|()| same("tenantAlias", planned.organization.into()))
            .and_then(|()| same("live", true.into())),
        "eventinsight" => same("entity_type", subject.into())
            .and_then(|()| same("action_type", action.into()))
            .and_then(|()| same("entity_id", 38812.into())),
        "wink" => same("id", event.id.as_str().into())
            .and_then(|()| same("ownerIdentifier", "cool".into())),
        // APG-15; which percentage it is about has its event's id.
        "apigee" => same("quotaPercentUsed", planned.percent.into())
            .and_then(|()| same("orgName", planned.organization.into()))
            .and_then(|()| same("developerEmail", DEVELOPER.into()))
            .and_then(|()| same("applicationName", APPLICATION.into()))
            .and_then(|()| same("ratePlanId", RATE_PLAN.into()))
            .and_then(|()| same("developerRatePlanQuotaTarget", QUOTA_TARGET.into()))
            .and_then(|()| same("triggerReason", TRIGGER_REASON.into())),
        _ => Ok(()),
    }
}

/// The keys of a JSON object, in their order; none when it is no object.
#[must_use]
pub fn keys(json: &[u8]) -> Vec<String> {
    struct Keys(Vec<String>);

    impl<'de> Deserialize<'de> for Keys {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Walk;

            impl<'de> Visitor<'de> for Walk {
                type Value = Keys;

                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("an object")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                    let mut keys = Vec::new();
                    while let Some((key, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
                        keys.push(key);
                    }
                    Ok(Keys(keys))
                }
            }

            deserializer.deserialize_map(Walk)
        }
    }

    serde_json::from_slice(json)
        .map(|Keys(keys)| keys)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwire_core::time::Time;

    use crate::demo::scenario::{EVENTS, HOOKS};

    fn sent(event_type: &str) -> SentEvent {
        let planned = EVENTS
            .iter()
            .find(|event| event.event_type == event_type)
            .unwrap();
        SentEvent {
            planned,
            id: "e1".to_owned(),
            note: String::new(),
        }
    }

    #[test]
    fn an_envelope_is_told_from_what_only_looks_like_one() {
        let event = sent("coupon.created");
        let data = event.planned.data;
        let right = format!(
            r#"{{"id":"e1","type":"coupon.created","tenantAlias":"referrals","live":true,"created":1,"data":{data}}}"#
        );
        assert_eq!(body(&event, "advocate", right.as_bytes()), Ok(()));
        let wrong_number = right.replace("10.0", "10");
        assert!(
            body(&event, "advocate", wrong_number.as_bytes())
                .unwrap_err()
                .contains("as it was written")
        );
        let wrong_order = right.replacen(
            r#""id":"e1","type":"coupon.created""#,
            r#""type":"coupon.created","id":"e1""#,
            1,
        );
        assert!(
            body(&event, "advocate", wrong_order.as_bytes())
                .unwrap_err()
                .contains("the keys are")
        );
        let wrong_tenant = right.replace("referrals", "others");
        assert!(
            body(&event, "advocate", wrong_tenant.as_bytes())
                .unwrap_err()
                .contains("tenantAlias")
        );
    }

    #[test]
    fn a_request_without_a_signature_and_an_attempt_without_a_request_are_found() {
        let event = sent("coupon.created");
        let hook = HOOKS.iter().find(|hook| hook.name == "crm").unwrap();
        let made = MadeHook {
            hook,
            id: "w1".to_owned(),
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
        };
        let mut row = Row::new(&event, &made);
        row.answers = vec!["200".to_owned()];
        let hooks = [made];
        let rows = [row];
        let faults = signatures(&rows, &hooks, &[]);
        assert_eq!(faults.len(), 1);
        assert!(faults[0].contains("1 attempts recorded, 0 requests arrived"));
        let unsigned = Received {
            at: Time::EPOCH,
            from: ([127, 0, 0, 1], 1).into(),
            method: "POST".to_owned(),
            target: hook.path(),
            headers: vec![("webhook-id".to_owned(), "e1".to_owned())],
            body: bytes::Bytes::new(),
        };
        let faults = signatures(&rows, &hooks, &[unsigned]);
        assert_eq!(faults.len(), 1);
        assert!(faults[0].contains("is not signed"), "{faults:?}");
    }

    #[test]
    fn a_threshold_that_was_told_of_twice_or_never_is_found() {
        let mut events: Vec<SentEvent> = crate::demo::quota::Quota::planned().collect();
        for (number, event) in events.iter_mut().enumerate() {
            event.id = format!("e{number}");
        }
        let call = |number: usize, time: i64| Received {
            at: Time::EPOCH,
            from: ([127, 0, 0, 1], 1).into(),
            method: "POST".to_owned(),
            target: "/api-billing/quota-alerts".to_owned(),
            headers: vec![("webhook-id".to_owned(), format!("e{number}"))],
            body: format!(r#"{{"triggerTime":{time}}}"#).into(),
        };
        let mut calls: Vec<Received> = (0..5).map(|number| call(number, 7)).collect();
        assert!(thresholds(&events, &calls).is_empty());
        calls.push(call(4, 8));
        assert_eq!(thresholds(&events, &calls), ["120 %: 2 calls, expected 1"]);
        calls.drain(3..);
        assert_eq!(thresholds(&events, &calls).len(), 2);
        calls[2] = call(2, 6);
        assert!(thresholds(&events, &calls)[0].contains("100 %: `triggerTime`"));
    }

    #[test]
    fn keys_come_in_their_order() {
        assert_eq!(keys(br#"{"b":1,"a":{"c":2}}"#), ["b", "a"]);
        assert!(keys(b"[1]").is_empty());
    }
}
