//! The API driven through its router, over a real store.

mod app;
mod around;
mod bad_input;
mod catalogue;
mod conformance;
mod deliveries;
mod description;
mod events;
mod health;
mod tokens;
mod webhooks;
