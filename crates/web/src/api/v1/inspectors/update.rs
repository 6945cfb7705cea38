//! `PATCH /organizations/{org}/inspectors/{id}`

use axum::extract::State;
use bellwire_core::{ids::InspectorId, service::InspectorPatch};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Inspector;
use crate::{
    AppState,
    api::v1::shape::given,
    auth::{Edit, Within},
    extract::{Id, IdPath, Json, Object, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, OrganizationProblems},
    },
};

/// What to change of an inspector; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectorChange {
    /// For people.
    #[serde(default, deserialize_with = "given")]
    #[schema(
        nullable = false,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: Option<String>,
    /// What it answers.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = AnswerChange, required = false)]
    answer: Option<Object<AnswerChange>>,
}

/// What to change of its answer; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerChange {
    /// The status: 200, 204, 410, 500 or 503.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, minimum = 200, maximum = 503)]
    status: Option<u16>,
    /// After how many seconds.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, minimum = 0, maximum = 10)]
    delay_s: Option<u8>,
}

/// Changes an inspector: only the fields given.
#[utoipa::path(
    patch,
    path = "/organizations/{org}/inspectors/{id}",
    tag = "inspectors",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    request_body(content = InspectorChange, content_type = "application/json"),
    responses(
        (status = 200, description = "As it is now.", body = Inspector),
        BodyProblems,
        OrganizationProblems
    )
)]
pub async fn update_inspector(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<InspectorId>,
    Json(change): Json<InspectorChange>,
) -> Result<axum::Json<Inspector>, Problem> {
    let answer = change.answer.map(|Object(answer)| answer);
    let answer = answer.unwrap_or_default();
    let patch = InspectorPatch {
        name: change.name,
        status: answer.status,
        delay_s: answer.delay_s,
    };
    let changed = state
        .service
        .change_inspector(within.slug(), id, patch, within.access(), within.by())
        .await?;
    Ok(axum::Json(Inspector::of(&state, changed)))
}
