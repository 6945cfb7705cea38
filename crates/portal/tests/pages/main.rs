//! The pages over a real store, without a socket and without a browser: what they show, to whom, in
//! which language, and what their forms do. What needs a browser is in `crates/app/tests/browser`.

mod access;
mod app;
mod dressed;
mod event_types;
mod failures;
mod forms;
mod inspector;
mod jobs;
mod languages;
mod log;
mod organizations;
mod overview;
mod rate_plans;
mod settings;
mod settings_of_people;
mod two_sessions;
mod views;
mod weight;
