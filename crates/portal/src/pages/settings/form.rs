//! A form of the settings: where it goes, what stands in it, what is wrong with it.

use bellwire_core::service::Error;
use bellwire_web::problem::Problem;
use http::StatusCode;

use super::field::Field;
use crate::{pages::note::Fault, refusal::Refusal, spoken::Spoken, visit::Visit};

/// What was wrong with what was sent, when the same form can be sent again with other text in it.
#[derive(Debug, Default)]
pub(in crate::pages) struct Wrong {
    /// By field.
    pub(super) faults: Vec<Fault>,
    /// Where no field is to blame.
    pub(super) said: Option<Spoken>,
    pub(super) status: StatusCode,
}

impl Wrong {
    /// Nothing yet.
    pub(in crate::pages) fn nothing() -> Self {
        Self::default()
    }

    /// Whether nothing is wrong.
    pub(in crate::pages) const fn is_nothing(&self) -> bool {
        self.faults.is_empty() && self.said.is_none()
    }

    /// Fields.
    pub(in crate::pages) fn fields(faults: Vec<Fault>) -> Self {
        Self {
            faults,
            said: None,
            status: StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    pub(super) fn field(field: &str, said: String) -> Self {
        Self::fields(vec![Fault::new(field, said)])
    }

    /// Where no field is to blame.
    pub(super) fn said(said: Spoken, status: StatusCode) -> Self {
        Self {
            faults: Vec::new(),
            said: Some(said),
            status,
        }
    }

    /// What the rules said; a page of its own for what no form can mend.
    pub(super) fn of<R>(visit: &Visit<R>, error: Error) -> Result<Self, Refusal> {
        match error {
            Error::Invalid(errors) => Ok(Self::fields(Fault::all(visit.text(), &errors))),
            Error::Conflict { .. } | Error::TooMany { .. } => {
                let problem = Problem::from(error);
                let said = visit.text().said(&problem.detail);
                Ok(Self::said(said, problem.code.status()))
            }
            error => Err(visit.refuse(error)),
        }
    }
}

/// A form.
#[derive(Debug, Clone)]
pub(crate) struct SettingsForm {
    /// Where it is sent.
    pub(crate) action: String,
    /// What is wrong, where no field is to blame.
    pub(crate) wrong: Option<Spoken>,
    /// What it shows of what there is; empty where nobody else changes it.
    pub(crate) seen: String,
    /// Its fields.
    pub(crate) fields: Vec<Field>,
    /// What its button says.
    pub(crate) confirm: String,
}

impl SettingsForm {
    pub(in crate::pages) fn new(
        action: String,
        confirm: String,
        fields: Vec<Field>,
        wrong: &Wrong,
    ) -> Self {
        Self {
            action,
            seen: String::new(),
            wrong: wrong.said.clone().or_else(|| stray(&fields, wrong)),
            fields: fields
                .into_iter()
                .map(|field| field.told(&wrong.faults))
                .collect(),
            confirm,
        }
    }
}

/// What is wrong with something that the form has no field for: nothing is kept from the reader.
fn stray(fields: &[Field], wrong: &Wrong) -> Option<Spoken> {
    let is_told = |fault: &&Fault| fields.iter().any(|field| fault.is_of(field.name));
    let left = wrong.faults.iter().filter(|fault| !is_told(fault));
    let left: Spoken = left.map(|fault| fault.said.clone()).collect();
    (!left.text.is_empty()).then_some(left)
}
