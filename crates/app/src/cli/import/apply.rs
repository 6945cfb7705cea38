//! What an export holds, compared with what an organization has: what is there already stays, the rest
//! is made.
//!
//! A webhook is there when one of the profile `apigee` has its name and its URL; a condition, when one
//! of the same plan names the same percentages and webhooks. So a second run changes nothing.

use std::collections::{BTreeSet, HashMap};

use anyhow::Result;
use bellwire_core::usage::UsageTarget;
use serde_json::{Value, json};

use super::{
    super::target::{Target, text},
    export::{Export, FormerCondition, FormerWebhook},
};
use crate::{
    api_client::ApiClient,
    failure::{Exit, Failure},
};

/// The profile of what is taken over.
const PROFILE: &str = "apigee";
/// The most that an organization can have.
const MOST: usize = 1_000_000;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A webhook.
    Webhook,
    /// A notification condition.
    Condition,
    /// A file that does not hold all it should.
    File,
}

impl What {
    /// For people.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Condition => "condition",
            Self::File => "file",
        }
    }
}

/// What came of something of the export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) what: What,
    /// What people know it by.
    pub(super) name: String,
    /// Its id where it was.
    pub(super) former_id: Option<String>,
    pub(super) outcome: Outcome,
    /// What was left out of it.
    pub(super) note: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Made, with this id; or would be.
    Made(Option<String>),
    /// It is there, with this id.
    Exists(String),
    /// It could not be made, for this reason.
    Refused(String),
}

/// The organization, and what it has.
pub(super) struct Server<'c> {
    client: &'c ApiClient,
    organization: &'c str,
    /// Ids of webhooks by name and URL: those of the profile.
    webhooks: HashMap<(String, String), String>,
    /// Ids of all webhooks.
    ids: BTreeSet<String>,
    /// Ids of conditions by what they are.
    conditions: HashMap<Condition, String>,
    /// Ids of rate plans.
    plans: BTreeSet<String>,
}

/// What makes two conditions the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Condition {
    rate_plan: String,
    percentages: BTreeSet<u32>,
    webhooks: BTreeSet<String>,
}

impl<'c> Server<'c> {
    /// Looks at what the organization has.
    pub(super) fn look(client: &'c ApiClient, organization: &'c str) -> Result<Self> {
        let list = |what: &str| Target::list(client, &format!("{organization}/{what}"), MOST);
        let webhooks = list("webhooks")?;
        let conditions = list("notification-conditions")?;
        let plans = list("rate-plans")?;
        let of_profile = webhooks.iter().filter(|one| one["profile"] == PROFILE);
        let raw = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(Self {
            client,
            organization,
            webhooks: of_profile
                .map(|one| ((raw(&one["name"]), raw(&one["url"])), raw(&one["id"])))
                .collect(),
            ids: webhooks.iter().map(|one| raw(&one["id"])).collect(),
            conditions: conditions
                .iter()
                .map(|one| (Condition::of(one), raw(&one["id"])))
                .collect(),
            plans: plans.iter().map(|one| raw(&one["id"])).collect(),
        })
    }

    /// Takes everything over, or says what would be.
    pub(super) fn take(mut self, export: &Export, dry_run: bool) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for (file, missing) in &export.cut {
            entries.push(Entry {
                what: What::File,
                name: file.clone(),
                former_id: None,
                outcome: Outcome::Refused(missing.clone()),
                note: None,
            });
        }
        // By their former ids: what became of them.
        let mut moved: HashMap<String, Result<String, String>> = HashMap::new();
        for webhook in &export.webhooks {
            let outcome = self.take_webhook(webhook, dry_run)?;
            if let Some(id) = &webhook.id {
                let now = match &outcome {
                    Outcome::Made(Some(id)) | Outcome::Exists(id) => Ok(id.clone()),
                    // Nothing is made when it is only tried: the former id stands for it.
                    Outcome::Made(None) => Ok(id.clone()),
                    Outcome::Refused(_) => Err(webhook.called()),
                };
                moved.insert(id.clone(), now);
            }
            entries.push(Entry {
                what: What::Webhook,
                name: webhook.called(),
                former_id: webhook.id.clone(),
                outcome,
                note: None,
            });
        }
        for condition in &export.conditions {
            let (outcome, note) = self.take_condition(condition, &moved, dry_run)?;
            entries.push(Entry {
                what: What::Condition,
                name: condition.called(),
                former_id: condition.id.clone(),
                outcome,
                note,
            });
        }
        Ok(entries)
    }

    fn take_webhook(&mut self, webhook: &FormerWebhook, dry_run: bool) -> Result<Outcome> {
        let (Some(name), Some(url)) = (&webhook.name, &webhook.url) else {
            let reason = "it has no `name` or no `postUrl`";
            return Ok(Outcome::Refused(reason.to_owned()));
        };
        let key = (name.clone(), url.clone());
        if let Some(id) = self.webhooks.get(&key) {
            return Ok(Outcome::Exists(id.clone()));
        }
        if dry_run {
            let thought_of = webhook.id.clone().unwrap_or_default();
            self.webhooks.insert(key, thought_of);
            return Ok(Outcome::Made(None));
        }
        let body = json!({
            "name": name,
            "url": url,
            "profile": PROFILE,
            "enabled": webhook.enabled,
        });
        let made = self.make("webhooks", &body)?;
        if let Outcome::Made(Some(id)) = &made {
            self.webhooks.insert(key, id.clone());
            self.ids.insert(id.clone());
        }
        Ok(made)
    }

    fn take_condition(
        &mut self,
        former: &FormerCondition,
        moved: &HashMap<String, Result<String, String>>,
        dry_run: bool,
    ) -> Result<(Outcome, Option<String>)> {
        let refused = |reason: String| Ok((Outcome::Refused(reason), None));
        let (rate_plan, targets) = match former.read() {
            Ok(read) => read,
            Err(reason) => return refused(reason),
        };
        let (mut webhooks, mut left_out) = (BTreeSet::new(), BTreeSet::new());
        for (action, value) in &former.actions {
            if action != "WEBHOOK" {
                left_out.insert(action.as_str());
                continue;
            }
            match moved.get(value) {
                Some(Ok(id)) => webhooks.insert(id.clone()),
                Some(Err(name)) => {
                    return refused(format!("its webhook `{name}` could not be made"));
                }
                None if self.ids.contains(value) => webhooks.insert(value.clone()),
                None => {
                    return refused(format!(
                        "its webhook {value} is in none of the files; export the webhooks too"
                    ));
                }
            };
        }
        let left_out = left_out.into_iter().collect::<Vec<_>>().join(", ");
        if webhooks.is_empty() {
            return refused(if left_out.is_empty() {
                "it has no actions".to_owned()
            } else {
                format!("nobody is written to here, only webhooks are called; it has {left_out}")
            });
        }
        if !self.plans.contains(&rate_plan) {
            return refused(format!(
                "there is no rate plan `{rate_plan}`; make it under this id, and run it again"
            ));
        }
        let note = (!left_out.is_empty()).then(|| {
            format!("without {left_out}: nobody is written to here, only webhooks are called")
        });
        let condition = Condition {
            rate_plan,
            percentages: targets.iter().flat_map(UsageTarget::percentages).collect(),
            webhooks,
        };
        if let Some(id) = self.conditions.get(&condition) {
            return Ok((Outcome::Exists(id.clone()), note));
        }
        let made = if dry_run {
            Outcome::Made(None)
        } else {
            let body = json!({
                "rate_plan": condition.rate_plan,
                "thresholds": targets.iter().map(threshold).collect::<Vec<_>>(),
                "webhooks": condition.webhooks,
            });
            self.make("notification-conditions", &body)?
        };
        if let Outcome::Made(id) = &made {
            let id = id.clone().unwrap_or_default();
            self.conditions.insert(condition, id);
        }
        Ok((made, note))
    }

    /// Makes something. What the server refuses is a reason; everything else ends the command.
    fn make(&self, list: &str, body: &Value) -> Result<Outcome> {
        match self
            .client
            .post(&format!("{}/{list}", self.organization), body)
        {
            Ok(made) => Ok(Outcome::Made(Some(text(&made, "/id")))),
            Err(error) => refusal(error).map(Outcome::Refused),
        }
    }
}

/// The reason of a refusal; an error, when the server could not be asked.
fn refusal(error: anyhow::Error) -> Result<String> {
    match error.downcast_ref::<Failure>() {
        Some(failure) if failure.exit == Exit::Failed => Ok(failure.message.clone()),
        _ => Err(error),
    }
}

impl Condition {
    /// Of an answer of the server.
    fn of(answer: &Value) -> Self {
        let list = |name: &str| answer[name].as_array().into_iter().flatten();
        Self {
            rate_plan: answer["rate_plan"].as_str().unwrap_or_default().to_owned(),
            percentages: list("fires_at")
                .filter_map(|percent| u32::try_from(percent.as_u64()?).ok())
                .collect(),
            webhooks: list("webhooks")
                .filter_map(|id| id.as_str().map(str::to_owned))
                .collect(),
        }
    }
}

impl FormerWebhook {
    fn called(&self) -> String {
        let name = self.name.clone().or_else(|| self.url.clone());
        name.or_else(|| self.id.clone()).unwrap_or_default()
    }
}

impl FormerCondition {
    /// The plan and the percentages; or why there is none here.
    fn read(&self) -> Result<(String, Vec<UsageTarget>), String> {
        let mut plan = None;
        let mut targets = Vec::new();
        for (attribute, value) in &self.attributes {
            match attribute.as_str() {
                "RATEPLAN" if plan.is_some() => return Err("it names two rate plans".to_owned()),
                "RATEPLAN" => plan = Some(value.clone()),
                "PUBLISHED" if value.eq_ignore_ascii_case("TRUE") => {}
                "UsageTarget" => targets.push(
                    value
                        .parse()
                        .map_err(|error| format!("`{value}`: {error}"))?,
                ),
                other => {
                    return Err(format!(
                        "`{other}` = `{value}` is no condition of an adjustable rate plan, and \
                         there are no others here"
                    ));
                }
            }
        }
        match plan {
            Some(plan) if !targets.is_empty() => Ok((plan, targets)),
            Some(_) => Err("it names no percentages (`UsageTarget`)".to_owned()),
            None => Err("it names no rate plan (`RATEPLAN`)".to_owned()),
        }
    }

    fn called(&self) -> String {
        let value = |name: &str| {
            let of = self.attributes.iter().filter(|(other, _)| other == name);
            of.map(|(_, value)| value.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let called = format!("{} {}", value("RATEPLAN"), value("UsageTarget"));
        match called.trim() {
            "" => self.id.clone().unwrap_or_default(),
            called => called.to_owned(),
        }
    }
}

/// A target as the API takes it.
fn threshold(target: &UsageTarget) -> Value {
    match target {
        UsageTarget::At(percent) => json!(percent),
        UsageTarget::Range { from, to, step } => json!({"from": from, "to": to, "step": step}),
        // No text reads as one.
        UsageTarget::List(list) => json!(list),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn former(attributes: &[(&str, &str)]) -> FormerCondition {
        FormerCondition {
            id: None,
            attributes: attributes
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            actions: Vec::new(),
        }
    }

    #[test]
    fn only_conditions_of_adjustable_plans_are_taken_over() {
        let right = [
            ("RATEPLAN", "p"),
            ("PUBLISHED", "TRUE"),
            ("UsageTarget", "%= 80 to 120 by 10"),
        ];
        let (plan, targets) = former(&right).read().unwrap();
        assert_eq!(plan, "p");
        assert_eq!(
            threshold(&targets[0]),
            json!({"from": 80, "to": 120, "step": 10})
        );
        assert_eq!(former(&right).called(), "p %= 80 to 120 by 10");
        for (attributes, says) in [
            (&[("RATEPLAN", "p")][..], "no percentages"),
            (&[("UsageTarget", "%= 80")], "no rate plan"),
            (&[("RATEPLAN", "p"), ("RATEPLAN", "q")], "two rate plans"),
            (
                &[("RATEPLAN", "p"), ("UsageTarget", "80")],
                "at character 1",
            ),
            (&[("TNCS", "ALL")], "`TNCS` = `ALL`"),
        ] {
            let reason = former(attributes).read().unwrap_err();
            assert!(reason.contains(says), "{reason}");
        }
    }
}
