//! Usage against a target: which percentages a condition names, which of them a count has reached,
//! which period a moment belongs to, and the callback that a crossed one sends.
//!
//! All of it is pure and whole-number arithmetic. The store keeps, for each counter, how many
//! transactions there were in the period and the highest [`level`] that was
//! looked at; from that follows what fires, once in each period and in ascending order.

pub mod callback;
pub mod period;
pub mod target;
pub mod threshold;

pub use self::{
    callback::Callback,
    period::{Months, Period},
    target::{ParseTargetError, UsageTarget},
    threshold::{crossed, level},
};
