//! Why an attempt failed, as every attempt shows it.

use bellwire_core::{
    delivery,
    diagnosis::{self, Side},
    ids::OrganizationId,
    service::Service,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{attempt::Attempt, shape::SideName};
use crate::problem::Problem;

/// Why an attempt failed, for whoever has to mend it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Diagnosis {
    /// A stable name of the kind of failure, finer than `cause`: `tls_expired`, `redirect`. The
    /// reference lists all of them.
    #[schema(example = "tls_expired")]
    code: &'static str,
    /// What happened.
    #[schema(example = "The certificate of hooks.example.com has expired.")]
    summary: String,
    /// Whose side it is on.
    side: SideName,
    /// What to do.
    advice: String,
    /// What Bellwire does next.
    #[schema(example = "Attempt 2 is due at 2026-11-21T08:35:00Z.")]
    next: String,
}

impl From<diagnosis::Diagnosis> for Diagnosis {
    fn from(diagnosis: diagnosis::Diagnosis) -> Self {
        let side: Side = diagnosis.side;
        Self {
            code: diagnosis.code,
            summary: diagnosis.summary.into(),
            side: SideName(side),
            advice: diagnosis.advice.into(),
            next: diagnosis.next.into(),
        }
    }
}

impl Attempt {
    /// The answer for these attempts of an organization, each with its diagnosis.
    ///
    /// # Errors
    /// `unavailable` when the store cannot be read.
    pub async fn all(
        service: &Service,
        organization_id: OrganizationId,
        attempts: Vec<delivery::Attempt>,
    ) -> Result<Vec<Self>, Problem> {
        let borrowed: Vec<&delivery::Attempt> = attempts.iter().collect();
        let diagnoses = service.diagnose(organization_id, &borrowed).await?;
        Ok(attempts
            .into_iter()
            .zip(diagnoses)
            .map(|(attempt, diagnosis)| Self::new(attempt, diagnosis.map(Diagnosis::from)))
            .collect())
    }
}
