//! What stands in the dialog: rows of percentages as text, and the webhooks that were chosen. What
//! the text means is decided by [`UsageTarget`], here as in the API (APG-18, APG-26, APG-27b).

use std::collections::BTreeSet;

use bellwire_core::{
    ids::WebhookId,
    service::{MAX_TARGETS, MAX_WEBHOOKS},
    usage::{Condition, DEFAULT_STEP, MAX_PERCENT, ParseTargetError, UsageTarget},
};

use crate::{form::Form, language::Text};

/// A condition as it stands in its fields. Without `to` it is one exact percentage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) step: String,
    /// A list of percentages, which only the API can make: it is kept, or taken out as a whole.
    pub(super) list: String,
}

/// A field of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    From,
    To,
    Step,
}

/// What is wrong in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Counted from 0.
    pub(super) row: usize,
    pub(super) part: Part,
    pub(super) said: String,
}

/// What stands in the dialog.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) rows: Vec<Row>,
    pub(super) webhooks: Vec<WebhookId>,
    /// What webhooks are searched by.
    pub(super) find: String,
}

/// What a button of the dialog does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Store it.
    Save,
    /// Another row.
    Add,
    /// One row less; counted from 0.
    Remove(usize),
    /// Show the same again: what will fire, the webhooks that are searched for.
    Look,
}

impl Asked {
    pub(super) fn of(form: &Form) -> Self {
        let asked = form.text("do");
        match asked {
            "add" => Self::Add,
            "look" => Self::Look,
            _ => match asked.strip_prefix("remove-").map(str::parse) {
                Some(Ok(row)) => Self::Remove(row),
                _ => Self::Save,
            },
        }
    }
}

impl Row {
    /// An empty one.
    pub(super) fn blank() -> Self {
        Self {
            step: DEFAULT_STEP.to_string(),
            ..Self::default()
        }
    }

    fn of(target: &UsageTarget) -> Self {
        match target {
            UsageTarget::At(one) => Self {
                from: one.to_string(),
                ..Self::blank()
            },
            UsageTarget::Range { from, to, step } => Self {
                from: from.to_string(),
                to: to.to_string(),
                step: step.to_string(),
                list: String::new(),
            },
            UsageTarget::List(list) => Self {
                list: list
                    .iter()
                    .map(u32::to_string)
                    .collect::<Vec<String>>()
                    .join(" "),
                ..Self::default()
            },
        }
    }

    /// Nothing was filled in.
    fn is_blank(&self) -> bool {
        [&self.from, &self.to, &self.list]
            .iter()
            .all(|field| field.trim().is_empty())
    }

    /// The target of the row, or the field that is to blame and why.
    fn target(&self, text: &Text) -> Result<UsageTarget, (Part, String)> {
        if !self.list.trim().is_empty() {
            let list: Result<Vec<u64>, _> = self.list.split_whitespace().map(str::parse).collect();
            return list
                .map_err(|_| number_wrong(text))
                .and_then(|list| UsageTarget::list(&list).map_err(|_| number_wrong(text)))
                .map_err(|said| (Part::From, said));
        }
        let to_given = !self.to.trim().is_empty();
        if self.from.trim().is_empty() {
            let key = match to_given {
                true => "notify-wrong-begin",
                false => "notify-wrong-empty",
            };
            return Err((Part::From, text.t(key)));
        }
        let from = percent(text, &self.from).map_err(|said| (Part::From, said))?;
        if !to_given {
            return Ok(UsageTarget::At(from));
        }
        let to = percent(text, &self.to).map_err(|said| (Part::To, said))?;
        let step = match self.step.trim() {
            "" => DEFAULT_STEP,
            step => percent(text, step).map_err(|said| (Part::Step, said))?,
        };
        UsageTarget::range(from, to, step).map_err(|error| match error {
            ParseTargetError::Backwards { from, .. } => (
                Part::To,
                text.with(
                    "notify-wrong-backwards",
                    [("from", text.number(u64::from(from)).into())],
                ),
            ),
            ParseTargetError::TooMany { count } => (
                Part::Step,
                text.with("notify-wrong-many", [("count", text.number(count).into())]),
            ),
            _ => (Part::From, number_wrong(text)),
        })
    }
}

fn number_wrong(text: &Text) -> String {
    let most = text.number(u64::from(MAX_PERCENT));
    text.with("notify-wrong-number", [("most", most.into())])
}

/// A percentage; a sign of percent behind it does no harm.
fn percent(text: &Text, written: &str) -> Result<u32, String> {
    let digits = written.trim().trim_end_matches('%').trim_end();
    digits
        .parse::<u64>()
        .ok()
        .and_then(|number| UsageTarget::list(&[number]).ok())
        .and_then(|target| target.percentages().next())
        .ok_or_else(|| number_wrong(text))
}

impl Draft {
    /// A new notification.
    pub(super) fn blank() -> Self {
        Self {
            rows: vec![Row::blank()],
            ..Self::default()
        }
    }

    /// What is stored.
    pub(super) fn of(condition: &Condition) -> Self {
        Self {
            rows: condition.targets.iter().map(Row::of).collect(),
            webhooks: condition.webhooks.clone(),
            find: String::new(),
        }
    }

    /// What was sent.
    pub(super) fn sent(form: &Form) -> Self {
        let [from, to, step, list] = ["from", "to", "step", "list"].map(|name| form.all(name));
        let of = |all: &[String], index: usize| all.get(index).cloned().unwrap_or_default();
        let rows = from.iter().enumerate().take(MAX_TARGETS);
        let mut webhooks: Vec<WebhookId> = Vec::new();
        for id in form.all("webhook").iter().filter_map(|id| id.parse().ok()) {
            if !webhooks.contains(&id) && webhooks.len() <= MAX_WEBHOOKS {
                webhooks.push(id);
            }
        }
        let mut draft = Self {
            rows: rows
                .map(|(index, from)| Row {
                    from: from.clone(),
                    to: of(&to, index),
                    step: of(&step, index),
                    list: of(&list, index),
                })
                .collect(),
            webhooks,
            find: form.text("find").trim().to_owned(),
        };
        if draft.rows.is_empty() {
            draft.rows.push(Row::blank());
        }
        draft
    }

    /// What another press of a button makes of the rows.
    pub(super) fn after(mut self, asked: Asked) -> Self {
        match asked {
            Asked::Add if self.rows.len() < MAX_TARGETS => self.rows.push(Row::blank()),
            Asked::Remove(row) if row < self.rows.len() => {
                self.rows.remove(row);
                if self.rows.is_empty() {
                    self.rows.push(Row::blank());
                }
            }
            _ => {}
        }
        self
    }

    /// The targets of the rows that are right, and what is wrong in the others. Rows in which nothing
    /// stands are passed over, unless there is no other.
    pub(super) fn targets(&self, text: &Text) -> (Vec<UsageTarget>, Vec<Fault>) {
        let (mut targets, mut faults) = (Vec::new(), Vec::new());
        let all_blank = self.rows.iter().all(Row::is_blank);
        for (index, row) in self.rows.iter().enumerate() {
            if row.is_blank() && !(all_blank && index == 0) {
                continue;
            }
            match row.target(text) {
                Ok(target) => targets.push(target),
                Err((part, said)) => faults.push(Fault {
                    row: index,
                    part,
                    said,
                }),
            }
        }
        (targets, faults)
    }
}

/// Every percentage that will fire, ascending, each once (APG-19).
pub(super) fn fires(targets: &[UsageTarget]) -> BTreeSet<u32> {
    targets.iter().flat_map(UsageTarget::percentages).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    fn text() -> Text {
        Text {
            language: Language::En,
            profile: "apigee".to_owned(),
        }
    }

    fn draft(query: &str) -> Draft {
        Draft::sent(&Form::parse(query.as_bytes()))
    }

    /// APG-18, APG-19: exact without "To %", a range with it, in steps of 10 when none is given.
    #[test]
    fn apg_18_rows_are_exact_or_ranges() {
        let sent = draft("from=50&to=&step=10&from=80&to=120&step=&from=+&to=&step=10");
        let (targets, faults) = sent.targets(&text());
        assert_eq!(faults, []);
        assert_eq!(
            fires(&targets).into_iter().collect::<Vec<u32>>(),
            [50, 80, 90, 100, 110, 120]
        );
        assert_eq!(Row::blank().step, "10");
    }

    /// APG-27b: what is wrong is said of the field that is to blame.
    #[test]
    fn apg_27b_each_fault_is_at_its_field() {
        for (query, part, says) in [
            ("from=120&to=80&step=10", Part::To, "120"),
            ("from=80&to=120&step=0", Part::Step, "from 1 to"),
            ("from=0&to=&step=10", Part::From, "from 1 to"),
            ("from=80.5&to=&step=10", Part::From, "whole number"),
            ("from=1000001&to=&step=10", Part::From, "1,000,000"),
            ("from=1&to=1001&step=1", Part::Step, "1,001"),
            ("from=&to=80&step=10", Part::From, "begins"),
            ("from=&to=&step=10", Part::From, "percentage"),
        ] {
            let (targets, faults) = draft(query).targets(&text());
            assert_eq!(targets, [], "{query}");
            assert_eq!(faults.len(), 1, "{query}");
            assert_eq!((faults[0].row, faults[0].part), (0, part), "{query}");
            assert!(faults[0].said.contains(says), "{query}: {}", faults[0].said);
        }
    }

    /// APG-20: "+ Add" adds a row, up to the most that a condition may have.
    #[test]
    fn apg_20_rows_are_added_and_taken_out() {
        let mut now = draft("from=80&to=&step=10");
        now = now.after(Asked::Add);
        assert_eq!(now.rows.len(), 2);
        now = now.after(Asked::Remove(0)).after(Asked::Remove(0));
        assert_eq!(now.rows, [Row::blank()]);
        for _ in 0..MAX_TARGETS + 5 {
            now = now.after(Asked::Add);
        }
        assert_eq!(now.rows.len(), MAX_TARGETS);
        assert_eq!(Asked::of(&Form::parse(b"do=remove-3")), Asked::Remove(3));
        assert_eq!(Asked::of(&Form::parse(b"do=remove-x")), Asked::Save);
    }

    /// What the API has set comes back as it was.
    #[test]
    fn what_is_stored_reads_back() {
        let condition = Condition {
            id: bellwire_core::ids::ConditionId::from_bytes([1; 16]),
            rate_plan: "plan".to_owned(),
            targets: vec![
                UsageTarget::At(50),
                UsageTarget::range(80, 120, 20).unwrap(),
                UsageTarget::list(&[1, 2, 5]).unwrap(),
            ],
            webhooks: vec![WebhookId::from_bytes([2; 16])],
        };
        let (targets, faults) = Draft::of(&condition).targets(&text());
        assert_eq!((targets, faults), (condition.targets, vec![]));
    }
}
