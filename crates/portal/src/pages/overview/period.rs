//! How far back an overview looks. It is in the URL, so that it can be kept and sent.

use bellwire_core::{
    service::StatisticsQuery,
    statistics::Span,
    time::{DAY, DurationUs, HOUR, Time},
};

use crate::{form::Form, frame::Link, language::Text};

/// An hour by minutes, a day by hours, or a week by hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Period {
    Hour,
    Day,
    Week,
}

impl Period {
    const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Week];

    /// The one that the query names; a day, when it names none.
    pub(super) fn of(query: &Form) -> Self {
        let named = query.text("period");
        let found = Self::ALL.into_iter().find(|one| one.name() == named);
        found.unwrap_or(Self::Day)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
        }
    }

    const fn length_us(self) -> DurationUs {
        match self {
            Self::Hour => HOUR,
            Self::Day => DAY,
            Self::Week => 7 * DAY,
        }
    }

    /// What is asked for the chart.
    pub(super) fn query(self, now: Time) -> StatisticsQuery {
        StatisticsQuery {
            since: Some(self.since(now)),
            step: Some(match self {
                Self::Hour => Span::Minute,
                Self::Day | Self::Week => Span::Hour,
            }),
            ..StatisticsQuery::default()
        }
    }

    /// Where it begins.
    pub(super) fn since(self, now: Time) -> Time {
        now - self.length_us()
    }

    /// Steps that a row of the table holds, so that nobody listens to 168 of them.
    pub(super) const fn steps_of_row(self) -> usize {
        match self {
            Self::Hour => 5,
            Self::Day => 1,
            Self::Week => 24,
        }
    }

    /// What it is called.
    pub(super) fn label(self, text: &Text) -> String {
        text.t(match self {
            Self::Hour => "overview-hour",
            Self::Day => "period-day",
            Self::Week => "period-week",
        })
    }

    /// All of them, as links of this page.
    pub(super) fn links(self, text: &Text, path: &str) -> Vec<Link> {
        Self::ALL
            .into_iter()
            .map(|one| Link {
                label: one.label(text),
                href: format!("{path}?period={}", one.name()),
                current: one == self,
            })
            .collect()
    }
}
