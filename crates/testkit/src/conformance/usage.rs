//! Usage notifications: documents, counting, and what fires.
//!
//! `market.rs` has what the cases talk about: an organization that sells one package by one rate plan.

mod counting;
mod documents;
mod ending;
mod market;

pub use self::{
    counting::*,
    documents::*,
    ending::*,
    market::{Market, record},
};
