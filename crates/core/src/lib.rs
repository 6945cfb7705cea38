//! The pure domain of Bellwire: nouns, rules, and the doors to the outside as traits.
//!
//! **Invariant: no I/O, no clock, no randomness.** Time and entropy are parameters; the store, the
//! network and the lanes are traits ([`ports`]). So a rule that spans 72 hours is tested in
//! milliseconds, and a failing simulation is reproduced by its seed.

pub mod access;
pub mod appearance;
pub mod audit;
mod coded;
pub mod copied;
pub mod crypt;
pub mod curl;
pub mod delivery;
pub mod diagnosis;
pub mod entropy;
pub mod envelope;
pub mod event;
pub mod explain;
pub mod headers;
pub mod ids;
pub mod inspector;
pub mod job;
pub mod json;
pub mod matching;
pub mod meter;
pub mod organization;
pub mod outcome;
pub mod own_event;
pub mod policy;
pub mod ports;
pub mod profile;
pub mod rendering;
pub mod said;
pub mod schema;
pub mod service;
pub mod signature;
pub mod signature_check;
pub mod snapshot;
pub mod statistics;
pub mod stored;
pub mod time;
pub mod usage;
pub mod user;
pub mod webhook;
