//! `PUT /v1/mint/organizations/{org}/developers/{email}/developer-rateplans/{id}`

use axum::extract::State;
use bellwire_core::{ids::DeveloperPlanId, service::DeveloperPlanPatch, time::Time};

use super::{
    NAMES, body::MintDeveloperPlanBody, plan_of, same_developer, shape::MintDeveloperPlan,
};
use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Email, EmailPath, Id, IdPath, Json, OrganizationPath},
    mint::{
        body::{same, spelt},
        date::MintDate,
        refusal::{MintBodyProblems, MintProblems},
    },
    problem::Problem,
};

/// Changes a rate plan that a developer has bought: only the fields given (APG-27d).
#[utoipa::path(
    put,
    path = "/v1/mint/organizations/{org}/developers/{email}/developer-rateplans/{id}",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, EmailPath, IdPath),
    request_body(content = MintDeveloperPlanBody, content_type = "application/json"),
    responses(
        (status = 200, description = "As it is now.", body = MintDeveloperPlan),
        MintProblems,
        MintBodyProblems
    )
)]
pub async fn put_mint_developer_plan(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Email(email): Email,
    Id(id): Id<DeveloperPlanId>,
    Json(body): Json<MintDeveloperPlanBody>,
) -> Result<axum::Json<MintDeveloperPlan>, Problem> {
    let stored = plan_of(&state, &within, &email, id).await?.document;
    same_developer(body.developer.as_ref(), &stored.developer)?;
    let rate_plan = body.rate_plan.as_ref().map(|plan| plan.0.id.as_str());
    same(rate_plan, &stored.rate_plan, "ratePlan.id")?;
    let patch = DeveloperPlanPatch {
        quota_target: body.quota_target,
        start: body
            .start_date
            .map(MintDate::start)
            .filter(|start| !is_shown(*start, Some(stored.start))),
        end: body
            .end_date
            .map(|end| end.map(MintDate::end))
            .filter(|end| !end.is_some_and(|end| is_shown(end, stored.end))),
    };
    let kept = state
        .service
        .update_developer_plan(within.slug(), id, patch, within.by())
        .await
        .map_err(|error| spelt(error.into(), NAMES))?;
    Ok(axum::Json(kept.into()))
}

/// Whether a moment is what was shown of another: to the millisecond, while it is kept to the
/// microsecond. Who puts what was got changes nothing.
fn is_shown(given: Time, kept: Option<Time>) -> bool {
    kept.is_some_and(|kept| Time::from_millis(kept.as_millis()) == given)
}
