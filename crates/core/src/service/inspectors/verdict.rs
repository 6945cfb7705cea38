//! Whether what arrived is signed as it should be: held against the webhooks that call the inspector,
//! or against a secret that somebody pastes.

use std::sync::Arc;

use bytes::Bytes;

use super::Service;
use crate::{
    access::Access,
    inspector::{Inspected, Inspector},
    service::{Asked, CheckedSignature, Error, FieldError},
    signature,
    signature_check::{self, Headers, Pasted, Presented},
    snapshot::{Route, Tenant},
    webhook::Secret,
};

/// How many webhooks a request is held against.
const MAX_WEBHOOKS: usize = 10;

/// What a request is, as far as its signature tells.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The webhook whose secrets were tried.
    pub webhook: Arc<Route>,
    /// What was found.
    pub checked: CheckedSignature,
}

impl Service {
    /// Holds a request against the webhooks that call its inspector and that whoever asks sees: the
    /// one that has signed it, or the one that comes closest. `None` when there is no such webhook.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn inspected_verdict(
        &self,
        tenant: &Tenant,
        inspector: &Inspector,
        (inspected, body): (&Inspected, &Bytes),
        access: &Access,
    ) -> Result<Option<Verdict>, Error> {
        let asked = Asked {
            headers: Pasted::Pairs(pairs(inspected)),
            body: body.clone(),
            at: Some(inspected.at),
        };
        let mut best: Option<Verdict> = None;
        for route in self.callers(tenant, inspector, access) {
            let checked = self
                .check_signature(tenant, &route.webhook, &asked, access)
                .await?;
            let verdict = Verdict {
                webhook: route,
                checked,
            };
            if best
                .as_ref()
                .is_none_or(|best| verdict.rank() > best.rank())
            {
                best = Some(verdict);
            }
        }
        Ok(best)
    }

    /// The webhooks that call an inspector and that somebody sees.
    fn callers(&self, tenant: &Tenant, inspector: &Inspector, access: &Access) -> Vec<Arc<Route>> {
        tenant
            .routes
            .iter()
            .filter(|route| access.sees(&route.webhook))
            .filter(|route| {
                self.inspector_of_url(&route.webhook.settings.url) == Some(inspector.id)
            })
            .take(MAX_WEBHOOKS)
            .cloned()
            .collect()
    }

    /// Holds a request against a secret. It is not kept.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the text is no secret.
    pub fn check_inspected(
        &self,
        (inspected, body): (&Inspected, &Bytes),
        secret: &str,
    ) -> Result<signature_check::Report, Error> {
        let secret = secret.trim();
        signature::check_secret(secret)
            .map_err(|error| Error::Invalid(vec![FieldError::new("secret", error.to_string())]))?;
        let secrets = [Secret {
            value: secret.to_owned(),
            created_at: inspected.at,
            expires_at: None,
        }];
        Ok(signature_check::check(&Presented {
            headers: &Headers::read(&Pasted::Pairs(pairs(inspected))),
            body,
            at: inspected.at,
            secrets: &secrets,
            sent: None,
        }))
    }
}

impl Verdict {
    const fn rank(&self) -> (bool, bool) {
        (self.checked.report.valid, self.checked.attempt.is_some())
    }
}

fn pairs(inspected: &Inspected) -> Vec<(String, String)> {
    inspected
        .headers
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
