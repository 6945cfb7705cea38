//! A report of usage: every record is checked, and sorted into the counter that it belongs to.
//!
//! All that is wrong is found before anything is counted. A report has up to [`MAX_RECORDS`] records
//! and comes many times a second, so each pair of developer and rate plan is looked up once, and most
//! of them in memory; each id is hashed once, and a record allocates nothing.

use std::collections::HashMap;

use super::{
    Threshold, UsageReceipt,
    memory::{Plans, Sold},
    sort::{Pairs, others_first, sort},
    wrong::{Wrong, check},
};
use crate::{
    ids::{DeveloperPlanId, OrganizationId},
    ports::{Counted, Group},
    service::{Error, FieldError, Service},
    time::Time,
    usage::{Developer, RatePlan},
};

/// The most records of a report.
pub const MAX_RECORDS: usize = 10_000;

/// Something was used, as a producer reports it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewUsage {
    /// Its id: a second record with it counts nothing for
    /// [`RECORD_IDS_US`](crate::ports::RECORD_IDS_US).
    pub id: String,
    /// E-mail address of the developer.
    pub developer: String,
    /// Id of the rate plan that was bought.
    pub rate_plan: String,
    /// By which application of the developer's.
    pub application: Option<String>,
    /// How much; 1, when absent.
    pub count: Option<u64>,
    /// When; now, when absent.
    pub time: Option<Time>,
}

/// A report that was found right: records by the counter that they belong to.
pub(super) struct Sorted {
    /// By plan and period, each of them once.
    pub(super) groups: Vec<Group>,
    /// What to call the plans.
    pub(super) names: Names,
}

/// Whose the plans of a report are: looked into only when something has fired.
pub(super) struct Names {
    /// Each plan with the place of a record of it.
    plans: Vec<(DeveloperPlanId, usize)>,
    records: Vec<NewUsage>,
    by_plan: Option<HashMap<DeveloperPlanId, usize>>,
}

impl Names {
    /// Notes what has fired in a chunk.
    pub(super) fn note(&mut self, fired: &mut Vec<Threshold>, counted: Counted) {
        for one in counted.fired {
            let by_plan = self
                .by_plan
                .get_or_insert_with(|| self.plans.iter().copied().collect());
            let record = by_plan
                .get(&one.plan)
                .and_then(|place| self.records.get(*place));
            let (developer, rate_plan) = record
                .map(|record| (record.developer.clone(), record.rate_plan.clone()))
                .unwrap_or_default();
            fired.push(Threshold {
                developer,
                rate_plan,
                percent: one.percent,
                event_id: one.event_id,
                webhooks: one.webhooks,
            });
        }
    }
}

impl Service {
    /// Counts what was used, and fires the percentages that it crosses (APG-27c). A record whose id
    /// was counted before counts nothing. When it returns, everything is on disk.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization. [`Error::Invalid`] names every wrong field as
    /// `records[i].field`, up to a hundred; nothing was counted then. [`Error::Unavailable`] when the
    /// store fails: part of the report may have been counted, and the same report, sent again, counts
    /// the rest.
    pub async fn report_usage(
        &self,
        slug: &str,
        records: Vec<NewUsage>,
    ) -> Result<UsageReceipt, Error> {
        let tenant = self.tenant(slug)?;
        let began = self.now();
        let sorted = self.sorted(tenant.organization.id, records, began).await?;
        let counted = self.count_all(tenant, sorted).await;
        let took = u64::try_from(self.now().since(began)).unwrap_or(0);
        self.meters().usage.report.count(took);
        counted
    }

    async fn sorted(
        &self,
        organization_id: OrganizationId,
        mut records: Vec<NewUsage>,
        now: Time,
    ) -> Result<Sorted, Error> {
        if records.is_empty() || records.len() > MAX_RECORDS {
            let message = format!(
                "a report has 1 to {MAX_RECORDS} records, this one has {}",
                records.len()
            );
            return Err(Error::Invalid(vec![FieldError::new("records", message)]));
        }
        for record in &mut records {
            record.developer.make_ascii_lowercase();
        }
        let pairs = Pairs::of(&records);
        others_first().await;
        // Nothing is refused because of what is remembered.
        for remembered in [true, false] {
            let plans = self
                .plans_of(organization_id, &pairs, &records, remembered, now)
                .await?;
            let mut wrong = Wrong::default();
            for (index, record) in records.iter().enumerate() {
                check(&mut wrong, index, record, now);
            }
            others_first().await;
            let sort = sort(&mut wrong, &records, &pairs, &plans, now).await;
            if wrong.count == 0 && plans.iter().all(|plans| !plans.is_empty()) {
                let names = Names {
                    plans: sort.plans,
                    records,
                    by_plan: None,
                };
                return Ok(Sorted {
                    groups: sort.groups,
                    names,
                });
            }
            if !remembered {
                self.explain(organization_id, &mut wrong, &plans, &pairs, &records)
                    .await?;
                return Err(wrong.error());
            }
        }
        Err(Error::Internal(
            "a report is neither right nor wrong".to_owned(),
        ))
    }

    /// What each pair has bought, as it is remembered or as it is read now.
    async fn plans_of(
        &self,
        organization_id: OrganizationId,
        pairs: &Pairs,
        records: &[NewUsage],
        remembered: bool,
        now: Time,
    ) -> Result<Vec<Plans>, Error> {
        let named = pairs.first.iter().map(|place| {
            let record = &records[*place as usize];
            (record.developer.as_str(), record.rate_plan.as_str())
        });
        let (mut found, looked) = self.bought().look(organization_id, named.clone(), now);
        if !remembered {
            found.fill(None);
        }
        let missing: Vec<(String, String)> = named
            .zip(&found)
            .filter(|(_, found)| found.is_none())
            .map(|((developer, rate_plan), _)| (developer.to_owned(), rate_plan.to_owned()))
            .collect();
        if missing.is_empty() {
            return Ok(found.into_iter().flatten().collect());
        }
        let read = self
            .store()
            .bought(organization_id, missing.clone())
            .await?;
        let read: Vec<Plans> = read
            .into_iter()
            .map(|bought| bought.into_iter().map(Sold::from).collect())
            .collect();
        let mut next = read.iter();
        let plans = found
            .into_iter()
            .map(|found| found.or_else(|| next.next().cloned()).unwrap_or_default())
            .collect();
        let read = missing.into_iter().zip(read.iter().cloned());
        self.bought().keep(organization_id, looked, read, now);
        Ok(plans)
    }

    /// Says of pairs that were not bought what is wrong with them: at the records that name them, as
    /// many as are told.
    async fn explain(
        &self,
        organization_id: OrganizationId,
        wrong: &mut Wrong,
        plans: &[Plans],
        pairs: &Pairs,
        records: &[NewUsage],
    ) -> Result<(), Error> {
        let mut said: HashMap<u32, (&'static str, String)> = HashMap::new();
        for (index, pair) in pairs.of.iter().enumerate() {
            if !plans[*pair as usize].is_empty() {
                continue;
            }
            if wrong.is_full() {
                wrong.count += 1;
                continue;
            }
            let (field, message) = match said.get(pair) {
                Some(said) => said.clone(),
                None => {
                    let not = self.not_bought(organization_id, &records[index]).await?;
                    said.insert(*pair, not.clone());
                    not
                }
            };
            wrong.add(index, field, || message);
        }
        Ok(())
    }

    async fn not_bought(
        &self,
        organization_id: OrganizationId,
        record: &NewUsage,
    ) -> Result<(&'static str, String), Error> {
        let (email, plan) = (&record.developer, &record.rate_plan);
        if let Err(message) = self.named::<Developer>(organization_id, email).await? {
            return Ok(("developer", message.into()));
        }
        Ok(match self.named::<RatePlan>(organization_id, plan).await? {
            Err(message) => ("rate_plan", message.into()),
            Ok(_) => (
                "rate_plan",
                format!("`{email}` has not bought `{plan}`; make a developer rate plan first"),
            ),
        })
    }
}
