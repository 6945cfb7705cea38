//! The form of a developer, and removing one with what they bought.

use axum::{extract::State, response::Response};
use bellwire_core::{
    service::{DeveloperPatch, NewDeveloper},
    usage::{Attribute, Developer},
};
use bellwire_web::{AppState, auth::Edit};
use http::StatusCode;

use super::{developer_of, name, path};
use crate::{
    crumbs::crumbs,
    form::Form,
    html,
    navigation::Place,
    pages::{
        ask::AskPage,
        note::Fault,
        seen::is_stale,
        settings::field::Field,
        sheet::{Faults, SheetPage, entries, lines},
        whole::whole,
    },
    refusal::Refusal,
    visit::{Sent, Visit},
};

fn sheet(visit: &Visit<Edit>, form: &Form, former: Option<&Developer>) -> SheetPage {
    let page = visit.page().at(Place::Developers);
    let text = &page.text;
    let slug = visit.slug();
    let list = format!("/portal/{slug}/developers");
    let line = |name, key: &str| Field::line(name, text.t(key), form.text(name));
    let mut fields = vec![
        line("first_name", "developer-first-name"),
        line("last_name", "developer-last-name"),
        line("company", "developer-company"),
        line("applications", "developer-applications")
            .of_kind("area", "off")
            .hint(text.t("developer-applications-hint")),
        line("attributes", "developer-attributes")
            .of_kind("area", "off")
            .hint(text.t("developer-attributes-hint")),
    ];
    let (title, action, back) = match former {
        None => {
            fields.insert(
                0,
                line("email", "developer-email")
                    .of_kind("email", "off")
                    .hint(text.t("developer-email-hint"))
                    .required(),
            );
            (
                text.t("developer-new"),
                format!("/portal/{slug}/new/developer"),
                list.clone(),
            )
        }
        Some(developer) => {
            let own = path(slug, &developer.email);
            (text.t("developer-edit-title"), format!("{own}/edit"), own)
        }
    };
    let mut above = vec![(text.t("developers"), list)];
    above.extend(former.map(|developer| (name(developer), back.clone())));
    above.push((title.clone(), String::new()));
    SheetPage {
        crumbs: crumbs(&page, "menu-catalogue", &above),
        lead: String::new(),
        action,
        fields,
        seen: former
            .map(|developer| shown(developer).word())
            .unwrap_or_default(),
        wrong: None,
        detail: None,
        save: text.t("save"),
        back,
        page: page.clone().titled(title),
    }
}

/// `name: value`, one a line.
fn attributes(form: &Form, wrong: String) -> Result<Vec<Attribute>, Fault> {
    entries(form.text("attributes"))
        .iter()
        .map(|line| match line.split_once(':') {
            Some((name, value)) => Ok(Attribute {
                name: name.trim().to_owned(),
                value: value.trim().to_owned(),
            }),
            None => Err(Fault::new("attributes", wrong.clone())),
        })
        .collect()
}

pub(super) async fn blank(visit: Visit<Edit>) -> Result<Response, Refusal> {
    whole(&visit)?;
    Ok(sheet(&visit, &Form::default(), None).answer(&Faults::default()))
}

pub(super) async fn create(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    whole(&visit)?;
    let attributes = match attributes(&form, visit.text().t("developer-attributes-wrong")) {
        Ok(attributes) => attributes,
        Err(fault) => {
            let faults = Faults::of_fields(vec![fault]);
            return Ok(sheet(&visit, &form, None).answer(&faults));
        }
    };
    let given = |name| Some(form.text(name).trim().to_owned());
    let new = NewDeveloper {
        email: form.text("email").trim().to_owned(),
        first_name: given("first_name"),
        last_name: given("last_name"),
        company: given("company"),
        applications: Some(entries(form.text("applications"))),
        attributes: Some(attributes),
    };
    let made = state
        .service
        .create_developer(visit.slug(), new, visit.by())
        .await;
    match made {
        Ok(kept) => {
            let path = path(visit.slug(), &kept.document.email);
            Ok(html::see(&format!("{path}?done=created")))
        }
        Err(error) => {
            let faults = Faults::of(&visit, error)?;
            Ok(sheet(&visit, &form, None).answer(&faults))
        }
    }
}

/// What the form shows of a developer.
fn shown(developer: &Developer) -> Form {
    let attributes: Vec<String> = developer
        .attributes
        .iter()
        .map(|attribute| format!("{}: {}", attribute.name, attribute.value))
        .collect();
    Form::of([
        ("first_name", developer.first_name.clone()),
        ("last_name", developer.last_name.clone()),
        ("company", developer.company.clone()),
        ("applications", developer.applications.join("\n")),
        ("attributes", attributes.join("\n")),
    ])
}

pub(super) async fn filled(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    whole(&visit)?;
    let developer = developer_of(&state, &visit).await?;
    Ok(sheet(&visit, &shown(&developer), Some(&developer)).answer(&Faults::default()))
}

pub(super) async fn update(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    whole(&visit)?;
    let developer = developer_of(&state, &visit).await?;
    if is_stale(&form, &shown(&developer).word()) {
        let faults = Faults::stale(visit.text());
        return Ok(sheet(&visit, &form, Some(&developer)).answer(&faults));
    }
    // What the API has put into attributes may have lines: what was not touched stays as it is.
    let touched = lines(form.text("attributes")) != lines(shown(&developer).text("attributes"));
    let attributes = match attributes(&form, visit.text().t("developer-attributes-wrong")) {
        _ if !touched => None,
        Ok(attributes) => Some(attributes),
        Err(fault) => {
            let faults = Faults::of_fields(vec![fault]);
            return Ok(sheet(&visit, &form, Some(&developer)).answer(&faults));
        }
    };
    let given = |name| Some(form.text(name).trim().to_owned());
    let patch = DeveloperPatch {
        first_name: given("first_name"),
        last_name: given("last_name"),
        company: given("company"),
        applications: Some(entries(form.text("applications"))),
        attributes,
    };
    let saved = state
        .service
        .update_developer(visit.slug(), &developer.email, patch, visit.by())
        .await;
    match saved {
        Ok(_) => {
            let path = path(visit.slug(), &developer.email);
            Ok(html::see(&format!("{path}?done=saved")))
        }
        Err(error) => {
            let faults = Faults::of(&visit, error)?;
            Ok(sheet(&visit, &form, Some(&developer)).answer(&faults))
        }
    }
}

pub(super) async fn ask_remove(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    whole(&visit)?;
    let developer = developer_of(&state, &visit).await?;
    let page = visit.page().at(Place::Developers);
    let back = path(visit.slug(), &developer.email);
    let asked = AskPage {
        action: format!("{back}/remove"),
        said: page
            .text
            .with("developer-remove-lead", [("name", name(&developer).into())]),
        wrong: None,
        choice: None,
        danger: true,
        confirm: page.t("developer-remove"),
        back,
        page: page.clone().titled(page.t("developer-remove-title")),
    };
    Ok(html::page(&asked, StatusCode::OK, &asked.page.embedding))
}

pub(super) async fn remove(
    State(state): State<AppState>,
    Sent { visit, .. }: Sent,
) -> Result<Response, Refusal> {
    whole(&visit)?;
    let developer = developer_of(&state, &visit).await?;
    state
        .service
        .delete_developer(visit.slug(), &developer.email, visit.by())
        .await
        .map_err(|error| visit.refuse(error))?;
    Ok(html::see(&format!(
        "/portal/{}/developers?done=removed",
        visit.slug()
    )))
}
