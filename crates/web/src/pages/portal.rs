//! `/portal/{org}`: who you are here, until when, and what you may do.

use axum::extract::{Path, State};
use bellwire_core::{
    access::Role,
    service::{Principal, Who},
    snapshot::Tenant,
};
use http::header;

use super::{
    form::Form,
    html::{Frame, Page, text},
};
use crate::{
    AppState,
    auth::{
        Sessions,
        cookie::{Kind, Names},
        cross_site::{SameSite, of_token},
    },
    problem::{Code, Problem},
};

/// The page of whoever is in here: a customer who came through a link before a user.
pub(super) async fn show(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    sessions: Result<Sessions, Problem>,
) -> Result<Page, Page> {
    let Sessions(mut here) = sessions.map_err(|problem| Page::problem(&problem))?;
    if here.is_empty() {
        let problem = Problem::new(
            Code::Unauthenticated,
            "You are not signed in here, or were for long enough. Go back to where you came from \
             and open the portal again.",
        );
        return Err(Page::problem(&problem).frame(Frame::Anybody));
    }
    let missing = || Page::problem(&Problem::not_found("organization")).frame(Frame::Anybody);
    let tenant = state.service.snapshot().organization(&slug);
    let tenant = tenant.ok_or_else(missing)?;
    let id = tenant.organization.id;
    here.retain(|principal| principal.access.role_in(id).is_some());
    here.sort_by_key(|principal| !principal.access.portal);
    let principal = here.first().ok_or_else(missing)?;
    let frame = match &principal.who {
        Who::Portal { portal, .. } => Frame::Origins(portal.origins.clone()),
        Who::User { .. } | Who::Token(_) => Frame::Nobody,
    };
    Ok(page(&tenant, principal).frame(frame))
}

fn page(tenant: &Tenant, principal: &Principal) -> Page {
    let organization = &tenant.organization;
    let mut facts = vec![("You are", principal.actor.name.clone())];
    if let Some(session) = principal.session() {
        facts.push(("Until", moment(&session.expires_at.to_string())));
    }
    let may = match principal.access.role_in(organization.id) {
        Some(Role::Viewer) | None => "see webhooks and what became of events",
        Some(_) if principal.access.portal => "see and change webhooks, and send again what failed",
        Some(Role::Editor) => "see and change webhooks, send again what failed, post events",
        Some(Role::Admin) => "everything",
    };
    facts.push(("You may", may.to_owned()));
    if !principal.access.channels.is_empty() {
        facts.push(("About", principal.access.channels.join(", ")));
    }
    let facts: String = facts
        .iter()
        .map(|(name, value)| format!("<dt>{name}</dt><dd>{}</dd>\n", text(value)))
        .collect();
    let csrf = principal.session().map_or("", |session| &session.csrf);
    let content = format!(
        "<dl>\n{facts}</dl>\n<form method=\"post\">\n<input type=\"hidden\" name=\"csrf\" \
         value=\"{}\">\n<button>Sign out</button>\n</form>",
        text(csrf)
    );
    Page::new(&organization.name, content)
}

/// `2026-11-21T08:30:00.5Z` to the minute, for people.
fn moment(time: &str) -> String {
    match time.split_once('T') {
        Some((day, time)) => format!("{day} {} UTC", time.get(..5).unwrap_or(time)),
        None => time.to_owned(),
    }
}

/// Ends the session that the form belongs to.
pub(super) async fn sign_out(
    State(state): State<AppState>,
    same_site: Result<SameSite, Problem>,
    sessions: Result<Sessions, Problem>,
    sent: Result<Form, Problem>,
) -> Result<Page, Page> {
    let refused = |problem: Problem| Page::problem(&problem);
    same_site.map_err(refused)?;
    let Sessions(mut here) = sessions.map_err(refused)?;
    let sent = sent.map_err(refused)?;
    let Some(index) = of_token(&here, sent.text("csrf")) else {
        let problem = Problem::new(Code::Csrf, "Open this page again, and sign out from there.");
        return Err(refused(problem));
    };
    let principal = here.swap_remove(index);
    let (kind, frame) = match &principal.who {
        Who::Portal { portal, .. } => (Kind::Portal, Frame::Origins(portal.origins.clone())),
        Who::User { .. } | Who::Token(_) => (Kind::User, Frame::Nobody),
    };
    let ended = state.service.sign_out(&principal).await;
    ended.map_err(|error| refused(error.into()))?;
    Ok(
        Page::new("Signed out", "<p>You can close this page.</p>".to_owned())
            .frame(frame)
            .with(header::SET_COOKIE, Names::of(&state.options).clear(kind)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_to_the_minute() {
        assert_eq!(moment("2026-11-21T08:30:00.5Z"), "2026-11-21 08:30 UTC");
    }
}
