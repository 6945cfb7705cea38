//! What developers have bought, remembered between reports: most of them name the same pairs of
//! developer and rate plan again, and to read and parse thousands of documents for each would cost
//! more than to count.
//!
//! What changes in this process is forgotten at once. What another node changes is seen within
//! [`KEPT_US`]; until then a record can count for a plan that was ended a moment ago there. Nothing is
//! refused because of what is remembered: before a report is, everything is read again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    ids::{DeveloperPlanId, OrganizationId},
    ports::Bought,
    time::{DurationUs, SECOND, Time},
    usage::Months,
};

/// How long something is remembered.
const KEPT_US: DurationUs = 5 * SECOND;
/// The most pairs that are remembered, about 200 bytes each.
const MAX_PAIRS: usize = 100_000;

/// What a report needs to know of a plan that a developer has bought.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sold {
    pub(super) plan: DeveloperPlanId,
    pub(super) months: Months,
    pub(super) start: Time,
    pub(super) end: Option<Time>,
    pub(super) applications: Box<[Arc<str>]>,
}

impl From<Bought> for Sold {
    fn from(bought: Bought) -> Self {
        Self {
            plan: bought.plan.id,
            months: bought.months,
            start: bought.plan.start,
            end: bought.plan.end,
            applications: bought.applications.into_iter().map(Into::into).collect(),
        }
    }
}

/// Everything that a developer has bought of one rate plan.
pub(super) type Plans = Arc<[Sold]>;

/// Which state of the memory somebody has looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Looked(u64);

/// What was looked up lately.
#[derive(Debug, Default)]
pub(in crate::service) struct Memory(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    /// Raised whenever something is forgotten: what was read before that is not to be kept.
    forgotten: u64,
    pairs: usize,
    organizations: HashMap<OrganizationId, HashMap<Box<str>, Vec<Pair>>>,
}

#[derive(Debug)]
struct Pair {
    rate_plan: Box<str>,
    plans: Plans,
    read_at: Time,
}

impl Memory {
    /// What is remembered of each pair.
    pub(super) fn look<'p>(
        &self,
        organization_id: OrganizationId,
        pairs: impl Iterator<Item = (&'p str, &'p str)>,
        now: Time,
    ) -> (Vec<Option<Plans>>, Looked) {
        let remembered = self.lock();
        let organization = remembered.organizations.get(&organization_id);
        let found = pairs.map(|(developer, rate_plan)| {
            let pairs = organization?.get(developer)?;
            let pair = pairs.iter().find(|pair| *pair.rate_plan == *rate_plan)?;
            let fresh = (0..KEPT_US).contains(&now.since(pair.read_at));
            fresh.then(|| Arc::clone(&pair.plans))
        });
        (found.collect(), Looked(remembered.forgotten))
    }

    /// Keeps what was read since that look. That somebody has not bought something is not kept.
    pub(super) fn keep(
        &self,
        organization_id: OrganizationId,
        looked: Looked,
        read: impl Iterator<Item = ((String, String), Plans)>,
        now: Time,
    ) {
        let mut remembered = self.lock();
        let remembered = &mut *remembered;
        if remembered.forgotten != looked.0 {
            return;
        }
        for ((developer, rate_plan), plans) in read.filter(|(_, plans)| !plans.is_empty()) {
            if remembered.pairs >= MAX_PAIRS {
                remembered.organizations.clear();
                remembered.pairs = 0;
            }
            let organization = remembered.organizations.entry(organization_id).or_default();
            let pairs = organization.entry(developer.into()).or_default();
            let pair = Pair {
                rate_plan: rate_plan.into(),
                plans,
                read_at: now,
            };
            match pairs
                .iter_mut()
                .find(|former| former.rate_plan == pair.rate_plan)
            {
                Some(former) => *former = pair,
                None => {
                    pairs.push(pair);
                    remembered.pairs += 1;
                }
            }
        }
    }

    /// Something of a developer has changed.
    pub(super) fn forget(&self, organization_id: OrganizationId, developer: &str) {
        let mut remembered = self.lock();
        remembered.forgotten += 1;
        let organization = remembered.organizations.get_mut(&organization_id);
        let gone = organization.and_then(|organization| organization.remove(developer));
        remembered.pairs -= gone.map_or(0, |pairs| pairs.len());
    }

    /// Something is not what it was.
    pub(super) fn forget_all(&self, organization_id: OrganizationId) {
        let mut remembered = self.lock();
        remembered.forgotten += 1;
        let gone = remembered.organizations.remove(&organization_id);
        let gone = gone.into_iter().flatten().map(|(_, pairs)| pairs.len());
        remembered.pairs -= gone.sum::<usize>();
    }

    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACME: OrganizationId = OrganizationId::from_bytes([1; 16]);
    const OTHER: OrganizationId = OrganizationId::from_bytes([2; 16]);
    const NOW: Time = Time::from_millis(1_000_000);

    fn plans(id: u8) -> Plans {
        Arc::new([Sold {
            plan: DeveloperPlanId::from_bytes([id; 16]),
            months: Months::ONE,
            start: Time::EPOCH,
            end: None,
            applications: Box::default(),
        }])
    }

    fn found(memory: &Memory, at: OrganizationId, developer: &str, now: Time) -> Option<u8> {
        let (found, _) = memory.look(at, [(developer, "gold")].into_iter(), now);
        found[0].as_ref().map(|plans| plans[0].plan.as_bytes()[0])
    }

    fn keep(memory: &Memory, looked: Looked, developer: &str, plans: Plans) {
        let pair = (developer.to_owned(), "gold".to_owned());
        memory.keep(ACME, looked, [(pair, plans)].into_iter(), NOW);
    }

    #[test]
    fn what_was_read_is_remembered_for_a_moment_and_for_its_organization() {
        let memory = Memory::default();
        let (_, looked) = memory.look(ACME, std::iter::empty(), NOW);
        keep(&memory, looked, "ada", plans(7));
        keep(&memory, looked, "grace", Arc::new([]));
        assert_eq!(found(&memory, ACME, "ada", NOW + KEPT_US - 1), Some(7));
        assert_eq!(found(&memory, ACME, "ada", NOW + KEPT_US), None);
        assert_eq!(
            found(&memory, ACME, "ada", NOW - 1),
            None,
            "a clock that was set back"
        );
        assert_eq!(found(&memory, ACME, "grace", NOW), None);
        assert_eq!(found(&memory, OTHER, "ada", NOW), None);
        keep(&memory, looked, "ada", plans(8));
        assert_eq!(found(&memory, ACME, "ada", NOW), Some(8));
        assert_eq!(memory.lock().pairs, 1);
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let memory = Memory::default();
        let (_, looked) = memory.look(ACME, std::iter::empty(), NOW);
        keep(&memory, looked, "ada", plans(7));
        memory.forget(ACME, "ada");
        assert_eq!(found(&memory, ACME, "ada", NOW), None);
        keep(&memory, looked, "ada", plans(7));
        assert_eq!(found(&memory, ACME, "ada", NOW), None);
        let (_, looked) = memory.look(ACME, std::iter::empty(), NOW);
        keep(&memory, looked, "ada", plans(8));
        memory.forget(OTHER, "ada");
        assert_eq!(found(&memory, ACME, "ada", NOW), Some(8));
        memory.forget_all(ACME);
        assert_eq!(found(&memory, ACME, "ada", NOW), None);
        assert_eq!(memory.lock().pairs, 0);
    }

    #[test]
    fn no_more_than_so_many_pairs_are_remembered() {
        let memory = Memory::default();
        let (_, looked) = memory.look(ACME, std::iter::empty(), NOW);
        let many = (0..=MAX_PAIRS).map(|n| ((n.to_string(), "gold".to_owned()), plans(1)));
        memory.keep(ACME, looked, many, NOW);
        assert_eq!(memory.lock().pairs, 1);
        assert_eq!(found(&memory, ACME, &MAX_PAIRS.to_string(), NOW), Some(1));
    }
}
