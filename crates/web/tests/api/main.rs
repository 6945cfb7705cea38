//! The API driven through its router, over a real store.

mod access;
mod app;
mod around;
mod audit;
mod bad_input;
mod browser;
mod catalogue;
mod conformance;
mod deliveries;
mod description;
mod events;
mod health;
mod links;
mod matrix;
mod members;
mod portal_links;
mod retention;
mod sessions;
mod tokens;
mod users;
mod visitors;
mod webhooks;
