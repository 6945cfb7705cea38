//! A notification condition as this API shows it.

use bellwire_core::{
    service::Kept,
    usage::{Condition, UsageTarget},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{PUBLISHED, RATE_PLAN, TRUE, USAGE_TARGET, WEBHOOK};

/// At which percentages of a rate plan's target which webhooks are called.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintCondition {
    /// The webhooks.
    actions: Vec<MintAction>,
    /// When it was made, in milliseconds since 1970.
    created: i64,
    /// Who made it.
    created_by: String,
    /// Its id.
    #[schema(format = Uuid)]
    id: String,
    /// The rate plan and the percentages.
    notification_condition: Vec<MintConditionAttribute>,
    /// When it was last changed, in milliseconds since 1970.
    updated: i64,
    /// Who changed it last.
    updated_by: String,
}

/// An action: a webhook that is called.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintAction {
    /// `WEBHOOK`.
    #[schema(example = "WEBHOOK")]
    action_attribute: &'static str,
    /// The webhook's id.
    #[schema(format = Uuid)]
    value: String,
}

/// An attribute of a condition.
#[derive(Debug, Serialize, ToSchema)]
pub struct MintConditionAttribute {
    /// `RATEPLAN`, `PUBLISHED` or `UsageTarget`.
    #[schema(example = "UsageTarget")]
    attribute: &'static str,
    /// The plan's id, `TRUE`, or percentages.
    #[schema(example = "%= 80 to 120 by 10")]
    value: String,
}

impl From<Kept<Condition>> for MintCondition {
    fn from(kept: Kept<Condition>) -> Self {
        let Kept { document, stamp } = kept;
        let attribute = |attribute, value| MintConditionAttribute { attribute, value };
        let mut condition = vec![
            attribute(RATE_PLAN, document.rate_plan),
            attribute(PUBLISHED, TRUE.to_owned()),
        ];
        for value in document.targets.iter().flat_map(written) {
            condition.push(attribute(USAGE_TARGET, value));
        }
        let webhooks = document.webhooks.into_iter();
        Self {
            actions: webhooks
                .map(|id| MintAction {
                    action_attribute: WEBHOOK,
                    value: id.to_string(),
                })
                .collect(),
            created: stamp.created_at.as_millis(),
            created_by: stamp.created_by,
            id: document.id.to_string(),
            notification_condition: condition,
            updated: stamp.updated_at.as_millis(),
            updated_by: stamp.updated_by,
        }
    }
}

/// A target in the grammar of this API, which has no lists: each percentage of one stands alone.
fn written(target: &UsageTarget) -> Vec<String> {
    match target {
        UsageTarget::List(list) => list
            .iter()
            .map(|percent| UsageTarget::At(*percent).to_string())
            .collect(),
        UsageTarget::At(_) | UsageTarget::Range { .. } => vec![target.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_written_so_that_it_can_be_read_back() {
        let list = UsageTarget::list(&[80, 95]).unwrap();
        assert_eq!(written(&list), ["%= 80", "%= 95"]);
        let range = UsageTarget::range(80, 120, 10).unwrap();
        for text in written(&list).iter().chain(&written(&range)) {
            assert!(text.parse::<UsageTarget>().is_ok(), "{text}");
        }
    }
}
