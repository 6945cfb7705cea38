//! The form of an event type of the organization's own: name, description, example, schema. What is
//! wrong comes back at its field, in JSON with line and column.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    organization::EventType,
    service::{EventTypePatch, FieldError, NewEventType},
};
use bellwire_web::{
    AppState,
    auth::Produce,
    problem::{Code, Problem},
};
use http::StatusCode;

use super::wrong::{placed, read};
use crate::{
    form::Form,
    frame::Page,
    html,
    navigation::Place,
    pages::{
        note::{Fault, Note},
        seen::{is_stale, told, word},
    },
    refusal::Refusal,
    spoken::Spoken,
    visit::{Sent, Visit},
};

/// What is typed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) example: String,
    pub(crate) schema: String,
}

#[derive(Template)]
#[template(path = "event-types/form.html")]
pub(crate) struct FormPage {
    pub(crate) page: Page,
    pub(crate) action: String,
    pub(crate) back: String,
    /// Its name stays as it is.
    pub(crate) exists: bool,
    /// What it shows of what there is.
    pub(crate) seen: String,
    pub(crate) draft: Draft,
    pub(crate) name_note: Note,
    pub(crate) description_note: Note,
    pub(crate) example_note: Note,
    pub(crate) schema_note: Note,
    pub(crate) wrong: Option<String>,
    /// Somebody else was faster.
    pub(crate) stale: Option<Spoken>,
}

impl Draft {
    fn sent(form: &Form) -> Self {
        // A browser sends lines as CR LF; what is stored is what was typed.
        let text = |name| form.text(name).replace("\r\n", "\n");
        Self {
            name: form.text("name").trim().to_owned(),
            description: text("description").trim().to_owned(),
            example: text("example"),
            schema: text("schema"),
        }
    }

    fn of(event_type: &EventType) -> Self {
        let text = |raw: &Option<Box<serde_json::value::RawValue>>| {
            raw.as_ref()
                .map_or_else(String::new, |raw| raw.get().to_owned())
        };
        Self {
            name: event_type.name.clone(),
            description: event_type.description.clone(),
            example: text(&event_type.example),
            schema: text(&event_type.schema),
        }
    }

    fn word(&self) -> String {
        word(&[&self.description, &self.example, &self.schema])
    }

    /// What is to be made of it.
    fn wanted(&self) -> Result<NewEventType, Vec<FieldError>> {
        let schema = read("schema", &self.schema);
        let example = read("example", &self.example);
        match (schema, example) {
            (Ok(schema), Ok(example)) => Ok(NewEventType {
                name: self.name.clone(),
                description: Some(self.description.clone()),
                schema,
                example,
            }),
            (schema, example) => Err([schema.err(), example.err()]
                .into_iter()
                .flatten()
                .collect()),
        }
    }
}

fn lay_out(
    visit: &Visit<Produce>,
    draft: Draft,
    former: Option<&EventType>,
    errors: Vec<FieldError>,
) -> FormPage {
    let page = visit.page().at(Place::EventTypes);
    let list = format!("/portal/{}/event-types", visit.slug());
    let errors: Vec<FieldError> = errors
        .into_iter()
        .map(|error| placed(error, &draft.schema, &draft.example))
        .collect();
    let faults = Fault::all(&page.text, &errors);
    let wrong = (!errors.is_empty()).then(|| {
        let count = errors.len().into();
        page.text.with("form-wrong", [("count", count)])
    });
    let (action, back, title) = match former {
        Some(former) => {
            let path = super::path(visit, &former.name);
            (format!("{path}/edit"), path, page.t("event-type-edit"))
        }
        None => (
            format!("/portal/{}/new-event-type", visit.slug()),
            list,
            page.t("event-type-new"),
        ),
    };
    FormPage {
        page: page.titled(title),
        action,
        back,
        exists: former.is_some(),
        seen: former
            .map(|former| Draft::of(former).word())
            .unwrap_or_default(),
        stale: None,
        name_note: Note::of("name", &faults),
        description_note: Note::of("description", &faults),
        example_note: Note::of("example", &faults),
        schema_note: Note::of("schema", &faults),
        wrong,
        draft,
    }
}

fn again(
    visit: &Visit<Produce>,
    draft: Draft,
    former: Option<&EventType>,
    errors: Vec<FieldError>,
) -> Response {
    let shown = lay_out(visit, draft, former, errors);
    html::page(&shown, Code::InvalidRequest.status(), &shown.page.embedding)
}

/// What the rules say, field by field; anything else is a refusal.
fn faults(visit: &Visit<Produce>, problem: Problem) -> Result<Vec<FieldError>, Refusal> {
    match problem.code {
        Code::InvalidRequest => Ok(problem
            .errors
            .into_iter()
            .map(|error| FieldError::new(error.field, error.message))
            .collect()),
        Code::EventTypeTaken => Ok(vec![FieldError::new("name", problem.detail)]),
        _ => Err(visit.refuse(problem)),
    }
}

/// `GET /portal/{org}/new-event-type`
pub(super) async fn blank(visit: Visit<Produce>) -> Response {
    let draft = Draft {
        name: visit.query.text("name").to_owned(),
        ..Draft::default()
    };
    let shown = lay_out(&visit, draft, None, Vec::new());
    html::page(&shown, StatusCode::OK, &shown.page.embedding)
}

/// `POST /portal/{org}/new-event-type`
pub(super) async fn create(
    State(state): State<AppState>,
    Sent { visit, form }: Sent<Produce>,
) -> Result<Response, Refusal> {
    let draft = Draft::sent(&form);
    let new = match draft.wanted() {
        Ok(new) => new,
        Err(errors) => return Ok(again(&visit, draft, None, errors)),
    };
    let made = state
        .service
        .create_event_type(Some(visit.slug()), new, visit.by())
        .await;
    match made.map_err(Problem::from) {
        Ok(made) => {
            let path = super::path(&visit, &made.name);
            Ok(html::see(&format!("{path}?done=created")))
        }
        Err(problem) => {
            let errors = faults(&visit, problem)?;
            Ok(again(&visit, draft, None, errors))
        }
    }
}

/// `GET …/edit`
pub(super) async fn filled(
    State(state): State<AppState>,
    visit: Visit<Produce>,
) -> Result<Response, Refusal> {
    let entry = super::own(&state, &visit)?;
    let former = &entry.event_type;
    let shown = lay_out(&visit, Draft::of(former), Some(former), Vec::new());
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

/// `POST …/edit`
pub(super) async fn update(
    State(state): State<AppState>,
    Sent { visit, form }: Sent<Produce>,
) -> Result<Response, Refusal> {
    let entry = super::own(&state, &visit)?;
    let former = &entry.event_type;
    let name = &former.name;
    let draft = Draft {
        name: name.clone(),
        ..Draft::sent(&form)
    };
    if is_stale(&form, &Draft::of(former).word()) {
        let mut shown = lay_out(&visit, draft, Some(former), Vec::new());
        shown.stale = Some(told(visit.text()));
        return Ok(html::page(
            &shown,
            StatusCode::CONFLICT,
            &shown.page.embedding,
        ));
    }
    let wanted = match draft.wanted() {
        Ok(wanted) => wanted,
        Err(errors) => return Ok(again(&visit, draft, Some(former), errors)),
    };
    let patch = EventTypePatch {
        description: wanted.description,
        schema: Some(wanted.schema),
        example: Some(wanted.example),
    };
    let saved = state
        .service
        .update_event_type(Some(visit.slug()), name, patch, visit.by())
        .await;
    match saved.map_err(Problem::from) {
        Ok(_) => {
            let path = super::path(&visit, name);
            Ok(html::see(&format!("{path}?done=saved")))
        }
        Err(problem) => {
            let errors = faults(&visit, problem)?;
            Ok(again(&visit, draft, Some(former), errors))
        }
    }
}
