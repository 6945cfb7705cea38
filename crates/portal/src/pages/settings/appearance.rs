//! How the organization's pages look: its colour, shown in the shades that pages will use, and its
//! logo.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{appearance::Colour, service::OrganizationPatch};
use bellwire_web::auth::Manage;

use super::{Server, Tab, Wrong, done, field::Field, framed};
use crate::{
    colours::{self, Shades},
    frame::{Link, Page},
    html,
    pages::note::Note,
    refusal::Refusal,
    spoken::Spoken,
    visit::{Sent, Visit},
};

/// Bellwire's own colour, which stands in `assets/portal.css`.
const OWN: Colour = Colour([0x43, 0x38, 0xca]);

#[derive(Template)]
#[template(path = "settings/appearance.html")]
pub(crate) struct AppearancePage {
    pub(crate) page: Page,
    pub(crate) tabs: Vec<Link>,
    pub(crate) wrong: Option<Spoken>,
    pub(crate) field: Field,
    pub(crate) samples: Vec<Sample>,
    pub(crate) note: Note,
}

/// What the colour looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) chart: String,
    pub(crate) label: String,
}

pub(super) async fn show(visit: Visit<Manage>) -> Response {
    let accent = visit.tenant.organization.appearance.accent;
    let accent = accent.map_or_else(String::new, |accent| accent.to_string());
    shown(&visit, &accent, &Wrong::nothing())
}

pub(super) async fn save(
    State(state): Server,
    Sent { visit, form }: Sent<Manage>,
) -> Result<Response, Refusal> {
    let accent = form.given("accent").map(str::to_owned);
    let typed = accent.clone().unwrap_or_default();
    let chosen = form.file("logo").map(Some);
    let patch = OrganizationPatch {
        accent: Some(accent),
        logo: chosen.or_else(|| form.checked("no_logo").then_some(None)),
        ..OrganizationPatch::default()
    };
    let saved = state
        .service
        .update_organization(visit.slug(), patch, visit.by())
        .await;
    match saved {
        Ok(_) => Ok(done(&visit, Tab::Appearance, "saved")),
        Err(error) => Ok(shown(&visit, &typed, &Wrong::of(&visit, error)?)),
    }
}

fn shown(visit: &Visit<Manage>, accent: &str, wrong: &Wrong) -> Response {
    let (page, tabs) = framed(visit, Tab::Appearance);
    let colour = accent.parse().unwrap_or(OWN);
    let sample = |shades: Shades, ground: &str, ink: &str, key: &str| {
        let label = page.t(key);
        Sample {
            chart: drawn(shades, ground, ink),
            label,
        }
    };
    let field = Field::line("accent", page.t("appearance-accent"), accent)
        .hint(page.t("appearance-accent-hint"))
        .placeholder("#0b6e4f");
    let shown = AppearancePage {
        samples: vec![
            sample(colours::light(colour), "#ffffff", "#17181c", "theme-light"),
            sample(colours::dark(colour), "#191a20", "#ecedf1", "theme-dark"),
        ],
        wrong: wrong.said.clone(),
        field: Field {
            note: Note {
                field: "accent",
                ..Note::of("appearance.accent", &wrong.faults)
            },
            ..field
        },
        note: Note {
            field: "logo",
            ..Note::of("appearance.logo", &wrong.faults)
        },
        tabs,
        page,
    };
    html::page(&shown, wrong.status, &shown.page.embedding)
}

/// A place of the navigation, a line of text, a link and a button, as pages have them. Colours are
/// digits, so nothing needs escaping.
fn drawn(shades: Shades, ground: &str, ink: &str) -> String {
    let Shades {
        accent, on, wash, ..
    } = shades;
    format!(
        "<svg viewBox=\"0 0 240 96\" aria-hidden=\"true\"><rect width=\"240\" height=\"96\" rx=\"8\" \
         fill=\"{ground}\"/><rect x=\"12\" y=\"12\" width=\"72\" height=\"20\" rx=\"5\" \
         fill=\"{wash}\"/><rect x=\"20\" y=\"19\" width=\"46\" height=\"6\" rx=\"3\" \
         fill=\"{accent}\"/><rect x=\"20\" y=\"43\" width=\"38\" height=\"6\" rx=\"3\" \
         fill=\"{ink}\" opacity=\".35\"/><rect x=\"20\" y=\"63\" width=\"50\" height=\"6\" rx=\"3\" \
         fill=\"{ink}\" opacity=\".35\"/><rect x=\"104\" y=\"16\" width=\"96\" height=\"7\" rx=\"3\" \
         fill=\"{ink}\"/><rect x=\"104\" y=\"34\" width=\"60\" height=\"6\" rx=\"3\" \
         fill=\"{accent}\"/><rect x=\"104\" y=\"56\" width=\"76\" height=\"26\" rx=\"6\" \
         fill=\"{accent}\"/><rect x=\"120\" y=\"66\" width=\"44\" height=\"6\" rx=\"3\" \
         fill=\"{on}\"/></svg>"
    )
}
