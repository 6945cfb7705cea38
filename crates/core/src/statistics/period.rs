//! The minutes, hours and days that are counted by.

use crate::time::{DAY, DurationUs, HOUR, MINUTE, Time};

/// How long a time is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Span {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day, in UTC.
    Day,
}

impl Span {
    /// Every span, the shortest first.
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// The span of this stable name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.as_str() == text)
    }

    /// Its length.
    #[must_use]
    pub const fn length_us(self) -> DurationUs {
        match self {
            Self::Minute => MINUTE,
            Self::Hour => HOUR,
            Self::Day => DAY,
        }
    }

    /// How long counts by this span are kept. Minutes are for looking at something that happens now
    /// or happened last night; hours for two months back, so that one month can be held against the
    /// one before; days for two years, so that one year can. A webhook with a hundred kinds of
    /// answers has at most 2880 + 1440 + 730 times as many rows, and as many for all types together.
    #[must_use]
    pub const fn kept_us(self) -> DurationUs {
        match self {
            Self::Minute => 2 * DAY,
            Self::Hour => 60 * DAY,
            Self::Day => 730 * DAY,
        }
    }

    /// The same in words.
    #[must_use]
    pub const fn kept(self) -> &'static str {
        match self {
            Self::Minute => "2 days",
            Self::Hour => "60 days",
            Self::Day => "2 years",
        }
    }

    /// Where the span begins that this time is in.
    #[must_use]
    pub fn floor(self, time: Time) -> Time {
        Period::of(self, time).start()
    }

    /// Where the first span begins that is not before this time.
    #[must_use]
    pub fn ceil(self, time: Time) -> Time {
        self.floor(time + (self.length_us() - 1))
    }
}

/// Whether attempts are counted for each event type by itself, or for all of them together.
///
/// Both are kept, in rows that lie apart: who asks for no type passes over no row of one. With twenty
/// types there are about as many rows fewer to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Types {
    /// Each by itself.
    Apart,
    /// All together.
    Together,
}

impl Types {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Apart, Self::Together];
}

/// One minute, hour or day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// Which of them.
    pub span: Span,
    /// How many lie between 1970 and it.
    pub number: i64,
}

/// Bits of a number in a code: minutes for two million years.
const NUMBER_BITS: u32 = 40;
/// Bits of a span.
const SPAN_BITS: u32 = 2;

impl Period {
    /// The one that this time is in. Nothing is before 1970.
    #[must_use]
    pub fn of(span: Span, time: Time) -> Self {
        Self {
            span,
            number: time.as_micros().max(0) / span.length_us(),
        }
    }

    /// When it begins.
    #[must_use]
    pub const fn start(self) -> Time {
        Time::from_micros(self.number.saturating_mul(self.span.length_us()))
    }

    /// The number it has in the stores: minutes first, then hours, then days, each in order; those of
    /// all types together behind the others.
    #[must_use]
    pub const fn code(self, types: Types) -> i64 {
        let kind = ((types as i64) << SPAN_BITS) | self.span as i64;
        (kind << NUMBER_BITS) | self.number
    }

    /// The period of this number.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        let kind = usize::try_from(code >> NUMBER_BITS).ok()?;
        Types::ALL.get(kind >> SPAN_BITS)?;
        Some(Self {
            span: *Span::ALL.get(kind & ((1 << SPAN_BITS) - 1))?,
            number: code & ((1 << NUMBER_BITS) - 1),
        })
    }
}

/// Periods of one span, from the first to before the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Of which length.
    pub span: Span,
    /// Where the first one begins.
    pub since: Time,
    /// Where the first one begins that is not in it.
    pub until: Time,
}

impl Range {
    /// What lies between these times, whole spans at both ends.
    #[must_use]
    pub fn new(span: Span, since: Time, until: Time) -> Self {
        Self {
            span,
            since: span.floor(since),
            until: span.ceil(until),
        }
    }

    /// The codes of its first period and of the first one behind it.
    #[must_use]
    pub fn codes(&self, types: Types) -> (i64, i64) {
        let code = |time| Period::of(self.span, time).code(types);
        (code(self.since), code(self.until))
    }

    /// As few periods as make up this time, whole minutes at both ends: days within, hours and
    /// minutes around them.
    #[must_use]
    pub fn pieces(since: Time, until: Time) -> Vec<Self> {
        let since = Span::Minute.floor(since);
        let until = Span::Minute.ceil(until).max(since);
        let mut pieces = Vec::new();
        let mut around = (since, until);
        for span in [Span::Day, Span::Hour, Span::Minute] {
            // The longest spans come first and leave a gap on either side.
            let (first, last) = (span.ceil(since), span.floor(until));
            if pieces.is_empty() {
                if first < last {
                    pieces.push(Self {
                        span,
                        since: first,
                        until: last,
                    });
                    around = (first, last);
                }
                continue;
            }
            for (since, until) in [(first, around.0), (around.1, last)] {
                if since < until {
                    pieces.push(Self { span, since, until });
                }
            }
            around = (first.min(around.0), last.max(around.1));
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_comes_back_from_its_code_and_codes_are_in_order() {
        let time = Time::from_millis(1_763_714_096_120);
        let mut codes = Vec::new();
        for (types, span) in Types::ALL
            .into_iter()
            .flat_map(|types| Span::ALL.map(|span| (types, span)))
        {
            assert_eq!(Span::parse(span.as_str()), Some(span));
            for later in 0..3 {
                let period = Period::of(span, time + later * span.length_us());
                assert_eq!(Period::from_code(period.code(types)), Some(period));
                assert!(period.start() <= time + later * span.length_us());
                codes.push(period.code(types));
            }
        }
        assert!(codes.is_sorted_by(|one, next| one < next));
        assert_eq!(Period::from_code(3 << NUMBER_BITS), None);
        assert_eq!(Period::from_code(-1), None);
        assert_eq!(Period::from_code(8 << NUMBER_BITS), None);
        assert_eq!(Period::of(Span::Hour, Time::from_micros(-5)).number, 0);
    }

    #[test]
    fn pieces_cover_a_time_once_and_whole() {
        let start = Time::from_millis(1_763_714_096_120);
        for (begin, length) in [
            (0, 0),
            (0, 5 * MINUTE),
            (7 * MINUTE, 2 * HOUR),
            (3 * HOUR, 11 * DAY + 5 * HOUR + 3 * MINUTE),
            (0, 23 * HOUR),
        ] {
            let (since, until) = (start + begin, start + begin + length);
            let mut pieces = Range::pieces(since, until);
            pieces.sort_by_key(|piece| piece.since);
            let mut at = Span::Minute.floor(since);
            for piece in &pieces {
                assert_eq!(piece.since, at, "{pieces:?}");
                assert_eq!(piece.span.floor(piece.since), piece.since);
                assert_eq!(piece.span.floor(piece.until), piece.until);
                at = piece.until;
            }
            if let Some(last) = pieces.last() {
                assert_eq!(last.until, Span::Minute.ceil(until));
            }
            let periods: i64 = pieces
                .iter()
                .map(|piece| piece.until.since(piece.since) / piece.span.length_us())
                .sum();
            assert!(periods <= 11 + 2 * 23 + 2 * 59 + 1, "{periods}: {pieces:?}");
        }
    }
}
