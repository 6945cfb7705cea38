//! Has a report counted: in chunks, each of them one transaction of the store, which stores what
//! fires too. Then the lanes of what fired are woken.
//!
//! No place in a lane is reserved before: nobody knows what fires until it has.

use std::{collections::VecDeque, sync::Arc};

use super::{report::Sorted, threshold::Maker};
use crate::{
    ids::{EventId, WebhookId},
    ports::{self, CHUNK, Chunk, Counted, Group},
    service::{Error, STALE_RETRIES, Service},
    snapshot::Tenant,
    usage::EVENT_TYPE,
};

/// What a report came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsageReceipt {
    /// How many of its records were counted.
    pub accepted: u64,
    /// How many had been counted before.
    pub repeated: u64,
    /// What fired; of one developer's plan in ascending order.
    pub fired: Vec<Threshold>,
}

/// A percentage that was crossed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold {
    /// E-mail address of the developer.
    pub developer: String,
    /// Id of the rate plan.
    pub rate_plan: String,
    /// The percentage.
    pub percent: u32,
    /// The event that tells of it.
    pub event_id: EventId,
    /// Where it goes to.
    pub webhooks: Vec<WebhookId>,
}

impl Service {
    pub(super) async fn count_all(
        &self,
        mut tenant: Arc<Tenant>,
        mut sorted: Sorted,
    ) -> Result<UsageReceipt, Error> {
        let all = records(&sorted.groups);
        let mut left: VecDeque<Group> = std::mem::take(&mut sorted.groups).into();
        let mut receipt = UsageReceipt::default();
        while !left.is_empty() {
            let groups = next_chunk(&mut left);
            let counted = match self.count_chunk(&mut tenant, &groups).await {
                Ok(counted) => counted,
                Err(error) => {
                    // A plan may be gone that was remembered.
                    self.bought().forget_all(tenant.organization.id);
                    return Err(broken_off(error, &receipt, all));
                }
            };
            // At least one, or it would never end.
            let done = counted.groups.clamp(1, groups.len());
            let here = records(&groups[..done]);
            let repeated = counted.repeated.min(here);
            let usage = &self.meters().usage;
            usage.accepted.add(here - repeated);
            usage.repeated.add(repeated);
            usage.fired.add(counted.fired.len() as u64);
            receipt.accepted += here - repeated;
            receipt.repeated += repeated;
            self.wake(&counted);
            sorted.names.note(&mut receipt.fired, counted);
            for group in groups.into_iter().skip(done).rev() {
                left.push_front(group);
            }
        }
        Ok(receipt)
    }

    /// One transaction; again when the catalogue changes under it.
    async fn count_chunk(
        &self,
        tenant: &mut Arc<Tenant>,
        groups: &[Group],
    ) -> Result<Counted, Error> {
        let organization_id = tenant.organization.id;
        for _ in 0..STALE_RETRIES {
            let now = self.now();
            let maker = Maker::new(self, tenant, now);
            let chunk = Chunk {
                organization_id,
                generation: tenant.generation,
                groups: groups.to_vec(),
                listeners: tenant.candidates(EVENT_TYPE, &[]).count(),
                now,
                make: Arc::new(move |crossed| maker.event(&crossed)),
            };
            match self.store().count(chunk).await {
                Err(ports::Error::Stale) => {
                    self.refresh(organization_id).await?;
                    *tenant = self
                        .snapshot()
                        .organization_by_id(organization_id)
                        .ok_or(Error::NotFound("organization"))?;
                }
                counted => return Ok(counted?),
            }
        }
        Err(ports::Error::Stale.into())
    }

    fn wake(&self, counted: &Counted) {
        let mut webhooks: Vec<WebhookId> = counted
            .fired
            .iter()
            .flat_map(|fired| fired.webhooks.iter().copied())
            .collect();
        webhooks.sort_unstable();
        webhooks.dedup();
        for id in webhooks {
            self.lanes().wake(id);
        }
    }
}

fn records(groups: &[Group]) -> u64 {
    groups.iter().map(|group| group.records.len() as u64).sum()
}

/// Takes [`CHUNK`] records off the front. A group with more of them is cut, in the order in which
/// they count.
fn next_chunk(left: &mut VecDeque<Group>) -> Vec<Group> {
    let mut room = CHUNK;
    let mut groups = Vec::new();
    while room > 0
        && let Some(mut group) = left.pop_front()
    {
        if group.records.len() > room {
            let rest = group.records.split_off(room);
            left.push_front(Group {
                records: rest,
                ..group
            });
        }
        room -= group.records.len();
        groups.push(group);
    }
    groups
}

/// Part of the report may have been counted, and the rest can be by sending it again.
fn broken_off(error: Error, receipt: &UsageReceipt, all: u64) -> Error {
    let why = match error {
        Error::Unavailable(why) => why,
        Error::NotFound(noun) if noun != "organization" => {
            format!("a {noun} was deleted meanwhile")
        }
        error => return error,
    };
    let counted = receipt.accepted + receipt.repeated;
    Error::Unavailable(format!(
        "{why}; {counted} of the {all} records were counted: send the same report again, and what \
         was counted counts once"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::DeveloperPlanId,
        ports::UsageRecord,
        time::Time,
        usage::{Months, Period},
    };

    fn group(plan: u8, ids: std::ops::Range<u16>) -> Group {
        let start = Time::EPOCH;
        let record = |id: u16| UsageRecord {
            id: u128::from(id).to_be_bytes(),
            count: 1,
            application: "".into(),
        };
        Group {
            plan: DeveloperPlanId::from_bytes([plan; 16]),
            begins: start,
            period: Period::of(start, Months::ONE, start).expect("a period"),
            records: ids.map(record).collect(),
        }
    }

    #[test]
    fn a_chunk_has_a_limited_number_of_records_and_keeps_their_order() {
        let size = u16::try_from(CHUNK).expect("a small number");
        let mut left: VecDeque<Group> =
            [group(1, 0..3), group(2, 0..2 * size), group(3, 0..1)].into();
        let mut seen: Vec<(u8, usize)> = Vec::new();
        let mut second = Vec::new();
        let mut chunks = 0;
        while !left.is_empty() {
            let groups = next_chunk(&mut left);
            assert!(records(&groups) <= CHUNK as u64 && !groups.is_empty());
            chunks += 1;
            for group in groups {
                let plan = group.plan.as_bytes()[0];
                seen.push((plan, group.records.len()));
                if plan == 2 {
                    second.extend(group.records.iter().map(|record| record.id));
                }
            }
        }
        assert_eq!(chunks, 3);
        assert_eq!(seen, [(1, 3), (2, CHUNK - 3), (2, CHUNK), (2, 3), (3, 1)]);
        assert!(second.is_sorted() && second.len() == 2 * CHUNK);
    }

    #[test]
    fn a_report_that_broke_off_says_to_send_it_again() {
        let receipt = UsageReceipt {
            accepted: 500,
            repeated: 20,
            fired: Vec::new(),
        };
        let text = |error| broken_off(error, &receipt, 1000).to_string();
        let gone = text(Error::NotFound("developer rate plan"));
        assert!(gone.contains("520 of the 1000 records were counted: send the same report again"));
        assert!(
            gone.contains("a developer rate plan was deleted meanwhile"),
            "{gone}"
        );
        assert!(matches!(
            broken_off(Error::NotFound("organization"), &receipt, 1000),
            Error::NotFound("organization")
        ));
    }
}
