//! Who opens a page, and whether they may: the same sessions, rights and refusals as the API has, in
//! the form of pages.
//!
//! [`Visit<R>`] is for pages that show, [`Sent<R>`] for forms that change: it also makes sure that a
//! page of ours sent the form (origin, and the session's CSRF token in the form).

use std::{marker::PhantomData, sync::Arc};

use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use bellwire_core::{
    access::{Access, Actor, Right},
    ids::{OrganizationId, TokenId, WebhookId},
    say,
    service::{Principal, Who},
    snapshot::Tenant,
    webhook::Webhook,
};
use bellwire_web::{
    AppState,
    auth::{Edit, Needed, Read, Sessions, cross_site},
    problem::{Code, Problem},
};
use http::request::Parts;

use crate::{
    brand::Brand,
    form::Form,
    frame::{Inside, Link, Page},
    html::Embedding,
    language::Text,
    look::Look,
    navigation::Sights,
    operating,
    pack::{masked, unmasked},
    preferred,
    refusal::Refusal,
    somebody,
};

/// Somebody in an organization, who has this right in it.
#[derive(Debug, Clone)]
pub(crate) struct Visit<R = Read> {
    /// The organization, as it was when the request came.
    pub(crate) tenant: Arc<Tenant>,
    /// Who.
    pub(crate) principal: Principal,
    /// How their browser wants pages.
    pub(crate) look: Look,
    /// What the query says.
    pub(crate) query: Form,
    /// The rest of the path: the id of a webhook or an event.
    pub(crate) id: String,
    page: Page,
    right: PhantomData<R>,
}

impl<R> Visit<R> {
    /// The organization's slug.
    pub(crate) fn slug(&self) -> &str {
        &self.tenant.organization.slug
    }

    /// The organization's id.
    pub(crate) fn organization(&self) -> OrganizationId {
        self.tenant.organization.id
    }

    /// What they may reach.
    pub(crate) fn access(&self) -> &Access {
        &self.principal.access
    }

    /// Who changes are signed with.
    pub(crate) fn by(&self) -> &Actor {
        &self.principal.actor
    }

    /// Whether they have another right than the page needs.
    pub(crate) fn may(&self, right: Right) -> bool {
        self.access().may(right, self.organization())
    }

    /// Whether they belong to the organization, and are not somebody's customer.
    pub(crate) fn is_member(&self) -> bool {
        !self.access().portal && self.access().channels.is_empty()
    }

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

    /// The id of the path.
    pub(crate) fn id<I: std::str::FromStr>(&self, noun: &'static str) -> Result<I, Refusal> {
        let id = self.id.parse();
        id.map_err(|_| self.refuse(Problem::not_found(noun)))
    }

    /// The webhook of the path: one that they see and that is not deleted.
    pub(crate) async fn webhook(&self, state: &AppState) -> Result<Webhook, Refusal> {
        let id: WebhookId = self.id("webhook")?;
        let found = state.service.webhook(self.slug(), id).await;
        let webhook = found.map_err(|error| self.refuse(error))?;
        if webhook.deleted_at.is_some() || !self.access().sees(&webhook) {
            return Err(self.refuse(Problem::not_found("webhook")));
        }
        Ok(webhook)
    }
}

impl<R: Needed> FromRequestParts<AppState> for Visit<R> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        visit(parts, state, None).await
    }
}

/// A form, sent by a page of ours and by somebody who has this right.
#[derive(Debug)]
pub(crate) struct Sent<R = Edit> {
    /// Who.
    pub(crate) visit: Visit<R>,
    /// What.
    pub(crate) form: Form,
}

impl<R: Needed> FromRequest<AppState> for Sent<R> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let look = Look::of(&parts);
        let refuse = |problem: Problem| Refusal::alone(&look, problem);
        cross_site::check(&parts, &state.options).map_err(refuse)?;
        let request = Request::from_parts(parts.clone(), body);
        let form = Form::from_request(request, state).await.map_err(refuse)?;
        let visit = visit(&mut parts, state, Some(&unmasked(form.text("csrf")))).await?;
        Ok(Self { visit, form })
    }
}

/// Who comes, found by the cookies; with the CSRF token that a form showed, the one who sent it.
async fn visit<R: Needed>(
    parts: &mut Parts,
    state: &AppState,
    csrf: Option<&str>,
) -> Result<Visit<R>, Refusal> {
    let look = Look::of(parts);
    let alone = |problem| Refusal::alone(&look, problem);
    let Sessions(mut here) = Sessions::from_request_parts(parts, state)
        .await
        .map_err(alone)?;
    if here.is_empty() {
        return Err(Refusal::sign_in(&look, csrf.is_none()));
    }
    let params = RawPathParams::from_request_parts(parts, state).await;
    let named = |name: &str| {
        params
            .as_ref()
            .ok()
            .and_then(|params| params.iter().find(|(other, _)| *other == name))
            .map_or_else(String::new, |(_, value)| value.to_owned())
    };
    let slug = named("org");
    let missing = || alone(Problem::not_found("organization"));
    let tenant = state
        .service
        .snapshot()
        .organization(&slug)
        .ok_or_else(missing)?;
    let id = tenant.organization.id;
    here.retain(|principal| principal.access.role_in(id).is_some());
    if here.is_empty() {
        return Err(missing());
    }
    preferred::order(&mut here, &parts.headers);
    let index = match csrf {
        None => 0,
        Some(csrf) => cross_site::of_token(&here, csrf).ok_or_else(|| {
            alone(Problem::new(
                Code::Csrf,
                say!(
                    "page-too-long",
                    "This page was open for too long. Open it again, and send the form from there."
                ),
            ))
        })?,
    };
    let principal = here.swap_remove(index);
    let mut page = page(state, &tenant, &principal, &look);
    if let Some(inside) = &mut page.inside {
        inside.link = principal.access.portal;
        inside.other = here.first().map(called);
    }
    let access = &principal.access;
    let role = R::RIGHT.least();
    let (may, needed) = match R::OF_PLATFORM {
        true => (
            access.platform.is_some_and(|own| own >= role),
            say!(
                "page-needs-platform-role",
                "This needs the role `{role}` on the platform.",
                role
            ),
        ),
        false => (
            access.may(R::RIGHT, id),
            say!(
                "page-needs-role",
                "This needs the role `{role}` in the organization.",
                role
            ),
        ),
    };
    if !may {
        return Err(Refusal::new(page, Problem::new(Code::Forbidden, needed)));
    }
    Ok(Visit {
        query: Form::parse(parts.uri.query().unwrap_or_default().as_bytes()),
        id: named("id"),
        tenant,
        principal,
        look,
        page,
        right: PhantomData,
    })
}

fn page(state: &AppState, tenant: &Tenant, principal: &Principal, look: &Look) -> Page {
    let own = principal.user().and_then(|user| user.language.as_deref());
    let organization = &tenant.organization;
    let mut page = Page::alone(look, look.language(own));
    page.text.profile.clone_from(&organization.default_profile);
    page.brand = Brand::of(organization);
    page.embedding = match &principal.who {
        Who::Portal { portal, .. } => Embedding::Origins(portal.origins.clone()),
        Who::User { .. } | Who::Token(_) => Embedding::Nobody,
    };
    let mut organizations = reachable(state, principal);
    for link in &mut organizations {
        link.current = link.href == format!("/portal/{}", organization.slug);
    }
    if principal.access.platform.is_some() {
        // Who runs the server can look at all of them together.
        organizations.insert(0, operating::link(&page.text, false));
    } else if organizations.len() < 2 {
        organizations.clear();
    }
    let all = state.service.snapshot().organizations().len();
    if principal.user().is_some()
        && (principal.access.platform.is_some() || (all > MAX_SWITCH && !organizations.is_empty()))
    {
        organizations.push(somebody::link(&page.text, false));
    }
    page.inside = Some(Inside {
        slug: organization.slug.clone(),
        organization: organization.name.clone(),
        organizations,
        name: called(principal),
        csrf: csrf(state, principal),
        sights: Sights {
            member: !principal.access.portal && principal.access.channels.is_empty(),
        },
        ..Inside::default()
    });
    page
}

/// What somebody is called in the menu: by name, where there is one.
pub(crate) fn called(principal: &Principal) -> String {
    let user = principal.user().map(|user| &user.name);
    let name = user.filter(|name| !name.trim().is_empty());
    name.unwrap_or(&principal.actor.name).clone()
}

/// What a form has to show, masked anew for each page.
pub(crate) fn csrf(state: &AppState, principal: &Principal) -> String {
    let once: TokenId = state.service.new_id();
    let session = principal.session();
    session.map_or_else(String::new, |session| {
        masked(&session.csrf, once.as_bytes())
    })
}

/// The most organizations that the switcher lists.
const MAX_SWITCH: usize = 50;

/// Where somebody can go.
pub(crate) fn reachable(state: &AppState, principal: &Principal) -> Vec<Link> {
    state
        .service
        .snapshot()
        .organizations()
        .iter()
        .map(|tenant| &tenant.organization)
        .filter(|organization| principal.access.role_in(organization.id).is_some())
        .take(MAX_SWITCH)
        .map(|organization| Link {
            label: organization.name.clone(),
            href: format!("/portal/{}", organization.slug),
            current: false,
        })
        .collect()
}
