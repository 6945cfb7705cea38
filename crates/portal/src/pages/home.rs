//! Where somebody lands: the first organization they can reach, and its list of webhooks.

use axum::{extract::State, response::Response};
use bellwire_web::{AppState, auth::Sessions, problem::Problem};

use crate::{
    frame::Page,
    html,
    look::Look,
    refusal::Refusal,
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
    let to = here
        .iter()
        .find_map(|principal| reachable(&state, principal).into_iter().next());
    match to {
        Some(link) => Ok(html::see(&format!("{}/webhooks", link.href))),
        None => {
            let page = alone();
            let said = page.t("nowhere");
            let problem = Problem::new(bellwire_web::problem::Code::NotFound, said);
            Err(Refusal::new(page, problem))
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
