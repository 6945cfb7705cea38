//! Wink and TripPay, travel booking and payments: owned by an account, anything but 200 is retried.

use super::*;

/// WNK-13: `{id, type, createdDate, ownerIdentifier, data}`; the owner is the event's account.
#[test]
fn wink_has_its_envelope() {
    let profile = profile("wink");
    let mut event = event("booking.created", r#"{"total": 12345678901234567890}"#);
    event.channels = vec![
        "conference:42".to_owned(),
        "account:cool".to_owned(),
        "account:b".to_owned(),
    ];
    let expected = |owner: &str| {
        format!(
            "{{\"id\":\"0193a5b0-7f2c-7d11-8a4e-2f6b1c0d9e8f\",\"type\":\"booking.created\",\
             \"createdDate\":\"2025-11-21T08:34:56.12Z\",\"ownerIdentifier\":{owner},\
             \"data\":{{\"total\": 12345678901234567890}}}}"
        )
    };
    assert_eq!(body(&profile, &event), expected("\"cool\""));
    event.channels.clear();
    assert_eq!(body(&profile, &event), expected("null"));
    event.channels = vec!["x-account:1".to_owned()];
    assert_eq!(body(&profile, &event), expected("null"));
    assert!(profile.requires_https, "WNK-8");
    assert!(profile.requires_channel, "WNK-6");
}

/// WNK-13: anything but 200 is retried.
#[test]
fn wink_retries_anything_but_200() {
    let policy = &profile("wink").policy;
    for status in [100, 201, 204, 301, 400, 404, 410, 429, 500, 503] {
        let life = live(policy, 0.0, |attempt| {
            Outcome::status(if attempt == 1 { status } else { 200 })
        });
        assert_eq!(life.attempts.len(), 2, "{status}");
        assert!(life.delivered);
    }
    let life = live(policy, 0.0, always(Outcome::none(Cause::Tls)));
    assert!(life.attempts.len() > 1);
    assert!(live(policy, 0.0, always(Outcome::status(200))).delivered);
}
