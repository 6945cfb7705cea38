//! People at work in the portal: the real binary, a real browser (Debian's Chromium, driven over the
//! WebDriver protocol), a real endpoint. `cargo xtask test` installs what this needs.
//!
//! `BELLWIRE_SCREENSHOTS=FOLDER` makes `screenshots` leave its pictures there; `cargo xtask
//! screenshots` sets it.

#[path = "../support/mod.rs"]
mod support;

mod driver;
mod house;
mod screenshots;
mod signing_in;
mod webhooks;
