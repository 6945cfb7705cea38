//! A key and a source of randomness for the tests of this crate.

use std::sync::Arc;

use bellwire_core::{
    crypt::{Key, Keyring},
    entropy::Entropy,
};
use bellwire_testkit::entropy::SeededEntropy;

pub(crate) fn keyring() -> Keyring {
    Keyring::new(vec![Key::from_bytes([1; 32])]).expect("one key")
}

pub(crate) fn entropy() -> Arc<dyn Entropy> {
    Arc::new(SeededEntropy::new(7))
}
