//! A request that somebody pasted to learn why its signature is wrong: whatever it is, there is an
//! answer, and it is not that all is well unless it is.
#![no_main]

use bellwire_core::{
    signature::verify,
    signature_check::{Headers, Outcome, Pasted, Presented, check},
    time::Time,
    webhook::Secret,
};
use libfuzzer_sys::fuzz_target;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fuzz_target!(|input: (&str, &[u8], Option<&[u8]>)| {
    let (text, body, sent) = input;
    let headers = Headers::read(&Pasted::Text(text.to_owned()));
    let at = Time::from_micros(1_763_714_096_000_000);
    let secret = Secret {
        value: SECRET.to_owned(),
        created_at: Time::EPOCH,
        expires_at: None,
    };
    let report = check(&Presented {
        headers: &headers,
        body,
        at,
        secrets: &[secret],
        sent,
    });
    let is_wrong = report
        .checks
        .iter()
        .any(|check| check.outcome == Outcome::Problem);
    assert_eq!(report.valid, !is_wrong, "{report:?}");
    if report.valid {
        let value = |name| headers.get(name).unwrap_or_default();
        let (id, timestamp) = (value("webhook-id"), value("webhook-timestamp"));
        let signature = value("webhook-signature");
        let tolerance = i64::MAX;
        let verified = verify(&[SECRET], id, timestamp, signature, body, at, tolerance);
        assert_eq!(verified, Ok(()));
    }
});
