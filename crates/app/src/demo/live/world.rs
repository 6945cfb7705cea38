//! What there is in the demo beside the scenario: webhooks that fare well and badly, and a catalogue
//! with examples and schemas.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use crate::{
    api_client::ApiClient,
    demo::{MadeHook, endpoint::Endpoint, merge, scenario::Behaviour, string},
    receiver::Answer,
};

/// What an endpoint does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Answers 200, after some milliseconds between these.
    Answers(u64, u64),
    /// Answers with this status.
    Fails(u16),
    /// Fails for the first of so many requests, then works for the rest of them, and so on.
    Recovers {
        /// It fails for so many.
        fails: usize,
        /// Of so many.
        of: usize,
    },
    /// Takes the request and never answers.
    Hangs,
}

/// A webhook of the time after the scenario.
#[derive(Debug)]
pub struct LiveHook {
    organization: &'static str,
    name: &'static str,
    path: &'static str,
    event_types: &'static [&'static str],
    channels: &'static [&'static str],
    does: Does,
    /// Its own time-outs and retries, as in the API.
    overrides: &'static str,
    /// It is paused once it is made.
    paused: bool,
}

impl LiveHook {
    const fn new(
        organization: &'static str,
        name: &'static str,
        path: &'static str,
        event_types: &'static [&'static str],
        does: Does,
    ) -> Self {
        Self {
            organization,
            name,
            path,
            event_types,
            channels: &[],
            does,
            overrides: "{}",
            paused: false,
        }
    }
}

/// The webhooks.
const HOOKS: &[LiveHook] = &[
    LiveHook::new(
        "shop",
        "Warehouse",
        "/live/warehouse",
        &["order.*"],
        Does::Answers(8, 60),
    ),
    LiveHook {
        overrides: r#"{"retry":{"kind":"schedule","delays_s":[5,15,45]}}"#,
        ..LiveHook::new(
            "shop",
            "Accounting",
            "/live/accounting",
            &["order.paid", "order.refunded"],
            Does::Recovers { fails: 12, of: 40 },
        )
    },
    LiveHook {
        overrides: r#"{"retry":{"kind":"fixed","interval_s":60,"max_attempts":2}}"#,
        ..LiveHook::new(
            "shop",
            "Newsletter",
            "/live/newsletter",
            &["order.refunded", "coupon.created"],
            Does::Fails(500),
        )
    },
    LiveHook {
        overrides: r#"{"timeouts":{"connect_ms":1000,"first_byte_ms":2000,"total_ms":4000},
            "retry":{"kind":"fixed","interval_s":30,"max_attempts":2}}"#,
        ..LiveHook::new(
            "shop",
            "Old CRM",
            "/live/old-crm",
            &["order.refunded"],
            Does::Hangs,
        )
    },
    LiveHook {
        paused: true,
        ..LiveHook::new(
            "shop",
            "Data lake",
            "/live/data-lake",
            &["order.shipped"],
            Does::Answers(5, 10),
        )
    },
    LiveHook::new(
        "referrals",
        "Loyalty cards",
        "/live/loyalty",
        &["reward.created", "coupon.created"],
        Does::Answers(40, 180),
    ),
    LiveHook::new(
        "referrals",
        "Partner portal",
        "/live/partners",
        &["referral.started"],
        Does::Fails(404),
    ),
    LiveHook::new(
        "conferences",
        "Check-in desk",
        "/live/check-in",
        &["user.new", "user.update"],
        Does::Answers(15, 90),
    ),
    LiveHook {
        channels: &["account:cool"],
        ..LiveHook::new(
            "hotel",
            "Channel manager",
            "/live/channels",
            &["booking.created", "booking.cancelled"],
            Does::Answers(120, 700),
        )
    },
];

/// What the endpoint of a path answers to its so-and-so-manieth request; `None` for paths of the
/// scenario.
#[must_use]
pub fn answer(path: &str, seen: usize) -> Option<Answer> {
    let hook = HOOKS.iter().find(|hook| hook.path == path)?;
    let failed = |status: u16, body: &str| Answer {
        body: body.to_owned(),
        ..Answer::status(status)
    };
    Some(match hook.does {
        Does::Hangs => Answer::never(),
        Does::Fails(404) => failed(404, "{\"error\": \"no such partner\"}"),
        Does::Fails(status) => failed(status, "Internal Server Error\n"),
        Does::Recovers { fails, of } if seen % of < fails => {
            failed(503, "{\"error\": \"closing the books, back soon\"}")
        }
        Does::Recovers { .. } => Answer::status(200),
        Does::Answers(least, most) => {
            // Any spread will do: neither all alike nor in steps.
            let spread = (seen as u64).wrapping_mul(7919) % (most - least + 1);
            Answer {
                delay: Some(Duration::from_millis(least + spread)),
                body: "{\"ok\": true}".to_owned(),
                ..Answer::status(200)
            }
        }
    })
}

/// The catalogue: what the scenario has is completed, the rest is new.
pub(super) fn set_up(client: &ApiClient, endpoint: &Endpoint, hooks: &[MadeHook]) -> Result<()> {
    // What always hangs has been seen; from now on it is an example of one that is switched off.
    for made in hooks {
        if made.hook.behaviour == Behaviour::Hangs {
            let webhook = format!(
                "/organizations/{}/webhooks/{}",
                made.hook.organization, made.id
            );
            client.patch(&webhook, &json!({"enabled": false}))?;
        }
    }
    let known: Vec<&str> = crate::demo::scenario::EVENT_TYPES
        .iter()
        .map(|(name, _)| *name)
        .collect();
    for (name, description, example) in catalogue() {
        let schema = schema(&example);
        if known.contains(&name) {
            let patch = json!({"example": example, "schema": schema});
            client.patch(&format!("/event-types/{name}"), &patch)?;
        } else {
            let new = json!({
                "name": name,
                "description": description,
                "example": example,
                "schema": schema,
            });
            client.post("/event-types", &new)?;
        }
    }
    for hook in HOOKS {
        let mut body = json!({
            "name": hook.name,
            "url": endpoint.url(hook.path),
            "event_types": hook.event_types,
            "channels": hook.channels,
        });
        let overrides: Value = serde_json::from_str(hook.overrides)?;
        if overrides.as_object().is_some_and(|some| !some.is_empty()) {
            merge(&mut body, json!({"overrides": overrides}));
        }
        let webhooks = format!("/organizations/{}/webhooks", hook.organization);
        let made = client.post(&webhooks, &body)?;
        if hook.paused {
            let id = string(&made, "id")?;
            client.post(&format!("{webhooks}/{id}/pause"), &json!({}))?;
        }
    }
    inspector(client)
}

/// A private URL that shows what arrives there, and a webhook that calls it.
fn inspector(client: &ApiClient) -> Result<()> {
    let shop = |of: &str| format!("/organizations/shop/{of}");
    let made = client.post(&shop("inspectors"), &json!({"name": "First look"}))?;
    client.post(
        &shop("webhooks"),
        &json!({
            "name": "Inspector",
            "url": string(&made, "url")?,
            "event_types": ["order.refunded", "order.shipped"],
        }),
    )?;
    Ok(())
}

/// Name, description, example.
fn catalogue() -> Vec<(&'static str, &'static str, Value)> {
    let order = json!({"order": "A-1001", "total": 120.5, "currency": "EUR", "items": 3});
    let person = json!({"id": 38812, "name_first": "Ada", "name_last": "Lovelace"});
    let booking = json!({
        "bookingCode": "WNK-20931",
        "hotel": "Hotel Cool",
        "checkIn": "2026-12-23",
        "nights": 4,
    });
    vec![
        ("order.created", "Somebody ordered", order.clone()),
        ("order.paid", "An order was paid", order.clone()),
        ("order.shipped", "An order is on its way", order.clone()),
        ("order.refunded", "The money went back", order),
        (
            "reward.created",
            "A participant earned a reward",
            json!({"user": "u_9", "amount": 10, "unit": "EUR"}),
        ),
        (
            "referral.started",
            "A participant invited somebody",
            json!({"user": "u_9", "invited": "klaus@example.com"}),
        ),
        ("user.new", "A visitor registered", person.clone()),
        ("user.update", "A visitor's data changed", person),
        ("booking.created", "A room was booked", booking.clone()),
        ("booking.cancelled", "A booking was cancelled", booking),
    ]
}

/// A schema that data such as this satisfy: the types of its fields, and nothing required, because
/// the scenario's events are of the same types.
fn schema(example: &Value) -> Value {
    let fields = example.as_object().into_iter().flatten();
    let properties: serde_json::Map<String, Value> = fields
        .map(|(name, value)| {
            let kind = match value {
                Value::Number(_) => "number",
                Value::Array(_) => "array",
                _ => "string",
            };
            // What the scenario writes as a list, `items`, is a number here: both are taken.
            let kind = match name.as_str() {
                "items" => json!(["number", "array"]),
                _ => json!(kind),
            };
            (name.clone(), json!({"type": kind}))
        })
        .collect();
    json!({"type": "object", "properties": properties})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_fail_recover_and_hang_as_planned() {
        let status = |path: &str, seen| answer(path, seen).unwrap().status;
        assert_eq!(status("/live/newsletter", 7), 500);
        assert_eq!(status("/live/accounting", 3), 503);
        assert_eq!(status("/live/accounting", 13), 200);
        assert_eq!(status("/live/accounting", 43), 503);
        assert_eq!(answer("/live/old-crm", 1).unwrap().delay, None);
        assert_eq!(answer("/shop/fulfilment", 1), None);
        for seen in 0..500 {
            let delay = answer("/live/channels", seen).unwrap().delay.unwrap();
            assert!((120..=700).contains(&(delay.as_millis() as u64)));
        }
    }

    /// The scenario's events are sent again by hand: they must fit the schemas that come later.
    #[test]
    fn the_events_of_the_scenario_fit_the_catalogue() {
        for planned in crate::demo::scenario::EVENTS {
            for (name, _, example) in catalogue() {
                let validator = bellwire_core::schema::compile(&schema(&example).to_string());
                let validator = validator.unwrap();
                assert_eq!(bellwire_core::schema::findings(&validator, &example, 9), []);
                if name == planned.event_type {
                    let data: Value = serde_json::from_str(planned.data).unwrap();
                    assert_eq!(bellwire_core::schema::findings(&validator, &data, 9), []);
                }
            }
        }
    }
}
