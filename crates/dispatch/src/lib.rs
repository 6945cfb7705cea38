//! Stages 4 to 6 of an event's way: claim, send, record.
//!
//! [`Dispatcher`] holds the lanes of this process and empties them; the client makes one guarded
//! HTTP request. This crate knows the store and the clock only through the ports of the core, and
//! nothing of who posted an event or looks at it.

mod changes;
pub mod client;
mod dispatcher;
pub mod guard;
mod jobs;
mod lane;
mod metrics;
mod own_events;
mod pace;
mod pager;
mod pause;
mod people;
mod places;
mod recorder;
pub mod resolve;
mod statistics;
mod sweep;
mod worker;

pub use dispatcher::{Dispatcher, Options, Parts};
pub use metrics::Metrics;
