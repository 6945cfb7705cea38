//! A simple form: fields one below the other, what is wrong at each, Save and Cancel. Packages, rate
//! plans, developers and what they bought are made and changed with it.

use askama::Template;
use axum::response::Response;
use bellwire_core::service::{Error, FieldError};
use bellwire_web::problem::Problem;
use http::StatusCode;

use super::{note::sentence, settings::field::Field};
use crate::{
    frame::{Link, Page},
    html,
    refusal::Refusal,
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
    /// How many fields are wrong, in words.
    pub(crate) wrong: Option<String>,
    /// What no field is to blame for, in the words of the rules.
    pub(crate) detail: Option<String>,
    pub(crate) save: String,
    pub(crate) back: String,
}

/// What was wrong with what was sent, when the same form can be sent again with other text in it.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// By field.
    pub(crate) fields: Vec<FieldError>,
    /// Where no field is to blame.
    pub(crate) detail: Option<String>,
    /// It is said in the reader's language, not in the words of the rules.
    ours: bool,
    status: StatusCode,
}

impl Faults {
    /// Some fields, in the reader's language.
    pub(crate) fn of_fields(fields: Vec<FieldError>) -> Self {
        Self {
            fields,
            detail: None,
            ours: true,
            status: StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// What the rules said; a page of its own for what no form can mend.
    pub(crate) fn of<R>(visit: &Visit<R>, error: Error) -> Result<Self, Refusal> {
        match error {
            Error::Invalid(fields) => Ok(Self {
                ours: false,
                ..Self::of_fields(fields)
            }),
            Error::Conflict { .. } => {
                let problem = Problem::from(error);
                Ok(Self {
                    fields: Vec::new(),
                    ours: false,
                    status: problem.code.status(),
                    detail: Some(sentence(&problem.detail)),
                })
            }
            error => Err(visit.refuse(error)),
        }
    }
}

impl SheetPage {
    /// The form, with what is wrong in it.
    pub(crate) fn answer(mut self, faults: &Faults) -> Response {
        let (known, others): (Vec<FieldError>, Vec<FieldError>) =
            faults.fields.iter().cloned().partition(|fault| {
                let base = fault.field.split(['[', '.']).next();
                self.fields.iter().any(|field| Some(field.name) == base)
            });
        self.fields = self
            .fields
            .into_iter()
            .map(|field| field.told(&known))
            .collect();
        for field in &mut self.fields {
            field.note.foreign &= !faults.ours;
        }
        let count = self.fields.iter().filter(|field| field.note.wrong).count();
        self.wrong = (count > 0).then(|| {
            let text = &self.page.text;
            text.with("form-wrong", [("count", count.into())])
        });
        // What no field of this form shows is told above it.
        let mut details: Vec<String> = others
            .iter()
            .map(|fault| sentence(&format!("{}: {}", fault.field, fault.message)))
            .collect();
        details.extend(faults.detail.clone());
        self.detail = (!details.is_empty()).then(|| details.join(" "));
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
