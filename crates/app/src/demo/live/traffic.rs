//! Events of the demo, one after the other: other organizations, other types, other people and
//! amounts each time, all from one number that counts up.

use anyhow::Result;
use serde_json::{Value, json};

use crate::api_client::ApiClient;

/// Where what happens, in this order, again and again. Some more often than others.
const ROUND: &[(&str, &str)] = &[
    ("shop", "order.created"),
    ("hotel", "booking.created"),
    ("shop", "order.paid"),
    ("conferences", "user.new"),
    ("shop", "order.created"),
    ("referrals", "referral.started"),
    ("shop", "order.paid"),
    ("shop", "order.shipped"),
    ("conferences", "user.update"),
    ("hotel", "booking.created"),
    ("referrals", "reward.created"),
    ("shop", "order.paid"),
    ("shop", "order.created"),
    ("conferences", "user.new"),
    ("referrals", "coupon.created"),
    ("shop", "order.refunded"),
    ("hotel", "booking.cancelled"),
];

const PEOPLE: &[(&str, &str)] = &[
    ("Maria", "Rossi"),
    ("Jonas", "Weber"),
    ("Liwayway", "Santos"),
    ("Grace", "Hopper"),
    ("Emeka", "Obi"),
    ("Sofia", "Lindqvist"),
    ("Kenji", "Tanaka"),
];

/// What happens next.
#[derive(Debug, Default)]
pub struct Traffic {
    number: u64,
}

impl Traffic {
    /// Sends the next event.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn next(&mut self, client: &ApiClient) -> Result<()> {
        let (organization, body) = event(self.number);
        self.number += 1;
        client.post(&format!("/organizations/{organization}/events"), &body)?;
        Ok(())
    }
}

/// The event of a number: whose, and what is posted.
fn event(number: u64) -> (&'static str, Value) {
    // Neighbours must not look alike: the golden ratio spreads them.
    let spread = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    let any = |most: u64| spread % most;
    let (organization, event_type) = ROUND[(number % ROUND.len() as u64) as usize];
    let (first, last) = PEOPLE[any(PEOPLE.len() as u64) as usize];
    let mail = format!("{}@example.com", first.to_lowercase());
    let cents = 900 + any(40_000);
    let total = cents as f64 / 100.0;
    let data = match event_type.split('.').next() {
        Some("order") => json!({
            "order": format!("A-{}", 2000 + number / 3),
            "total": total,
            "currency": "EUR",
            "items": 1 + any(6),
            "customer": {"name": format!("{first} {last}"), "email": mail},
        }),
        Some("booking") => json!({
            "bookingCode": format!("WNK-{}", 30_000 + number),
            "hotel": "Hotel Cool",
            "checkIn": format!("2027-{:02}-{:02}", 1 + any(12), 1 + any(28)),
            "nights": 1 + any(9),
            "guest": {"name": format!("{first} {last}"), "email": mail},
        }),
        Some("user") => json!({
            "id": 40_000 + number,
            "name_first": first,
            "name_last": last,
            "company_name": "Analytical Engines",
        }),
        Some("coupon") => json!({
            "id": format!("co_{number:x}"),
            "code": format!("{}10", first.to_uppercase()),
        }),
        _ => json!({
            "user": format!("u_{number}"),
            "invited": mail,
            "amount": 5 + any(20),
            "unit": "EUR",
        }),
    };
    let channels: &[&str] = match organization {
        "hotel" => &["account:cool"],
        _ => &[],
    };
    let body = json!({"type": event_type, "data": data, "channels": channels});
    (organization, body)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn events_differ_and_every_organization_has_some() {
        let events: Vec<_> = (0..200).map(event).collect();
        let whose: HashSet<&str> = events.iter().map(|(whose, _)| *whose).collect();
        assert_eq!(whose.len(), 4);
        let texts: HashSet<String> = events.iter().map(|(_, body)| body.to_string()).collect();
        assert_eq!(texts.len(), events.len());
        let people: HashSet<String> = events
            .iter()
            .filter_map(|(_, body)| body["data"]["customer"]["name"].as_str().map(str::to_owned))
            .collect();
        assert!(people.len() > 3, "{people:?}");
    }
}
