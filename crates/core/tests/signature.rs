//! Signatures: a known answer, what a receiver refuses, and that nothing can be changed unnoticed.

use bellwire_core::{
    signature::{
        SecretError, TOLERANCE, VerifyError, check_secret, generate_secret, sign, signature_header,
        verify,
    },
    time::{SECOND, Time},
};
use proptest::prelude::*;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const BODY: &[u8] = br#"{"test": 2432232314}"#;
const AT_S: i64 = 1_614_265_330;

fn at(seconds: i64) -> Time {
    Time::from_micros(seconds * SECOND)
}

fn check(secrets: &[&str], timestamp: &str, signature: &str, now: Time) -> Result<(), VerifyError> {
    verify(secrets, ID, timestamp, signature, BODY, now, TOLERANCE)
}

/// The example of the Standard Webhooks specification.
#[test]
fn the_known_answer() {
    assert_eq!(
        sign(SECRET, ID, AT_S, BODY).unwrap(),
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    );
}

#[test]
fn each_secret_of_a_rotation_signs_and_either_verifies() {
    let other = generate_secret([7; 24]);
    let header = signature_header([SECRET, &other].into_iter(), ID, AT_S, BODY).unwrap();
    assert_eq!(header.split(' ').count(), 2);
    let now = at(AT_S);
    let timestamp = AT_S.to_string();
    for secrets in [
        &[SECRET][..],
        &[&other],
        &[&generate_secret([8; 24]), SECRET],
    ] {
        assert_eq!(check(secrets, &timestamp, &header, now), Ok(()));
    }
    let stranger = generate_secret([9; 24]);
    assert_eq!(
        check(&[&stranger], &timestamp, &header, now),
        Err(VerifyError::Mismatch)
    );
    assert_eq!(
        check(&[], &timestamp, &header, now),
        Err(VerifyError::Mismatch)
    );
}

#[test]
fn a_receiver_says_why_it_refuses() {
    let signature = sign(SECRET, ID, AT_S, BODY).unwrap();
    let timestamp = AT_S.to_string();
    let refused = |timestamp: &str, signature: &str, now| {
        check(&[SECRET], timestamp, signature, now).unwrap_err()
    };
    let now = at(AT_S);
    for (late_s, expected) in [
        (300, Ok(())),
        (301, Err(VerifyError::TooOld)),
        (-300, Ok(())),
        (-301, Err(VerifyError::TooNew)),
    ] {
        let got = check(&[SECRET], &timestamp, &signature, at(AT_S + late_s));
        assert_eq!(got, expected, "{late_s} s late");
    }
    for timestamp in ["", "soon", "1614265330.5", "99999999999999999999"] {
        assert_eq!(refused(timestamp, &signature, now), VerifyError::Timestamp);
    }
    assert_eq!(
        refused(&i64::MAX.to_string(), &signature, now),
        VerifyError::TooNew
    );
    assert_eq!(
        refused(&i64::MIN.to_string(), &signature, now),
        VerifyError::TooOld
    );
    for nothing in ["", " ", "v1", "v2,AAAA", "v1a,AAAA", &signature[3..]] {
        assert_eq!(refused(&timestamp, nothing, now), VerifyError::NoSignature);
    }
    for wrong in ["v1,", "v1,AAAA", "v1,not base64", &signature[..40]] {
        assert_eq!(refused(&timestamp, wrong, now), VerifyError::Mismatch);
    }
    // The same number in another spelling is another text, and the text is what was signed.
    for spelling in ["+1614265330", "01614265330"] {
        assert_eq!(refused(spelling, &signature, now), VerifyError::Mismatch);
    }
    assert_eq!(
        check(&["secret"], &timestamp, &signature, now),
        Err(VerifyError::Secret(SecretError::Prefix))
    );
    // Of a header, one good signature is enough, and unknown schemes are skipped.
    let mixed = format!("v1a,AAAA v1,AAAA {signature}");
    assert_eq!(check(&[SECRET], &timestamp, &mixed, now), Ok(()));
}

#[test]
fn a_secret_has_a_form() {
    assert_eq!(check_secret(SECRET), Ok(()));
    assert_eq!(check_secret(&generate_secret([0; 24])), Ok(()));
    for (wrong, error) in [
        ("", SecretError::Prefix),
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretError::Prefix),
        (
            "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            SecretError::Prefix,
        ),
        ("whsec_", SecretError::Length(0)),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa", SecretError::Base64),
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLQ==",
            SecretError::Length(22),
        ),
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS ",
            SecretError::Base64,
        ),
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La_aSw",
            SecretError::Base64,
        ),
    ] {
        assert_eq!(check_secret(wrong), Err(error), "{wrong}");
        assert_eq!(sign(wrong, ID, AT_S, BODY), Err(error));
        let hidden = wrong.trim_start_matches("whsec_");
        assert!(hidden.is_empty() || !error.to_string().contains(hidden));
    }
    let too_long = format!("whsec_{}", "AAAA".repeat(22));
    assert_eq!(check_secret(&too_long), Err(SecretError::Length(66)));
}

proptest! {
    /// What is signed verifies, and with any byte of it changed it does not.
    #[test]
    fn any_flipped_byte_fails(
        entropy in any::<[u8; 24]>(),
        id in "[a-z0-9-]{1,36}",
        seconds in 0..4_000_000_000_i64,
        body in prop::collection::vec(any::<u8>(), 1..200),
        place in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
    ) {
        let secret = generate_secret(entropy);
        let signature = sign(&secret, &id, seconds, &body).unwrap();
        let timestamp = seconds.to_string();
        let verify = |id: &str, timestamp: &str, signature: &str, body: &[u8]| {
            verify(&[&secret], id, timestamp, signature, body, at(seconds), TOLERANCE)
        };
        prop_assert_eq!(verify(&id, &timestamp, &signature, &body), Ok(()));

        let mut changed = body.clone();
        changed[place.index(body.len())] ^= flip;
        prop_assert_eq!(verify(&id, &timestamp, &signature, &changed), Err(VerifyError::Mismatch));
        let other_id = format!("{id}x");
        prop_assert_eq!(verify(&other_id, &timestamp, &signature, &body), Err(VerifyError::Mismatch));
        let later = (seconds + 1).to_string();
        prop_assert_eq!(verify(&id, &later, &signature, &body), Err(VerifyError::Mismatch));
        let mut changed = signature.clone().into_bytes();
        changed[place.index(signature.len())] ^= flip & 0x7f;
        if let Ok(changed) = String::from_utf8(changed) && changed != signature {
            prop_assert!(verify(&id, &timestamp, &changed, &body).is_err());
        }
        let mut changed = entropy;
        changed[place.index(24)] ^= flip;
        let other = sign(&generate_secret(changed), &id, seconds, &body).unwrap();
        prop_assert_eq!(verify(&id, &timestamp, &other, &body), Err(VerifyError::Mismatch));
    }

    /// No header makes a receiver panic.
    #[test]
    fn any_header_is_survived(timestamp in ".{0,24}", signature in ".{0,80}") {
        let _ = check(&[SECRET], &timestamp, &signature, at(AT_S));
    }
}
