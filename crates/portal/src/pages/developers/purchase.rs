//! The form of what a developer has bought: which rate plan, with which target, from when to when.
//! Times are UTC, as periods are.

use axum::{extract::State, response::Response};
use bellwire_core::{
    ports::Window,
    service::{DeveloperPlanPatch, NewDeveloperPlan},
    time::Time,
    usage::DeveloperPlan,
};
use bellwire_web::{AppState, auth::Edit};

use super::{
    bought::{bought_of, plan_of, title},
    bought_path,
};
use crate::{
    crumbs::crumbs,
    form::Form,
    html,
    navigation::Place,
    pages::{
        note::Fault,
        seen::is_stale,
        settings::field::Field,
        sheet::{Faults, SheetPage},
        shown::Choice,
        whole::whole,
    },
    refusal::Refusal,
    visit::{Sent, Visit},
};

/// The most rate plans that can be chosen from. Of more, a purchase is made from its plan's own page.
const MAX_PLANS: usize = 200;

async fn sheet(
    state: &AppState,
    visit: &Visit<Edit>,
    form: &Form,
    former: Option<&DeveloperPlan>,
) -> Result<SheetPage, Refusal> {
    let page = visit.page().at(Place::Developers);
    let text = &page.text;
    let slug = visit.slug();
    let line = |name, key: &str| Field::line(name, text.t(key), form.text(name));
    let mut fields = vec![
        line("quota_target", "bought-target")
            .hint(text.t("bought-target-hint"))
            .required(),
        line("start", "bought-start")
            .of_kind("datetime-local", "off")
            .hint(text.t("bought-start-hint"))
            .required(),
        line("end", "bought-end")
            .of_kind("datetime-local", "off")
            .hint(text.t("bought-end-hint")),
    ];
    let developers = format!("/portal/{slug}/developers");
    let (title, action, back) = match former {
        None => {
            let plans = plans(state, visit, form.text("rate_plan")).await?;
            let plan = Field::one_of("select", "rate_plan", text.t("column-plan"), plans);
            fields.insert(0, plan.required());
            fields.insert(
                0,
                line("developer", "developer-email")
                    .of_kind("email", "off")
                    .hint(text.t("bought-developer-hint"))
                    .required(),
            );
            (
                text.t("bought-new"),
                format!("/portal/{slug}/new/developer-rate-plan"),
                match form.given("developer") {
                    Some(email) => super::path(slug, email),
                    None => developers.clone(),
                },
            )
        }
        Some(bought) => {
            let plan = plan_of(state, visit, bought).await?;
            let own = bought_path(slug, bought.id);
            (title(&plan, bought), format!("{own}/edit"), own)
        }
    };
    let above = [
        (text.t("developers"), developers),
        (title.clone(), String::new()),
    ];
    Ok(SheetPage {
        crumbs: crumbs(&page, "menu-catalogue", &above),
        lead: String::new(),
        action,
        fields,
        seen: former
            .map(|bought| shown(bought).word())
            .unwrap_or_default(),
        wrong: None,
        detail: None,
        save: text.t("save"),
        back,
        page: page.clone().titled(title),
    })
}

async fn plans(
    state: &AppState,
    visit: &Visit<Edit>,
    chosen: &str,
) -> Result<Vec<Choice>, Refusal> {
    let window = Window {
        offset: 0,
        limit: MAX_PLANS,
    };
    let (service, slug) = (&state.service, visit.slug());
    let listed = service.rate_plans(slug, None, window).await;
    let listed = listed.map_err(|error| visit.refuse(error))?;
    let named = |id: &str, name: &str| Choice::new(id, format!("{name} ({id})"), chosen);
    let mut choices: Vec<Choice> = listed
        .items
        .iter()
        .map(|kept| named(&kept.document.id, &kept.document.name))
        .collect();
    if !chosen.is_empty()
        && choices.iter().all(|choice| !choice.checked)
        && let Ok(kept) = service.rate_plan(slug, chosen).await
    {
        choices.push(named(chosen, &kept.document.name));
    }
    Ok(choices)
}

/// A time as a field of the kind `datetime-local` has it: UTC, to the second where it has some.
fn local(time: Time) -> String {
    let text = time.to_string();
    let second = text.get(..19).unwrap_or(&text);
    second.strip_suffix(":00").unwrap_or(second).to_owned()
}

/// The time of such a field.
fn time(form: &Form, name: &str, wrong: String) -> Result<Option<Time>, Fault> {
    let Some(written) = form.given(name) else {
        return Ok(None);
    };
    [format!("{written}:00Z"), format!("{written}Z")]
        .iter()
        .find_map(|text| text.parse().ok())
        .map(Some)
        .ok_or_else(|| Fault::new(name, wrong))
}

/// Target, start and end that were sent.
type Terms = (u64, Option<Time>, Option<Time>);

fn terms(visit: &Visit<Edit>, form: &Form) -> Result<Terms, Vec<Fault>> {
    let text = visit.text();
    let wrong_time = text.t("bought-time-wrong");
    let target: Result<u64, Fault> = form
        .text("quota_target")
        .trim()
        .parse()
        .map_err(|_| Fault::new("quota_target", text.t("bought-target-wrong")));
    let start = time(form, "start", wrong_time.clone());
    let end = time(form, "end", wrong_time.clone());
    match (target, start, end) {
        (Ok(target), Ok(start), Ok(end)) => Ok((target, start, end)),
        (target, start, end) => Err([target.err(), start.err(), end.err()]
            .into_iter()
            .flatten()
            .collect()),
    }
}

pub(super) async fn blank(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    whole(&visit)?;
    // From the beginning of today on: nobody has to look for a calendar.
    let today = state.service.now().to_string();
    let today = today.get(..10).unwrap_or_default();
    let form = Form::of([
        ("developer", visit.query.text("developer").to_owned()),
        ("rate_plan", visit.query.text("rate_plan").to_owned()),
        ("start", format!("{today}T00:00")),
    ]);
    Ok(sheet(&state, &visit, &form, None)
        .await?
        .answer(&Faults::default()))
}

pub(super) async fn create(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    whole(&visit)?;
    let (quota_target, start, end) = match terms(&visit, &form) {
        Ok(terms) => terms,
        Err(faults) => {
            let sheet = sheet(&state, &visit, &form, None).await?;
            return Ok(sheet.answer(&Faults::of_fields(faults)));
        }
    };
    let new = NewDeveloperPlan {
        developer: form.text("developer").trim().to_owned(),
        rate_plan: form.text("rate_plan").to_owned(),
        quota_target,
        start,
        end,
    };
    let made = state
        .service
        .create_developer_plan(visit.slug(), new, visit.by())
        .await;
    match made {
        Ok(kept) => {
            let path = bought_path(visit.slug(), kept.document.id);
            Ok(html::see(&format!("{path}?done=bought")))
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
    let bought = bought_of(&state, &visit).await?;
    let sheet = sheet(&state, &visit, &shown(&bought), Some(&bought)).await?;
    Ok(sheet.answer(&Faults::default()))
}

/// What the form shows of a purchase.
fn shown(bought: &DeveloperPlan) -> Form {
    Form::of([
        ("quota_target", bought.quota_target.to_string()),
        ("start", local(bought.start)),
        ("end", bought.end.map(local).unwrap_or_default()),
    ])
}

pub(super) async fn update(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    let bought = bought_of(&state, &visit).await?;
    if is_stale(&form, &shown(&bought).word()) {
        let sheet = sheet(&state, &visit, &form, Some(&bought)).await?;
        return Ok(sheet.answer(&Faults::stale(visit.text())));
    }
    let (quota_target, start, end) = match terms(&visit, &form) {
        Ok(terms) => terms,
        Err(faults) => {
            let sheet = sheet(&state, &visit, &form, Some(&bought)).await?;
            return Ok(sheet.answer(&Faults::of_fields(faults)));
        }
    };
    // A field shows whole seconds: what was not touched stays to the microsecond.
    let touched = |sent: Option<Time>, stored: Option<Time>| sent.map(local) != stored.map(local);
    let patch = DeveloperPlanPatch {
        quota_target: Some(quota_target),
        start: start.filter(|_| touched(start, Some(bought.start))),
        end: touched(end, bought.end).then_some(end),
    };
    let saved = state
        .service
        .update_developer_plan(visit.slug(), bought.id, patch, visit.by())
        .await;
    match saved {
        Ok(_) => {
            let path = bought_path(visit.slug(), bought.id);
            Ok(html::see(&format!("{path}?done=bought-saved")))
        }
        Err(error) => {
            let faults = Faults::of(&visit, error)?;
            let sheet = sheet(&state, &visit, &form, Some(&bought)).await?;
            Ok(sheet.answer(&faults))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_comes_back_as_it_was_shown() {
        for (stored, shown) in [
            ("2026-11-01T00:00:00Z", "2026-11-01T00:00"),
            ("2026-11-01T10:20:30Z", "2026-11-01T10:20:30"),
        ] {
            let at: Time = stored.parse().unwrap();
            assert_eq!(local(at), shown);
            let form = Form::of([("start", local(at))]);
            assert_eq!(time(&form, "start", "wrong".to_owned()), Ok(Some(at)));
        }
        let fraction: Time = "2026-11-01T10:20:30.5Z".parse().unwrap();
        assert_eq!(local(fraction), "2026-11-01T10:20:30");
        assert!(
            time(
                &Form::of([("start", "soon".to_owned())]),
                "start",
                "wrong".to_owned()
            )
            .is_err()
        );
        assert_eq!(
            time(&Form::default(), "start", "wrong".to_owned()),
            Ok(None)
        );
    }
}
