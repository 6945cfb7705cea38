//! Making an organization.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    profile::DEFAULT_PROFILE,
    service::{Error, NewOrganization},
};
use bellwire_web::{AppState, problem::Problem};
use http::StatusCode;

use crate::{
    frame::Page,
    html,
    pages::{
        note::Fault,
        settings::{
            field::Field,
            form::{SettingsForm, Wrong},
            organization::profiles,
        },
    },
    refusal::Refusal,
    somebody::{ORGANIZATIONS, Somebody, Wrote},
};

#[derive(Template)]
#[template(path = "organizations/new.html")]
pub(crate) struct NewPage {
    pub(crate) page: Page,
    pub(crate) form: SettingsForm,
}

pub(super) async fn show(
    State(state): State<AppState>,
    somebody: Somebody,
) -> Result<Response, Refusal> {
    somebody.must_operate()?;
    let new = NewOrganization {
        default_profile: Some(DEFAULT_PROFILE.to_owned()),
        ..NewOrganization::default()
    };
    Ok(shown(&state, &somebody, &new, &Wrong::nothing()))
}

pub(super) async fn submit(
    State(state): State<AppState>,
    Wrote { somebody, form }: Wrote,
) -> Result<Response, Refusal> {
    somebody.must_operate()?;
    let new = NewOrganization {
        slug: form.text("slug").trim().to_owned(),
        name: form.given("name").map(str::to_owned),
        default_profile: Some(form.text("default_profile").to_owned()),
        strict_event_types: None,
    };
    let by = &somebody.principal.actor;
    let wrong = match state.service.create_organization(new.clone(), by).await {
        Ok(made) => return Ok(html::see(&format!("/portal/{}/webhooks", made.slug))),
        Err(Error::Invalid(errors)) => Wrong::fields(Fault::all(somebody.text(), &errors)),
        Err(error @ Error::Conflict { .. }) => {
            let said = somebody.text().said(&Problem::from(error).detail);
            Wrong::fields(vec![Fault::new("slug", said)])
        }
        Err(error) => return Err(somebody.refuse(error)),
    };
    Ok(shown(&state, &somebody, &new, &wrong))
}

fn shown(state: &AppState, somebody: &Somebody, new: &NewOrganization, wrong: &Wrong) -> Response {
    let page = somebody.page();
    let profile = new.default_profile.as_deref().unwrap_or_default();
    let fields = vec![
        Field::line("slug", page.t("organizations-slug"), &new.slug)
            .hint(page.t("organizations-slug-hint"))
            .placeholder("acme-travel")
            .required(),
        Field::line(
            "name",
            page.t("organization-name"),
            new.name.as_deref().unwrap_or_default(),
        )
        .hint(page.t("organizations-name-hint")),
        profiles(state, &page.text, page.t("organization-profile"), profile)
            .hint(page.t("organization-profile-hint")),
    ];
    let action = format!("{ORGANIZATIONS}/new");
    let title = page.t("organizations-new");
    let shown = NewPage {
        form: SettingsForm::new(action, title.clone(), fields, wrong),
        page: page.titled(title),
    };
    let status = match wrong.is_nothing() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    html::page(&shown, status, &shown.page.embedding)
}
