//! What a body says of a rate plan.

use bellwire_core::usage::RatePlan;
use serde::de::IgnoredAny;

use super::shape::MONTH;
use crate::{
    extract::Object,
    mint::{
        body::{MintReference, body, same, wrong},
        flag::Flag,
    },
    problem::Problem,
};

body! {
    /// A rate plan, or what to change of one. To make one, `name` or `displayName` is needed.
    MintRatePlanBody {
        /// Its id, which does not change; made of the package's and the name, if left out.
        #[schema(example = "location_adjustable", max_length = 100, pattern = "^[A-Za-z0-9_.-]+$")]
        id: Option<String>,
        /// For people.
        #[schema(example = "Adjustable")]
        name: Option<String>,
        /// For people: the same as `name`.
        display_name: Option<String>,
        /// For people.
        description: Option<String>,
        /// `USAGE_TARGET`: there is no other.
        #[serde(rename = "type")]
        #[schema(example = "USAGE_TARGET")]
        kind: Option<String>,
        /// How long a period is, in months; 1, if left out.
        #[schema(minimum = 1, maximum = 24)]
        duration: Option<u64>,
        /// `MONTH`: there is no other.
        #[schema(example = "MONTH")]
        duration_type: Option<String>,
        /// Whether usage is told of; not until somebody publishes it, if left out.
        #[schema(value_type = Option<bool>)]
        published: Option<Flag>,
        /// The package, which the path names and which does not change.
        #[schema(value_type = Option<MintReference>)]
        monetization_package: Option<Object<MintReference>>,
        /// Ignored.
        #[schema(value_type = Option<serde_json::Value>)]
        #[expect(dead_code)]
        status: Option<IgnoredAny>,
    }
}

impl MintRatePlanBody {
    /// Refuses what every plan says in the same way, said differently.
    pub(super) fn check(&self, package: &str) -> Result<(), Problem> {
        if let Some(kind) = self.kind.as_deref().filter(|kind| *kind != RatePlan::KIND) {
            let message = format!(
                "`{kind}` is not known: there are adjustable plans only, `{}`",
                RatePlan::KIND
            );
            return Err(wrong("type", message));
        }
        if let Some(unit) = self.duration_type.as_deref().filter(|unit| *unit != MONTH) {
            let message = format!("`{unit}` is not known: periods are months, `{MONTH}`");
            return Err(wrong("durationType", message));
        }
        let given = self.monetization_package.as_ref();
        same(
            given.map(|Object(given)| given.id.as_str()),
            package,
            "monetizationPackage.id",
        )
    }
}
