//! Which statistics: the parameters that the routes share.

use bellwire_core::{
    ids::WebhookId,
    service::{self, StatisticsQuery},
    statistics::{GroupBy, Span},
    time::Time,
};
use utoipa::IntoParams;

use crate::{
    extract::{Params, ReadQuery, query::wrong},
    problem::{Code, Problem},
};

/// Of which time, in which steps, of which type.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SeriesQuery {
    /// From this time on; without it, from 24 hours before the end.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Time>,
    /// Before this time; without it, up to now.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Time>,
    /// In steps of this length, at most 1500: `minute` (kept for 2 days), `hour` (60 days) or `day`
    /// (2 years). Without it, one that suits the time.
    #[param(value_type = Option<String>, example = "hour")]
    step: Option<Span>,
    /// Of events of this type.
    #[param(rename = "type", example = "booking.created")]
    event_type: Option<String>,
}

const STEPS: [&str; 3] = ["minute", "hour", "day"];

impl ReadQuery for SeriesQuery {
    const NAMES: &'static [&'static str] = &["since", "until", "step", "type"];

    fn read(params: &Params) -> Result<Self, Problem> {
        let step = params
            .text("step")
            .map(|text| Span::parse(text).ok_or_else(|| one_of("step", &STEPS)))
            .transpose()?;
        Ok(Self {
            since: params.value("since")?,
            until: params.value("until")?,
            step,
            event_type: params.text("type").map(str::to_owned),
        })
    }
}

impl SeriesQuery {
    pub(super) fn asked(
        self,
        webhook: Option<WebhookId>,
        group_by: Option<GroupBy>,
    ) -> StatisticsQuery {
        StatisticsQuery {
            since: self.since,
            until: self.until,
            step: self.step,
            webhook,
            among: None,
            event_type: self.event_type,
            group_by,
        }
    }
}

/// What groups are called.
const GROUPS: [(&str, GroupBy); 4] = [
    ("webhook", GroupBy::Webhook),
    ("type", GroupBy::Type),
    ("class", GroupBy::Class),
    ("organization", GroupBy::Organization),
];

/// Reads `group_by`, which may be one of these.
pub(super) fn group_by(params: &Params, known: &[GroupBy]) -> Result<Option<GroupBy>, Problem> {
    let allowed = || GROUPS.iter().filter(|(_, by)| known.contains(by));
    params
        .text("group_by")
        .map(|text| {
            allowed()
                .find(|(name, _)| *name == text)
                .map(|(_, by)| *by)
                .ok_or_else(|| {
                    let names: Vec<&str> = allowed().map(|(name, _)| *name).collect();
                    one_of("group_by", &names)
                })
        })
        .transpose()
}

/// The problem of a parameter that has one of a few values.
pub(crate) fn one_of(name: &str, values: &[&str]) -> Problem {
    wrong(name, format!("expected one of `{}`", values.join("`, `")))
}

/// What is wrong with a field is wrong with the parameter of its name.
pub(crate) fn in_query(error: service::Error) -> Problem {
    let problem = Problem::from(error);
    match problem.code {
        Code::InvalidRequest => Problem {
            code: Code::InvalidQuery,
            ..problem
        },
        _ => problem,
    }
}
