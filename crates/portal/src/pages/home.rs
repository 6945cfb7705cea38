//! Where somebody lands: the first organization they can reach, and its list of webhooks; who runs a
//! server of many, on the overview of all of them.

use axum::{extract::State, response::Response};
use bellwire_core::{said::Said, say};
use bellwire_web::{AppState, auth::Sessions, problem::Problem};
use http::StatusCode;

use crate::{
    frame::{Link, Page},
    html,
    look::Look,
    operating,
    pages::sign_in::ToldPage,
    refusal::Refusal,
    somebody::ORGANIZATIONS,
    visit::{Visit, reachable},
};

/// `/`
pub(crate) async fn root(
    State(state): State<AppState>,
    look: Look,
    sessions: Result<Sessions, Problem>,
) -> Result<Response, Refusal> {
    let alone = || Page::alone(&look, look.language(None));
    let Sessions(here) = sessions.map_err(|problem| Refusal::new(alone(), problem))?;
    if here.is_empty() {
        return Err(Refusal::sign_in(&look, false));
    }
    // Who runs a server of many organizations begins with all of them together.
    let runs = here.iter().any(|one| one.access.platform.is_some());
    if runs && state.service.snapshot().organizations().len() > 1 {
        return Ok(html::see(operating::PATH));
    }
    let to = here
        .iter()
        .find_map(|principal| reachable(&state, principal).into_iter().next());
    match to {
        Some(link) => Ok(html::see(&format!("{}/webhooks", link.href))),
        None => {
            let page = alone();
            if !runs {
                let problem = Problem::new(bellwire_web::problem::Code::NotFound, nowhere());
                return Err(Refusal::new(page, problem));
            }
            // Who runs the server can help themselves.
            let told = ToldPage {
                said: page.t("nowhere-operator"),
                on: Some(Link {
                    label: page.t("organizations-new"),
                    href: format!("{ORGANIZATIONS}/new"),
                    current: false,
                }),
                page: page.clone().titled(page.t("organizations-none")),
            };
            Ok(html::page(&told, StatusCode::OK, &told.page.embedding))
        }
    }
}

/// `/portal/{org}`
pub(crate) async fn organization(visit: Visit) -> Response {
    html::see(&format!("/portal/{}/webhooks", visit.slug()))
}

/// Any other path within an organization.
pub(crate) async fn nothing(visit: Visit) -> Refusal {
    visit.refuse(Problem::not_found("page"))
}

/// What is said to who belongs to no organization.
pub(in crate::pages) fn nowhere() -> Said {
    say!(
        "page-nowhere",
        "You are not a member of any organization yet. Ask whoever runs this server to add you."
    )
}
