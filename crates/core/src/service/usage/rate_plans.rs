//! Rate plans: how a package is sold. Of a draft nobody is told anything.

use super::{Kept, Listing, texts};
use crate::{
    access::Actor,
    ids::OrganizationId,
    ports::{self, ItemFilter, Window},
    said::Said,
    say,
    service::{
        Error, STALE_RETRIES, Service,
        validate::{self, Findings},
    },
    usage::{MAX_MONTHS, Months, Noun, Package, RatePlan},
};

/// A rate plan to make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewRatePlan {
    /// Its id; made of the package's id and the name, when absent. Never changed.
    pub id: Option<String>,
    /// Id of the package that it sells; never changed.
    pub package: String,
    /// For people.
    pub name: String,
    /// For people; empty, when absent.
    pub description: Option<String>,
    /// How many months a period has, 1 to 24 (APG-27d); 1, when absent.
    pub months: Option<u64>,
    /// Whether notifications are sent; a draft, when absent.
    pub published: Option<bool>,
}

/// What to change of a rate plan; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RatePlanPatch {
    /// For people.
    pub name: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// How many months a period has; only while no developer has bought the plan.
    pub months: Option<u64>,
    /// Whether notifications are sent.
    pub published: Option<bool>,
}

impl Service {
    /// Makes a rate plan.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization, [`Error::Invalid`], also for a package that there is
    /// not; [`Error::Conflict`] (`taken`).
    pub async fn create_rate_plan(
        &self,
        slug: &str,
        new: NewRatePlan,
        by: &Actor,
    ) -> Result<Kept<RatePlan>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let mut findings = Findings::default();
        let months = findings.check("months", months_of(new.months.unwrap_or(1)));
        let package = self.named::<Package>(organization_id, &new.package).await?;
        let package = findings.check("package", package);
        let id = new
            .id
            .unwrap_or_else(|| texts::derived_id(&format!("{}_{}", new.package, new.name.trim())));
        if package.is_some() && !new.name.trim().is_empty() {
            findings.check("id", texts::id(&id));
        }
        let plan = RatePlan {
            id,
            package: new.package,
            name: new.name,
            description: new.description.unwrap_or_default(),
            months: months.unwrap_or(Months::ONE),
            published: new.published.unwrap_or(false),
        };
        check(findings, &plan)?;
        self.keep(organization_id, plan, by).await
    }

    /// Changes a rate plan.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`]; [`Error::Conflict`] (`in_use`) for another length of
    /// its periods once a developer has bought it: what was counted lies in the present ones.
    pub async fn update_rate_plan(
        &self,
        slug: &str,
        id: &str,
        patch: RatePlanPatch,
        by: &Actor,
    ) -> Result<Kept<RatePlan>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        for _ in 0..STALE_RETRIES {
            let stored = self.kept::<RatePlan>(organization_id, id).await?;
            let mut plan = stored.document.clone();
            let mut findings = Findings::default();
            if let Some(name) = &patch.name {
                plan.name.clone_from(name);
            }
            if let Some(description) = &patch.description {
                plan.description.clone_from(description);
            }
            if let Some(months) = patch.months
                && let Some(months) = findings.check("months", months_of(months))
            {
                plan.months = months;
            }
            if let Some(published) = patch.published {
                plan.published = published;
            }
            check(findings, &plan)?;
            if plan.months != stored.document.months && self.is_sold(organization_id, id).await? {
                return Err(Error::Conflict {
                    code: "in_use",
                    message: say!(
                        "refused-months",
                        "developers have bought `{id}`, and what they use is counted in periods of \
                         {months} months; make another rate plan for periods of {wanted} (1 to \
                         {max})",
                        id,
                        months = stored.document.months.get(),
                        wanted = plan.months.get(),
                        max = MAX_MONTHS
                    ),
                });
            }
            let changed = self.keep_changed(organization_id, stored, plan, by);
            if let Some(kept) = changed.await? {
                return Ok(kept);
            }
        }
        Err(ports::Error::Stale.into())
    }

    /// Whether a developer has bought the plan.
    async fn is_sold(&self, organization_id: OrganizationId, id: &str) -> Result<bool, Error> {
        let filter = ItemFilter {
            noun: Noun::DeveloperPlan,
            parent: Some(id.to_owned()),
            owner: None,
            text: None,
        };
        let one = Window {
            offset: 0,
            limit: 1,
        };
        Ok(self
            .store()
            .items(organization_id, filter, one)
            .await?
            .total
            > 0)
    }

    /// Deletes a rate plan that no developer has bought, with its notification conditions.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] (`in_use`) while developers have it.
    pub async fn delete_rate_plan(&self, slug: &str, id: &str, by: &Actor) -> Result<(), Error> {
        let needed = say!(
            "refused-plan",
            "developers have bought the rate plan `{id}`; delete their developer rate plans first",
            id
        );
        self.delete_kept::<RatePlan>(slug, id, needed, by).await
    }

    /// A rate plan.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn rate_plan(&self, slug: &str, id: &str) -> Result<Kept<RatePlan>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        self.kept(organization_id, id).await
    }

    /// Rate plans, oldest first: all, or those of a package.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization.
    pub async fn rate_plans(
        &self,
        slug: &str,
        package: Option<String>,
        window: Window,
    ) -> Result<Listing<RatePlan>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        self.kept_list(organization_id, [package, None, None], window)
            .await
    }
}

fn months_of(number: u64) -> Result<Months, Said> {
    Months::new(number).ok_or_else(|| {
        say!(
            "rule-months",
            "{number} is not a number of months from 1 to {max}",
            number,
            max = MAX_MONTHS
        )
    })
}

fn check(mut findings: Findings, plan: &RatePlan) -> Result<(), Error> {
    findings.check("name", validate::required_name(&plan.name));
    findings.check("description", validate::description(&plan.description));
    findings.finish()
}
