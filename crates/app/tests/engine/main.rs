//! The engine as a whole, in virtual time and over each store: one file per behaviour, named after it.

mod advocate;
mod apigee;
mod eventinsight;
mod held;
mod jobs;
mod lanes;
mod lifecycle;
mod own_events;
mod pausing;
mod rates;
mod refused;
mod retention;
mod shop;
mod standard;
mod stores;
mod usage;
mod usage_counts;
mod wink;
mod world;
