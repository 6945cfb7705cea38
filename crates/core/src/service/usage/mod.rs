//! Usage notifications: who buys what, how much of it is used, and the webhooks that are called at
//! percentages of the target (APG-23 to APG-27d).
//!
//! Five nouns are kept as documents, each with the same five use cases in a file of its own:
//! `developers`, `packages`, `rate_plans`, `developer_plans`, `conditions`; `kept` is what these
//! share, `texts` what their fields must be. `report` checks a report of usage (`wrong`) and sorts it (`sort`) into
//! counters, with what `memory` knows of who has bought what; `count` has them counted and wakes the
//! lanes of what fired, `threshold` makes its events.
//! `overview` says how much was used, `sample` makes a callback to try a webhook with.
//!
//! Who may do what is decided by the APIs: somebody who sees only some channels may do none of it.

mod conditions;
mod count;
mod developer_plans;
mod developers;
mod kept;
mod memory;
mod overview;
mod packages;
mod rate_plans;
mod report;
mod sample;
mod sort;
mod texts;
mod threshold;
mod wrong;

pub(super) use self::memory::Memory;
pub use self::{
    conditions::{ConditionPatch, MAX_CONDITIONS, MAX_TARGETS, MAX_WEBHOOKS, NewCondition},
    count::{Threshold, UsageReceipt},
    developer_plans::{DeveloperPlanPatch, MAX_QUOTA_TARGET, NewDeveloperPlan},
    developers::{DeveloperPatch, MAX_APPLICATIONS, MAX_ATTRIBUTES, NewDeveloper},
    kept::{Kept, Listing},
    overview::{PeriodUsage, PlanUsage, UsageFilter, UsageListing},
    packages::{MAX_PRODUCTS, NewPackage, PackagePatch},
    rate_plans::{NewRatePlan, RatePlanPatch},
    report::{MAX_RECORDS, NewUsage},
    sample::{SAMPLE_PERCENT, SAMPLE_TARGET, Sample},
    texts::MAX_ID_BYTES,
    wrong::{AHEAD_US, MAX_COUNT, MAX_RECORD_ID_BYTES},
};
