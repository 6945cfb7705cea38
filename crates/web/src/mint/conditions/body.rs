//! What a body says of a notification condition: attributes and actions (APG-23, APG-25).

use bellwire_core::{ids::WebhookId, usage::UsageTarget};
use serde::{Deserialize, de::IgnoredAny};
use utoipa::ToSchema;

use super::{PUBLISHED, RATE_PLAN, TRUE, USAGE_TARGET, WEBHOOK};
use crate::{
    extract::Object,
    mint::body::{body, wrong},
    problem::{Code, FieldError, Problem},
};

body! {
    /// A notification condition, or what to change of one. To make one, both are needed.
    MintConditionBody {
        /// Ignored.
        #[schema(value_type = Option<serde_json::Value>)]
        #[expect(dead_code)]
        id: Option<IgnoredAny>,
        /// `RATEPLAN` once, `UsageTarget` at least once, and `PUBLISHED`, which is `TRUE`.
        #[schema(example = json!([
            {"attribute": "RATEPLAN", "value": "location_adjustable"},
            {"attribute": "PUBLISHED", "value": "TRUE"},
            {"attribute": "UsageTarget", "value": "%= 80 to 120 by 10"}
        ]))]
        #[schema(value_type = Option<Vec<MintNewAttribute>>)]
        notification_condition: Option<Vec<Object<MintNewAttribute>>>,
        /// The webhooks to call, at least one.
        #[schema(value_type = Option<Vec<MintNewAction>>)]
        actions: Option<Vec<Object<MintNewAction>>>,
    }
}

/// An attribute of a condition.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MintNewAttribute {
    /// `RATEPLAN`, `PUBLISHED` or `UsageTarget`.
    #[schema(example = "UsageTarget")]
    attribute: String,
    /// The plan's id; `TRUE`; or percentages: `%= N`, `%= A to B`, `%= A to B by S`.
    #[schema(example = "%= 80 to 120 by 10")]
    value: String,
    /// Ignored.
    #[schema(value_type = Option<serde_json::Value>)]
    #[expect(dead_code)]
    id: Option<IgnoredAny>,
}

/// A webhook to call.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MintNewAction {
    /// `WEBHOOK`: there is no other.
    #[serde(rename = "actionAttribute")]
    #[schema(example = "WEBHOOK")]
    action_attribute: String,
    /// The webhook's id.
    #[schema(format = Uuid)]
    value: String,
    /// Ignored.
    #[schema(value_type = Option<serde_json::Value>)]
    #[expect(dead_code)]
    id: Option<IgnoredAny>,
    /// Ignored.
    #[serde(rename = "postUrl")]
    #[schema(value_type = Option<serde_json::Value>)]
    #[expect(dead_code)]
    post_url: Option<IgnoredAny>,
    /// Ignored.
    #[serde(rename = "postURL")]
    #[schema(value_type = Option<serde_json::Value>)]
    #[expect(dead_code)]
    post_url_upper: Option<IgnoredAny>,
}

/// The attributes of a condition, understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Attributes {
    /// The plan's id.
    pub(super) rate_plan: String,
    /// Percentages; at least one target.
    pub(super) targets: Vec<UsageTarget>,
    /// Which of the attributes named the plan.
    plan_at: usize,
    /// Which of them named each of the targets.
    targets_at: Vec<usize>,
}

impl Attributes {
    /// Reads them; everything wrong is named at once.
    pub(super) fn read(attributes: Vec<Object<MintNewAttribute>>) -> Result<Self, Problem> {
        let mut errors = Vec::new();
        let mut refuse = |field: String, message: String| {
            errors.push(FieldError {
                field,
                message: message.into(),
            });
        };
        let mut rate_plan: Option<(usize, String)> = None;
        let (mut targets, mut targets_at) = (Vec::new(), Vec::new());
        for (index, Object(attribute)) in attributes.into_iter().enumerate() {
            let MintNewAttribute {
                attribute, value, ..
            } = attribute;
            let field = |part: &str| format!("notificationCondition[{index}].{part}");
            match attribute.as_str() {
                RATE_PLAN if rate_plan.is_some() => refuse(
                    field("attribute"),
                    format!("`{RATE_PLAN}` is there already; make a condition for each plan"),
                ),
                RATE_PLAN => rate_plan = Some((index, value)),
                PUBLISHED if value.eq_ignore_ascii_case(TRUE) => {}
                PUBLISHED => refuse(
                    field("value"),
                    format!("nobody is told of a plan that is not published; send `{TRUE}`"),
                ),
                USAGE_TARGET => match value.parse::<UsageTarget>() {
                    Ok(target) => {
                        targets.push(target);
                        targets_at.push(index);
                    }
                    Err(error) => refuse(field("value"), error.to_string()),
                },
                other => refuse(
                    field("attribute"),
                    format!(
                        "`{other}` is not known; expected `{RATE_PLAN}`, `{PUBLISHED}` or \
                         `{USAGE_TARGET}`"
                    ),
                ),
            }
        }
        if errors.is_empty() && rate_plan.is_none() {
            let message = format!("`{RATE_PLAN}` is missing: the id of a rate plan");
            return Err(wrong("notificationCondition", message));
        }
        if errors.is_empty() && targets.is_empty() {
            let message = format!(
                "`{USAGE_TARGET}` is missing: percentages, for example `%= 80 to 120 by 10`"
            );
            return Err(wrong("notificationCondition", message));
        }
        match rate_plan {
            Some((plan_at, rate_plan)) if errors.is_empty() => Ok(Self {
                rate_plan,
                targets,
                plan_at,
                targets_at,
            }),
            _ => Err(Problem::fields(Code::InvalidRequest, errors)),
        }
    }
}

/// The webhooks that actions name.
pub(super) fn webhooks(actions: Vec<Object<MintNewAction>>) -> Result<Vec<WebhookId>, Problem> {
    if actions.is_empty() {
        return Err(wrong("actions", "name at least one webhook to call"));
    }
    let mut errors = Vec::new();
    let mut refuse = |field: String, message: String| {
        errors.push(FieldError {
            field,
            message: message.into(),
        });
    };
    let mut webhooks = Vec::new();
    for (index, Object(action)) in actions.into_iter().enumerate() {
        if action.action_attribute != WEBHOOK {
            refuse(
                format!("actions[{index}].actionAttribute"),
                format!(
                    "`{}` is not known: webhooks are called and nobody is written to, so it is \
                     `{WEBHOOK}`",
                    action.action_attribute
                ),
            );
            continue;
        }
        match action.value.parse() {
            Ok(id) => webhooks.push(id),
            Err(_) => refuse(
                format!("actions[{index}].value"),
                format!("`{}` is not the id of a webhook", action.value),
            ),
        }
    }
    if errors.is_empty() {
        Ok(webhooks)
    } else {
        Err(Problem::fields(Code::InvalidRequest, errors))
    }
}

/// What the service found wrong, at the attribute or action that said it.
pub(super) fn placed(problem: Problem, attributes: Option<&Attributes>) -> Problem {
    if problem.errors.is_empty() {
        return problem;
    }
    let attribute = |index: usize| format!("notificationCondition[{index}].value");
    let mut errors = problem.errors;
    for error in &mut errors {
        let (name, index) = match error.field.split_once('[') {
            Some((name, rest)) => (name, rest.trim_end_matches(']').parse::<usize>().ok()),
            None => (error.field.as_str(), None),
        };
        let place = match (name, index, attributes) {
            ("rate_plan", _, Some(read)) => Some(attribute(read.plan_at)),
            ("targets", Some(index), Some(read)) => {
                read.targets_at.get(index).copied().map(attribute)
            }
            ("targets" | "rate_plan", _, _) => Some("notificationCondition".to_owned()),
            ("webhooks", Some(index), _) => Some(format!("actions[{index}].value")),
            ("webhooks", None, _) => Some("actions".to_owned()),
            _ => None,
        };
        if let Some(place) = place {
            error.field = place;
        }
    }
    Problem::fields(problem.code, errors)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(attributes: &[(&str, &str)]) -> Result<Attributes, Problem> {
        let attributes = attributes
            .iter()
            .map(|(attribute, value)| {
                serde_json::from_value(json!({"attribute": attribute, "value": value})).unwrap()
            })
            .collect();
        Attributes::read(attributes)
    }

    /// APG-23, APG-20: the plan, and one target or more.
    #[test]
    fn a_condition_may_have_several_targets() {
        let read = read(&[
            ("UsageTarget", "%= 80"),
            ("PUBLISHED", "true"),
            ("RATEPLAN", "location_adjustable"),
            ("UsageTarget", "%= 100 to 120"),
        ])
        .unwrap();
        assert_eq!(read.rate_plan, "location_adjustable");
        assert_eq!(
            read.targets,
            [
                UsageTarget::At(80),
                UsageTarget::range(100, 120, 10).unwrap()
            ]
        );
        let problem = wrong("targets[1]", "too many");
        let placed = placed(problem, Some(&read));
        assert_eq!(placed.errors[0].field, "notificationCondition[3].value");
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        let problem = read(&[
            ("RATEPLAN", "a"),
            ("RATEPLAN", "b"),
            ("PUBLISHED", "FALSE"),
            ("UsageTarget", "80"),
            ("Currency", "usd"),
        ])
        .unwrap_err();
        let fields: Vec<&str> = problem
            .errors
            .iter()
            .map(|error| error.field.as_str())
            .collect();
        assert_eq!(
            fields,
            [
                "notificationCondition[1].attribute",
                "notificationCondition[2].value",
                "notificationCondition[3].value",
                "notificationCondition[4].attribute"
            ]
        );
    }
}
