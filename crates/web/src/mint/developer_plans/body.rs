//! What a body says of a developer's rate plan.

use serde::de::IgnoredAny;

use crate::{
    api::v1::shape::given_or_null,
    extract::Object,
    mint::{
        body::{MintReference, body},
        date::MintDate,
    },
};

body! {
    /// A rate plan that a developer has bought, or what to change of one. To make one, `ratePlan`
    /// and `startDate` are needed.
    MintDeveloperPlanBody {
        /// Ignored.
        #[schema(value_type = Option<serde_json::Value>)]
        #[expect(dead_code)]
        id: Option<IgnoredAny>,
        /// The developer, whom the path names and who does not change.
        #[schema(value_type = Option<MintReference>)]
        developer: Option<Object<MintReference>>,
        /// The rate plan, which does not change.
        #[schema(value_type = Option<MintReference>)]
        rate_plan: Option<Object<MintReference>>,
        /// How many transactions a period; 0, which turns notifications off, if left out.
        #[schema(example = 1000)]
        quota_target: Option<u64>,
        /// When the first period begins.
        start_date: Option<MintDate>,
        /// From when on nothing counts: with a day, from the end of it; null for never.
        #[serde(default, deserialize_with = "given_or_null")]
        #[schema(value_type = Option<MintDate>)]
        end_date: Option<Option<MintDate>>,
        /// Ignored: the original asks with it not to be warned.
        #[schema(value_type = Option<serde_json::Value>)]
        #[expect(dead_code)]
        suppress_warning: Option<IgnoredAny>,
    }
}
