//! Webhooks: making, changing, deleting, listing them.
//!
//! A change is a new revision of the whole webhook, written only over the revision it was made
//! from; when somebody else was faster, it is made again from what they wrote. Whether settings
//! are right is decided in `settings`; secrets after the first are in `secrets`.

use std::sync::Arc;

use super::{
    Error, STALE_RETRIES, Service,
    settings::check,
    validate::{self, Findings, page},
};
use crate::{
    access::{Access, Actor},
    ids::{OrganizationId, WebhookId},
    outcome::Header,
    own_event::{Kind, Notice},
    policy::DisableReason,
    ports::{self, DeleteOutcome, Page, WebhookChange, WebhookFilter},
    said::Said,
    say, signature,
    snapshot::{Route, Tenant},
    time::Time,
    webhook::{Disabled, Overrides, Secret, Settings, Webhook},
};

/// A webhook to make. What is absent is as the profile says, or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewWebhook {
    /// For people.
    pub name: Option<String>,
    /// Where to send; required.
    pub url: Option<String>,
    /// Patterns of event types; none means all.
    pub event_types: Option<Vec<String>>,
    /// Receives only what is addressed to it by id; as the profile says, when absent.
    pub direct: Option<bool>,
    /// Channels of interest; none means all.
    pub channels: Option<Vec<String>>,
    /// Its profile; the organization's default, when absent.
    pub profile: Option<String>,
    /// Headers of its own.
    pub headers: Option<Vec<Header>>,
    /// Its own numbers in place of the profile's.
    pub overrides: Option<Overrides>,
    /// Whether it receives anything yet; it does, when absent (WNK-5, APG-4).
    pub enabled: Option<bool>,
    /// A signing secret that both sides know already; made here, when absent.
    pub secret: Option<String>,
}

/// What to change of a webhook; what is absent stays, what is given replaces all of that field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhookPatch {
    /// For people.
    pub name: Option<String>,
    /// Where to send; holds from the next attempt of pending deliveries on.
    pub url: Option<String>,
    /// Patterns of event types; hold for new events.
    pub event_types: Option<Vec<String>>,
    /// Receives only what is addressed to it by id.
    pub direct: Option<bool>,
    /// Channels of interest; hold for new events.
    pub channels: Option<Vec<String>>,
    /// Its profile.
    pub profile: Option<String>,
    /// Headers of its own.
    pub headers: Option<Vec<Header>>,
    /// Its own numbers in place of the profile's.
    pub overrides: Option<Overrides>,
    /// Switches it on (and clears its failure counters) or off (and cancels what is pending).
    pub enabled: Option<bool>,
    /// The revision that the change was made from: nothing is changed when there is a newer one.
    pub revision: Option<u32>,
}

/// The code of the conflict of a change that was made from a revision which is not the last any more.
pub const WEBHOOK_CHANGED: &str = "webhook_changed";

/// Whether a webhook was made, or was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// It was made.
    New,
    /// The profile allows one webhook per URL, and there was one: it is as it was (ADV-16).
    Existing,
}

impl WebhookPatch {
    /// Whether it touches nothing but the switch.
    fn keeps_settings(&self) -> bool {
        let switch_only = Self {
            enabled: self.enabled,
            revision: self.revision,
            ..Self::default()
        };
        *self == switch_only
    }

    fn apply(&self, settings: &mut Settings) {
        fn set<T: Clone>(field: &mut T, given: Option<&T>) {
            if let Some(given) = given {
                field.clone_from(given);
            }
        }
        set(&mut settings.name, self.name.as_ref());
        set(&mut settings.url, self.url.as_ref());
        set(&mut settings.event_types, self.event_types.as_ref());
        set(&mut settings.direct, self.direct.as_ref());
        set(&mut settings.channels, self.channels.as_ref());
        set(&mut settings.profile, self.profile.as_ref());
        set(&mut settings.headers, self.headers.as_ref());
        set(&mut settings.overrides, self.overrides.as_ref());
    }
}

impl Service {
    /// Makes a webhook. `by` is who asks.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization, [`Error::Invalid`].
    pub async fn create_webhook(
        &self,
        slug: &str,
        new: NewWebhook,
        by: &Actor,
    ) -> Result<(Webhook, Created), Error> {
        let tenant = self.tenant(slug)?;
        let organization = &tenant.organization;
        let now = self.now();
        let mut settings = self.settings_of(&tenant, &new);
        let mut findings = Findings::default();
        if let Some(secret) = &new.secret {
            findings.check("secret", signature::check_secret(secret));
        }
        let profile = findings.and(check(&mut settings, self.profiles(), self.options()))?;
        let enabled = new.enabled.unwrap_or(true);
        let webhook = Webhook {
            id: self.new_id(),
            organization_id: organization.id,
            revision: 1,
            settings,
            disabled: (!enabled).then_some(Disabled {
                reason: DisableReason::Manual,
                at: now,
            }),
            paused: None,
            drain: None,
            secrets: vec![Secret {
                value: new.secret.unwrap_or_else(|| self.new_secret()),
                created_at: now,
                expires_at: None,
            }],
            cancelled_up_to: None,
            created_at: now,
            created_by: by.name.clone(),
            updated_at: now,
            updated_by: by.name.clone(),
            deleted_at: None,
        };
        let entry = self.entry(by, "webhook.created", None, Some(&webhook));
        match self
            .store()
            .create_webhook(webhook.clone(), profile.one_per_url, entry)
            .await?
        {
            WebhookChange::Stored => {
                self.refresh(organization.id).await?;
                Ok((webhook, Created::New))
            }
            WebhookChange::SameUrl(existing) => Ok((*existing, Created::Existing)),
        }
    }

    /// Whether a webhook could be made so. Nothing is stored.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization, [`Error::Invalid`] with every field that is wrong.
    pub fn check_webhook(&self, slug: &str, new: NewWebhook) -> Result<(), Error> {
        let tenant = self.tenant(slug)?;
        let mut settings = self.settings_of(&tenant, &new);
        check(&mut settings, self.profiles(), self.options()).map(|_| ())
    }

    /// The settings of a new webhook: what is absent is as the profile says, or empty.
    fn settings_of(&self, tenant: &Tenant, new: &NewWebhook) -> Settings {
        let profile = match &new.profile {
            Some(profile) => profile.clone(),
            None => tenant.organization.default_profile.clone(),
        };
        let by_default = self.profiles().get(&profile).is_some_and(|p| p.direct);
        Settings {
            name: new.name.clone().unwrap_or_default(),
            url: new.url.clone().unwrap_or_default(),
            event_types: new.event_types.clone().unwrap_or_default(),
            direct: new.direct.unwrap_or(by_default),
            channels: new.channels.clone().unwrap_or_default(),
            profile,
            headers: new.headers.clone().unwrap_or_default(),
            overrides: new.overrides.clone().unwrap_or_default(),
        }
    }

    /// Changes a webhook. A change that changes nothing makes no revision.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for a deleted one; [`Error::Invalid`]; [`Error::Conflict`]
    /// (`url_taken`) where the profile allows one webhook per URL, ([`WEBHOOK_CHANGED`]) when it was
    /// changed since the revision that the patch names.
    pub async fn update_webhook(
        &self,
        slug: &str,
        id: WebhookId,
        patch: WebhookPatch,
        access: &Access,
        by: &Actor,
    ) -> Result<Webhook, Error> {
        let tenant = self.tenant(slug)?;
        let (former, webhook) = self
            .revise(&tenant, id, (by, "webhook.updated"), |webhook, now| {
                // Looked at as it is when it is changed: it may have been given to another
                // customer a moment ago.
                if !access.sees(webhook) {
                    return Err(Error::NotFound("webhook"));
                }
                if patch.revision.is_some_and(|from| from != webhook.revision) {
                    return Err(changed_since(webhook));
                }
                patch.apply(&mut webhook.settings);
                // A webhook whose settings are not right any more (its profile is gone from the
                // configuration) can still be switched off.
                let one_per_url = if patch.keeps_settings() && patch.enabled != Some(true) {
                    false
                } else {
                    check(&mut webhook.settings, self.profiles(), self.options())?.one_per_url
                };
                match patch.enabled {
                    Some(true) => webhook.disabled = None,
                    Some(false) if webhook.disabled.is_none() => {
                        webhook.disabled = Some(Disabled {
                            reason: DisableReason::Manual,
                            at: now,
                        });
                        // Nothing is left to hold or to drain.
                        (webhook.paused, webhook.drain) = (None, None);
                    }
                    // Off stays off for the reason it had.
                    Some(false) | None => {}
                }
                Ok(one_per_url)
            })
            .await?;
        if former.settings.profile != webhook.settings.profile {
            // Deliveries may have waited for a profile that is not configured.
            self.lanes().wake(id);
        }
        let paced = former.settings.overrides != webhook.settings.overrides;
        if paced || (former.is_enabled() && !webhook.is_enabled()) {
            self.lanes().recheck(id);
        }
        let moved = former.settings.url != webhook.settings.url;
        if moved || (former.is_enabled() && !webhook.is_enabled()) {
            self.sender().forget(id);
        }
        Ok(webhook)
    }

    /// Deletes a webhook: history keeps a tombstone. With `force`, what is pending is cancelled.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] (`pending_deliveries`) without `force` (APG-14).
    pub async fn delete_webhook(
        &self,
        slug: &str,
        id: WebhookId,
        force: bool,
        by: &Actor,
    ) -> Result<(), Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let stored = self.living(organization_id, id).await?;
        let entry = self.entry(by, "webhook.deleted", Some(&stored), None);
        let outcome = self
            .store()
            .delete_webhook(organization_id, id, force, self.now(), &by.name, entry)
            .await?;
        match outcome {
            DeleteOutcome::Deleted => {
                self.refresh(organization_id).await?;
                self.sender().forget(id);
                Ok(())
            }
            DeleteOutcome::HasPending => Err(Error::Conflict {
                code: "pending_deliveries",
                message: say!(
                    "refused-pending",
                    "the webhook has pending deliveries; wait until they are settled, or delete it \
                     by force, which cancels them"
                ),
            }),
        }
    }

    /// Why nothing can be sent to a webhook although it is enabled: a sentence that says what to do.
    #[must_use]
    pub fn problem(&self, webhook: &Webhook) -> Option<Said> {
        let profile = &webhook.settings.profile;
        let known = self.profiles().get(profile).is_some();
        (!known && webhook.deleted_at.is_none()).then(|| validate::held(profile))
    }

    /// One webhook of the organization, deleted ones included.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn webhook(&self, slug: &str, id: WebhookId) -> Result<Webhook, Error> {
        let tenant = self.tenant(slug)?;
        // Never from the catalogue in memory: another process may have disabled it.
        let webhook = self.store().webhook(tenant.organization.id, id).await?;
        webhook.ok_or(Error::NotFound("webhook"))
    }

    /// The organization's webhooks but the deleted ones, oldest first, after the one given: those
    /// that somebody of this access sees.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization.
    pub fn webhooks(
        &self,
        slug: &str,
        access: &Access,
        filter: &WebhookFilter,
        after: Option<WebhookId>,
        limit: usize,
    ) -> Result<Page<Arc<Route>, WebhookId>, Error> {
        let tenant = self.tenant(slug)?;
        let part = filter.q.as_ref().map(|q| q.to_lowercase());
        let mut routes: Vec<&Arc<Route>> = tenant
            .routes
            .iter()
            .filter(|route| after.is_none_or(|id| route.webhook.id > id))
            .filter(|route| access.sees(&route.webhook))
            .filter(|route| shown(&route.webhook, part.as_deref(), filter.enabled))
            .collect();
        // The cursor is an id, and ids of two processes need not be in the order of their times.
        routes.sort_unstable_by_key(|route| route.webhook.id);
        Ok(page(routes.into_iter().cloned(), limit, |route| {
            route.webhook.id
        }))
    }

    /// Writes the next revision of a webhook: what `change` makes of the stored one, which says
    /// whether no other webhook may have its URL. Gives back the revision before and the one after,
    /// which are the same when nothing changed.
    pub(super) async fn revise(
        &self,
        tenant: &Tenant,
        id: WebhookId,
        (by, action): (&Actor, &str),
        change: impl Fn(&mut Webhook, Time) -> Result<bool, Error>,
    ) -> Result<(Webhook, Webhook), Error> {
        let organization_id = tenant.organization.id;
        for _ in 0..STALE_RETRIES {
            let former = self.living(organization_id, id).await?;
            let now = self.now();
            let mut webhook = former.clone();
            let one_per_url = change(&mut webhook, now)?;
            if webhook == former {
                return Ok((former, webhook));
            }
            webhook.revision += 1;
            webhook.updated_at = now;
            webhook.updated_by.clone_from(&by.name);
            let entry = self.entry(by, action, Some(&former), Some(&webhook));
            let notice = self.notice_of(&former, &webhook, now).await?;
            let tells = notice.is_some();
            match self
                .store()
                .update_webhook_and_tell(webhook.clone(), one_per_url, entry, notice)
                .await
            {
                Ok(WebhookChange::Stored) => {
                    self.refresh(organization_id).await?;
                    if tells {
                        self.lanes().tell();
                    }
                    if former.is_enabled() && !webhook.is_enabled() {
                        // As the store has set it.
                        webhook.cancelled_up_to = Some(now);
                    }
                    return Ok((former, webhook));
                }
                Ok(WebhookChange::SameUrl(other)) => {
                    return Err(Error::Conflict {
                        code: "url_taken",
                        message: say!(
                            "taken-url",
                            "webhook {id} has this URL already, and its profile allows one webhook \
                             per URL; change that one, or choose another URL",
                            id = other.id
                        ),
                    });
                }
                Err(ports::Error::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ports::Error::Stale.into())
    }

    /// What is to be told of this change: that the webhook was switched off, when somebody listens.
    async fn notice_of(
        &self,
        former: &Webhook,
        webhook: &Webhook,
        now: Time,
    ) -> Result<Option<Notice>, Error> {
        let listened = self.snapshot().listened(webhook.organization_id);
        if !former.is_enabled() || webhook.is_enabled() || !listened.has(Kind::Disabled) {
            return Ok(None);
        }
        let health = self.store().health(&[webhook.id]).await?.pop();
        let counters = health.map(|health| health.counters).unwrap_or_default();
        Ok(Some(Notice::of_hand(self.new_id(), webhook, counters, now)))
    }

    /// A webhook as it is stored now.
    async fn living(
        &self,
        organization_id: OrganizationId,
        id: WebhookId,
    ) -> Result<Webhook, Error> {
        let webhook = self.store().webhook(organization_id, id).await?;
        webhook
            .filter(|webhook| webhook.deleted_at.is_none())
            .ok_or(Error::NotFound("webhook"))
    }

    pub(super) fn new_secret(&self) -> String {
        let mut bytes = [0; 24];
        self.entropy().fill(&mut bytes);
        signature::generate_secret(bytes)
    }
}

fn changed_since(webhook: &Webhook) -> Error {
    Error::Conflict {
        code: WEBHOOK_CHANGED,
        message: say!(
            "refused-changed",
            "{by} has changed the webhook meanwhile, to revision {revision}; look at it and change \
             it again",
            by = webhook.updated_by,
            revision = webhook.revision
        ),
    }
}

fn shown(webhook: &Webhook, part: Option<&str>, enabled: Option<bool>) -> bool {
    enabled.is_none_or(|enabled| webhook.is_enabled() == enabled)
        && part.is_none_or(|part| {
            webhook.settings.name.to_lowercase().contains(part)
                || webhook.settings.url.to_lowercase().contains(part)
        })
}
