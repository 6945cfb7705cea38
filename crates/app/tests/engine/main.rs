//! The engine as a whole, in virtual time and over each store: one file per behaviour, named after it.

mod advocate;
mod apigee;
mod eventinsight;
mod held;
mod lanes;
mod lifecycle;
mod refused;
mod retention;
mod standard;
mod stores;
mod wink;
mod world;
