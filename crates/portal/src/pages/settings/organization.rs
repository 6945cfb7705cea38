//! The organization: what it is called, how its webhooks behave when they say nothing else, and its
//! end.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{access::Role, organization::Organization, service::OrganizationPatch};
use bellwire_web::auth::{Manage, Operate};
use http::StatusCode;

use super::{AskPage, Server, Tab, Wrong, asked, asked_again, at, done, field::Field, framed};
use crate::{
    form::Form,
    frame::{Link, Page},
    html,
    language::Text,
    navigation::Place,
    pages::{
        seen::{is_stale, told, word},
        settings::form::SettingsForm,
        shown::Choice,
    },
    refusal::Refusal,
    visit::{Sent, Visit},
};

#[derive(Template)]
#[template(path = "settings/organization.html")]
pub(crate) struct OrganizationPage {
    pub(crate) page: Page,
    pub(crate) tabs: Vec<Link>,
    pub(crate) slug: String,
    pub(crate) form: SettingsForm,
    pub(crate) may_delete: bool,
}

/// What stands in the form.
struct Draft {
    name: String,
    profile: String,
    strict: bool,
}

pub(super) async fn show(State(state): Server, visit: Visit<Manage>) -> Response {
    let draft = Draft::of(&visit.tenant.organization);
    shown(&state, &visit, &draft, &Wrong::nothing())
}

pub(super) async fn save(
    State(state): Server,
    Sent { visit, form }: Sent<Manage>,
) -> Result<Response, Refusal> {
    let draft = Draft::sent(&form);
    let now = Draft::of(&visit.tenant.organization).word();
    if is_stale(&form, &now) {
        let wrong = Wrong::said(told(visit.text()), StatusCode::CONFLICT);
        return Ok(shown(&state, &visit, &draft, &wrong));
    }
    let patch = OrganizationPatch {
        name: Some(draft.name.clone()),
        default_profile: Some(draft.profile.clone()),
        strict_event_types: Some(draft.strict),
        ..OrganizationPatch::default()
    };
    let saved = state
        .service
        .update_organization(visit.slug(), patch, visit.by())
        .await;
    match saved {
        Ok(_) => Ok(done(&visit, Tab::Organization, "saved")),
        Err(error) => Ok(shown(&state, &visit, &draft, &Wrong::of(&visit, error)?)),
    }
}

impl Draft {
    fn of(organization: &Organization) -> Self {
        Self {
            name: organization.name.clone(),
            profile: organization.default_profile.clone(),
            strict: organization.strict_event_types,
        }
    }

    fn word(&self) -> String {
        word(&[&self.name, &self.profile, &self.strict.to_string()])
    }

    fn sent(form: &Form) -> Self {
        Self {
            name: form.text("name").trim().to_owned(),
            profile: form.text("default_profile").to_owned(),
            strict: form.checked("strict_event_types"),
        }
    }
}

/// The profiles to choose from, each with what it does.
pub(in crate::pages) fn profiles(
    state: &bellwire_web::AppState,
    text: &Text,
    label: String,
    chosen: &str,
) -> Field {
    let choices = state
        .service
        .profiles()
        .iter()
        .map(|profile| Choice {
            hint: text.said(&profile.described()),
            ..Choice::new(&profile.name, profile.title.clone(), chosen)
        })
        .collect();
    Field::one_of("radio", "default_profile", label, choices)
}

fn shown(
    state: &bellwire_web::AppState,
    visit: &Visit<Manage>,
    draft: &Draft,
    wrong: &Wrong,
) -> Response {
    let (page, tabs) = framed(visit, Tab::Organization);
    let fields = vec![
        Field::line("name", page.t("organization-name"), &draft.name).required(),
        profiles(
            state,
            &page.text,
            page.t("organization-profile"),
            &draft.profile,
        )
        .hint(page.t("organization-profile-hint")),
        Field::check(
            "strict_event_types",
            page.t("organization-strict"),
            draft.strict,
        )
        .hint(page.t("organization-strict-hint")),
    ];
    let shown = OrganizationPage {
        slug: visit.slug().to_owned(),
        form: SettingsForm {
            seen: Draft::of(&visit.tenant.organization).word(),
            ..SettingsForm::new(at(visit, Tab::Organization), page.t("save"), fields, wrong)
        },
        // As the API has it: no role within the organization ends it.
        may_delete: visit.access().platform == Some(Role::Admin),
        tabs,
        page,
    };
    html::page(&shown, wrong.status, &shown.page.embedding)
}

pub(super) async fn ask_delete(visit: Visit<Operate>) -> Response {
    asked(&delete_page(&visit, "", &Wrong::nothing()))
}

pub(super) async fn delete(
    State(state): Server,
    Sent { visit, form }: Sent<Operate>,
) -> Result<Response, Refusal> {
    let typed = form.text("slug").trim();
    if typed != visit.slug() {
        let wrong = Wrong::field("slug", visit.text().t("organization-delete-wrong"));
        let page = delete_page(&visit, typed, &wrong);
        return Ok(asked_again(&page, StatusCode::UNPROCESSABLE_ENTITY));
    }
    state
        .service
        .delete_organization(visit.slug(), visit.by())
        .await
        .map_err(|error| visit.refuse(error))?;
    Ok(html::see("/portal-organizations?done=deleted"))
}

fn delete_page(visit: &Visit<Operate>, typed: &str, wrong: &Wrong) -> AskPage {
    let page = visit.page().at(Place::Settings);
    let title = page.t("organization-delete");
    let label = visit
        .text()
        .with("organization-delete-type", [("slug", visit.slug().into())]);
    let field = Field::line("slug", label, typed)
        .required()
        .told(&wrong.faults);
    AskPage {
        action: format!("/portal/{}/settings/delete", visit.slug()),
        said: page.t("organization-delete-lead"),
        warning: None,
        wrong: None,
        fields: vec![field],
        danger: true,
        confirm: title.clone(),
        back: at(visit, Tab::Organization),
        page: page.titled(title),
    }
}
