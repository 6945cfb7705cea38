//! Usage notifications, as both stores keep and decide them: the words by which a document is found,
//! plans that lie over each other, what counting records makes fire.
//!
//! Counting goes in steps, between which a store reads what the next one needs: [`rises`], then
//! [`firings`] with the rate plans and conditions of what has risen, then [`events`] with packages and
//! developers of what fires.

use std::collections::HashMap;

use crate::{
    ids::WebhookId,
    ports::{Chunk, Crossed, Error, Fired, Group, MAX_CALLS, MAX_FIRED, NewEvent, UsageRecord},
    say,
    usage::{
        Condition, Counter, Developer, DeveloperPlan, Document, Item, Named, Noun, Package,
        RatePlan, Rise,
    },
};

/// The words by which a document is found: its key and every text in it, lowered, each on a line.
#[must_use]
pub fn words(item: &Item) -> String {
    let mut words = item.key.to_lowercase();
    // What cannot be read has no words but its key.
    let body = serde_json::from_str(&item.body).unwrap_or_default();
    gather(&body, &mut words);
    words
}

fn gather(value: &serde_json::Value, words: &mut String) {
    match value {
        serde_json::Value::String(text) => {
            words.push('\n');
            words.push_str(&text.to_lowercase());
        }
        serde_json::Value::Array(values) => values.iter().for_each(|one| gather(one, words)),
        serde_json::Value::Object(fields) => fields.values().for_each(|one| gather(one, words)),
        _ => {}
    }
}

/// A document that a row holds.
///
/// # Errors
/// [`Error::Corrupt`] names it.
pub fn document<D: Document>(key: &str, body: &str) -> Result<D, Error> {
    serde_json::from_str(body)
        .map_err(|error| Error::Corrupt(format!("the {} `{key}`: {error}", D::NOUN.as_str())))
}

/// Sees that a developer's plan lies over no other of the same rate plan. For other nouns there is
/// nothing to see.
///
/// # Errors
/// [`Error::Conflict`] names the other one.
pub fn apart<'b>(
    item: &Item,
    others: impl IntoIterator<Item = (&'b str, &'b str)>,
) -> Result<(), Error> {
    if item.noun != Noun::DeveloperPlan {
        return Ok(());
    }
    let one: DeveloperPlan = document(&item.key, &item.body)?;
    for (key, body) in others {
        let other: DeveloperPlan = document(key, body)?;
        let begins_before =
            |a: &DeveloperPlan, b: &DeveloperPlan| b.end.is_none_or(|end| a.start < end);
        if other.id != one.id && begins_before(&one, &other) && begins_before(&other, &one) {
            let (start, id) = (other.start, other.id);
            return Err(Error::Conflict(match other.end {
                Some(end) => say!(
                    "refused-overlap",
                    "the developer has this rate plan already from {start} until {end}, as {id}; \
                     end that one first, or choose a time outside of it",
                    start,
                    end,
                    id
                ),
                None => say!(
                    "refused-overlap-open",
                    "the developer has this rate plan already from {start} on, as {id}; end that \
                     one first, or choose a time outside of it",
                    start,
                    id
                ),
            }));
        }
    }
    Ok(())
}

/// Why a document cannot be deleted.
#[must_use]
pub fn still_has(noun: Noun, children: Noun) -> Error {
    Error::Conflict(say!(
        "refused-children",
        "the {noun} still has a {children}; delete that first",
        noun = noun.said(),
        children = children.said()
    ))
}

/// What counting a group has reached.
#[derive(Debug, Clone, Copy)]
pub struct Risen<'c> {
    /// The group's place in the chunk.
    pub place: usize,
    /// The group.
    pub group: &'c Group,
    /// The record that did it.
    pub record: &'c UsageRecord,
    /// The percentages.
    pub rise: Rise,
}

/// Adds records to the counter of their group; what that has reached.
pub fn rises<'c>(
    (place, group): (usize, &'c Group),
    counter: &mut Counter,
    target: u64,
    records: &[&'c UsageRecord],
) -> Vec<Risen<'c>> {
    records
        .iter()
        .filter_map(|record| {
            let rise = counter.add(record.count, target)?;
            Some(Risen {
                place,
                group,
                record,
                rise,
            })
        })
        .collect()
}

/// Documents that a chunk needs, by their keys.
#[derive(Debug, Default)]
pub struct Documents {
    /// The developers' plans, by the place of their group.
    pub plans: HashMap<usize, DeveloperPlan>,
    /// Rate plans.
    pub rate_plans: HashMap<String, RatePlan>,
    /// The conditions of each rate plan, oldest first.
    pub conditions: HashMap<String, Vec<Condition>>,
    /// Packages.
    pub packages: HashMap<String, Package>,
    /// Developers.
    pub developers: HashMap<String, Developer>,
}

/// A percentage that fires.
#[derive(Debug)]
pub struct Firing<'c> {
    /// What has reached it.
    pub risen: Risen<'c>,
    /// The percentage.
    pub percent: u32,
    /// The webhooks that conditions name.
    pub webhooks: Vec<WebhookId>,
}

/// Which percentages fire: those of published plans that conditions name, in order. What lies behind
/// the group with which a transaction has enough is left out.
///
/// # Errors
/// [`Error::Corrupt`] when a rate plan is missing.
pub fn firings<'c>(
    mut room: Room,
    risen: &[Risen<'c>],
    documents: &Documents,
) -> Result<Vec<Firing<'c>>, Error> {
    let mut firings = Vec::new();
    let mut named: HashMap<&str, Named> = HashMap::new();
    for risen in risen {
        if room.full_at.is_some_and(|place| place < risen.place) {
            break;
        }
        let plan = get(&documents.plans, &risen.place, "developer rate plan")?;
        if !get(&documents.rate_plans, &plan.rate_plan, "rate plan")?.published {
            continue;
        }
        let named = named.entry(&plan.rate_plan).or_insert_with(|| {
            let conditions = documents.conditions.get(&plan.rate_plan);
            Named::by(conditions.into_iter().flatten())
        });
        for (percent, webhooks) in named.fired(risen.rise) {
            room.take(risen.place, webhooks.len());
            firings.push(Firing {
                risen: *risen,
                percent,
                webhooks,
            });
        }
    }
    Ok(firings)
}

/// How many events and deliveries may still be made of a chunk.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    listeners: usize,
    events: usize,
    calls: usize,
    /// The group with which there are enough.
    full_at: Option<usize>,
}

impl Room {
    /// As many as of any chunk.
    #[must_use]
    pub const fn of(chunk: &Chunk) -> Self {
        Self {
            listeners: chunk.listeners,
            events: MAX_FIRED,
            calls: MAX_CALLS,
            full_at: None,
        }
    }

    /// What is left behind these.
    #[must_use]
    pub fn without(mut self, firings: &[Firing<'_>]) -> Self {
        for firing in firings {
            self.take(firing.risen.place, firing.webhooks.len());
        }
        self
    }

    /// With how many groups of the chunk there are enough; `None` when there is room for more.
    #[must_use]
    pub fn end(&self) -> Option<usize> {
        self.full_at.map(|place| place + 1)
    }

    fn take(&mut self, place: usize, webhooks: usize) {
        self.events = self.events.saturating_sub(1);
        self.calls = self.calls.saturating_sub(webhooks + self.listeners);
        if (self.events == 0 || self.calls == 0) && self.full_at.is_none() {
            self.full_at = Some(place);
        }
    }
}

/// The beginning of a chunk, when all of it would make more events or deliveries than one transaction
/// should: up to the group that makes the last of them. `None` when the chunk can stay as it is.
#[must_use]
pub fn beginning(chunk: &Chunk, firings: &[Firing<'_>]) -> Option<Chunk> {
    let groups = Room::of(chunk).without(firings).end()?;
    (groups < chunk.groups.len()).then(|| Chunk {
        groups: chunk.groups[..groups].to_vec(),
        ..chunk.clone()
    })
}

/// The events of what fires, and what is told of them.
///
/// # Errors
/// [`Error::Corrupt`] when a document is missing.
pub fn events(
    chunk: &Chunk,
    firings: &[Firing<'_>],
    documents: &Documents,
) -> Result<Vec<(Fired, NewEvent)>, Error> {
    let mut events = Vec::with_capacity(firings.len());
    for firing in firings {
        let plan = get(&documents.plans, &firing.risen.place, "developer rate plan")?;
        let rate_plan = get(&documents.rate_plans, &plan.rate_plan, "rate plan")?;
        let event = (chunk.make)(Crossed {
            developer: get(&documents.developers, &plan.developer, "developer")?,
            application: &firing.risen.record.application,
            package: get(&documents.packages, &rate_plan.package, "package")?,
            rate_plan,
            plan,
            period: firing.risen.group.period,
            percent: firing.percent,
            webhooks: &firing.webhooks,
        });
        let fired = Fired {
            plan: plan.id,
            percent: firing.percent,
            event_id: event.event.id,
            webhooks: event.deliveries.iter().map(|one| one.webhook_id).collect(),
        };
        events.push((fired, event));
    }
    Ok(events)
}

fn get<'d, K: std::hash::Hash + Eq + std::fmt::Debug, D>(
    documents: &'d HashMap<K, D>,
    key: &K,
    what: &str,
) -> Result<&'d D, Error> {
    documents
        .get(key)
        .ok_or_else(|| Error::Corrupt(format!("the {what} {key:?} is missing")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::{DeveloperPlanId, OrganizationId},
        time::Time,
        usage::Stamp,
    };

    fn plan(id: u8, start: i64, end: Option<i64>) -> Item {
        let plan = DeveloperPlan {
            id: DeveloperPlanId::from_bytes([id; 16]),
            developer: "Ada@Example.com".to_owned(),
            rate_plan: "location_adjustable".to_owned(),
            quota_target: 1000,
            start: Time::from_millis(start),
            end: end.map(Time::from_millis),
        };
        let stamp = Stamp {
            created_at: Time::default(),
            created_by: "ann".to_owned(),
            updated_at: Time::default(),
            updated_by: "ann".to_owned(),
        };
        Item::new(OrganizationId::from_bytes([1; 16]), &plan, stamp)
    }

    fn are_apart(one: &Item, other: &Item) -> bool {
        let there = apart(one, [(other.key.as_str(), other.body.as_str())]).is_ok();
        let back = apart(other, [(one.key.as_str(), one.body.as_str())]).is_ok();
        assert_eq!(there, back, "{one:?} {other:?}");
        there
    }

    #[test]
    fn plans_lie_apart_when_one_ends_where_the_next_begins() {
        let one = plan(1, 10, Some(20));
        assert!(are_apart(&one, &plan(2, 20, None)));
        assert!(are_apart(&one, &plan(2, 0, Some(10))));
        for (start, end) in [
            (19, None),
            (0, Some(11)),
            (12, Some(13)),
            (0, None),
            (10, Some(20)),
        ] {
            assert!(!are_apart(&one, &plan(2, start, end)), "{start} {end:?}");
        }
        assert!(are_apart(&one, &plan(1, 15, None)), "itself");
    }

    #[test]
    fn a_document_is_found_by_its_values_and_not_by_the_names_of_its_fields() {
        let words = words(&plan(1, 10, None));
        assert!(words.contains("ada@example.com") && words.contains("location"));
        assert!(!words.contains("quota"), "{words}");
    }
}
