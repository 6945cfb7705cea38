//! From the parts of a request to typed values, or to a problem that names what is wrong.

pub mod body;
pub mod idempotency;
pub mod json;
pub mod object;
pub mod path;
pub mod query;

pub use idempotency::{IdempotencyHeader, IdempotencyKey};
pub use json::{Json, OptionalJson};
pub use object::Object;
pub use path::{
    AttemptNumber, AttemptPath, Email, EmailPath, Id, IdPath, InspectedPath, Key, KeyPath, Name,
    NamePath, OrganizationPath, PackageId, PackagePath, RatePlanId, RatePlanPath, RequestParam,
};
pub use query::{Paging, Params, Query, ReadQuery};
