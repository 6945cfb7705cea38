//! Wink / TripPay: bookings of one's own accounts.

use bellwire_core::{delivery::State, outcome::Outcome, time::DAY};
use serde_json::json;

use crate::{
    stores::{On, scenarios},
    world::World,
};

scenarios![
    a_booking_is_posted_and_anything_but_200_is_retried,
    another_accounts_events_do_not_arrive,
];

const URL: &str = "https://hotel.example/hook";

/// WNK-1, WNK-13: a booking dispatches `booking.created` in the envelope, with Standard Webhooks
/// headers; anything but 200 is retried.
async fn a_booking_is_posted_and_anything_but_200_is_retried(on: On) {
    let world = World::new(on).await;
    world
        .webhook("wink", URL, |new| {
            new.channels = Some(vec!["account:cool".to_owned()])
        })
        .await;
    world.answer(URL, |number| Outcome::status([202, 404, 200][number - 1]));
    let data = r#"{"id":"B-1","total":1.10,"big":12345678901234567890}"#;
    let event = world
        .post_as("booking.created", data, |event| {
            event.channels = vec!["account:cool".to_owned()];
        })
        .await;
    world.pass(DAY).await;

    let got = world.got(URL);
    assert_eq!(got.len(), 3);
    assert_eq!(world.state(event).await, State::Delivered);
    let body = got[0].json();
    assert_eq!(body["id"], event.to_string());
    assert_eq!(body["type"], "booking.created");
    assert_eq!(body["createdDate"], "2026-01-01T00:00:00Z");
    assert_eq!(body["ownerIdentifier"], "cool");
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(json!(keys).as_array().unwrap().len(), 5);
    // Numbers leave as they came.
    let text = std::str::from_utf8(&got[0].request.body).unwrap();
    assert!(
        text.contains("1.10") && text.contains("12345678901234567890"),
        "{text}"
    );
    for header in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        assert!(!got[0].header(header).is_empty(), "{header}");
    }
}

/// WNK-6: a webhook gets the events of its account only.
async fn another_accounts_events_do_not_arrive(on: On) {
    let world = World::new(on).await;
    world
        .webhook("wink", URL, |new| {
            new.channels = Some(vec!["account:cool".to_owned()])
        })
        .await;
    for channel in ["account:warm", "account:cool"] {
        world
            .post_as("booking.created", "{}", |event| {
                event.channels = vec![channel.to_owned()]
            })
            .await;
    }
    world.post("booking.created", "{}").await;
    world.settle().await;
    assert_eq!(world.got(URL).len(), 1);
}
