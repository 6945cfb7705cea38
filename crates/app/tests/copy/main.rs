//! `bellwire copy` with the real binary and a real PostgreSQL: everything arrives and goes on, a
//! copy that is killed goes on too, and what is wrong is said in one line.

#[path = "../support/mod.rs"]
mod support;

mod api;
mod bad_input;
mod bulk;
mod complete;
mod everything;
mod installation;
mod killed;
mod places;
