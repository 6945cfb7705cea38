//! The engine as a whole, in virtual time: one file per behaviour, named after it.

mod advocate;
mod apigee;
mod eventinsight;
mod lanes;
mod lifecycle;
mod standard;
mod wink;
mod world;
