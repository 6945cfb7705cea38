//! Who opens a page of no organization: a user, whatever they may do. [`Somebody`] is for pages that
//! show, [`Wrote`] for forms that change.

use axum::extract::{FromRequest, FromRequestParts, Request};
use bellwire_core::{access::Role, say, service::Principal};
use bellwire_web::{
    AppState,
    auth::{Sessions, cross_site},
    problem::{Code, Problem},
};
use http::request::Parts;

use crate::{
    form::Form,
    frame::{Inside, Link, Page},
    language::Text,
    look::Look,
    navigation::{Entry, Group},
    operating,
    pack::unmasked,
    refusal::Refusal,
    visit::{csrf, reachable},
};

/// Where an organization is looked for among all of them.
pub(crate) const ORGANIZATIONS: &str = "/portal-organizations";

/// A user.
#[derive(Debug, Clone)]
pub(crate) struct Somebody {
    /// Who.
    pub(crate) principal: Principal,
    /// What the query says.
    pub(crate) query: Form,
    page: Page,
}

impl Somebody {
    /// What surrounds the content.
    pub(crate) fn page(&self) -> Page {
        self.page.clone()
    }

    /// The language and words.
    pub(crate) const fn text(&self) -> &Text {
        &self.page.text
    }

    /// A refusal that looks like these pages.
    pub(crate) fn refuse(&self, problem: impl Into<Problem>) -> Refusal {
        Refusal::new(self.page(), problem)
    }

    /// Whether they make organizations.
    pub(crate) fn operates(&self) -> bool {
        self.principal.access.platform == Some(Role::Admin)
    }

    /// Refuses those who do not.
    pub(crate) fn must_operate(&self) -> Result<(), Refusal> {
        self.operates().then_some(()).ok_or_else(|| {
            self.refuse(Problem::new(
                Code::Forbidden,
                say!(
                    "page-operators-make",
                    "Organizations are made by those who run the server: this needs the role \
                     `admin` on the platform."
                ),
            ))
        })
    }
}

impl FromRequestParts<AppState> for Somebody {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        somebody(parts, state, None).await
    }
}

/// A form, sent by a page of ours.
#[derive(Debug)]
pub(crate) struct Wrote {
    /// Who.
    pub(crate) somebody: Somebody,
    /// What.
    pub(crate) form: Form,
}

impl FromRequest<AppState> for Wrote {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let look = Look::of(&parts);
        let refuse = |problem: Problem| Refusal::alone(&look, problem);
        cross_site::check(&parts, &state.options).map_err(refuse)?;
        let request = Request::from_parts(parts.clone(), body);
        let form = Form::from_request(request, state).await.map_err(refuse)?;
        let somebody = somebody(&mut parts, state, Some(&unmasked(form.text("csrf")))).await?;
        Ok(Self { somebody, form })
    }
}

async fn somebody(
    parts: &mut Parts,
    state: &AppState,
    shown: Option<&str>,
) -> Result<Somebody, Refusal> {
    let look = Look::of(parts);
    let Sessions(mut here) = Sessions::from_request_parts(parts, state)
        .await
        .map_err(|problem| Refusal::alone(&look, problem))?;
    here.retain(|principal| principal.user().is_some());
    if here.is_empty() {
        return Err(Refusal::sign_in(&look, shown.is_none()));
    }
    let index = match shown {
        None => 0,
        Some(shown) => cross_site::of_token(&here, shown).ok_or_else(|| {
            let problem = Problem::new(
                Code::Csrf,
                say!(
                    "page-too-long",
                    "This page was open for too long. Open it again, and send the form from there."
                ),
            );
            Refusal::alone(&look, problem)
        })?,
    };
    let principal = here.swap_remove(index);
    Ok(Somebody {
        query: Form::parse(parts.uri.query().unwrap_or_default().as_bytes()),
        page: page(state, &principal, &look),
        principal,
    })
}

/// The entry in the switcher that leads to all organizations there are.
pub(crate) fn link(text: &Text, current: bool) -> Link {
    Link {
        label: text.t("organizations-find"),
        href: ORGANIZATIONS.to_owned(),
        current,
    }
}

fn page(state: &AppState, principal: &Principal, look: &Look) -> Page {
    let own = principal.user().and_then(|user| user.language.as_deref());
    let mut page = Page::alone(look, look.language(own));
    let mut organizations = reachable(state, principal);
    let mut entries = Vec::new();
    let entry = |link: Link, icon| Entry {
        link,
        icon,
        first: true,
        personal: false,
    };
    if principal.access.platform.is_some() {
        organizations.insert(0, operating::link(&page.text, false));
        let overview = Link {
            label: page.t("menu-overview"),
            href: operating::PATH.to_owned(),
            current: false,
        };
        entries.push(entry(overview, "overview"));
    }
    organizations.push(link(&page.text, true));
    let here = Link {
        label: page.t("organizations"),
        ..link(&page.text, true)
    };
    page.inside = Some(Inside {
        organization: here.label.clone(),
        organizations,
        name: principal.actor.name.clone(),
        csrf: csrf(state, principal),
        ..Inside::default()
    });
    entries.push(entry(here, "packages"));
    page.groups = vec![Group {
        heading: String::new(),
        entries,
    }];
    page
}
