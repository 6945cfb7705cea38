//! Rotation of signing secrets: for a while the old and the new one both sign, so that a receiver
//! can change over without losing a request.

use super::{Error, Service, pace::seen, validate::Findings};
use crate::{
    access::{Access, Actor},
    ids::WebhookId,
    policy::Class,
    say, signature,
    time::{DAY, DurationUs, Time},
    webhook::{Secret, Webhook},
};

/// How long the old secrets go on signing, when nothing is said.
pub const DEFAULT_GRACE_US: DurationUs = DAY;
/// The longest that they can.
pub const MAX_GRACE_US: DurationUs = 30 * DAY;
/// The most secrets that sign at once; each makes the signature header longer.
pub const MAX_SECRETS: usize = 5;

/// Attempts that are looked at to tell how requests fare since a rotation.
const LOOK_AT: usize = 200;

/// How requests fare since a rotation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SinceRotation {
    /// How many of those looked at succeeded.
    pub succeeded: u32,
    /// There are older ones since the rotation, which were not looked at.
    pub more: bool,
    /// When the last of them began.
    pub last_at: Option<Time>,
}

impl Service {
    /// Ends the secrets that are leaving after a rotation now: only the newest signs from here on.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] (`no_old_secret`) when only one signs.
    pub async fn retire_secrets(
        &self,
        slug: &str,
        id: WebhookId,
        access: &Access,
        by: &Actor,
    ) -> Result<Webhook, Error> {
        let tenant = self.tenant(slug)?;
        let (_, webhook) = self
            .revise(
                &tenant,
                id,
                (by, "webhook.secret_retired"),
                |webhook, now| {
                    seen(webhook, access)?;
                    if webhook.signing_secrets(now).count() < 2 {
                        return Err(Error::Conflict {
                            code: "no_old_secret",
                            message: say!(
                                "refused-only-secret",
                                "only one secret signs, and it stays; rotate to have another one"
                            ),
                        });
                    }
                    // They stay in the list until the next rotation, and sign nothing.
                    for end in webhook.secrets.iter_mut().flat_map(|s| &mut s.expires_at) {
                        *end = now.min(*end);
                    }
                    Ok(false)
                },
            )
            .await?;
        Ok(webhook)
    }

    /// What has come of requests since a webhook's newest secret was made: how many succeeded of the
    /// latest, and whether there were more than were looked at.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn since_rotation(&self, webhook: &Webhook) -> Result<SinceRotation, Error> {
        let Some(newest) = webhook.secrets.first() else {
            return Ok(SinceRotation::default());
        };
        let page = self
            .store()
            .attempts(webhook.organization_id, webhook.id, None, LOOK_AT)
            .await?;
        let policy = self.snapshot().route(webhook.id);
        let mut since = SinceRotation {
            more: page.next.is_some(),
            ..SinceRotation::default()
        };
        for attempt in &page.items {
            if attempt.at < newest.created_at {
                since.more = false;
                break;
            }
            let class = policy
                .as_ref()
                .map(|route| route.policy.classify(attempt.answer));
            if class == Some(Class::Success) {
                since.succeeded += 1;
                since.last_at = since.last_at.max(Some(attempt.at));
            }
        }
        Ok(since)
    }

    /// Gives a webhook a new signing secret. The ones before it go on signing for `grace` and not
    /// longer; with a grace of 0 they stop at once. `new` is a secret that both sides know already;
    /// one is made, when absent.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`]; [`Error::Conflict`] (`too_many_secrets`) when
    /// [`MAX_SECRETS`] would be exceeded: no secret's grace is cut short to make room.
    pub async fn rotate_secret(
        &self,
        slug: &str,
        id: WebhookId,
        (grace, new): (DurationUs, Option<String>),
        access: &Access,
        by: &Actor,
    ) -> Result<Webhook, Error> {
        let mut findings = Findings::default();
        if !(0..=MAX_GRACE_US).contains(&grace) {
            findings.add(
                "grace_s",
                say!(
                    "rule-grace",
                    "the old secrets can go on signing for 0 seconds to 30 days (2592000)"
                ),
            );
        }
        if let Some(secret) = &new {
            findings.check("secret", signature::check_secret(secret));
        }
        findings.finish()?;
        let value = new.unwrap_or_else(|| self.new_secret());
        let tenant = self.tenant(slug)?;
        let (_, webhook) = self
            .revise(
                &tenant,
                id,
                (by, "webhook.secret_rotated"),
                |webhook, now| {
                    seen(webhook, access)?;
                    let end = now + grace;
                    // One that was to leave later leaves now too: a short grace is asked for when a
                    // secret may be known to others, and nobody remembers which.
                    webhook.secrets.retain_mut(|secret| {
                        let end = secret.expires_at.map_or(end, |sooner| sooner.min(end));
                        secret.expires_at = Some(end);
                        now < end
                    });
                    if webhook.secrets.iter().any(|secret| secret.value == value) {
                        let mut findings = Findings::default();
                        findings.add(
                            "secret",
                            say!(
                                "rule-secret-known",
                                "it is one of the webhook's secrets already; choose a new one"
                            ),
                        );
                        findings.finish()?;
                    }
                    if webhook.secrets.len() >= MAX_SECRETS {
                        return Err(Error::Conflict {
                            code: "too_many_secrets",
                            message: say!(
                                "refused-secrets",
                                "{max} secrets sign already; wait until one has ended, or rotate \
                                 with a grace of 0, which ends all of them",
                                max = MAX_SECRETS
                            ),
                        });
                    }
                    webhook.secrets.insert(
                        0,
                        Secret {
                            value: value.clone(),
                            created_at: now,
                            expires_at: None,
                        },
                    );
                    Ok(false)
                },
            )
            .await?;
        Ok(webhook)
    }
}
