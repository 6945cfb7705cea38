//! `POST /organizations/{org}/members`

use axum::extract::State;
use bellwire_core::{access::Role, service};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Member;
use crate::{
    AppState,
    api::v1::shape::{NO_STORE, NoStore, RoleName},
    auth::{Manage, Within},
    extract::{Json, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, OrganizationProblems},
    },
};

/// Somebody to take in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    /// Their e-mail address. A user is made for one that nobody has.
    #[schema(example = "ben@example.com", format = Email, max_length = 254)]
    email: String,
    /// For people, when a user is made; the e-mail address, if left out.
    #[schema(
        example = "Ben Brown",
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: Option<String>,
    /// What they may do here.
    #[schema(value_type = RoleName)]
    role: Role,
}

/// A member that was taken in.
#[derive(Serialize, ToSchema)]
pub struct AddedMember {
    /// The member.
    #[serde(flatten)]
    member: Member,
    /// Where a new user chooses a password: works once, for three days, and is shown now and never
    /// again. Null when they were a user before.
    #[schema(required, example = "https://hooks.example.com/password/bwl_…")]
    password_link: Option<String>,
}

/// Takes somebody in. One who was no user before gets a link to choose a password by.
#[utoipa::path(
    post,
    path = "/organizations/{org}/members",
    tag = "people",
    extensions(("x-required-right" = json!("manage"))),
    params(OrganizationPath),
    request_body(content = NewMember, content_type = "application/json"),
    responses(
        (status = 201, description = "Taken in.", body = AddedMember),
        BodyProblems,
        ConflictProblems,
        OrganizationProblems
    )
)]
pub async fn add_member(
    State(state): State<AppState>,
    within: Within<Manage>,
    Json(new): Json<NewMember>,
) -> Result<(StatusCode, NoStore, axum::Json<AddedMember>), Problem> {
    let new = service::NewMember {
        email: new.email,
        name: new.name,
        role: new.role,
    };
    let made = state
        .service
        .add_member(within.slug(), new, within.by())
        .await?;
    let member = Member::of(&made.user, within.id()).ok_or_else(|| Problem::not_found("member"))?;
    let link = made.password_link.as_deref();
    let added = AddedMember {
        member,
        password_link: link.map(|text| state.url(&format!("/password/{text}"))),
    };
    Ok((StatusCode::CREATED, NO_STORE, axum::Json(added)))
}
