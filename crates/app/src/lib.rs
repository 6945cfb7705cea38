//! The binary's parts as a library, so that tests and benchmarks can start a whole server in their
//! own process.
//!
//! Here the pieces meet: configuration, store, dispatcher, API. Nothing in this crate decides what
//! becomes of an event; that is `bellwire-core`'s.

pub mod api_client;
pub mod backend;
pub mod bench;
pub mod cli;
pub mod clock;
pub mod config;
pub mod copy;
pub mod demo;
pub mod entropy;
pub mod failure;
pub mod http;
pub mod json_text;
pub mod keyring;
pub mod oidc;
pub mod passwords;
pub mod receiver;
pub mod serve;
pub mod shutdown;
pub mod table;
pub mod telemetry;
pub mod terminal;
