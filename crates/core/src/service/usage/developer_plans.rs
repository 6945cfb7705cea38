//! Developers' rate plans: who has bought what, with which target, from when to when.

use super::{Kept, Listing, texts};
use crate::{
    access::Actor,
    ids::DeveloperPlanId,
    ports::{self, Window},
    say,
    service::{Error, STALE_RETRIES, Service, validate::Findings},
    time::Time,
    usage::{Developer, DeveloperPlan, RatePlan},
};

/// The largest target: what any reader of JSON holds exactly.
pub const MAX_QUOTA_TARGET: u64 = 1_000_000_000_000_000;

/// A developer's rate plan to make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewDeveloperPlan {
    /// E-mail address of the developer; never changed.
    pub developer: String,
    /// Id of the rate plan; never changed.
    pub rate_plan: String,
    /// How many transactions a period; 0 turns notifications off.
    pub quota_target: u64,
    /// When the first period begins; now, when absent.
    pub start: Option<Time>,
    /// From when on nothing is counted; never, when absent.
    pub end: Option<Time>,
}

/// What to change of a developer's rate plan; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeveloperPlanPatch {
    /// How many transactions a period. What was reached already fires nothing again.
    pub quota_target: Option<u64>,
    /// When the first period begins; only until something was counted.
    pub start: Option<Time>,
    /// From when on nothing is counted; `Some(None)` for never.
    pub end: Option<Option<Time>>,
}

impl Service {
    /// Notes that a developer has bought a rate plan.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization; [`Error::Invalid`], also for a developer or a rate
    /// plan that there is not; [`Error::Conflict`] (`plan_overlap`) when the developer has the plan at
    /// that time already.
    pub async fn create_developer_plan(
        &self,
        slug: &str,
        new: NewDeveloperPlan,
        by: &Actor,
    ) -> Result<Kept<DeveloperPlan>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let plan = DeveloperPlan {
            id: self.new_id(),
            developer: texts::email(&new.developer),
            rate_plan: new.rate_plan,
            quota_target: new.quota_target,
            start: new.start.unwrap_or_else(|| self.now()),
            end: new.end,
        };
        let mut findings = Findings::default();
        let developer = self.named::<Developer>(organization_id, &plan.developer);
        findings.check("developer", developer.await?);
        let rate_plan = self.named::<RatePlan>(organization_id, &plan.rate_plan);
        findings.check("rate_plan", rate_plan.await?);
        check(findings, &plan)?;
        let developer = plan.developer.clone();
        let kept = self.keep(organization_id, plan, by).await;
        self.bought().forget(organization_id, &developer);
        kept
    }

    /// Changes a developer's rate plan.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`]; [`Error::Conflict`]: `plan_overlap` as when it is made,
    /// `in_use` for another start once something was counted.
    pub async fn update_developer_plan(
        &self,
        slug: &str,
        id: DeveloperPlanId,
        patch: DeveloperPlanPatch,
        by: &Actor,
    ) -> Result<Kept<DeveloperPlan>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        for _ in 0..STALE_RETRIES {
            let stored = self
                .kept::<DeveloperPlan>(organization_id, &id.to_string())
                .await?;
            let former = &stored.document;
            let plan = DeveloperPlan {
                quota_target: patch.quota_target.unwrap_or(former.quota_target),
                start: patch.start.unwrap_or(former.start),
                end: patch.end.unwrap_or(former.end),
                ..former.clone()
            };
            check(Findings::default(), &plan)?;
            if plan.start != former.start {
                let counted = self.store().usage_history(organization_id, id, 1).await?;
                if !counted.is_empty() {
                    return Err(Error::Conflict {
                        code: "in_use",
                        message: say!(
                            "refused-start",
                            "usage was counted in periods from {start} on, so the start stays; end \
                             this developer rate plan and make another one",
                            start = former.start
                        ),
                    });
                }
            }
            let developer = plan.developer.clone();
            let changed = self.keep_changed(organization_id, stored, plan, by).await;
            self.bought().forget(organization_id, &developer);
            if let Some(kept) = changed? {
                return Ok(kept);
            }
        }
        Err(ports::Error::Stale.into())
    }

    /// Deletes a developer's rate plan, with what was counted of it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_developer_plan(
        &self,
        slug: &str,
        id: DeveloperPlanId,
        by: &Actor,
    ) -> Result<(), Error> {
        let needed = "something belongs to the developer rate plan".into();
        let organization_id = self.tenant(slug)?.organization.id;
        let key = id.to_string();
        let stored = self.kept::<DeveloperPlan>(organization_id, &key).await?;
        let deleted = self
            .delete_kept::<DeveloperPlan>(slug, &key, needed, by)
            .await;
        self.bought()
            .forget(organization_id, &stored.document.developer);
        deleted
    }

    /// A developer's rate plan.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn developer_plan(
        &self,
        slug: &str,
        id: DeveloperPlanId,
    ) -> Result<Kept<DeveloperPlan>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        self.kept(organization_id, &id.to_string()).await
    }

    /// Developers' rate plans, oldest first: all, or those of a developer, of a rate plan, or of both.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization.
    pub async fn developer_plans(
        &self,
        slug: &str,
        developer: Option<String>,
        rate_plan: Option<String>,
        window: Window,
    ) -> Result<Listing<DeveloperPlan>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let developer = developer.map(|email| texts::email(&email));
        self.kept_list(organization_id, [rate_plan, developer, None], window)
            .await
    }
}

fn check(mut findings: Findings, plan: &DeveloperPlan) -> Result<(), Error> {
    if plan.quota_target > MAX_QUOTA_TARGET {
        findings.add(
            "quota_target",
            say!(
                "rule-quota",
                "a target is a whole number from 0 to {max}",
                max = MAX_QUOTA_TARGET
            ),
        );
    }
    findings.check("start", texts::moment(plan.start));
    if let Some(end) = plan.end
        && findings.check("end", texts::moment(end)).is_some()
        && end <= plan.start
    {
        let message = say!(
            "rule-end",
            "{end} is not after the start at {start}",
            end,
            start = plan.start
        );
        findings.add("end", message);
    }
    findings.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(start: i64, end: Option<i64>) -> DeveloperPlan {
        DeveloperPlan {
            id: DeveloperPlanId::from_bytes([1; 16]),
            developer: "ada@example.com".to_owned(),
            rate_plan: "location".to_owned(),
            quota_target: 1000,
            start: Time::from_millis(start),
            end: end.map(Time::from_millis),
        }
    }

    #[test]
    fn an_end_is_after_the_start() {
        let refused = |plan: &DeveloperPlan| {
            check(Findings::default(), plan)
                .err()
                .map(|error| error.to_string())
        };
        assert_eq!(refused(&plan(5, Some(6))), None);
        assert!(refused(&plan(5, Some(5))).unwrap().starts_with("end: "));
        let much = DeveloperPlan {
            quota_target: MAX_QUOTA_TARGET + 1,
            ..plan(5, None)
        };
        assert!(refused(&much).unwrap().starts_with("quota_target: "));
    }
}
