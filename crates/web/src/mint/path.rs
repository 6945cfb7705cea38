//! The variable parts of paths that only this API has.

use axum::extract::FromRequestParts;
use bellwire_core::service::Sample;
use http::request::Parts;
use utoipa::IntoParams;

use crate::{AppState, extract::path::param, problem::Problem};

/// A rate plan below its package.
#[derive(Debug, Clone)]
pub struct PlanOfPackage {
    /// The package's id.
    pub(super) package: String,
    /// The plan's id.
    pub(super) plan: String,
}

impl FromRequestParts<AppState> for PlanOfPackage {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> Result<Self, Problem> {
        Ok(Self {
            package: param(parts, "id", "package").await?,
            plan: param(parts, "plan", "rate plan").await?,
        })
    }
}

/// The rate plan in the path, for the documentation.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PlanPath {
    /// The rate plan's id.
    #[param(example = "location_adjustable")]
    pub plan: String,
}

/// What a test is about.
#[derive(Debug, Clone)]
pub struct Tested(pub(super) Sample);

impl FromRequestParts<AppState> for Tested {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> Result<Self, Problem> {
        let webhook = param(parts, "id", "webhook").await?;
        Ok(Self(Sample {
            webhook: webhook.parse().map_err(|_| Problem::not_found("webhook"))?,
            developer: param(parts, "email", "developer").await?,
            application: param(parts, "application", "application").await?,
            product: param(parts, "product", "product").await?,
            rate_plan: param(parts, "plan", "rate plan").await?,
        }))
    }
}

/// What a test is about, for the documentation.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TestPath {
    /// The developer's e-mail address.
    #[param(example = "ada@example.com")]
    pub email: String,
    /// One of the developer's applications.
    #[param(example = "weather-app")]
    pub application: String,
    /// A product of the rate plan's package.
    #[param(example = "Maps")]
    pub product: String,
    /// The rate plan's id.
    #[param(example = "location_adjustable")]
    pub plan: String,
}

/// What triggers a call, for the documentation.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TriggerPath {
    /// `RATEPLANQUOTAUSAGE`: there is no other.
    #[param(example = "RATEPLANQUOTAUSAGE")]
    pub trigger: String,
}
