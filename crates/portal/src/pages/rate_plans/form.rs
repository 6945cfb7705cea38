//! The form of a rate plan. It starts as a draft, unless it is published at once; from then on
//! publishing is a button of its page.

use axum::{extract::State, response::Response};
use bellwire_core::{
    ports::Window,
    service::{NewRatePlan, RatePlanPatch},
    usage::{MAX_MONTHS, RatePlan},
};
use bellwire_web::{AppState, auth::Edit};

use super::{path, plan_of};
use crate::{
    crumbs::crumbs,
    form::Form,
    html,
    navigation::Place,
    pages::{
        note::Fault,
        seen::is_stale,
        settings::field::Field,
        sheet::{Faults, SheetPage, lines},
        shown::Choice,
        whole::whole,
    },
    refusal::Refusal,
    visit::{Sent, Visit},
};

/// The most packages that can be chosen from. Of more, a plan is made from its package's own place in
/// the list of packages.
const MAX_PACKAGES: usize = 200;

async fn sheet(
    state: &AppState,
    visit: &Visit<Edit>,
    form: &Form,
    former: Option<&RatePlan>,
) -> Result<SheetPage, Refusal> {
    let page = visit.page().at(Place::RatePlans);
    let text = &page.text;
    let slug = visit.slug();
    let list = format!("/portal/{slug}/rate-plans");
    let months = Field::line("months", text.t("plan-months-label"), form.text("months"))
        .hint(text.with("plan-months-hint", [("most", MAX_MONTHS.into())]))
        .required();
    let name = Field::line("name", text.t("plan-name"), form.text("name")).required();
    let description = Field::line(
        "description",
        text.t("plan-description"),
        form.text("description"),
    )
    .of_kind("area", "off");
    let (title, action, back, fields) = match former {
        None => {
            let package = Field::one_of(
                "select",
                "package",
                text.t("column-package"),
                packages(state, visit, form.text("package")).await?,
            );
            let id = Field::line("id", text.t("plan-id"), form.text("id")).hint(text.t("id-hint"));
            let published = Field::check(
                "published",
                text.t("plan-publish-now"),
                form.checked("published"),
            )
            .hint(text.t("plan-publish-hint"));
            (
                text.t("plan-new"),
                format!("/portal/{slug}/new/rate-plan"),
                list.clone(),
                vec![package.required(), name, months, description, id, published],
            )
        }
        Some(plan) => {
            let own = path(slug, &plan.id);
            (
                text.t("plan-edit-title"),
                format!("{own}/edit"),
                own,
                vec![name, months, description],
            )
        }
    };
    let mut above = vec![(text.t("menu-rate-plans"), list)];
    above.extend(former.map(|plan| (plan.name.clone(), back.clone())));
    above.push((title.clone(), String::new()));
    Ok(SheetPage {
        crumbs: crumbs(&page, "menu-plans", &above),
        lead: String::new(),
        action,
        fields,
        seen: former.map(|plan| shown(plan).word()).unwrap_or_default(),
        wrong: None,
        detail: None,
        save: text.t("save"),
        back,
        page: page.clone().titled(title),
    })
}

async fn packages(
    state: &AppState,
    visit: &Visit<Edit>,
    chosen: &str,
) -> Result<Vec<Choice>, Refusal> {
    let window = Window {
        offset: 0,
        limit: MAX_PACKAGES,
    };
    let (service, slug) = (&state.service, visit.slug());
    let listed = service.packages(slug, None, window).await;
    let listed = listed.map_err(|error| visit.refuse(error))?;
    let mut choices: Vec<Choice> = listed
        .items
        .into_iter()
        .map(|kept| Choice::new(&kept.document.id, kept.document.name, chosen))
        .collect();
    if !chosen.is_empty()
        && choices.iter().all(|choice| !choice.checked)
        && let Ok(kept) = service.package(slug, chosen).await
    {
        choices.push(Choice::new(chosen, kept.document.name, chosen));
    }
    Ok(choices)
}

/// The number of months that was sent.
fn months(form: &Form, faults: &mut Vec<Fault>, wrong: String) -> u64 {
    form.text("months").trim().parse().unwrap_or_else(|_| {
        faults.push(Fault::new("months", wrong));
        1
    })
}

pub(super) async fn blank(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    whole(&visit)?;
    let form = Form::of([
        ("months", "1".to_owned()),
        ("package", visit.query.text("package").to_owned()),
    ]);
    let sheet = sheet(&state, &visit, &form, None).await?;
    // Without a package there is nothing to sell: that one comes first.
    let has_packages = sheet
        .fields
        .iter()
        .any(|field| field.name == "package" && !field.choices.is_empty());
    if !has_packages {
        return Ok(html::see(&format!("/portal/{}/new/package", visit.slug())));
    }
    Ok(sheet.answer(&Faults::default()))
}

pub(super) async fn create(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    whole(&visit)?;
    let mut faults = Vec::new();
    let wrong = visit
        .text()
        .with("plan-months-wrong", [("most", MAX_MONTHS.into())]);
    let new = NewRatePlan {
        id: form.given("id").map(str::to_owned),
        package: form.text("package").to_owned(),
        name: form.text("name").trim().to_owned(),
        description: Some(lines(form.text("description"))),
        months: Some(months(&form, &mut faults, wrong)),
        published: Some(form.checked("published")),
    };
    if !faults.is_empty() {
        let sheet = sheet(&state, &visit, &form, None).await?;
        return Ok(sheet.answer(&Faults::of_fields(faults)));
    }
    let made = state
        .service
        .create_rate_plan(visit.slug(), new, visit.by())
        .await;
    match made {
        Ok(kept) => {
            let path = path(visit.slug(), &kept.document.id);
            Ok(html::see(&format!("{path}?done=created")))
        }
        Err(error) => {
            let faults = Faults::of(&visit, error)?;
            Ok(sheet(&state, &visit, &form, None).await?.answer(&faults))
        }
    }
}

pub(super) async fn filled(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    whole(&visit)?;
    let plan = plan_of(&state, &visit).await?.document;
    let sheet = sheet(&state, &visit, &shown(&plan), Some(&plan)).await?;
    Ok(sheet.answer(&Faults::default()))
}

/// What the form shows of a rate plan.
fn shown(plan: &RatePlan) -> Form {
    Form::of([
        ("name", plan.name.clone()),
        ("months", plan.months.get().to_string()),
        ("description", plan.description.clone()),
    ])
}

pub(super) async fn update(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    whole(&visit)?;
    let plan = plan_of(&state, &visit).await?.document;
    if is_stale(&form, &shown(&plan).word()) {
        let sheet = sheet(&state, &visit, &form, Some(&plan)).await?;
        return Ok(sheet.answer(&Faults::stale(visit.text())));
    }
    let mut faults = Vec::new();
    let wrong = visit
        .text()
        .with("plan-months-wrong", [("most", MAX_MONTHS.into())]);
    let patch = RatePlanPatch {
        name: Some(form.text("name").trim().to_owned()),
        description: Some(lines(form.text("description"))),
        months: Some(months(&form, &mut faults, wrong)),
        published: None,
    };
    if !faults.is_empty() {
        let sheet = sheet(&state, &visit, &form, Some(&plan)).await?;
        return Ok(sheet.answer(&Faults::of_fields(faults)));
    }
    let saved = state
        .service
        .update_rate_plan(visit.slug(), &visit.id, patch, visit.by())
        .await;
    match saved {
        Ok(_) => {
            let path = path(visit.slug(), &visit.id);
            Ok(html::see(&format!("{path}?done=saved")))
        }
        Err(error) => {
            let faults = Faults::of(&visit, error)?;
            let sheet = sheet(&state, &visit, &form, Some(&plan)).await?;
            Ok(sheet.answer(&faults))
        }
    }
}
