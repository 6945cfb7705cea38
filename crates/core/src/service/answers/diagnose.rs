//! Diagnoses of attempts, each under the rules of the revision that it was made with.

use std::collections::{HashMap, hash_map::Entry};

use crate::{
    delivery::Attempt,
    diagnosis::{self, Diagnosis, Rules},
    ids::{OrganizationId, WebhookId},
    policy::Policy,
    service::{Error, Service},
};

/// The name of a profile, and its rules with the overrides of a revision.
struct Known {
    profile: String,
    policy: Policy,
}

impl Service {
    /// The diagnosis of each attempt of an organization, in the order given; `None` for those that
    /// succeeded. The store is asked only about webhooks that were changed after an attempt.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn diagnose(
        &self,
        organization_id: OrganizationId,
        attempts: &[&Attempt],
    ) -> Result<Vec<Option<Diagnosis>>, Error> {
        let mut known: HashMap<(WebhookId, u32), Option<Known>> = HashMap::new();
        let mut diagnoses = Vec::with_capacity(attempts.len());
        for attempt in attempts {
            let (id, revision) = (attempt.webhook_id, attempt.revision);
            if let Some(route) = self
                .snapshot()
                .route(id)
                .filter(|route| route.webhook.revision == revision && !route.held)
            {
                let rules = Rules {
                    profile: &route.profile.title,
                    policy: &route.policy,
                };
                diagnoses.push(diagnosis::diagnose(attempt, Some(rules)));
                continue;
            }
            let former = match known.entry((id, revision)) {
                Entry::Occupied(found) => found.into_mut(),
                Entry::Vacant(free) => {
                    free.insert(self.former(organization_id, id, revision).await?)
                }
            };
            let rules = former.as_ref().map(|known| Rules {
                profile: &known.profile,
                policy: &known.policy,
            });
            diagnoses.push(diagnosis::diagnose(attempt, rules));
        }
        Ok(diagnoses)
    }

    /// The rules of a former revision; `None` when its profile is not configured any more.
    async fn former(
        &self,
        organization_id: OrganizationId,
        id: WebhookId,
        revision: u32,
    ) -> Result<Option<Known>, Error> {
        let found = self
            .store()
            .webhook_revision(organization_id, id, revision)
            .await?;
        Ok(found.and_then(|found| {
            let profile = self.profiles().get(&found.settings.profile)?;
            Some(Known {
                profile: profile.title.clone(),
                policy: profile.policy_with(&found.settings.overrides),
            })
        }))
    }
}
