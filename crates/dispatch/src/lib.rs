//! Stages 4 to 6 of an event's way: claim, send, record.
//!
//! [`Dispatcher`] holds the lanes of this process and empties them; the client makes one guarded
//! HTTP request. This crate knows the store and the clock only through the ports of the core, and
//! nothing of who posted an event or looks at it.

mod changes;
pub mod client;
mod dispatcher;
pub mod guard;
mod lane;
mod mask;
mod metrics;
mod pager;
mod people;
mod recorder;
pub mod resolve;
mod sweep;
mod worker;

pub use dispatcher::{Dispatcher, Options, Parts};
pub use mask::MASK;
pub use metrics::Metrics;
