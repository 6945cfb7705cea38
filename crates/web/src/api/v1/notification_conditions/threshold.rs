//! How the native API writes percentages: a list of whole numbers and of ranges, in any mixture.

use std::{borrow::Cow, fmt};

use bellwire_core::{
    service::{self, MAX_TARGETS},
    usage::{DEFAULT_STEP, MAX_PERCENT, UsageTarget},
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema, Type},
};

use crate::problem::{Code, FieldError, Problem};

/// Percentages from one to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PercentRange {
    /// The first.
    #[schema(minimum = 1, maximum = 1_000_000, example = 80)]
    from: u32,
    /// Not beyond this one.
    #[schema(minimum = 1, maximum = 1_000_000, example = 120)]
    to: u32,
    /// The distance between two.
    #[serde(default = "default_step")]
    #[schema(
        minimum = 1,
        maximum = 1_000_000,
        default = 10,
        required = false,
        example = 10
    )]
    step: u32,
}

const fn default_step() -> u32 {
    DEFAULT_STEP
}

/// One percentage, or a range of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Threshold {
    /// One.
    At(u64),
    /// A range.
    Range(PercentRange),
}

impl<'de> Deserialize<'de> for Threshold {
    /// Not derived: an untagged enum does not say which field of a range is wrong.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Threshold;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole percentage such as 80, or {\"from\": 80, \"to\": 120}")
            }

            fn visit_u64<E: serde::de::Error>(self, percent: u64) -> Result<Threshold, E> {
                Ok(Threshold::At(percent))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Threshold, A::Error> {
                PercentRange::deserialize(MapAccessDeserializer::new(map)).map(Threshold::Range)
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Threshold, E> {
                Err(E::custom(format!(
                    "`{}` is text; write a whole percentage such as 80, or {{\"from\": 80, \"to\": \
                     120}}",
                    text.chars().take(40).collect::<String>().escape_debug()
                )))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

impl PartialSchema for Threshold {
    fn schema() -> RefOr<Schema> {
        let one = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(MAX_PERCENT))
            .description(Some("One percentage."));
        OneOfBuilder::new()
            .description(Some(
                "A whole percentage of the target, or a range of them.",
            ))
            .item(one)
            .item(Ref::from_schema_name("PercentRange"))
            .into()
    }
}

impl ToSchema for Threshold {
    fn name() -> Cow<'static, str> {
        "Threshold".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push(("PercentRange".to_owned(), PercentRange::schema()));
    }
}

/// What these percentages come to. As long as there is room each is a target of its own, as the
/// monetization API writes them, which has no lists; single ones beyond that become one list.
///
/// # Errors
/// `invalid_request` with each entry that is wrong.
pub fn targets(thresholds: &[Threshold]) -> Result<Vec<UsageTarget>, Problem> {
    let mut targets = Vec::with_capacity(thresholds.len());
    let mut singles = Vec::new();
    let mut errors = Vec::new();
    for (index, threshold) in thresholds.iter().enumerate() {
        let target = match threshold {
            Threshold::At(percent) => {
                singles.push(*percent);
                UsageTarget::list(&[*percent])
            }
            Threshold::Range(range) => UsageTarget::range(range.from, range.to, range.step),
        };
        match target {
            Ok(target) => targets.push(target),
            Err(error) => errors.push(FieldError {
                field: format!("thresholds[{index}]"),
                message: error.into(),
            }),
        }
    }
    if targets.len() > MAX_TARGETS && singles.len() > 1 {
        match UsageTarget::list(&singles) {
            Ok(list) => {
                targets.retain(|target| !matches!(target, UsageTarget::At(_)));
                targets.push(list);
            }
            Err(error) => errors.push(FieldError {
                field: "thresholds".to_owned(),
                message: error.into(),
            }),
        }
    }
    if errors.is_empty() {
        Ok(targets)
    } else {
        Err(Problem::fields(Code::InvalidRequest, errors))
    }
}

/// The problem of a condition, with the field called as it is here.
#[must_use]
pub fn named(error: service::Error) -> Problem {
    let mut problem = Problem::from(error);
    if problem.errors.is_empty() {
        return problem;
    }
    for error in &mut problem.errors {
        if let Some(rest) = error.field.strip_prefix("targets") {
            error.field = format!("thresholds{rest}");
        }
    }
    Problem::fields(problem.code, problem.errors)
}

/// Targets as this API writes them.
#[must_use]
pub fn shown(targets: &[UsageTarget]) -> Vec<Threshold> {
    let mut thresholds = Vec::with_capacity(targets.len());
    for target in targets {
        match target {
            UsageTarget::At(percent) => thresholds.push(Threshold::At(u64::from(*percent))),
            UsageTarget::Range { from, to, step } => {
                thresholds.push(Threshold::Range(PercentRange {
                    from: *from,
                    to: *to,
                    step: *step,
                }));
            }
            UsageTarget::List(list) => {
                let each = list
                    .iter()
                    .map(|percent| Threshold::At(u64::from(*percent)));
                thresholds.extend(each);
            }
        }
    }
    thresholds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::json;

    fn read(text: &str) -> Result<Vec<UsageTarget>, (String, String)> {
        let first = |problem: Problem| {
            let error = problem.errors[0].clone();
            (error.field, error.message.into())
        };
        let thresholds: Vec<Threshold> =
            json::parse(text.as_bytes(), "thresholds").map_err(first)?;
        targets(&thresholds).map_err(first)
    }

    /// APG-18, APG-26 in the native spelling: the step is 10 when none is given.
    #[test]
    fn apg_26_numbers_and_ranges_stand_side_by_side() {
        let targets = read(r#"[50, {"from": 80, "to": 120}, {"from":1,"to":3,"step":1}]"#).unwrap();
        let text: Vec<String> = targets.iter().map(ToString::to_string).collect();
        assert_eq!(text, ["%= 50", "%= 80 to 120 by 10", "%= 1 to 3 by 1"]);
        assert_eq!(
            serde_json::to_string(&shown(&targets)).unwrap(),
            r#"[50,{"from":80,"to":120,"step":10},{"from":1,"to":3,"step":1}]"#
        );
        let list = UsageTarget::list(&[95, 80]).unwrap();
        assert_eq!(shown(&[list]), [Threshold::At(80), Threshold::At(95)]);
    }

    #[test]
    fn a_long_list_of_numbers_is_one_target() {
        let of = |count: u64| {
            let all: Vec<Threshold> = (1..=count).map(Threshold::At).collect();
            targets(&all)
        };
        assert_eq!(of(20).unwrap().len(), 20);
        let long = of(1000).unwrap();
        assert_eq!(long.len(), 1);
        assert_eq!(shown(&long).len(), 1000);
        let problem = of(1001).unwrap_err();
        assert_eq!(problem.errors.len(), 1);
        assert!(problem.detail.contains("1001 percentages"), "{problem:?}");
    }

    /// APG-27b: what is no percentage is refused with its place.
    #[test]
    fn apg_27b_what_is_no_percentage_is_named() {
        for (text, field, says) in [
            ("[80, 0]", "thresholds[1]", "0 is not a percentage"),
            ("[80, -1]", "thresholds[1]", "a whole percentage such as 80"),
            ("[80.5]", "thresholds[0]", "a whole percentage such as 80"),
            (r#"["%= 80"]"#, "thresholds[0]", "`%= 80` is text"),
            ("[[80]]", "thresholds[0]", "a whole percentage such as 80"),
            (r#"[{"from":80}]"#, "thresholds[0].to", "missing field"),
            (
                r#"[{"from":80,"to":120,"by":5}]"#,
                "thresholds[0].by",
                "unknown field",
            ),
            (
                r#"[{"from":120,"to":80}]"#,
                "thresholds[0]",
                "turn them round",
            ),
            (
                r#"[{"from":80,"to":120,"step":0}]"#,
                "thresholds[0]",
                "0 is not a percentage",
            ),
            (
                r#"[{"from":1,"to":1001,"step":1}]"#,
                "thresholds[0]",
                "1001 percentages",
            ),
        ] {
            let (at, said) = read(text).unwrap_err();
            assert_eq!(at, field, "{text}");
            assert!(said.contains(says), "{text}: {said}");
        }
    }
}
