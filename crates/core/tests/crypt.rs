//! Encryption at rest: what is sealed opens, with its own key, in its own place, unchanged.

use bellwire_core::crypt::{CryptError, Key, Keyring};
use proptest::prelude::*;

fn keyring(bytes: &[u8]) -> Keyring {
    Keyring::new(
        bytes
            .iter()
            .map(|&byte| Key::from_bytes([byte; 32]))
            .collect(),
    )
    .unwrap()
}

#[test]
fn the_first_key_encrypts_and_every_key_decrypts() {
    let old = keyring(&[1]);
    let sealed = old.seal(b"secret", b"webhook", [9; 24]);
    let rotated = keyring(&[2, 1]);
    assert_eq!(rotated.open(&sealed, b"webhook").unwrap(), b"secret");
    let resealed = rotated.seal(b"secret", b"webhook", [8; 24]);
    let new = keyring(&[2]);
    assert_eq!(new.open(&resealed, b"webhook").unwrap(), b"secret");
    assert_eq!(
        new.open(&sealed, b"webhook"),
        Err(CryptError::UnknownKey(old.sealing_key()))
    );
}

#[test]
fn a_missing_key_is_named() {
    let sealed = keyring(&[1]).seal(b"secret", b"", [9; 24]);
    let error = keyring(&[2]).open(&sealed, b"").unwrap_err().to_string();
    // The first four bytes of the SHA-256 of 32 bytes of 1.
    assert!(error.contains("72cd6e84"), "{error}");
}

#[test]
fn a_ciphertext_belongs_to_its_context() {
    let keyring = keyring(&[1]);
    let sealed = keyring.seal(b"secret", b"webhook 1", [9; 24]);
    assert_eq!(
        keyring.open(&sealed, b"webhook 2"),
        Err(CryptError::Refused(keyring.sealing_key()))
    );
}

#[test]
fn keys_are_checked() {
    let text = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    let key = Key::parse(&format!(" {text}\n")).unwrap();
    assert_eq!(key.id(), Key::from_bytes([1; 32]).id());
    for wrong in [
        "",
        "AQEB",
        "no key",
        "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB",
    ] {
        assert_eq!(Key::parse(wrong).unwrap_err(), CryptError::Key, "{wrong}");
    }
    assert_eq!(Keyring::new(Vec::new()).unwrap_err(), CryptError::NoKey);
    assert_eq!(
        Keyring::new(vec![key.clone(), key.clone()]).unwrap_err(),
        CryptError::Twice(key.id())
    );
    assert!(!format!("{key:?}").contains("AQEB"));
    assert_eq!(format!("{key:?}"), format!("Key({:?})", key.id()));
}

proptest! {
    /// What is sealed opens, does not show the text, and opens no more with any byte changed.
    #[test]
    fn any_changed_byte_is_noticed(
        plain in prop::collection::vec(any::<u8>(), 0..200),
        context in prop::collection::vec(any::<u8>(), 0..40),
        nonce in any::<[u8; 24]>(),
        place in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
    ) {
        let keyring = keyring(&[1, 2]);
        let sealed = keyring.seal(&plain, &context, nonce);
        prop_assert_eq!(sealed.len(), 1 + 4 + 24 + plain.len() + 16);
        let opened = keyring.open(&sealed, &context);
        prop_assert_eq!(opened.as_ref(), Ok(&plain));
        if plain.len() >= 8 {
            prop_assert!(!sealed.windows(plain.len()).any(|part| part == plain));
        }
        let mut changed = sealed.clone();
        changed[place.index(sealed.len())] ^= flip;
        prop_assert!(keyring.open(&changed, &context).is_err());
        prop_assert!(keyring.open(&sealed[..place.index(sealed.len())], &context).is_err());
    }
}

#[test]
fn a_signature_is_of_its_key_its_kind_and_its_data() {
    let ours = keyring(&[1]);
    let signature = ours.sign("link", b"data");
    assert!(ours.verifies("link", b"data", &signature));
    assert!(ours.verifies("link", b"data", &signature[..16]));
    assert!(!ours.verifies("link", b"other", &signature));
    assert!(!ours.verifies("other", b"data", &signature));
    assert!(!keyring(&[2]).verifies("link", b"data", &signature));
    // What belongs to the kind cannot pass for data.
    assert!(!ours.verifies("lin", b"kdata", &signature));
    for at in 0..16 {
        let mut altered = signature;
        altered[at] ^= 1;
        assert!(!ours.verifies("link", b"data", &altered[..16]));
    }
    assert!(
        !ours.verifies("link", b"data", &signature[..15]),
        "too short"
    );
    assert!(!ours.verifies("link", b"data", b""));
}

#[test]
fn the_first_key_signs_and_every_key_verifies() {
    let signature = keyring(&[1]).sign("link", b"data");
    let rotated = keyring(&[2, 1]);
    assert!(rotated.verifies("link", b"data", &signature));
    assert_ne!(rotated.sign("link", b"data"), signature);
    assert_eq!(
        rotated.sign("link", b"data"),
        keyring(&[2]).sign("link", b"data")
    );
}
