//! `PATCH /organizations/{org}/members/{id}`

use axum::extract::State;
use bellwire_core::{access::Role, ids::UserId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Member;
use crate::{
    AppState,
    api::v1::shape::RoleName,
    auth::{Manage, Within},
    extract::{Id, IdPath, Json, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, OrganizationProblems},
    },
};

/// What to change of a member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberChange {
    /// What they may do here.
    #[schema(value_type = RoleName)]
    role: Role,
}

/// Changes what a member may do. Their sessions end.
#[utoipa::path(
    patch,
    path = "/organizations/{org}/members/{id}",
    tag = "people",
    extensions(("x-required-right" = json!("manage"))),
    params(OrganizationPath, IdPath),
    request_body(content = MemberChange, content_type = "application/json"),
    responses(
        (status = 200, description = "The member as it is now.", body = Member),
        BodyProblems,
        OrganizationProblems
    )
)]
pub async fn update_member(
    State(state): State<AppState>,
    within: Within<Manage>,
    Id(id): Id<UserId>,
    Json(change): Json<MemberChange>,
) -> Result<axum::Json<Member>, Problem> {
    let user = state
        .service
        .update_member(within.slug(), id, change.role, within.by())
        .await?;
    Member::of(&user, within.id())
        .map(axum::Json)
        .ok_or_else(|| Problem::not_found("member"))
}
