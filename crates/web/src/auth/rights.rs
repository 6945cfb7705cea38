//! What a route needs, as a type of its extractor.

use std::{marker::PhantomData, sync::Arc};

use axum::extract::FromRequestParts;
use bellwire_core::{
    access::{Access, Actor, Right, Role},
    ids::OrganizationId,
    service::Principal,
    snapshot::Tenant,
};
use http::request::Parts;

use super::recognise;
use crate::{
    AppState,
    extract::path,
    problem::{Code, Problem},
};

/// What a request needs to be allowed.
pub trait Needed: Send + Sync + 'static {
    /// The right.
    const RIGHT: Right;
    /// A role of the platform must give it, also where an organization's role could.
    const OF_PLATFORM: bool = false;
}

macro_rules! needed {
    ($($(#[$doc:meta])* $name:ident = $right:ident, $of_platform:literal;)+) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl Needed for $name {
            const RIGHT: Right = Right::$right;
            const OF_PLATFORM: bool = $of_platform;
        })+
    };
}

needed! {
    /// See.
    Read = Read, false;
    /// Change webhooks; send again, cancel, test.
    Edit = Edit, false;
    /// Post events; change event types and channels.
    Produce = Produce, false;
    /// Change the organization and who may reach it.
    Manage = Manage, false;
    /// Decide whether there is an organization: no role within it can.
    Operate = Manage, true;
}

/// A request within the organization that the path names as `org`, by somebody who may see it and
/// has this right in it.
#[derive(Debug, Clone)]
pub struct Within<R = Read> {
    /// The organization, as it was when the request came.
    pub tenant: Arc<Tenant>,
    /// Who asks.
    pub principal: Principal,
    right: PhantomData<R>,
}

impl<R> Within<R> {
    /// The organization's slug.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.tenant.organization.slug
    }

    /// The organization's id.
    #[must_use]
    pub fn id(&self) -> OrganizationId {
        self.tenant.organization.id
    }

    /// Who changes are signed with.
    #[must_use]
    pub const fn by(&self) -> &Actor {
        &self.principal.actor
    }

    /// What whoever asks may reach.
    #[must_use]
    pub const fn access(&self) -> &Access {
        &self.principal.access
    }
}

impl<R: Needed> FromRequestParts<AppState> for Within<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let principal = recognise(parts, state).await?;
        let slug = path::param(parts, "org", "organization").await?;
        let seen = |tenant: &Arc<Tenant>| principal.access.role_in(tenant.organization.id);
        let tenant = state
            .service
            .snapshot()
            .organization(&slug)
            .filter(|tenant| seen(tenant).is_some())
            .ok_or_else(|| Problem::not_found("organization"))?;
        let access = &principal.access;
        if R::OF_PLATFORM {
            needs_platform(access, R::RIGHT)?;
        } else if !access.may(R::RIGHT, tenant.organization.id) {
            return Err(missing(access, R::RIGHT, seen(&tenant)));
        }
        Ok(Self {
            tenant,
            principal,
            right: PhantomData,
        })
    }
}

/// A request about what belongs to no organization, by somebody with a role on the platform that
/// gives this right.
#[derive(Debug, Clone)]
pub struct OfPlatform<R = Read> {
    /// Who asks.
    pub principal: Principal,
    right: PhantomData<R>,
}

impl<R> OfPlatform<R> {
    /// Who changes are signed with.
    #[must_use]
    pub const fn by(&self) -> &Actor {
        &self.principal.actor
    }

    /// What whoever asks may reach.
    #[must_use]
    pub const fn access(&self) -> &Access {
        &self.principal.access
    }
}

impl<R: Needed> FromRequestParts<AppState> for OfPlatform<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let principal = recognise(parts, state).await?;
        needs_platform(&principal.access, R::RIGHT)?;
        Ok(Self {
            principal,
            right: PhantomData,
        })
    }
}

fn needs_platform(access: &Access, right: Right) -> Result<(), Problem> {
    // What is the platform's is read with any role of it and changed with its admin role.
    let least = match right {
        Right::Read => Role::Viewer,
        Right::Edit | Right::Produce | Right::Manage => Role::Admin,
    };
    if access.platform.is_some_and(|role| role >= least) {
        return Ok(());
    }
    let have = access.platform.map_or_else(
        || "you have no role on the platform".to_owned(),
        |role| format!("yours is `{role}`"),
    );
    Err(Problem::new(
        Code::Forbidden,
        format!("This needs the role `{least}` on the platform; {have}."),
    ))
}

fn missing(access: &Access, right: Right, have: Option<Role>) -> Problem {
    let least = right.least();
    let have = have.map_or("none", Role::as_str);
    Problem::new(
        Code::Forbidden,
        if access.portal && matches!(right, Right::Produce | Right::Manage) {
            "A portal link gives no right to this; it is for whoever made the link.".to_owned()
        } else {
            format!("This needs the role `{least}` in the organization; yours is `{have}`.")
        },
    )
}
