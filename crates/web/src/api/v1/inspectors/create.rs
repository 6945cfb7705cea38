//! `POST /organizations/{org}/inspectors`

use axum::extract::State;
use bellwire_core::{inspector::Answering, service};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Inspector;
use crate::{
    AppState,
    api::v1::shape::given,
    auth::{Edit, Within},
    extract::{Json, Object, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, OrganizationProblems},
    },
};

/// An inspector to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInspector {
    /// For people.
    #[serde(default)]
    #[schema(
        example = "First try",
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: String,
    /// What it answers; 200 at once, if left out.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = NewAnswer, required = false)]
    answer: Option<Object<NewAnswer>>,
}

/// What it is to answer; what is left out is 200, and at once.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnswer {
    /// The status: 200, 204, 410, 500 or 503.
    #[schema(minimum = 200, maximum = 503, default = 200)]
    status: Option<u16>,
    /// After how many seconds.
    #[schema(minimum = 0, maximum = 10, default = 0)]
    delay_s: Option<u8>,
}

/// Makes an inspector. Its URL works at once, and until nobody has used it for a week.
#[utoipa::path(
    post,
    path = "/organizations/{org}/inspectors",
    tag = "inspectors",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath),
    request_body(content = NewInspector, content_type = "application/json"),
    responses(
        (status = 201, description = "Made.", body = Inspector),
        BodyProblems,
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn create_inspector(
    State(state): State<AppState>,
    within: Within<Edit>,
    Json(new): Json<NewInspector>,
) -> Result<(StatusCode, axum::Json<Inspector>), Problem> {
    let usual = Answering::default();
    let answer = new.answer.map(|Object(answer)| answer).unwrap_or_default();
    let new = service::NewInspector {
        name: new.name,
        answering: Answering {
            status: answer.status.unwrap_or(usual.status),
            delay_s: answer.delay_s.unwrap_or(usual.delay_s),
        },
    };
    let made = state
        .service
        .create_inspector(within.slug(), new, within.access(), within.by())
        .await?;
    let made = axum::Json(Inspector::of(&state, made));
    Ok((StatusCode::CREATED, made))
}
