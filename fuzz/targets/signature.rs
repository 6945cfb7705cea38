//! The headers of a request as somebody else wrote them: only what was signed is taken, and what was
//! signed always is.
#![no_main]

use bellwire_core::{
    signature::{TOLERANCE, sign, verify},
    time::Time,
};
use libfuzzer_sys::fuzz_target;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW_S: i64 = 1_763_714_096;

fuzz_target!(|input: (&str, &str, &str, &[u8])| {
    let (id, timestamp, signature, body) = input;
    let now = Time::from_micros(NOW_S * 1_000_000);
    // Nobody guesses a signature.
    assert!(verify(&[SECRET], id, timestamp, signature, body, now, TOLERANCE).is_err());
    let signed = sign(SECRET, id, NOW_S, body).expect("it is a secret");
    let stamp = NOW_S.to_string();
    let both = format!("{signature} {signed}");
    for header in [&signed, &both] {
        assert_eq!(
            verify(&[SECRET], id, &stamp, header, body, now, TOLERANCE),
            Ok(())
        );
    }
    let other = [body, b"."].concat();
    assert!(verify(&[SECRET], id, &stamp, &signed, &other, now, TOLERANCE).is_err());
});
