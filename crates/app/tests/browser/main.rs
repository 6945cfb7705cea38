//! People at work in the portal: the real binary, a real browser (Debian's Chromium, driven over the
//! WebDriver protocol), a real endpoint. `cargo xtask test` installs what this needs.
//!
//! `BELLWIRE_SCREENSHOTS=FOLDER` makes `screenshots` leave its pictures there; `cargo xtask
//! screenshots` sets it.

#[path = "../support/mod.rs"]
mod support;

mod driver;
mod flows;
mod house;
mod inspector;
mod log;
mod overview;
mod rate_plans;
mod screenshots;
mod settings;
mod signing_in;
mod steadiness;
mod webhooks;
mod words;
