//! The form of a package, and deleting one that has no rate plans.

use axum::{extract::State, response::Response};
use bellwire_core::{
    service::{Error, NewPackage, PackagePatch},
    usage::Package,
};
use bellwire_web::{AppState, auth::Edit};
use http::StatusCode;

use super::path;
use crate::{
    crumbs::crumbs,
    form::Form,
    html,
    navigation::Place,
    pages::{
        ask::AskPage,
        seen::is_stale,
        settings::field::Field,
        sheet::{Faults, SheetPage, entries, lines},
        whole::whole,
    },
    refusal::Refusal,
    visit::{Sent, Visit},
};

fn sheet(visit: &Visit<Edit>, form: &Form, former: Option<&Package>) -> SheetPage {
    let page = visit.page().at(Place::Packages);
    let text = &page.text;
    let slug = visit.slug();
    let list = format!("/portal/{slug}/packages");
    let mut fields = vec![
        Field::line("name", text.t("plan-name"), form.text("name")).required(),
        Field::line(
            "products",
            text.t("package-products"),
            form.text("products"),
        )
        .of_kind("area", "off")
        .hint(text.t("package-products-hint")),
        Field::line(
            "description",
            text.t("plan-description"),
            form.text("description"),
        )
        .of_kind("area", "off"),
    ];
    let (title, action) = match former {
        None => {
            fields.push(
                Field::line("id", text.t("plan-id"), form.text("id")).hint(text.t("id-hint")),
            );
            (text.t("package-new"), format!("/portal/{slug}/new/package"))
        }
        Some(package) => (
            text.t("package-edit-title"),
            format!("{}/edit", path(slug, &package.id)),
        ),
    };
    let above = [
        (text.t("menu-packages"), list.clone()),
        (
            former.map_or_else(|| title.clone(), |package| package.name.clone()),
            String::new(),
        ),
    ];
    SheetPage {
        crumbs: crumbs(&page, "menu-catalogue", &above),
        lead: match former {
            None => text.t("package-lead"),
            Some(_) => String::new(),
        },
        action,
        fields,
        seen: former
            .map(|package| shown(package).word())
            .unwrap_or_default(),
        wrong: None,
        detail: None,
        save: text.t("save"),
        back: list,
        page: page.clone().titled(title),
    }
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
    let new = NewPackage {
        id: form.given("id").map(str::to_owned),
        name: form.text("name").trim().to_owned(),
        description: Some(lines(form.text("description"))),
        products: Some(entries(form.text("products"))),
    };
    let made = state
        .service
        .create_package(visit.slug(), new, visit.by())
        .await;
    match made {
        Ok(_) => Ok(html::see(&format!(
            "/portal/{}/packages?done=created",
            visit.slug()
        ))),
        Err(error) => {
            let faults = Faults::of(&visit, error)?;
            Ok(sheet(&visit, &form, None).answer(&faults))
        }
    }
}

async fn package(state: &AppState, visit: &Visit<Edit>) -> Result<Package, Refusal> {
    whole(visit)?;
    let found = state.service.package(visit.slug(), &visit.id).await;
    Ok(found.map_err(|error| visit.refuse(error))?.document)
}

pub(super) async fn filled(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    let package = package(&state, &visit).await?;
    Ok(sheet(&visit, &shown(&package), Some(&package)).answer(&Faults::default()))
}

/// What the form shows of a package.
fn shown(package: &Package) -> Form {
    Form::of([
        ("name", package.name.clone()),
        ("description", package.description.clone()),
        ("products", package.products.join("\n")),
    ])
}

pub(super) async fn update(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    let package = package(&state, &visit).await?;
    if is_stale(&form, &shown(&package).word()) {
        let faults = Faults::stale(visit.text());
        return Ok(sheet(&visit, &form, Some(&package)).answer(&faults));
    }
    let patch = PackagePatch {
        name: Some(form.text("name").trim().to_owned()),
        description: Some(lines(form.text("description"))),
        products: Some(entries(form.text("products"))),
    };
    let saved = state
        .service
        .update_package(visit.slug(), &package.id, patch, visit.by())
        .await;
    match saved {
        Ok(_) => Ok(html::see(&format!(
            "/portal/{}/packages?done=saved",
            visit.slug()
        ))),
        Err(error) => {
            let faults = Faults::of(&visit, error)?;
            Ok(sheet(&visit, &form, Some(&package)).answer(&faults))
        }
    }
}

fn remove_page(visit: &Visit<Edit>, package: &Package) -> AskPage {
    let page = visit.page().at(Place::Packages);
    let name = package.name.as_str();
    AskPage {
        action: format!("{}/remove", path(visit.slug(), &package.id)),
        said: page
            .text
            .with("package-remove-lead", [("name", name.into())]),
        wrong: None,
        choice: None,
        danger: true,
        confirm: page.t("plan-delete"),
        back: format!("/portal/{}/packages", visit.slug()),
        page: page.clone().titled(page.t("package-remove-title")),
    }
}

pub(super) async fn ask_remove(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    let package = package(&state, &visit).await?;
    let asked = remove_page(&visit, &package);
    Ok(html::page(&asked, StatusCode::OK, &asked.page.embedding))
}

pub(super) async fn remove(
    State(state): State<AppState>,
    Sent { visit, .. }: Sent,
) -> Result<Response, Refusal> {
    let package = package(&state, &visit).await?;
    let removed = state
        .service
        .delete_package(visit.slug(), &package.id, visit.by())
        .await;
    match removed {
        Ok(()) => Ok(html::see(&format!(
            "/portal/{}/packages?done=removed",
            visit.slug()
        ))),
        Err(Error::Conflict { .. }) => {
            let mut asked = remove_page(&visit, &package);
            asked.wrong = Some(asked.page.t("package-in-use"));
            Ok(html::page(
                &asked,
                StatusCode::CONFLICT,
                &asked.page.embedding,
            ))
        }
        Err(error) => Err(visit.refuse(error)),
    }
}
