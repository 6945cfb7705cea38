//! Rotation of signing secrets: for a while the old and the new one both sign, so that a receiver
//! can change over without losing a request.

use super::{Error, Service, validate::Findings};
use crate::{
    access::Actor,
    ids::WebhookId,
    signature,
    time::{DAY, DurationUs},
    webhook::{Secret, Webhook},
};

/// How long the old secrets go on signing, when nothing is said.
pub const DEFAULT_GRACE_US: DurationUs = DAY;
/// The longest that they can.
pub const MAX_GRACE_US: DurationUs = 30 * DAY;
/// The most secrets that sign at once; each makes the signature header longer.
pub const MAX_SECRETS: usize = 5;

impl Service {
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
        grace: DurationUs,
        new: Option<String>,
        by: &Actor,
    ) -> Result<Webhook, Error> {
        let mut findings = Findings::default();
        if !(0..=MAX_GRACE_US).contains(&grace) {
            findings.add(
                "grace_s",
                "the old secrets can go on signing for 0 seconds to 30 days (2592000)",
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
                            "it is one of the webhook's secrets already; choose a new one",
                        );
                        findings.finish()?;
                    }
                    if webhook.secrets.len() >= MAX_SECRETS {
                        return Err(Error::Conflict {
                            code: "too_many_secrets",
                            message: format!(
                                "{MAX_SECRETS} secrets sign already; wait until one has ended, or \
                             rotate with a grace of 0, which ends all of them"
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
