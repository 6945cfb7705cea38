//! Usage notifications: an organization sells packages by rate plans, each developer who bought one
//! has a target, and webhooks are called when usage crosses chosen percentages of it (APG-23 to
//! APG-27d).
//!
//! Pure: periods and counts are parameters. `item` says what the nouns are and how a store keeps
//! them, `target` which percentages a condition names, `threshold` which of them a count has
//! reached, `counter` adds reports up and says what fires, `period` which quota period a moment
//! belongs to, `callback` what is sent, `catalogue` what the catalogue says of it. The store counts
//! and fires within one transaction ([`ports::Usage`](crate::ports::Usage)).

mod callback;
mod catalogue;
mod counter;
mod item;
mod period;
mod target;
mod threshold;

pub use callback::{Attribute, Callback, TRIGGER_REASON};
pub use catalogue::{described, entry};
pub use counter::{Counter, Named, Rise};
pub use item::{
    Condition, Developer, DeveloperPlan, Document, Item, Noun, Package, RatePlan, Stamp,
};
pub use period::{MAX_MONTHS, Months, Period, reset_date};
pub use target::{DEFAULT_STEP, MAX_PERCENT, MAX_VALUES, ParseTargetError, UsageTarget};
pub use threshold::level;

/// The event that a crossed percentage makes.
pub const EVENT_TYPE: &str = "quota.threshold_reached";
