//! A simple form: fields one below the other, what is wrong at each, Save and Cancel. Packages, rate
//! plans, developers and what they bought are made and changed with it.

use askama::Template;
use axum::response::Response;
use bellwire_core::service::Error;
use bellwire_web::problem::Problem;
use http::StatusCode;

use super::{note::Fault, seen, settings::field::Field};
use crate::{
    frame::{Link, Page},
    html,
    language::Text,
    refusal::Refusal,
    spoken::Spoken,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "sheet.html")]
pub(crate) struct SheetPage {
    pub(crate) page: Page,
    pub(crate) crumbs: Vec<Link>,
    pub(crate) lead: String,
    pub(crate) action: String,
    pub(crate) fields: Vec<Field>,
    /// What it shows of what there is; empty for something new.
    pub(crate) seen: String,
    /// How many fields are wrong, in words.
    pub(crate) wrong: Option<String>,
    /// What no field is to blame for.
    pub(crate) detail: Option<Spoken>,
    pub(crate) save: String,
    pub(crate) back: String,
}

/// What was wrong with what was sent, when the same form can be sent again with other text in it.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// By field.
    pub(crate) fields: Vec<Fault>,
    /// Where no field is to blame.
    pub(crate) detail: Option<Spoken>,
    status: StatusCode,
}

impl Faults {
    /// Some fields.
    pub(crate) fn of_fields(fields: Vec<Fault>) -> Self {
        Self {
            fields,
            detail: None,
            status: StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// Somebody else was faster.
    pub(crate) fn stale(text: &Text) -> Self {
        Self {
            detail: Some(seen::told(text)),
            status: StatusCode::CONFLICT,
            ..Self::default()
        }
    }

    /// What the rules said; a page of its own for what no form can mend.
    pub(crate) fn of<R>(visit: &Visit<R>, error: Error) -> Result<Self, Refusal> {
        match error {
            Error::Invalid(errors) => Ok(Self::of_fields(Fault::all(visit.text(), &errors))),
            Error::Conflict { .. } => {
                let problem = Problem::from(error);
                Ok(Self {
                    fields: Vec::new(),
                    status: problem.code.status(),
                    detail: Some(visit.text().said(&problem.detail)),
                })
            }
            error => Err(visit.refuse(error)),
        }
    }
}

impl SheetPage {
    /// The form, with what is wrong in it.
    pub(crate) fn answer(mut self, faults: &Faults) -> Response {
        let is_told = |fault: &&Fault| self.fields.iter().any(|field| fault.is_of(field.name));
        let others: Vec<&Fault> = faults
            .fields
            .iter()
            .filter(|fault| !is_told(fault))
            .collect();
        self.fields = self
            .fields
            .into_iter()
            .map(|field| field.told(&faults.fields))
            .collect();
        let count = self.fields.iter().filter(|field| field.note.wrong).count();
        self.wrong = (count > 0).then(|| {
            let text = &self.page.text;
            text.with("form-wrong", [("count", count.into())])
        });
        // What no field of this form shows is told above it.
        let others = others.into_iter().flat_map(|fault| {
            let field = Spoken::from(format!("`{}`:", fault.field));
            [field, fault.said.clone()]
        });
        let detail: Spoken = others.chain(faults.detail.clone()).collect();
        self.detail = (!detail.text.is_empty()).then_some(detail);
        html::page(&self, faults.status, &self.page.embedding)
    }
}

/// Text of several lines as it is kept: browsers send another end of line.
pub(crate) fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").trim_end().to_owned()
}

/// One entry a line; empty lines are none.
pub(crate) fn entries(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}
