//! Who opens a page that is above all organizations: somebody with a role on the platform. The pages
//! within an organization are [`crate::visit`]'s.

use axum::extract::FromRequestParts;
use bellwire_core::{say, service::Principal};
use bellwire_web::{
    AppState,
    auth::Sessions,
    problem::{Code, Problem},
};
use http::request::Parts;

use crate::{
    form::Form,
    frame::{Inside, Link, Page},
    language::Text,
    look::Look,
    navigation::{Entry, Group},
    refusal::Refusal,
    visit::{called, csrf, reachable},
};

/// Where all organizations are looked at together.
pub(crate) const PATH: &str = "/overview";

/// Somebody who runs the server.
#[derive(Debug, Clone)]
pub(crate) struct Operating {
    /// How their browser wants pages.
    pub(crate) look: Look,
    /// What the query says.
    pub(crate) query: Form,
    page: Page,
}

impl Operating {
    /// The language and words.
    pub(crate) fn text(&self) -> &Text {
        &self.page.text
    }

    /// What surrounds the content.
    pub(crate) fn page(&self) -> Page {
        self.page.clone()
    }

    /// A refusal that looks like these pages.
    pub(crate) fn refuse(&self, problem: impl Into<Problem>) -> Refusal {
        Refusal::new(self.page(), problem)
    }
}

/// The entry of all organizations in the switcher.
pub(crate) fn link(text: &Text, current: bool) -> Link {
    Link {
        label: text.t("overview-all"),
        href: PATH.to_owned(),
        current,
    }
}

impl FromRequestParts<AppState> for Operating {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        let look = Look::of(parts);
        let alone = || Page::alone(&look, look.language(None));
        let Sessions(here) = Sessions::from_request_parts(parts, state)
            .await
            .map_err(|problem| Refusal::new(alone(), problem))?;
        if here.is_empty() {
            return Err(Refusal::sign_in(&look, true));
        }
        let mut operators = here.into_iter().filter(|one| one.access.platform.is_some());
        let Some(principal) = operators.next() else {
            let problem = Problem::new(
                Code::Forbidden,
                say!(
                    "page-operators",
                    "This page is for those who run the server: it needs a role on the platform."
                ),
            );
            return Err(Refusal::new(alone(), problem));
        };
        Ok(Self {
            query: Form::parse(parts.uri.query().unwrap_or_default().as_bytes()),
            page: page(state, &principal, &look),
            look,
        })
    }
}

fn page(state: &AppState, principal: &Principal, look: &Look) -> Page {
    let own = principal.user().and_then(|user| user.language.as_deref());
    let mut page = Page::alone(look, look.language(own));
    let mut organizations = reachable(state, principal);
    organizations.insert(0, link(&page.text, true));
    let here = link(&page.text, true);
    page.inside = Some(Inside {
        organization: here.label,
        organizations,
        name: called(principal),
        csrf: csrf(state, principal),
        ..Inside::default()
    });
    page.groups = vec![Group {
        heading: String::new(),
        entries: vec![Entry {
            link: Link {
                label: page.t("menu-overview"),
                href: PATH.to_owned(),
                current: true,
            },
            icon: "overview",
            first: true,
            personal: false,
        }],
    }];
    page
}
