//! The pages over a real store, without a socket and without a browser: what they show, to whom, in
//! which language, and what their forms do. What needs a browser is in `crates/app/tests/browser`.

mod access;
mod app;
mod forms;
mod languages;
mod log;
