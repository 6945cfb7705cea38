//! `POST /users`

use axum::extract::State;
use bellwire_core::service::{self, NewlyMade};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{NewMembership, User};
use crate::{
    AppState,
    api::v1::shape::{NO_STORE, NoStore},
    auth::{Manage, OfPlatform},
    extract::{Json, Object},
    problem::{
        Problem,
        docs::{BodyProblems, BusyProblems, ConflictProblems, PlatformProblems},
    },
};

/// A user to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// Their e-mail address; kept in lower case, unique.
    #[schema(example = "ann@example.com", format = Email, max_length = 254)]
    email: String,
    /// For people; the e-mail address, if left out.
    #[schema(
        example = "Ann Smith",
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: Option<String>,
    /// Their password; if left out, the answer has a link with which they choose one.
    #[schema(min_length = 10, max_length = 1024)]
    password: Option<String>,
    /// Stands above organizations: may do everything everywhere.
    #[serde(default)]
    operator: bool,
    /// Roles in organizations.
    #[serde(default)]
    #[schema(value_type = Vec<NewMembership>)]
    memberships: Vec<Object<NewMembership>>,
}

/// A user that was made.
#[derive(Serialize, ToSchema)]
pub struct CreatedUser {
    /// The user.
    #[serde(flatten)]
    pub(in crate::api::v1) user: User,
    /// Where they choose a password: works once, for three days, and is shown now and never again.
    /// Null when a password was given.
    #[schema(required, example = "https://hooks.example.com/password/bwl_…")]
    pub(in crate::api::v1) password_link: Option<String>,
}

impl CreatedUser {
    /// The answer for a user that was just made.
    pub(in crate::api::v1) fn of(made: &NewlyMade, state: &AppState) -> Self {
        let link = made.password_link.as_deref();
        Self {
            user: User::of(&made.user, state.service.snapshot()),
            password_link: link.map(|text| state.url(&format!("/password/{text}"))),
        }
    }
}

/// Makes a user. Without a password, the answer has a link with which they choose one.
#[utoipa::path(
    post,
    path = "/users",
    tag = "people",
    extensions(("x-required-right" = json!("platform_admin"))),
    request_body(content = NewUser, content_type = "application/json"),
    responses(
        (status = 201, description = "Made.", body = CreatedUser),
        BodyProblems,
        ConflictProblems,
        BusyProblems,
        PlatformProblems
    )
)]
pub async fn create_user(
    State(state): State<AppState>,
    platform: OfPlatform<Manage>,
    Json(new): Json<NewUser>,
) -> Result<(StatusCode, NoStore, axum::Json<CreatedUser>), Problem> {
    let memberships = new.memberships.into_iter().map(|Object(one)| one).collect();
    let new = service::NewUser {
        email: new.email,
        name: new.name,
        password: new.password,
        operator: new.operator,
        memberships: NewMembership::roles(memberships),
    };
    let made = state.service.create_user(new, platform.by()).await?;
    let answer = axum::Json(CreatedUser::of(&made, &state));
    Ok((StatusCode::CREATED, NO_STORE, answer))
}
