//! `GET /session`

use axum::{Json, extract::State};
use bellwire_core::{access::Role, service::Who, time::Time};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    AppState,
    api::v1::{
        shape::{ActorKindName, NO_STORE, NoStore, RoleName},
        users::User,
    },
    auth,
    problem::{Problem, docs::AnybodyProblems},
};

/// Who asks, and what they may do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct Session {
    /// `user`, `token`, or `link` for somebody who came through a portal link.
    kind: ActorKindName,
    /// The e-mail address of a user, the name of a token or link.
    #[schema(example = "ann@example.com")]
    name: String,
    /// The user; null when it is none.
    #[schema(required)]
    user: Option<User>,
    /// The role on the platform, which holds in every organization; null when there is none.
    #[schema(required, value_type = Option<RoleName>)]
    platform_role: Option<Role>,
    /// Roles in single organizations.
    organizations: Vec<Reach>,
    /// They see what is about these channels only; everything, when empty.
    channels: Vec<String>,
    /// What requests that change something send as `X-CSRF-Token`, when they come with the cookie;
    /// null when this one did not.
    #[schema(required)]
    csrf_token: Option<String>,
    /// When the session, or the token, ends; null when it does not.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    expires_at: Option<Time>,
}

/// A role in an organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reach {
    /// The organization.
    #[schema(example = "acme")]
    id: String,
    /// Its display name.
    #[schema(example = "Acme Travel")]
    name: String,
    /// What may be done there.
    #[schema(value_type = RoleName)]
    role: Role,
}

/// Tells who asks and what they may do, whatever credentials they came with.
#[utoipa::path(
    get,
    path = "/session",
    tag = "session",
    extensions(("x-required-right" = json!("any"))),
    responses(
        (status = 200, description = "Who asks.", body = Session),
        AnybodyProblems
    )
)]
pub async fn get_session(
    State(state): State<AppState>,
    auth::SignedIn(principal): auth::SignedIn,
) -> Result<(NoStore, Json<Session>), Problem> {
    let snapshot = state.service.snapshot();
    let organizations = principal
        .access
        .organizations
        .iter()
        .filter_map(|(id, role)| {
            let organization = &snapshot.organization_by_id(*id)?.organization;
            Some(Reach {
                id: organization.slug.clone(),
                name: organization.name.clone(),
                role: *role,
            })
        })
        .collect();
    let session = principal.session();
    let expires_at = match &principal.who {
        Who::Token(token) => token.expires_at,
        _ => session.map(|session| session.expires_at),
    };
    let answer = Session {
        kind: ActorKindName(principal.actor.kind),
        name: principal.actor.name.clone(),
        user: principal.user().map(|user| User::of(user, snapshot)),
        platform_role: principal.access.platform,
        organizations,
        channels: principal.access.channels.clone(),
        csrf_token: session.map(|session| session.csrf.clone()),
        expires_at,
    };
    Ok((NO_STORE, Json(answer)))
}
