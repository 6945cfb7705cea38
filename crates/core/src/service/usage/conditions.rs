//! Notification conditions: at which percentages of a rate plan which webhooks are called.

use std::collections::BTreeSet;

use super::{Kept, Listing};
use crate::{
    access::Actor,
    ids::{ConditionId, OrganizationId, WebhookId},
    ports::{self, Window},
    say,
    service::{Error, STALE_RETRIES, Service, checks::no_webhook, validate::Findings},
    snapshot::Tenant,
    usage::{Condition, MAX_VALUES, RatePlan, UsageTarget},
};

/// The most targets of a condition.
pub const MAX_TARGETS: usize = 20;
/// The most webhooks of a condition.
pub const MAX_WEBHOOKS: usize = 50;
/// The most conditions of a rate plan. All its conditions together name [`MAX_VALUES`] percentages
/// at most: what one record can fire.
pub const MAX_CONDITIONS: usize = 50;

/// A condition to make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewCondition {
    /// Id of the rate plan; never changed.
    pub rate_plan: String,
    /// The percentages.
    pub targets: Vec<UsageTarget>,
    /// The webhooks, enabled or not.
    pub webhooks: Vec<WebhookId>,
}

/// What to change of a condition; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConditionPatch {
    /// All its percentages.
    pub targets: Option<Vec<UsageTarget>>,
    /// All its webhooks.
    pub webhooks: Option<Vec<WebhookId>>,
}

impl Service {
    /// Makes a notification condition.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization; [`Error::Invalid`], also for a rate plan or a webhook
    /// that there is not; [`Error::Conflict`] (`too_many_conditions`).
    pub async fn create_condition(
        &self,
        slug: &str,
        new: NewCondition,
        by: &Actor,
    ) -> Result<Kept<Condition>, Error> {
        let tenant = self.tenant(slug)?;
        let organization_id = tenant.organization.id;
        let condition = Condition {
            id: self.new_id(),
            rate_plan: new.rate_plan,
            targets: new.targets,
            webhooks: new.webhooks,
        };
        let mut findings = Findings::default();
        let rate_plan = self.named::<RatePlan>(organization_id, &condition.rate_plan);
        findings.check("rate_plan", rate_plan.await?);
        check(findings, &tenant, &condition, &[])?;
        self.refuse_too_many(organization_id, &condition).await?;
        self.keep(organization_id, condition, by).await
    }

    /// Changes a notification condition. A webhook that was deleted since may stay in it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`], [`Error::Conflict`] (`too_many_conditions`).
    pub async fn update_condition(
        &self,
        slug: &str,
        id: ConditionId,
        patch: ConditionPatch,
        by: &Actor,
    ) -> Result<Kept<Condition>, Error> {
        let tenant = self.tenant(slug)?;
        let organization_id = tenant.organization.id;
        for _ in 0..STALE_RETRIES {
            let stored = self
                .kept::<Condition>(organization_id, &id.to_string())
                .await?;
            let mut condition = stored.document.clone();
            if let Some(targets) = &patch.targets {
                condition.targets.clone_from(targets);
            }
            if let Some(webhooks) = &patch.webhooks {
                condition.webhooks.clone_from(webhooks);
            }
            check(
                Findings::default(),
                &tenant,
                &condition,
                &stored.document.webhooks,
            )?;
            if condition.targets != stored.document.targets {
                self.refuse_too_many(organization_id, &condition).await?;
            }
            let changed = self.keep_changed(organization_id, stored, condition, by);
            if let Some(kept) = changed.await? {
                return Ok(kept);
            }
        }
        Err(ports::Error::Stale.into())
    }

    /// Deletes a notification condition.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_condition(
        &self,
        slug: &str,
        id: ConditionId,
        by: &Actor,
    ) -> Result<(), Error> {
        let needed = "something belongs to the notification condition".into();
        self.delete_kept::<Condition>(slug, &id.to_string(), needed, by)
            .await
    }

    /// A notification condition.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn condition(&self, slug: &str, id: ConditionId) -> Result<Kept<Condition>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        self.kept(organization_id, &id.to_string()).await
    }

    /// Notification conditions, oldest first: all, or those of a rate plan.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization.
    pub async fn conditions(
        &self,
        slug: &str,
        rate_plan: Option<String>,
        window: Window,
    ) -> Result<Listing<Condition>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        self.kept_list(organization_id, [rate_plan, None, None], window)
            .await
    }

    /// What counts a report reads all conditions of a plan, and stores an event for each percentage.
    async fn refuse_too_many(
        &self,
        organization_id: OrganizationId,
        condition: &Condition,
    ) -> Result<(), Error> {
        let of_plan = [Some(condition.rate_plan.clone()), None, None];
        let all = Window {
            offset: 0,
            limit: MAX_CONDITIONS + 1,
        };
        let others = self
            .kept_list::<Condition>(organization_id, of_plan, all)
            .await?;
        let others: Vec<Condition> = others
            .items
            .into_iter()
            .map(|kept| kept.document)
            .filter(|other| other.id != condition.id)
            .collect();
        let plan = &condition.rate_plan;
        let values = percentages(others.iter().chain([condition]));
        let message = if others.len() >= MAX_CONDITIONS {
            say!(
                "refused-conditions",
                "the rate plan `{plan}` has {max} notification conditions, and may have no more; \
                 change one of them",
                plan,
                max = MAX_CONDITIONS
            )
        } else if values > MAX_VALUES {
            say!(
                "refused-percentages",
                "the notification conditions of the rate plan `{plan}` would name {values} \
                 percentages together, and may name {max}; take a larger step",
                plan,
                values,
                max = MAX_VALUES
            )
        } else {
            return Ok(());
        };
        Err(Error::Conflict {
            code: "too_many_conditions",
            message,
        })
    }
}

/// How many percentages conditions name, each counted once.
fn percentages<'a>(conditions: impl Iterator<Item = &'a Condition>) -> u64 {
    let all: BTreeSet<u32> = conditions
        .flat_map(|condition| &condition.targets)
        .flat_map(UsageTarget::percentages)
        .collect();
    all.len() as u64
}

/// `former` are the webhooks that the condition had: of those it may keep what was deleted since.
fn check(
    mut findings: Findings,
    tenant: &Tenant,
    condition: &Condition,
    former: &[WebhookId],
) -> Result<(), Error> {
    let Condition {
        targets, webhooks, ..
    } = condition;
    if targets.is_empty() || targets.len() > MAX_TARGETS {
        let message = say!(
            "rule-targets",
            "a condition has 1 to {max} targets, these are {count}",
            max = MAX_TARGETS,
            count = targets.len()
        );
        findings.add("targets", message);
    } else if percentages([condition].into_iter()) > MAX_VALUES {
        let message = say!(
            "rule-percentages",
            "they name more than {max} percentages; take a larger step",
            max = MAX_VALUES
        );
        findings.add("targets", message);
    }
    if webhooks.is_empty() || webhooks.len() > MAX_WEBHOOKS {
        let message = say!(
            "rule-webhooks",
            "a condition calls 1 to {max} webhooks, these are {count}",
            max = MAX_WEBHOOKS,
            count = webhooks.len()
        );
        findings.add("webhooks", message);
    }
    for (index, id) in webhooks.iter().enumerate() {
        let field = format!("webhooks[{index}]");
        if webhooks[..index].contains(id) {
            findings.add(
                field,
                say!("rule-webhook-twice", "webhook {id} is named twice", id),
            );
        } else if tenant.route(*id).is_none() && !former.contains(id) {
            findings.add(field, no_webhook(*id));
        }
    }
    findings.finish()
}
