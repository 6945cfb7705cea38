//! Sign-in through an identity provider, over HTTP from end to end: with a scripted provider that
//! forges its answers, and with a real one that somebody else wrote.

mod answers;
mod browser;
mod forge;
mod installation;
mod people;
mod real;
#[path = "../support/mod.rs"]
mod support;
mod trouble;
mod ways;
