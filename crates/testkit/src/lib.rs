//! What tests stand on: a clock that is moved by hand, randomness from a seed, builders of nouns,
//! a sender that follows a script.
//!
//! Nothing here sleeps or looks at the machine's clock, but for what measures.

pub mod builders;
pub mod clock;
pub mod conformance;
pub mod entropy;
pub mod lanes;
pub mod passwords;
pub mod people;
#[cfg(unix)]
pub mod postgres;
pub mod proxy;
pub mod receiver;
pub mod retention;
pub mod sender;
pub mod service;
